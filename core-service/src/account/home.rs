//! The page of a signed-in user.

use authgate_proto::v1;

use super::session;
use crate::{Core, Ctx, domain::user::Role, error::Error, store::clients};

/// Clients that wait are counted so far.
const MOST_PENDING: u32 = 99;

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

/// What surrounds the pages of the account and the administration.
///
/// # Errors
/// NotSignedIn without a live session.
pub(crate) async fn browser(
    core: &Core,
    ctx: &Ctx,
    v1::ViewBrowserRequest {}: v1::ViewBrowserRequest,
) -> Result<v1::BrowserView, Error> {
    let signed_in = session::required(core, ctx).await?;
    let pending_clients = match signed_in.user.role {
        Role::Admin => {
            let mut connection = core.store.read().await?;
            clients::count_pending(&mut connection, MOST_PENDING).await?
        }
        Role::User => 0,
    };
    Ok(v1::BrowserView {
        pending_clients,
        browser: Some(session::browser(core, ctx, &Some(signed_in))),
    })
}
