//! Browsers that are signed in.

use authgate_proto::v1;

use super::session::SignedIn;
use crate::{
    Core, Ctx,
    audit::{Event, EventType, Resource},
    domain::{
        id::{SessionId, UserId},
        session::Session,
        time::Timestamp,
    },
    error::Error,
    store::sessions,
};

/// So many are shown at most.
const MOST: u32 = 200;

/// The person's browsers, the one that asks first, then the one used last.
///
/// # Errors
/// UNAVAILABLE when the database is away.
pub(crate) async fn list(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    v1::ListSignInsRequest {}: v1::ListSignInsRequest,
) -> Result<v1::ListSignInsResponse, Error> {
    let found = live(core, ctx, &person.user.id).await?;
    let (this, others): (Vec<_>, Vec<_>) = found
        .iter()
        .partition(|session| session.id == person.session.id);
    // Also where so many others were used since that this one is not among them.
    let this = this.first().copied().unwrap_or(&person.session);
    let sign_ins = std::iter::once(sign_in(this, true))
        .chain(others.into_iter().map(|session| sign_in(session, false)));
    Ok(v1::ListSignInsResponse {
        sign_ins: sign_ins.collect(),
    })
}

/// The browsers that a user is signed in at, the one used last first.
///
/// # Errors
/// UNAVAILABLE when the database is away.
pub(crate) async fn live(core: &Core, ctx: &Ctx, user: &UserId) -> Result<Vec<Session>, Error> {
    let idle_timeout = core.settings.sessions.idle_timeout;
    let idle_since = if idle_timeout.is_zero() {
        Timestamp(i64::MIN)
    } else {
        ctx.now - idle_timeout
    };
    let mut connection = core.store.read().await?;
    Ok(sessions::live_of_user(&mut connection, user, ctx.now, idle_since, MOST).await?)
}

/// Signs one of the person's browsers out; one that is signed out already stays so. What
/// it approved stays too.
///
/// # Errors
/// `NotFound` for a session that is not the person's.
pub(crate) async fn end(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::EndSignInRequest,
) -> Result<v1::EndSignInResponse, Error> {
    let v1::EndSignInRequest { id, .. } = request;
    let mut transaction = core.store.begin().await?;
    let session = sessions::by_id(&mut transaction, &SessionId::from(id))
        .await?
        .filter(|session| session.user_id == person.user.id)
        .ok_or(Error::NotFound("there is no sign-in of this id"))?;
    let ended = sessions::revoke(&mut transaction, &session.id, ctx.now).await?;
    transaction.commit().await?;
    if ended {
        let event = if session.id == person.session.id {
            Event::new(EventType::Logout, "signed out")
        } else {
            Event::new(EventType::SessionRevoked, "signed another browser out")
        };
        let resource = Resource::new("SESSION", &session.id, "");
        core.audit.record(ctx, event.about(resource));
    }
    Ok(v1::EndSignInResponse {})
}

/// What is shown of a session; `current`: it is the one that asks.
pub(crate) fn sign_in(session: &Session, current: bool) -> v1::SignIn {
    v1::SignIn {
        id: session.id.to_string(),
        current,
        client_ip: session.client_ip.clone(),
        user_agent: session.user_agent.clone(),
        created_at: session.created_at.0,
        last_used_at: session.last_seen_at.0,
        expires_at: session.expires_at.0,
        remembered: session.remembered,
    }
}
