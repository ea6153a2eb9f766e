//! The audit trail, through the whole app.

use axum::http::StatusCode;

use super::{ROOT, post, seed, signed_in};
use crate::support::{
    TestApp,
    oauth::{ALICE, WEB},
    on_both,
    tokens::{WEB_APP, text},
};

/// Waits until the log that `path` gives holds each of `wanted`: what can wait is written
/// within a second or so.
async fn eventually(
    app: &TestApp,
    browser: &crate::support::Browser,
    path: &str,
    wanted: &[&str],
) -> String {
    let mut last = String::new();
    for _ in 0..100 {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        last = answer.text().to_owned();
        if wanted.iter().all(|word| last.contains(word)) {
            return last;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{wanted:?} is not in {last} at {}", app.now());
}

on_both! {
    async fn what_happened_is_on_record_and_no_secret_is(app: TestApp) {
        seed(&app).await;
        let background = app.core.clone();
        tokio::spawn(async move { background.run_background(std::future::pending::<()>()).await });
        let tokens = WEB_APP.tokens(&app, "openid offline_access").await;
        app.browser().sign_in(ALICE.0, "wrong").await;
        let root = signed_in(&app, ROOT).await;
        let page = root.get(&format!("/admin/clients/{}", WEB.0)).await;
        post(&root, &page, &format!("/admin/clients/{}/revoke-all", WEB.0), &[]).await;

        let wanted = ["AUTHENTICATION_SUCCESS", "AUTHENTICATION_FAILURE", "AUTHORIZATION_CODE_EXCHANGED", "ACCESS_TOKEN_ISSUED", "CLIENT_TOKENS_REVOKED_ALL"];
        let log = eventually(&app, &root, "/admin/audit/export?format=jsonl", &wanted).await;
        for secret in [ALICE.1, ROOT.1, WEB.1, &text(&tokens, "access_token"), &text(&tokens, "refresh_token")] {
            assert!(!log.contains(secret), "{log}");
        }
        let csv = root.get("/admin/audit/export?format=csv").await;
        assert!(csv.header("content-type").starts_with("text/csv"));
        assert!(csv.header("content-disposition").contains("audit_logs_"));
        let head = csv.text().trim_start_matches('\u{feff}').lines().next().unwrap().to_owned();
        assert!(head.starts_with("Event Time,Event Type,Severity,Actor Username,Actor IP,Resource Type"), "{head}");

        let api = root.get("/admin/audit/api?event_type=CLIENT_TOKENS_REVOKED_ALL").await.ok();
        assert_eq!(api["logs"][0]["severity"], "CRITICAL");
        assert_eq!(api["logs"][0]["actor_username"], ROOT.0);
        assert_eq!(api["pagination"]["Total"], 1);
        let stats = root.get("/admin/audit/api/stats").await.ok();
        assert!(stats["stats"]["total_events"].as_u64().unwrap() > 5, "{stats}");
        eventually(&app, &root, "/admin/audit/export?format=jsonl", &["AUDIT_LOG_EXPORTED"]).await;

        let verified = app.admin().verify_audit(authgate_proto::v1::VerifyAuditRequest::default()).await.unwrap().into_inner();
        assert!(verified.breaks.is_empty(), "{verified:?}");
        assert!(verified.entries > 5);
        let receipt = authgate_proto::v1::VerifyAuditRequest { receipt: verified.receipt };
        let again = app.admin().verify_audit(receipt).await.unwrap().into_inner();
        assert!(again.breaks.is_empty() && !again.receipt.is_empty(), "{again:?}");

        let alice = signed_in(&app, ALICE).await;
        for path in ["/admin/audit", "/admin/audit/export?format=csv", "/admin/audit/api", "/admin/audit/api/stats"] {
            assert_eq!(alice.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
}
