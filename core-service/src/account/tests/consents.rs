use authgate_proto::v1;

use super::*;
use crate::{
    account::consents::{list, revoke},
    authorize::remembered,
};

/// The consent of `person` to `app`.
pub(super) async fn consent(
    core: &Core,
    person: &SignedIn,
    app: &App,
    after: Duration,
) -> ConsentId {
    let mut transaction = core.store.begin().await.unwrap();
    let id = remembered::remember(
        &mut transaction,
        &request(after, None),
        &person.user.id,
        &app.client.id,
        &ScopeSet::parse("openid read").unwrap(),
        &ScopeSet::default(),
    )
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    id
}

fn of(id: &ConsentId) -> v1::RevokeConsentRequest {
    v1::RevokeConsentRequest {
        id: id.to_string(),
        ..v1::RevokeConsentRequest::default()
    }
}

async fn page(core: &Core, of: &Browser, token: &str) -> v1::ListConsentsResponse {
    let request = v1::ListConsentsRequest {
        page_size: 2,
        page_token: token.to_owned(),
    };
    list(core, &of.ctx, &of.person, request).await.unwrap()
}

fn ids(page: &v1::ListConsentsResponse) -> Vec<&str> {
    page.consents
        .iter()
        .map(|consent| consent.id.as_str())
        .collect()
}

conformance! {
    async fn what_is_taken_back_ends_with_all_tokens(database: Database) {
        let (core, ada, bob) = two_people(database).await;
        let (inspector, first) = (inspector(&core).await, app(&core, "App", false).await);
        let other = app(&core, "Other", false).await;
        let id = consent(&core, &ada.person, &first, MINUTE).await;
        let of_bob = consent(&core, &bob.person, &first, MINUTE).await;
        // One stands on the consent, one on none, one is another app's, one another person's.
        let (_, code) = approve(&core, &ada.person, &first, "read", MINUTE, Some(id.clone())).await;
        let redeemed = ask(&core, &first, MINUTE, TokenRequest {
            grant_type: "authorization_code".to_owned(),
            code: code.into_string(),
            ..TokenRequest::default()
        });
        let standing = Tokens::from(redeemed.await.unwrap());
        let (_, loose) = issue(&core, &ada.person, &first, MINUTE).await;
        let (_, elsewhere) = issue(&core, &ada.person, &other, MINUTE).await;
        let (_, bobs) = issue(&core, &bob.person, &first, MINUTE).await;

        let shown = page(&core, &ada, "").await;
        let [consent] = shown.consents.as_slice() else { panic!("{shown:?}") };
        assert_eq!(consent.app.as_ref().unwrap().name, "App");
        assert_eq!((consent.scopes.join(" ").as_str(), consent.granted_at), ("openid read", (START + MINUTE).0));
        assert!(consent.live_grants >= 1);
        assert_eq!((consent.user_id.as_str(), consent.username.as_str()), ("", ""));

        refused!(revoke(&core, &ada.ctx, &ada.person, of(&of_bob)), Error::NotFound(_));
        refused!(revoke(&core, &ada.ctx, &ada.person, of(&"".into())), Error::NotFound(_));
        for _ in 0..2 {
            let answer = revoke(&core, &ada.ctx, &ada.person, of(&id)).await.unwrap();
            assert_eq!((answer.id, answer.live_grants), (id.to_string(), 0));
        }
        for (tokens, expected) in [(&standing, false), (&loose, false), (&elsewhere, true), (&bobs, true)] {
            assert_eq!(counts(&core, &inspector, &tokens.access).await, expected);
            assert_eq!(counts(&core, &inspector, &tokens.refresh).await, expected);
        }
        assert!(page(&core, &ada, "").await.consents.is_empty());
        assert_eq!(ids(&page(&core, &bob, "").await), [of_bob.as_str()]);
    }

    async fn a_list_is_paged_through(database: Database) {
        let (core, ada, _) = two_people(database).await;
        let mut all = Vec::new();
        for minute in 1..=3 {
            let app = app(&core, &format!("App {minute}"), false).await;
            all.insert(0, consent(&core, &ada.person, &app, minute * MINUTE).await.to_string());
        }
        let first = page(&core, &ada, "").await;
        assert_eq!(ids(&first), all[..2]);
        assert!(first.previous_page_token.is_empty());
        let second = page(&core, &ada, &first.next_page_token).await;
        assert_eq!(ids(&second), all[2..]);
        assert_eq!(ids(&page(&core, &ada, &second.previous_page_token).await), all[..2]);
        assert_eq!(ids(&page(&core, &ada, "last").await), all[1..]);
        let request = v1::ListConsentsRequest { page_size: 2, page_token: "3".to_owned() };
        refused!(list(&core, &ada.ctx, &ada.person, request), Error::Invalid(_));
    }
}
