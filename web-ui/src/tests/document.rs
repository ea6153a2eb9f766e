//! What holds for every page.

use authgate_proto::v1::{DeviceState, SignInView};
use http::{StatusCode, header};
use tonic::Status;

use super::{Answer, Script, Site, config, everything, samples};
use crate::{ErrorView, content_security_policy, error_page, form_post_page};

/// Every page of the router, good and bad, with the most that can stand on it.
async fn all_pages() -> Vec<(&'static str, Answer)> {
    let site = Site::new(everything());
    let hostile = Site::new(Script {
        view_sign_in: Some(Ok(SignInView {
            app: Some(samples::hostile_app()),
            ..samples::sign_in()
        })),
        view_consent: Some(Ok(samples::consent(
            samples::hostile_app(),
            "a\"b <c> admin",
        ))),
        view_device: Some(Ok(samples::device(DeviceState::UnknownCode))),
        ..Script::default()
    });
    let down = Site::new(Script {
        view_home: Some(Err(Status::unavailable("down"))),
        sign_out: Some(Err(Status::permission_denied("csrf"))),
        ..Script::default()
    });
    let foreign = Site::new(Script {
        get_client: Some(Ok(samples::admin::hostile_client())),
        list_clients: Some(Ok(samples::admin::registrations())),
        ..samples::admin::script()
    });
    let mut pages = vec![
        ("admin", site.get("/admin").await),
        ("clients", site.get("/admin/clients").await),
        ("new client", site.get("/admin/clients/new").await),
        ("client", site.get("/admin/clients/notes").await),
        ("client hostile", foreign.get("/admin/clients/x").await),
        ("client edit", foreign.get("/admin/clients/x/edit").await),
        (
            "client refused",
            site.post("/admin/clients", "client_name=x").await,
        ),
        (
            "client created",
            site.post("/admin/clients", "grant_device_code=1").await,
        ),
        (
            "client delete",
            foreign.get("/admin/clients/x/delete").await,
        ),
        (
            "authorizations",
            site.get("/admin/clients/notes/authorizations").await,
        ),
        ("registrations", foreign.get("/admin/registrations").await),
        ("keys", site.get("/admin/keys").await),
        ("rotate now", site.get("/admin/keys/rotate-now").await),
        ("login", site.get("/login").await),
        ("login refused", site.post("/login", "username=ada").await),
        ("login hostile", hostile.get("/login").await),
        ("logout", site.get("/logout").await),
        ("home", site.get("/").await),
        ("device confirm", site.get("/device").await),
        (
            "device settled",
            site.post("/device/verify", "action=approve").await,
        ),
        ("device unknown", hostile.get("/device").await),
        ("consent", site.get("/consent").await),
        ("consent hostile", hostile.get("/consent").await),
        ("unavailable", down.get("/").await),
        ("stale", down.post("/logout", "").await),
        ("bad form", site.post("/login", "a=1&a=2").await),
        ("wrong method", site.get("/theme").await),
    ];
    pages.extend(super::account::pages().await);
    pages.extend(super::people::pages().await);
    pages
}

#[tokio::test]
async fn pages_are_never_stored_framed_sniffed_or_leaked_by_referrer() {
    for (name, page) in all_pages().await {
        assert_eq!(page.header(header::CACHE_CONTROL), "no-store", "{name}");
        assert_eq!(
            page.header(header::X_CONTENT_TYPE_OPTIONS),
            "nosniff",
            "{name}"
        );
        assert_eq!(
            page.header(header::REFERRER_POLICY),
            "no-referrer",
            "{name}"
        );
        assert_eq!(page.header(header::X_FRAME_OPTIONS), "DENY", "{name}");
        assert!(page.headers.contains_key("permissions-policy"), "{name}");
        assert_eq!(
            page.header(header::CONTENT_TYPE),
            "text/html; charset=utf-8",
            "{name}"
        );
        let policy = page.header(header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none'; "), "{name}");
        assert!(!policy.contains("unsafe"), "{name}");
    }
}

#[tokio::test]
async fn redirects_carry_the_same_headers() {
    let answer = Site::new(everything())
        .post("/logout", "csrf_token=x")
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    assert!(answer.headers.contains_key(header::CONTENT_SECURITY_POLICY));
}

#[tokio::test]
async fn pages_hold_nothing_inline_and_nothing_foreign_and_are_small() {
    for (name, page) in all_pages().await {
        assert_clean(name, &page.body);
    }
    assert_clean("error", &error_page(&config(), &ErrorView::default()));
    let parameters = [("code".to_owned(), "a\"><script>".to_owned())];
    assert_clean(
        "form_post",
        &form_post_page(&config(), "/callback", &parameters),
    );
}

#[tokio::test]
async fn pages_can_be_used_by_everybody() {
    for (name, page) in all_pages().await {
        let html = &page.body;
        assert!(
            html.starts_with("<!DOCTYPE html><html lang=\"en\""),
            "{name}"
        );
        for (tag, count) in [("<h1", 1), ("<main id=\"content\"", 1), ("<title>", 1)] {
            assert_eq!(html.matches(tag).count(), count, "{tag} in {name}");
        }
        assert!(
            html.contains("<a href=\"#content\" class=\"skip\">"),
            "{name}"
        );
        let failed = page.status.as_u16() >= 400;
        assert_eq!(html.contains("<title>Error: "), failed, "{name}");
        for id in attributes(html, "aria-describedby").flat_map(str::split_whitespace) {
            assert!(html.contains(&format!("id=\"{id}\"")), "{id} in {name}");
        }
        for id in attributes(html, "for") {
            assert!(html.contains(&format!("id=\"{id}\"")), "{id} in {name}");
        }
    }
}

#[test]
fn an_answer_for_an_app_is_a_form_that_works_without_a_script() {
    let parameters = [
        ("code".to_owned(), "a b".to_owned()),
        (
            "state".to_owned(),
            "\"><script>alert(1)</script>".to_owned(),
        ),
    ];
    let page = form_post_page(&config(), "https://app.example/cb?x=\"y\"", &parameters);
    assert!(page.contains(
        r#"<form method="post" action="https://app.example/cb?x=&quot;y&quot;" data-auto-submit="">"#
    ));
    assert!(page.contains(r#"<input type="hidden" name="code" value="a b">"#));
    assert!(page.contains(r#"value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;""#));
    assert!(page.contains(r#"<button type="submit" class="button primary">Continue</button>"#));
}

#[test]
fn the_policy_names_one_more_form_target_at_most() {
    let target = |source| {
        let policy = content_security_policy(source);
        let (_, rest) = policy.split_once("form-action ").expect("the directive");
        rest.split(';').next().expect("its value").to_owned()
    };
    assert_eq!(target(None), "'self'");
    assert_eq!(target(Some("")), "'self'");
    assert_eq!(
        target(Some("https://a.example:8443")),
        "'self' https://a.example:8443"
    );
    assert_eq!(
        target(Some("http://127.0.0.1:*")),
        "'self' http://127.0.0.1:*"
    );
    assert_eq!(target(Some("com.example.app:")), "'self' com.example.app:");
    assert_eq!(target(Some("http://[::1]:8080")), "'self' http:");
    for attack in [
        "'unsafe-inline'",
        "*",
        "https://a.example; script-src *",
        "https://a.example https://b.example",
        "https://a.example,b",
        "https://a.example\r\nx: y",
    ] {
        assert_eq!(target(Some(attack)), "'self'", "{attack}");
    }
}

#[track_caller]
fn assert_clean(name: &str, html: &str) {
    let html = html.trim_start_matches("<!DOCTYPE html>");
    assert!(html.len() < 15_000, "{name} has {} bytes", html.len());
    assert!(
        !html.contains("<style") && !html.contains("style=\""),
        "{name}"
    );
    assert!(!html.contains("<!"), "{name}: {html}");
    for tag in html.split('<').filter(|tag| tag.starts_with("script")) {
        assert!(
            tag.starts_with("script defer src=\"/auth/static/") && tag.ends_with('>'),
            "{name}"
        );
    }
    for tag in html
        .split('<')
        .filter_map(|tag| tag.split_once('>'))
        .map(|(tag, _)| tag)
    {
        let names: String = tag.split('"').step_by(2).collect();
        assert!(
            !names.contains(" on"),
            "an event attribute in {name}: {tag}"
        );
    }
    for url in attributes(html, "src").chain(link_targets(html)) {
        assert!(url.starts_with("/auth/"), "{url} in {name}");
    }
}

/// What `<link>` elements load.
fn link_targets(html: &str) -> impl Iterator<Item = &str> {
    html.split("<link ")
        .skip(1)
        .filter_map(|tag| attributes(tag, "href").next())
}

/// The values of all attributes of that name.
fn attributes<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let pattern = format!(" {name}=\"");
    let values: Vec<&str> = html
        .match_indices(&pattern)
        .filter_map(|(at, _)| html[at + pattern.len()..].split('"').next())
        .collect();
    values.into_iter()
}
