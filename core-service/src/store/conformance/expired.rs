//! Removal of what is past, in batches.

use super::{conformance, fixtures::*};
use crate::{
    domain::{client::Client, grant::Grant, time::Timestamp},
    store::{
        Store, StoreError, access_tokens, authorization_codes, authorization_requests,
        device_codes, expired, grants, refresh_tokens, sessions, sql, throttles,
    },
};

/// Rows in each table whose end is now, and again as many whose end is a bit later.
const EACH: u64 = 5;
/// How long codes are kept beyond their end.
const REPLAY_MEMORY: std::time::Duration = HOUR;

/// The grant of what is to stay.
const KEEPER: uuid::Uuid = uuid::Uuid::from_u128(1);

conformance! {
    async fn what_is_past_goes_in_batches_and_nothing_else(store: Store) {
        let later = Timestamp(NOW.0 + 1);
        for end in [NOW, later] {
            for number in 0..EACH {
                fill(&store, end, number).await;
            }
        }
        // One more grant: the one that the codes and refresh tokens hang on.
        assert_eq!(counts(&store).await, [10, 10, 10, 10, 10, 10, 10, 11]);

        let before = Timestamp(NOW.0 - 1);
        assert_eq!(commit!(store, |tx| expired::remove(tx, before, 100)).total(), 0);

        let mut rounds = Vec::new();
        loop {
            let removed = commit!(store, |tx| expired::remove(tx, NOW, 2)).total();
            rounds.push(removed);
            if removed < 2 {
                break;
            }
        }
        assert_eq!(rounds, [16, 16, 8, 0]);
        assert_eq!(counts(&store).await, [5, 5, 5, 5, 5, 5, 5, 6]);
        assert_eq!(commit!(store, |tx| expired::remove(tx, later, 100)).total(), 40);
        assert_eq!(counts(&store).await, [0, 0, 0, 0, 0, 0, 0, 1]);
    }

    async fn a_blocked_throttle_stays(store: Store) {
        commit!(store, |tx| throttles::record_failure(tx, "k", NOW, SECOND));
        commit!(store, |tx| throttles::block(tx, "k", NOW + HOUR));
        assert_eq!(commit!(store, |tx| expired::remove(tx, NOW + 2 * SECOND, 10)).total(), 0);
        assert_eq!(commit!(store, |tx| expired::remove(tx, NOW + HOUR, 10)).total(), 1);
    }

    async fn consents_and_keys_have_no_end(store: Store) {
        let (user, client) = parties(&store).await;
        commit!(store, |tx| crate::store::consents::upsert(tx, &consent(&user, &client)));
        let end_of_time = Timestamp(i64::MAX);
        assert_eq!(commit!(store, |tx| expired::remove(tx, end_of_time, 10)).total(), 0);
    }
}

/// One process removes at a time; the others are not held up.
#[tokio::test]
async fn while_one_removes_others_do_not_wait() {
    super::database::on_postgres(async |store: Store| {
        commit!(store, |tx| throttles::record_failure(tx, "a", NOW, SECOND));
        commit!(store, |tx| throttles::record_failure(tx, "b", NOW, SECOND));
        let mut first = store.begin().await.unwrap();
        assert_eq!(
            expired::remove(&mut first, NOW + HOUR, 1)
                .await
                .unwrap()
                .total(),
            1
        );
        assert_eq!(
            commit!(store, |tx| expired::remove(tx, NOW + HOUR, 1)).total(),
            0
        );
        first.commit().await.unwrap();
        assert_eq!(
            commit!(store, |tx| expired::remove(tx, NOW + HOUR, 1)).total(),
            1
        );
    })
    .await;
}

/// Puts a row that ends at `end` into each table.
async fn fill(store: &Store, end: Timestamp, number: u64) {
    let mut tx = store.begin().await.unwrap();
    let app = fill_in(&mut tx, end, number).await.unwrap();
    tx.commit().await.unwrap();
    let mut device = device_code(&app);
    device.expires_at = end - REPLAY_MEMORY;
    device_codes::append(store, device).await.unwrap();
}

async fn fill_in(
    tx: &mut crate::store::Transaction,
    end: Timestamp,
    number: u64,
) -> Result<Client, StoreError> {
    let (mut zoe, mut app) = (user("zoe"), client("app"));
    let keeper: Grant = match crate::store::users::by_username(tx, "zoe").await? {
        Some(known) => {
            zoe = known;
            grants::by_id(tx, &KEEPER.into()).await?.unwrap()
        }
        None => {
            app.status = crate::domain::client::ClientStatus::Active;
            crate::store::users::insert(tx, &zoe).await?;
            crate::store::clients::insert(tx, &app).await?;
            let keeper = Grant {
                id: KEEPER.into(),
                ..grant(&zoe, &app)
            };
            grants::insert(tx, &keeper).await?;
            keeper
        }
    };

    let mut session = session(&zoe);
    session.expires_at = end;
    sessions::insert(tx, &session).await?;
    let mut request = authorization_request(&app);
    request.expires_at = end;
    authorization_requests::insert(tx, &request).await?;
    let mut code = authorization_code(&keeper);
    code.expires_at = end - REPLAY_MEMORY;
    authorization_codes::insert(tx, &code).await?;
    let mut refresh = refresh_token(&keeper);
    refresh.expires_at = end;
    refresh_tokens::insert(tx, &refresh).await?;
    let mut access = access_token(&app, Some(&keeper));
    access.expires_at = end;
    access_tokens::insert(tx, &access).await?;
    let key = format!("{}-{number}", end.0);
    throttles::record_failure(tx, &key, end - SECOND, SECOND).await?;
    let ending = Grant {
        expires_at: end,
        ..grant(&zoe, &app)
    };
    grants::insert(tx, &ending).await?;
    Ok(app)
}

/// How many rows each of the tables has.
async fn counts(store: &Store) -> Vec<i64> {
    let mut connection = store.read().await.unwrap();
    let mut counts = Vec::new();
    for table in expired::TABLES {
        let query = format!("SELECT COUNT(*) FROM {table}");
        let count: i64 = sql!(&mut connection, |conn| {
            sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(query)).fetch_one(conn)
        })
        .unwrap();
        counts.push(count);
    }
    counts
}
