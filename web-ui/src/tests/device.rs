//! `/device`: every state of a code, and the decision.

use authgate_proto::v1::{
    DecideDeviceRequest, DeviceDecided, DeviceSettled, DeviceState, DeviceView, ViewDeviceRequest,
    device_decided::Outcome,
};
use http::{StatusCode, header};
use tonic::Status;

use super::{Answer, Call, Script, Site, samples};

const APPROVE: &str = "user_code=WDJB-MJHT&csrf_token=csrf-1&action=approve";

fn viewing(view: DeviceView) -> Site {
    Site::new(Script {
        view_device: Some(Ok(view)),
        ..Script::default()
    })
}

async fn in_state(state: DeviceState) -> Answer {
    viewing(samples::device(state)).get("/device").await
}

fn deciding(outcome: Outcome) -> Site {
    Site::new(Script {
        decide_device: Some(Ok(DeviceDecided {
            outcome: Some(outcome),
        })),
        ..Script::default()
    })
}

#[tokio::test]
async fn an_empty_visit_shows_one_field_and_the_warning() {
    let page = in_state(DeviceState::Enter).await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows(r#"<form method="post" action="/auth/device/verify">"#);
    page.shows(r#"<label for="user_code">Code</label>"#);
    page.shows(r#"autocomplete="off""#);
    page.shows(r#"aria-describedby="user_code-hint""#);
    page.shows("Only enter a code that you see on your own device");
    page.hides("role=\"alert\"");
    page.hides("value=\"approve\"");
}

#[tokio::test]
async fn a_code_by_link_or_by_form_is_looked_up_not_approved() {
    let site = viewing(samples::device(DeviceState::Confirm));
    site.get("/device?user_code=wdjb+mjht")
        .await
        .shows("WDJB-MJHT");
    let page = site
        .post("/device/verify", "user_code=wdjb+mjht&csrf_token=csrf-1")
        .await;
    assert_eq!(page.status, StatusCode::OK);
    let asked = Call::ViewDevice(ViewDeviceRequest {
        unverified_user_code: "wdjb mjht".to_owned(),
    });
    assert_eq!(site.calls(), [asked.clone(), asked]);
}

#[tokio::test]
async fn the_confirmation_says_who_what_when_from_where_and_as_whom() {
    let page = in_state(DeviceState::Confirm).await;
    page.shows("<q><bdi>AuthGate CLI</bdi></q> wants to use your account");
    page.shows("Not verified");
    page.shows("cannot prove its name");
    page.shows(r#"<p class="code">WDJB-MJHT</p>"#);
    page.shows("See your profile");
    page.shows("Add to and change your data");
    page.shows(
        r#"<time datetime="2026-11-22T03:00:00Z" data-relative="">22 Nov 2026, 03:00 UTC</time>"#,
    );
    page.shows("203.0.113.7 – the same address as this browser");
    page.shows("<q><bdi>authgate-cli/1.4 (linux; x86_64)</bdi></q>");
    page.shows("<bdi>ada</bdi>");
    page.shows(r#"name="action" value="approve""#);
    page.shows(r#"name="action" value="deny""#);
    page.shows(r#"name="user_code" value="WDJB-MJHT""#);
    page.shows("The device then gets nothing.");
}

#[tokio::test]
async fn another_address_is_pointed_out_and_a_missing_one_is_unknown() {
    let mut view = samples::device(DeviceState::Confirm);
    "198.51.100.9".clone_into(&mut view.requested_ip);
    viewing(view.clone())
        .get("/device")
        .await
        .shows("198.51.100.9 – not the address of this browser");
    view.requested_ip.clear();
    viewing(view)
        .get("/device")
        .await
        .shows("<dt>From</dt><dd>unknown</dd>");
}

#[tokio::test]
async fn a_code_that_cannot_be_used_says_why_and_asks_again() {
    for (state, text) in [
        (DeviceState::UnknownCode, "There is no such code"),
        (DeviceState::Expired, "has expired"),
        (DeviceState::Decided, "was used already"),
    ] {
        let page = in_state(state).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        page.shows(text);
        page.shows("role=\"alert\"");
        page.shows(r#"value="WDJB-MJHT""#);
        page.shows(r#"aria-invalid="true" aria-describedby="problem user_code-hint""#);
        page.hides("value=\"approve\"");
    }
}

#[tokio::test]
async fn too_many_wrong_codes_say_when_to_try_again() {
    let page = in_state(DeviceState::Throttled).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.header(header::RETRY_AFTER), "90");
    page.shows("Wait 2 minutes");
}

#[tokio::test]
async fn what_was_typed_is_escaped_and_cleaned() {
    let mut view = samples::device(DeviceState::UnknownCode);
    "\"><script>\u{202E}".clone_into(&mut view.user_code);
    let page = viewing(view).get("/device").await;
    page.shows(r#"value="'&gt;&lt;script&gt;""#);
}

#[tokio::test]
async fn approving_sends_the_decision_and_shows_what_was_granted() {
    let site = deciding(Outcome::Settled(samples::settled(true)));
    let page = site.post("/device/verify", APPROVE).await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows("Device connected");
    page.shows("<q><bdi>AuthGate CLI</bdi></q> is connected to your account");
    page.shows("return to your device");
    page.shows("Read your data");
    assert_eq!(
        site.calls(),
        [Call::DecideDevice(DecideDeviceRequest {
            csrf_token: "csrf-1".to_owned(),
            unverified_user_code: "WDJB-MJHT".to_owned(),
            approved: true,
        })]
    );
}

#[tokio::test]
async fn denying_sends_the_decision_and_says_that_nothing_was_given() {
    let site = deciding(Outcome::Settled(samples::settled(false)));
    let page = site
        .post(
            "/device/verify",
            "user_code=WDJB-MJHT&csrf_token=csrf-1&action=deny",
        )
        .await;
    page.shows("Request denied");
    page.shows("gets no access");
    page.hides("Read your data");
    let calls = site.calls();
    let [
        Call::DecideDevice(DecideDeviceRequest {
            approved: false, ..
        }),
    ] = calls.as_slice()
    else {
        panic!("not a denial: {calls:?}");
    };
}

#[tokio::test]
async fn a_decision_that_came_too_late_shows_the_state() {
    let site = deciding(Outcome::View(samples::device(DeviceState::Expired)));
    let page = site.post("/device/verify", APPROVE).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    page.shows("has expired");
}

#[tokio::test]
async fn a_visitor_signs_in_and_comes_back_with_the_code() {
    let site = Site::new(Script {
        view_device: Some(Err(Status::unauthenticated("no session"))),
        decide_device: Some(Err(Status::unauthenticated("no session"))),
        ..Script::default()
    });
    let back = "/auth/login?redirect=%2Fauth%2Fdevice%3Fuser_code%3DWDJB-MJHT";
    for answer in [
        site.get("/device?user_code=WDJB-MJHT").await,
        site.post("/device/verify", "user_code=WDJB-MJHT").await,
        site.post("/device/verify", APPROVE).await,
    ] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.location(), back);
    }
    let empty = site.get("/device").await;
    assert_eq!(empty.location(), "/auth/login?redirect=%2Fauth%2Fdevice");
}

#[tokio::test]
async fn a_stale_form_changes_nothing_and_leads_back_to_the_code() {
    let site = Site::new(Script {
        decide_device: Some(Err(Status::permission_denied("csrf"))),
        ..Script::default()
    });
    let page = site.post("/device/verify", APPROVE).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    page.shows("This page is out of date");
    page.shows(r#"href="/auth/device?user_code=WDJB-MJHT""#);
}

#[tokio::test]
async fn an_approval_without_an_app_is_still_a_page() {
    let settled = DeviceSettled {
        approved: true,
        ..DeviceSettled::default()
    };
    let page = deciding(Outcome::Settled(settled))
        .post("/device/verify", APPROVE)
        .await;
    page.shows("Nothing beyond knowing that you approved");
}
