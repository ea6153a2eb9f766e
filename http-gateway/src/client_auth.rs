//! How a client says who it is (RFC 6749 section 2.3.1). Decodes, decides
//! nothing: whether the credentials fit is the core's matter.

use authgate_proto::v1::{BasicCredentials, ClientAuthentication};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::HeaderMap;

use crate::{
    authorization::Authorization,
    error::Error,
    form::{self, Form},
};

/// The client's credentials from the header and from the form.
///
/// # Errors
/// `invalid_client` when the header's scheme is not Basic or can't be decoded,
/// `invalid_request` when the header came twice.
pub(crate) fn from_request(
    headers: &HeaderMap,
    form: &mut Form,
) -> Result<ClientAuthentication, Error> {
    Ok(ClientAuthentication {
        basic: basic(headers)?,
        ..from_form(form)
    })
}

/// The client's credentials from the form alone.
pub(crate) fn from_form(form: &mut Form) -> ClientAuthentication {
    ClientAuthentication {
        basic: None,
        client_id: form.take("client_id"),
        client_secret: form.take("client_secret"),
    }
}

/// The credentials of `Authorization: Basic`, if the header is there.
///
/// # Errors
/// As [`from_request`].
pub(crate) fn basic(headers: &HeaderMap) -> Result<Option<BasicCredentials>, Error> {
    let Some(authorization) = Authorization::of(headers)? else {
        return Ok(None);
    };
    let Some(encoded) = authorization.credentials("Basic") else {
        return Err(Error::invalid_client(
            "the Authorization header's scheme is not supported here",
        ));
    };
    let credentials = decode(encoded)
        .ok_or_else(|| Error::invalid_client("the Basic credentials can't be decoded"))?;
    Ok(Some(credentials))
}

/// Base64, then UTF-8, then the first colon, then each side form-encoded.
fn decode(encoded: &[u8]) -> Option<BasicCredentials> {
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    let (client_id, client_secret) = text.split_once(':')?;
    Some(BasicCredentials {
        client_id: form::decode(client_id.as_bytes()).ok()?,
        client_secret: form::decode(client_secret.as_bytes()).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use proptest::prelude::*;

    use super::*;
    use crate::test_support::{self, Gateway, authorized, post_form};
    use authgate_proto::v1::{TokenRequest, TokenResponse};

    fn decoded(credentials: &[u8]) -> Option<(String, String)> {
        decode(BASE64_STANDARD.encode(credentials).as_bytes())
            .map(|basic| (basic.client_id, basic.client_secret))
    }

    #[test]
    fn both_parts_are_form_decoded_after_the_first_colon() {
        assert_eq!(
            decoded(b"my%2Dapp:a+b%3Ac:d"),
            Some(("my-app".into(), "a b:c:d".into()))
        );
        assert_eq!(decoded(b"app:"), Some(("app".into(), String::new())));
    }

    #[test]
    fn broken_credentials_are_not_repaired() {
        for credentials in [
            &b"no-colon"[..],
            b"",
            b"a\xFF:b",
            b"a:%FF",
            b"a%zz:b",
            b"a:b%00",
        ] {
            assert_eq!(decoded(credentials), None);
        }
        for encoded in [&b"!!!!"[..], b"YTpi=", b"YTpiYw", b"YTpi YTpi", b"\xFF"] {
            assert!(decode(encoded).is_none());
        }
    }

    proptest! {
        #[test]
        fn any_credentials_survive(id in "[^\0]{0,30}", secret in "[^\0]{0,30}") {
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let sent = format!("{}:{}", encode(&id), encode(&secret));
            prop_assert_eq!(decoded(sent.as_bytes()), Some((id, secret)));
        }

        #[test]
        fn any_bytes_are_decoded_or_refused(encoded in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Some(basic) = decode(&encoded) {
                prop_assert!(!basic.client_id.contains('\0'));
                prop_assert!(!basic.client_secret.contains('\0'));
            }
        }
    }

    #[tokio::test]
    async fn header_and_body_both_reach_the_core_which_holds_the_rule() {
        let gateway = Gateway::answering(TokenResponse::default());
        let request = post_form("/oauth/token", "client_id=b&client_secret=t");
        let header = test_support::basic("a:s").replace("Basic", "bAsIc");
        let answer = gateway.send(authorized(request, &header)).await;
        assert_eq!(answer.status, StatusCode::OK);
        let client = gateway.seen::<TokenRequest>().client.unwrap();
        let basic = client.basic.expect("the scheme's case does not matter");
        assert_eq!((&*basic.client_id, &*basic.client_secret), ("a", "s"));
        assert_eq!((&*client.client_id, &*client.client_secret), ("b", "t"));
    }

    #[tokio::test]
    async fn what_is_no_basic_is_an_invalid_client() {
        for header in [
            "Basic",
            "Basic !",
            "Basic YQ==",
            "Bearer abc",
            "Digest a=b",
            "x",
            "",
        ] {
            for path in ["/oauth/token", "/oauth/revoke", "/oauth/device/code"] {
                let gateway = Gateway::new();
                let answer = gateway
                    .send(authorized(post_form(path, "a=b"), header))
                    .await;
                answer.assert_error(401, "invalid_client");
                assert_eq!(
                    answer.header(http::header::WWW_AUTHENTICATE),
                    Some(r#"Basic realm="authgate""#)
                );
                assert_eq!(gateway.calls(), 0);
            }
        }
    }

    #[tokio::test]
    async fn two_authorization_headers_are_an_invalid_request() {
        let gateway = Gateway::new();
        let request = post_form("/oauth/token", "grant_type=client_credentials");
        let request = authorized(request, &test_support::basic("a:s"));
        let request = authorized(request, &test_support::basic("a:s"));
        gateway
            .send(request)
            .await
            .assert_error(400, "invalid_request");
        assert_eq!(gateway.calls(), 0);
    }
}
