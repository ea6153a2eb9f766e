//! What one store changes, another one on the same database hears of.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{conformance, fixtures::*};
use crate::{
    config::Database,
    domain::{client::Client, device_code::DeviceStatus, user::User},
    store::{
        Change, Conn, Executor as _, Store, Validity, access_tokens, clients, device_codes, grants,
        sql, users,
    },
};

/// A machine that tests on all processors may be late; the program promises a quarter of this.
const SOON: Duration = Duration::from_secs(1);

conformance! {
    async fn a_change_elsewhere_is_heard(database: Database) {
        let (here, there) = (Store::open(&database).await.unwrap(), Store::open(&database).await.unwrap());
        let (zoe, app) = parties(&there).await;
        let family = grant(&zoe, &app);
        let mut tx = there.begin().await.unwrap();
        let token = issue(&mut tx, &family, &app).await.unwrap();
        tx.commit().await.unwrap();
        let device = device_code(&app);
        device_codes::append(&there, device.clone()).await.unwrap();

        let kept = kept(&here, &Change::Client(app.id.clone())).await;
        commit!(there, |tx| clients::update(tx, &Client { secret: None, ..app.clone() }));
        ends(&here, &kept).await;
        let kept = self::kept(&here, &Change::User(zoe.id.clone())).await;
        commit!(there, |tx| users::update(tx, &User { active: false, ..zoe.clone() }));
        ends(&here, &kept).await;
        let kept = self::kept(&here, &Change::AccessToken(token.id)).await;
        commit!(there, |tx| access_tokens::revoke(tx, &token.id, NOW));
        ends(&here, &kept).await;
        let kept = self::kept(&here, &Change::Grant(family.id)).await;
        commit!(there, |tx| grants::revoke_of_user(tx, &zoe.id, NOW));
        ends(&here, &kept).await;
        let kept = self::kept(&here, &Change::DeviceCode(device.id.clone())).await;
        commit!(there, |tx| device_codes::decide(tx, &device.id, DeviceStatus::Denied, None, NOW));
        ends(&here, &kept).await;
    }

    async fn a_change_here_counts_at_once(store: Store) {
        let (zoe, _) = parties(&store).await;
        for _ in 0..20 {
            let kept = kept(&store, &Change::User(zoe.id.clone())).await;
            let mut tx = store.begin().await.unwrap();
            users::update(&mut tx, &zoe).await.unwrap();
            tx.commit().await.unwrap();
            assert!(!store.changes().hold(&kept));
        }
    }

    async fn what_did_not_happen_changes_nothing(store: Store) {
        let (zoe, _) = parties(&store).await;
        // A busy machine may miss the lease for a moment: that it comes back tells.
        let kept = kept(&store, &Change::User(zoe.id.clone())).await;
        let mut tx = store.begin().await.unwrap();
        users::update(&mut tx, &zoe).await.unwrap();
        drop(tx);
        commit!(store, |tx| crate::store::throttles::clear(tx, "none"));
        eventually(|| store.changes().hold(&kept)).await;
    }

    /// More changes than are told one by one.
    async fn the_end_of_very_many_grants_is_heard(database: Database) {
        let (here, there) = (Store::open(&database).await.unwrap(), Store::open(&database).await.unwrap());
        let (zoe, app) = parties(&there).await;
        let mut tx = there.begin().await.unwrap();
        let mut last = None;
        for _ in 0..1100 {
            let family = grant(&zoe, &app);
            grants::insert(&mut tx, &family).await.unwrap();
            last = Some(family.id);
        }
        tx.commit().await.unwrap();
        let kept = kept(&here, &Change::Grant(last.unwrap())).await;
        assert_eq!(commit!(there, |tx| grants::revoke_of_client(tx, &app.id, NOW)), 1100);
        ends(&here, &kept).await;
    }

    async fn who_is_cut_off_keeps_nothing(store: Store) {
        let administrator = store.clone();
        let kept = kept(&store, &Change::Everything).await;
        let mut administrator = administrator.read().await.unwrap();
        if let Conn::Sqlite(_) = administrator.conn().unwrap() {
            // There is nobody who could cut off: the file is the connection.
            return;
        }
        let listeners: i64 = sql!(&mut administrator, |conn| sqlx::query_scalar::<_, i64>(
            "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        .fetch_one(conn))
        .unwrap();
        assert!(listeners > 0);
        // What was kept before is read again, and then there is memory again.
        ends(&store, &kept).await;
        self::kept(&store, &Change::Everything).await;
    }
}

/// What somebody holds that depends on `subject`.
async fn kept(store: &Store, subject: &Change) -> Validity {
    let changes = store.changes();
    let mut validity = changes.validity(changes.reading(), [subject]);
    let end = Instant::now() + 20 * SOON;
    // The store may have to begin to listen first, and hear of what just happened.
    let mut held = 0;
    while held < 5 {
        assert!(Instant::now() < end, "nothing is ever held");
        sleep(Duration::from_millis(20)).await;
        held += 1;
        if !changes.hold(&validity) {
            validity = changes.validity(changes.reading(), [subject]);
            held = 0;
        }
    }
    validity
}

async fn ends(store: &Store, kept: &Validity) {
    let end = Instant::now() + SOON;
    while store.changes().hold(kept) {
        assert!(Instant::now() < end, "a change was not heard");
        sleep(Duration::from_millis(5)).await;
    }
    // Not for want of hearing, but because it was heard.
    let changes = store.changes();
    eventually(|| changes.hold(&changes.validity(changes.reading(), []))).await;
    assert!(!changes.hold(kept));
}

async fn eventually(condition: impl Fn() -> bool) {
    let end = Instant::now() + 20 * SOON;
    while !condition() {
        assert!(Instant::now() < end, "it never came");
        sleep(Duration::from_millis(5)).await;
    }
}
