//! Transactions: all or nothing, also when the request goes away.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use super::{conformance, fixtures::*};
use crate::{
    config::Database,
    domain::client::Client,
    store::{
        Conn, Executor as _, Store, StoreError, authorization_codes, clients, grants, sql,
        throttles, users,
    },
};

conformance! {
    async fn what_is_not_committed_did_not_happen(store: Store) {
        let (zoe, app) = (user("zoe"), client("app"));
        let family = grant(&zoe, &app);
        let code = authorization_code(&family);
        let mut tx = store.begin().await.unwrap();
        users::insert(&mut tx, &zoe).await.unwrap();
        clients::insert(&mut tx, &app).await.unwrap();
        let token = issue(&mut tx, &family, &app).await.unwrap();
        authorization_codes::insert(&mut tx, &code).await.unwrap();
        assert!(users::by_id(&mut tx, &zoe.id).await.unwrap().is_some());
        drop(tx);

        assert!(read!(store, |c| first_users(c, 1)).is_empty());
        assert!(read!(store, |c| clients::by_id(c, &app.id)).is_none());
        assert!(read!(store, |c| grants::by_id(c, &family.id)).is_none());
        assert!(read!(store, |c| authorization_codes::by_id(c, &code.id)).is_none());
        assert!(read!(store, |c| crate::store::access_tokens::state(c, &token.id)).is_none());
    }

    async fn others_see_a_transaction_once_it_is_committed(store: Store) {
        let app = client("app");
        let mut tx = store.begin().await.unwrap();
        clients::insert(&mut tx, &app).await.unwrap();
        assert!(read!(store, |c| clients::by_id(c, &app.id)).is_none());
        tx.commit().await.unwrap();
        assert!(read!(store, |c| clients::by_id(c, &app.id)).is_some());
    }

    async fn a_record_needs_those_it_names(store: Store) {
        let family = grant(&user("nobody"), &client("none"));
        let mut tx = store.begin().await.unwrap();
        let result = grants::insert(&mut tx, &family).await;
        assert!(matches!(result, Err(StoreError::Internal(_))), "{result:?}");
    }

    /// Whatever the request waits for when it goes away, its work is done whole or not
    /// at all, and its connection serves others.
    async fn a_request_that_goes_away_leaves_nothing_half_done(database: Database) {
        let observer = Store::open(&database).await.unwrap();
        let store = Store::open(&Database { max_connections: 2, ..database }).await.unwrap();
        let mut done = 0;
        for polls in 0..200 {
            let (zoe, app) = (user(&format!("zoe{polls}")), client(&format!("app{polls}")));
            let request = async {
                let mut tx = store.begin().await.unwrap();
                users::insert(&mut tx, &zoe).await.unwrap();
                clients::insert(&mut tx, &app).await.unwrap();
                tx.commit().await.unwrap();
            };
            let finished = dropped_after(polls, request).await;
            no_open_transactions(&observer).await;
            // Behind the dropped one in SQLite's queue, so that its end is known.
            commit!(store, |tx| throttles::clear(tx, "none"));
            let has_user = read!(store, |c| users::by_id(c, &zoe.id)).is_some();
            let has_client = read!(store, |c| clients::by_id(c, &app.id)).is_some();
            assert_eq!(has_user, has_client, "after {polls} polls");
            assert!(has_user || !finished);
            done += usize::from(finished);
            if done > 3 {
                break;
            }
        }
        assert!(done > 0, "the request never got to its end");
    }

    async fn a_write_that_waits_too_long_is_unavailable(database: Database) {
        let impatient = Database { acquire_timeout: Duration::from_millis(200), ..database.clone() };
        let (holder, waiter) = (Store::open(&database).await.unwrap(), Store::open(&impatient).await.unwrap());
        commit!(holder, |tx| throttles::record_failure(tx, "k", NOW, HOUR));
        let mut held = holder.begin().await.unwrap();
        throttles::record_failure(&mut held, "k", NOW, HOUR).await.unwrap();

        let refused = record(&waiter).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        drop(held);
        // The next one may still meet the end of the last.
        while let Err(error) = record(&waiter).await {
            assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        }
        assert_eq!(read!(waiter, |c| throttles::get(c, "k")).unwrap().failures, 2);
    }

    async fn readers_do_not_wait_for_a_writer(store: Store) {
        let app = client("app");
        commit!(store, |tx| clients::insert(tx, &app));
        let mut tx = store.begin().await.unwrap();
        clients::update(&mut tx, &Client { secret: None, ..app.clone() }).await.unwrap();
        let found = read!(store, |c| clients::by_id(c, &app.id)).unwrap();
        assert!(found.secret.is_some());
    }
}

/// Counts a failure and commits.
async fn record(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    throttles::record_failure(&mut tx, "k", NOW, HOUR).await?;
    tx.commit().await
}

/// Polls `future` so many times and drops it; true when it came to its end before.
async fn dropped_after(polls: usize, future: impl Future<Output = ()>) -> bool {
    let mut left = polls;
    let mut future = pin!(future);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(context).map(|()| true)
    })
    .await
}

/// Waits until no connection to the database idles in a transaction. Asks through
/// `observer`, which must not be the store that is watched.
async fn no_open_transactions(observer: &Store) {
    let mut observer = observer.read().await.unwrap();
    if let Conn::Sqlite(_) = observer.conn().unwrap() {
        // The next write tells: there is one connection that can.
        return;
    }
    for _ in 0..500 {
        let open: i64 = sql!(&mut observer, |conn| sqlx::query_scalar::<_, i64>(
            "SELECT COUNT(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
        )
        .fetch_one(conn))
        .unwrap();
        if open == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a transaction was left open");
}
