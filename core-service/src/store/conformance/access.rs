//! Access tokens: the one read that says whether a token counts.

use super::{conformance, fixtures::*};
use crate::{
    domain::{
        client::{Client, ClientStatus},
        id::{TokenId, time_ordered},
        token::AccessToken,
        user::User,
    },
    store::{
        Column, Cursor, Store, StoreError, access_tokens, clients, grants,
        token_list::{self, Filter, TokenStatus},
        totals, users,
    },
};

conformance! {
    async fn the_state_of_a_token_is_read_at_once(store: Store) {
        let (user, app) = parties(&store).await;
        let grant = grant(&user, &app);
        let token = commit!(store, |tx| issue(tx, &grant, &app));
        let own = access_token(&app, None);
        commit!(store, |tx| access_tokens::insert(tx, &own));

        let state = read!(store, |c| access_tokens::state(c, &token.id)).unwrap();
        assert_eq!(format!("{:?}", state.token), format!("{token:?}"));
        assert_eq!(state.revoked_at, None);
        assert_eq!(state.client_status, Some(ClientStatus::Active));
        let of = state.grant.as_ref().unwrap();
        assert_eq!((&of.user_id, of.username.as_str()), (&user.id, "zoe"));
        assert!(of.user_active && of.revoked_at.is_none());
        assert!(state.is_live(NOW));

        let state = read!(store, |c| access_tokens::state(c, &own.id)).unwrap();
        assert!(state.grant.is_none() && state.is_live(NOW));
        assert!(!state.is_live(own.expires_at));

        assert!(read!(store, |c| access_tokens::state(c, &TokenId::from(uuid::Uuid::nil()))).is_none());
        let mut transaction = store.begin().await.unwrap();
        let result = access_tokens::insert(&mut transaction, &token).await;
        assert!(matches!(result, Err(StoreError::Conflict(Column::Id))), "{result:?}");
    }

    async fn a_revoked_token_ends_alone(store: Store) {
        let (user, app) = parties(&store).await;
        let grant = grant(&user, &app);
        let token = commit!(store, |tx| issue(tx, &grant, &app));
        let sibling = access_token(&app, Some(&grant));
        commit!(store, |tx| access_tokens::insert(tx, &sibling));
        assert!(commit!(store, |tx| access_tokens::revoke(tx, &token.id, NOW)));
        assert!(!commit!(store, |tx| access_tokens::revoke(tx, &token.id, NOW)));
        assert!(!is_live(&store, &token).await);
        assert!(is_live(&store, &sibling).await);
    }

    async fn a_client_s_own_tokens_end_together(store: Store) {
        let (user, app) = parties(&store).await;
        let other = client("other");
        commit!(store, |tx| clients::insert(tx, &other));
        let of_person = commit!(store, |tx| issue(tx, &grant(&user, &app), &app));
        let own = [access_token(&app, None), access_token(&app, None), access_token(&other, None)];
        for token in &own {
            commit!(store, |tx| access_tokens::insert(tx, token));
        }
        assert_eq!(commit!(store, |tx| access_tokens::revoke_own_of_client(tx, &app.id, NOW)).tokens, 2);
        assert_eq!(commit!(store, |tx| access_tokens::revoke_own_of_client(tx, &app.id, NOW)).tokens, 0);
        assert!(!is_live(&store, &own[0]).await && !is_live(&store, &own[1]).await);
        assert!(is_live(&store, &own[2]).await && is_live(&store, &of_person).await);
    }

    async fn own_tokens_beyond_the_newest_end_by_one_mark(store: Store) {
        let (user, app) = parties(&store).await;
        let later = NOW + HOUR / 2;
        let made = |at| AccessToken { id: time_ordered(at).into(), ..access_token(&app, None) };
        let of_person = commit!(store, |tx| issue(tx, &grant(&user, &app), &app));
        let old = [1, 2, 3, 4].map(|second| made(NOW + second * SECOND));
        let recent = made(later - SECOND);
        for token in old.iter().chain([&recent]) {
            commit!(store, |tx| access_tokens::insert(tx, token));
        }
        let end = async |at| commit!(store, |tx| access_tokens::revoke_own_beyond(tx, &app.id, at, 2));
        let ended = end(later).await;
        assert_eq!((ended.tokens, ended.more), (3, true));
        assert_eq!(end(later).await.tokens, 0);
        for token in old.iter().chain([&recent]) {
            assert!(!is_live(&store, token).await);
        }
        assert!(is_live(&store, &of_person).await, "those of people end with their grants");
        let state = read!(store, |c| access_tokens::state(c, &old[1].id)).unwrap();
        assert_eq!((state.revoked_at, state.ended_with_others), (None, true), "its record is not touched");
        let state = read!(store, |c| access_tokens::state(c, &old[2].id)).unwrap();
        assert_eq!((state.revoked_at, state.ended_with_others), (Some(later), false));
        // In the same millisecond, and by a process whose clock goes before ours or after it.
        for at in [later, later - 9 * SECOND, later + 9 * SECOND] {
            let next = made(at);
            commit!(store, |tx| access_tokens::insert(tx, &next));
            assert!(is_live(&store, &next).await);
        }
        // A clock that goes back lets nothing count again.
        end(NOW).await;
        assert!(!is_live(&store, &old[0]).await);
    }

    async fn what_a_mark_ended_is_listed_as_revoked(store: Store) {
        let (_, app) = parties(&store).await;
        let old = [1, 2].map(|second| AccessToken { id: time_ordered(NOW - second * 20 * SECOND).into(), ..access_token(&app, None) });
        for token in &old {
            commit!(store, |tx| access_tokens::insert(tx, token));
        }
        let unmarked = Client { created_at: NOW - HOUR, ..app.clone() };
        commit!(store, |tx| clients::delete(tx, &app.id, NOW - HOUR));
        commit!(store, |tx| clients::insert(tx, &unmarked));
        assert!(is_live(&store, &old[0]).await);
        let ended = commit!(store, |tx| access_tokens::revoke_own_beyond(tx, &app.id, NOW, 0));
        assert_eq!((ended.tokens, ended.more), (0, true));
        let page = read!(store, |c| token_list::access(c, &Filter::default(), &Cursor::First, 10, NOW));
        let statuses: Vec<_> = page.page.items.iter().map(|token| token.status(NOW)).collect();
        assert_eq!(statuses, [TokenStatus::Revoked, TokenStatus::Revoked]);
        let active = Filter { status: Some(TokenStatus::Active), ..Filter::default() };
        let page = read!(store, |c| token_list::access(c, &active, &Cursor::First, 10, NOW));
        assert!(page.page.items.is_empty());
        assert_eq!(read!(store, |c| totals::of_client(c, &app.id, NOW, 10)), [0, 0]);
    }

    async fn the_next_client_of_an_id_has_no_tokens_of_the_one_before(store: Store) {
        for (name, later) in [("at-once", NOW), ("soon", NOW + SECOND), ("later", NOW + HOUR / 2)] {
            let app = client(name);
            commit!(store, |tx| clients::insert(tx, &app));
            let token = access_token(&app, None);
            commit!(store, |tx| access_tokens::insert(tx, &token));
            assert!(commit!(store, |tx| clients::delete(tx, &app.id, later)));
            assert!(!is_live(&store, &token).await);
            let next = Client { created_at: later, ..app.clone() };
            commit!(store, |tx| clients::insert(tx, &next));
            assert!(!is_live(&store, &token).await, "{name}");
        }
    }

    async fn a_client_or_user_switched_off_ends_all_tokens_until_switched_on(store: Store) {
        let (zoe, app) = parties(&store).await;
        let (max, other) = (user("max"), client("other"));
        commit!(store, |tx| users::insert(tx, &max));
        commit!(store, |tx| clients::insert(tx, &other));
        let zoe_app = commit!(store, |tx| issue(tx, &grant(&zoe, &app), &app));
        let max_app = commit!(store, |tx| issue(tx, &grant(&max, &app), &app));
        let zoe_other = commit!(store, |tx| issue(tx, &grant(&zoe, &other), &other));
        let app_own = access_token(&app, None);
        commit!(store, |tx| access_tokens::insert(tx, &app_own));
        let live = async || [
            is_live(&store, &zoe_app).await,
            is_live(&store, &max_app).await,
            is_live(&store, &zoe_other).await,
            is_live(&store, &app_own).await,
        ];
        assert_eq!(live().await, [true, true, true, true]);
        for status in [ClientStatus::Inactive, ClientStatus::Pending] {
            commit!(store, |tx| clients::update(tx, &Client { status, ..app.clone() }));
            assert_eq!(live().await, [false, false, true, false]);
        }
        commit!(store, |tx| clients::update(tx, &app));
        commit!(store, |tx| users::update(tx, &User { active: false, ..zoe.clone() }));
        assert_eq!(live().await, [false, true, false, true]);
        commit!(store, |tx| users::update(tx, &zoe));
        assert_eq!(live().await, [true, true, true, true]);
    }

    async fn a_token_without_its_family_does_not_count(store: Store) {
        let (user, app) = parties(&store).await;
        let lost = access_token(&app, Some(&grant(&user, &app)));
        commit!(store, |tx| access_tokens::insert(tx, &lost));
        assert!(!is_live(&store, &lost).await);
    }

    async fn ids_sort_by_time(store: Store) {
        let app = client("app");
        let mut made = Vec::new();
        // A carry through every byte of the time, and several in one millisecond later on.
        for exponent in 0..47 {
            let id = time_ordered(crate::domain::time::Timestamp(1 << exponent));
            let token = AccessToken {
                id: id.into(),
                ..access_token(&app, None)
            };
            made.push(token.id);
            commit!(store, |tx| access_tokens::insert(tx, &token));
        }
        let mut connection = store.read().await.unwrap();
        let sorted: Vec<TokenId> = crate::store::sql!(&mut connection, |conn| {
            sqlx::query_scalar::<_, TokenId>("SELECT id FROM access_tokens ORDER BY id").fetch_all(conn)
        }).unwrap();
        assert_eq!(sorted, made);
    }

    async fn a_family_of_a_deleted_grant_does_not_come_back(store: Store) {
        let (user, app) = parties(&store).await;
        let grant = grant(&user, &app);
        let token = commit!(store, |tx| issue(tx, &grant, &app));
        assert!(commit!(store, |tx| clients::delete(tx, &app.id, NOW)));
        // The same client_id, registered anew.
        commit!(store, |tx| clients::insert(tx, &app));
        assert!(!is_live(&store, &token).await);
        assert!(read!(store, |c| grants::by_id(c, &grant.id)).is_none());
    }
}
