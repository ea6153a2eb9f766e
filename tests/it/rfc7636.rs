//! RFC 7636: PKCE, at the authorization endpoint and where the code is redeemed.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;

use crate::support::{
    Answer, Db, TestApp,
    oauth::{CHALLENGE, CLI_CALLBACK, VERIFIER, authorize, people_and_clients},
    on_both,
    tokens::{CLI_APP, Client, WEB_APP},
};

/// The answer to a request for a code with these PKCE parameters.
async fn request(app: &TestApp, client: &Client, pkce: &[(&str, &str)]) -> Answer {
    let usual = [
        ("client_id", client.id),
        ("redirect_uri", client.callback),
        ("response_type", "code"),
        ("scope", "read"),
    ];
    authorize(&app.browser(), &[&usual[..], pkce].concat()).await
}

/// Redeems a code with a verifier, or without when it is empty.
async fn redeem(app: &TestApp, client: &Client, code: &str, verifier: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", client.callback),
        ("code_verifier", verifier),
    ];
    client.ask(app, &fields).await
}

fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

fn assert_invalid_grant(answer: &Answer) {
    answer.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
}

on_both! {
    async fn only_the_right_verifier_redeems_the_code(app: TestApp) {
        app.seed(people_and_clients()).await;
        for client in [CLI_APP, WEB_APP] {
            let code = client.code(&app, "read").await;
            let other = "x".repeat(43);
            let case = VERIFIER.to_lowercase();
            let padded = format!("{VERIFIER}=");
            // The challenge travels by the browser: who saw it knows no verifier.
            for wrong in ["", &*other, &*case, &*padded, CHALLENGE, &VERIFIER[..42], "\u{e9}"] {
                assert_invalid_grant(&redeem(&app, &client, &code, wrong).await);
            }
            // A guess does not take the code from who knows the verifier.
            redeem(&app, &client, &code, VERIFIER).await.ok();
        }
    }

    /// Section 4.1: 43 to 128 unreserved characters.
    async fn a_verifier_is_long_enough_and_not_too_long(app: TestApp) {
        app.seed(people_and_clients()).await;
        let shortest = "a".repeat(43);
        let longest = "-._~".repeat(32);
        let (short, long) = ("a".repeat(42), "a".repeat(129));
        let spaced = format!("{} ", "a".repeat(43));
        let cases = [
            (&shortest, true), (&longest, true), (&short, false), (&long, false), (&spaced, false),
        ];
        for (verifier, fits) in cases {
            let pkce = [("code_challenge", &*challenge_of(verifier)), ("code_challenge_method", "S256")];
            let code = request(&app, &WEB_APP, &pkce).await.redirect_parameter("code").unwrap();
            let answer = redeem(&app, &WEB_APP, &code, verifier).await;
            if fits { answer.ok(); } else { assert_invalid_grant(&answer); }
        }
    }

    /// RFC 9700 section 4.8.2: else who takes the challenge away gets around PKCE.
    async fn a_verifier_without_a_challenge_is_a_downgrade(app: TestApp) {
        app.seed(people_and_clients()).await;
        let code = request(&app, &WEB_APP, &[]).await.redirect_parameter("code").unwrap();
        assert_invalid_grant(&redeem(&app, &WEB_APP, &code, VERIFIER).await);
        redeem(&app, &WEB_APP, &code, "").await.ok();
    }

    async fn a_public_client_gets_no_code_without_a_challenge(app: TestApp) {
        app.seed(people_and_clients()).await;
        let answer = request(&app, &CLI_APP, &[]).await;
        assert!(answer.location().starts_with(CLI_CALLBACK), "{}", answer.location());
        assert_eq!(answer.redirect_parameter("error").as_deref(), Some("invalid_request"));
        assert_eq!(answer.redirect_parameter("code"), None);
    }

    /// Section 7.2 and RFC 9700 section 2.1.1: `plain` protects nothing.
    async fn s256_is_the_only_method(app: TestApp) {
        app.seed(people_and_clients()).await;
        let cases: [&[(&str, &str)]; 7] = [
            &[("code_challenge", VERIFIER), ("code_challenge_method", "plain")],
            // Without a method, `plain` is meant (section 4.3).
            &[("code_challenge", VERIFIER)],
            &[("code_challenge", CHALLENGE)],
            &[("code_challenge", CHALLENGE), ("code_challenge_method", "s256")],
            &[("code_challenge_method", "S256")],
            &[("code_challenge", &CHALLENGE[..42]), ("code_challenge_method", "S256")],
            &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"), ("code_challenge_method", "S256")],
        ];
        for pkce in cases {
            for client in [CLI_APP, WEB_APP] {
                let answer = request(&app, &client, pkce).await;
                assert_eq!(answer.redirect_parameter("error").as_deref(), Some("invalid_request"), "{pkce:?}");
                assert_eq!(answer.redirect_parameter("code"), None);
            }
        }
    }

    async fn pkce_may_be_asked_of_everybody(db: Db) {
        let app = TestApp::start_with(db, &[("PKCE_REQUIRED", "true")]).await;
        app.seed(people_and_clients()).await;
        let answer = request(&app, &WEB_APP, &[]).await;
        assert_eq!(answer.redirect_parameter("error").as_deref(), Some("invalid_request"));
        WEB_APP.tokens(&app, "read").await;
    }

    /// Section 5: the challenge belongs to its code, not to the client.
    async fn each_code_has_its_own_challenge(app: TestApp) {
        app.seed(people_and_clients()).await;
        let other = "b".repeat(64);
        let pkce = [("code_challenge", &*challenge_of(&other)), ("code_challenge_method", "S256")];
        let first = WEB_APP.code(&app, "read").await;
        let second = request(&app, &WEB_APP, &pkce).await.redirect_parameter("code").unwrap();
        assert_invalid_grant(&redeem(&app, &WEB_APP, &first, &other).await);
        assert_invalid_grant(&redeem(&app, &WEB_APP, &second, VERIFIER).await);
        redeem(&app, &WEB_APP, &second, &other).await.ok();
    }
}
