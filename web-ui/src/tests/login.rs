//! `/login` and `/logout`.

use authgate_proto::v1::{
    Browser, SessionCookie, SignInRefusal, SignInRequest, SignInResponse, SignInView,
    SignOutRequest, SignOutResponse, SignedIn, ViewHomeRequest, ViewSignInRequest,
    sign_in_response::Outcome,
};
use http::{StatusCode, header};
use tonic::Status;

use super::{Call, Script, Site, context, everything, samples};

const FORM: &str =
    "username=ada&password=s%C3%A9cret+1&redirect=%2Fauth%2F&remember_me=1&csrf_token=csrf-1";

fn signing_in(response: SignInResponse) -> Site {
    Site::new(Script {
        sign_in: Some(Ok(response)),
        ..Script::default()
    })
}

fn viewing(view: SignInView) -> Site {
    Site::new(Script {
        view_sign_in: Some(Ok(view)),
        ..Script::default()
    })
}

fn signed_in(max_age: u64) -> SignInResponse {
    SignInResponse {
        outcome: Some(Outcome::SignedIn(SignedIn {
            cookie: Some(SessionCookie {
                value: "session-2".to_owned(),
                max_age,
            }),
            redirect: "/auth/device?user_code=WDJB-MJHT".to_owned(),
        })),
    }
}

#[tokio::test]
async fn the_form_has_the_fields_that_the_post_reads() {
    let site = viewing(samples::sign_in());
    let page = site.get("/login?redirect=%2Fauth%2Fdevice").await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows(r#"<form method="post" action="/auth/login">"#);
    page.shows(r#"<input type="hidden" name="csrf_token" value="csrf-1">"#);
    page.shows(r#"name="redirect" value="/oauth/authorize?client_id=notes""#);
    page.shows(r#"id="username" name="username""#);
    page.shows(r#"autocomplete="username""#);
    page.shows(r#"id="password" name="password" autocomplete="current-password""#);
    page.shows(r#"<input type="checkbox" name="remember_me" value="1">"#);
    let asked = Call::ViewSignIn(ViewSignInRequest {
        unverified_redirect: "/auth/device".to_owned(),
    });
    assert_eq!(site.core.calls(), [(context(), asked)]);
}

#[tokio::test]
async fn it_says_for_which_app_and_offers_other_sources() {
    let page = viewing(samples::sign_in()).get("/login").await;
    page.shows("to continue to <q><bdi>Team Notes</bdi></q>");
    page.shows("(<bdi>notes.example.com</bdi>)");
    page.shows(r#"href="/auth/login/github""#);
    page.shows("Continue with <bdi>Example Corp</bdi>");
    page.shows("for 30 days");
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("form-action 'self' https://notes.example.com;"));
}

#[tokio::test]
async fn what_the_view_does_not_offer_is_not_shown() {
    let view = SignInView {
        remember_me_days: 0,
        ..samples::plain_sign_in()
    };
    let page = viewing(view).get("/login").await;
    page.hides("to continue to");
    page.hides("remember_me");
    page.hides("Continue with");
    page.hides("role=\"alert\"");
}

#[tokio::test]
async fn known_errors_in_the_query_become_messages_and_others_nothing() {
    let site = viewing(samples::plain_sign_in());
    site.get("/login?error=session_timeout")
        .await
        .shows("because you were away");
    site.get("/login?error=session_invalid")
        .await
        .shows("no longer valid");
    let page = site.get("/login?error=%3Cb%3Eyour+account+is+lost").await;
    page.hides("role=\"alert\"");
    page.hides("your account is lost");
}

#[tokio::test]
async fn who_is_signed_in_goes_on_and_keeps_the_new_cookie() {
    let page = viewing(SignInView {
        browser: Some(Browser {
            set_cookie: Some(SessionCookie {
                value: "session-3".to_owned(),
                max_age: 60,
            }),
            ..samples::ada()
        }),
        already_signed_in: true,
        redirect: "/auth/consent?x=1".to_owned(),
        ..SignInView::default()
    })
    .get("/login")
    .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.location(), "/auth/consent?x=1");
    assert!(
        page.cookie()
            .starts_with("__Host-authgate_session=session-3;")
    );
}

#[tokio::test]
async fn a_person_asked_again_is_told_and_their_name_is_filled_in() {
    let view = SignInView {
        reauthenticate: true,
        username: "ada".to_owned(),
        ..samples::plain_sign_in()
    };
    let page = viewing(view).get("/login").await;
    page.shows("confirm that it is you");
    page.shows(r#"name="username" value="ada""#);
}

#[tokio::test]
async fn signing_in_sends_the_fields_and_sets_the_cookie() {
    let site = signing_in(signed_in(0));
    let answer = site.post("/login", FORM).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/auth/device?user_code=WDJB-MJHT");
    assert_eq!(
        answer.cookie(),
        "__Host-authgate_session=session-2; HttpOnly; SameSite=Lax; Secure; Path=/"
    );
    assert_eq!(
        site.calls(),
        [Call::SignIn(SignInRequest {
            csrf_token: "csrf-1".to_owned(),
            username: "ada".to_owned(),
            password: "sécret 1".to_owned(),
            remember_me: true,
            unverified_redirect: "/auth/".to_owned(),
        })]
    );
}

#[tokio::test]
async fn a_remembered_session_has_an_age_and_plain_http_another_name() {
    let mut site = signing_in(signed_in(3600));
    site.config.https = false;
    let answer = site.post("/login", FORM).await;
    assert_eq!(
        answer.cookie(),
        "authgate_session=session-2; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600"
    );
}

#[tokio::test]
async fn wrong_credentials_keep_the_name_and_drop_the_password() {
    let page = signing_in(samples::refused(SignInRefusal::BadCredentials, 0))
        .post("/login", FORM)
        .await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    page.shows("<title>Error: Sign in");
    page.shows("role=\"alert\"");
    page.shows("User name or password is wrong");
    page.shows(r#"name="username" value="ada""#);
    page.shows(r#"aria-invalid="true" aria-describedby="problem""#);
    page.hides("cret");
    assert_eq!(page.cookie(), "");
    // The theme switch leads back to a page that a GET can show.
    page.shows(r#"name="return_to" value="/auth/login?redirect="#);
}

#[tokio::test]
async fn a_throttled_sign_in_says_when_to_try_again() {
    let page = signing_in(samples::refused(SignInRefusal::Throttled, 90))
        .post("/login", FORM)
        .await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.header(header::RETRY_AFTER), "90");
    page.shows("Wait 2 minutes");
}

#[tokio::test]
async fn a_disabled_account_is_told_so() {
    let page = signing_in(samples::refused(SignInRefusal::Disabled, 0))
        .post("/login", FORM)
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    page.shows("switched off");
}

#[tokio::test]
async fn an_answer_without_an_outcome_is_our_fault() {
    let page = signing_in(SignInResponse { outcome: None })
        .post("/login", FORM)
        .await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    page.shows("request-7");
}

#[tokio::test]
async fn signing_out_by_a_link_only_asks() {
    let site = Site::new(everything());
    let page = site.get("/logout").await;
    page.shows(r#"<form method="post" action="/auth/logout">"#);
    page.shows(r#"name="csrf_token" value="csrf-1""#);
    assert_eq!(site.calls(), [Call::ViewHome(ViewHomeRequest {})]);
}

#[tokio::test]
async fn signing_out_by_the_form_deletes_the_cookie() {
    let site = Site::new(Script {
        sign_out: Some(Ok(SignOutResponse {
            cookie: Some(SessionCookie::default()),
        })),
        ..Script::default()
    });
    let answer = site.post("/logout", "csrf_token=csrf-1").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/auth/login");
    assert!(answer.cookie().starts_with("__Host-authgate_session=;"));
    assert!(answer.cookie().contains("Max-Age=0"));
    let asked = SignOutRequest {
        csrf_token: "csrf-1".to_owned(),
    };
    assert_eq!(site.calls(), [Call::SignOut(asked)]);
}

#[tokio::test]
async fn a_visitor_who_signs_out_is_sent_to_the_login_page() {
    let site = Site::new(Script {
        view_home: Some(Err(Status::unauthenticated("no session"))),
        ..Script::default()
    });
    let answer = site.get("/logout").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/auth/login");
}
