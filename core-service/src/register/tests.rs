use serde_json::{Value, json};

use super::*;
use crate::{
    admin::test_support::{add_grant, add_user, core_on, ctx, still_live},
    config::Database,
    domain::{client::SecretHash, id::ClientId, user::Role},
    store::{clients as table, conformance::conformance},
};

fn app() -> Value {
    json!({
        "client_name": "App", "redirect_uris": ["https://app.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"], "scope": "openid email",
    })
}

async fn open(database: Database) -> Core {
    core_on(database, |settings| settings.registration.enabled = true).await
}

async fn submit(core: &Core, document: &Value, token: &str) -> Result<Value, OAuthError> {
    let request = v1::RegisterClientRequest {
        metadata_json: document.to_string().into_bytes(),
        initial_access_token: token.to_owned(),
    };
    answer(register(core, &ctx(), request).await)
}

async fn read(core: &Core, id: &str, token: &str) -> Result<Value, OAuthError> {
    let request = v1::ReadClientRequest {
        client_id: id.to_owned(),
        registration_access_token: token.to_owned(),
    };
    answer(manage::read(core, &ctx(), request).await)
}

/// Updates the client of `information`.
async fn update(core: &Core, information: &Value, document: &Value) -> Result<Value, OAuthError> {
    let request = v1::UpdateClientRequest {
        client_id: text(information, "client_id"),
        registration_access_token: text(information, "registration_access_token"),
        metadata_json: document.to_string().into_bytes(),
    };
    answer(manage::update(core, &ctx(), request).await)
}

async fn delete(core: &Core, id: &str, token: &str) -> Result<(), OAuthError> {
    let request = v1::DeleteClientRequest {
        client_id: id.to_owned(),
        registration_access_token: token.to_owned(),
    };
    match manage::delete(core, &ctx(), request).await {
        Ok(v1::DeleteClientResponse {}) => Ok(()),
        Err(Error::OAuth(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

fn answer(answer: Result<v1::ClientInformation, Error>) -> Result<Value, OAuthError> {
    match answer {
        Ok(information) => Ok(serde_json::from_str(&information.json).unwrap()),
        Err(Error::OAuth(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

fn text(information: &Value, member: &str) -> String {
    information[member].as_str().unwrap_or_default().to_owned()
}

async fn stored(core: &Core, information: &Value) -> Option<Client> {
    let mut connection = core.store.read().await.unwrap();
    let id = ClientId::from(text(information, "client_id"));
    table::by_id(&mut connection, &id).await.unwrap()
}

async fn save(core: &Core, client: &Client) {
    let mut transaction = core.store.begin().await.unwrap();
    table::update(&mut transaction, client).await.unwrap();
    transaction.commit().await.unwrap();
}

/// Registers `app()` and approves it.
async fn approved(core: &Core) -> Value {
    let information = submit(core, &app(), "").await.unwrap();
    let mut client = stored(core, &information).await.unwrap();
    client.status = ClientStatus::Active;
    save(core, &client).await;
    information
}

/// What the client of `information` may send to keep what it has.
fn unchanged(information: &Value) -> Value {
    let mut document = app();
    document["client_id"] = information["client_id"].clone();
    document
}

conformance! {
    async fn nothing_is_registered_unless_registration_is_open(core: Core) {
        let closed = ErrorCode::RegistrationNotSupported;
        assert_eq!(submit(&core, &app(), "").await.unwrap_err().code, closed);
        assert_eq!(read(&core, "x", "x").await.unwrap_err().code, closed);
        assert_eq!(update(&core, &app(), &app()).await.unwrap_err().code, closed);
        assert_eq!(delete(&core, "x", "x").await.unwrap_err().code, closed);
    }

    async fn an_initial_access_token_is_asked_for_when_there_is_one(database: Database) {
        let core = core_on(database, |settings| {
            settings.registration.enabled = true;
            settings.registration.initial_access_token = Some("initial".into());
        }).await;
        for token in ["", "Initial", "initial ", "initia"] {
            let refused = submit(&core, &app(), token).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidToken, "{token:?}");
        }
        assert!(submit(&core, &app(), "initial").await.is_ok());
    }

    async fn a_registered_client_waits_for_an_admin(database: Database) {
        let core = open(database).await;
        let information = submit(&core, &app(), "").await.unwrap();
        let client = stored(&core, &information).await.unwrap();
        assert_eq!(client.status, ClientStatus::Pending);
        for (member, value) in app().as_object().unwrap() {
            assert_eq!(&information[member], value, "{member}");
        }
        assert_eq!(information["response_types"], json!(["code"]));
        assert_eq!(information["token_endpoint_auth_method"], "client_secret_basic");
        assert_eq!(information["client_secret_expires_at"], 0);
        assert_eq!(information["client_id_issued_at"], ctx().now.seconds());
        let id = text(&information, "client_id");
        assert_eq!(
            text(&information, "registration_client_uri"),
            format!("https://id.example/oauth/register/{id}")
        );
        let secret = PlainToken::presented(&text(&information, "client_secret"));
        assert!(secret.expose().starts_with("ago_"));
        assert!(matches!(client.secret, Some(SecretHash::Sha256(hash)) if hash.matches(&secret)));
    }

    async fn a_public_client_gets_no_secret(database: Database) {
        let core = open(database).await;
        let mut document = app();
        document["token_endpoint_auth_method"] = json!("none");
        let information = submit(&core, &document, "").await.unwrap();
        assert_eq!(information.get("client_secret"), None);
        assert_eq!(information.get("client_secret_expires_at"), None);
        assert!(stored(&core, &information).await.unwrap().secret.is_none());
    }

    async fn wrong_documents_get_the_error_of_the_rfc(database: Database) {
        let core = open(database).await;
        let register_bytes = async |bytes: &[u8]| {
            let metadata_json = bytes.to_vec();
            let request = v1::RegisterClientRequest { metadata_json, initial_access_token: String::new() };
            answer(register(&core, &ctx(), request).await).unwrap_err().code
        };
        let long = format!("{{\"x\": \"{}\"}}", "x".repeat(MAX_DOCUMENT));
        for bytes in [&b""[..], b"[]", b"\"x\"", b"{", b"\xff\xfe", b"null", long.as_bytes()] {
            assert_eq!(register_bytes(bytes).await, ErrorCode::InvalidClientMetadata);
        }
        for (member, value, code) in [
            ("redirect_uris", json!(null), ErrorCode::InvalidRedirectUri),
            ("redirect_uris", json!([]), ErrorCode::InvalidRedirectUri),
            ("redirect_uris", json!(["https://app.example/cb#x"]), ErrorCode::InvalidRedirectUri),
            ("redirect_uris", json!(["http://app.example/cb"]), ErrorCode::InvalidRedirectUri),
            ("redirect_uris", json!(["javascript:alert(1)"]), ErrorCode::InvalidRedirectUri),
            ("grant_types", json!(["client_credentials"]), ErrorCode::InvalidClientMetadata),
            ("grant_types", json!(["implicit"]), ErrorCode::InvalidClientMetadata),
            ("scope", json!("openid admin"), ErrorCode::InvalidClientMetadata),
            ("client_name", json!({}), ErrorCode::InvalidClientMetadata),
            ("token_endpoint_auth_method", json!("private_key_jwt"), ErrorCode::InvalidClientMetadata),
        ] {
            let mut document = app();
            document[member] = value;
            let refused = submit(&core, &document, "").await.unwrap_err();
            assert_eq!(refused.code, code, "{document}");
            assert!(refused.description.starts_with(member), "{refused}");
        }
    }

    async fn only_the_client_itself_may_manage_it(database: Database) {
        let core = open(database).await;
        let one = submit(&core, &app(), "").await.unwrap();
        let other = submit(&core, &app(), "").await.unwrap();
        let id = text(&one, "client_id");
        let nobody = uuid::Uuid::new_v4().to_string();
        let token = text(&one, "registration_access_token");
        let foreign = text(&other, "registration_access_token");
        for (id, token) in [(&id, ""), (&id, foreign.as_str()), (&id, "x"), (&nobody, &token)] {
            let forged = json!({"client_id": id, "registration_access_token": token});
            assert_eq!(read(&core, id, token).await.unwrap_err().code, ErrorCode::InvalidToken);
            assert_eq!(delete(&core, id, token).await.unwrap_err().code, ErrorCode::InvalidToken);
            let refused = update(&core, &forged, &unchanged(&one)).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidToken);
        }
        assert!(stored(&core, &one).await.is_some());

        let mut expected = one.clone();
        for member in ["client_secret", "client_secret_expires_at"] {
            expected.as_object_mut().unwrap().remove(member);
        }
        assert_eq!(read(&core, &id, &token).await.unwrap(), expected);
    }

    async fn an_update_replaces_the_metadata(database: Database) {
        let core = open(database).await;
        let information = approved(&core).await;
        let mut document = unchanged(&information);
        document["scope"] = json!("openid");
        document["contacts"] = json!(["dev@app.example"]);
        document["client_secret"] = information["client_secret"].clone();
        document.as_object_mut().unwrap().remove("grant_types");
        let updated = update(&core, &information, &document).await.unwrap();
        assert_eq!(updated["scope"], "openid");
        assert_eq!(updated["grant_types"], json!(["authorization_code"]));
        assert_eq!(updated.get("client_secret"), None);
        let client = stored(&core, &information).await.unwrap();
        assert_eq!(client.status, ClientStatus::Active, "it asked for less");
        assert_eq!(client.metadata.contacts, ["dev@app.example"]);
        assert!(client.secret.is_some());
    }

    async fn who_reaches_further_waits_again(database: Database) {
        let core = open(database).await;
        for (member, value, status) in [
            ("redirect_uris", json!(["https://app.example/cb", "https://else.example/cb"]), ClientStatus::Pending),
            ("redirect_uris", json!(["https://else.example/cb"]), ClientStatus::Pending),
            ("scope", json!("openid email profile"), ClientStatus::Pending),
            ("grant_types", json!(["authorization_code", "device_code"]), ClientStatus::Pending),
            ("token_endpoint_auth_method", json!("none"), ClientStatus::Pending),
            ("client_name", json!("Bank"), ClientStatus::Pending),
            ("logo_uri", json!("https://bank.example/logo.png"), ClientStatus::Pending),
            ("software_version", json!("2"), ClientStatus::Active),
        ] {
            let information = approved(&core).await;
            let mut document = unchanged(&information);
            document[member] = value;
            update(&core, &information, &document).await.unwrap();
            assert_eq!(stored(&core, &information).await.unwrap().status, status, "{document}");
        }
    }

    async fn a_rejected_client_can_not_update_itself_back(database: Database) {
        let core = open(database).await;
        let information = submit(&core, &app(), "").await.unwrap();
        let mut client = stored(&core, &information).await.unwrap();
        client.status = ClientStatus::Inactive;
        save(&core, &client).await;
        let mut document = unchanged(&information);
        document["scope"] = json!("openid email profile");
        update(&core, &information, &document).await.unwrap();
        assert_eq!(stored(&core, &information).await.unwrap().status, ClientStatus::Inactive);
    }

    async fn what_an_admin_set_survives_an_update_and_is_not_shown(database: Database) {
        let core = open(database).await;
        let information = approved(&core).await;
        let mut client = stored(&core, &information).await.unwrap();
        client.metadata.trusted = true;
        client.metadata.project = Some("p".to_owned());
        client.metadata.token_profile = Some("short".to_owned());
        save(&core, &client).await;
        let mut document = unchanged(&information);
        document["project"] = json!("mine");
        document["introspect_any"] = json!(true);
        let updated = update(&core, &information, &document).await.unwrap();
        for member in ADMIN_ONLY_MEMBERS {
            assert_eq!(updated.get(member), None, "{member}");
        }
        assert_eq!(stored(&core, &information).await.unwrap().metadata, client.metadata);
    }

    async fn an_update_that_is_not_of_this_client_is_refused(database: Database) {
        let core = open(database).await;
        let information = approved(&core).await;
        for (member, value) in [
            ("client_id", json!(null)),
            ("client_id", json!("another")),
            ("client_id", json!(7)),
            ("client_secret", json!("wrong")),
            ("client_secret", json!(7)),
            ("registration_access_token", information["registration_access_token"].clone()),
            ("registration_client_uri", information["registration_client_uri"].clone()),
            ("client_secret_expires_at", json!(0)),
            ("client_id_issued_at", json!(0)),
        ] {
            let mut document = unchanged(&information);
            document["scope"] = json!("openid");
            document[member] = value;
            let refused = update(&core, &information, &document).await.unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidRequest, "{document}");
        }
        let mut document = unchanged(&information);
        document["redirect_uris"] = json!(["nowhere"]);
        let refused = update(&core, &information, &document).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::InvalidRedirectUri);
        assert_eq!(stored(&core, &information).await.unwrap().metadata.scope, "openid email");
    }

    async fn a_client_that_changes_how_it_authenticates_gets_or_loses_its_secret(database: Database) {
        let core = open(database).await;
        let information = approved(&core).await;
        let mut document = unchanged(&information);
        document["token_endpoint_auth_method"] = json!("none");
        let public = update(&core, &information, &document).await.unwrap();
        assert_eq!(public.get("client_secret"), None);
        assert!(stored(&core, &information).await.unwrap().secret.is_none());

        document["token_endpoint_auth_method"] = json!("client_secret_post");
        let confidential = update(&core, &information, &document).await.unwrap();
        let secret = PlainToken::presented(&text(&confidential, "client_secret"));
        assert_ne!(secret.expose(), text(&information, "client_secret"));
        let client = stored(&core, &information).await.unwrap();
        assert!(matches!(client.secret, Some(SecretHash::Sha256(hash)) if hash.matches(&secret)));
    }

    async fn a_deleted_client_is_gone_with_what_it_was_allowed(database: Database) {
        let core = open(database).await;
        let information = approved(&core).await;
        let client = stored(&core, &information).await.unwrap();
        let user = add_user(&core, "ada", Role::User).await;
        let (session, grant) = add_grant(&core, &user, &client, "openid").await;
        let (id, token) =
            (text(&information, "client_id"), text(&information, "registration_access_token"));
        delete(&core, &id, &token).await.unwrap();
        assert!(stored(&core, &information).await.is_none());
        assert_eq!(still_live(&core, &session, &grant).await, (true, false));
        assert_eq!(read(&core, &id, &token).await.unwrap_err().code, ErrorCode::InvalidToken);
        assert_eq!(delete(&core, &id, &token).await.unwrap_err().code, ErrorCode::InvalidToken);
    }
}
