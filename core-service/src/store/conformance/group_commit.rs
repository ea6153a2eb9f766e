//! Writes of many requests at once: each is whole, durable when it is told, and costs
//! the others nothing when it fails.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Barrier, task::JoinSet};

use super::{conformance, fixtures::*};
use crate::{
    config::Database,
    store::{Column, Store, StoreError, access_tokens, clients, device_codes, throttles},
};

conformance! {
    async fn what_many_append_at_once_is_there(database: Database) {
        let (store, observer) = (Store::open(&database).await.unwrap(), Store::open(&database).await.unwrap());
        let (zoe, app) = parties(&store).await;
        let family = grant(&zoe, &app);
        commit!(store, |tx| crate::store::grants::insert(tx, &family));
        let mut tasks = JoinSet::new();
        for n in 0..600 {
            let (store, observer) = (store.clone(), observer.clone());
            let token = access_token(&app, (n % 2 == 0).then_some(&family));
            tasks.spawn(async move {
                access_tokens::append(&store, token.clone()).await.unwrap();
                // Another process sees it once it is told.
                let found = read!(observer, |c| access_tokens::state(c, &token.id)).unwrap();
                assert_eq!(found.token.client_id, token.client_id);
                assert_eq!(found.token.grant_id, token.grant_id);
                assert_eq!(found.token.scope, token.scope);
                assert_eq!(found.token.expires_at, token.expires_at);
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    }

    async fn of_two_devices_with_one_user_code_one_is_refused(store: Store) {
        let (_, app) = parties(&store).await;
        let first = device_code(&app);
        let gate = Arc::new(Barrier::new(20));
        let mut tasks = JoinSet::new();
        for n in 0..20 {
            let mut code = device_code(&app);
            if n % 2 == 0 {
                code.user_code.clone_from(&first.user_code);
            }
            let (store, gate) = (store.clone(), gate.clone());
            tasks.spawn(async move {
                gate.wait().await;
                (n, device_codes::append(&store, code).await)
            });
        }
        let mut of_same = 0;
        while let Some(done) = tasks.join_next().await {
            match done.unwrap() {
                (n, Ok(())) => of_same += usize::from(n % 2 == 0),
                (n, Err(StoreError::Conflict(Column::UserCode))) => assert_eq!(n % 2, 0),
                (_, Err(error)) => panic!("{error:?}"),
            }
        }
        assert_eq!(of_same, 1);
    }

    async fn a_user_code_that_is_taken_costs_nobody_else_anything(store: Store) {
        let (_, app) = parties(&store).await;
        let first = device_code(&app);
        device_codes::append(&store, first.clone()).await.unwrap();
        for _ in 0..3 {
            let mut taken = device_code(&app);
            taken.user_code.clone_from(&first.user_code);
            let refused = device_codes::append(&store, taken).await;
            assert!(matches!(refused, Err(StoreError::Conflict(Column::UserCode))), "{refused:?}");
            device_codes::append(&store, device_code(&app)).await.unwrap();
        }
    }

    /// Those before and behind one that gives up, or goes wrong, are none the wiser.
    async fn who_gives_up_costs_the_others_nothing(store: Store) {
        let app = client("app");
        commit!(store, |tx| clients::insert(tx, &app));
        let gate = Arc::new(Barrier::new(60));
        let mut tasks = JoinSet::new();
        for n in 0..60 {
            let (store, gate, app) = (store.clone(), gate.clone(), app.clone());
            tasks.spawn(async move {
                gate.wait().await;
                let mut tx = store.begin().await.unwrap();
                let key = format!("k{n}");
                throttles::record_failure(&mut tx, &key, NOW, HOUR).await.unwrap();
                match n % 3 {
                    0 => tx.commit().await.unwrap(),
                    1 => drop(tx),
                    _ => {
                        let taken = clients::insert(&mut tx, &app).await;
                        assert!(matches!(taken, Err(StoreError::Conflict(Column::Id))), "{taken:?}");
                        drop(tx);
                    }
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        commit!(store, |tx| throttles::clear(tx, "none"));
        for n in 0..60 {
            let there = read!(store, |c| throttles::get(c, &format!("k{n}"))).is_some();
            assert_eq!(there, n % 3 == 0, "{n}");
        }
    }

    /// Rows that go along with a group and are refused leave the group as it is.
    async fn a_row_that_is_refused_costs_the_others_nothing(store: Store) {
        let (_, app) = parties(&store).await;
        let taken = access_token(&app, None);
        access_tokens::append(&store, taken.clone()).await.unwrap();
        let gate = Arc::new(Barrier::new(60));
        let mut tasks = JoinSet::new();
        for n in 0..60 {
            let (store, gate, taken) = (store.clone(), gate.clone(), taken.clone());
            tasks.spawn(async move {
                gate.wait().await;
                if n % 2 == 0 {
                    let mut tx = store.begin().await.unwrap();
                    throttles::record_failure(&mut tx, &format!("k{n}"), NOW, HOUR).await.unwrap();
                    tx.commit().await.unwrap();
                } else {
                    access_tokens::append(&store, taken).await.unwrap_err();
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        for n in (0..60).step_by(2) {
            assert!(read!(store, |c| throttles::get(c, &format!("k{n}"))).is_some(), "{n}");
        }
        let free = access_token(&app, None);
        access_tokens::append(&store, free.clone()).await.unwrap();
        assert!(read!(store, |c| access_tokens::state(c, &free.id)).is_some());
    }

    /// Whoever waits for a turn and goes away leaves nobody waiting for ever.
    async fn who_leaves_the_line_holds_up_nobody(database: Database) {
        let store = Store::open(&Database { max_connections: 3, ..database }).await.unwrap();
        for round in 0..30 {
            let mut tasks = JoinSet::new();
            for n in 0..12 {
                let store = store.clone();
                tasks.spawn(async move {
                    let write = async {
                        let mut tx = store.begin().await.unwrap();
                        throttles::record_failure(&mut tx, &format!("{round}-{n}"), NOW, HOUR).await.unwrap();
                        tx.commit().await.unwrap();
                    };
                    if n % 2 == 0 {
                        // Gone in the middle, wherever that is.
                        let short = Duration::from_micros(100 * u64::try_from(n).unwrap());
                        let _ = tokio::time::timeout(short, write).await;
                    } else {
                        write.await;
                    }
                });
            }
            let all = async {
                while let Some(done) = tasks.join_next().await {
                    done.unwrap();
                }
            };
            tokio::time::timeout(Duration::from_secs(30), all).await.expect("somebody waits for ever");
        }
    }
}
