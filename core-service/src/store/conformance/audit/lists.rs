//! Lists, exports and statistics of entries.

use authgate_proto::v1;
use tokio_stream::StreamExt as _;

use super::*;
use crate::{admin::audit as use_cases, error::Error, store::conformance::conformance};

/// Three hours of events: each minute one of three kinds.
async fn filled(database: &Database) -> (Core, Hand) {
    let hand = Hand::new();
    let core = hand.core(database, |_| {}).await;
    for minute in 0..180 {
        let (who, about) = (["ada", "bob", "zoe"][minute % 3], minute % 5);
        let mut ctx = hand.by(who);
        ctx.client_ip = format!("192.0.2.{about}");
        let event = match minute % 3 {
            0 => Event::new(EventType::AuthenticationFailure, "A sign-in failed")
                .about(Resource::new("USER", about, "User 100%"))
                .failed("wrong password"),
            1 => Event::new(EventType::ClientTokensRevokedAll, "All tokens were revoked")
                .about(Resource::new("CLIENT", about, "App")),
            _ => Event::new(EventType::AccessTokenIssued, "An access token was issued")
                .about(Resource::new("TOKEN", about, "App")),
        };
        core.audit.record(&ctx, event);
        // Written in between, so that ids go along with times.
        flush(&core).await;
        hand.forward(MINUTE);
    }
    (core, hand)
}

async fn list(core: &Core, hand: &Hand, request: v1::ListAuditRequest) -> v1::ListAuditResponse {
    use_cases::list(core, &hand.by("admin"), request)
        .await
        .unwrap()
}

fn of(filter: v1::AuditFilter) -> v1::ListAuditRequest {
    v1::ListAuditRequest {
        filter: Some(filter),
        page_size: 200,
        count: true,
        ..v1::ListAuditRequest::default()
    }
}

fn text(text: &str) -> String {
    text.to_owned()
}

conformance! {
    async fn each_filter_lets_through_what_it_says(database: Database) {
        let (core, hand) = filled(&database).await;
        let at = |minute: i64| NOW.0 + minute * 60_000;
        let none = v1::AuditFilter::default;
        for (name, filter, expected) in [
            ("everything", none(), 180),
            ("one type", v1::AuditFilter { event_types: vec![text("ACCESS_TOKEN_ISSUED")], ..none() }, 60),
            ("two types", v1::AuditFilter { event_types: vec![text("ACCESS_TOKEN_ISSUED"), text("AUTHENTICATION_FAILURE")], ..none() }, 120),
            ("severe", v1::AuditFilter { severity: text("critical"), ..none() }, 60),
            ("not severe", v1::AuditFilter { severity: text("INFO"), ..none() }, 60),
            ("failed", v1::AuditFilter { success: Some(false), ..none() }, 60),
            ("succeeded", v1::AuditFilter { success: Some(true), ..none() }, 120),
            ("address", v1::AuditFilter { actor_ip: text("192.0.2.3"), ..none() }, 36),
            ("actor", v1::AuditFilter { actor_user_id: text("id of ada"), ..none() }, 60),
            ("tokens", v1::AuditFilter { resource_type: text("TOKEN"), ..none() }, 60),
            ("clients", v1::AuditFilter { resource_type: text("client"), ..none() }, 60),
            ("one resource", v1::AuditFilter { resource_id: text("3"), ..none() }, 36),
            ("from", v1::AuditFilter { start_time: Some(at(170)), ..none() }, 10),
            ("until", v1::AuditFilter { end_time: Some(at(10)), ..none() }, 10),
            ("between", v1::AuditFilter { start_time: Some(at(60)), end_time: Some(at(120)), ..none() }, 60),
            ("no time at all", v1::AuditFilter { start_time: Some(at(60)), end_time: Some(at(60)), ..none() }, 0),
            ("the name", v1::AuditFilter { search: text(" ADA "), ..none() }, 60),
            ("what was done", v1::AuditFilter { search: text("sign-in"), ..none() }, 60),
            ("no pattern", v1::AuditFilter { search: text("%"), ..none() }, 60),
            ("nothing", v1::AuditFilter { search: text("nobody"), ..none() }, 0),
            ("markup", v1::AuditFilter { search: text("<script>' OR 1=1 --"), ..none() }, 0),
            (
                "all at once",
                v1::AuditFilter {
                    search: text("user 100%"),
                    event_types: vec![text("AUTHENTICATION_FAILURE")],
                    severity: text("WARNING"),
                    success: Some(false),
                    actor_ip: text("192.0.2.3"),
                    actor_user_id: text("id of ada"),
                    resource_type: text("USER"),
                    resource_id: text("3"),
                    start_time: Some(at(0)),
                    end_time: Some(at(90)),
                },
                6,
            ),
        ] {
            let answer = list(&core, &hand, of(filter.clone())).await;
            assert_eq!(answer.entries.len(), expected, "{name}");
            assert_eq!(answer.count as usize, expected, "{name}");
            assert!(!answer.incomplete && answer.next_page_token.is_empty(), "{name}");
            assert!(answer.entries.is_sorted_by(|a, b| a.id > b.id), "{name}");

            // The same in pages, there and back.
            let (mut there, mut token) = (Vec::new(), String::new());
            loop {
                let request = v1::ListAuditRequest { page_size: 7, page_token: token, ..of(filter.clone()) };
                let page = list(&core, &hand, request).await;
                there.extend(page.entries);
                token = page.next_page_token;
                if token.is_empty() { break }
            }
            assert_eq!(there, answer.entries, "{name}");
            let (mut back, mut token) = (Vec::new(), text("last"));
            loop {
                let request = v1::ListAuditRequest { page_size: 7, page_token: token, ..of(filter.clone()) };
                let mut page = list(&core, &hand, request).await;
                page.entries.extend(back);
                back = page.entries;
                token = page.previous_page_token;
                if token.is_empty() { break }
            }
            assert_eq!(back, answer.entries, "{name}");

            // And by number, as the predecessor's JSON asks.
            let request = v1::ListAuditRequest { offset: 5, page_size: 5, ..of(filter) };
            let page = list(&core, &hand, request).await;
            let expected: Vec<_> = answer.entries.iter().skip(5).take(5).cloned().collect();
            assert_eq!(page.entries, expected, "{name}");
        }
    }

    async fn nonsense_is_refused(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        let none = v1::AuditFilter::default;
        for request in [
            of(v1::AuditFilter { event_types: vec![text("NO_SUCH")], ..none() }),
            of(v1::AuditFilter { severity: text("LOUD"), ..none() }),
            of(v1::AuditFilter { search: text("\0"), ..none() }),
            of(v1::AuditFilter { actor_ip: text("\0"), ..none() }),
            v1::ListAuditRequest { page_token: text("after.'"), ..of(none()) },
            v1::ListAuditRequest { page_token: text("7"), ..of(none()) },
            v1::ListAuditRequest { offset: 10_001, ..of(none()) },
            v1::ListAuditRequest { offset: 1, page_token: text("last"), ..of(none()) },
        ] {
            let answer = use_cases::list(&core, &hand.by("admin"), request.clone()).await;
            assert!(matches!(answer, Err(Error::Invalid(_))), "{request:?}: {answer:?}");
        }
        for id in ["", "x", "0190b2f0-0000-7000-8000-000000000000"] {
            let request = v1::GetAuditEntryRequest { id: text(id) };
            let answer = use_cases::get(&core, &hand.by("admin"), request).await;
            assert!(matches!(answer, Err(Error::NotFound(_))), "{id}");
        }
        // Beyond all times there is nothing.
        for (start_time, end_time) in [
            (Some(i64::MAX), None),
            (None, Some(i64::MIN)),
            (None, Some(0)),
            (Some(i64::MAX), Some(i64::MIN)),
        ] {
            let filter = v1::AuditFilter { start_time, end_time, ..none() };
            assert!(list(&core, &hand, of(filter)).await.entries.is_empty());
        }
    }

    /// A search that finds little looks at so much a page and no more.
    async fn a_search_goes_on_where_it_had_to_stop(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        core.audit.record(&hand.by("needle"), event(0));
        flush(&core).await;
        for number in 0..12_000 {
            core.audit.record(&hand.by("hay"), event(number));
            if number % 10_000 == 9_999 {
                flush(&core).await;
            }
        }
        flush(&core).await;
        let filter = v1::AuditFilter { search: text("needle"), ..v1::AuditFilter::default() };
        let first = list(&core, &hand, v1::ListAuditRequest { count: false, ..of(filter.clone()) }).await;
        assert!(first.incomplete && first.entries.is_empty());
        let next = v1::ListAuditRequest { page_token: first.next_page_token, ..of(filter) };
        let second = list(&core, &hand, next).await;
        assert_eq!(second.entries.len(), 1);
        assert!(!second.incomplete && second.next_page_token.is_empty());
    }

    async fn an_export_gives_everything_and_is_noted(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        for number in 0..2500 {
            core.audit.record(&hand.by("zoe"), event(number));
        }
        flush(&core).await;
        let request = v1::ExportAuditRequest {
            filter: Some(v1::AuditFilter { event_types: vec![text("USER_UPDATED")], ..v1::AuditFilter::default() }),
            format: text("csv"),
        };
        let mut stream = use_cases::export(&core, &hand.by("admin"), request.clone()).await.unwrap();
        let (mut sizes, mut entries) = (Vec::new(), Vec::new());
        while let Some(batch) = stream.next().await {
            let batch = batch.unwrap().entries;
            sizes.push(batch.len());
            entries.extend(batch);
        }
        assert_eq!(sizes, [1000, 1000, 500]);
        assert!(entries.is_sorted_by(|a, b| a.id > b.id));
        flush(&core).await;
        let newest = everything(&core.store).await.pop().unwrap().entry;
        assert_eq!((&*newest.event_type, &*newest.actor_username), ("AUDIT_LOG_EXPORTED", "admin"));
        assert!(newest.details.contains("\"format\":\"csv\""), "{}", newest.details);

        // Who goes away ends it.
        drop(use_cases::export(&core, &hand.by("admin"), request).await.unwrap());
    }

    async fn looking_at_the_log_is_noted_once_a_minute(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        for _ in 0..3 {
            list(&core, &hand, of(v1::AuditFilter::default())).await;
        }
        flush(&core).await;
        let entry = everything(&core.store).await.remove(0).entry;
        assert_eq!((&*entry.event_type, entry.count), ("AUDIT_LOG_VIEWED", 3));
        assert_eq!(entry.actor_username, "admin");
    }

    async fn each_question_to_the_log_is_noted(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        for _ in 0..2 {
            for who in ["zoe", "ada"] {
                let filter = v1::AuditFilter { search: text(who), end_time: Some(0), ..v1::AuditFilter::default() };
                list(&core, &hand, of(filter)).await;
            }
        }
        flush(&core).await;
        let mut told: Vec<_> = everything(&core.store)
            .await
            .into_iter()
            .map(|record| (record.entry.details, record.entry.count))
            .collect();
        told.sort();
        assert_eq!(told, [
            (r#"{"filter":{"end_time":0,"search":"ada"}}"#.to_owned(), 2),
            (r#"{"filter":{"end_time":0,"search":"zoe"}}"#.to_owned(), 2),
        ]);
    }

    async fn an_export_is_in_a_format_that_there_is(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        for format in ["xml", "CSV", "csv,jsonl"] {
            let request = v1::ExportAuditRequest { filter: None, format: text(format) };
            let refused = use_cases::export(&core, &hand.by("admin"), request).await;
            assert!(matches!(refused, Err(Error::Invalid(reason)) if reason.starts_with("format: ")));
        }
        flush(&core).await;
        assert!(everything(&core.store).await.is_empty());
    }

    async fn statistics_count_by_the_hour(database: Database) {
        let (core, hand) = filled(&database).await;
        let ask = async |start_time, end_time| {
            let request = v1::GetAuditStatisticsRequest { start_time, end_time };
            use_cases::statistics(&core, &hand.by("admin"), request).await
        };
        let all = ask(None, None).await.unwrap();
        assert_eq!((all.start_time, all.end_time), ((hand.now() - 30 * DAY).0, hand.now().0));
        assert_eq!((all.total_events, all.success_count, all.failure_count, all.dropped), (180, 120, 60, 0));
        assert_eq!(all.events_by_type["ACCESS_TOKEN_ISSUED"], 60);
        assert_eq!(all.events_by_severity["CRITICAL"], 60);
        let hour = crate::domain::audit::hour_of(NOW + 60 * MINUTE);
        let one = ask(Some(hour.0 + 1), Some(hour.0 + 3_600_000)).await.unwrap();
        assert_eq!(one.total_events, 60);
        assert_eq!(ask(Some(NOW.0 - 7_200_000), Some(NOW.0 - 3_600_001)).await.unwrap().total_events, 0);
        assert!(matches!(ask(Some(2), Some(1)).await, Err(Error::Invalid(_))));
    }

    async fn an_entry_is_found_by_its_id(database: Database) {
        let hand = Hand::new();
        let core = hand.core(&database, |_| {}).await;
        core.audit.record(&hand.by("zoe"), event(1));
        flush(&core).await;
        let newest = audit::newest(&mut core.store.read().await.unwrap(), 10).await.unwrap();
        let id = newest[0].link.id.to_string();
        let request = v1::GetAuditEntryRequest { id: id.clone() };
        let entry = use_cases::get(&core, &hand.by("admin"), request).await.unwrap();
        assert_eq!((entry.id, entry.sequence, entry.count), (id, 1, 1));
        assert_eq!(entry.hash, hex::encode(newest[0].link.hash));
    }
}
