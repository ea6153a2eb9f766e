//! Round trips of the shorter-lived records.

use super::{conformance, fixtures::*};
use crate::{
    domain::{
        device_code::{DeviceCode, DeviceStatus},
        grant::{AuthorizationCode, Grant},
        id::{GrantId, KeyId, SessionId},
        session::Session,
        token::RefreshToken,
    },
    store::{
        Column, Store, StoreError, authorization_codes, authorization_requests, clients, consents,
        device_codes, grants, refresh_tokens, sessions, signing_keys,
    },
};

conformance! {
    async fn sessions_come_back_as_stored(store: Store) {
        let (user, _) = parties(&store).await;
        let full = Session { revoked_at: Some(NOW), ..session(&user) };
        let bare = Session { fingerprint: None, remembered: false, ..session(&user) };
        for session in [&full, &bare] {
            commit!(store, |tx| sessions::insert(tx, session));
            let found = read!(store, |c| sessions::by_id(c, &session.id)).unwrap();
            assert_eq!(found.contents(), session.contents());
        }
        assert!(read!(store, |c| sessions::by_id(c, &SessionId::from("none"))).is_none());

        commit!(store, |tx| sessions::touch(tx, &bare.id, NOW + HOUR));
        // A slower request does not set the clock back.
        commit!(store, |tx| sessions::touch(tx, &bare.id, NOW));
        let found = read!(store, |c| sessions::by_id(c, &bare.id)).unwrap();
        assert_eq!(found.last_seen_at, NOW + HOUR);
    }

    async fn grants_come_back_as_stored(store: Store) {
        let (user, client) = parties(&store).await;
        let full = Grant { revoked_at: Some(NOW), disabled_at: Some(NOW + SECOND), ..grant(&user, &client) };
        let bare = Grant {
            session_id: None, consent_id: None, nonce: None, acr: None,
            ..grant(&user, &client)
        };
        for grant in [&full, &bare] {
            commit!(store, |tx| grants::insert(tx, grant));
            let found = read!(store, |c| grants::by_id(c, &grant.id)).unwrap();
            assert_eq!(found.contents(), grant.contents());
        }
        assert!(read!(store, |c| grants::by_id(c, &GrantId::from(uuid::Uuid::nil()))).is_none());
    }

    async fn a_consent_is_one_for_user_and_client(store: Store) {
        let (user, app) = parties(&store).await;
        let first = consent(&user, &app);
        assert_eq!(commit!(store, |tx| consents::upsert(tx, &first)), first.id);
        let found = read!(store, |c| consents::by_user_and_client(c, &user.id, &app.id)).unwrap();
        assert_eq!(found.contents(), first.contents());
        assert!(commit!(store, |tx| consents::revoke(tx, &first.id, NOW)));
        assert!(!commit!(store, |tx| consents::revoke(tx, &first.id, NOW)));

        let mut again = consent(&user, &app);
        again.scope = scope("openid");
        again.claims = scope("");
        again.granted_at = NOW + HOUR;
        again.updated_at = NOW + HOUR;
        assert_eq!(commit!(store, |tx| consents::upsert(tx, &again)), first.id);
        let found = read!(store, |c| consents::by_user_and_client(c, &user.id, &app.id)).unwrap();
        again.id = first.id;
        again.granted_at = first.granted_at;
        assert_eq!(found.contents(), again.contents());

        let other = client("other");
        commit!(store, |tx| clients::insert(tx, &other));
        assert!(read!(store, |c| consents::by_user_and_client(c, &user.id, &other.id)).is_none());
        let second = consent(&user, &other);
        commit!(store, |tx| consents::upsert(tx, &second));
        assert_eq!(commit!(store, |tx| consents::revoke_of_client(tx, &other.id, NOW)), 1);
        assert_eq!(commit!(store, |tx| consents::revoke_of_client(tx, &other.id, NOW)), 0);
        let found = read!(store, |c| consents::by_user_and_client(c, &user.id, &app.id)).unwrap();
        assert_eq!(found.revoked_at, None);
    }

    async fn codes_and_tokens_come_back_as_stored(store: Store) {
        let (user, client) = parties(&store).await;
        let grant = grant(&user, &client);
        commit!(store, |tx| grants::insert(tx, &grant));

        let full = AuthorizationCode { used_at: Some(NOW), ..authorization_code(&grant) };
        let bare = AuthorizationCode {
            redirect_uri: None, code_challenge: None,
            ..authorization_code(&grant)
        };
        for code in [&full, &bare] {
            commit!(store, |tx| authorization_codes::insert(tx, code));
            let found = read!(store, |c| authorization_codes::by_id(c, &code.id)).unwrap();
            assert_eq!(found.contents(), code.contents());
        }
        assert!(read!(store, |c| authorization_codes::by_id(c, "none")).is_none());

        let full = RefreshToken {
            last_used_at: Some(NOW),
            rotated_at: Some(NOW + SECOND),
            successor_id: Some("next".to_owned()),
            revoked_at: Some(NOW + HOUR),
            disabled_at: Some(NOW),
            ..refresh_token(&grant)
        };
        for token in [&full, &refresh_token(&grant)] {
            commit!(store, |tx| refresh_tokens::insert(tx, token));
            let found = read!(store, |c| refresh_tokens::by_id(c, &token.id)).unwrap();
            assert_eq!(found.contents(), token.contents());
        }
        assert!(read!(store, |c| refresh_tokens::by_id(c, "none")).is_none());
    }

    async fn an_authorization_request_is_answered_once(store: Store) {
        let request = authorization_request(&client("app"));
        commit!(store, |tx| authorization_requests::insert(tx, &request));
        let found = read!(store, |c| authorization_requests::by_id(c, &request.id)).unwrap();
        assert_eq!(found.contents(), request.contents());
        assert!(commit!(store, |tx| authorization_requests::delete(tx, &request.id)));
        assert!(!commit!(store, |tx| authorization_requests::delete(tx, &request.id)));
        assert!(read!(store, |c| authorization_requests::by_id(c, &request.id)).is_none());
    }

    async fn device_codes_come_back_as_stored(store: Store) {
        let (user, client) = parties(&store).await;
        let grant = grant(&user, &client);
        commit!(store, |tx| grants::insert(tx, &grant));
        let approved = DeviceCode {
            status: DeviceStatus::Approved,
            grant_id: Some(grant.id),
            ..device_code(&client)
        };
        for code in [&device_code(&client), &approved] {
            device_codes::append(&store, code.clone()).await.unwrap();
            let found = read!(store, |c| device_codes::by_id(c, &code.id)).unwrap();
            assert_eq!(found.contents(), code.contents());
            let found = read!(store, |c| device_codes::by_user_code(c, &code.user_code)).unwrap();
            assert_eq!(found.id, code.id);
        }
        assert!(read!(store, |c| device_codes::by_id(c, "none")).is_none());
        assert!(read!(store, |c| device_codes::by_user_code(c, "none")).is_none());

        let same = DeviceCode { user_code: approved.user_code, ..device_code(&client) };
        let result = device_codes::append(&store, same).await;
        assert!(matches!(result, Err(StoreError::Conflict(Column::UserCode))), "{result:?}");
    }

    async fn signing_keys_stay_until_they_expire(store: Store) {
        let key = |id: &str, made| signing_keys::SigningKeyRow {
            id: KeyId::from(id),
            algorithm: "ES256".to_owned(),
            sealed: vec![0, 255, 1],
            created_at: made,
            activates_at: made + HOUR,
            expires_at: None,
        };
        let (old, new) = (key("z-old", NOW), key("a-new", NOW + HOUR));
        for key in [&new, &old] {
            commit!(store, |tx| signing_keys::insert(tx, key));
        }
        assert!(commit!(store, |tx| signing_keys::set_expiry(tx, &old.id, NOW + HOUR)));
        assert!(!commit!(store, |tx| signing_keys::set_expiry(tx, &KeyId::from("none"), NOW)));
        let keys = read!(store, |c| signing_keys::list(c));
        let [first, second] = keys.as_slice() else { panic!("{} keys", keys.len()) };
        assert_eq!((&first.id, &second.id), (&old.id, &new.id));
        assert_eq!(first.sealed, old.sealed);
        assert_eq!(first.algorithm, "ES256");
        assert_eq!((first.created_at, first.activates_at), (NOW, NOW + HOUR));
        assert_eq!((first.expires_at, second.expires_at), (Some(NOW + HOUR), None));

        assert_eq!(commit!(store, |tx| signing_keys::delete_expired(tx, NOW)), 0);
        assert_eq!(commit!(store, |tx| signing_keys::delete_expired(tx, NOW + HOUR)), 1);
        assert_eq!(read!(store, |c| signing_keys::list(c)).len(), 1);

        let mut transaction = store.begin().await.unwrap();
        let result = signing_keys::insert(&mut transaction, &new).await;
        assert!(matches!(result, Err(StoreError::Conflict(Column::Id))), "{result:?}");
    }
}
