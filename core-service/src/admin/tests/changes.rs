//! Changes by admins, their guards, and what they end.

use authgate_proto::v1;
use serde_json::{Value, json};

use super::create_client;
use crate::{
    Core,
    admin::{
        clients, consents, dashboard, keys, sign_ins,
        test_support::{
            NOW, add_client, add_grant, add_token, add_user, asked_by, counts, ctx, still_live,
        },
        users,
    },
    domain::{
        client::Client,
        grant::Consent,
        id::time_ordered,
        scope::ScopeSet,
        user::{Role, User},
    },
    error::Error,
    store::{clients as table, conformance::conformance, consents as consent_table},
};

async fn consent(core: &Core, user: &User, client: &Client) -> String {
    let consent = Consent {
        id: time_ordered(NOW).to_string().into(),
        user_id: user.id.clone(),
        client_id: client.id.clone(),
        scope: ScopeSet::parse("openid").unwrap(),
        claims: ScopeSet::default(),
        granted_at: NOW,
        updated_at: NOW,
        revoked_at: None,
    };
    let mut transaction = core.store.begin().await.unwrap();
    consent_table::upsert(&mut transaction, &consent)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    consent.id.to_string()
}

fn of(user: &User) -> v1::UserRequest {
    v1::UserRequest {
        user_id: user.id.to_string(),
        ..v1::UserRequest::default()
    }
}

fn precondition<T: std::fmt::Debug>(answer: Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Precondition(_)))
}

conformance! {
    async fn a_client_is_changed_as_a_whole_and_by_one_at_a_time(core: Core) {
        let document = json!({"client_name": "App", "redirect_uris": ["https://app.example/cb"], "contacts": ["a@b.example"]});
        let created = create_client(&core, &document).await.unwrap();
        let update = |metadata: Value, updated_at| v1::AdminUpdateClientRequest {
            client_id: created.client_id.clone(),
            metadata_json: metadata.to_string(),
            updated_at,
        };
        let renamed = json!({"client_name": "New", "redirect_uris": ["https://app.example/cb"]});
        let changed = clients::update(&core, &ctx(), update(renamed.clone(), created.updated_at)).await.unwrap();
        let json: Value = serde_json::from_str(&changed.json).unwrap();
        assert_eq!((json["client_name"].as_str(), json.get("contacts")), (Some("New"), None));
        assert!(changed.updated_at > created.updated_at);
        let stale = clients::update(&core, &ctx(), update(document, created.updated_at)).await;
        assert!(matches!(stale, Err(Error::Outdated)));
        let same = clients::update(&core, &ctx(), update(renamed, 0)).await.unwrap();
        assert_eq!(same.updated_at, changed.updated_at, "nothing changed");

        for (wrong, named) in [
            (json!({"client_id": "x", "grant_types": ["client_credentials"]}), "client_id"),
            (json!({"status": "active", "grant_types": ["client_credentials"]}), "status"),
            (json!({"redirect_uris": ["nowhere"], "colour": 1}), "redirect_uris[0]"),
        ] {
            let Err(Error::Invalid(reason)) = clients::update(&core, &ctx(), update(wrong, 0)).await else { panic!() };
            assert!(reason.contains(named), "{reason}");
        }
    }

    async fn a_client_has_a_secret_while_it_is_confidential(core: Core) {
        let document = json!({"client_name": "App", "grant_types": ["client_credentials"]});
        let created = create_client(&core, &document).await.unwrap();
        assert!(created.confidential && created.client_secret.starts_with("ago_"));
        let as_shown = |updated_at| v1::RegenerateClientSecretRequest { client_id: created.client_id.clone(), updated_at };
        let request = || as_shown(0);
        let again = clients::regenerate_secret(&core, &ctx(), as_shown(created.updated_at)).await.unwrap();
        assert!(!again.client_secret.is_empty() && again.client_secret != created.client_secret);
        let stale = clients::regenerate_secret(&core, &ctx(), as_shown(created.updated_at)).await;
        assert!(matches!(stale, Err(Error::Outdated)), "the form was sent twice");
        clients::regenerate_secret(&core, &ctx(), request()).await.unwrap();
        let update = |method: &str, grant: &str| v1::AdminUpdateClientRequest {
            client_id: created.client_id.clone(),
            metadata_json: json!({"token_endpoint_auth_method": method, "grant_types": [grant]}).to_string(),
            updated_at: 0,
        };
        let public = clients::update(&core, &ctx(), update("none", "device_code")).await.unwrap();
        assert!(!public.confidential && public.client_secret.is_empty());
        assert!(precondition(clients::regenerate_secret(&core, &ctx(), request()).await));
        let confidential = clients::update(&core, &ctx(), update("client_secret_basic", "client_credentials")).await.unwrap();
        assert!(confidential.confidential && !confidential.client_secret.is_empty());
    }

    async fn a_form_that_is_sent_twice_makes_one_client(core: Core) {
        let ctx = asked_by(&add_user(&core, "root", Role::Admin).await);
        let request = |client_id: Option<&str>, form_id: &str| v1::CreateClientRequest {
            metadata_json: json!({"client_id": client_id, "grant_types": ["client_credentials"]}).to_string().replace("\"client_id\":null,", ""),
            form_id: form_id.to_owned(),
        };
        let send = |client_id, form_id| clients::create_from_document(&core, &ctx, request(client_id, form_id));
        let (one, other) = tokio::join!(send(None, "form"), send(None, "form"));
        let answers = [one.unwrap(), other.unwrap(), send(None, "form").await.unwrap()];
        let secrets = answers.iter().filter(|client| !client.client_secret.is_empty()).count();
        assert_eq!(secrets, 1, "shown once");
        for client in &answers {
            assert_eq!((&client.client_id, client.existed), (&answers[0].client_id, client.client_secret.is_empty()));
        }
        for form in ["other", ""] {
            let made = send(None, form).await.unwrap();
            assert!(!made.existed && made.client_id != answers[0].client_id);
        }
        // Whoever chose the id is told that it is taken.
        assert!(!send(Some("chosen"), "third").await.unwrap().existed);
        assert!(matches!(send(Some("chosen"), "third").await, Err(Error::Exists(_))));
    }

    async fn all_that_a_client_holds_ends_at_once(core: Core) {
        let (user, client) = (add_user(&core, "ada", Role::User).await, add_client(&core).await);
        let (session, grant) = add_grant(&core, &user, &client, "openid").await;
        let ended = [
            add_token(&core, &client, Some(&grant), "openid", NOW).await,
            add_token(&core, &client, None, "read", NOW).await,
        ];
        consent(&core, &user, &client).await;
        let shown = clients::get(&core, &ctx(), v1::GetClientRequest { client_id: client.id.to_string() }).await.unwrap();
        assert_eq!((shown.users, shown.live_tokens), (1, 2));
        let request = v1::RevokeClientTokensRequest { client_id: client.id.to_string() };
        let revoked = clients::revoke_all(&core, &ctx(), request).await.unwrap();
        assert_eq!((revoked.grants, revoked.tokens, revoked.consents), (1, 1, 1));
        for token in &ended {
            assert!(!counts(&core, token).await);
        }
        assert_eq!(still_live(&core, &session, &grant).await, (true, false), "the browser stays signed in");
        let next = add_token(&core, &client, None, "read", NOW).await;
        assert!(counts(&core, &next).await, "it may go on");
        let shown = clients::get(&core, &ctx(), v1::GetClientRequest { client_id: client.id.to_string() }).await.unwrap();
        assert_eq!((shown.users, shown.live_tokens), (0, 1));
    }

    async fn a_client_that_is_switched_off_or_gone_takes_its_tokens_along(core: Core) {
        for delete in [false, true] {
            let (user, client) = (add_user(&core, &format!("ada-{delete}"), Role::User).await, add_client(&core).await);
            let (_, grant) = add_grant(&core, &user, &client, "openid").await;
            let tokens = [
                add_token(&core, &client, Some(&grant), "openid", NOW).await,
                add_token(&core, &client, None, "read", NOW).await,
            ];
            let client_id = client.id.to_string();
            if delete {
                let request = v1::AdminDeleteClientRequest { client_id };
                clients::delete(&core, &ctx(), request.clone()).await.unwrap();
                assert!(matches!(clients::delete(&core, &ctx(), request).await, Err(Error::NotFound(_))));
            } else {
                let request = v1::DeactivateClientRequest { client_id };
                let off = clients::deactivate(&core, &ctx(), request).await.unwrap();
                assert_eq!(off.status, "inactive");
            }
            for token in &tokens {
                assert!(!counts(&core, token).await);
            }
        }
    }

    async fn a_user_is_changed_and_by_one_at_a_time(core: Core) {
        let root = add_user(&core, "root", Role::Admin).await;
        let (ada, _) = (add_user(&core, "ada", Role::User).await, add_user(&core, "bob", Role::User).await);
        let update = |user: &User, email: &str, role: &str, updated_at| v1::UpdateUserRequest {
            user_id: user.id.to_string(),
            name: "Ada King".to_owned(),
            email: email.to_owned(),
            role: role.to_owned(),
            updated_at,
        };
        let by = asked_by(&root);
        let changed = users::update(&core, &by, update(&ada, "ada@app.example", "admin", ada.updated_at.0)).await.unwrap();
        assert_eq!((changed.name.as_str(), changed.role.as_str(), changed.email_verified), ("Ada King", "admin", false));
        assert!(matches!(users::update(&core, &by, update(&ada, "", "user", ada.updated_at.0)).await, Err(Error::Outdated)));
        assert!(matches!(users::update(&core, &by, update(&root, "ADA@app.example", "admin", 0)).await, Err(Error::Exists(_))));
        for (email, role) in [("nobody", "user"), ("", "root"), ("", "")] {
            assert!(matches!(users::update(&core, &by, update(&ada, email, role, 0)).await, Err(Error::Invalid(_))), "{email} {role}");
        }
    }

    async fn nobody_takes_the_own_rights_away_nor_the_last_admin_s(core: Core) {
        let root = add_user(&core, "root", Role::Admin).await;
        let demote = |user: &User| v1::UpdateUserRequest {
            user_id: user.id.to_string(),
            role: "user".to_owned(),
            ..v1::UpdateUserRequest::default()
        };
        let by = asked_by(&root);
        // The last one, also for those who are somebody else.
        assert!(precondition(users::update(&core, &ctx(), demote(&root)).await));
        assert!(precondition(users::delete(&core, &ctx(), of(&root)).await));
        assert!(precondition(users::disable(&core, &ctx(), of(&root)).await));
        let other = add_user(&core, "other", Role::Admin).await;
        assert!(precondition(users::update(&core, &by, demote(&root)).await));
        assert!(precondition(users::delete(&core, &by, of(&root)).await));
        assert!(precondition(users::disable(&core, &by, of(&root)).await));
        users::update(&core, &by, demote(&other)).await.unwrap();
        users::delete(&core, &by, of(&other)).await.unwrap();
        assert!(matches!(users::get(&core, &by, of(&other)).await, Err(Error::NotFound(_))));
        let neither = v1::UserRequest::default();
        assert!(matches!(users::get(&core, &by, neither).await, Err(Error::Invalid(_))));
    }

    async fn a_user_who_is_gone_takes_everything_along_but_clients(core: Core) {
        add_user(&core, "root", Role::Admin).await;
        let (user, mut client) = (add_user(&core, "ada", Role::User).await, add_client(&core).await);
        client.owner_id = Some(user.id.clone());
        let mut transaction = core.store.begin().await.unwrap();
        table::update(&mut transaction, &client).await.unwrap();
        transaction.commit().await.unwrap();
        let (session, grant) = add_grant(&core, &user, &client, "openid").await;
        let token = add_token(&core, &client, Some(&grant), "openid", NOW).await;
        consent(&core, &user, &client).await;
        let shown = users::get(&core, &ctx(), of(&user)).await.unwrap();
        assert_eq!((shown.sign_ins, shown.grants, shown.consents, shown.apps), (1, 1, 1, 1));
        let listed = clients::list(&core, &ctx(), v1::ListClientsRequest::default()).await.unwrap();
        assert_eq!(listed.clients[0].owner_username, "ada");
        users::delete(&core, &ctx(), of(&user)).await.unwrap();
        assert_eq!(still_live(&core, &session, &grant).await, (false, false));
        assert!(!counts(&core, &token).await);
        let client = core.client(&client.id).await.unwrap().unwrap();
        assert_eq!((client.owner_id.clone(), client.is_active()), (None, true));
    }

    async fn a_user_signs_in_again_everywhere(core: Core) {
        let (user, client) = (add_user(&core, "ada", Role::User).await, add_client(&core).await);
        let (session, grant) = add_grant(&core, &user, &client, "openid").await;
        let token = add_token(&core, &client, Some(&grant), "openid", NOW).await;
        let browsers = sign_ins::list(&core, &ctx(), of(&user)).await.unwrap().sign_ins;
        assert_eq!((browsers.len(), browsers[0].id.as_str(), browsers[0].current), (1, session.id.as_str(), false));
        let revoked = users::revoke_all(&core, &ctx(), of(&user)).await.unwrap();
        assert_eq!((revoked.grants, revoked.sign_ins), (1, 1));
        assert_eq!(still_live(&core, &session, &grant).await, (false, false));
        assert!(!counts(&core, &token).await);
        assert!(sign_ins::list(&core, &ctx(), of(&user)).await.unwrap().sign_ins.is_empty());
    }

    async fn one_browser_is_signed_out_and_what_it_approved_stays(core: Core) {
        let (user, client) = (add_user(&core, "ada", Role::User).await, add_client(&core).await);
        let (session, grant) = add_grant(&core, &user, &client, "openid").await;
        let end = |id: &str| v1::EndSignInRequest { id: id.to_owned(), user_id: String::new() };
        for _ in 0..2 {
            sign_ins::end(&core, &ctx(), end(session.id.as_str())).await.unwrap();
        }
        assert_eq!(still_live(&core, &session, &grant).await, (false, true));
        assert!(matches!(sign_ins::end(&core, &ctx(), end("x")).await, Err(Error::NotFound(_))));
    }

    async fn consents_are_listed_and_taken_back_with_their_tokens(core: Core) {
        let (ada, bob) = (add_user(&core, "ada", Role::User).await, add_user(&core, "bob", Role::User).await);
        let (app, other) = (add_client(&core).await, add_client(&core).await);
        let (_, grant) = add_grant(&core, &ada, &app, "openid").await;
        let id = consent(&core, &ada, &app).await;
        consent(&core, &ada, &other).await;
        consent(&core, &bob, &app).await;
        let list = async |user_id: &str, client_id: &str| {
            let request = v1::ListAllConsentsRequest {
                user_id: user_id.to_owned(),
                client_id: client_id.to_owned(),
                page_size: 2,
                ..v1::ListAllConsentsRequest::default()
            };
            consents::list(&core, &ctx(), request).await.unwrap()
        };
        assert_eq!(list(ada.id.as_str(), "").await.consents.len(), 2);
        let of_both = list(ada.id.as_str(), app.id.as_str()).await.consents;
        assert_eq!((of_both.len(), of_both[0].live_grants, of_both[0].username.as_str()), (1, 1, "ada"));
        assert!(!list("", "").await.next_page_token.is_empty());

        let of_others = |user: &User, client: &Client| v1::RevokeConsentRequest {
            id: id.clone(),
            user_id: user.id.to_string(),
            client_id: client.id.to_string(),
        };
        for request in [of_others(&bob, &app), of_others(&ada, &other)] {
            let refused = consents::revoke(&core, &ctx(), request).await;
            assert!(matches!(refused, Err(Error::NotFound(_))));
        }
        assert_eq!(list(ada.id.as_str(), app.id.as_str()).await.consents.len(), 1);
        let revoke = || of_others(&ada, &app);
        consents::revoke(&core, &ctx(), revoke()).await.unwrap();
        assert!(matches!(consents::revoke(&core, &ctx(), revoke()).await, Err(Error::NotFound(_))));
        let mut connection = core.store.read().await.unwrap();
        let grant = crate::store::grants::by_id(&mut connection, &grant.id).await.unwrap().unwrap();
        assert!(grant.revoked_at.is_some());
        drop(connection);
        assert_eq!(list("", app.id.as_str()).await.consents.len(), 1);
    }

    async fn the_dashboard_counts(core: Core) {
        let user = add_user(&core, "ada", Role::Admin).await;
        let client = add_client(&core).await;
        let (_, grant) = add_grant(&core, &user, &client, "openid").await;
        add_token(&core, &client, Some(&grant), "openid", NOW).await;
        let dashboard = dashboard::view(&core, &ctx(), v1::GetDashboardRequest {}).await.unwrap();
        assert_eq!((dashboard.users, dashboard.admins, dashboard.disabled_users), (1, 1, 0));
        assert_eq!((dashboard.active_clients, dashboard.pending_clients, dashboard.inactive_clients), (1, 0, 0));
        assert_eq!((dashboard.access_tokens, dashboard.refresh_tokens, dashboard.sign_ins), (1, 0, 1));
    }

    async fn keys_say_what_they_are_for(core: Core) {
        let list = async || keys::list(&core, &ctx(), v1::ListKeysRequest {}).await.unwrap().keys;
        let before = list().await;
        assert!(before.iter().all(|key| key.status == "active" && !key.configured), "{before:?}");
        let request = v1::RotateKeysRequest { algorithm: "ES256".to_owned(), immediately: false };
        let rotated = keys::rotate(&core, &ctx(), request).await.unwrap();
        let after = list().await;
        let new = after.iter().find(|key| key.key_id == rotated.key_ids[0]).unwrap();
        assert_eq!((new.status.as_str(), new.algorithm.as_str()), ("published", "ES256"));
        assert_eq!(after.len(), before.len() + 1);
    }
}
