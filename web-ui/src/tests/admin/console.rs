//! What surrounds the pages.

use http::StatusCode;

use super::{in_chinese, samples, site};

#[tokio::test]
async fn the_navigation_marks_the_page_and_counts_what_waits() {
    let page = site(|_| {}).get("/admin/clients").await;
    page.shows(r#"<body class="console">"#);
    page.shows(r#"<nav aria-label="Sections" class="sections">"#);
    page.shows(r#"<a href="/auth/admin/clients" aria-current="page">Clients</a>"#);
    assert_eq!(page.body.matches("aria-current=\"page\"").count(), 1);
    page.shows(r#"<span class="count">3<span class="unseen"> waiting</span></span>"#);
    page.shows(r#"<a href="/auth/admin/audit">Audit log</a>"#);
    page.shows(r#"<a href="/auth/account/sessions">Sessions</a>"#);
    page.shows("<bdi>grace</bdi>");
    page.shows(r#"<form method="post" action="/auth/logout" class="account">"#);
}

#[tokio::test]
async fn more_than_99_are_not_counted_and_none_are_not_mentioned() {
    for (pending, text) in [(100, ">99+<"), (99, ">99<")] {
        let site = site(|script| {
            let mut view = samples::surroundings();
            view.pending_clients = pending;
            script.view_browser = Some(Ok(view));
        });
        site.get("/admin/keys").await.shows(text);
    }
    let site = site(|script| {
        let mut view = samples::surroundings();
        view.pending_clients = 0;
        script.view_browser = Some(Ok(view));
    });
    site.get("/admin/keys").await.hides("waiting</span>");
}

#[tokio::test]
async fn pages_speak_chinese() {
    for (path, text) in [
        ("/admin", "總覽"),
        ("/admin/clients", "新增用戶端"),
        ("/admin/clients/new", "取得權杖的方式"),
        ("/admin/clients/notes", "會造成影響的操作"),
        ("/admin/clients/notes/edit", "儲存變更"),
        ("/admin/clients/notes/delete", "要刪除這個用戶端嗎？"),
        ("/admin/clients/notes/authorizations", "有效連線"),
        ("/admin/registrations", "註冊申請"),
        ("/admin/keys", "立即輪替"),
        ("/admin/keys/rotate-now", "要立即改用新金鑰簽章嗎？"),
    ] {
        let page = in_chinese(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        page.shows(r#"<html lang="zh-TW">"#);
        page.shows(text);
    }
}
