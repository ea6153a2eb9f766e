use super::*;
use crate::{
    domain::{
        device_code::{DeviceStatus, new_device_code},
        scope::ScopeSet,
    },
    store::{Store, conformance::conformance, device_codes},
};

const FIVE: Duration = Duration::from_secs(5);
const END: Timestamp = Timestamp(1_800_000);

/// A device of `client`, and its device code.
fn device(client: &ClientId) -> (DeviceCode, PlainToken) {
    let (id, token) = new_device_code(Timestamp(0));
    let code = DeviceCode {
        user_code: id[12..].to_ascii_uppercase(),
        hash: token.hash(),
        id,
        client_id: client.clone(),
        scope: ScopeSet::default(),
        status: DeviceStatus::Pending,
        grant_id: None,
        client_ip: String::new(),
        user_agent: String::new(),
        created_at: Timestamp(0),
        expires_at: END,
    };
    (code, token)
}

/// Waits until `store` hears what happens elsewhere.
async fn hearing(store: &Store) {
    let changes = store.changes();
    while !changes.hold(&changes.validity(changes.reading(), [])) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

conformance! {
    async fn each_poll_that_comes_too_fast_adds_five_seconds(store: Store) {
        hearing(&store).await;
        let (tracker, app) = (PollTracker::new(store.changes()), ClientId::from("app"));
        let (code, token) = device(&app);
        tracker.made(&code, store.changes().reading(), FIVE);
        let poll = |seconds| tracker.poll(&token, &app, Timestamp::from_seconds(seconds));
        assert_eq!(poll(0), Some(Poll::InTime));
        assert_eq!(poll(5), Some(Poll::InTime));
        assert_eq!(poll(9), Some(Poll::TooFast { interval: 2 * FIVE }));
        assert_eq!(poll(18), Some(Poll::TooFast { interval: 3 * FIVE }));
        assert_eq!(poll(33), Some(Poll::InTime));
    }

    async fn devices_do_not_slow_each_other_down(store: Store) {
        let (tracker, app) = (PollTracker::new(store.changes()), ClientId::from("app"));
        let found = |at| tracker.found(&device(&app).0, store.changes().reading(), FIVE, Timestamp(at));
        assert_eq!(found(0), Poll::InTime);
        assert_eq!(found(1), Poll::InTime);
    }

    async fn who_is_not_known_to_wait_is_looked_up(store: Store) {
        hearing(&store).await;
        let (tracker, app) = (PollTracker::new(store.changes()), ClientId::from("app"));
        let (code, token) = device(&app);
        let poll = |token: &PlainToken, client: &ClientId, now| tracker.poll(token, client, now);
        assert_eq!(poll(&token, &app, Timestamp(0)), None);
        tracker.made(&code, store.changes().reading(), FIVE);
        assert_eq!(poll(&token, &"other".into(), Timestamp(0)), None);
        let (_, other) = device(&app);
        assert_eq!(poll(&other, &app, Timestamp(0)), None);
        assert_eq!(poll(&token, &app, END), None);
        assert_eq!(poll(&token, &app, Timestamp(0)), Some(Poll::InTime));
        tracker.forget(&code);
        assert_eq!(poll(&token, &app, Timestamp(0)), None);
    }

    /// A decision is seen by the next poll, and one that comes while the database is read as well.
    async fn a_decision_is_seen_at_once(store: Store) {
        hearing(&store).await;
        let (tracker, app) = (PollTracker::new(store.changes()), ClientId::from("app"));
        let (code, token) = device(&app);
        device_codes::append(&store, code.clone()).await.unwrap();
        let before = store.changes().reading();
        tracker.made(&code, before, FIVE);
        assert!(tracker.poll(&token, &app, Timestamp(0)).is_some());

        let mut tx = store.begin().await.unwrap();
        assert!(device_codes::decide(&mut tx, &code.id, DeviceStatus::Denied, None, Timestamp(1)).await.unwrap());
        assert!(tracker.poll(&token, &app, Timestamp(10_000)).is_some());
        tx.commit().await.unwrap();
        assert_eq!(tracker.poll(&token, &app, Timestamp(20_000)), None);
        tracker.found(&code, before, FIVE, Timestamp(30_000));
        assert_eq!(tracker.poll(&token, &app, Timestamp(40_000)), None);
    }

    /// Whenever it came: devices that were given up make room for it.
    async fn who_polls_stays_known_whoever_else_asks_for_codes(store: Store) {
        hearing(&store).await;
        let (tracker, app) = (PollTracker::of(1000, store.changes()), ClientId::from("app"));
        let made = || {
            let (code, token) = device(&app);
            tracker.made(&code, store.changes().reading(), FIVE);
            token
        };
        let known = |token: &PlainToken, second| {
            tracker.poll(token, &app, Timestamp::from_seconds(second)).is_some()
        };
        let given_up = made();
        (0..1000).for_each(|_| drop(made()));
        assert!(!known(&given_up, 0));
        let polling = made();
        for round in 0..10 {
            (0..999).for_each(|_| drop(made()));
            assert!(known(&polling, 5 * round), "{round}");
        }
        assert_eq!(tracker.lock().len(), 1000);
    }

    async fn what_expired_is_forgotten(store: Store) {
        let (tracker, app) = (PollTracker::new(store.changes()), ClientId::from("app"));
        let reading = store.changes().reading();
        for _ in 0..99 {
            let code = DeviceCode { expires_at: Timestamp(1), ..device(&app).0 };
            tracker.made(&code, reading, FIVE);
        }
        assert_eq!(tracker.lock().len(), 99);
        for _ in 0..50 {
            tracker.found(&device(&app).0, reading, FIVE, Timestamp(2));
        }
        assert_eq!(tracker.lock().len(), 50);
    }
}
