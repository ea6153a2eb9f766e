//! Entries are written: with the change, or a little later, and none gets lost unsaid.

use serde_json::json;
use tokio::{sync::Barrier, task::JoinSet};

use super::*;
use crate::{
    audit::{Severity, verification::verify},
    domain::client::Client,
    error::Error,
    store::{
        Transaction,
        conformance::{conformance, fixtures},
        users,
    },
};

/// How many entries of the type there are.
async fn count_of(store: &Store, event_type: EventType) -> usize {
    let of_type = |record: &Record| record.entry.event_type == event_type.as_str();
    everything(store).await.into_iter().filter(of_type).count()
}

/// Commits `transaction` with `event`. That it is refused shows at once or with the commit.
async fn record_and_commit(
    core: &Core,
    mut transaction: Transaction,
    ctx: &Ctx,
    event: Event,
) -> Result<(), Error> {
    core.audit.record_in(&mut transaction, ctx, event).await?;
    Ok(transaction.commit().await?)
}

conformance! {
    async fn an_entry_says_who_did_what_when_where_and_what_came_of_it(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        core.audit.record(&hand.by("zoe"), event(7));
        let failed = event(8)
            .by(Actor::Operator("ada on host-1".to_owned()))
            .failed("no such user")
            .severity(Severity::Error);
        core.audit.record(&hand.by("zoe"), failed);
        flush(&core).await;
        let [first, second] = everything(&core.store).await.try_into().unwrap();
        let entry = first.entry;
        assert_eq!(entry.event_time, NOW);
        assert_eq!((&*entry.event_type, &*entry.severity), ("USER_UPDATED", "INFO"));
        assert_eq!((&*entry.actor_user_id, &*entry.actor_username), ("id of zoe", "zoe"));
        assert_eq!((&*entry.actor_ip, &*entry.user_agent), ("192.0.2.1", "browser"));
        assert_eq!((&*entry.resource_type, &*entry.resource_id, &*entry.resource_name), ("USER", "7", "User 7"));
        assert_eq!((&*entry.action, &*entry.details), ("A user was changed", "{\"number\":7}"));
        assert_eq!((&*entry.request_method, &*entry.request_path, &*entry.request_id), ("POST", "/here", "request"));
        assert!(entry.success && entry.error_message.is_empty() && entry.count == 1);
        assert_eq!((first.link.sequence, second.link.sequence), (1, 2));
        let entry = second.entry;
        assert_eq!((&*entry.actor_user_id, &*entry.actor_username), ("operator", ""));
        assert_eq!(entry.details, r#"{"number":8,"operator":"ada on host-1"}"#);
        assert_eq!((&*entry.severity, entry.success, &*entry.error_message), ("ERROR", false, "no such user"));
    }

    async fn a_critical_event_is_there_exactly_when_its_change_is(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        let zoe = fixtures::user("zoe");
        for commits in [false, true] {
            let mut transaction = core.store.begin().await.unwrap();
            users::insert(&mut transaction, &zoe).await.unwrap();
            core.audit.record_in(&mut transaction, &hand.by("ada"), event(1)).await.unwrap();
            if commits {
                transaction.commit().await.unwrap();
            } else {
                drop(transaction);
            }
            // Another process sees it at once: nothing has to be written later.
            let other = Store::open(&database).await.unwrap();
            let mut connection = other.read().await.unwrap();
            let changed = users::by_id(&mut connection, &zoe.id).await.unwrap().is_some();
            assert_eq!((changed, everything(&other).await.len()), (commits, usize::from(commits)));
        }
        assert_eq!(verify(&core, NOW, "").await.unwrap().breaks, []);
    }

    async fn a_change_whose_event_can_not_be_written_does_not_happen(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        tamper(&core.store, "ALTER TABLE audit_log RENAME TO gone").await.unwrap();
        let zoe = fixtures::user("zoe");
        let mut transaction = core.store.begin().await.unwrap();
        users::insert(&mut transaction, &zoe).await.unwrap();
        assert!(record_and_commit(&core, transaction, &hand.by("ada"), event(1)).await.is_err());
        let mut connection = core.store.read().await.unwrap();
        assert!(users::by_id(&mut connection, &zoe.id).await.unwrap().is_none());
    }

    async fn an_event_that_is_refused_costs_changes_at_the_same_time_nothing(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        tamper(&core.store, "CREATE UNIQUE INDEX once ON audit_log (resource_id)").await.unwrap();
        let transaction = core.store.begin().await.unwrap();
        record_and_commit(&core, transaction, &hand.by("ada"), event(0)).await.unwrap();
        let gate = Arc::new(Barrier::new(20));
        let mut tasks = JoinSet::new();
        for n in 0..20 {
            let (core, ctx, gate) = (core.clone(), hand.by("ada"), gate.clone());
            tasks.spawn(async move {
                let user = fixtures::user(&format!("user {n}"));
                gate.wait().await;
                let mut transaction = core.store.begin().await.unwrap();
                users::insert(&mut transaction, &user).await.unwrap();
                // Every fourth of them says what was said before.
                let number = if n % 4 == 0 { 0 } else { n };
                let done = record_and_commit(&core, transaction, &ctx, event(number)).await;
                let mut connection = core.store.read().await.unwrap();
                let is_there = users::by_id(&mut connection, &user.id).await.unwrap().is_some();
                assert_eq!((done.is_ok(), is_there), (n % 4 != 0, n % 4 != 0), "{n}: {done:?}");
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        assert_eq!(everything(&core.store).await.len(), 16);
        assert_eq!(verify(&core, NOW, "").await.unwrap().breaks, []);
    }

    async fn two_events_of_one_change_follow_one_another(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        let mut transaction = core.store.begin().await.unwrap();
        core.audit.record_in(&mut transaction, &hand.by("ada"), event(1)).await.unwrap();
        record_and_commit(&core, transaction, &hand.by("ada"), event(2)).await.unwrap();
        let [first, second] = everything(&core.store).await.try_into().unwrap();
        assert_eq!((&*first.entry.resource_id, &*second.entry.resource_id), ("1", "2"));
        assert_eq!(verify(&core, NOW, "").await.unwrap().breaks, []);
    }

    async fn an_orderly_end_writes_what_waits(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        for number in 0..1000 {
            core.audit.record(&hand.by("zoe"), event(number));
        }
        for _ in 0..3 {
            core.audit.record_often(&hand.by("zoe"), EventType::AuditLogViewed, "zoe", "", || {
                Event::new(EventType::AuditLogViewed, "The audit log was looked at")
            });
        }
        core.close().await;
        let store = Store::open(&database).await.unwrap();
        let entries = everything(&store).await;
        assert_eq!(entries.len(), 1001);
        let counts: i64 = entries.iter().map(|record| record.entry.count).sum();
        assert_eq!(counts, 1003);
    }

    async fn what_waits_is_written_within_seconds_without_being_asked_for(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        core.audit.record(&hand.by("zoe"), event(1));
        for _ in 0..100 {
            if !everything(&core.store).await.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("it was not written");
    }

    async fn what_is_too_much_is_counted_and_said(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |audit| audit.buffer_size = 300).await;
        core.audit.record(&hand.by("zoe"), event(0));
        flush(&core).await;
        // Nobody writes to the chain now.
        let mut holder = core.store.begin().await.unwrap();
        let held = "UPDATE audit_chains SET last_sequence = last_sequence";
        sql!(&mut holder, |conn| sqlx::query(held).execute(conn))
            .map(|_: crate::store::connection::Executed| ())
            .unwrap();
        for number in 1..2000 {
            core.audit.record(&hand.by("zoe"), event(number));
            if number % 100 == 0 {
                tokio::task::yield_now().await;
            }
        }
        let dropped = core.audit.dropped();
        assert!((1000..1999).contains(&dropped), "{dropped}");
        drop(holder);
        flush(&core).await;
        let written = count_of(&core.store, EventType::UserUpdated).await;
        assert_eq!(written as u64 + dropped, 2000);
        let told: u64 = everything(&core.store)
            .await
            .iter()
            .filter(|record| record.entry.event_type == "AUDIT_EVENTS_DROPPED")
            .map(|record| {
                assert_eq!((&*record.entry.severity, record.entry.success), ("ERROR", false));
                let details: serde_json::Value = serde_json::from_str(&record.entry.details).unwrap();
                details["events"].as_u64().unwrap()
            })
            .sum();
        assert_eq!(told, dropped);
        assert_eq!(core.audit.dropped(), dropped);
        assert_eq!(verify(&core, NOW, "").await.unwrap().breaks, []);
    }

    async fn hostile_values_are_cut_and_cost_no_entry(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        let long = "\u{1f980}".repeat(5000);
        let hostile = Ctx {
            request_id: long.clone(),
            client_ip: long.clone(),
            user_agent: format!("{long}\0"),
            method: long.clone(),
            path: long.clone(),
            ..hand.by("zoe")
        };
        let mut client: Client = fixtures::client(&format!("{}\0", "x".repeat(5000)));
        client.metadata.client_name.clone_from(&long);
        for number in 0..300 {
            let details = json!({ "a\0": "x".repeat(1_000_000), "list": [long, "\0", { "password": "p" }] });
            let hostile_event = Event::new(EventType::ClientRegistered, "A client registered itself")
                .about(Resource::client(&client))
                .by(Actor::from(&client))
                .with("metadata", details)
                .failed(long.clone());
            core.audit.record(&hostile, if number == 150 { hostile_event } else { event(number) });
        }
        let of_uuid = Actor::Client { id: "0b9f2bb4-4d2c-4b6e-9f0a-3b6b7cf4a9f1".into(), name: String::new() };
        core.audit.record(&hand.by("zoe"), event(300).by(of_uuid));
        flush(&core).await;
        let entries = everything(&core.store).await;
        assert_eq!(entries.len(), 301);
        assert_eq!(core.audit.dropped(), 0);
        assert_eq!(entries[300].entry.actor_user_id, "client:0b9f2bb4-4d2c-4b6e-9f0a-3b6b7cf4a9f1");
        let entry = &entries[150].entry;
        assert!(entry.actor_user_id.starts_with("client:xxx") && entry.actor_user_id.ends_with('…'));
        assert_eq!(entry.actor_username.chars().count(), 255);
        assert_eq!(entry.user_agent.chars().count(), 500);
        assert_eq!(entry.error_message.chars().count(), 1000);
        assert!(entry.details.contains("[redacted]") && !entry.details.contains("\\u0000"));
        assert_eq!(verify(&core, NOW, "").await.unwrap().breaks, []);
    }

    async fn events_alike_become_one_entry_a_minute(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        let introspected = |token: &str| {
            core.audit.record_often(&hand.by("zoe"), EventType::TokenIntrospected, "app", token, || {
                Event::new(EventType::TokenIntrospected, "A token was introspected")
                    .about(Resource::new("TOKEN", token, "app"))
            });
        };
        for _ in 0..1000 {
            introspected("a");
        }
        introspected("b");
        hand.forward(MINUTE);
        // Noticed by the writer itself.
        for _ in 0..100 {
            if everything(&core.store).await.len() == 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        introspected("a");
        flush(&core).await;
        let mut counts: Vec<(String, i64)> = everything(&core.store)
            .await
            .into_iter()
            .map(|record| (record.entry.resource_id, record.entry.count))
            .collect();
        counts.sort();
        let expected = [("a", 1), ("a", 1000), ("b", 1)].map(|(token, count)| (token.to_owned(), count));
        assert_eq!(counts, expected);
    }

    async fn too_many_kinds_of_events_are_counted_together(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |audit| audit.buffer_size = 300).await;
        for token in 0..5000 {
            core.audit.record_often(&hand.by("zoe"), EventType::TokenIntrospected, "app", &token.to_string(), || {
                Event::new(EventType::TokenIntrospected, "A token was introspected")
            });
        }
        flush(&core).await;
        let entries = everything(&core.store).await;
        assert!((300..=310).contains(&entries.len()), "{}", entries.len());
        assert_eq!(entries.iter().map(|record| record.entry.count).sum::<i64>(), 5000);
        assert_eq!(core.audit.dropped(), 0);
    }

    async fn switched_off_it_keeps_nothing(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |audit| audit.enabled = false).await;
        core.audit.record(&hand.by("zoe"), event(1));
        let mut transaction = core.store.begin().await.unwrap();
        core.audit.record_in(&mut transaction, &hand.by("zoe"), event(2)).await.unwrap();
        transaction.commit().await.unwrap();
        core.audit.record_often(&hand.by("zoe"), EventType::AuditLogViewed, "zoe", "", || event(3));
        flush(&core).await;
        assert!(everything(&core.store).await.is_empty());
    }

    /// Lists by time look for an entry near the id that it was written under.
    async fn what_had_to_wait_long_says_when_it_happened(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        let early = hand.by("zoe");
        hand.forward(DAY);
        core.audit.record(&early, event(1));
        flush(&core).await;
        let entry = everything(&core.store).await.remove(0).entry;
        assert_eq!(entry.details, json!({ "number": 1, "happened_at": NOW.0 }).to_string());
        assert!(entry.event_time < hand.now() && hand.now() < entry.event_time + 2 * MINUTE);
        assert_eq!(verify(&core, NOW, "").await.unwrap().breaks, []);
    }
}
