//! What happens at the protocol's endpoints stands in the trail.

use std::time::Duration;

use authgate_proto::{
    v1::{
        BasicCredentials, ClientAuthentication, DeviceAuthorizationRequest, IntrospectRequest,
        RevokeRequest, TokenRequest,
    },
    vocabulary::grant_type,
};

use crate::{
    Core, Ctx,
    account::throttle,
    admin::test_support::{NOW, add_grant, add_user, ctx},
    device,
    domain::{
        audit::Entry,
        client::{Client, ClientStatus, SecretHash},
        client_metadata::ClientMetadata,
        grant::AuthorizationCode,
        secret::PlainToken,
        token::RefreshToken,
        user::Role,
    },
    introspect, revoke,
    store::{
        audit, authorization_codes, clients,
        conformance::{conformance, tamper},
        grants, refresh_tokens,
    },
    token,
};

const SECRET: &str = "secret-of-the-app";
const DAY: Duration = Duration::from_secs(86_400);

/// A confidential client that may use every grant.
async fn add_app(core: &Core) -> Client {
    let client = Client {
        id: "app".into(),
        secret: Some(SecretHash::of(&PlainToken::presented(SECRET))),
        metadata: ClientMetadata {
            client_name: "App".to_owned(),
            grant_types: [
                grant_type::CLIENT_CREDENTIALS,
                grant_type::DEVICE_CODE,
                grant_type::REFRESH_TOKEN,
                grant_type::AUTHORIZATION_CODE,
            ]
            .map(str::to_owned)
            .to_vec(),
            scope: "openid read".to_owned(),
            ..ClientMetadata::default()
        },
        status: ClientStatus::Active,
        registration_token: None,
        owner_id: None,
        created_at: NOW,
        updated_at: NOW,
    };
    let mut transaction = core.store.begin().await.unwrap();
    clients::insert(&mut transaction, &client).await.unwrap();
    transaction.commit().await.unwrap();
    client
}

fn credentials() -> Option<ClientAuthentication> {
    Some(ClientAuthentication {
        basic: Some(BasicCredentials {
            client_id: "app".to_owned(),
            client_secret: SECRET.to_owned(),
        }),
        ..ClientAuthentication::default()
    })
}

fn asking(grant_type: &str) -> TokenRequest {
    TokenRequest {
        client: credentials(),
        grant_type: grant_type.to_owned(),
        ..TokenRequest::default()
    }
}

/// What stands in the trail, oldest first; with what waits, if `all`.
async fn trail(core: &Core, all: bool) -> Vec<Entry> {
    if all {
        core.audit.flush(DAY).await;
    }
    let mut connection = core.store.read().await.unwrap();
    let newest = audit::newest(&mut connection, 100).await.unwrap();
    newest
        .into_iter()
        .rev()
        .map(|record| record.entry)
        .collect()
}

fn types(entries: &[Entry]) -> Vec<&str> {
    let mut types: Vec<&str> = entries.iter().map(|entry| &*entry.event_type).collect();
    types.sort_unstable();
    types
}

conformance! {
    async fn a_client_s_token_is_issued_introspected_and_revoked(core: Core) {
        add_app(&core).await;
        let issued = token::token(&core, &ctx(), asking(grant_type::CLIENT_CREDENTIALS)).await.unwrap();
        for _ in 0..2 {
            let request = IntrospectRequest {
                client: credentials(),
                token: issued.access_token.clone(),
                ..IntrospectRequest::default()
            };
            assert!(introspect::introspect(&core, &ctx(), request).await.unwrap().active);
        }
        for unknown in ["x", "0190b2f0-0000-7000-8000-000000000000.x"] {
            let request = IntrospectRequest {
                client: credentials(),
                token: unknown.to_owned(),
                ..IntrospectRequest::default()
            };
            assert!(!introspect::introspect(&core, &ctx(), request).await.unwrap().active);
        }
        let request = RevokeRequest {
            client: credentials(),
            token: issued.access_token.clone(),
            ..RevokeRequest::default()
        };
        revoke::revoke(&core, &ctx(), request).await.unwrap();
        let entries = trail(&core, true).await;
        assert_eq!(
            types(&entries),
            ["CLIENT_CREDENTIALS_TOKEN_ISSUED", "TOKEN_INTROSPECTED", "TOKEN_REVOKED"]
        );
        for entry in &entries {
            assert_eq!((&*entry.actor_user_id, &*entry.actor_username), ("client:app", "App"));
            assert_eq!((&*entry.resource_type, &*entry.actor_ip), ("TOKEN", "192.0.2.1"));
            let introspected = entry.event_type == "TOKEN_INTROSPECTED";
            assert_eq!(entry.count, if introspected { 2 } else { 1 });
            let said = format!("{entry:?}");
            assert!(!said.contains(SECRET) && !said.contains(&issued.access_token));
        }
        assert_eq!(entries[0].resource_id, entries[1].resource_id);
    }

    async fn a_token_that_is_not_on_record_is_neither_handed_out_nor_noted(core: Core) {
        add_app(&core).await;
        tamper(&core.store, "ALTER TABLE access_tokens RENAME TO gone").await.unwrap();
        let refused = token::token(&core, &ctx(), asking(grant_type::CLIENT_CREDENTIALS)).await;
        assert!(refused.is_err());
        assert!(trail(&core, true).await.is_empty());
    }

    async fn whose_token_a_client_revoked_is_on_record(core: Core) {
        let client = add_app(&core).await;
        let ada = add_user(&core, "ada", Role::User).await;
        let (_, grant) = add_grant(&core, &ada, &client, "openid read").await;
        let (id, secret) = PlainToken::for_record(NOW);
        let record = RefreshToken {
            id: id.to_string(),
            hash: secret.hash(),
            grant_id: grant.id,
            created_at: NOW,
            expires_at: NOW + DAY,
            last_used_at: None,
            rotated_at: None,
            successor_id: None,
            revoked_at: None,
            disabled_at: None,
        };
        let mut transaction = core.store.begin().await.unwrap();
        refresh_tokens::insert(&mut transaction, &record).await.unwrap();
        transaction.commit().await.unwrap();
        let request = RevokeRequest {
            client: credentials(),
            token: secret.into_string(),
            ..RevokeRequest::default()
        };
        revoke::revoke(&core, &ctx(), request).await.unwrap();
        let entry = trail(&core, true).await.remove(0);
        assert_eq!((&*entry.event_type, &*entry.resource_name), ("TOKEN_REVOKED", "app"));
        assert!(entry.details.contains(&format!(r#""user_id":"{}""#, ada.id)), "{entry:?}");
    }

    async fn codes_do_not_stand_in_the_trail(core: Core) {
        add_app(&core).await;
        let request = DeviceAuthorizationRequest {
            client: credentials(),
            scope: "read".to_owned(),
        };
        let codes = device::authorization::authorize(&core, &ctx(), request).await.unwrap();
        let entries = trail(&core, true).await;
        assert_eq!(types(&entries), ["DEVICE_CODE_GENERATED"]);
        let said = format!("{entries:?}");
        assert!(!said.contains(&codes.user_code) && !said.contains(&codes.device_code), "{said}");
        assert!(said.contains(&codes.user_code[..2]) && said.contains("**-****"), "{said}");
    }

    async fn a_refresh_is_noted_and_a_reuse_is_critical(core: Core) {
        let client = add_app(&core).await;
        let ada = add_user(&core, "ada", Role::User).await;
        let (_, grant) = add_grant(&core, &ada, &client, "openid read").await;
        let (id, secret) = PlainToken::for_record(NOW);
        let mut record = RefreshToken {
            id: id.to_string(),
            hash: secret.hash(),
            grant_id: grant.id,
            created_at: NOW,
            expires_at: NOW + DAY,
            last_used_at: None,
            rotated_at: None,
            successor_id: None,
            revoked_at: None,
            disabled_at: None,
        };
        let (rotated_id, rotated) = PlainToken::for_record(NOW);
        let mut transaction = core.store.begin().await.unwrap();
        refresh_tokens::insert(&mut transaction, &record).await.unwrap();
        record.id = rotated_id.to_string();
        record.hash = rotated.hash();
        record.rotated_at = Some(NOW - DAY);
        record.successor_id = Some(id.to_string());
        refresh_tokens::insert(&mut transaction, &record).await.unwrap();
        transaction.commit().await.unwrap();

        let with = |token: PlainToken| TokenRequest {
            refresh_token: token.into_string(),
            ..asking(grant_type::REFRESH_TOKEN)
        };
        token::token(&core, &ctx(), with(secret)).await.unwrap();
        let entries = trail(&core, true).await;
        assert_eq!(types(&entries), ["ACCESS_TOKEN_ISSUED", "ID_TOKEN_ISSUED", "TOKEN_REFRESHED"]);
        assert!(entries.iter().all(|entry| entry.actor_username == "ada"));

        assert!(token::token(&core, &ctx(), with(rotated)).await.is_err());
        // At once, without waiting for anything.
        let entries = trail(&core, false).await;
        let critical = entries.last().unwrap();
        assert_eq!((&*critical.event_type, &*critical.severity), ("SUSPICIOUS_ACTIVITY", "CRITICAL"));
        assert_eq!(critical.resource_id, grant.id.to_string());
        assert!(!critical.success);
        let mut connection = core.store.read().await.unwrap();
        let grant = grants::by_id(&mut connection, &grant.id).await.unwrap().unwrap();
        assert!(grant.revoked_at.is_some());
    }

    async fn a_replayed_code_is_critical_once(core: Core) {
        let client = add_app(&core).await;
        let ada = add_user(&core, "ada", Role::User).await;
        let (_, grant) = add_grant(&core, &ada, &client, "read").await;
        let (id, secret) = PlainToken::for_record(NOW);
        let code = AuthorizationCode {
            id: id.to_string(),
            hash: secret.hash(),
            grant_id: grant.id,
            client_id: client.id.clone(),
            redirect_uri: None,
            code_challenge: None,
            expires_at: NOW + DAY,
            used_at: None,
        };
        let mut transaction = core.store.begin().await.unwrap();
        authorization_codes::insert(&mut transaction, &code).await.unwrap();
        transaction.commit().await.unwrap();
        let secret = secret.into_string();
        let request = || TokenRequest {
            code: secret.clone(),
            ..asking(grant_type::AUTHORIZATION_CODE)
        };
        token::token(&core, &ctx(), request()).await.unwrap();
        assert_eq!(
            types(&trail(&core, true).await),
            ["ACCESS_TOKEN_ISSUED", "AUTHORIZATION_CODE_EXCHANGED", "REFRESH_TOKEN_ISSUED"]
        );
        for _ in 0..5 {
            assert!(token::token(&core, &ctx(), request()).await.is_err());
        }
        let suspicious = |entries: &[Entry]| -> Vec<i64> {
            let of_type = |entry: &&Entry| {
                let suspicious = entry.event_type == "SUSPICIOUS_ACTIVITY";
                assert!(!suspicious || entry.details.contains(ada.id.as_str()), "{entry:?}");
                suspicious
            };
            entries.iter().filter(of_type).map(|entry| entry.count).collect()
        };
        assert_eq!(suspicious(&trail(&core, false).await), [1]);
        assert_eq!(suspicious(&trail(&core, true).await), [1, 4]);
    }

    async fn who_tries_too_often_is_counted_by_the_minute(core: Core) {
        for address in ["192.0.2.1", "192.0.2.2"] {
            for _ in 0..3 {
                let from = Ctx { client_ip: address.to_owned(), ..ctx() };
                throttle::report(&core, &from, "sign-in");
            }
        }
        let entries = trail(&core, true).await;
        assert_eq!(types(&entries), ["RATE_LIMIT_EXCEEDED", "RATE_LIMIT_EXCEEDED"]);
        assert!(entries.iter().all(|entry| entry.count == 3 && !entry.success));
    }
}
