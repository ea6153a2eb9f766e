//! Revocations: they end what they must, and nothing else.

use super::{conformance, fixtures::*};
use crate::{
    domain::{
        client::Client, grant::Grant, id::GrantId, session::Session, token::AccessToken,
        token::RefreshToken, user::User,
    },
    store::{Store, clients, grants, refresh_tokens, sessions, users},
};

conformance! {
    async fn a_revoked_family_ends_alone(store: Store) {
        let f = Families::new(&store).await;
        assert!(commit!(store, |tx| grants::revoke(tx, &f.grants[0].id, NOW)));
        assert!(!commit!(store, |tx| grants::revoke(tx, &f.grants[0].id, NOW + HOUR)));
        assert!(!commit!(store, |tx| grants::revoke(tx, &GrantId::from(uuid::Uuid::nil()), NOW)));
        assert_eq!(f.live(&store).await, [false, true, true, true]);
        let found = read!(store, |c| grants::by_id(c, &f.grants[0].id)).unwrap();
        assert_eq!(found.revoked_at, Some(NOW));
    }

    async fn a_revoked_user_loses_all_families(store: Store) {
        let f = Families::new(&store).await;
        assert_eq!(commit!(store, |tx| grants::revoke_of_user(tx, &f.zoe.id, NOW)), 3);
        assert_eq!(commit!(store, |tx| grants::revoke_of_user(tx, &f.zoe.id, NOW)), 0);
        assert_eq!(f.live(&store).await, [false, false, false, true]);
    }

    async fn a_revoked_client_loses_all_families(store: Store) {
        let f = Families::new(&store).await;
        assert_eq!(commit!(store, |tx| grants::revoke_of_client(tx, &f.app.id, NOW)), 3);
        assert_eq!(f.live(&store).await, [false, false, true, false]);
    }

    async fn sessions_end_one_by_one_or_all_of_a_user(store: Store) {
        let (zoe, _) = parties(&store).await;
        let max = user("max");
        commit!(store, |tx| users::insert(tx, &max));
        let all = [session(&zoe), session(&zoe), session(&zoe), session(&max)];
        for session in &all {
            commit!(store, |tx| sessions::insert(tx, session));
        }
        let ended = async || {
            let mut ended = Vec::new();
            for Session { id, .. } in &all {
                ended.push(read!(store, |c| sessions::by_id(c, id)).unwrap().revoked_at);
            }
            ended
        };
        assert!(commit!(store, |tx| sessions::revoke(tx, &all[0].id, NOW)));
        assert!(!commit!(store, |tx| sessions::revoke(tx, &all[0].id, NOW + HOUR)));
        assert_eq!(ended().await, [Some(NOW), None, None, None]);
        let later = NOW + SECOND;
        assert_eq!(commit!(store, |tx| sessions::revoke_of_user(tx, &zoe.id, later)), 2);
        assert_eq!(ended().await, [Some(NOW), Some(later), Some(later), None]);
    }

    async fn a_revoked_refresh_token_ends_alone(store: Store) {
        let (user, app) = parties(&store).await;
        let grant = grant(&user, &app);
        let access = commit!(store, |tx| issue(tx, &grant, &app));
        let one = RefreshToken { revoked_at: Some(NOW), last_used_at: Some(NOW), ..refresh_token(&grant) };
        let two = refresh_token(&grant);
        for token in [&one, &two] {
            commit!(store, |tx| refresh_tokens::insert(tx, token));
        }
        assert!(commit!(store, |tx| refresh_tokens::touch(tx, &two.id, NOW)));
        assert!(!commit!(store, |tx| refresh_tokens::touch(tx, &one.id, NOW + HOUR)));
        assert!(!commit!(store, |tx| refresh_tokens::rotate(tx, &one.id, "next", NOW)));
        let found = read!(store, |c| refresh_tokens::by_id(c, &one.id)).unwrap();
        assert_eq!((found.revoked_at, found.last_used_at, found.rotated_at), (Some(NOW), Some(NOW), None));
        let found = read!(store, |c| refresh_tokens::by_id(c, &two.id)).unwrap();
        assert_eq!(found.revoked_at, None);
        assert!(is_live(&store, &access).await);
    }
}

/// Four families, each with a token: zoe's to the app, in one session and on one
/// consent, then by the same consent in another session, zoe's to another client in the first
/// session, and max's to the app.
struct Families {
    zoe: User,
    app: Client,
    grants: [Grant; 4],
    tokens: Vec<AccessToken>,
}

impl Families {
    async fn new(store: &Store) -> Self {
        let (zoe, app) = parties(store).await;
        let (max, other) = (user("max"), client("other"));
        commit!(store, |tx| users::insert(tx, &max));
        commit!(store, |tx| clients::insert(tx, &other));
        let first = grant(&zoe, &app);
        let grants = [
            first.clone(),
            Grant {
                consent_id: first.consent_id.clone(),
                ..grant(&zoe, &app)
            },
            Grant {
                session_id: first.session_id.clone(),
                ..grant(&zoe, &other)
            },
            // Given without a session and without a consent.
            Grant {
                session_id: None,
                consent_id: None,
                ..grant(&max, &app)
            },
        ];
        let mut tokens = Vec::new();
        for grant in &grants {
            let client = if grant.client_id == app.id {
                &app
            } else {
                &other
            };
            tokens.push(commit!(store, |tx| issue(tx, grant, client)));
        }
        Self {
            zoe,
            app,
            grants,
            tokens,
        }
    }

    async fn live(&self, store: &Store) -> Vec<bool> {
        let mut live = Vec::new();
        for token in &self.tokens {
            live.push(is_live(store, token).await);
        }
        live
    }
}
