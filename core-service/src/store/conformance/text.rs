//! Text: all of Unicode, but for the one character that PostgreSQL can't hold.

use super::{conformance, fixtures::*};
use crate::{
    domain::{
        client::Client,
        device_code::DeviceCode,
        grant::{AuthorizationCode, Grant},
        id::{ClientId, SessionId, UserId},
        session::Session,
        user::User,
    },
    store::{
        Cursor, Store, StoreError, authorization_codes, clients, device_codes, grants, sessions,
        users,
    },
};

/// Asserts that `$result` refuses a text, and gives the reason.
macro_rules! refused {
    ($result:expr) => {
        match $result.await {
            Err(StoreError::Unstorable(reason)) => reason,
            Err(other) => panic!("{}: {other:?}", stringify!($result)),
            Ok(_) => panic!("{} took the text", stringify!($result)),
        }
    };
}

conformance! {
    async fn a_nul_is_refused_wherever_it_is_written(store: Store) {
        let (zoe, app) = parties(&store).await;
        let nul = || "a\0b".to_owned();
        let mut tx = store.begin().await.unwrap();
        let tx = &mut tx;
        let family = grant(&zoe, &app);
        grants::insert(tx, &family).await.unwrap();

        refused!(users::insert(tx, &user("a\0b")));
        refused!(users::insert(tx, &User { email: Some(nul()), ..user("max") }));
        refused!(users::insert(tx, &User { external_id: Some(nul()), ..user("max") }));
        refused!(users::update(tx, &User { username: nul(), ..zoe.clone() }));
        refused!(clients::insert(tx, &client("a\0b")));
        refused!(sessions::insert(tx, &Session { user_agent: nul(), ..session(&zoe) }));
        refused!(sessions::insert(tx, &Session { client_ip: nul(), ..session(&zoe) }));
        refused!(device_codes::append(&store, DeviceCode { user_agent: nul(), ..device_code(&app) }));
        refused!(grants::insert(tx, &Grant { nonce: Some(nul()), ..grant(&zoe, &app) }));
        refused!(grants::insert(tx, &Grant { acr: Some(nul()), ..grant(&zoe, &app) }));
        refused!(grants::insert(tx, &Grant { claims: nul(), ..grant(&zoe, &app) }));
        refused!(authorization_codes::insert(
            tx,
            &AuthorizationCode { redirect_uri: Some(nul()), ..authorization_code(&family) }
        ));
        refused!(authorization_codes::insert(
            tx,
            &AuthorizationCode { code_challenge: Some(nul()), ..authorization_code(&family) }
        ));
    }

    async fn a_nul_is_refused_wherever_it_is_looked_for(store: Store) {
        let mut tx = store.begin().await.unwrap();
        let tx = &mut tx;
        refused!(users::by_username(tx, "a\0b"));
        refused!(users::by_email(tx, "a\0b"));
        refused!(users::by_id(tx, &UserId::from("a\0b")));
        let (search, first) = ("a\0b".to_owned(), &Cursor::First);
        let found = users::Filter { search: search.clone(), ..users::Filter::default() };
        refused!(users::list(tx, &found, first, 1));
        refused!(clients::by_id(tx, &ClientId::from("a\0b")));
        let found = clients::Filter { search, ..clients::Filter::default() };
        refused!(clients::list(tx, &found, first, 1));
        refused!(clients::delete(tx, &ClientId::from("a\0b"), NOW));
        refused!(sessions::by_id(tx, &SessionId::from("a\0b")));
        refused!(sessions::revoke(tx, &SessionId::from("a\0b"), NOW));
        refused!(device_codes::by_user_code(tx, "a\0b"));
    }

    async fn a_nul_within_json_is_text_like_any_other(store: Store) {
        let mut zoe = user("zoe");
        zoe.claims.insert("name".into(), "a\0b".into());
        commit!(store, |tx| users::insert(tx, &zoe));
        let found = read!(store, |c| users::by_id(c, &zoe.id)).unwrap();
        assert_eq!(found.name(), Some("a\0b"));
        let mut app = client("app");
        app.metadata.client_name = "a\0b".to_owned();
        commit!(store, |tx| clients::insert(tx, &app));
        let found = read!(store, |c| clients::by_id(c, &app.id)).unwrap();
        assert_eq!(found.metadata.client_name, "a\0b");
    }

    async fn long_text_in_all_scripts_comes_back(store: Store) {
        let script = "\u{1f980}ß\u{202e}\u{301}\u{10ffff}ﷺ\u{1}\u{fffe}\"'\\";
        let mut zoe = user(&"\u{1f980}".repeat(250));
        zoe.email = Some(format!("{}@example.com", "ü".repeat(400)));
        zoe.claims.insert("profile".into(), script.repeat(20_000).into());
        commit!(store, |tx| users::insert(tx, &zoe));
        let found = read!(store, |c| users::by_username(c, &zoe.username)).unwrap();
        assert_eq!(found.contents(), zoe.contents());

        let mut app = client(&"~".repeat(1024));
        app.metadata.client_name = script.repeat(20_000);
        commit!(store, |tx| clients::insert(tx, &app));
        let found = read!(store, |c| clients::by_id(c, &app.id)).unwrap();
        assert_eq!(found.contents(), app.contents());
    }

    async fn a_key_that_is_too_long_is_refused(store: Store) {
        // Random, so that packing does not make it fit.
        let long: String = (0..100).map(|_| new_id()).collect();
        let mut tx = store.begin().await.unwrap();
        let tx = &mut tx;
        refused!(users::insert(tx, &user(&long)));
        refused!(users::insert(tx, &User { email: Some(long.clone()), ..user("zoe") }));
        refused!(users::insert(tx, &User { external_id: Some(long.clone()), ..user("zoe") }));
        refused!(clients::insert(tx, &Client { id: ClientId::from(long.as_str()), ..client("app") }));
        // To look for it is no error: there is just nothing.
        assert!(users::by_username(tx, &long).await.unwrap().is_none());
        assert!(clients::by_id(tx, &ClientId::from(long.as_str())).await.unwrap().is_none());
    }
}
