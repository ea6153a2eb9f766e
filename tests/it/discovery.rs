//! RFC 8414, OpenID Connect Discovery and the key set (RFC 7517).

use http::StatusCode;
use serde_json::Value;

use crate::support::{TestApp, on_both};

on_both! {
    async fn both_documents_say_the_same(app: TestApp) {
        let openid = app.get("/.well-known/openid-configuration").await.ok();
        let oauth = app.get("/.well-known/oauth-authorization-server").await.ok();
        assert_eq!(openid["issuer"], app.issuer());
        for (name, value) in oauth.as_object().unwrap() {
            assert_eq!(Some(value), openid.get(name), "{name}");
        }
    }

    async fn every_endpoint_that_is_advertised_answers(app: TestApp) {
        let document = app.get("/.well-known/openid-configuration").await.ok();
        let endpoints = document.as_object().unwrap().iter();
        let endpoints: Vec<(&String, &str)> = endpoints
            .filter(|(name, _)| name.ends_with("_endpoint") || name.as_str() == "jwks_uri")
            .filter_map(|(name, url)| Some((name, url.as_str()?)))
            .collect();
        assert_eq!(endpoints.len(), 7, "{endpoints:?}");
        for (name, url) in endpoints {
            let path = url.strip_prefix(app.issuer()).unwrap_or_else(|| panic!("{name} is {url}"));
            let status = app.get(path).await.status;
            assert_ne!(status, StatusCode::NOT_FOUND, "{name}");
            assert!(!status.is_server_error(), "{name}: {status}");
        }
    }

    async fn the_key_set_holds_public_keys_only(app: TestApp) {
        let answer = app.get("/.well-known/jwks.json").await;
        let document = answer.ok();
        let keys = document["keys"].as_array().unwrap();
        let algorithms: Vec<&str> = keys.iter().filter_map(|key| key["alg"].as_str()).collect();
        assert!(algorithms.contains(&"ES256") && algorithms.contains(&"RS256"), "{algorithms:?}");
        for key in keys {
            assert_eq!(key["use"], "sig");
            assert!(key["kid"].is_string());
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert_eq!(key.get(private), None::<&Value>, "{private}");
            }
        }
    }
}
