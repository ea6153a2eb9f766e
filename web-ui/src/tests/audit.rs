//! The audit trail: page, files and JSON.

use authgate_proto::v1::{
    AuditEntry, AuditFilter, AuditStatistics, Dashboard, ExportAuditRequest, ExportAuditResponse,
    GetAuditStatisticsRequest, ListAuditRequest, ListAuditResponse,
};
use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tonic::Status;

use super::{Call, Script, Site, everything};

/// 2023-11-14T22:13:20Z.
const THEN: i64 = 1_700_000_000_000;

fn entry() -> AuditEntry {
    AuditEntry {
        id: "018bcfe5-6800-7000-8000-000000000001".to_owned(),
        event_type: "CLIENT_UPDATED".to_owned(),
        event_time: THEN,
        severity: "WARNING".to_owned(),
        actor_user_id: "u-1".to_owned(),
        actor_username: "ada".to_owned(),
        actor_ip: "192.0.2.1".to_owned(),
        resource_type: "CLIENT".to_owned(),
        resource_id: "notes".to_owned(),
        resource_name: "=HYPERLINK(\"x\")<script>".to_owned(),
        action: "changed a client".to_owned(),
        details: "{\"profile\":\"<b>long</b>\"}".to_owned(),
        success: true,
        user_agent: "Browser".to_owned(),
        request_path: "/admin/clients/notes".to_owned(),
        request_method: "POST".to_owned(),
        count: 1,
        chain: "018bcfe5-6800-7000-8000-000000000000".to_owned(),
        sequence: 7,
        hash: "ab".repeat(32),
        request_id: "r-9".to_owned(),
        ..AuditEntry::default()
    }
}

fn list() -> ListAuditResponse {
    let failed = AuditEntry {
        event_type: "AUTHENTICATION_FAILURE".to_owned(),
        actor_user_id: String::new(),
        actor_username: String::new(),
        resource_name: String::new(),
        resource_id: String::new(),
        action: "failed to sign in".to_owned(),
        details: "{}".to_owned(),
        success: false,
        error_message: "bad_credentials".to_owned(),
        count: 3,
        ..entry()
    };
    ListAuditResponse {
        entries: vec![entry(), failed],
        next_page_token: "after.1".to_owned(),
        count: 41,
        ..ListAuditResponse::default()
    }
}

fn statistics() -> AuditStatistics {
    AuditStatistics {
        off: false,
        start_time: THEN,
        end_time: THEN + 3_600_000,
        total_events: 12_345,
        events_by_type: [("LOGOUT".to_owned(), 5)].into(),
        events_by_severity: [("CRITICAL".to_owned(), 2)].into(),
        success_count: 12_000,
        failure_count: 345,
        dropped: 1,
    }
}

fn site() -> Site {
    let batch = |entries| ExportAuditResponse { entries };
    Site::new(Script {
        list_audit: Some(Ok(list())),
        get_audit_statistics: Some(Ok(statistics())),
        export_audit: Some(Ok(vec![
            batch(vec![entry()]),
            batch(vec![entry(), entry()]),
        ])),
        ..everything()
    })
}

/// The filter that the core was asked for.
fn asked(site: &Site) -> ListAuditRequest {
    site.calls()
        .into_iter()
        .find_map(|call| match call {
            Call::ListAudit(request) => Some(request),
            _ => None,
        })
        .expect("a list")
}

#[tokio::test]
async fn a_line_reads_as_a_sentence_and_opens() {
    let page = site().get("/admin/audit").await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [
        "changed a client",
        "failed to sign in",
        "Warning",
        "3 times",
        "12,345",
        "<code>CLIENT_UPDATED</code>",
        "<details>",
        "2023-11-14T22:13:20Z",
        "018bcfe5-6800-7000-8000-000000000000 #7",
        "POST /admin/clients/notes",
        "href=\"/auth/admin/audit?actor_ip=192.0.2.1\"",
        "href=\"/auth/admin/audit?page_token=after.1\"",
        "href=\"/auth/admin/audit/export?format=csv\"",
    ] {
        page.shows(text);
    }
    page.hides("<script>");
    page.hides("<b>long");
}

/// Only what the trail itself says stays English there, and says so.
#[tokio::test]
async fn events_are_told_in_the_language_of_the_page() {
    let query = "event_type=CLIENT_UPDATED&severity=WARNING";
    let request = Request::get(format!("/admin/audit?{query}"))
        .header(header::COOKIE, "authgate_lang=zh-TW")
        .body(Body::empty());
    let page = site().send(request.expect("a request")).await;
    for text in [
        "<b><bdi>ada</bdi></b> <span>變更了用戶端</span>",
        "登入失敗",
        // What the list is filtered by, and what it can be.
        "事件: <bdi>變更了用戶端</bdi>",
        "嚴重程度: <bdi>警告</bdi>",
        "<option value=\"TOKEN_REVOKED\">撤銷了權杖</option>",
        "<option value=\"CRITICAL\">嚴重</option>",
        // The statistics.
        "href=\"/auth/admin/audit?event_type=LOGOUT\">登出</a> <b>5</b>",
        "<span lang=\"en\">changed a client</span>",
    ] {
        page.shows(text);
    }
    page.hides("<span>changed a client");
}

#[tokio::test]
async fn an_event_of_a_newer_core_is_told_in_its_words() {
    let newer = AuditEntry {
        event_type: "KETTLE_BOILED".to_owned(),
        severity: "URGENT".to_owned(),
        action: "boiled the <kettle>".to_owned(),
        ..entry()
    };
    let site = Site::new(Script {
        list_audit: Some(Ok(ListAuditResponse {
            entries: vec![newer],
            ..ListAuditResponse::default()
        })),
        get_audit_statistics: Some(Ok(statistics())),
        ..everything()
    });
    let page = site.get("/admin/audit").await;
    page.shows("<span lang=\"en\">boiled the &lt;kettle&gt;</span>");
    page.shows("KETTLE_BOILED");
    page.shows("URGENT");
}

#[tokio::test]
async fn filters_stay_in_the_url_and_are_taken_away_one_by_one() {
    let site = site();
    let query = "search=ada&event_type=CLIENT_UPDATED&severity=WARNING&success=false\
                 &actor_ip=192.0.2.1&start_time=2023-11-14&end_time=2023-11-14&page_token=after.9";
    let page = site.get(&format!("/admin/audit?{query}")).await;
    let request = asked(&site);
    assert_eq!(
        request.filter,
        Some(AuditFilter {
            search: "ada".to_owned(),
            event_types: vec!["CLIENT_UPDATED".to_owned()],
            severity: "WARNING".to_owned(),
            success: Some(false),
            actor_ip: "192.0.2.1".to_owned(),
            start_time: Some(1_699_920_000_000),
            end_time: Some(1_700_006_400_000),
            ..AuditFilter::default()
        })
    );
    assert_eq!(request.page_token, "after.9");
    for kept in ["search=ada", "severity=WARNING", "start_time=2023-11-14"] {
        page.shows(kept);
    }
    page.shows("class=\"chip\"");
    // The chip of the search leads to all the others.
    page.shows(
        "href=\"/auth/admin/audit?event_type=CLIENT_UPDATED&amp;severity=WARNING&amp;\
         success=false&amp;actor_ip=192.0.2.1&amp;start_time=2023-11-14&amp;end_time=2023-11-14\"",
    );
    // What has no field is kept by the form.
    page.shows("<input type=\"hidden\" name=\"actor_ip\" value=\"192.0.2.1\"");
}

#[tokio::test]
async fn nonsense_filters_nothing_on_the_page() {
    let site = site();
    let query =
        "event_type=%3Cb%3E&severity=x&success=maybe&start_time=tomorrow&resource_id=%3Cb%3E";
    let page = site.get(&format!("/admin/audit?{query}")).await;
    assert_eq!(page.status, StatusCode::OK);
    page.hides("<b>&");
    page.shows("Not understood, and so not filtered by: Event, Severity, Outcome, From");
    let filter = AuditFilter {
        resource_id: "<b>".to_owned(),
        ..AuditFilter::default()
    };
    assert_eq!(asked(&site).filter, Some(filter));
}

#[tokio::test]
async fn an_empty_trail_and_an_unfinished_search_say_so() {
    for (query, incomplete, text) in [
        ("", false, "Nothing has happened yet"),
        ("?search=x", true, "role=\"status\""),
    ] {
        let site = Site::new(Script {
            list_audit: Some(Ok(ListAuditResponse {
                incomplete,
                next_page_token: if incomplete { "after.1" } else { "" }.to_owned(),
                ..ListAuditResponse::default()
            })),
            get_audit_statistics: Some(Ok(statistics())),
            ..everything()
        });
        site.get(&format!("/admin/audit{query}")).await.shows(text);
    }
}

#[tokio::test]
async fn a_file_holds_everything_without_formulas() {
    let site = site();
    let file = site
        .get("/admin/audit/export?format=csv&severity=WARNING")
        .await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.header(header::CONTENT_TYPE).starts_with("text/csv"));
    let disposition = file.header(header::CONTENT_DISPOSITION);
    assert!(
        disposition.starts_with("attachment; filename=\"audit_logs_20"),
        "{disposition}"
    );
    assert!(disposition.ends_with(".csv\""), "{disposition}");
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("Event Time,Event Type,Severity,"));
    assert_eq!(
        lines[1],
        "2023-11-14T22:13:20Z,CLIENT_UPDATED,WARNING,ada,192.0.2.1,CLIENT,\
         \"'=HYPERLINK(\"\"x\"\")<script>\",changed a client,Yes,"
    );
    let request = ExportAuditRequest {
        filter: Some(AuditFilter {
            severity: "WARNING".to_owned(),
            ..AuditFilter::default()
        }),
        format: "csv".to_owned(),
    };
    assert_eq!(site.calls(), [Call::ExportAudit(request)]);

    let file = site.get("/admin/audit/export?format=jsonl").await;
    let first: Value = serde_json::from_str(file.body.lines().next().unwrap()).unwrap();
    assert_eq!(first["resource_id"], "notes");
    assert_eq!(first["details"], json!({ "profile": "<b>long</b>" }));
    assert_eq!(file.body.lines().count(), 3);

    let unknown = site.get("/admin/audit/export?format=xml").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_filter_that_makes_no_sense_makes_no_file() {
    for (query, named) in [
        ("event_type=USER_DELETD", "event_type"),
        ("severity=FOO&start_time=garbage", "severity, start_time"),
        ("success=yes", "success"),
        ("end_time=2023-02-30", "end_time"),
    ] {
        let site = site();
        let answer = site.get(&format!("/admin/audit/export?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        answer.shows(named);
        assert!(site.calls().is_empty(), "{query}");
    }
}

#[tokio::test]
async fn the_beginning_of_time_is_a_limit_too() {
    let site = site();
    site.get("/admin/audit?end_time=1970-01-01T00:00:00Z").await;
    assert_eq!(asked(&site).filter.unwrap().end_time, Some(0));
}

#[tokio::test]
async fn the_predecessors_json_is_as_it_was() {
    let site = site();
    let answer = site
        .get("/admin/audit/api?page=2&page_size=10&success=true")
        .await;
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/json");
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        document["pagination"],
        json!({
            "Total": 41, "TotalPages": 5, "CurrentPage": 2, "PageSize": 10, "HasPrev": true,
            "HasNext": true, "PrevPage": 1, "NextPage": 3, "NextPageToken": "after.1",
        })
    );
    assert_eq!(document["logs"][0]["event_time"], "2023-11-14T22:13:20Z");
    assert_eq!(document["logs"][1]["success"], false);
    let request = asked(&site);
    assert_eq!(
        (request.offset, request.page_size, request.count),
        (10, 10, true)
    );

    for (query, size, offset) in [
        ("", 20, 0),
        ("page_size=101&page=3", 20, 40),
        ("page=0", 20, 0),
    ] {
        let site = self::site();
        site.get(&format!("/admin/audit/api?{query}")).await;
        let request = asked(&site);
        assert_eq!(
            (request.page_size, request.offset),
            (size, offset),
            "{query}"
        );
    }
}

#[tokio::test]
async fn nonsense_is_answered_400_in_json() {
    for query in [
        "page=x",
        "page=-1",
        "page_size=many",
        "event_type=X",
        "success=true&success=false",
        "search=%ff",
        "success=yes",
        "start_time=yesterday",
    ] {
        let site = site();
        let answer = site.get(&format!("/admin/audit/api?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body["error"], "invalid_request", "{query}");
        assert!(site.calls().is_empty(), "{query}");
    }
}

#[tokio::test]
async fn a_page_past_the_last_is_the_last() {
    for page in ["6", "99999", "4294967295"] {
        let site = site();
        let answer = site
            .get(&format!("/admin/audit/api?page={page}&page_size=10"))
            .await;
        let document: Value = serde_json::from_str(&answer.body).unwrap();
        let pagination = &document["pagination"];
        assert_eq!(
            (&pagination["CurrentPage"], &pagination["NextPage"]),
            (&json!(5), &json!(5))
        );
        let Some(Call::ListAudit(last)) = site.calls().pop() else {
            panic!("not asked")
        };
        assert_eq!(last.offset, 40);
    }
}

#[tokio::test]
async fn programs_are_refused_in_json() {
    for (status, code) in [
        (
            Status::unauthenticated("sign in first"),
            StatusCode::UNAUTHORIZED,
        ),
        (
            Status::permission_denied("for admins"),
            StatusCode::FORBIDDEN,
        ),
    ] {
        let site = Site::new(Script {
            list_audit: Some(Err(status.clone())),
            get_audit_statistics: Some(Err(status)),
            ..everything()
        });
        for path in ["/admin/audit/api", "/admin/audit/api/stats"] {
            let request = Request::get(path)
                .header(header::ACCEPT, "application/json")
                .body(Body::empty());
            let answer = site.send(request.unwrap()).await;
            assert_eq!(answer.status, code, "{path}");
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            assert!(body["error"].is_string(), "{path}");
        }
    }
}

#[tokio::test]
async fn it_is_said_that_auditing_is_off() {
    let site = Site::new(Script {
        list_audit: Some(Ok(ListAuditResponse::default())),
        get_audit_statistics: Some(Ok(AuditStatistics {
            off: true,
            ..AuditStatistics::default()
        })),
        get_dashboard: Some(Ok(Dashboard {
            audit_off: true,
            ..Dashboard::default()
        })),
        ..everything()
    });
    for path in ["/admin", "/admin/audit"] {
        site.get(path).await.shows("Auditing is switched off");
    }
    site.get("/admin").await.hides("Nothing has happened yet");
}

#[tokio::test]
async fn statistics_are_as_they_were() {
    let site = site();
    let answer = site
        .get("/admin/audit/api/stats?start_time=2023-11-14T22:13:20Z")
        .await;
    let document: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        document,
        json!({
            "stats": {
                "total_events": 12345, "events_by_type": { "LOGOUT": 5 },
                "events_by_severity": { "CRITICAL": 2 }, "success_count": 12000,
                "failure_count": 345, "dropped": 1,
            },
            "start_time": "2023-11-14T22:13:20Z",
            "end_time": "2023-11-14T23:13:20Z",
        })
    );
    let request = GetAuditStatisticsRequest {
        start_time: Some(THEN),
        end_time: None,
    };
    assert_eq!(site.calls(), [Call::GetAuditStatistics(request)]);
}

#[tokio::test]
async fn who_is_no_admin_sees_nothing() {
    let refused = || Some(Err(Status::unauthenticated("sign in first")));
    let site = Site::new(Script {
        list_audit: refused(),
        export_audit: Some(Err(Status::unauthenticated("sign in first"))),
        ..everything()
    });
    for path in ["/admin/audit", "/admin/audit/export", "/admin/audit/api"] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(
            answer.location().starts_with("/auth/login?redirect="),
            "{path}"
        );
    }
}
