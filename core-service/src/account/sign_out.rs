//! Signing out: the session ends here, whatever the browser does with its cookie.

use authgate_proto::v1;

use super::session;
use crate::{
    Actor, Core, Ctx,
    audit::{Event, EventType, Resource},
    error::Error,
    store::users,
};

/// Ends the browser's session, if it has one, and has its cookie deleted. Tokens
/// of applications stay: they were granted to those, not to the browser.
///
/// # Errors
/// StaleForm when the form was made for another browser.
pub(crate) async fn sign_out(
    core: &Core,
    ctx: &Ctx,
    request: v1::SignOutRequest,
) -> Result<v1::SignOutResponse, Error> {
    let v1::SignOutRequest { csrf_token } = request;
    session::verify_csrf(core, ctx, &csrf_token)?;
    if let Some(session) = session::end(core, ctx).await? {
        let mut connection = core.store.read().await?;
        let user = users::by_id(&mut connection, &session.user_id).await?;
        let event = Event::new(EventType::Logout, "signed out")
            .by(user.as_ref().map(Actor::from).unwrap_or_default())
            .about(Resource::new("SESSION", &session.id, ""));
        core.audit.record(ctx, event);
    }
    Ok(v1::SignOutResponse {
        cookie: Some(session::DELETED_COOKIE),
    })
}
