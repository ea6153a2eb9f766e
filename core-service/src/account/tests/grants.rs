use authgate_proto::v1;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::*;
use crate::{
    account::grants::{disable, enable, list, revoke, revoke_all},
    authorize::authorize,
    domain::secret::sha256,
    store::{access_tokens, refresh_tokens, sessions},
    tokeninfo, userinfo,
};

fn of(grant: &Grant) -> v1::GrantRequest {
    v1::GrantRequest {
        id: grant.id.to_string(),
    }
}

async fn page(core: &Core, of: &Browser, request: v1::ListGrantsRequest) -> v1::ListGrantsResponse {
    list(core, &of.ctx, &of.person, request).await.unwrap()
}

async fn shown(core: &Core, of: &Browser, search: &str, status: &str) -> Vec<String> {
    let request = v1::ListGrantsRequest {
        search: search.to_owned(),
        status: status.to_owned(),
        ..v1::ListGrantsRequest::default()
    };
    page(core, of, request)
        .await
        .grants
        .into_iter()
        .map(|grant| grant.id)
        .collect()
}

/// Whether an access token still opens what it opens.
async fn opens(core: &Core, access_token: &str) -> [bool; 2] {
    let ctx = request(MINUTE, None);
    let access_token = access_token.to_owned();
    let asked = v1::TokenInfoRequest {
        access_token: access_token.clone(),
    };
    let info = tokeninfo::tokeninfo(core, &ctx, asked).await;
    let asked = v1::UserInfoRequest { access_token };
    [
        info.is_ok(),
        userinfo::userinfo(core, &ctx, asked).await.is_ok(),
    ]
}

conformance! {
    async fn nothing_of_a_disabled_grant_counts_until_it_is_enabled(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let (inspector, app) = (inspector(&core).await, app(&core, "App", false).await);
        let (grant, tokens) = issue(&core, &ada.person, &app, MINUTE).await;
        let (_, untouched) = issue(&core, &ada.person, &app, MINUTE).await;
        for _ in 0..2 {
            assert!(counts(&core, &inspector, &tokens.access).await);
            assert!(counts(&core, &inspector, &tokens.refresh).await);
            assert_eq!(opens(&core, &tokens.access).await, [true, true]);

            for _ in 0..2 {
                let answer = disable(&core, &ada.ctx, &ada.person, of(&grant)).await.unwrap();
                assert_eq!(answer.status, "disabled");
            }
            assert!(!counts(&core, &inspector, &tokens.access).await);
            assert!(!counts(&core, &inspector, &tokens.refresh).await);
            assert_eq!(opens(&core, &tokens.access).await, [false, false]);
            let error = refresh(&core, &app, MINUTE, &tokens.refresh).await.unwrap_err();
            assert_eq!(error.code.as_str(), "invalid_grant");
            assert!(error.description.contains("disabled"), "{error}");
            assert!(counts(&core, &inspector, &untouched.access).await);

            for _ in 0..2 {
                let answer = enable(&core, &ada.ctx, &ada.person, of(&grant)).await.unwrap();
                assert_eq!(answer.status, "active");
            }
        }
        refresh(&core, &app, MINUTE, &tokens.refresh).await.unwrap();
    }

    async fn a_revoked_grant_is_over_for_good(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let (inspector, app) = (inspector(&core).await, app(&core, "App", false).await);
        let (grant, tokens) = issue(&core, &ada.person, &app, MINUTE).await;
        assert!(counts(&core, &inspector, &tokens.access).await);
        for _ in 0..2 {
            let answer = revoke(&core, &ada.ctx, &ada.person, of(&grant)).await.unwrap();
            assert_eq!((answer.status.as_str(), answer.refreshable), ("revoked", false));
        }
        assert!(!counts(&core, &inspector, &tokens.access).await);
        assert!(!counts(&core, &inspector, &tokens.refresh).await);
        refused!(enable(&core, &ada.ctx, &ada.person, of(&grant)), Error::Precondition(_));
        refused!(disable(&core, &ada.ctx, &ada.person, of(&grant)), Error::Precondition(_));
        refresh(&core, &app, MINUTE, &tokens.refresh).await.unwrap_err();
    }

    async fn a_disabled_grant_can_be_revoked(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let app = app(&core, "App", false).await;
        let (grant, _) = issue(&core, &ada.person, &app, MINUTE).await;
        disable(&core, &ada.ctx, &ada.person, of(&grant)).await.unwrap();
        let answer = revoke(&core, &ada.ctx, &ada.person, of(&grant)).await.unwrap();
        assert_eq!(answer.status, "revoked");
    }

    async fn what_is_somebody_else_s_is_not_found(database: Database) {
        let (core, ada, bob) = two_people(database).await;
        let (inspector, app) = (inspector(&core).await, app(&core, "App", false).await);
        let (grant, tokens) = issue(&core, &ada.person, &app, MINUTE).await;
        for id in [grant.id.to_string(), uuid::Uuid::nil().to_string(), "1'; --\0".to_owned(), String::new()] {
            let request = || v1::GrantRequest { id: id.clone() };
            refused!(revoke(&core, &bob.ctx, &bob.person, request()), Error::NotFound(_));
            refused!(disable(&core, &bob.ctx, &bob.person, request()), Error::NotFound(_));
            refused!(enable(&core, &bob.ctx, &bob.person, request()), Error::NotFound(_));
        }
        assert!(shown(&core, &bob, "", "").await.is_empty());
        assert!(counts(&core, &inspector, &tokens.access).await);
    }

    async fn a_list_shows_what_there_is_to_know(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let app = app(&core, "<script>alert(1)</script>", false).await;
        let (grant, tokens) = issue(&core, &ada.person, &app, MINUTE).await;
        refresh(&core, &app, 3 * MINUTE, &tokens.refresh).await.unwrap();
        // Never redeemed: nobody holds anything.
        approve(&core, &ada.person, &app, "read", MINUTE, None).await;
        let page = page(&core, &ada, v1::ListGrantsRequest::default()).await;
        let [shown] = page.grants.as_slice() else { panic!("{page:?}") };
        assert_eq!(shown.id, grant.id.to_string());
        assert_eq!(shown.app.as_ref().unwrap().name, "<script>alert(1)</script>");
        assert_eq!(shown.scopes, ["openid", "read"]);
        assert_eq!(shown.status, "active");
        assert_eq!((shown.client_ip.as_str(), shown.user_agent.as_str()), ("192.0.2.9", "app <b>1</b>"));
        assert_eq!(shown.created_at, grant.created_at.0);
        assert_eq!(shown.last_used_at, (START + 3 * MINUTE).0);
        assert_eq!(shown.expires_at, grant.expires_at.0);
        assert!(shown.refreshable);
    }

    async fn a_grant_says_in_which_browser_it_was_approved(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let app = app(&core, "App", false).await;
        consents::consent(&core, &ada.person, &app, MINUTE).await;
        let verifier = "v".repeat(43);
        let asked = v1::AuthorizeRequest {
            client_id: app.client.id.to_string(),
            redirect_uri: "https://app.example/cb".to_owned(),
            response_type: "code".to_owned(),
            scope: "openid read".to_owned(),
            code_challenge: URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes())),
            code_challenge_method: "S256".to_owned(),
            ..v1::AuthorizeRequest::default()
        };
        let answer = authorize(&core, &ada.ctx, asked).await.unwrap();
        let Some(v1::authorize_response::Next::Client(answer)) = answer.next else { panic!("{answer:?}") };
        let code = answer.parameters.iter().find(|parameter| parameter.name == "code").unwrap();
        let redeemed = ask(&core, &app, MINUTE, TokenRequest {
            grant_type: "authorization_code".to_owned(),
            code: code.value.clone(),
            redirect_uri: "https://app.example/cb".to_owned(),
            code_verifier: verifier,
            ..TokenRequest::default()
        });
        redeemed.await.unwrap();
        let [shown] = page(&core, &ada, v1::ListGrantsRequest::default()).await.grants.try_into().unwrap();
        assert_eq!((shown.client_ip.as_str(), shown.user_agent.as_str()), ("192.0.2.1", "browser"));
        let long = Ctx { user_agent: "\u{1f980}".repeat(300), ..ada.ctx };
        assert_eq!(long.kept_user_agent().chars().count(), 256);
    }

    async fn a_grant_without_a_token_that_lasts_has_expired(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let app = app(&core, "App", false).await;
        let (grant, tokens) = issue(&core, &ada.person, &app, MINUTE).await;
        let id = PlainToken::presented(&tokens.refresh).record_id().unwrap().to_string();
        let mut transaction = core.store.begin().await.unwrap();
        refresh_tokens::rotate(&mut transaction, &id, "lost", START).await.unwrap();
        transaction.commit().await.unwrap();
        let [shown_now] = page(&core, &ada, v1::ListGrantsRequest::default()).await.grants.try_into().unwrap();
        assert_eq!((shown_now.status.as_str(), shown_now.refreshable), ("active", false));
        let later = Browser { ctx: request(47 * HOUR, None), person: ada.person.clone() };
        assert!(shown(&core, &later, "", "").await.is_empty());
        assert_eq!(shown(&core, &later, "", "expired").await, [grant.id.to_string()]);
        refused!(enable(&core, &later.ctx, &later.person, of(&grant)), Error::Precondition(_));
    }

    async fn a_list_is_searched_and_filtered(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let percent = app(&core, "100%_Sure ŻÓŁW", false).await;
        let other = app(&core, "Other", false).await;
        let (one, _) = issue(&core, &ada.person, &percent, MINUTE).await;
        let (two, _) = issue(&core, &ada.person, &other, 2 * MINUTE).await;
        let (three, _) = issue(&core, &ada.person, &other, 3 * MINUTE).await;
        disable(&core, &ada.ctx, &ada.person, of(&two)).await.unwrap();
        revoke(&core, &ada.ctx, &ada.person, of(&three)).await.unwrap();
        let [one, two, three] = [one, two, three].map(|grant| grant.id.to_string());
        for (search, status, expected) in [
            ("", "", vec![&two, &one]),
            ("", "active", vec![&one]),
            ("", "disabled", vec![&two]),
            ("", "revoked", vec![&three]),
            ("", "expired", vec![]),
            ("%", "", vec![&one]),
            ("0%_s", "", vec![&one]),
            ("0_%s", "", vec![]),
            (" żółw ", "", vec![&one]),
            ("OTHER", "", vec![&two]),
            (other.client.id.as_str(), "revoked", vec![&three]),
            ("READ", "", vec![&two, &one]),
            ("\\", "", vec![]),
            ("'; DROP TABLE grants; --", "", vec![]),
        ] {
            let expected: Vec<String> = expected.into_iter().cloned().collect();
            assert_eq!(shown(&core, &ada, search, status).await, expected, "{search:?} {status:?}");
        }
        for request in [
            v1::ListGrantsRequest { status: "other".to_owned(), ..Default::default() },
            v1::ListGrantsRequest { search: "x".repeat(256), ..Default::default() },
            v1::ListGrantsRequest { search: "a\0b".to_owned(), ..Default::default() },
            v1::ListGrantsRequest { page_token: "17".to_owned(), ..Default::default() },
            v1::ListGrantsRequest { page_token: "after.17".to_owned(), ..Default::default() },
        ] {
            refused!(list(&core, &ada.ctx, &ada.person, request), Error::Invalid(_));
        }
    }

    async fn a_list_is_paged_through(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let app = app(&core, "App", false).await;
        let mut all = Vec::new();
        for minute in 1..=5 {
            all.insert(0, issue(&core, &ada.person, &app, minute * MINUTE).await.0.id.to_string());
        }
        let at = async |token: &str| {
            let request = v1::ListGrantsRequest {
                page_size: 2, page_token: token.to_owned(), ..v1::ListGrantsRequest::default()
            };
            let page = page(&core, &ada, request).await;
            let ids: Vec<String> = page.grants.into_iter().map(|grant| grant.id).collect();
            (ids, page.previous_page_token, page.next_page_token)
        };
        let (first, none, next) = at("").await;
        assert_eq!((first.as_slice(), none.as_str()), (&all[..2], ""));
        let (second, previous, next) = at(&next).await;
        assert_eq!(second, all[2..4]);
        assert_eq!(at(&previous).await.0, first);
        let (third, previous, none) = at(&next).await;
        assert_eq!((third.as_slice(), none.as_str()), (&all[4..], ""));
        assert_eq!(at(&previous).await.0, second);
        let (last, previous, none) = at("last").await;
        assert_eq!((last.as_slice(), none.as_str()), (&all[3..], ""));
        assert_eq!(at(&previous).await.0, all[1..3]);
        let beyond = format!("after.{}", uuid::Uuid::nil());
        assert_eq!(at(&beyond).await, (Vec::new(), String::new(), String::new()));
    }

    async fn everything_ends_at_once(database: Database) {
        let (core, ada, bob) = two_people(database).await;
        let (inspector, app) = (inspector(&core).await, app(&core, "App", false).await);
        let other_browser = browser(&core, &ada.person.user).await;
        let (_, one) = issue(&core, &ada.person, &app, MINUTE).await;
        let (_, two) = issue(&core, &other_browser.person, &app, MINUTE).await;
        let (_, of_bob) = issue(&core, &bob.person, &app, MINUTE).await;
        assert!(counts(&core, &inspector, &one.access).await);
        let asked = v1::RevokeAllRequest { sign_ins: false };
        let answer = revoke_all(&core, &ada.ctx, &ada.person, asked).await.unwrap();
        assert_eq!((answer.grants, answer.sign_ins, answer.cookie), (2, 0, None));
        for token in [&one.access, &one.refresh, &two.access, &two.refresh] {
            assert!(!counts(&core, &inspector, token).await);
        }
        assert!(counts(&core, &inspector, &of_bob.access).await);
        session::required(&core, &other_browser.ctx).await.unwrap();

        let asked = v1::RevokeAllRequest { sign_ins: true };
        let answer = revoke_all(&core, &ada.ctx, &ada.person, asked).await.unwrap();
        assert_eq!((answer.grants, answer.sign_ins), (0, 2));
        assert_eq!(answer.cookie, Some(session::DELETED_COOKIE));
        for browser in [&ada, &other_browser] {
            assert!(session::current(&core, &browser.ctx).await.unwrap().is_none());
        }
        session::required(&core, &bob.ctx).await.unwrap();
    }

    async fn a_suspended_refresh_token_keeps_its_family(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let (inspector, app) = (inspector(&core).await, app(&core, "App", true).await);
        let (grant, first) = issue(&core, &ada.person, &app, MINUTE).await;
        // A public client's refresh tokens rotate.
        let second = refresh(&core, &app, MINUTE, &first.refresh).await.unwrap();
        assert_ne!(second.refresh, first.refresh);
        let id = PlainToken::presented(&second.refresh).record_id().unwrap().to_string();
        let set = async |at| {
            let mut transaction = core.store.begin().await.unwrap();
            let changed = refresh_tokens::set_disabled(&mut transaction, &id, at).await.unwrap();
            transaction.commit().await.unwrap();
            changed
        };
        assert!(set(Some(START)).await && !set(Some(START)).await);
        assert!(!counts(&core, &inspector, &second.refresh).await);
        // Neither it, nor by the token before it that may ask again for a moment.
        for token in [&second.refresh, &first.refresh] {
            let error = refresh(&core, &app, MINUTE, token).await.unwrap_err();
            assert!(error.description.contains("disabled"), "{error}");
        }
        disable(&core, &ada.ctx, &ada.person, of(&grant)).await.unwrap();
        refresh(&core, &app, 2 * MINUTE, &first.refresh).await.unwrap_err();
        enable(&core, &ada.ctx, &ada.person, of(&grant)).await.unwrap();
        assert!(counts(&core, &inspector, &second.access).await);
        assert!(set(None).await && !set(None).await);
        refresh(&core, &app, MINUTE, &second.refresh).await.unwrap();
    }

    async fn a_suspended_access_token_does_not_count(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let (inspector, app) = (inspector(&core).await, app(&core, "App", false).await);
        let (_, tokens) = issue(&core, &ada.person, &app, MINUTE).await;
        assert!(counts(&core, &inspector, &tokens.access).await);
        let claims = core.keys.verify(&tokens.access, crate::keys::TokenType::AccessToken).unwrap();
        let id = crate::domain::id::TokenId::parse(claims["jti"].as_str().unwrap()).unwrap();
        for (at, expected) in [(Some(START), false), (None, true)] {
            let mut transaction = core.store.begin().await.unwrap();
            assert!(access_tokens::set_disabled(&mut transaction, &id, at).await.unwrap());
            assert!(!access_tokens::set_disabled(&mut transaction, &id, at).await.unwrap());
            transaction.commit().await.unwrap();
            assert_eq!(counts(&core, &inspector, &tokens.access).await, expected);
            assert!(counts(&core, &inspector, &tokens.refresh).await);
        }
        let mut transaction = core.store.begin().await.unwrap();
        access_tokens::revoke(&mut transaction, &id, START).await.unwrap();
        assert!(!access_tokens::set_disabled(&mut transaction, &id, Some(START)).await.unwrap());
        let session = sessions::by_id(&mut transaction, &ada.person.session.id).await.unwrap();
        assert!(session.unwrap().revoked_at.is_none());
    }
}
