//! Consents that are remembered: what a person agreed to, per client, grows with
//! each approval.

use super::request::ValidRequest;
use crate::{
    Core, Ctx,
    domain::{
        grant::Consent,
        id::{ClientId, ConsentId, UserId, time_ordered},
        scope::ScopeSet,
    },
    error::Error,
    store::{Transaction, consents},
};

/// Whether the person agreed before to everything that `request` asks for.
pub(super) async fn covers(
    core: &Core,
    user_id: &UserId,
    client_id: &ClientId,
    request: &ValidRequest,
) -> Result<bool, Error> {
    let mut connection = core.store.read().await?;
    let given = consents::by_user_and_client(&mut connection, user_id, client_id).await?;
    Ok(given.is_some_and(|given| {
        given.revoked_at.is_none()
            && request.scopes().is_subset_of(&given.scope)
            && request.claims.personal().is_subset_of(&given.claims)
    }))
}

/// Remembers what was agreed to, together with all that was before.
pub(crate) async fn remember(
    transaction: &mut Transaction,
    ctx: &Ctx,
    user_id: &UserId,
    client_id: &ClientId,
    scope: &ScopeSet,
    claims: &ScopeSet,
) -> Result<ConsentId, Error> {
    let before = consents::by_user_and_client(transaction, user_id, client_id)
        .await?
        .filter(|consent| consent.revoked_at.is_none());
    let (scope, claims) = match &before {
        Some(before) => (before.scope.union(scope), before.claims.union(claims)),
        None => (scope.clone(), claims.clone()),
    };
    let consent = Consent {
        id: ConsentId::from(time_ordered(ctx.now).to_string()),
        user_id: user_id.clone(),
        client_id: client_id.clone(),
        scope,
        claims,
        granted_at: ctx.now,
        updated_at: ctx.now,
        revoked_at: None,
    };
    Ok(consents::upsert(transaction, &consent).await?)
}
