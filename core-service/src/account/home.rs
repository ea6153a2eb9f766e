//! The page of a signed-in user.

use authgate_proto::v1;

use super::session;
use crate::{Core, Ctx, error::Error};

/// Who is signed in, since when and from where.
///
/// # Errors
/// NotSignedIn without a live session.
pub(crate) async fn view(
    core: &Core,
    ctx: &Ctx,
    v1::ViewHomeRequest {}: v1::ViewHomeRequest,
) -> Result<v1::HomeView, Error> {
    let signed_in = session::required(core, ctx).await?;
    let session = &signed_in.session;
    Ok(v1::HomeView {
        signed_in_at: session.auth_time.0,
        session_expires_at: session.expires_at.0,
        client_ip: session.client_ip.clone(),
        user_agent: session.user_agent.clone(),
        browser: Some(session::browser(core, ctx, &Some(signed_in))),
    })
}
