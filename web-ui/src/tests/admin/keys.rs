//! `/admin/keys`.

use authgate_proto::v1::{ListKeysResponse, RotateKeysRequest, WithdrawKeyRequest};
use http::StatusCode;

use super::{Call, changed, site};

fn rotation(immediately: bool) -> (String, Call) {
    let request = RotateKeysRequest {
        algorithm: "ES256".to_owned(),
        immediately,
    };
    ("csrf-1".to_owned(), Call::RotateKeys(request))
}

#[tokio::test]
async fn every_key_is_listed_with_its_state() {
    let page = site(|_| {}).get("/admin/keys?done=rotated").await;
    page.shows("A new key is published.");
    for (status, id) in [
        ("waiting\">Published", "rN3v9u0cXbq1"),
        ("good\">Signing", "k7Qp2mT5sYd8"),
        ("state\">Retired", "Zt4hW1xE6gJ0"),
        ("good\">Signing", "hsm-2025"),
    ] {
        page.shows(status);
        page.shows(&format!("<code>{id}</code>"));
    }
    page.shows("No successor yet");
    page.shows("From the settings; cannot be rotated here");
    page.shows(r#"href="/auth/admin/keys/rotate-now?algorithm=ES256""#);
    page.hides("algorithm=RS256");
    page.hides(r#"name="algorithm" value="RS256""#);
}

#[tokio::test]
async fn a_rotation_is_one_press_and_an_immediate_one_is_two() {
    let site_now = site(|_| {});
    let form = "csrf_token=csrf-1&algorithm=ES256";
    let answer = site_now.post("/admin/keys/rotate", form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/auth/admin/keys?done=rotated");
    assert_eq!(changed(&site_now), rotation(false));

    let site = site(|_| {});
    let page = site.get("/admin/keys/rotate-now?algorithm=ES256").await;
    page.shows("Sign with a new key at once?");
    page.shows("refuse these tokens until");
    page.shows(r#"name="algorithm" value="ES256""#);
    let answer = site.post("/admin/keys/rotate-now", form).await;
    assert_eq!(answer.location(), "/auth/admin/keys?done=rotated");
    assert_eq!(changed(&site), rotation(true));
}

#[tokio::test]
async fn an_algorithm_that_is_none_stands_for_all() {
    let page = site(|_| {})
        .get("/admin/keys/rotate-now?algorithm=%3Cmark%3E")
        .await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows("All algorithms");
    page.shows(r#"name="algorithm" value="""#);
    page.hides("<mark>");
}

#[tokio::test]
async fn without_keys_there_is_nothing_to_rotate() {
    let site = site(|script| script.list_keys = Some(Ok(ListKeysResponse::default())));
    let page = site.get("/admin/keys").await;
    page.shows("No signing keys");
    page.hides("/admin/keys/rotate");
}

#[tokio::test]
async fn a_retired_key_can_be_withdrawn() {
    let page = site(|_| {}).get("/admin/keys?done=withdrawn").await;
    page.shows("The key is withdrawn.");
    page.shows(r#"name="key_id" value="Zt4hW1xE6gJ0""#);
    for kept in ["rN3v9u0cXbq1", "k7Qp2mT5sYd8", "hsm-2025"] {
        page.hides(&format!(r#"name="key_id" value="{kept}""#));
    }
    let site = site(|_| {});
    let form = "csrf_token=csrf-1&key_id=Zt4hW1xE6gJ0";
    let answer = site.post("/admin/keys/withdraw", form).await;
    assert_eq!(answer.location(), "/auth/admin/keys?done=withdrawn");
    let request = WithdrawKeyRequest {
        key_id: "Zt4hW1xE6gJ0".to_owned(),
    };
    let call = Call::WithdrawKey(request);
    assert_eq!(changed(&site), ("csrf-1".to_owned(), call));
}

#[tokio::test]
async fn a_link_from_elsewhere_puts_no_words_into_our_mouth() {
    for (from, said) in [
        ("same-origin", true),
        ("cross-site", false),
        ("same-site", false),
        ("none", false),
    ] {
        let request = http::Request::get("/admin/keys?done=rotated")
            .header("sec-fetch-site", from)
            .body(axum::body::Body::empty());
        let page = site(|_| {}).send(request.unwrap()).await;
        assert_eq!(page.status, StatusCode::OK);
        let shown = page.body.contains("A new key is published.");
        assert_eq!(shown, said, "{from}");
    }
}

#[tokio::test]
async fn the_form_s_token_may_come_as_a_header() {
    for (field, expected) in [("", "from-header"), ("&csrf_token=csrf-1", "csrf-1")] {
        let site = site(|_| {});
        let request = http::Request::post("/admin/keys/rotate")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-csrf-token", "from-header")
            .body(axum::body::Body::from(format!("algorithm=ES256{field}")));
        site.send(request.unwrap()).await;
        assert_eq!(changed(&site).0, expected);
    }
}
