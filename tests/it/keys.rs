//! Signing keys: rotation that no verifier notices, the algorithms, and tokens that
//! somebody else made (RFC 8725).

use std::{collections::BTreeSet, time::Duration};

use authgate_proto::v1::RotateKeysRequest;
use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tonic::Code;

use crate::support::{
    Db, TestApp,
    oauth::{
        WEB, authorize, authorize_path, claims, code_for_web, header, people_and_clients,
        redeem_for_web, verified, web_request,
    },
    on_both,
};

/// The time between a key's publication and its first signature.
const LEAD: Duration = Duration::from_secs(600);

/// A token response for a person who just agreed.
async fn tokens(app: &TestApp) -> Value {
    let code = code_for_web(&app.browser(), "openid offline_access").await;
    redeem_for_web(app, &code).await.ok()
}

#[track_caller]
fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document[name].as_str().unwrap()
}

/// The `kid` and algorithm of each published key.
async fn published(app: &TestApp) -> BTreeSet<(String, String)> {
    let set = app.get("/.well-known/jwks.json").await.ok();
    let keys = set["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| (text(key, "kid").to_owned(), text(key, "alg").to_owned()))
        .collect()
}

async fn rotate(app: &TestApp, algorithm: &str, immediately: bool) -> Vec<String> {
    let request = RotateKeysRequest {
        algorithm: algorithm.to_owned(),
        immediately,
    };
    app.admin()
        .rotate_keys(request)
        .await
        .unwrap()
        .into_inner()
        .key_ids
}

/// Whether each endpoint that takes an access token takes this one.
async fn accepted(app: &TestApp, token: &str) -> [bool; 3] {
    let userinfo = app
        .request(Method::GET, "/oauth/userinfo")
        .bearer(token)
        .send()
        .await;
    let tokeninfo = app
        .request(Method::GET, "/oauth/tokeninfo")
        .bearer(token)
        .send()
        .await;
    for answer in [&userinfo, &tokeninfo] {
        if answer.status != StatusCode::OK {
            answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
        }
    }
    let introspect = app
        .request(Method::POST, "/oauth/introspect")
        .basic(WEB.0, WEB.1);
    let introspected = introspect.form(&[("token", token)]).send().await.ok();
    if introspected["active"] == false {
        assert_eq!(introspected, json!({ "active": false }));
    }
    [
        userinfo.status == StatusCode::OK,
        tokeninfo.status == StatusCode::OK,
        introspected["active"] == true,
    ]
}

/// A token of this header and these claims, with a signature over both.
fn forge(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let message = [header, claims]
        .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
        .join(".");
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn hs256(secret: &[u8]) -> impl FnOnce(&[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    move |message| hmac::sign(&key, message).as_ref().to_vec()
}

on_both! {
    async fn a_rotation_is_noticed_by_nobody(app: TestApp) {
        app.seed(people_and_clients()).await;
        let (before, keys_before) = (tokens(&app).await, published(&app).await);
        let added = rotate(&app, "", false).await;
        assert_eq!(added.len(), 3);
        let keys = published(&app).await;
        assert!(keys.is_superset(&keys_before));
        assert!(added.iter().all(|kid| keys.iter().any(|(published, _)| published == kid)));

        // Verifiers may still have the set of before: nothing is signed by what is not in it.
        app.advance(LEAD - Duration::from_secs(1));
        let meanwhile = tokens(&app).await;
        app.advance(Duration::from_secs(1));
        let after = tokens(&app).await;
        for name in ["access_token", "id_token"] {
            let kid = |tokens: &Value| text(&header(text(tokens, name)), "kid").to_owned();
            assert_eq!(kid(&meanwhile), kid(&before), "{name}");
            assert!(added.contains(&kid(&after)), "{name}");
            for tokens in [&before, &meanwhile, &after] {
                assert!(verified(&app, text(tokens, name)).await.is_some(), "{name}");
            }
        }
        for tokens in [&before, &meanwhile, &after] {
            assert_eq!(accepted(&app, text(tokens, "access_token")).await, [true; 3]);
        }
        // An ID token of a superseded key is still a hint.
        let browser = app.browser();
        authorize(&browser, &web_request(&[])).await;
        let hint = [("id_token_hint", text(&before, "id_token")), ("prompt", "none")];
        let path = authorize_path(&web_request(&hint));
        assert_eq!(browser.get_only(&path).await.redirect_parameter("error"), None);
    }

    async fn a_key_in_wrong_hands_is_replaced_at_once(app: TestApp) {
        app.seed(people_and_clients()).await;
        let before = tokens(&app).await;
        // Of two keys that begin to sign at the same instant either may.
        app.advance(Duration::from_secs(1));
        let added = rotate(&app, "ES256", true).await;
        assert_eq!(added.len(), 1);
        let after = tokens(&app).await;
        assert_eq!(text(&header(text(&after, "access_token")), "kid"), added[0]);
        // The other algorithms keep theirs.
        assert_eq!(header(text(&after, "id_token")), header(text(&before, "id_token")));
        assert_eq!(accepted(&app, text(&before, "access_token")).await, [true; 3]);
    }

    async fn an_unknown_algorithm_has_no_keys(app: TestApp) {
        let keys = published(&app).await;
        for algorithm in ["PS256", "none", "es256"] {
            let request = RotateKeysRequest { algorithm: algorithm.to_owned(), immediately: false };
            let refused = app.admin().rotate_keys(request).await.unwrap_err();
            assert_eq!(refused.code(), Code::InvalidArgument, "{algorithm}");
        }
        assert_eq!(published(&app).await, keys);
    }

    async fn the_key_set_holds_public_keys_of_several_algorithms(app: TestApp) {
        let answer = app.get("/.well-known/jwks.json").await;
        let document = answer.ok();
        let keys = document["keys"].as_array().unwrap();
        let algorithms: BTreeSet<&str> = keys.iter().map(|key| text(key, "alg")).collect();
        assert_eq!(algorithms, BTreeSet::from(["ES256", "EdDSA", "RS256"]));
        for key in keys {
            assert_eq!(key["use"], "sig");
            assert!(key["kid"].is_string());
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert_eq!(key.get(private), None::<&Value>, "{private}");
            }
        }
        assert!(answer.header("cache-control").contains("max-age="));
    }

    async fn access_tokens_are_signed_as_the_operator_says(db: Db) {
        for algorithm in ["ES256", "RS256", "EdDSA", "HS256"] {
            let app = TestApp::start_with(db, &[
                ("JWT_SIGNING_ALGORITHM", algorithm),
                ("JWT_SECRET", "oN3hV9Qk2wXz7TbYs4Lm8RpCd6FgJu1A"),
            ]).await;
            app.seed(people_and_clients()).await;
            let tokens = tokens(&app).await;
            let token = text(&tokens, "access_token");
            assert_eq!((&header(token)["alg"], &header(token)["typ"]), (&json!(algorithm), &json!("at+jwt")));
            assert_eq!(accepted(&app, token).await, [true; 3], "{algorithm}");

            // A shared secret is published in no form, and ID tokens never need it.
            assert_eq!(verified(&app, token).await.is_some(), algorithm != "HS256");
            assert!(verified(&app, text(&tokens, "id_token")).await.is_some());
            let set = app.get("/.well-known/jwks.json").await;
            assert!(!set.text().contains("HS256") && !set.text().contains("\"oct\""), "{}", set.text());
        }
    }

    async fn what_somebody_else_made_counts_nowhere(app: TestApp) {
        app.seed(people_and_clients()).await;
        let tokens = tokens(&app).await;
        let token = text(&tokens, "access_token");
        assert_eq!(accepted(&app, token).await, [true; 3]);
        let (own_header, own_claims) = (header(token), claims(token));
        let [head, body, signature] = token.split('.').collect::<Vec<_>>()[..] else {
            panic!("{token}");
        };
        let with = |mut document: Value, name: &str, value: Value| {
            document[name] = value;
            document
        };
        let encoded = |document: &Value| URL_SAFE_NO_PAD.encode(document.to_string());
        let foreign = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let by_foreign_key = |message: &[u8]| {
            let signature = foreign.sign(&SystemRandom::new(), message);
            signature.unwrap().as_ref().to_vec()
        };
        let own_header_with = |name, value| with(own_header.clone(), name, value);
        let wider = with(own_claims.clone(), "scope", json!("openid admin"));

        let mut forged = vec![
            ("alg none", forge(&json!({ "typ": "at+jwt", "alg": "none" }), &own_claims, |_| Vec::new())),
            ("alg None with the kid", forge(&own_header_with("alg", json!("None")), &own_claims, |_| Vec::new())),
            ("no signature", format!("{head}.{body}.")),
            ("no signature at all", format!("{head}.{body}")),
            ("wider claims", format!("{head}.{}.{signature}", encoded(&wider))),
            ("another header", format!("{}.{body}.{signature}", encoded(&own_header_with("typ", json!("JWT"))))),
            ("another algorithm", format!("{}.{body}.{signature}", encoded(&own_header_with("alg", json!("RS256"))))),
            ("a signature of zeros", format!("{head}.{body}.{}", "A".repeat(86))),
            ("a foreign key under our kid", forge(&own_header, &own_claims, by_foreign_key)),
            ("a foreign key by its name", forge(&own_header_with("kid", json!("mine")), &own_claims, by_foreign_key)),
            ("more behind", format!("{token}.{signature}")),
            ("an ID token", text(&tokens, "id_token").to_owned()),
        ];
        let set = app.get("/.well-known/jwks.json").await.ok();
        for key in set["keys"].as_array().unwrap() {
            // Whoever takes a public key for a shared secret is taken in by these.
            let confused = json!({ "typ": "at+jwt", "alg": "HS256", "kid": key["kid"] });
            let text = key.to_string();
            forged.push(("HS256 by a key's text", forge(&confused, &own_claims, hs256(text.as_bytes()))));
            for member in ["x", "n"] {
                let Some(material) = key[member].as_str() else { continue };
                let bytes = URL_SAFE_NO_PAD.decode(material).unwrap();
                forged.push(("HS256 by its number", forge(&confused, &own_claims, hs256(&bytes))));
            }
            let mixed = json!({ "typ": "at+jwt", "alg": "ES256", "kid": key["kid"] });
            forged.push(("a foreign key under any kid", forge(&mixed, &own_claims, by_foreign_key)));
        }
        let brought = json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" });
        for (name, value) in [
            ("jwk", brought),
            ("jku", json!("https://evil.example/jwks.json")),
            ("crit", json!(["exp"])),
        ] {
            forged.push((name, forge(&own_header_with(name, value), &own_claims, by_foreign_key)));
        }
        for (what, forged) in forged {
            assert_eq!(accepted(&app, &forged).await, [false; 3], "{what}");
        }
    }

    /// With HS256 every resource server knows the secret: what one of them signs
    /// still is no token that was issued.
    async fn a_token_by_the_shared_secret_that_was_not_issued_counts_nowhere(db: Db) {
        let secret = "oN3hV9Qk2wXz7TbYs4Lm8RpCd6FgJu1A";
        let app = TestApp::start_with(db, &[("JWT_SIGNING_ALGORITHM", "HS256"), ("JWT_SECRET", secret)]).await;
        app.seed(people_and_clients()).await;
        let tokens = tokens(&app).await;
        let (header, mut made_up) = (header(text(&tokens, "access_token")), claims(text(&tokens, "access_token")));
        made_up["jti"] = json!("018bcfe5-6800-7000-8000-000000000000");
        let forged = forge(&header, &made_up, hs256(secret.as_bytes()));
        assert_eq!(accepted(&app, &forged).await, [false; 3]);
    }
}
