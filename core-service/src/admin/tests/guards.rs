//! What is refused: nothing changes, and it stands in the audit trail.

use std::time::Duration;

use authgate_proto::v1;
use serde_json::json;

use super::{create_client, create_user};
use crate::{
    Core, Ctx,
    admin::{
        clients, keys, sign_ins,
        test_support::{
            NOW, add_client, add_grant, add_token, add_user, asked_by, counts, ctx, still_live,
        },
        tokens, users,
    },
    domain::{audit::Entry, user::Role},
    error::Error,
    store::{audit, conformance::conformance, grants},
};

/// What failed, as the trail tells it, oldest first.
async fn failures(core: &Core) -> Vec<Entry> {
    core.audit.flush(Duration::from_secs(60)).await;
    let mut connection = core.store.read().await.unwrap();
    let newest = audit::newest(&mut connection, 100).await.unwrap();
    let entries = newest.into_iter().rev().map(|record| record.entry);
    entries.filter(|entry| !entry.success).collect()
}

fn precondition<T: std::fmt::Debug>(answer: Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Precondition(_)))
}

fn token(id: impl ToString) -> v1::AdminTokenRequest {
    v1::AdminTokenRequest {
        id: id.to_string(),
        ..v1::AdminTokenRequest::default()
    }
}

conformance! {
    /// A queue that was looked at a while ago must not end what another admin approved.
    async fn only_what_waits_is_rejected_and_only_what_is_active_is_switched_off(core: Core) {
        let reject = |id: &str| v1::RejectClientRequest { client_id: id.to_owned() };
        let deactivate = |id: &str| v1::DeactivateClientRequest { client_id: id.to_owned() };
        let approve = |id: &str| v1::ApproveClientRequest { client_id: id.to_owned() };
        let document = json!({"client_name": "App", "grant_types": ["client_credentials"], "status": "pending"});
        let id = create_client(&core, &document).await.unwrap().client_id;

        assert!(precondition(clients::deactivate(&core, &ctx(), deactivate(&id)).await));
        clients::approve(&core, &ctx(), approve(&id)).await.unwrap();
        assert!(precondition(clients::reject(&core, &ctx(), reject(&id)).await));
        let get = v1::GetClientRequest { client_id: id.clone() };
        assert_eq!(clients::get(&core, &ctx(), get).await.unwrap().status, "active");
        clients::deactivate(&core, &ctx(), deactivate(&id)).await.unwrap();
        for _ in 0..2 {
            assert!(precondition(clients::deactivate(&core, &ctx(), deactivate(&id)).await));
            assert!(precondition(clients::reject(&core, &ctx(), reject(&id)).await));
        }
        clients::approve(&core, &ctx(), approve(&id)).await.unwrap();

        let told = failures(&core).await;
        assert_eq!(told.len(), 6);
        assert_eq!((&*told[1].event_type, &*told[1].severity, &*told[1].resource_id), ("CLIENT_REJECTED", "ERROR", &*id));
        assert!(told[1].error_message.contains("the client is active"), "{told:?}");
    }

    async fn a_browser_is_signed_out_only_of_its_person(core: Core) {
        let (ada, bob) = (add_user(&core, "ada", Role::User).await, add_user(&core, "bob", Role::User).await);
        let client = add_client(&core).await;
        let (session, grant) = add_grant(&core, &ada, &client, "openid").await;
        let end = |user_id: &str| v1::EndSignInRequest { id: session.id.to_string(), user_id: user_id.to_owned() };
        let foreign = sign_ins::end(&core, &ctx(), end(bob.id.as_str())).await;
        assert!(matches!(foreign, Err(Error::NotFound(_))));
        assert_eq!(still_live(&core, &session, &grant).await, (true, true));
        sign_ins::end(&core, &ctx(), end(ada.id.as_str())).await.unwrap();
        assert_eq!(still_live(&core, &session, &grant).await, (false, true));
    }

    async fn a_token_of_a_suspended_sign_in_is_not_said_to_count_again(core: Core) {
        let (user, client) = (add_user(&core, "ada", Role::User).await, add_client(&core).await);
        let (_, grant) = add_grant(&core, &user, &client, "openid").await;
        let access = add_token(&core, &client, Some(&grant), "openid", NOW).await;
        let suspend = async |at| {
            let mut transaction = core.store.begin().await.unwrap();
            grants::set_disabled(&mut transaction, &grant.id, at).await.unwrap();
            transaction.commit().await.unwrap();
        };
        suspend(Some(NOW)).await;
        for _ in 0..2 {
            let Err(Error::Precondition(reason)) = tokens::enable(&core, &ctx(), token(access.id)).await else { panic!() };
            assert!(reason.contains("the app sign-in of the token is suspended"), "{reason}");
            assert!(!counts(&core, &access).await);
            // The same when it is suspended itself as well: it stays so.
            tokens::disable(&core, &ctx(), token(access.id)).await.unwrap();
        }
        suspend(None).await;
        assert!(!counts(&core, &access).await);
        assert_eq!(tokens::enable(&core, &ctx(), token(access.id)).await.unwrap().status, "active");
        assert!(counts(&core, &access).await);
    }

    async fn what_could_not_be_done_is_on_record(core: Core) {
        let root = add_user(&core, "root", Role::Admin).await;
        let client = add_client(&core).await;
        let access = add_token(&core, &client, None, "read", NOW).await;
        let by = asked_by(&root);
        tokens::revoke(&core, &by, token(access.id)).await.unwrap();
        assert!(precondition(tokens::disable(&core, &by, token(access.id)).await));
        assert!(precondition(tokens::enable(&core, &by, token(access.id)).await));
        let nobody_s = uuid::Uuid::nil();
        assert!(tokens::revoke(&core, &by, token(nobody_s)).await.is_err());
        let oneself = || v1::UserRequest { user_id: root.id.to_string(), ..v1::UserRequest::default() };
        assert!(precondition(users::disable(&core, &by, oneself()).await));
        assert!(precondition(users::delete(&core, &by, oneself()).await));
        let demote = v1::UpdateUserRequest {
            user_id: root.id.to_string(),
            role: "user".to_owned(),
            ..v1::UpdateUserRequest::default()
        };
        assert!(precondition(users::update(&core, &by, demote).await));

        let told = failures(&core).await;
        let types: Vec<&str> = told.iter().map(|entry| &*entry.event_type).collect();
        assert_eq!(types, [
            "TOKEN_DISABLED", "TOKEN_ENABLED", "TOKEN_REVOKED", "USER_DISABLED", "USER_DELETED", "USER_ROLE_CHANGED",
        ]);
        for (entry, id) in told.iter().zip([access.id.to_string(), access.id.to_string(), nobody_s.to_string()]) {
            assert_eq!(entry.resource_id, id);
        }
        for entry in &told {
            assert_eq!((&*entry.severity, &*entry.actor_username), ("ERROR", "root"));
            assert!(!entry.error_message.is_empty());
        }
    }

    async fn passwords_that_admins_give_are_held_to_the_rule(core: Core) {
        create_user(&core, "ada", "ada@app.example").await.unwrap();
        for easy in ["x", "1234567", "12345678", "password", "        ", "ada@app.example", &"x".repeat(1025)] {
            let set = v1::SetPasswordRequest {
                username: "ada".to_owned(),
                password: easy.to_owned(),
                ..v1::SetPasswordRequest::default()
            };
            let Err(Error::Invalid(reason)) = users::set_password(&core, &ctx(), set).await else { panic!("{easy}") };
            assert!(reason.starts_with("password: "), "{reason}");
            let create = v1::CreateUserRequest {
                username: "eve-long-name".to_owned(),
                email: "ada@app.example".to_owned(),
                password: easy.to_owned(),
                ..v1::CreateUserRequest::default()
            };
            assert!(matches!(users::create(&core, &ctx(), create).await, Err(Error::Invalid(_))), "{easy}");
        }
        let own_name = v1::CreateUserRequest {
            username: "eve-long-name".to_owned(),
            password: "EVE-long-name".to_owned(),
            ..v1::CreateUserRequest::default()
        };
        assert!(matches!(users::create(&core, &ctx(), own_name).await, Err(Error::Invalid(_))));
    }

    async fn a_secret_that_can_be_guessed_is_not_taken(core: Core) {
        for secret in ["1", "s3cret", &"x".repeat(31)] {
            let document = json!({"client_secret": secret, "grant_types": ["client_credentials"]});
            let Err(Error::Invalid(reason)) = create_client(&core, &document).await else { panic!("{secret}") };
            assert!(reason.starts_with("client_secret: "), "{reason}");
        }
    }

    async fn a_key_that_leaked_is_withdrawn_once_another_signs(core: Core) {
        let published = |core: &Core| core.keys.jwks(NOW + Duration::from_secs(1))["keys"].as_array().unwrap().len();
        let list = async || keys::list(&core, &Ctx { now: NOW + Duration::from_secs(1), ..ctx() }, v1::ListKeysRequest {}).await.unwrap().keys;
        let leaked = list().await.into_iter().find(|key| key.algorithm == "ES256").unwrap();
        let withdraw = |key_id: &str| v1::WithdrawKeyRequest { key_id: key_id.to_owned() };
        assert!(precondition(keys::withdraw(&core, &ctx(), withdraw(&leaked.key_id)).await));
        let before = published(&core);
        let request = v1::RotateKeysRequest { algorithm: "ES256".to_owned(), immediately: true };
        // Of keys of one instant either may sign.
        let later = Ctx { now: NOW + Duration::from_secs(1), ..ctx() };
        let ctx = || later.clone();
        keys::rotate(&core, &ctx(), request).await.unwrap();
        let old = list().await.into_iter().find(|key| key.key_id == leaked.key_id).unwrap();
        assert_eq!(old.status, "retired");
        assert!(old.expires_at > NOW.0, "it is said at once how long it stays");
        keys::withdraw(&core, &ctx(), withdraw(&leaked.key_id)).await.unwrap();
        assert_eq!(published(&core), before);
        assert!(list().await.iter().all(|key| key.key_id != leaked.key_id));
        let again = keys::withdraw(&core, &ctx(), withdraw(&leaked.key_id)).await;
        assert!(matches!(again, Err(Error::NotFound(_))));
        let told = failures(&core).await;
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|entry| entry.event_type == "SIGNING_KEY_WITHDRAWN"));
    }
}
