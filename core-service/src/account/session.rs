//! Browser sessions. The cookie names a record and proves to be of it; what the
//! session is stands in the database, so that it can be ended here.
//!
//! A browser where nobody is signed in gets a random cookie that is stored
//! nowhere: it only ties forms to this browser (the login form too, so that
//! nobody can sign a victim in as somebody else).

use std::time::Duration;

use authgate_proto::v1;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    Core, Ctx,
    config::Sessions,
    domain::{
        id::SessionId,
        random::fill_random,
        secret::{PlainToken, TokenHash},
        session::Session,
        user::{Role, User},
    },
    error::Error,
    store::{Transaction, sessions, users},
};

/// A use is written down at most so often.
const TOUCH_INTERVAL: Duration = Duration::from_secs(60);
/// Characters of a browser's cookie when nobody is signed in: 32 bytes in base64url.
const ANONYMOUS_LENGTH: usize = 43;

/// Has the browser forget its cookie.
pub(crate) const DELETED_COOKIE: v1::SessionCookie = v1::SessionCookie {
    value: String::new(),
    max_age: 0,
};

/// A live session of a user who may sign in.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) session: Session,
    pub(crate) user: User,
}

/// A person who just proved who they are.
pub(crate) struct Proof<'a> {
    /// Who.
    pub(crate) user: &'a User,
    /// How (RFC 8176), space-separated.
    pub(crate) amr: &'a str,
    /// And asks to be remembered.
    pub(crate) remember: bool,
}

/// Who is signed in: the browser's session if it is live, was opened by this user
/// agent, and its user is active. Notes its use, at most once a minute.
///
/// # Errors
/// UNAVAILABLE when the database is away.
pub(crate) async fn current(core: &Core, ctx: &Ctx) -> Result<Option<SignedIn>, Error> {
    let settings = &core.settings.sessions;
    let Some(session) = presented(core, ctx).await? else {
        return Ok(None);
    };
    if !session.is_live(ctx.now, settings.idle_timeout) || !is_at_home(&session, settings, ctx) {
        return Ok(None);
    }
    let user = users::by_id(&mut core.store.read().await?, &session.user_id).await?;
    let Some(user) = user.filter(|user| user.active) else {
        return Ok(None);
    };
    if ctx.now.since(session.last_seen_at) >= touch_interval(settings) {
        let mut transaction = core.store.begin().await?;
        sessions::touch(&mut transaction, &session.id, ctx.now).await?;
        transaction.commit().await?;
    }
    Ok(Some(SignedIn { session, user }))
}

/// Who is signed in, where somebody must be.
///
/// # Errors
/// NotSignedIn when nobody is.
pub(crate) async fn required(core: &Core, ctx: &Ctx) -> Result<SignedIn, Error> {
    current(core, ctx).await?.ok_or(Error::NotSignedIn)
}

/// Opens a session with a new id and ends the one that the browser had.
///
/// # Errors
/// UNAVAILABLE when the database is away.
pub(crate) async fn open(
    core: &Core,
    ctx: &Ctx,
    proof: Proof<'_>,
) -> Result<(SessionId, v1::SessionCookie), Error> {
    let previous = presented(core, ctx).await?;
    let mut transaction = core.store.begin().await?;
    let opened = open_in(&mut transaction, core, ctx, proof).await?;
    if let Some(previous) = previous {
        sessions::revoke(&mut transaction, &previous.id, ctx.now).await?;
    }
    transaction.commit().await?;
    Ok(opened)
}

/// Opens a session with what else `transaction` does.
///
/// # Errors
/// UNAVAILABLE when the database is away.
pub(super) async fn open_in(
    transaction: &mut Transaction,
    core: &Core,
    ctx: &Ctx,
    proof: Proof<'_>,
) -> Result<(SessionId, v1::SessionCookie), Error> {
    let settings = &core.settings.sessions;
    let remembered = settings.remember_me.filter(|_| proof.remember);
    let (id, cookie) = PlainToken::for_record(ctx.now);
    let session = Session {
        id: SessionId::from(id.to_string()),
        hash: cookie.hash(),
        user_id: proof.user.id.clone(),
        auth_time: ctx.now,
        amr: proof.amr.to_owned(),
        remembered: remembered.is_some(),
        fingerprint: fingerprint(settings, ctx).map(|text| text.hash()),
        client_ip: ctx.client_ip.clone(),
        user_agent: ctx.kept_user_agent(),
        created_at: ctx.now,
        last_seen_at: ctx.now,
        expires_at: ctx.now + remembered.unwrap_or(settings.max_age),
        revoked_at: None,
    };
    sessions::insert(transaction, &session).await?;
    let cookie = v1::SessionCookie {
        value: cookie.into_string(),
        max_age: remembered.map_or(0, |life| life.as_secs()),
    };
    Ok((session.id, cookie))
}

/// Ends the browser's session; gives it when there was one to end.
///
/// # Errors
/// UNAVAILABLE when the database is away.
pub(crate) async fn end(core: &Core, ctx: &Ctx) -> Result<Option<Session>, Error> {
    let Some(session) = presented(core, ctx).await? else {
        return Ok(None);
    };
    let mut transaction = core.store.begin().await?;
    let ended = sessions::revoke(&mut transaction, &session.id, ctx.now).await?;
    transaction.commit().await?;
    Ok(ended.then_some(session))
}

/// The browser behind a view: its CSRF token, who is signed in, and a new cookie
/// when it has none or one that is good for nothing any more.
pub(crate) fn browser<'a>(
    core: &Core,
    ctx: &Ctx,
    signed_in: impl Into<Option<&'a SignedIn>>,
) -> v1::Browser {
    let signed_in = signed_in.into();
    let usable = ctx
        .session_cookie
        .clone()
        .filter(|cookie| signed_in.is_some() || is_anonymous(cookie));
    let is_new = usable.is_none();
    let cookie = usable.unwrap_or_else(new_anonymous);
    v1::Browser {
        csrf_token: core.derived.csrf_token(&cookie),
        set_cookie: is_new.then(|| v1::SessionCookie {
            value: cookie.into_string(),
            max_age: 0,
        }),
        account: signed_in.map(|signed_in| account(&signed_in.user)),
    }
}

/// Checks that a form was made for this browser.
///
/// # Errors
/// StaleForm when it was not, or the browser shows no cookie.
pub(crate) fn verify_csrf(core: &Core, ctx: &Ctx, token: &str) -> Result<(), Error> {
    let ours = ctx
        .session_cookie
        .as_ref()
        .is_some_and(|cookie| core.derived.csrf_matches(cookie, token));
    if ours { Ok(()) } else { Err(Error::StaleForm) }
}

/// The session that the browser's cookie proves to be of, live or not. A session's
/// id is no secret (it is the `sid` of ID tokens): only the whole cookie counts.
async fn presented(core: &Core, ctx: &Ctx) -> Result<Option<Session>, Error> {
    let Some(cookie) = &ctx.session_cookie else {
        return Ok(None);
    };
    let Some(id) = cookie.record_id() else {
        return Ok(None);
    };
    let id = SessionId::from(id.to_string());
    let session = sessions::by_id(&mut core.store.read().await?, &id).await?;
    Ok(session.filter(|session| session.hash.matches(cookie)))
}

/// Whether the request comes from where the session was opened.
fn is_at_home(session: &Session, settings: &Sessions, ctx: &Ctx) -> bool {
    let same = |expected: &TokenHash| {
        fingerprint(settings, ctx).is_none_or(|presented| expected.matches(&presented))
    };
    session.fingerprint.as_ref().is_none_or(same)
}

/// What ties a session to its user agent, by the settings of now; none: nothing does.
fn fingerprint(settings: &Sessions, ctx: &Ctx) -> Option<PlainToken> {
    let address = if settings.fingerprint_ip {
        ctx.client_ip.as_str()
    } else {
        ""
    };
    settings
        .fingerprint
        .then(|| PlainToken::presented(&format!("{}\0{address}", ctx.user_agent)))
}

/// Often enough that a session in use never idles.
fn touch_interval(settings: &Sessions) -> Duration {
    if settings.idle_timeout.is_zero() {
        TOUCH_INTERVAL
    } else {
        TOUCH_INTERVAL.min(settings.idle_timeout / 4)
    }
}

fn new_anonymous() -> PlainToken {
    let mut random = [0; 32];
    fill_random(&mut random);
    PlainToken::presented(&URL_SAFE_NO_PAD.encode(random))
}

fn is_anonymous(cookie: &PlainToken) -> bool {
    cookie.expose().len() == ANONYMOUS_LENGTH
        && cookie
            .expose()
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn account(user: &User) -> v1::Account {
    v1::Account {
        user_id: user.id.to_string(),
        username: user.username.clone(),
        name: user.name().unwrap_or_default().to_owned(),
        email: user.email.clone().unwrap_or_default(),
        is_admin: user.role == Role::Admin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        account::test_support::{MINUTE, START, core_with, request, save},
        config::{Database, Settings},
        store::conformance::conformance,
    };

    const DAY: Duration = Duration::from_secs(86_400);

    fn proof(user: &User, remember: bool) -> Proof<'_> {
        Proof {
            user,
            amr: "pwd",
            remember,
        }
    }

    async fn open_for(core: &Core, user: &User, remember: bool) -> v1::SessionCookie {
        let ctx = request(Duration::ZERO, None);
        let (_, cookie) = open(core, &ctx, proof(user, remember)).await.unwrap();
        cookie
    }

    async fn is_signed_in(core: &Core, ctx: &Ctx) -> bool {
        current(core, ctx).await.unwrap().is_some()
    }

    conformance! {
        async fn a_session_says_who_signed_in_when_and_how(database: Database) {
            let (core, user) = core_with(database, |_| ()).await;
            let cookie = open_for(&core, &user, false).await;
            assert_eq!(cookie.max_age, 0);
            let ctx = request(MINUTE, Some(&cookie.value));
            let signed_in = current(&core, &ctx).await.unwrap().unwrap();
            assert_eq!(signed_in.user.id, user.id);
            assert_eq!(signed_in.session.auth_time, START);
            assert_eq!(signed_in.session.amr, "pwd");
        }

        async fn a_session_that_idles_ends_and_one_in_use_lives_to_its_age(database: Database) {
            let (core, user) = core_with(database, |_| ()).await;
            let idle = open_for(&core, &user, false).await.value;
            let used = open_for(&core, &user, false).await.value;
            for minutes in [20, 40, 59] {
                assert!(is_signed_in(&core, &request(minutes * MINUTE, Some(&used))).await);
            }
            assert!(!is_signed_in(&core, &request(30 * MINUTE, Some(&idle))).await);
            assert!(!is_signed_in(&core, &request(60 * MINUTE, Some(&used))).await);
        }

        async fn a_short_idle_time_does_not_end_a_session_in_use(database: Database) {
            let brief = |settings: &mut Settings| settings.sessions.idle_timeout = MINUTE;
            let (core, user) = core_with(database, brief).await;
            let cookie = open_for(&core, &user, false).await.value;
            for seconds in (0..300).step_by(40) {
                let ctx = request(Duration::from_secs(seconds), Some(&cookie));
                assert!(is_signed_in(&core, &ctx).await, "{seconds}");
            }
        }

        async fn a_remembered_session_may_idle_and_ends_after_its_days(database: Database) {
            let (core, user) = core_with(database, |_| ()).await;
            let cookie = open_for(&core, &user, true).await;
            assert_eq!(cookie.max_age, 30 * 86_400);
            assert!(is_signed_in(&core, &request(29 * DAY, Some(&cookie.value))).await);
            assert!(!is_signed_in(&core, &request(30 * DAY, Some(&cookie.value))).await);
        }

        async fn nobody_is_remembered_where_that_is_not_offered(database: Database) {
            let never = |settings: &mut Settings| settings.sessions.remember_me = None;
            let (core, user) = core_with(database, never).await;
            let cookie = open_for(&core, &user, true).await;
            assert_eq!(cookie.max_age, 0);
            assert!(!is_signed_in(&core, &request(60 * MINUTE, Some(&cookie.value))).await);
        }

        async fn a_session_is_none_for_another_user_agent_and_goes_on_for_its_own(database: Database) {
            let (core, user) = core_with(database, |_| ()).await;
            let cookie = open_for(&core, &user, false).await.value;
            let own = request(MINUTE, Some(&cookie));
            let mut other = own.clone();
            other.user_agent = "another".to_owned();
            assert!(!is_signed_in(&core, &other).await);
            let mut moved = own.clone();
            moved.client_ip = "198.51.100.7".to_owned();
            assert!(is_signed_in(&core, &moved).await);
            assert!(is_signed_in(&core, &own).await);
        }

        async fn a_session_may_be_bound_to_its_address(database: Database) {
            let bound = |settings: &mut Settings| settings.sessions.fingerprint_ip = true;
            let (core, user) = core_with(database, bound).await;
            let cookie = open_for(&core, &user, false).await.value;
            let mut moved = request(MINUTE, Some(&cookie));
            moved.client_ip = "198.51.100.7".to_owned();
            assert!(!is_signed_in(&core, &moved).await);
        }

        async fn the_id_of_a_session_opens_and_ends_nothing(database: Database) {
            let (core, user) = core_with(database, |_| ()).await;
            let cookie = open_for(&core, &user, false).await.value;
            let id = PlainToken::presented(&cookie).record_id().unwrap();
            let forged = PlainToken::from_parts(id, &[0; 32]).into_string();
            let ctx = request(MINUTE, Some(&forged));
            assert!(!is_signed_in(&core, &ctx).await);
            assert!(end(&core, &ctx).await.unwrap().is_none());
            open(&core, &ctx, proof(&user, false)).await.unwrap();
            assert!(is_signed_in(&core, &request(MINUTE, Some(&cookie))).await);
        }

        async fn a_user_who_is_switched_off_is_not_signed_in(database: Database) {
            let (core, mut user) = core_with(database, |_| ()).await;
            let cookie = open_for(&core, &user, false).await.value;
            user.active = false;
            save(&core, &user).await;
            assert!(!is_signed_in(&core, &request(MINUTE, Some(&cookie))).await);
        }

        async fn a_new_sign_in_gives_a_new_id_and_ends_the_session_before(database: Database) {
            let (core, user) = core_with(database, |_| ()).await;
            let first = open_for(&core, &user, false).await.value;
            let ctx = request(MINUTE, Some(&first));
            let (_, second) = open(&core, &ctx, proof(&user, false)).await.unwrap();
            assert_ne!(first, second.value);
            assert!(!is_signed_in(&core, &ctx).await);
            assert!(is_signed_in(&core, &request(MINUTE, Some(&second.value))).await);
        }

        async fn a_session_ends_once(database: Database) {
            let (core, user) = core_with(database, |_| ()).await;
            let cookie = open_for(&core, &user, false).await.value;
            let ctx = request(MINUTE, Some(&cookie));
            assert_eq!(end(&core, &ctx).await.unwrap().unwrap().user_id, user.id);
            assert!(!is_signed_in(&core, &ctx).await);
            assert!(end(&core, &ctx).await.unwrap().is_none());
        }

        async fn a_browser_keeps_a_good_cookie_and_gets_one_for_a_dead_one(database: Database) {
            let (core, user) = core_with(database, |_| ()).await;
            let session = open_for(&core, &user, false).await.value;
            let fresh = |cookie| browser(&core, &request(MINUTE, cookie), None).set_cookie;

            let anonymous = fresh(None).unwrap().value;
            assert_eq!(anonymous.len(), ANONYMOUS_LENGTH);
            assert!(fresh(Some(&anonymous)).is_none());
            for dead in [
                session.as_str(),
                "",
                "short",
                &"é".repeat(22),
                &"!".repeat(43),
            ] {
                assert!(fresh(Some(dead)).is_some(), "{dead}");
            }

            let ctx = request(MINUTE, Some(&session));
            let signed_in = current(&core, &ctx).await.unwrap();
            let browser = browser(&core, &ctx, &signed_in);
            assert!(browser.set_cookie.is_none());
            assert_eq!(browser.account.unwrap().username, "ada");
        }

        async fn a_form_is_good_for_its_own_browser_only(database: Database) {
            let (core, _user) = core_with(database, |_| ()).await;
            let shown = browser(&core, &request(MINUTE, None), None);
            let cookie = shown.set_cookie.unwrap().value;
            let other = browser(&core, &request(MINUTE, None), None);
            let posted =
                |cookie: Option<&str>, token: &str| verify_csrf(&core, &request(MINUTE, cookie), token);
            assert!(posted(Some(&cookie), &shown.csrf_token).is_ok());
            for (cookie, token) in [
                (Some(cookie.as_str()), other.csrf_token.as_str()),
                (Some(cookie.as_str()), ""),
                (
                    Some(other.set_cookie.unwrap().value.as_str()),
                    shown.csrf_token.as_str(),
                ),
                (None, shown.csrf_token.as_str()),
            ] {
                assert!(matches!(posted(cookie, token), Err(Error::StaleForm)));
            }
        }
    }
}
