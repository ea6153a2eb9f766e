//! Which chains there must be: what is removed whole, or put back, is missed.

use super::{chains::assert_whole, *};
use crate::{
    audit::{
        retention,
        verification::{Outcome, verify},
    },
    error::Error,
    store::{Executor, conformance::conformance},
};

/// One after another, each with one entry: chains number 1 to 3.
async fn three_chains(hand: &Hand, database: &Database) -> Vec<Core> {
    let mut cores = Vec::new();
    for number in 1..=3 {
        cores.push(another_chain(hand, database, number).await);
    }
    cores
}

async fn another_chain(hand: &Hand, database: &Database, number: usize) -> Core {
    let core = hand.core(database, |_| {}).await;
    core.audit.record(&hand.by("zoe"), event(number));
    flush(&core).await;
    hand.forward(10 * MINUTE);
    core
}

async fn verified(core: &Core, hand: &Hand, receipt: &str) -> Outcome {
    verify(core, hand.now(), receipt).await.unwrap()
}

fn reasons(outcome: &Outcome) -> Vec<&str> {
    let reasons = outcome.breaks.iter().map(|broken| &*broken.reason);
    reasons.collect()
}

const MISSING_2: &str = "chain number 2 is missing, with all its entries";
const CHAIN_2: &str = "DELETE FROM audit_log WHERE chain = (SELECT id FROM audit_chains WHERE number = 2); \
                       DELETE FROM audit_chains WHERE number = 2";
const SAVE: &str = "CREATE TABLE saved AS SELECT * FROM audit_log; \
                    CREATE TABLE saved_chains AS SELECT * FROM audit_chains; \
                    CREATE TABLE saved_register AS SELECT * FROM audit_register; \
                    CREATE TABLE saved_counts AS SELECT * FROM audit_counts";
/// In the order in which a process takes them: on a slow machine one may still be at it.
const PUT_BACK: &str = "DELETE FROM audit_register; INSERT INTO audit_register SELECT * FROM saved_register; \
                        DELETE FROM audit_chains; INSERT INTO audit_chains SELECT * FROM saved_chains; \
                        DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM saved; \
                        DELETE FROM audit_counts; INSERT INTO audit_counts SELECT * FROM saved_counts";

conformance! {
    async fn a_chain_that_is_removed_whole_is_missed(database: Database) {
        let hand = Hand::new();
        let cores = three_chains(&hand, &database).await;
        assert_whole(&cores[0], 3, 3).await;
        tamper(&cores[0].store, CHAIN_2).await.unwrap();
        assert_eq!(reasons(&verified(&cores[0], &hand, "").await), [MISSING_2]);
        // Neither another start nor retention makes it forgotten.
        let later = another_chain(&hand, &database, 4).await;
        assert_eq!(reasons(&verified(&later, &hand, "").await), [MISSING_2]);
        hand.forward(200 * DAY);
        retention::remove_old(&later, hand.now()).await.unwrap();
        assert_eq!(reasons(&verified(&later, &hand, "").await), [MISSING_2]);
    }

    async fn emptied_tables_are_missed(database: Database) {
        let hand = Hand::new();
        let cores = three_chains(&hand, &database).await;
        tamper(&cores[0].store, "DELETE FROM audit_log; DELETE FROM audit_chains").await.unwrap();
        assert_eq!(verified(&cores[0], &hand, "").await.breaks.len(), 3);
        tamper(&cores[0].store, "DELETE FROM audit_register").await.unwrap();
        let missing = ["the register of chains is missing"];
        assert_eq!(reasons(&verified(&cores[0], &hand, "").await), missing);
        // It goes on, and nothing begins the register anew.
        let later = another_chain(&hand, &database, 4).await;
        assert_eq!(verified(&later, &hand, "").await.entries, 1);
        assert_eq!(reasons(&verified(&later, &hand, "").await), missing);
    }

    async fn a_register_that_was_changed_is_found(database: Database) {
        let hand = Hand::new();
        let cores = three_chains(&hand, &database).await;
        tamper(&cores[0].store, SAVE).await.unwrap();
        for change in [
            "first_number = 2",
            "last_number = 2",
            "last_number = 9000000000000000000",
            "begun_at = begun_at + 1",
            "counted_from = counted_from + 1",
            "seal = (SELECT seal FROM audit_chains WHERE number = 1)",
        ] {
            let change = format!("UPDATE audit_register SET {change}; {CHAIN_2}");
            tamper(&cores[0].store, &change).await.unwrap();
            let changed = ["the register of chains was changed"];
            assert_eq!(reasons(&verified(&cores[0], &hand, "").await), changed, "{change}");
            another_chain(&hand, &database, 4).await;
            assert_eq!(reasons(&verified(&cores[0], &hand, "").await), changed, "{change}");
            tamper(&cores[0].store, PUT_BACK).await.unwrap();
        }
    }

    async fn a_register_without_a_seal_is_not_begun_where_chains_have_numbers(database: Database) {
        let hand = Hand::new();
        let cores = three_chains(&hand, &database).await;
        let reset = format!(
            "{CHAIN_2}; UPDATE audit_register SET first_number = 1, last_number = 0, seal = {}",
            match cores[0].store.begin().await.unwrap().conn().unwrap() {
                crate::store::Conn::Sqlite(_) => "x''",
                crate::store::Conn::Postgres(_) => "''",
            }
        );
        tamper(&cores[0].store, &reset).await.unwrap();
        let later = another_chain(&hand, &database, 4).await;
        assert_eq!(reasons(&verified(&later, &hand, "").await), ["the register of chains was changed"]);
    }

    /// The record of a chain is put back to a time when it fitted, and the tail is cut off.
    async fn a_chain_that_is_put_back_is_known_by_those_after_it(database: Database) {
        let hand = Hand::new();
        let cores = three_chains(&hand, &database).await;
        tamper(&cores[0].store, SAVE).await.unwrap();
        cores[0].audit.record(&hand.by("ghost"), event(4));
        flush(&cores[0]).await;
        let later = another_chain(&hand, &database, 5).await;
        assert_eq!(reasons(&verified(&later, &hand, "").await), [""; 0]);
        let put_back = "DELETE FROM audit_log WHERE id NOT IN (SELECT id FROM saved) AND sequence = 2; \
                        UPDATE audit_chains SET \
                        last_sequence = s.last_sequence, last_hash = s.last_hash, last_id = s.last_id, \
                        seal = s.seal FROM saved_chains s WHERE s.id = audit_chains.id";
        tamper(&later.store, put_back).await.unwrap();
        let found = ["the chain was put back: it went on from here"];
        assert_eq!(reasons(&verified(&later, &hand, "").await), found);
        // Nor is it hidden by what its process appends.
        cores[0].audit.record(&hand.by("zoe"), event(6));
        flush(&cores[0]).await;
        let found = ["the chain was put back, and went on: another entry stood here"];
        assert_eq!(reasons(&verified(&later, &hand, "").await), found);
    }

    async fn a_receipt_finds_that_everything_was_put_back(database: Database) {
        let hand = Hand::new();
        let cores = three_chains(&hand, &database).await;
        tamper(&cores[0].store, SAVE).await.unwrap();
        let early = verified(&cores[0], &hand, "").await.receipt.unwrap();
        cores[1].audit.record(&hand.by("zoe"), event(4));
        flush(&cores[1]).await;
        let grown = verified(&cores[0], &hand, &early).await.receipt.unwrap();
        let core = another_chain(&hand, &database, 5).await;
        let late = verified(&core, &hand, &grown).await.receipt.unwrap();

        tamper(&core.store, PUT_BACK).await.unwrap();
        assert_eq!(reasons(&verified(&core, &hand, "").await), [""; 0]);
        assert_eq!(reasons(&verified(&core, &hand, &early).await), [""; 0]);
        let found = ["the chain was put back: it went on from here"];
        assert_eq!(reasons(&verified(&core, &hand, &grown).await), found);
        let found = verified(&core, &hand, &late).await;
        assert!(reasons(&found).contains(&"chain number 4 is missing, with all its entries"));

        for nothing in [" ", "hello", &late.replace('4', "3")] {
            let refused = verify(&core, hand.now(), nothing).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{nothing}");
        }
    }

    async fn a_receipt_holds_beyond_what_retention_removes(database: Database) {
        let hand = Hand::new();
        let cores = three_chains(&hand, &database).await;
        let receipt = verified(&cores[0], &hand, "").await.receipt.unwrap();
        hand.forward(200 * DAY);
        cores[1].audit.record(&hand.by("zoe"), event(4));
        flush(&cores[1]).await;
        assert_eq!(retention::remove_old(&cores[0], hand.now()).await.unwrap(), 3);
        let outcome = verified(&cores[0], &hand, &receipt).await;
        assert_eq!(reasons(&outcome), [""; 0]);
        // The third waits for the second, which goes on.
        assert_eq!((outcome.entries, outcome.chains), (1, 2));
        let late = outcome.receipt.unwrap();
        // One that says that they were removed is not older than the database that has them.
        assert_eq!(reasons(&verified(&cores[0], &hand, &late).await), [""; 0]);
    }

    async fn wrong_statistics_are_found(database: Database) {
        let hand = Hand::new();
        let cores = three_chains(&hand, &database).await;
        hand.forward(3 * 60 * MINUTE);
        tamper(&cores[0].store, SAVE).await.unwrap();
        assert_eq!(reasons(&verified(&cores[0], &hand, "").await), [""; 0]);
        for change in [
            "DELETE FROM audit_counts",
            "UPDATE audit_counts SET count = count + 1",
            "UPDATE audit_counts SET success = NOT success",
            "UPDATE audit_counts SET event_type = 'LOGOUT'",
        ] {
            tamper(&cores[0].store, change).await.unwrap();
            let outcome = verified(&cores[0], &hand, "").await;
            assert!(reasons(&outcome)[0].contains("statistics"), "{change}: {outcome:?}");
            tamper(&cores[0].store, PUT_BACK).await.unwrap();
        }
        // Retention removes both.
        hand.forward(90 * DAY - 60 * MINUTE);
        cores[0].audit.record(&hand.by("zoe"), event(4));
        flush(&cores[0]).await;
        retention::remove_old(&cores[0], hand.now()).await.unwrap();
        hand.forward(180 * MINUTE);
        assert_eq!(reasons(&verified(&cores[0], &hand, "").await), [""; 0]);
    }

    /// A database from before there was a register: its chains have no numbers.
    async fn chains_from_before_the_register_are_numbered_once(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        let keys = core.derived.clone();
        core.close().await;
        let store = Store::open(&database).await.unwrap();
        let reset = match store.begin().await.unwrap().conn().unwrap() {
            crate::store::Conn::Sqlite(_) => "UPDATE audit_register SET seal = x''",
            crate::store::Conn::Postgres(_) => "UPDATE audit_register SET seal = ''",
        };
        tamper(&store, reset).await.unwrap();
        let mut transaction = store.begin().await.unwrap();
        for number in 0..2 {
            let mut chain = crate::domain::audit::Chain::new(uuid::Uuid::from_u128(number), NOW);
            chain.seal = crate::audit::chain::seal(&keys, &chain);
            audit::lock(&mut transaction, &chain).await.unwrap();
        }
        transaction.commit().await.unwrap();
        for _ in 0..2 {
            let core = hand.core(&database, |_| {}).await;
            let outcome = verified(&core, &hand, "").await;
            assert_eq!(reasons(&outcome), [""; 0]);
            assert_eq!(outcome.chains, 2);
        }
        let numbers: Vec<Option<i64>> = sql!(&mut store.read().await.unwrap(), |conn| {
            sqlx::query_scalar("SELECT number FROM audit_chains ORDER BY id").fetch_all(conn)
        })
        .unwrap();
        assert_eq!(numbers, [Some(1), Some(2)]);
        tamper(&store, "DELETE FROM audit_chains WHERE number = 1").await.unwrap();
        let core = hand.core(&database, |_| {}).await;
        assert_eq!(verified(&core, &hand, "").await.breaks.len(), 1);
    }
}
