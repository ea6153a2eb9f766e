//! Single-use gates: of 32 who come at once, one wins.

use std::sync::Arc;

use tokio::{sync::Barrier, task::JoinSet};

use super::{conformance, fixtures::*};
use crate::{
    domain::{
        device_code::{DeviceCode, DeviceStatus},
        grant::{AuthorizationCode, Grant},
        token::RefreshToken,
    },
    store::{
        Store, StoreError, Transaction, authorization_codes, authorization_requests, device_codes,
        grants, refresh_tokens,
    },
};

const RACERS: usize = 32;

conformance! {
    async fn an_authorization_code_is_claimed_once(store: Store) {
        let code = stored_code(&store).await;
        let won = race(&store, move |mut tx, _| {
            let id = code.id.clone();
            async move {
                let claimed = authorization_codes::claim(&mut tx, &id, NOW).await?;
                tx.commit().await?;
                Ok(claimed)
            }
        }).await;
        assert_eq!(won.len(), 1, "{won:?}");
    }

    async fn a_claimed_code_says_when(store: Store) {
        let code = stored_code(&store).await;
        let last = crate::domain::time::Timestamp(code.expires_at.0 - 1);
        assert!(!commit!(store, |tx| authorization_codes::claim(tx, "none", NOW)));
        assert!(!commit!(store, |tx| authorization_codes::claim(tx, &code.id, code.expires_at)));
        assert!(commit!(store, |tx| authorization_codes::claim(tx, &code.id, last)));
        assert!(!commit!(store, |tx| authorization_codes::claim(tx, &code.id, NOW)));
        let found = read!(store, |c| authorization_codes::by_id(c, &code.id)).unwrap();
        assert_eq!(found.used_at, Some(last));
    }

    async fn a_claim_that_is_rolled_back_leaves_the_code_to_others(store: Store) {
        let code = stored_code(&store).await;
        let mut transaction = store.begin().await.unwrap();
        assert!(authorization_codes::claim(&mut transaction, &code.id, NOW).await.unwrap());
        drop(transaction);
        let won = race(&store, move |mut tx, _| {
            let id = code.id.clone();
            async move {
                let claimed = authorization_codes::claim(&mut tx, &id, NOW).await?;
                tx.commit().await?;
                Ok(claimed)
            }
        }).await;
        assert_eq!(won.len(), 1, "{won:?}");
    }

    async fn a_device_code_is_claimed_once(store: Store) {
        let (code, _) = stored_device(&store, DeviceStatus::Approved).await;
        let id = code.id.clone();
        let won = race(&store, move |mut tx, _| {
            let id = id.clone();
            async move {
                let claimed = device_codes::claim(&mut tx, &id, NOW).await?;
                tx.commit().await?;
                Ok(claimed)
            }
        }).await;
        assert_eq!(won.len(), 1, "{won:?}");
        let found = read!(store, |c| device_codes::by_id(c, &code.id)).unwrap();
        assert_eq!(found.status, DeviceStatus::Redeemed);
    }

    async fn a_device_is_decided_on_once(store: Store) {
        let (code, grant) = stored_device(&store, DeviceStatus::Pending).await;
        let id = code.id.clone();
        let grant_id = grant.id;
        let won = race(&store, move |mut tx, racer| {
            let (id, grant_id) = (id.clone(), grant_id);
            async move {
                let (to, grant) = if racer % 2 == 0 {
                    (DeviceStatus::Approved, Some(&grant_id))
                } else {
                    (DeviceStatus::Denied, None)
                };
                let decided = device_codes::decide(&mut tx, &id, to, grant, NOW).await?;
                tx.commit().await?;
                Ok(decided)
            }
        }).await;
        let [winner] = won.as_slice() else { panic!("{won:?}") };
        let found = read!(store, |c| device_codes::by_id(c, &code.id)).unwrap();
        if winner % 2 == 0 {
            assert_eq!((found.status, found.grant_id), (DeviceStatus::Approved, Some(grant.id)));
        } else {
            assert_eq!((found.status, found.grant_id), (DeviceStatus::Denied, None));
        }
    }

    async fn only_approved_devices_in_time_are_claimed(store: Store) {
        let (user, client) = parties(&store).await;
        let grant = grant(&user, &client);
        commit!(store, |tx| grants::insert(tx, &grant));
        let device = |status| DeviceCode { status, ..device_code(&client) };
        for status in [DeviceStatus::Pending, DeviceStatus::Denied, DeviceStatus::Redeemed] {
            let code = device(status);
            device_codes::append(&store, code.clone()).await.unwrap();
            assert!(!commit!(store, |tx| device_codes::claim(tx, &code.id, NOW)), "{status:?}");
        }
        for status in [DeviceStatus::Approved, DeviceStatus::Denied, DeviceStatus::Redeemed] {
            let code = device(status);
            device_codes::append(&store, code.clone()).await.unwrap();
            let decided = commit!(store, |tx| device_codes::decide(tx, &code.id, DeviceStatus::Denied, None, NOW));
            assert!(!decided, "{status:?}");
        }
        let (late, approved) = (device(DeviceStatus::Pending), device(DeviceStatus::Approved));
        for code in [&late, &approved] {
            device_codes::append(&store, code.clone()).await.unwrap();
        }
        let end = late.expires_at;
        assert!(!commit!(store, |tx| device_codes::decide(tx, &late.id, DeviceStatus::Approved, Some(&grant.id), end)));
        assert!(!commit!(store, |tx| device_codes::claim(tx, &approved.id, end)));
    }

    async fn a_refresh_token_gets_one_successor(store: Store) {
        let (user, client) = parties(&store).await;
        let grant = grant(&user, &client);
        let token = refresh_token(&grant);
        commit!(store, |tx| grants::insert(tx, &grant));
        commit!(store, |tx| refresh_tokens::insert(tx, &token));

        let successors: Vec<RefreshToken> = (0..RACERS).map(|_| refresh_token(&grant)).collect();
        let (id, mine) = (token.id.clone(), successors.clone());
        let won = race(&store, move |mut tx, racer| {
            let (id, mine) = (id.clone(), mine[racer].clone());
            async move {
                let rotated = refresh_tokens::rotate(&mut tx, &id, &mine.id, NOW).await?;
                if rotated {
                    refresh_tokens::insert(&mut tx, &mine).await?;
                }
                tx.commit().await?;
                Ok(rotated)
            }
        }).await;
        let [winner] = won.as_slice() else { panic!("{won:?}") };

        let found = read!(store, |c| refresh_tokens::by_id(c, &token.id)).unwrap();
        assert_eq!(found.successor_id.as_ref(), Some(&successors[*winner].id));
        assert_eq!((found.rotated_at, found.last_used_at), (Some(NOW), Some(NOW)));
        for (racer, successor) in successors.iter().enumerate() {
            let stored = read!(store, |c| refresh_tokens::by_id(c, &successor.id)).is_some();
            assert_eq!(stored, racer == *winner);
        }
    }

    async fn an_authorization_request_is_deleted_once(store: Store) {
        let request = authorization_request(&client("app"));
        commit!(store, |tx| authorization_requests::insert(tx, &request));
        let won = race(&store, move |mut tx, _| {
            let id = request.id.clone();
            async move {
                let deleted = authorization_requests::delete(&mut tx, &id).await?;
                tx.commit().await?;
                Ok(deleted)
            }
        }).await;
        assert_eq!(won.len(), 1, "{won:?}");
    }
}

/// Lets 32 tasks attempt the same at once, each in a transaction of its own; gives
/// those to whom it was true.
async fn race<F>(
    store: &Store,
    attempt: impl Fn(Transaction, usize) -> F + Clone + Send + 'static,
) -> Vec<usize>
where
    F: Future<Output = Result<bool, StoreError>> + Send,
{
    let start = Arc::new(Barrier::new(RACERS));
    let mut racers = JoinSet::new();
    for racer in 0..RACERS {
        let (store, start, attempt) = (store.clone(), start.clone(), attempt.clone());
        racers.spawn(async move {
            start.wait().await;
            let transaction = store.begin().await.unwrap();
            attempt(transaction, racer).await.unwrap().then_some(racer)
        });
    }
    racers.join_all().await.into_iter().flatten().collect()
}

async fn stored_code(store: &Store) -> AuthorizationCode {
    let (user, client) = parties(store).await;
    let grant = grant(&user, &client);
    let code = authorization_code(&grant);
    commit!(store, |tx| grants::insert(tx, &grant));
    commit!(store, |tx| authorization_codes::insert(tx, &code));
    code
}

async fn stored_device(store: &Store, status: DeviceStatus) -> (DeviceCode, Grant) {
    let (user, client) = parties(store).await;
    let grant = grant(&user, &client);
    let code = DeviceCode {
        status,
        ..device_code(&client)
    };
    commit!(store, |tx| grants::insert(tx, &grant));
    device_codes::append(store, code.clone()).await.unwrap();
    (code, grant)
}
