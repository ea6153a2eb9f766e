//! Chains are whole, and every way to make them not so is found.

use super::*;
use crate::{
    audit::{
        retention,
        verification::{Break, verify},
    },
    store::conformance::conformance,
};

/// Five entries, and a copy of them to go back to.
async fn five(database: &Database) -> Core {
    let hand = Hand::new();
    let core = hand.core(database, |_| {}).await;
    for number in 1..=5 {
        core.audit.record(&hand.by("zoe"), event(number));
    }
    flush(&core).await;
    let copy = "CREATE TABLE saved AS SELECT * FROM audit_log; \
                CREATE TABLE saved_chains AS SELECT * FROM audit_chains";
    tamper(&core.store, copy).await.unwrap();
    assert_whole(&core, 5, 1).await;
    core
}

pub(super) async fn assert_whole(core: &Core, entries: u64, chains: u64) {
    let outcome = verify(core, NOW, "").await.unwrap();
    assert_eq!(outcome.breaks, []);
    assert_eq!((outcome.entries, outcome.chains), (entries, chains));
}

/// The break that `statement` makes; it is mended afterwards.
async fn broken_by(core: &Core, statement: &str) -> Break {
    tamper(&core.store, statement).await.unwrap();
    let outcome = verify(core, NOW, "").await.unwrap();
    assert!(!outcome.breaks.is_empty(), "{statement}");
    assert_eq!(outcome.receipt, None);
    let mend = "DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM saved; \
                DELETE FROM audit_chains; INSERT INTO audit_chains SELECT * FROM saved_chains";
    tamper(&core.store, mend).await.unwrap();
    assert_whole(core, 5, 1).await;
    outcome.breaks.into_iter().next().unwrap()
}

conformance! {
    async fn whatever_is_changed_in_an_entry_is_found(database: Database) {
        let core = five(&database).await;
        let third = everything(&core.store).await[2].link.id;
        let texts = [
            "event_type", "severity", "actor_user_id", "actor_username", "actor_ip",
            "resource_type", "resource_id", "resource_name", "action", "details", "error_message",
            "user_agent", "request_path", "request_method", "request_id",
        ];
        let mut changes: Vec<String> = texts
            .iter()
            .map(|column| format!("{column} = {column} || 'x'"))
            .collect();
        changes.extend(
            [
                "event_time = event_time + 1",
                "count = count + 1",
                "success = NOT success",
                "hash = (SELECT hash FROM saved WHERE sequence = 4)",
                "chain = chain, actor_username = '', resource_name = actor_username || resource_name",
            ]
            .map(str::to_owned),
        );
        for change in changes {
            let found = broken_by(&core, &format!("UPDATE audit_log SET {change} WHERE sequence = 3")).await;
            assert_eq!((found.sequence, found.entry), (3, Some(third)), "{change}");
        }
    }

    async fn whatever_is_taken_out_put_in_or_moved_is_found(database: Database) {
        let core = five(&database).await;
        let rest = "hash, event_time, event_type, severity, actor_user_id, actor_username, actor_ip, \
                    resource_type, resource_id, resource_name, action, details, success, error_message, \
                    user_agent, request_path, request_method, request_id, count FROM audit_log";
        for (what, statement, sequence) in [
            ("one in the middle", "DELETE FROM audit_log WHERE sequence = 3".to_owned(), 3),
            ("the first", "DELETE FROM audit_log WHERE sequence = 1".to_owned(), 1),
            ("the last", "DELETE FROM audit_log WHERE sequence = 5".to_owned(), 5),
            ("the last two", "DELETE FROM audit_log WHERE sequence > 3".to_owned(), 4),
            ("all", "DELETE FROM audit_log".to_owned(), 1),
            (
                "places exchanged",
                "UPDATE audit_log SET sequence = 5 - sequence WHERE sequence IN (2, 3)".to_owned(),
                2,
            ),
            (
                "contents exchanged",
                "UPDATE audit_log SET resource_id = (SELECT resource_id FROM saved \
                 WHERE saved.sequence = 5 - audit_log.sequence) WHERE sequence IN (2, 3)".to_owned(),
                2,
            ),
            (
                "a copy before all",
                format!("INSERT INTO audit_log SELECT chain, chain, 1, {rest} WHERE sequence = 1"),
                1,
            ),
            (
                "cut off, and the chain's record with it",
                "DELETE FROM audit_log WHERE sequence = 5; UPDATE audit_chains SET last_sequence = 4, \
                 last_hash = (SELECT hash FROM audit_log WHERE sequence = 4), \
                 last_id = (SELECT id FROM audit_log WHERE sequence = 4)".to_owned(),
                4,
            ),
            (
                "taken for retention",
                "DELETE FROM audit_log WHERE sequence = 1; UPDATE audit_chains SET first_sequence = 2, \
                 first_hash = (SELECT hash FROM saved WHERE sequence = 1)".to_owned(),
                5,
            ),
            ("the chain's record", "DELETE FROM audit_chains".to_owned(), 5),
        ] {
            let found = broken_by(&core, &statement).await;
            assert_eq!(found.sequence, sequence, "{what}: {found:?}");
        }
    }

    async fn what_is_put_in_behind_the_end_is_found(database: Database) {
        let core = five(&database).await;
        for (sequence, expected) in [(6, 6), (9, 9)] {
            let id = uuid::Uuid::max();
            let mut transaction = core.store.begin().await.unwrap();
            let statement = format!(
                "INSERT INTO audit_log SELECT $1, chain, {sequence}, hash, event_time, event_type, \
                 severity, actor_user_id, actor_username, actor_ip, resource_type, resource_id, \
                 resource_name, action, details, success, error_message, user_agent, request_path, \
                 request_method, request_id, count FROM audit_log WHERE sequence = 5"
            );
            let _: crate::store::connection::Executed = sql!(&mut transaction, |conn| {
                sqlx::query(sqlx::AssertSqlSafe(statement)).bind(id).execute(conn)
            })
            .unwrap();
            transaction.commit().await.unwrap();
            let found = broken_by(&core, "DELETE FROM audit_log WHERE sequence < 0").await;
            assert_eq!(found.sequence, expected);
        }
    }

    /// What is appended to a chain whose record was changed does not make it look whole.
    async fn going_on_hides_nothing(database: Database) {
        let core = five(&database).await;
        let cut = "DELETE FROM audit_log WHERE sequence = 5; UPDATE audit_chains SET last_sequence = 4, \
                   last_hash = (SELECT hash FROM audit_log WHERE sequence = 4), \
                   last_id = (SELECT id FROM audit_log WHERE sequence = 4)";
        tamper(&core.store, cut).await.unwrap();
        let later = Hand::new();
        later.forward(100 * DAY);
        core.audit.record(&later.by("zoe"), event(6));
        flush(&core).await;
        assert_eq!(verify(&core, NOW, "").await.unwrap().breaks.len(), 1);
        let removed = retention::remove_old(&core, NOW + 120 * DAY).await.unwrap();
        assert_eq!(removed, 4);
        assert_eq!(verify(&core, NOW, "").await.unwrap().breaks.len(), 1);
    }

    async fn another_root_secret_fits_no_chain(database: Database) {
        five(&database).await.close().await;
        let mut settings = Settings::new("https://id.example".to_owned(), "another secret of thirty-two bytes".into(), database);
        settings.signing.access_token_algorithm = crate::config::Algorithm::Hs256;
        settings.signing.hs256_secret = Some("0123456789abcdef0123456789abcdef".into());
        let store = Store::open(&settings.database).await.unwrap();
        tamper(&store, "DELETE FROM signing_keys").await.unwrap();
        let core = Core::start(settings, Arc::new(|| NOW)).await.unwrap();
        let reasons: Vec<_> = verify(&core, NOW, "").await.unwrap().breaks;
        assert_eq!(reasons.len(), 2, "of the chain and of the register: {reasons:?}");
    }

    async fn many_writers_at_once_leave_whole_chains(database: Database) {
        let hand = Hand::new();
        let mut cores = Vec::new();
        for _ in 0..2 {
            cores.push(hand.core(&database, |_| {}).await);
        }
        let mut writers = Vec::new();
        for writer in 0..8 {
            let (core, hand) = (cores[writer % 2].clone(), hand.clone());
            writers.push(tokio::spawn(async move {
                for number in 0..20 {
                    core.audit.record(&hand.by("zoe"), event(number));
                    let mut transaction = core.store.begin().await.unwrap();
                    core.audit
                        .record_in(&mut transaction, &hand.by("ada"), event(number))
                        .await
                        .unwrap();
                    if number % 4 == 0 {
                        drop(transaction);
                    } else {
                        transaction.commit().await.unwrap();
                    }
                }
            }));
        }
        // Who looks meanwhile finds no break.
        for _ in 0..5 {
            assert_eq!(verify(&cores[0], NOW, "").await.unwrap().breaks, []);
        }
        for writer in writers {
            writer.await.unwrap();
        }
        for core in &cores {
            flush(core).await;
        }
        assert_whole(&cores[0], 8 * (20 + 15), 2).await;
    }

    async fn retention_leaves_whole_chains(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |audit| audit.retention = DAY).await;
        let other = hand.core(&database, |_| {}).await;
        other.audit.record(&hand.by("zoe"), event(0));
        flush(&other).await;
        for _ in 0..3 {
            for number in 0..700 {
                core.audit.record(&hand.by("zoe"), event(number));
            }
            flush(&core).await;
            hand.forward(DAY / 2);
        }
        assert_whole(&core, 2101, 2).await;
        hand.forward(70 * MINUTE);
        let removed = retention::remove_old(&core, hand.now()).await.unwrap();
        assert_eq!(removed, 1401);
        // The other process's chain had no other entry.
        assert_whole(&core, 700, 1).await;
        let mut connection = core.store.read().await.unwrap();
        let counted = audit::counts(&mut connection, Timestamp(0), hand.now()).await.unwrap();
        drop(connection);
        assert_eq!(counted.iter().map(|row| row.count).sum::<i64>(), 700);

        // Both go on, the emptied chain anew.
        other.audit.record(&hand.by("zoe"), event(0));
        flush(&other).await;
        core.audit.record(&hand.by("zoe"), event(0));
        flush(&core).await;
        assert_whole(&core, 702, 2).await;

        // What is missing behind the cut is still found.
        tamper(&core.store, "DELETE FROM audit_log WHERE sequence = 1500").await.unwrap();
        let broken = verify(&core, NOW, "").await.unwrap().breaks;
        assert_eq!(broken[0].sequence, 1500);
    }
}
