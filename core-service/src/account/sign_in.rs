//! Signing in: the form, and what came of it.

use std::time::Duration;

use authgate_proto::v1::{self, SignInRefusal, sign_in_response::Outcome};
use secrecy::SecretString;

use super::{
    redirect,
    session::{self, Proof},
    throttle,
};
use crate::{
    Actor, Core, Ctx,
    audit::{Event, EventType, Resource},
    authorize::pending::{self, Meant},
    domain::user::User,
    error::Error,
    identity::{self, Authentication},
};

const DAY: Duration = Duration::from_secs(86_400);

/// What came of a name and a password.
enum Attempt {
    Succeeded {
        user: Box<User>,
        amr: &'static str,
    },
    Failed {
        reason: SignInRefusal,
        /// Seconds; 0: at once.
        retry_after: u32,
        /// Whose name it was, for the log.
        user: Option<Box<User>>,
    },
}

/// The form, or that there is nothing to do: somebody is signed in and the
/// application that waits, if one does, asks for no new proof.
///
/// # Errors
/// UNAVAILABLE when the database is away.
pub(crate) async fn view(
    core: &Core,
    ctx: &Ctx,
    request: v1::ViewSignInRequest,
) -> Result<v1::SignInView, Error> {
    let v1::ViewSignInRequest {
        unverified_redirect,
    } = request;
    form(core, ctx, &unverified_redirect, None).await
}

/// Signs in. The browser gets a new session; the one it had is over.
///
/// # Errors
/// StaleForm when the form was made for another browser; UNAVAILABLE when the
/// database is away or too many passwords wait to be checked.
pub(crate) async fn sign_in(
    core: &Core,
    ctx: &Ctx,
    request: v1::SignInRequest,
) -> Result<v1::SignInResponse, Error> {
    let v1::SignInRequest {
        csrf_token,
        username,
        password,
        remember_me,
        unverified_redirect,
    } = request;
    let password = SecretString::from(password);
    session::verify_csrf(core, ctx, &csrf_token)?;
    let attempt = attempt(core, ctx, &username, &password).await?;
    let outcome = match attempt {
        Attempt::Succeeded { user, amr } => {
            let proof = Proof {
                user: &user,
                amr,
                remember: remember_me,
            };
            let (session_id, cookie) = session::open(core, ctx, proof).await?;
            let event = Event::new(EventType::AuthenticationSuccess, "signed in")
                .by(Actor::from(&*user))
                .about(Resource::new("SESSION", session_id, ""))
                .with("amr", amr);
            core.audit.record(ctx, event);
            Outcome::SignedIn(v1::SignedIn {
                cookie: Some(cookie),
                redirect: redirect::safe(&core.settings.issuer, &unverified_redirect),
            })
        }
        Attempt::Failed {
            reason,
            retry_after,
            user,
        } => {
            report_failure(core, ctx, reason, user.as_deref());
            Outcome::Refused(v1::SignInRefused {
                reason: reason.into(),
                retry_after,
                view: Some(form(core, ctx, &unverified_redirect, Some(username)).await?),
            })
        }
    };
    Ok(v1::SignInResponse {
        outcome: Some(outcome),
    })
}

/// Tries a name and a password, as far as failures before allow it.
async fn attempt(
    core: &Core,
    ctx: &Ctx,
    username: &str,
    password: &SecretString,
) -> Result<Attempt, Error> {
    let guard = core.throttle.sign_in(ctx, username);
    let before = guard.standing(&core.store, ctx.now).await?;
    if let Some(seconds) = before.retry_after {
        return Ok(Attempt::throttled(seconds));
    }
    let authentication = identity::authenticate(core, ctx, username, password).await?;
    // Whatever the outcome: guesses made at once must not outrun the count.
    let standing = guard.standing(&core.store, ctx.now).await?;
    if let Some(seconds) = standing.retry_after {
        return Ok(Attempt::throttled(seconds));
    }
    match authentication {
        Authentication::Refused(user) => {
            guard.failed(&core.store, ctx.now).await?;
            Ok(Attempt::failed(SignInRefusal::BadCredentials, user))
        }
        Authentication::Proven { user, .. } if !user.active => {
            Ok(Attempt::failed(SignInRefusal::Disabled, Some(user)))
        }
        Authentication::Proven { user, amr } => {
            guard.succeeded(&core.store, &standing).await?;
            Ok(Attempt::Succeeded { user, amr })
        }
    }
}

impl Attempt {
    fn failed(reason: SignInRefusal, user: Option<Box<User>>) -> Self {
        Self::Failed {
            reason,
            retry_after: 0,
            user,
        }
    }

    fn throttled(seconds: u32) -> Self {
        Self::Failed {
            reason: SignInRefusal::Throttled,
            retry_after: seconds,
            user: None,
        }
    }
}

/// Of an account that there is, its name; else not what was typed, because people type
/// passwords into the wrong field, but that it is nobody's. Who has to wait may come
/// often, and is counted.
fn report_failure(core: &Core, ctx: &Ctx, reason: SignInRefusal, user: Option<&User>) {
    let failure = || {
        let event = Event::new(EventType::AuthenticationFailure, "failed to sign in")
            .failed(reason_name(reason));
        match user {
            Some(user) => event.about(Resource::user(user)),
            None if reason == SignInRefusal::Throttled => event,
            None => event.with("account", "unknown"),
        }
    };
    if reason != SignInRefusal::Throttled {
        return core.audit.record(ctx, failure());
    }
    let address = &ctx.client_ip;
    core.audit
        .record_often(ctx, EventType::AuthenticationFailure, address, "", failure);
    throttle::report(core, ctx, "sign-in");
}

fn reason_name(reason: SignInRefusal) -> &'static str {
    match reason {
        SignInRefusal::Throttled => "throttled",
        SignInRefusal::Disabled => "disabled",
        SignInRefusal::BadCredentials | SignInRefusal::Unspecified => "bad_credentials",
    }
}

/// The form as this browser needs it. `typed` is the user name of a try before.
async fn form(
    core: &Core,
    ctx: &Ctx,
    unverified_redirect: &str,
    typed: Option<String>,
) -> Result<v1::SignInView, Error> {
    let redirect = redirect::safe(&core.settings.issuer, unverified_redirect);
    let signed_in = session::current(core, ctx).await?;
    let waiting = pending::for_sign_in(core, ctx, &redirect).await?;
    let proof_needed_after = waiting.as_ref().and_then(|it| it.reauthenticate_after);
    let reauthenticate = signed_in.as_ref().is_some_and(|signed_in| {
        proof_needed_after.is_some_and(|after| signed_in.session.auth_time <= after)
    });
    // After a failed try the form is shown whoever is signed in.
    let already_signed_in = signed_in.is_some() && !reauthenticate && typed.is_none();
    // Only the one who is meant is asked to prove it again, and is filled in.
    let same_person = signed_in.as_ref().filter(|who| {
        waiting.as_ref().is_none_or(|waiting| match &waiting.meant {
            Meant::Anybody => true,
            Meant::Choice => false,
            Meant::User(user) => *user == who.user.id,
        })
    });
    let reauthenticate = reauthenticate && same_person.is_some();
    let known = same_person.map(|who| who.user.username.clone());
    let (app, login_hint, form_action_source) = waiting.map_or_else(Default::default, |waiting| {
        (
            Some(waiting.app),
            waiting.login_hint,
            waiting.form_action_source,
        )
    });
    Ok(v1::SignInView {
        browser: Some(session::browser(core, ctx, &signed_in)),
        already_signed_in,
        redirect,
        app,
        username: typed
            .or_else(|| Some(login_hint).filter(|hint| !hint.is_empty()))
            .or(known)
            .unwrap_or_default(),
        reauthenticate,
        remember_me_days: remember_me_days(core.settings.sessions.remember_me),
        identity_providers: Vec::new(),
        form_action_source,
    })
}

/// Whole days, rounded up; 0: not offered.
fn remember_me_days(life: Option<Duration>) -> u32 {
    let days = life.map_or(0, |life| life.as_secs().div_ceil(DAY.as_secs()));
    u32::try_from(days).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        account::test_support::{MINUTE, add_user, core_with, request, save},
        config::Database,
        store::{conformance::conformance, users},
    };

    const PASSWORD: &str = "correct horse";

    /// A browser at the form: its request and the form's CSRF token.
    fn at_the_form(core: &Core, after: Duration) -> (Ctx, String) {
        let shown = session::browser(core, &request(after, None), None);
        let cookie = shown.set_cookie.unwrap().value;
        (request(after, Some(&cookie)), shown.csrf_token)
    }

    async fn post(core: &Core, after: Duration, username: &str, password: &str) -> Outcome {
        let (ctx, csrf_token) = at_the_form(core, after);
        let posted = v1::SignInRequest {
            csrf_token,
            username: username.to_owned(),
            password: password.to_owned(),
            remember_me: false,
            unverified_redirect: "//elsewhere.example".to_owned(),
        };
        sign_in(core, &ctx, posted).await.unwrap().outcome.unwrap()
    }

    fn refusal(outcome: Outcome) -> v1::SignInRefused {
        match outcome {
            Outcome::Refused(refused) => refused,
            Outcome::SignedIn(_) => panic!("signed in"),
        }
    }

    async fn give_password(core: &Core, user: &mut User) {
        let password = SecretString::from(PASSWORD);
        user.password_hash = Some(core.passwords.hash(&password).await.unwrap());
        save(core, user).await;
    }

    conformance! {
        async fn the_right_password_opens_a_session_and_leads_only_here(database: Database) {
            let (core, mut ada) = core_with(database, |_| ()).await;
            give_password(&core, &mut ada).await;
            let Outcome::SignedIn(signed_in) = post(&core, MINUTE, " ADA ", PASSWORD).await else {
                panic!("refused");
            };
            assert_eq!(signed_in.redirect, "/");
            let ctx = request(MINUTE, Some(&signed_in.cookie.unwrap().value));
            let session = session::current(&core, &ctx).await.unwrap().unwrap();
            assert_eq!(session.user.id, ada.id);
            let again = v1::ViewSignInRequest {
                unverified_redirect: "/device".to_owned(),
            };
            let view = view(&core, &ctx, again).await.unwrap();
            assert!(view.already_signed_in);
            assert_eq!(view.redirect, "/device");
        }

        async fn every_wrong_name_and_password_gets_the_same_answer(database: Database) {
            let (core, mut ada) = core_with(database, |_| ()).await;
            give_password(&core, &mut ada).await;
            add_user(&core, "no password").await;
            let mut elsewhere = add_user(&core, "elsewhere").await;
            elsewhere.auth_source = "not set up".to_owned();
            give_password(&core, &mut elsewhere).await;
            for (username, password) in [
                ("ada", "wrong"),
                ("ada", ""),
                ("ada", &"x".repeat(5000)),
                ("nobody", PASSWORD),
                ("no password", PASSWORD),
                ("elsewhere", PASSWORD),
                ("ada\0", PASSWORD),
                (&"x".repeat(5000), PASSWORD),
                ("", ""),
            ] {
                let refused = refusal(post(&core, MINUTE, username, password).await);
                assert_eq!(refused.reason(), SignInRefusal::BadCredentials);
                assert_eq!(refused.retry_after, 0);
                let view = refused.view.unwrap();
                assert_eq!(view.username, username);
                assert!(!view.already_signed_in);
                assert!(view.browser.unwrap().account.is_none());
            }
        }

        async fn only_the_right_password_is_told_that_the_account_is_switched_off(database: Database) {
            let (core, mut ada) = core_with(database, |_| ()).await;
            ada.active = false;
            give_password(&core, &mut ada).await;
            let wrong = refusal(post(&core, MINUTE, "ada", "wrong").await);
            assert_eq!(wrong.reason(), SignInRefusal::BadCredentials);
            let right = refusal(post(&core, MINUTE, "ada", PASSWORD).await);
            assert_eq!(right.reason(), SignInRefusal::Disabled);
        }

        async fn after_five_failures_every_name_waits_whether_it_is_somebody_s_or_not(database: Database) {
            let (core, mut ada) = core_with(database, |_| ()).await;
            give_password(&core, &mut ada).await;
            for username in ["ada", "nobody"] {
                for _ in 0..5 {
                    let refused = refusal(post(&core, MINUTE, username, "wrong").await);
                    assert_eq!(refused.reason(), SignInRefusal::BadCredentials);
                }
                let refused = refusal(post(&core, MINUTE, username, PASSWORD).await);
                assert_eq!(refused.reason(), SignInRefusal::Throttled);
                assert_eq!(refused.retry_after, 60);
            }
            let after_the_wait = post(&core, 2 * MINUTE, "ada", PASSWORD).await;
            assert!(matches!(after_the_wait, Outcome::SignedIn(_)));
            let forgiven = refusal(post(&core, 2 * MINUTE, "ada", "wrong").await);
            assert_eq!(forgiven.reason(), SignInRefusal::BadCredentials);
        }

        async fn what_came_of_each_try_is_noted_without_what_was_typed(database: Database) {
            let (core, mut ada) = core_with(database, |_| ()).await;
            give_password(&core, &mut ada).await;
            post(&core, MINUTE, "ada", PASSWORD).await;
            for _ in 0..5 {
                post(&core, MINUTE, "my secret typed here", "wrong").await;
            }
            post(&core, MINUTE, "ada", "wrong").await;
            for _ in 0..3 {
                post(&core, MINUTE, "my secret typed here", "wrong").await;
            }
            core.audit.flush(MINUTE).await;
            let mut connection = core.store.read().await.unwrap();
            let newest = crate::store::audit::newest(&mut connection, 100).await.unwrap();
            let mut said: Vec<_> = newest
                .iter()
                .map(|record| {
                    let entry = &record.entry;
                    assert!(!format!("{entry:?}").contains("typed here"));
                    let named = (&*entry.resource_id == ada.id.as_str()).then_some(&*entry.resource_name);
                    let account = entry.details.contains(r#""account":"unknown""#);
                    assert_eq!(account, entry.error_message == "bad_credentials" && named.is_none());
                    (&*entry.event_type, &*entry.error_message, &*entry.actor_username, named, entry.count)
                })
                .collect();
            said.sort_unstable();
            assert_eq!(
                said,
                [
                    ("AUTHENTICATION_FAILURE", "bad_credentials", "", None, 1),
                    ("AUTHENTICATION_FAILURE", "bad_credentials", "", None, 1),
                    ("AUTHENTICATION_FAILURE", "bad_credentials", "", None, 1),
                    ("AUTHENTICATION_FAILURE", "bad_credentials", "", None, 1),
                    ("AUTHENTICATION_FAILURE", "bad_credentials", "", None, 1),
                    ("AUTHENTICATION_FAILURE", "bad_credentials", "", Some("ada"), 1),
                    ("AUTHENTICATION_FAILURE", "throttled", "", None, 3),
                    ("AUTHENTICATION_SUCCESS", "", "ada", None, 1),
                    ("RATE_LIMIT_EXCEEDED", "has to wait", "", None, 3),
                ]
            );
        }

        async fn an_imported_hash_is_replaced_at_its_first_use(database: Database) {
            let (core, mut ada) = core_with(database, |_| ()).await;
            let imported = bcrypt::hash_with_salt(PASSWORD, 4, [7; 16]).unwrap();
            ada.password_hash = Some(imported.format_for_version(bcrypt::Version::TwoA));
            save(&core, &ada).await;
            refusal(post(&core, MINUTE, "ada", "wrong").await);
            for _ in 0..2 {
                let outcome = post(&core, MINUTE, "ada", PASSWORD).await;
                assert!(matches!(outcome, Outcome::SignedIn(_)));
                let mut connection = core.store.read().await.unwrap();
                let now = users::by_id(&mut connection, &ada.id).await.unwrap();
                assert!(
                    now.unwrap()
                        .password_hash
                        .unwrap()
                        .starts_with("$argon2id$")
                );
            }
        }

        async fn a_form_of_another_browser_signs_nobody_in(database: Database) {
            let (core, mut ada) = core_with(database, |_| ()).await;
            give_password(&core, &mut ada).await;
            let (victim, _) = at_the_form(&core, MINUTE);
            let (_, foreign) = at_the_form(&core, MINUTE);
            for csrf_token in [foreign, String::new()] {
                let posted = v1::SignInRequest {
                    csrf_token,
                    username: "ada".to_owned(),
                    password: PASSWORD.to_owned(),
                    ..v1::SignInRequest::default()
                };
                let outcome = sign_in(&core, &victim, posted).await;
                assert!(matches!(outcome, Err(Error::StaleForm)));
            }
        }
    }
}
