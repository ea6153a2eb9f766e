use serde_json::json;

use super::*;

fn read(by: Registrant, document: &Value) -> Result<ClientMetadata, Vec<String>> {
    let mut object = Object::new("", document.as_object().unwrap());
    let metadata = ClientMetadata::read(&mut object, by);
    let problems = object.finish(by.unknown());
    if problems.is_empty() {
        return Ok(metadata);
    }
    Err(problems.iter().map(ToString::to_string).collect())
}

fn refused_member(by: Registrant, member: &str, value: &Value) -> String {
    let mut document = json!({"redirect_uris": ["https://app.example/cb"]});
    document[member] = value.clone();
    let problems = read(by, &document).expect_err(&document.to_string());
    assert_eq!(problems.len(), 1, "{document}: {problems:?}");
    problems[0].split(':').next().unwrap().to_owned()
}

#[test]
fn the_least_registration_gets_the_defaults_of_the_rfc() {
    let metadata = read(
        Registrant::Client,
        &json!({"redirect_uris": ["https://app.example/cb"]}),
    )
    .unwrap();
    assert_eq!(metadata.grant_types, ["authorization_code"]);
    assert_eq!(metadata.response_types, ["code"]);
    assert_eq!(metadata.token_endpoint_auth_method, "client_secret_basic");
    assert_eq!(metadata.scope, "openid email profile");
}

#[test]
fn an_admin_s_least_registration_gives_refresh_tokens_too() {
    let metadata = read(
        Registrant::Admin,
        &json!({"redirect_uris": ["https://app.example/cb"]}),
    )
    .unwrap();
    assert_eq!(
        metadata.grant_types,
        ["authorization_code", "refresh_token"]
    );
    assert_eq!(metadata.scope, "openid email profile");
}

#[test]
fn everything_that_can_be_said_is_kept() {
    let document = json!({
        "client_name": "App", "description": "An app", "client_uri": "https://app.example",
        "logo_uri": "https://app.example/logo.png", "policy_uri": "https://app.example/privacy",
        "tos_uri": "https://app.example/terms", "contacts": ["dev@app.example"],
        "redirect_uris": ["https://app.example/cb"],
        "post_logout_redirect_uris": ["https://app.example/bye"],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code"],
        "response_types": ["code"], "token_endpoint_auth_method": "client_secret_post",
        "scope": "openid read write", "application_type": "web", "subject_type": "public",
        "id_token_signed_response_alg": "ES256", "userinfo_signed_response_alg": "RS256",
        "default_max_age": 3600, "require_auth_time": true, "default_acr_values": ["1"],
        "initiate_login_uri": "https://app.example/login", "software_id": "app",
        "software_version": "1", "jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "", "y": ""}]},
        "token_profile": "short", "project": "p-1", "service_account": "sa@p-1",
        "trusted": true, "extra_claims_allowed": true, "introspect_any": true,
    });
    let metadata = read(Registrant::Admin, &document).unwrap();
    assert_eq!(serde_json::to_value(&metadata).unwrap(), document);
}

#[test]
fn a_client_can_not_give_itself_what_an_admin_gives() {
    let metadata = read(
        Registrant::Client,
        &json!({
            "redirect_uris": ["https://app.example/cb"], "trusted": true,
            "extra_claims_allowed": true, "introspect_any": true, "token_profile": "long",
            "project": "p", "service_account": "s", "software_statement": "x", "client_name#de": "y",
        }),
    )
    .unwrap();
    for member in ADMIN_ONLY_MEMBERS {
        assert_eq!(serde_json::to_value(&metadata).unwrap().get(member), None);
    }
    for (member, value) in [
        (
            "grant_types",
            json!(["authorization_code", "client_credentials"]),
        ),
        ("scope", json!("openid read")),
        ("scope", json!("admin")),
        ("redirect_uris", json!(["http://app.example/cb"])),
        ("redirect_uris", json!(["myapp://cb"])),
    ] {
        let path = refused_member(Registrant::Client, member, &value);
        assert!(path.starts_with(member), "{path}");
    }
}

#[test]
fn wrong_values_are_named() {
    for (member, value) in [
        ("client_name", json!(1)),
        ("client_name", json!("a".repeat(256))),
        ("client_name", json!("Bank\u{202e}")),
        ("client_name", json!("line\nbreak")),
        ("contacts", json!("dev@app.example")),
        ("grant_types", json!("authorization_code")),
        ("grant_types", json!(["password", "authorization_code"])),
        ("grant_types", json!(["implicit", "authorization_code"])),
        ("response_types", json!(["token", "code"])),
        ("response_types", json!([])),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("scope", json!(["openid"])),
        ("scope", json!("a\"b")),
        ("application_type", json!("desktop")),
        ("subject_type", json!("pairwise")),
        ("id_token_signed_response_alg", json!("none")),
        ("id_token_signed_response_alg", json!("HS256")),
        ("userinfo_signed_response_alg", json!("PS256")),
        ("default_max_age", json!(-1)),
        ("default_max_age", json!("60")),
        ("client_uri", json!("javascript:alert(1)")),
        ("logo_uri", json!("data:image/png;base64,")),
        ("policy_uri", json!("/privacy")),
        ("tos_uri", json!("https://user@app.example/")),
        ("initiate_login_uri", json!("ftp://app.example/")),
        ("jwks_uri", json!("file:///etc/passwd")),
        ("jwks", json!({})),
        ("jwks", json!({"keys": [{"kty": "EC", "d": "x"}]})),
        ("jwks", json!({"keys": [{"kty": "oct", "k": "x"}]})),
        ("post_logout_redirect_uris", json!(["javascript:alert(1)"])),
        ("redirect_uris", json!([])),
        ("redirect_uris", json!([1, "https://app.example/cb"])),
        ("redirect_uris", json!(["https://app.example/cb#x"])),
        (
            "post_logout_redirect_uris",
            json!(vec!["https://app.example/bye"; 33]),
        ),
        ("id_token_encrypted_response_alg", json!("RSA-OAEP")),
        ("dpop_bound_access_tokens", json!(true)),
    ] {
        for by in [Registrant::Client, Registrant::Admin] {
            let path = refused_member(by, member, &value);
            assert!(path.starts_with(member), "{member} {value}: {path}");
        }
    }
}

#[test]
fn an_admin_s_typing_error_is_told() {
    for (member, value) in [
        ("redirect_uri", json!("https://app.example/cb")),
        ("client_name#de", json!("App")),
        ("token_profile", json!("forever")),
        ("project", json!("-p")),
        ("project", json!("a/b")),
        ("service_account", json!("a b")),
        ("trusted", json!("yes")),
    ] {
        assert_eq!(refused_member(Registrant::Admin, member, &value), member);
    }
}

#[test]
fn grants_fit_the_way_the_client_authenticates() {
    let service = |method: &str| {
        read(
            Registrant::Admin,
            &json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": method}),
        )
    };
    assert_eq!(
        service("client_secret_basic").unwrap().response_types,
        Vec::<String>::new()
    );
    assert_eq!(service("none").unwrap_err().len(), 1);
}

#[test]
fn the_device_grant_has_a_short_name_in_registrations() {
    let device =
        json!({"grant_types": ["device_code", DEVICE_CODE], "token_endpoint_auth_method": "none"});
    let metadata = read(Registrant::Client, &device).unwrap();
    assert_eq!(metadata.grant_types, [DEVICE_CODE]);
    assert_eq!(metadata.response_types, Vec::<String>::new());
}

#[test]
fn a_grant_that_gives_nothing_alone_is_refused() {
    for grants in [json!([]), json!(["refresh_token"])] {
        let problems = read(Registrant::Client, &json!({"grant_types": grants})).unwrap_err();
        assert!(problems[0].starts_with("grant_types: "), "{problems:?}");
    }
}

proptest::proptest! {
    #[test]
    fn what_was_accepted_is_accepted_again(
        name in "[a-zA-Z ]{0,20}",
        device: bool,
        public: bool,
        refresh: bool,
        scope in proptest::sample::subsequence(SELF_SERVICE_SCOPES.to_vec(), 1..6),
    ) {
        let mut grants = vec![if device { DEVICE_CODE } else { AUTHORIZATION_CODE }];
        if refresh {
            grants.push(REFRESH_TOKEN);
        }
        let document = json!({
            "client_name": name,
            "redirect_uris": ["https://app.example/cb"],
            "grant_types": grants,
            "token_endpoint_auth_method": if public { "none" } else { "client_secret_basic" },
            "scope": scope.join(" "),
        });
        let first = read(Registrant::Client, &document).unwrap();
        let again = read(Registrant::Client, &serde_json::to_value(&first).unwrap()).unwrap();
        proptest::prop_assert_eq!(first, again);
    }
}
