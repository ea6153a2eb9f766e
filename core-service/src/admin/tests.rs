mod changes;
mod guards;
mod tokens;

use std::collections::HashSet;

use authgate_proto::v1;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    DEFAULT_PAGE, LARGEST_PAGE, clients, keys, page_size,
    test_support::{NOW, add_client, add_grant, add_user, ctx, still_live},
    users,
};
use crate::{
    Core,
    domain::{grant::Consent, id::time_ordered, scope::ScopeSet, user::Role},
    error::Error,
    store::{conformance::conformance, consents, users as table},
};

async fn create_client(core: &Core, document: &Value) -> Result<v1::AdminClient, Error> {
    let metadata_json = document.to_string();
    clients::create_from_document(
        core,
        &ctx(),
        v1::CreateClientRequest {
            metadata_json,
            ..v1::CreateClientRequest::default()
        },
    )
    .await
}

async fn create_user(
    core: &Core,
    username: &str,
    email: &str,
) -> Result<v1::CreateUserResponse, Error> {
    let request = v1::CreateUserRequest {
        username: username.to_owned(),
        email: email.to_owned(),
        name: "Ada King".to_owned(),
        ..v1::CreateUserRequest::default()
    };
    users::create(core, &ctx(), request).await
}

async fn signs_in(core: &Core, username: &str, password: &str) -> bool {
    let mut connection = core.store.read().await.unwrap();
    let user = table::by_username(&mut connection, username)
        .await
        .unwrap()
        .unwrap();
    let password = SecretString::from(password);
    core.passwords
        .verify(&password, user.password_hash.as_deref())
        .await
        .unwrap()
        .matches
}

conformance! {
    async fn a_client_is_created_with_a_secret_that_is_shown_once(core: Core) {
        let document = json!({"client_name": "App", "redirect_uris": ["https://app.example/cb"]});
        let created = create_client(&core, &document).await.unwrap();
        let json: Value = serde_json::from_str(&created.json).unwrap();
        assert!(json["client_secret"].as_str().unwrap().starts_with("ago_"));
        assert_eq!(json["client_id"], created.client_id.as_str());
        assert_eq!((created.client_name.as_str(), created.status.as_str()), ("App", "active"));

        let request = v1::GetClientRequest { client_id: created.client_id.clone() };
        let read = clients::get(&core, &ctx(), request).await.unwrap();
        let read: Value = serde_json::from_str(&read.json).unwrap();
        assert_eq!(read.get("client_secret"), None);
        assert_eq!(read["redirect_uris"], document["redirect_uris"]);
    }

    async fn a_given_id_and_secret_are_taken_once(core: Core) {
        let document = json!({"client_id": "app", "client_secret": "given-Zk3v9QmB7xLr2TnYpW5sHd8cJf1g", "grant_types": ["client_credentials"]});
        let created = create_client(&core, &document).await.unwrap();
        assert_eq!(created.client_id, "app");
        assert!(!created.json.contains("given-"));
        assert!(matches!(create_client(&core, &document).await, Err(Error::Exists(_))));
    }

    async fn a_wrong_client_document_is_told_in_full(core: Core) {
        let document = json!({"client_nam": "App", "scope": 1, "redirect_uris": ["x"]});
        let Err(Error::Invalid(reason)) = create_client(&core, &document).await else { panic!() };
        for member in ["client_nam: ", "scope: ", "redirect_uris[0]: "] {
            assert!(reason.contains(member), "{reason}");
        }
        let request = v1::CreateClientRequest { metadata_json: "[".to_owned(), ..v1::CreateClientRequest::default() };
        let refused = clients::create_from_document(&core, &ctx(), request).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
    }

    async fn clients_are_listed_page_by_page(core: Core) {
        let mut created = HashSet::new();
        for at in 0..5 {
            let status = if at == 0 { "pending" } else { "active" };
            let document = json!({"token_endpoint_auth_method": "none", "grant_types": ["device_code"], "status": status});
            created.insert(create_client(&core, &document).await.unwrap().client_id);
        }
        let mut listed = HashSet::new();
        let mut request = v1::ListClientsRequest { page_size: 2, ..v1::ListClientsRequest::default() };
        for size in [2, 2, 1] {
            let page = clients::list(&core, &ctx(), request.clone()).await.unwrap();
            assert_eq!(page.clients.len(), size);
            listed.extend(page.clients.into_iter().map(|client| client.client_id));
            request.page_token = page.next_page_token;
        }
        assert_eq!(request.page_token, "");
        assert_eq!(listed, created);

        request.status = "pending".to_owned();
        let pending = clients::list(&core, &ctx(), request.clone()).await.unwrap();
        assert_eq!(pending.clients.len(), 1);
        request.status = "asleep".to_owned();
        assert!(matches!(clients::list(&core, &ctx(), request).await, Err(Error::Invalid(_))));
    }

    async fn switching_a_client_off_ends_what_it_was_allowed(core: Core) {
        let (user, client) = (add_user(&core, "ada", Role::User).await, add_client(&core).await);
        let (session, grant) = add_grant(&core, &user, &client, "openid").await;
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
        consents::upsert(&mut transaction, &consent).await.unwrap();
        transaction.commit().await.unwrap();

        let client_id = client.id.to_string();
        let request = v1::DeactivateClientRequest { client_id: client_id.clone() };
        let off = clients::deactivate(&core, &ctx(), request).await.unwrap();
        assert_eq!(off.status, "inactive");
        assert_eq!(still_live(&core, &session, &grant).await, (true, false));
        let mut connection = core.store.read().await.unwrap();
        let consent = consents::by_user_and_client(&mut connection, &user.id, &client.id).await.unwrap();
        assert!(consent.is_none_or(|consent| consent.revoked_at.is_some()));
        drop(connection);

        let approved = clients::approve(&core, &ctx(), v1::ApproveClientRequest { client_id }).await.unwrap();
        assert_eq!(approved.status, "active");
        assert_eq!(still_live(&core, &session, &grant).await, (true, false));
    }

    async fn what_there_is_not_is_not_found(core: Core) {
        let client_id = "nobody".to_owned();
        let approve = v1::ApproveClientRequest { client_id: client_id.clone() };
        assert!(matches!(clients::approve(&core, &ctx(), approve).await, Err(Error::NotFound(_))));
        let reject = v1::RejectClientRequest { client_id: client_id.clone() };
        assert!(matches!(clients::reject(&core, &ctx(), reject).await, Err(Error::NotFound(_))));
        let get = v1::GetClientRequest { client_id };
        assert!(matches!(clients::get(&core, &ctx(), get).await, Err(Error::NotFound(_))));
        let username = "nobody".to_owned();
        let disable = v1::UserRequest { username: username.clone(), ..v1::UserRequest::default() };
        assert!(matches!(users::disable(&core, &ctx(), disable).await, Err(Error::NotFound(_))));
        let enable = v1::UserRequest { username: username.clone(), ..v1::UserRequest::default() };
        assert!(matches!(users::enable(&core, &ctx(), enable).await, Err(Error::NotFound(_))));
        let set = v1::SetPasswordRequest { username, ..v1::SetPasswordRequest::default() };
        assert!(matches!(users::set_password(&core, &ctx(), set).await, Err(Error::NotFound(_))));
    }

    async fn a_user_is_created_with_a_password_that_works(core: Core) {
        let created = create_user(&core, "Ada", "ada@app.example").await.unwrap();
        assert!(signs_in(&core, "ada", &created.generated_password).await);
        let user = created.user.unwrap();
        assert_eq!((user.name.as_str(), user.role.as_str(), user.active), ("Ada King", "user", true));

        for (username, email) in [("ADA", "other@app.example"), ("other", "ADA@app.example")] {
            let refused = create_user(&core, username, email).await;
            assert!(matches!(refused, Err(Error::Exists(_))), "{username} {email}");
        }
        for (username, email) in [("", ""), (" x", ""), ("x\0", ""), ("x", "nobody")] {
            let refused = create_user(&core, username, email).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{username:?} {email:?}");
        }
        let request = v1::CreateUserRequest {
            username: "root".to_owned(),
            password: "given by me".to_owned(),
            role: "admin".to_owned(),
            ..v1::CreateUserRequest::default()
        };
        let created = users::create(&core, &ctx(), request.clone()).await.unwrap();
        assert_eq!(created.generated_password, "");
        assert!(signs_in(&core, "root", "given by me").await);
        let request = v1::CreateUserRequest { username: "x".to_owned(), role: "root".to_owned(), ..request };
        assert!(matches!(users::create(&core, &ctx(), request).await, Err(Error::Invalid(_))));
    }

    async fn users_are_listed_page_by_page(core: Core) {
        for name in ["Bob", "ada", "Cy"] {
            add_user(&core, name, Role::User).await;
        }
        let request = v1::ListUsersRequest { page_size: 2, ..v1::ListUsersRequest::default() };
        let first = users::list(&core, &ctx(), request).await.unwrap();
        let names: Vec<&str> = first.users.iter().map(|user| user.username.as_str()).collect();
        assert_eq!(names, ["ada", "Bob"]);
        let request = v1::ListUsersRequest { page_size: 2, page_token: first.next_page_token, ..v1::ListUsersRequest::default() };
        let second = users::list(&core, &ctx(), request).await.unwrap();
        assert_eq!(second.users[0].username, "Cy");
        assert_eq!(second.next_page_token, "");
    }

    async fn a_new_password_ends_what_the_old_one_began(core: Core) {
        let (user, client) = (add_user(&core, "ada", Role::User).await, add_client(&core).await);
        let (session, grant) = add_grant(&core, &user, &client, "openid").await;
        let request = v1::SetPasswordRequest { username: "ADA".to_owned(), ..v1::SetPasswordRequest::default() };
        let set = users::set_password(&core, &ctx(), request).await.unwrap();
        assert!(signs_in(&core, "ada", &set.generated_password).await);
        assert_eq!(still_live(&core, &session, &grant).await, (false, false));
    }

    async fn a_password_is_reset_as_the_account_was_shown(core: Core) {
        let user = add_user(&core, "ada", Role::User).await;
        let request = v1::SetPasswordRequest { username: "ada".to_owned(), updated_at: user.updated_at.0, ..v1::SetPasswordRequest::default() };
        let set = users::set_password(&core, &ctx(), request.clone()).await.unwrap();
        // The clock stands still: the second of one instant is a second all the same.
        assert!(matches!(users::set_password(&core, &ctx(), request).await, Err(Error::Outdated)));
        assert!(signs_in(&core, "ada", &set.generated_password).await);
    }

    async fn the_password_of_a_foreign_account_is_not_ours_to_set(core: Core) {
        let mut user = add_user(&core, "ada", Role::User).await;
        user.auth_source = "ldap".to_owned();
        let mut transaction = core.store.begin().await.unwrap();
        table::update(&mut transaction, &user).await.unwrap();
        transaction.commit().await.unwrap();
        let request = v1::SetPasswordRequest { username: "ada".to_owned(), password: "x".to_owned(), ..v1::SetPasswordRequest::default() };
        assert!(matches!(users::set_password(&core, &ctx(), request).await, Err(Error::Precondition(_))));
    }

    async fn a_user_is_switched_off_and_on_but_for_the_last_admin(core: Core) {
        let (user, client) = (add_user(&core, "ada", Role::Admin).await, add_client(&core).await);
        let (session, grant) = add_grant(&core, &user, &client, "openid").await;
        let disable = v1::UserRequest { username: "ada".to_owned(), ..v1::UserRequest::default() };
        assert!(matches!(users::disable(&core, &ctx(), disable.clone()).await, Err(Error::Precondition(_))));
        assert_eq!(still_live(&core, &session, &grant).await, (true, true));

        add_user(&core, "bob", Role::Admin).await;
        assert!(!users::disable(&core, &ctx(), disable.clone()).await.unwrap().active);
        assert_eq!(still_live(&core, &session, &grant).await, (false, false));
        assert!(!users::disable(&core, &ctx(), disable).await.unwrap().active, "twice is fine");
        let disable = v1::UserRequest { username: "bob".to_owned(), ..v1::UserRequest::default() };
        assert!(matches!(users::disable(&core, &ctx(), disable).await, Err(Error::Precondition(_))));

        let enable = v1::UserRequest { username: "ada".to_owned(), ..v1::UserRequest::default() };
        assert!(users::enable(&core, &ctx(), enable).await.unwrap().active);
        assert_eq!(still_live(&core, &session, &grant).await, (false, false));
    }

    async fn of_the_last_two_admins_one_stays_whoever_asks_at_once(core: Core) {
        for name in ["ada", "bob"] {
            add_user(&core, name, Role::Admin).await;
        }
        for _ in 0..8 {
            let tasks = ["ada", "bob"].map(|name| {
                let core = core.clone();
                let request = v1::UserRequest { username: name.to_owned(), ..v1::UserRequest::default() };
                tokio::spawn(async move { users::disable(&core, &ctx(), request).await.is_ok() })
            });
            let mut disabled = 0;
            for task in tasks {
                disabled += usize::from(task.await.unwrap());
            }
            assert_eq!(disabled, 1);
            for name in ["ada", "bob"] {
                let request = v1::UserRequest { username: name.to_owned(), ..v1::UserRequest::default() };
                users::enable(&core, &ctx(), request).await.unwrap();
            }
        }
    }

    async fn keys_are_rotated_for_algorithms_that_there_are(core: Core) {
        let key_ids = |core: &Core| -> Vec<String> {
            let keys = core.keys.jwks(NOW)["keys"].as_array().unwrap().clone();
            keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
        };
        let before = key_ids(&core);
        let request = v1::RotateKeysRequest { algorithm: "ES256".to_owned(), immediately: false };
        let rotated = keys::rotate(&core, &ctx(), request).await.unwrap();
        let [new] = rotated.key_ids.as_slice() else { panic!("{rotated:?}") };
        assert!(!before.contains(new));
        let after = key_ids(&core);
        assert!(before.iter().chain([new]).all(|id| after.contains(id)));
        let request = v1::RotateKeysRequest { algorithm: "none".to_owned(), immediately: false };
        assert!(matches!(keys::rotate(&core, &ctx(), request).await, Err(Error::Invalid(_))));
    }
}

#[test]
fn no_page_is_endless() {
    assert_eq!(page_size(0), DEFAULT_PAGE);
    assert_eq!(page_size(7), 7);
    assert_eq!(page_size(u32::MAX), LARGEST_PAGE);
}
