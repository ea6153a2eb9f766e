//! Clients: round trips, uniqueness, lists, deletion.

use super::{conformance, fixtures::*};
use crate::{
    domain::{
        client::{Client, ClientStatus, SecretHash},
        client_metadata::ClientMetadata,
        id::ClientId,
    },
    store::{
        Column, Cursor, Store, StoreError, access_tokens, authorization_codes, clients,
        connection::Executed, consents, device_codes, grants, refresh_tokens, sessions, sql, users,
    },
};

conformance! {
    async fn a_client_comes_back_as_it_was_stored(store: Store) {
        let owner = user("zoe");
        commit!(store, |tx| users::insert(tx, &owner));
        let full = Client { owner_id: Some(owner.id), ..client("full") };
        let public = Client { secret: None, registration_token: None, ..client("any VSCHAR ~!'\"") };
        let imported = Client {
            secret: Some(SecretHash::Bcrypt("$2a$10$abc".to_owned())),
            ..client("imported")
        };
        for client in [&full, &public, &imported] {
            commit!(store, |tx| clients::insert(tx, client));
            let found = read!(store, |c| clients::by_id(c, &client.id)).unwrap();
            assert_eq!(found.contents(), client.contents());
        }
        assert!(read!(store, |c| clients::by_id(c, &ClientId::from("FULL"))).is_none());
    }

    async fn an_update_changes_all_but_the_first_day(store: Store) {
        let (user, before) = parties(&store).await;
        let after = Client {
            id: before.id.clone(),
            secret: None,
            metadata: ClientMetadata::default(),
            status: ClientStatus::Inactive,
            registration_token: None,
            owner_id: Some(user.id),
            created_at: NOW + HOUR,
            updated_at: NOW + HOUR,
        };
        assert!(commit!(store, |tx| clients::update(tx, &after)));
        let found = read!(store, |c| clients::by_id(c, &before.id)).unwrap();
        let expected = Client { created_at: before.created_at, ..after };
        assert_eq!(found.contents(), expected.contents());
        assert!(!commit!(store, |tx| clients::update(tx, &client("nobody"))));

        assert!(commit!(store, |tx| clients::set_secret_hash(tx, &before.id, "$2b$10$x", NOW)));
        let found = read!(store, |c| clients::by_id(c, &before.id)).unwrap();
        assert_eq!(found.secret.unwrap().to_stored(), "$2b$10$x");
        let nobody = ClientId::from("nobody");
        assert!(!commit!(store, |tx| clients::set_secret_hash(tx, &nobody, "$2b$10$x", NOW)));
    }

    async fn a_client_id_belongs_to_one_client(store: Store) {
        commit!(store, |tx| clients::insert(tx, &client("app")));
        let mut transaction = store.begin().await.unwrap();
        let result = clients::insert(&mut transaction, &client("app")).await;
        assert!(matches!(result, Err(StoreError::Conflict(Column::Id))), "{result:?}");
    }

    async fn lists_go_page_by_page_by_name_and_status(store: Store) {
        for (name, status) in [
            ("d", ClientStatus::Pending),
            ("B", ClientStatus::Active),
            ("c", ClientStatus::Pending),
            ("a", ClientStatus::Inactive),
        ] {
            let mut client = Client { status, ..client(&format!("id-of-{name}")) };
            client.metadata.client_name = name.to_owned();
            client.metadata.description = Some(format!("100% {name}_X"));
            commit!(store, |tx| clients::insert(tx, &client));
        }
        let list = async |filter: &clients::Filter, token: &str, size| {
            let cursor = Cursor::parse(token).unwrap();
            let page = read!(store, |c| clients::list(c, filter, &cursor, size));
            let names: Vec<_> = page.items.iter().map(|c| c.metadata.client_name.clone()).collect();
            (names, page.previous, page.next)
        };
        let all = clients::Filter::default();
        let (names, previous, next) = list(&all, "", 3).await;
        assert_eq!((names, previous.as_str()), (vec!["a".to_owned(), "B".into(), "c".into()], ""));
        let (names, previous, next) = list(&all, &next, 3).await;
        assert_eq!((names, next.as_str()), (vec!["d".to_owned()], ""));
        assert_eq!(list(&all, &previous, 3).await.0, ["a", "B", "c"]);
        assert_eq!(list(&all, "last", 3).await.0, ["B", "c", "d"]);

        let pending = clients::Filter { status: Some(ClientStatus::Pending), ..all.clone() };
        assert_eq!(list(&pending, "", 9).await.0, ["c", "d"]);
        for (search, found) in [("ID-OF-B", vec!["B"]), ("b_x", vec!["B"]), ("100%", vec!["a", "B", "c", "d"]), ("%a%", vec![]), ("_", vec!["a", "B", "c", "d"])] {
            let filter = clients::Filter { search: search.to_owned(), ..all.clone() };
            assert_eq!(list(&filter, "", 9).await.0, found, "{search}");
        }
    }

    async fn a_deleted_client_takes_what_hangs_on_it(store: Store) {
        let (user, app) = parties(&store).await;
        let other = client("other");
        commit!(store, |tx| clients::insert(tx, &other));
        let records = Records::of(&store, &user, &app).await;
        let kept = Records::of(&store, &user, &other).await;
        let own = access_token(&app, None);
        commit!(store, |tx| access_tokens::insert(tx, &own));

        assert!(commit!(store, |tx| clients::delete(tx, &app.id, NOW)));
        assert!(!commit!(store, |tx| clients::delete(tx, &app.id, NOW)));

        assert_eq!(records.left(&store).await, NOTHING);
        assert_eq!(kept.left(&store).await, EVERYTHING);
        assert!(!is_live(&store, &records.access).await && !is_live(&store, &own).await);
        assert!(is_live(&store, &kept.access).await);
    }

    async fn a_deleted_user_takes_what_hangs_on_it(store: Store) {
        let (zoe, app) = parties(&store).await;
        let max = user("max");
        commit!(store, |tx| users::insert(tx, &max));
        let mut app = app;
        app.owner_id = Some(zoe.id.clone());
        commit!(store, |tx| clients::update(tx, &app));
        let session = session(&zoe);
        commit!(store, |tx| sessions::insert(tx, &session));
        let records = Records::of(&store, &zoe, &app).await;
        let kept = Records::of(&store, &max, &app).await;

        let mut transaction = store.begin().await.unwrap();
        let _: Executed = sql!(&mut transaction, |conn| sqlx::query(
            "DELETE FROM users WHERE id = $1"
        ).bind(&zoe.id).execute(conn)).unwrap();
        transaction.commit().await.unwrap();

        assert_eq!(records.left(&store).await, NOTHING);
        assert_eq!(kept.left(&store).await, EVERYTHING);
        assert!(!is_live(&store, &records.access).await);
        assert!(is_live(&store, &kept.access).await);
        assert!(read!(store, |c| sessions::by_id(c, &session.id)).is_none());
        let app = read!(store, |c| clients::by_id(c, &app.id)).unwrap();
        assert_eq!(app.owner_id, None);
    }
}

/// Consent, grant, authorization code, device code and refresh token.
type Left = [bool; 5];
const NOTHING: Left = [false; 5];
const EVERYTHING: Left = [true; 5];

/// One of each record that a user gives a client.
struct Records {
    consent: crate::domain::grant::Consent,
    grant: crate::domain::grant::Grant,
    code: String,
    device: String,
    refresh: String,
    access: crate::domain::token::AccessToken,
}

impl Records {
    async fn of(store: &Store, user: &crate::domain::user::User, client: &Client) -> Self {
        let (consent, grant) = (consent(user, client), grant(user, client));
        let mut tx = store.begin().await.unwrap();
        consents::upsert(&mut tx, &consent).await.unwrap();
        let access = issue(&mut tx, &grant, client).await.unwrap();
        let code = authorization_code(&grant);
        authorization_codes::insert(&mut tx, &code).await.unwrap();
        let mut device = device_code(client);
        device.grant_id = Some(grant.id);
        let refresh = refresh_token(&grant);
        refresh_tokens::insert(&mut tx, &refresh).await.unwrap();
        tx.commit().await.unwrap();
        device_codes::append(store, device.clone()).await.unwrap();
        Self {
            consent,
            grant,
            code: code.id,
            device: device.id,
            refresh: refresh.id,
            access,
        }
    }

    async fn left(&self, store: &Store) -> Left {
        let Self {
            consent,
            grant,
            code,
            device,
            refresh,
            access: _,
        } = self;
        let (user, client) = (&consent.user_id, &consent.client_id);
        [
            read!(store, |c| consents::by_user_and_client(c, user, client)).is_some(),
            read!(store, |c| grants::by_id(c, &grant.id)).is_some(),
            read!(store, |c| authorization_codes::by_id(c, code)).is_some(),
            read!(store, |c| device_codes::by_id(c, device)).is_some(),
            read!(store, |c| refresh_tokens::by_id(c, refresh)).is_some(),
        ]
    }
}
