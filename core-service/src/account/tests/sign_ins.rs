use authgate_proto::v1;

use super::*;
use crate::account::sign_ins::{end, list};

fn of(id: &str) -> v1::EndSignInRequest {
    v1::EndSignInRequest {
        id: id.to_owned(),
        ..v1::EndSignInRequest::default()
    }
}

async fn shown(core: &Core, browser: &Browser) -> Vec<String> {
    let listed = list(
        core,
        &browser.ctx,
        &browser.person,
        v1::ListSignInsRequest {},
    )
    .await;
    let sign_ins = listed.unwrap().sign_ins;
    assert!(sign_ins[0].current && sign_ins.iter().skip(1).all(|it| !it.current));
    sign_ins.into_iter().map(|sign_in| sign_in.id).collect()
}

conformance! {
    async fn this_browser_comes_first_then_the_one_used_last(database: Database) {
        let (core, ada, bob) = two_people(database).await;
        let user = &ada.person.user;
        let (two, three) = (browser(&core, user).await, browser(&core, user).await);
        for (browser, minutes) in [(&three, 5), (&two, 9), (&bob, 9)] {
            let ctx = Ctx { now: START + minutes * MINUTE, ..browser.ctx.clone() };
            session::required(&core, &ctx).await.unwrap();
        }
        let [one, two_id, three_id] = [&ada, &two, &three].map(|it| it.person.session.id.to_string());
        assert_eq!(shown(&core, &ada).await, [one.clone(), two_id.clone(), three_id.clone()]);
        assert_eq!(shown(&core, &three).await, [three_id.clone(), two_id.clone(), one.clone()]);
        let [first, ..] = &list(&core, &ada.ctx, &ada.person, v1::ListSignInsRequest {}).await.unwrap().sign_ins[..] else {
            panic!("none")
        };
        assert_eq!((first.client_ip.as_str(), first.user_agent.as_str()), ("192.0.2.1", "browser"));
        assert_eq!(first.created_at, START.0);
        assert!(!first.remembered);
        // The third idles longer than the settings let it, the first is the one that asks.
        let later = Browser { ctx: request(36 * MINUTE, None), person: ada.person.clone() };
        assert_eq!(shown(&core, &later).await, [one, two_id]);
    }

    async fn one_is_ended_and_stays_so(database: Database) {
        let (core, ada, bob) = two_people(database).await;
        let other = browser(&core, &ada.person.user).await;
        let (inspector, app) = (inspector(&core).await, app(&core, "App", false).await);
        let (_, tokens) = issue(&core, &other.person, &app, MINUTE).await;
        let id = other.person.session.id.to_string();
        for foreign in [id.as_str(), "", "nobody's", "\0"] {
            let result = end(&core, &bob.ctx, &bob.person, of(foreign)).await;
            assert!(matches!(result, Err(Error::NotFound(_) | Error::Invalid(_))), "{result:?}");
        }
        session::required(&core, &other.ctx).await.unwrap();
        for _ in 0..2 {
            end(&core, &ada.ctx, &ada.person, of(&id)).await.unwrap();
        }
        assert!(session::current(&core, &other.ctx).await.unwrap().is_none());
        assert_eq!(shown(&core, &ada).await.len(), 1);
        // What it approved stays.
        assert!(counts(&core, &inspector, &tokens.access).await);
    }

    async fn to_end_this_one_is_to_sign_out(database: Database) {
        let (core, ada, _) = two_people(database).await;
        end(&core, &ada.ctx, &ada.person, of(ada.person.session.id.as_str())).await.unwrap();
        assert!(session::current(&core, &ada.ctx).await.unwrap().is_none());
    }
}
