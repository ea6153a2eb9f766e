//! The state of everything at a glance.

use authgate_proto::v1;

use super::{COUNTED_TO, audit::answer};
use crate::{
    Core, Ctx,
    error::Error,
    store::{audit, totals, users},
};

/// Audit entries that are shown.
const RECENT: u32 = 10;

/// How many there are of what.
///
/// # Errors
/// Faults only.
pub(crate) async fn view(
    core: &Core,
    ctx: &Ctx,
    v1::GetDashboardRequest {}: v1::GetDashboardRequest,
) -> Result<v1::Dashboard, Error> {
    let mut connection = core.store.read().await?;
    let [users, admins, disabled_users] = users::counts(&mut connection).await?;
    let [pending_clients, active_clients, inactive_clients] =
        totals::clients(&mut connection).await?;
    let [access_tokens, refresh_tokens, sign_ins] =
        totals::unexpired(&mut connection, ctx.now, COUNTED_TO).await?;
    let recent = audit::newest(&mut connection, RECENT).await?;
    Ok(v1::Dashboard {
        users,
        admins,
        disabled_users,
        active_clients,
        pending_clients,
        inactive_clients,
        access_tokens,
        refresh_tokens,
        counted_to: COUNTED_TO.into(),
        sign_ins,
        recent: recent.into_iter().map(answer).collect(),
        audit_off: !core.settings.audit.enabled,
    })
}
