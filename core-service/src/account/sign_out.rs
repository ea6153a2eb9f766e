//! Signing out: the session ends here, whatever the browser does with its cookie.

use authgate_proto::v1;

use super::session;
use crate::{Core, Ctx, error::Error};

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
        tracing::info!(
            target: "audit",
            event = "LOGOUT",
            severity = "INFO",
            request_id = ctx.request_id,
            client_ip = ctx.client_ip,
            user_id = %session.user_id,
            session_id = %session.id,
        );
    }
    Ok(v1::SignOutResponse {
        cookie: Some(session::DELETED_COOKIE),
    })
}
