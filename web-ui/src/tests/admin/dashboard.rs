//! `/admin`.

use authgate_proto::v1::Dashboard;

use super::site;

#[tokio::test]
async fn it_counts_and_links() {
    let page = site(|_| {}).get("/admin").await;
    for (path, label, count) in [
        ("registrations", "Waiting for approval", "3"),
        ("users", "Users", "12,482"),
        ("clients", "Active clients", "57"),
        ("tokens", "Access tokens", "10,000+"),
        ("users", "Signed-in browsers", "1,204"),
    ] {
        let card = format!("<span>{label}</span><b>{count}</b>");
        let at = page.body.find(&card).expect(label);
        let link = page.body[..at].rfind("<a ").expect("a link");
        let link = &page.body[link..at];
        assert!(
            link.contains(&format!("href=\"/auth/admin/{path}\"")),
            "{link}"
        );
    }
    page.shows("Admins: 4 · Disabled: 31");
    page.shows("Refresh tokens: 8,310");
}

#[tokio::test]
async fn events_read_as_sentences() {
    let page = site(|_| {}).get("/admin").await;
    page.shows(
        r#"<b><bdi>grace</bdi></b> <span>approved a client</span> <q><bdi>Team Notes</bdi></q>"#,
    );
    page.shows(r#"<bdi>Operator</bdi>"#);
    page.shows(r#"<bdi>backup-agent</bdi>"#);
    page.shows("4 times");
    page.shows(r#"<span class="state bad">Failed</span>"#);
}

#[tokio::test]
async fn an_empty_server_says_what_will_stand_there() {
    let site = site(|script| script.get_dashboard = Some(Ok(Dashboard::default())));
    let page = site.get("/admin").await;
    page.shows("Nothing has happened yet");
    page.shows("Nothing to do");
    page.hides("urgent");
}
