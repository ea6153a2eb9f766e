use serde_json::{Value, json};

use super::*;
use crate::{
    admin::test_support::{add_client, add_grant, add_user, core_on, still_live},
    config::Database,
    domain::{
        client::{Client, ClientStatus, SecretHash},
        id::ClientId,
        secret::PlainToken,
        user::{Role, User},
    },
    store::{
        clients,
        conformance::{
            conformance,
            fixtures::{first_clients, first_users},
        },
        users,
    },
};

fn seed() -> Value {
    json!({
        "users": [
            {"username": "ada", "password": "s3cret", "email": "ada@app.example", "name": "Ada King",
             "role": "admin", "address": {"country": "UK"}, "updated_at": 1_700_000_000},
            {"username": "bob", "password": bcrypt::hash_with_salt("pw", 4, [7; 16]).unwrap().to_string()},
        ],
        "clients": [
            {"client_id": "my app!", "client_secret": "s3cret", "redirect_uris": ["http://suite:8080/cb"],
             "scope": "openid read"},
            {"client_id": "old", "client_secret": bcrypt::hash_with_salt("pw", 4, [7; 16]).unwrap().to_string(),
             "grant_types": ["client_credentials"]},
            {"client_id": "cli", "token_endpoint_auth_method": "none", "grant_types": ["device_code"]},
        ],
    })
}

async fn apply(core: &Core, seed: &Value) -> SeedReport {
    core.apply_seed(&seed.to_string()).await.unwrap()
}

async fn user(core: &Core, name: &str) -> User {
    let mut connection = core.store.read().await.unwrap();
    users::by_username(&mut connection, name)
        .await
        .unwrap()
        .unwrap()
}

async fn client(core: &Core, id: &str) -> Client {
    let mut connection = core.store.read().await.unwrap();
    clients::by_id(&mut connection, &ClientId::from(id))
        .await
        .unwrap()
        .unwrap()
}

async fn problems(core: &Core, seed: &Value) -> Vec<String> {
    match core.apply_seed(&seed.to_string()).await {
        Err(SeedError::Wrong(problems)) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

const NOTHING: SeedReport = SeedReport {
    users: 0,
    clients: 0,
};
const ONE_USER: SeedReport = SeedReport {
    users: 1,
    clients: 0,
};
const ONE_CLIENT: SeedReport = SeedReport {
    users: 0,
    clients: 1,
};

conformance! {
    async fn what_the_file_says_is_there(core: Core) {
        assert_eq!(apply(&core, &seed()).await, SeedReport { users: 2, clients: 3 });

        let ada = user(&core, "ADA").await;
        assert_eq!(ada.email.as_deref(), Some("ada@app.example"));
        assert_eq!(ada.name(), Some("Ada King"));
        assert_eq!(ada.claims["address"], json!({"country": "UK"}));
        assert_eq!(ada.role, Role::Admin);
        assert_eq!(ada.updated_at.seconds(), 1_700_000_000);
        let password = "s3cret".into();
        let verified = core.passwords.verify(&password, ada.password_hash.as_deref()).await.unwrap();
        assert!(verified.matches);
        let app = client(&core, "my app!").await;
        let secret = PlainToken::presented("s3cret");
        assert!(matches!(app.secret, Some(SecretHash::Sha256(hash)) if hash.matches(&secret)));
        assert_eq!(app.status, ClientStatus::Active);
        assert_eq!(app.metadata.scope, "openid read");
        assert!(client(&core, "cli").await.secret.is_none());
    }

    async fn a_second_time_changes_nothing(core: Core) {
        apply(&core, &seed()).await;
        let (ada, app) = (user(&core, "ada").await, client(&core, "my app!").await);
        assert_eq!(apply(&core, &seed()).await, NOTHING);
        assert!(user(&core, "ada").await == ada);
        assert_eq!(client(&core, "my app!").await.updated_at, app.updated_at);
    }

    async fn what_differs_is_put_right_and_nothing_else(core: Core) {
        apply(&core, &seed()).await;
        let ada = user(&core, "ada").await;
        let mut changed = seed();
        changed["users"][1]["name"] = json!("Bob");
        assert_eq!(apply(&core, &changed).await, ONE_USER);
        assert_eq!(user(&core, "bob").await.name(), Some("Bob"));
        assert!(user(&core, "ada").await == ada);

        changed["clients"][0]["redirect_uris"] = json!(["https://app.example/cb"]);
        assert_eq!(apply(&core, &changed).await, ONE_CLIENT);
        let app = client(&core, "my app!").await;
        assert_eq!(app.metadata.redirect_uris, ["https://app.example/cb"]);

        changed["clients"][1] = json!({"client_id": "old", "token_endpoint_auth_method": "none",
            "grant_types": ["device_code"]});
        assert_eq!(apply(&core, &changed).await, ONE_CLIENT);
        assert!(client(&core, "old").await.secret.is_none());
        assert_eq!(apply(&core, &changed).await, NOTHING);
    }

    async fn a_changed_password_signs_out_and_the_same_one_does_not(core: Core) {
        let mut seed = seed();
        apply(&core, &seed).await;
        let app = add_client(&core).await;
        for (at, name) in [(0, "ada"), (1, "bob")] {
            let person = user(&core, name).await;
            let (session, grant) = add_grant(&core, &person, &app, "openid").await;
            seed["users"][at]["nickname"] = json!("x");
            assert_eq!(apply(&core, &seed).await, ONE_USER);
            assert_eq!(still_live(&core, &session, &grant).await, (true, true), "{name}");
            seed["users"][at]["password"] = json!("another");
            assert_eq!(apply(&core, &seed).await, ONE_USER);
            assert_eq!(still_live(&core, &session, &grant).await, (false, false), "{name}");
            assert_eq!(apply(&core, &seed).await, NOTHING);
        }
    }

    async fn a_hash_that_was_replaced_by_a_better_one_is_not_put_back(core: Core) {
        apply(&core, &seed()).await;
        // What signing in and client authentication do.
        let mut bob = user(&core, "bob").await;
        bob.password_hash = Some(core.passwords.hash(&"pw".into()).await.unwrap());
        let mut old = client(&core, "old").await;
        old.secret = Some(SecretHash::of(&PlainToken::presented("pw")));
        let mut transaction = core.store.begin().await.unwrap();
        users::update(&mut transaction, &bob).await.unwrap();
        clients::update(&mut transaction, &old).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(apply(&core, &seed()).await, NOTHING);

        // Another hash in the file is another password; going back is one, too.
        let mut changed = seed();
        changed["users"][1]["password"] =
            json!(bcrypt::hash_with_salt("other", 4, [8; 16]).unwrap().to_string());
        assert_eq!(apply(&core, &changed).await, ONE_USER);
        assert_eq!(user(&core, "bob").await.password_hash.as_deref(), changed["users"][1]["password"].as_str());
        changed["users"][1]["password"] = json!("plain");
        assert_eq!(apply(&core, &changed).await, ONE_USER);
        assert_eq!(apply(&core, &seed()).await, ONE_USER);
        assert_eq!(user(&core, "bob").await.password_hash.as_deref(), seed()["users"][1]["password"].as_str());
    }

    async fn what_people_decided_stays_unless_the_file_says_otherwise(core: Core) {
        apply(&core, &seed()).await;
        let mut bob = user(&core, "bob").await;
        bob.active = false;
        bob.role = Role::Admin;
        let mut app = client(&core, "my app!").await;
        app.status = ClientStatus::Inactive;
        let mut transaction = core.store.begin().await.unwrap();
        users::update(&mut transaction, &bob).await.unwrap();
        clients::update(&mut transaction, &app).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(apply(&core, &seed()).await, NOTHING);

        let mut explicit = seed();
        explicit["users"][1]["active"] = json!(true);
        explicit["users"][1]["role"] = json!("user");
        explicit["clients"][0]["status"] = json!("active");
        assert_eq!(apply(&core, &explicit).await, SeedReport { users: 1, clients: 1 });
        assert!(user(&core, "bob").await.active);
        assert!(client(&core, "my app!").await.is_active());
    }

    async fn switching_off_ends_everything(core: Core) {
        let mut seed = seed();
        apply(&core, &seed).await;
        let (ada, app) = (user(&core, "ada").await, client(&core, "my app!").await);
        let (session, grant) = add_grant(&core, &ada, &app, "openid").await;
        seed["clients"][0]["status"] = json!("inactive");
        apply(&core, &seed).await;
        assert_eq!(still_live(&core, &session, &grant).await, (true, false));
        seed["users"][0]["active"] = json!(false);
        apply(&core, &seed).await;
        assert_eq!(still_live(&core, &session, &grant).await, (false, false));
    }

    async fn wrong_values_are_told_all_at_once_and_nothing_is_applied(core: Core) {
        let told = problems(&core, &json!({
            "user": [],
            "users": [
                {"username": "eve", "pasword": "x"},
                {"username": "Ada"},
                {"username": "ada", "email": "nobody"},
                {"username": "ADA"},
                "frank",
            ],
            "clients": [
                {"client_id": "a", "client_secret": "x", "redirect_uris": ["https://a.example/cb", "nowhere"]},
                {"client_id": "b", "redirect_uris": ["https://b.example/cb"]},
                {"client_secret": "x", "redirect_uris": ["https://b.example/cb"]},
                {"client_id": "c", "client_secret": "x", "scope": ["openid"], "redirect_uris": ["https://b.example/cb"]},
                {"client_id": "d", "client_secret": "x", "grant_types": ["password"]},
            ],
        })).await;
        assert_eq!(told, [
            "users[0].pasword: is not known",
            "users[2].email: is not a mail address",
            "users[3].username: stands there twice",
            "users[4]: must be an object",
            "clients[0].redirect_uris[1]: is not an absolute URI",
            "clients[1].client_secret: is missing; a public client says token_endpoint_auth_method none",
            "clients[2].client_id: is missing",
            "clients[3].scope: must be a string",
            "clients[4].grant_types[0]: is not a supported grant type",
            "user: is not known",
        ]);
        let mut connection = core.store.read().await.unwrap();
        assert!(first_users(&mut connection, 1).await.unwrap().is_empty());
        assert!(first_clients(&mut connection, 1).await.unwrap().is_empty());
    }

    async fn what_belongs_to_somebody_else_is_told_and_nothing_is_applied(core: Core) {
        let mut other = add_user(&core, "other", Role::User).await;
        other.email = Some("Ada@app.example".to_owned());
        let mut foreign = add_user(&core, "bob", Role::User).await;
        foreign.auth_source = "ldap".to_owned();
        let mut transaction = core.store.begin().await.unwrap();
        users::update(&mut transaction, &other).await.unwrap();
        users::update(&mut transaction, &foreign).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(problems(&core, &seed()).await, [
            "users[0].email: is the mail address of other",
            "users[1].username: belongs to ldap",
        ]);
        let mut connection = core.store.read().await.unwrap();
        assert!(users::by_username(&mut connection, "ada").await.unwrap().is_none());
        assert!(first_clients(&mut connection, 1).await.unwrap().is_empty());
    }

    async fn many_processes_may_apply_it_at_once(database: Database) {
        let mut tasks = Vec::new();
        for _ in 0..4 {
            let core = core_on(database.clone(), |_| {}).await;
            tasks.push(tokio::spawn(async move { apply(&core, &seed()).await }));
        }
        let (mut users, mut clients) = (0, 0);
        for task in tasks {
            let report = task.await.unwrap();
            users += report.users;
            clients += report.clients;
        }
        assert_eq!((users, clients), (2, 3), "each record was added by one of them");
        let core = core_on(database, |_| {}).await;
        assert_eq!(apply(&core, &seed()).await, NOTHING);
    }
}

#[test]
fn what_is_no_json_object_is_told() {
    for text in ["", "[]", "{", "{\"users\": [}"] {
        assert!(
            matches!(document::read(text), Err(SeedError::NotJson(_))),
            "{text}"
        );
    }
    assert!(document::read("{}").is_ok());
}

#[test]
fn an_error_tells_a_problem_a_line() {
    let Err(error) = document::read("{\"a\": 1, \"b\": 2}") else {
        panic!()
    };
    assert!(
        error
            .to_string()
            .ends_with(":\n  a: is not known\n  b: is not known"),
        "{error}"
    );
}
