use authgate_proto::v1;
use serde_json::{Value, json};

use super::*;
use crate::{
    account::apps::{create, delete, get, list, regenerate_secret, update},
    domain::client::{ClientStatus, SecretHash},
};

fn document() -> Value {
    json!({
        "client_name": "My App",
        "redirect_uris": ["https://app.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid email",
    })
}

fn with(name: &str, value: impl Into<Value>) -> Value {
    let mut document = document();
    document[name] = value.into();
    document
}

async fn make(core: &Core, of: &Browser, document: &Value) -> Result<v1::OwnApp, Error> {
    send(core, of, document, "").await
}

/// Makes one by a form with that id.
async fn send(
    core: &Core,
    of: &Browser,
    document: &Value,
    form_id: &str,
) -> Result<v1::OwnApp, Error> {
    let request = v1::CreateAppRequest {
        metadata_json: document.to_string(),
        form_id: form_id.to_owned(),
    };
    create(core, &of.ctx, &of.person, request).await
}

async fn replace(
    core: &Core,
    of: &Browser,
    app: &v1::OwnApp,
    document: &Value,
) -> Result<v1::OwnApp, Error> {
    let request = v1::UpdateAppRequest {
        client_id: app.client_id.clone(),
        metadata_json: document.to_string(),
        updated_at: app.updated_at,
    };
    update(core, &of.ctx, &of.person, request).await
}

async fn look(core: &Core, of: &Browser, id: &str) -> Result<v1::OwnApp, Error> {
    get(
        core,
        &of.ctx,
        &of.person,
        v1::GetAppRequest {
            client_id: id.to_owned(),
        },
    )
    .await
}

async fn remove(core: &Core, of: &Browser, id: &str) -> Result<v1::DeleteAppResponse, Error> {
    delete(
        core,
        &of.ctx,
        &of.person,
        v1::DeleteAppRequest {
            client_id: id.to_owned(),
        },
    )
    .await
}

async fn renew(core: &Core, of: &Browser, id: &str) -> Result<v1::OwnApp, Error> {
    renew_as_shown(core, of, id, 0).await
}

async fn renew_as_shown(
    core: &Core,
    of: &Browser,
    id: &str,
    updated_at: i64,
) -> Result<v1::OwnApp, Error> {
    let request = v1::RegenerateAppSecretRequest {
        client_id: id.to_owned(),
        updated_at,
    };
    regenerate_secret(core, &of.ctx, &of.person, request).await
}

async fn names(core: &Core, of: &Browser, search: &str) -> Vec<String> {
    let request = v1::ListAppsRequest {
        search: search.to_owned(),
        ..Default::default()
    };
    let answer = list(core, &of.ctx, &of.person, request).await.unwrap();
    answer.apps.into_iter().map(|app| app.name).collect()
}

/// The stored client, changed as an admin would.
async fn as_admin(core: &Core, id: &str, change: impl FnOnce(&mut Client)) -> Client {
    let mut transaction = core.store.begin().await.unwrap();
    let mut client = clients::by_id(&mut transaction, &id.into())
        .await
        .unwrap()
        .unwrap();
    change(&mut client);
    clients::update(&mut transaction, &client).await.unwrap();
    transaction.commit().await.unwrap();
    client
}

async fn stored(core: &Core, id: &str) -> Option<Client> {
    clients::by_id(&mut core.store.read().await.unwrap(), &id.into())
        .await
        .unwrap()
}

fn metadata(app: &v1::OwnApp) -> Value {
    serde_json::from_str(&app.metadata_json).unwrap()
}

conformance! {
    async fn a_new_app_waits_and_shows_its_secret_once(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let made = make(&core, &ada, &document()).await.unwrap();
        assert_eq!((made.name.as_str(), made.status.as_str()), ("My App", "pending"));
        assert!(made.client_secret.starts_with("ago_"));
        let client = stored(&core, &made.client_id).await.unwrap();
        assert_eq!(client.owner_id, Some(ada.person.user.id.clone()));
        let Some(SecretHash::Sha256(hash)) = &client.secret else { panic!("no secret") };
        assert!(hash.matches(&PlainToken::presented(&made.client_secret)));
        let shown = look(&core, &ada, &made.client_id).await.unwrap();
        assert_eq!(shown, v1::OwnApp { client_secret: String::new(), ..made });
        assert_eq!(metadata(&shown)["redirect_uris"], json!(["https://app.example/cb"]));

        let public = make(&core, &ada, &with("token_endpoint_auth_method", "none")).await.unwrap();
        assert_eq!(public.client_secret, "");
        refused!(renew(&core, &ada, &public.client_id), Error::Precondition(_));
    }

    async fn what_is_wrong_is_named(database: Database) {
        let (core, ada, _) = two_people(database).await;
        for (document, problem) in [
            (with("scope", "openid read"), "scope: is given by an admin only: read"),
            (with("scope", "phone"), "scope: "),
            (with("trusted", true), "trusted: is set by an admin only"),
            (with("token_profile", "long"), "token_profile: is set by an admin only"),
            (with("client_name", " "), "client_name: is needed"),
            (with("redirect_uris", json!([])), "redirect_uris: "),
            (with("redirect_uris", json!(["http://app.example/cb"])), "redirect_uris[0]: "),
            (with("redirect_uris", json!(["myapp:/cb"])), "redirect_uris[0]: "),
            (with("grant_types", json!(["password"])), "grant_types[0]: "),
            (with("colour", "red"), "colour: is not known"),
            (json!([]), "metadata_json: "),
        ] {
            let Err(Error::Invalid(reason)) = make(&core, &ada, &document).await else { panic!("{document}") };
            assert!(reason.contains(problem), "{reason}");
        }
        let long = with("description", "x".repeat(70_000));
        refused!(make(&core, &ada, &long), Error::Invalid(_));
        assert!(names(&core, &ada, "").await.is_empty());
        // As in the predecessor; an admin looks at it first.
        make(&core, &ada, &with("grant_types", json!(["client_credentials"]))).await.unwrap();
    }

    async fn a_person_has_so_many_apps(database: Database) {
        let (core, ada, bob) = two_people(database).await;
        let first = make(&core, &ada, &document()).await.unwrap();
        for _ in 1..50 {
            make(&core, &ada, &document()).await.unwrap();
        }
        refused!(make(&core, &ada, &document()), Error::Precondition(_));
        make(&core, &bob, &document()).await.unwrap();
        remove(&core, &ada, &first.client_id).await.unwrap();
        make(&core, &ada, &document()).await.unwrap();
    }

    async fn an_update_keeps_what_an_admin_set(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let made = make(&core, &ada, &document()).await.unwrap();
        as_admin(&core, &made.client_id, |client| {
            client.status = ClientStatus::Active;
            client.metadata.trusted = true;
            client.metadata.token_profile = Some("long".to_owned());
            client.metadata.scope = "openid read".to_owned();
        }).await;
        let shown = look(&core, &ada, &made.client_id).await.unwrap();
        assert!(metadata(&shown).get("trusted").is_none());
        // What was shown can be sent back, the admin's scope included.
        let mut document = metadata(&shown);
        document["redirect_uris"] = json!(["https://app.example/other"]);
        let after = replace(&core, &ada, &shown, &document).await.unwrap();
        assert_eq!((after.status.as_str(), after.client_secret.as_str()), ("active", ""));
        assert!(after.updated_at > shown.updated_at);
        let client = stored(&core, &made.client_id).await.unwrap();
        assert!(client.metadata.trusted);
        assert_eq!(client.metadata.token_profile.as_deref(), Some("long"));
        assert_eq!(client.metadata.scope, "openid read");
        assert_eq!(client.metadata.redirect_uris, ["https://app.example/other"]);

        refused!(replace(&core, &ada, &shown, &document), Error::Outdated);
        document["scope"] = "openid read write".into();
        refused!(replace(&core, &ada, &after, &document), Error::Invalid(_));
        let unchanged = replace(&core, &ada, &after, &metadata(&after)).await.unwrap();
        assert_eq!(unchanged.updated_at, after.updated_at);
    }

    async fn a_secret_goes_and_comes_with_its_kind(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let made = make(&core, &ada, &document()).await.unwrap();
        let public = replace(&core, &ada, &made, &with("token_endpoint_auth_method", "none")).await.unwrap();
        assert!(stored(&core, &made.client_id).await.unwrap().secret.is_none());
        let again = replace(&core, &ada, &public, &document()).await.unwrap();
        assert!(again.client_secret.starts_with("ago_"));
    }

    async fn another_secret_ends_the_one_before(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let made = make(&core, &ada, &document()).await.unwrap();
        as_admin(&core, &made.client_id, |client| client.status = ClientStatus::Active).await;
        let works = async |secret: &str| {
            let credentials = ClientAuthentication {
                client_id: made.client_id.clone(), client_secret: secret.to_owned(), ..Default::default()
            };
            let asked = IntrospectRequest {
                token: "x".to_owned(), client: Some(credentials), ..Default::default()
            };
            introspect::introspect(&core, &ada.ctx, asked).await.is_ok()
        };
        assert!(works(&made.client_secret).await);
        let renewed = renew(&core, &ada, &made.client_id).await.unwrap();
        assert!(works(&renewed.client_secret).await && !works(&made.client_secret).await);
        assert!(renewed.updated_at > made.updated_at);
    }

    async fn an_app_in_use_is_not_deleted(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let made = make(&core, &ada, &document()).await.unwrap();
        as_admin(&core, &made.client_id, |client| client.status = ClientStatus::Active).await;
        refused!(remove(&core, &ada, &made.client_id), Error::Precondition(_));
        for status in [ClientStatus::Inactive, ClientStatus::Pending] {
            let made = make(&core, &ada, &document()).await.unwrap();
            as_admin(&core, &made.client_id, |client| client.status = status).await;
            remove(&core, &ada, &made.client_id).await.unwrap();
            assert!(stored(&core, &made.client_id).await.is_none());
            refused!(remove(&core, &ada, &made.client_id), Error::NotFound(_));
        }
    }

    async fn a_form_that_is_sent_twice_makes_one_app(database: Database) {
        let (core, ada, bob) = two_people(database).await;
        let document = document();
        let (one, other) = tokio::join!(
            send(&core, &ada, &document, "form"),
            send(&core, &ada, &document, "form"),
        );
        let answers = [one.unwrap(), other.unwrap(), send(&core, &ada, &document, "form").await.unwrap()];
        let secrets = answers.iter().filter(|app| !app.client_secret.is_empty()).count();
        assert_eq!(secrets, 1, "shown once");
        for app in &answers {
            assert_eq!((&app.client_id, app.existed), (&answers[0].client_id, app.client_secret.is_empty()));
        }
        // Another form, and the same of another person, make others.
        for (of, form) in [(&ada, "other"), (&bob, "form"), (&ada, ""), (&ada, "")] {
            let made = send(&core, of, &document, form).await.unwrap();
            assert!(!made.existed && !made.client_secret.is_empty());
        }
        assert_eq!((names(&core, &ada, "").await.len(), names(&core, &bob, "").await.len()), (4, 1));
    }

    async fn a_secret_is_replaced_as_it_was_shown(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let made = make(&core, &ada, &document()).await.unwrap();
        let (one, other) = tokio::join!(
            renew_as_shown(&core, &ada, &made.client_id, made.updated_at),
            renew_as_shown(&core, &ada, &made.client_id, made.updated_at),
        );
        let (done, refused) = if one.is_ok() { (one, other) } else { (other, one) };
        refused!(std::future::ready(refused), Error::Outdated);
        let renewed = done.unwrap();
        assert_ne!(renewed.client_secret, made.client_secret);
        refused!(renew_as_shown(&core, &ada, &made.client_id, -1), Error::Outdated);
        renew_as_shown(&core, &ada, &made.client_id, renewed.updated_at).await.unwrap();
    }

    async fn what_is_somebody_else_s_is_not_found(database: Database) {
        let (core, ada, bob) = two_people(database).await;
        let made = make(&core, &ada, &document()).await.unwrap();
        let nobodys = app(&core, "Nobody's", false).await.client.id.to_string();
        for id in [made.client_id.as_str(), &nobodys, ""] {
            refused!(look(&core, &bob, id), Error::NotFound(_));
            refused!(remove(&core, &bob, id), Error::NotFound(_));
            refused!(renew(&core, &bob, id), Error::NotFound(_));
            let app = v1::OwnApp { client_id: id.to_owned(), ..made.clone() };
            refused!(replace(&core, &bob, &app, &with("client_name", "Bob's")), Error::NotFound(_));
        }
        assert!(names(&core, &bob, "").await.is_empty());
        assert_eq!(names(&core, &ada, "").await, ["My App"]);
    }

    async fn a_list_is_searched_and_paged_through(database: Database) {
        let (core, ada, _) = two_people(database).await;
        for name in ["<b>Bold</b>", "win%_off", "win percent"] {
            make(&core, &ada, &with("client_name", name)).await.unwrap();
        }
        for (search, expected) in [
            ("%", vec!["win%_off"]),
            ("WIN", vec!["win percent", "win%_off"]),
            ("<B>", vec!["<b>Bold</b>"]),
            ("_", vec!["win%_off"]),
            ("nothing", vec![]),
        ] {
            assert_eq!(names(&core, &ada, search).await, expected, "{search}");
        }
        let page = async |token: &str| {
            let request = v1::ListAppsRequest { page_size: 2, page_token: token.to_owned(), ..Default::default() };
            list(&core, &ada.ctx, &ada.person, request).await.unwrap()
        };
        let first = page("").await;
        assert_eq!(first.apps.len(), 2);
        let second = page(&first.next_page_token).await;
        assert_eq!((second.apps.len(), second.next_page_token.as_str()), (1, ""));
        assert_eq!(page(&second.previous_page_token).await.apps, first.apps);
        assert_eq!(page("last").await.apps[1], second.apps[0]);
        refused!(list(&core, &ada.ctx, &ada.person, v1::ListAppsRequest { page_token: "2".to_owned(), ..Default::default() }), Error::Invalid(_));
        refused!(list(&core, &ada.ctx, &ada.person, v1::ListAppsRequest { search: "x".repeat(300), ..Default::default() }), Error::Invalid(_));
    }
}
