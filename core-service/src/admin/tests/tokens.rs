//! Tokens on record, as admins see and end them.

use std::time::Duration;

use authgate_proto::v1;

use crate::{
    Core, Ctx,
    admin::{
        clients,
        test_support::{NOW, add_client, add_grant, add_token, add_user, counts, ctx},
        tokens,
    },
    domain::{grant::Grant, secret::PlainToken, time::Timestamp, token::RefreshToken, user::Role},
    error::Error,
    store::{conformance::conformance, refresh_tokens},
};

const SECOND: Duration = Duration::from_secs(1);

async fn add_refresh_token(core: &Core, grant: &Grant, now: Timestamp) -> String {
    let (id, token) = PlainToken::for_record(now);
    let token = RefreshToken {
        id: id.to_string(),
        hash: token.hash(),
        grant_id: grant.id,
        created_at: now,
        expires_at: grant.expires_at,
        last_used_at: Some(now),
        rotated_at: None,
        successor_id: None,
        revoked_at: None,
        disabled_at: None,
    };
    let mut transaction = core.store.begin().await.unwrap();
    refresh_tokens::insert(&mut transaction, &token)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    token.id
}

/// The ids that a list of `request` holds.
async fn ids(core: &Core, request: v1::ListTokensRequest) -> Vec<String> {
    let answer = tokens::list(core, &ctx(), request).await.unwrap();
    answer.tokens.into_iter().map(|token| token.id).collect()
}

fn named(id: &str, category: &str) -> v1::AdminTokenRequest {
    v1::AdminTokenRequest {
        id: id.to_owned(),
        category: category.to_owned(),
    }
}

fn all() -> v1::ListTokensRequest {
    v1::ListTokensRequest::default()
}

conformance! {
    async fn tokens_are_found_by_each_of_their_sides(core: Core) {
        let (ada, bob) = (add_user(&core, "ada", Role::User).await, add_user(&core, "bob", Role::User).await);
        let (app, other) = (add_client(&core).await, add_client(&core).await);
        let (_, of_ada) = add_grant(&core, &ada, &app, "openid").await;
        let (_, of_bob) = add_grant(&core, &bob, &other, "openid").await;
        let made = |seconds| NOW - 10 * SECOND + seconds * SECOND;
        let first = add_token(&core, &app, Some(&of_ada), "openid read", made(1)).await.id.to_string();
        let second = add_token(&core, &other, Some(&of_bob), "openid", made(2)).await.id.to_string();
        let third = add_token(&core, &other, None, "read_all", made(3)).await.id.to_string();
        let refresh = add_refresh_token(&core, &of_ada, made(4)).await;
        let other_refresh = add_refresh_token(&core, &of_bob, made(5)).await;

        assert_eq!(ids(&core, all()).await, [third.as_str(), &second, &first]);
        for (user, found) in [("ada", &first), (bob.id.as_str(), &second)] {
            assert_eq!(ids(&core, v1::ListTokensRequest { user: user.to_owned(), ..all() }).await, [found.as_str()]);
        }
        assert!(ids(&core, v1::ListTokensRequest { user: "eve".to_owned(), ..all() }).await.is_empty());
        let of_client = v1::ListTokensRequest { client_id: other.id.to_string(), ..all() };
        assert_eq!(ids(&core, of_client.clone()).await, [third.as_str(), &second]);
        for (scope, found) in [("read", vec![&first]), ("openid", vec![&second, &first]), ("%", vec![]), ("read_", vec![])] {
            assert_eq!(ids(&core, v1::ListTokensRequest { scope: scope.to_owned(), ..all() }).await.iter().collect::<Vec<_>>(), found, "{scope}");
        }
        for (search, found) in [("ada", &first), (other.id.as_str(), &third), ("read_all", &third), (second.as_str(), &second)] {
            assert_eq!(&ids(&core, v1::ListTokensRequest { search: search.to_owned(), ..all() }).await[0], found, "{search}");
        }
        let kind = |request: v1::ListTokensRequest| v1::ListTokensRequest { category: "refresh".to_owned(), ..request };
        assert_eq!(ids(&core, kind(all())).await, [other_refresh.as_str(), &refresh]);
        assert_eq!(ids(&core, kind(of_client)).await, [other_refresh.as_str()]);
        assert_eq!(ids(&core, kind(v1::ListTokensRequest { user: "ada".to_owned(), scope: "openid".to_owned(), ..all() })).await, [refresh.as_str()]);

        let answer = tokens::list(&core, &ctx(), v1::ListTokensRequest { user: "ada".to_owned(), ..all() }).await.unwrap();
        let token = &answer.tokens[0];
        assert_eq!((token.username.as_str(), token.user_id.as_str()), ("ada", ada.id.as_str()));
        assert_eq!((token.created_at, token.scopes.join(" ").as_str(), token.status.as_str()), (made(1).0, "openid read", "active"));
    }

    async fn tokens_go_page_by_page_there_and_back(core: Core) {
        let client = add_client(&core).await;
        let mut made = Vec::new();
        for second in 0..7_u32 {
            made.push(add_token(&core, &client, None, "read", NOW + second * SECOND).await.id.to_string());
        }
        made.reverse();
        for filter in [all(), v1::ListTokensRequest { scope: "read".to_owned(), status: "active".to_owned(), ..all() }] {
            let page = async |token: &str| {
                let request = v1::ListTokensRequest { page_size: 3, page_token: token.to_owned(), ..filter.clone() };
                let answer = tokens::list(&core, &ctx(), request).await.unwrap();
                let ids: Vec<String> = answer.tokens.into_iter().map(|token| token.id).collect();
                (ids, answer.previous_page_token, answer.next_page_token)
            };
            let (ids, previous, next) = page("").await;
            assert_eq!((ids.as_slice(), previous.as_str()), (&made[0..3], ""));
            let (ids, back, next) = page(&next).await;
            assert_eq!(ids, made[3..6]);
            assert_eq!(page(&back).await.0, made[0..3]);
            let (ids, _, next) = page(&next).await;
            assert_eq!((ids.as_slice(), next.as_str()), (&made[6..], ""));
            let (ids, previous, next) = page("last").await;
            assert_eq!((ids.as_slice(), next.as_str()), (&made[4..], ""));
            assert_eq!(page(&previous).await.0, made[1..4]);
        }
        for token in ["x", "after.x", "before.\u{1f980}", "9"] {
            let request = v1::ListTokensRequest { page_token: token.to_owned(), ..all() };
            assert!(matches!(tokens::list(&core, &ctx(), request).await, Err(Error::Invalid(_))), "{token}");
        }
        let request = v1::ListTokensRequest { status: "odd".to_owned(), ..all() };
        assert!(matches!(tokens::list(&core, &ctx(), request).await, Err(Error::Invalid(_))));
        let request = v1::ListTokensRequest { category: "id".to_owned(), ..all() };
        assert!(matches!(tokens::list(&core, &ctx(), request).await, Err(Error::Invalid(_))));
    }

    async fn a_token_is_suspended_and_counts_again(core: Core) {
        let client = add_client(&core).await;
        let token = add_token(&core, &client, None, "read", NOW).await;
        let id = token.id.to_string();
        for _ in 0..2 {
            let disabled = tokens::disable(&core, &ctx(), named(&id, "")).await.unwrap();
            assert_eq!(disabled.status, "disabled");
        }
        assert!(!counts(&core, &token).await);
        let in_status = async |status: &str| ids(&core, v1::ListTokensRequest { status: status.to_owned(), ..all() }).await.len();
        assert_eq!((in_status("disabled").await, in_status("active").await), (1, 0));
        for _ in 0..2 {
            let enabled = tokens::enable(&core, &ctx(), named(&id, "access")).await.unwrap();
            assert_eq!(enabled.status, "active");
        }
        assert!(counts(&core, &token).await);
        for _ in 0..2 {
            let revoked = tokens::revoke(&core, &ctx(), named(&id, "access")).await.unwrap();
            assert_eq!(revoked.status, "revoked");
        }
        assert!(!counts(&core, &token).await);
        assert_eq!((in_status("revoked").await, in_status("active").await, in_status("expired").await), (1, 0, 0));
        for refused in [
            tokens::enable(&core, &ctx(), named(&id, "access")).await,
            tokens::disable(&core, &ctx(), named(&id, "access")).await,
        ] {
            assert!(matches!(refused, Err(Error::Precondition(_))));
        }
        for unknown in ["x", "00000000-0000-0000-0000-000000000000"] {
            assert!(matches!(tokens::revoke(&core, &ctx(), named(unknown, "access")).await, Err(Error::NotFound(_))));
        }
    }

    async fn a_refresh_token_takes_its_family_along(core: Core) {
        let (user, client) = (add_user(&core, "ada", Role::User).await, add_client(&core).await);
        let (_, grant) = add_grant(&core, &user, &client, "openid").await;
        let access = add_token(&core, &client, Some(&grant), "openid", NOW).await;
        let refresh = add_refresh_token(&core, &grant, NOW).await;
        assert_eq!(tokens::disable(&core, &ctx(), named(&refresh, "refresh")).await.unwrap().status, "disabled");
        assert!(counts(&core, &access).await, "only the refresh token is suspended");
        assert_eq!(tokens::enable(&core, &ctx(), named(&refresh, "refresh")).await.unwrap().status, "active");
        assert_eq!(tokens::revoke(&core, &ctx(), named(&refresh, "refresh")).await.unwrap().status, "revoked");
        assert!(!counts(&core, &access).await);
        let revoked = v1::ListTokensRequest { status: "revoked".to_owned(), ..all() };
        assert_eq!(ids(&core, revoked).await, [access.id.to_string()], "by its family");
    }

    async fn a_token_that_ended_with_all_of_its_client_is_listed_as_revoked(core: Core) {
        let (client, other) = (add_client(&core).await, add_client(&core).await);
        let old = add_token(&core, &client, None, "read", NOW).await.id.to_string();
        let kept = add_token(&core, &other, None, "read", NOW).await.id.to_string();
        let later = Ctx { now: NOW + 60 * SECOND, ..ctx() };
        let request = v1::RevokeClientTokensRequest { client_id: client.id.to_string() };
        let revoked = clients::revoke_all(&core, &later, request).await.unwrap();
        assert_eq!(revoked.tokens, 1);
        let in_status = async |status: &str| {
            let request = v1::ListTokensRequest { status: status.to_owned(), ..all() };
            let answer = tokens::list(&core, &later, request).await.unwrap();
            answer.tokens.into_iter().map(|token| (token.id, token.status)).collect::<Vec<_>>()
        };
        assert_eq!(in_status("revoked").await, [(old.clone(), "revoked".to_owned())]);
        assert_eq!(in_status("active").await, [(kept, "active".to_owned())]);
        let old = named(&old, "access");
        for refused in [tokens::disable(&core, &later, old.clone()).await, tokens::enable(&core, &later, old).await] {
            assert!(matches!(refused, Err(Error::Precondition(_))), "{refused:?}");
        }
        let shown = v1::GetClientRequest { client_id: client.id.to_string() };
        assert_eq!(clients::get(&core, &later, shown).await.unwrap().live_tokens, 0);
    }

    async fn what_a_token_hangs_on_shows_in_its_status(core: Core) {
        let client = add_client(&core).await;
        add_token(&core, &client, None, "read", NOW).await;
        let status = async |ctx: &Ctx| tokens::list(&core, ctx, all()).await.unwrap().tokens[0].status.clone();
        assert_eq!(status(&ctx()).await, "active");
        let later = Ctx { now: NOW + Duration::from_secs(90_000), ..ctx() };
        assert_eq!(status(&later).await, "expired");
        let expired = v1::ListTokensRequest { status: "expired".to_owned(), ..all() };
        assert_eq!(tokens::list(&core, &later, expired).await.unwrap().tokens.len(), 1);
        let request = v1::AdminDeleteClientRequest { client_id: client.id.to_string() };
        clients::delete(&core, &ctx(), request).await.unwrap();
        assert_eq!(status(&ctx()).await, "revoked");
    }
}
