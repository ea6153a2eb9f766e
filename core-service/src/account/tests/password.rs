use authgate_proto::v1::{self, PasswordRefusal};
use secrecy::SecretString;

use super::*;
use crate::{
    account::{password::change, test_support::save},
    identity::{Authentication, authenticate},
};

const OLD: &str = "the old password";
const NEW: &str = "the new password";

/// Ada with a password and an address, in a browser.
async fn with_password(database: Database) -> (Core, Browser) {
    let (core, ada) = core_with(database, |_| ()).await;
    let hash = core.passwords.hash(&SecretString::from(OLD)).await.unwrap();
    let ada = User {
        password_hash: Some(hash),
        email: Some("ada@example.com".to_owned()),
        ..ada
    };
    save(&core, &ada).await;
    let browser = browser(&core, &ada).await;
    (core, browser)
}

async fn ask(
    core: &Core,
    browser: &Browser,
    current: &str,
    new: &str,
) -> Result<v1::ChangePasswordResponse, Error> {
    let request = v1::ChangePasswordRequest {
        current_password: current.to_owned(),
        new_password: new.to_owned(),
    };
    change(core, &browser.ctx, &browser.person, request).await
}

async fn is_password(core: &Core, password: &str) -> bool {
    let password = SecretString::from(password);
    let ctx = request(MINUTE, None);
    matches!(
        authenticate(core, &ctx, "ada", &password).await.unwrap(),
        Authentication::Proven { .. }
    )
}

conformance! {
    async fn a_new_password_ends_all_that_the_old_one_opened(database: Database) {
        let (core, ada) = with_password(database).await;
        let other = browser(&core, &ada.person.user).await;
        let (inspector, app) = (inspector(&core).await, app(&core, "App", false).await);
        let (_, tokens) = issue(&core, &ada.person, &app, MINUTE).await;
        assert!(counts(&core, &inspector, &tokens.access).await);

        let answer = ask(&core, &ada, OLD, NEW).await.unwrap();
        assert_eq!(answer.refusal(), PasswordRefusal::Unspecified);
        let cookie = answer.cookie.unwrap();
        assert!(is_password(&core, NEW).await && !is_password(&core, OLD).await);
        assert!(!counts(&core, &inspector, &tokens.access).await);
        assert!(!counts(&core, &inspector, &tokens.refresh).await);
        for gone in [&ada.ctx, &other.ctx] {
            assert!(session::current(&core, gone).await.unwrap().is_none());
        }
        let goes_on = session::required(&core, &request(2 * MINUTE, Some(&cookie.value))).await.unwrap();
        assert_eq!(goes_on.session.auth_time, ada.ctx.now);
        // The same form once more.
        refused!(ask(&core, &ada, OLD, NEW), Error::Outdated);
    }

    async fn what_is_no_password_is_refused(database: Database) {
        let (core, mut ada) = with_password(database).await;
        let mut user = ada.person.user.clone();
        user.username = "ada.lovelace".to_owned();
        ada.person.user = user;
        for (new, expected) in [
            ("", PasswordRefusal::TooShort),
            ("1234567", PasswordRefusal::TooShort),
            ("żółw żó", PasswordRefusal::TooShort),
            (&"x".repeat(1025), PasswordRefusal::TooLong),
            ("ADA.Lovelace ", PasswordRefusal::TooEasy),
            ("Ada@example.COM", PasswordRefusal::TooEasy),
            (OLD, PasswordRefusal::TooEasy),
        ] {
            let answer = ask(&core, &ada, OLD, new).await.unwrap();
            assert_eq!((answer.refusal(), answer.cookie), (expected, None), "{new:?}");
        }
        assert!(is_password(&core, OLD).await);
        session::required(&core, &ada.ctx).await.unwrap();
    }

    async fn guesses_are_counted_as_at_sign_in(database: Database) {
        let (core, ada) = with_password(database).await;
        for _ in 0..5 {
            let answer = ask(&core, &ada, "a guess", NEW).await.unwrap();
            assert_eq!(answer.refusal(), PasswordRefusal::WrongCurrent);
        }
        let Err(Error::OAuth(error)) = ask(&core, &ada, OLD, NEW).await else { panic!("not slowed down") };
        assert_eq!((error.code.as_str(), error.retry_after), ("rate_limit_exceeded", Some(60)));
        let later = Browser { ctx: Ctx { now: ada.ctx.now + 2 * MINUTE, ..ada.ctx.clone() }, person: ada.person.clone() };
        let answer = ask(&core, &later, OLD, NEW).await.unwrap();
        assert_eq!(answer.refusal(), PasswordRefusal::Unspecified);
    }

    async fn who_has_no_password_here_has_none_to_change(database: Database) {
        let (core, ada, bob) = two_people(database).await;
        refused!(ask(&core, &bob, "", NEW), Error::Precondition(_));
        let user = User { auth_source: "ldap".to_owned(), password_hash: Some("$2".to_owned()), ..ada.person.user.clone() };
        let ldap = Browser { person: SignedIn { user, ..ada.person.clone() }, ctx: ada.ctx.clone() };
        refused!(ask(&core, &ldap, "", NEW), Error::Precondition(_));
    }
}
