//! RFC 6749 at the token endpoint; refreshing is in `rfc9700`, the authorization
//! endpoint in `rfc6749_authorization`.

mod client_authentication;
mod client_credentials;
mod token_errors;

use http::{Method, StatusCode};

use crate::support::{
    TestApp,
    oauth::{
        WEB, WEB_CALLBACK, authorize, challenge, claims, code_for_web, people_and_clients,
        redeem_for_web,
    },
    on_both,
};

on_both! {
    async fn a_person_signs_in_consents_and_the_app_gets_tokens(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let parameters = [
            ("client_id", WEB.0),
            ("redirect_uri", WEB_CALLBACK),
            ("response_type", "code"),
            ("scope", "openid email read"),
            ("state", "st4te"),
            ("nonce", "n0nce"),
            ("code_challenge", &challenge()),
            ("code_challenge_method", "S256"),
        ];
        let answer = authorize(&browser, &parameters).await;
        assert!(answer.location().starts_with(WEB_CALLBACK), "{}", answer.location());
        assert_eq!(answer.redirect_parameter("state").as_deref(), Some("st4te"));
        // RFC 9207.
        assert_eq!(answer.redirect_parameter("iss").as_deref(), Some(app.issuer()));

        let code = answer.redirect_parameter("code").unwrap();
        let tokens = redeem_for_web(&app, &code).await.ok();
        let id_token = claims(tokens["id_token"].as_str().unwrap());
        assert_eq!((&id_token["nonce"], &id_token["aud"]), (&"n0nce".into(), &WEB.0.into()));

        let access_token = tokens["access_token"].as_str().unwrap();
        let user = app.request(Method::GET, "/oauth/userinfo").bearer(access_token).send().await.ok();
        assert_eq!((&user["sub"], &user["email"]), (&id_token["sub"], &"alice@people.example".into()));
    }

    async fn a_code_works_once_and_its_replay_ends_what_it_gave(app: TestApp) {
        app.seed(people_and_clients()).await;
        let code = code_for_web(&app.browser(), "openid read").await;
        let tokens = redeem_for_web(&app, &code).await.ok();
        redeem_for_web(&app, &code).await.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
        let access_token = tokens["access_token"].as_str().unwrap();
        let user = app.request(Method::GET, "/oauth/userinfo").bearer(access_token).send().await;
        user.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
    }
}
