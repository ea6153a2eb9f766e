//! People's browsers, as admins see and end them.

use authgate_proto::v1;

use super::users;
use crate::{
    Core, Ctx,
    account::sign_ins,
    audit::{Event, EventType, Resource},
    domain::{id::SessionId, session::Session},
    error::Error,
    store::sessions,
};

/// The browsers that a person is signed in at, the last used first.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn list(
    core: &Core,
    ctx: &Ctx,
    request: v1::UserRequest,
) -> Result<v1::ListSignInsResponse, Error> {
    let mut connection = core.store.read().await?;
    let user = users::named(&mut connection, &request.username, &request.user_id).await?;
    drop(connection);
    let live = sign_ins::live(core, ctx, &user.id).await?;
    Ok(v1::ListSignInsResponse {
        sign_ins: live
            .iter()
            .map(|session| sign_ins::sign_in(session, false))
            .collect(),
    })
}

/// Signs one browser out; the tokens that were approved there stay.
///
/// # Errors
/// `NotFound`, also for one of another user than the caller names.
pub(crate) async fn end(
    core: &Core,
    ctx: &Ctx,
    request: v1::EndSignInRequest,
) -> Result<v1::EndSignInResponse, Error> {
    let v1::EndSignInRequest { id, user_id } = request;
    let id = SessionId::from(id);
    let mut transaction = core.store.begin().await?;
    let session: Session = sessions::by_id(&mut transaction, &id)
        .await?
        .filter(|session| user_id.is_empty() || session.user_id.as_str() == user_id)
        .ok_or(Error::NotFound("there is no such sign-in"))?;
    if sessions::revoke(&mut transaction, &session.id, ctx.now).await? {
        let event = Event::new(EventType::SessionRevoked, "signed a user's browser out")
            .about(Resource::new("SESSION", &session.id, ""))
            .with("user_id", session.user_id.as_str());
        core.audit.record_in(&mut transaction, ctx, event).await?;
        transaction.commit().await?;
    }
    Ok(v1::EndSignInResponse {})
}
