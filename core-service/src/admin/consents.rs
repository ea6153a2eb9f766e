//! What people allow clients, as admins see and end it.

use authgate_proto::v1;

use super::page_size;
use crate::{
    Core, Ctx,
    audit::{Event, EventType, Resource},
    authorize::app::app_of,
    domain::id::{ClientId, ConsentId, UserId},
    error::Error,
    store::{
        Cursor,
        consent_list::{self, Filter, Listed},
        consents, grants,
    },
};

/// A page of the consents of a user, to a client, or of all, the newest first.
///
/// # Errors
/// `Invalid` for a page token of another list.
pub(crate) async fn list(
    core: &Core,
    ctx: &Ctx,
    request: v1::ListAllConsentsRequest,
) -> Result<v1::ListConsentsResponse, Error> {
    let v1::ListAllConsentsRequest {
        user_id,
        client_id,
        page_size: asked,
        page_token,
    } = request;
    let filter = Filter {
        user: Some(user_id).filter(|id| !id.is_empty()).map(UserId::from),
        client: Some(client_id)
            .filter(|id| !id.is_empty())
            .map(ClientId::from),
        id: None,
    };
    let cursor = Cursor::parse(&page_token)?;
    let mut connection = core.store.read().await?;
    let size = page_size(asked);
    let page = consent_list::list(&mut connection, &filter, &cursor, size, ctx.now).await?;
    drop(connection);
    let mut consents = Vec::with_capacity(page.items.len());
    for item in &page.items {
        consents.push(shown(core, item).await?);
    }
    Ok(v1::ListConsentsResponse {
        consents,
        previous_page_token: page.previous,
        next_page_token: page.next,
    })
}

/// Takes a consent back and ends all tokens under it.
///
/// # Errors
/// `NotFound`, also for one that was taken back before, and for one of another user or
/// to another client than the caller names.
pub(crate) async fn revoke(
    core: &Core,
    ctx: &Ctx,
    request: v1::RevokeConsentRequest,
) -> Result<v1::Consent, Error> {
    let v1::RevokeConsentRequest {
        id,
        user_id,
        client_id,
    } = request;
    let filter = Filter {
        id: Some(ConsentId::from(id)),
        ..Filter::default()
    };
    let mut transaction = core.store.begin().await?;
    let found = consent_list::list(&mut transaction, &filter, &Cursor::First, 1, ctx.now).await?;
    let consent = found
        .items
        .first()
        .filter(|consent| user_id.is_empty() || consent.user_id.as_str() == user_id)
        .filter(|consent| client_id.is_empty() || consent.client_id.as_str() == client_id)
        .ok_or(Error::NotFound("there is no such consent"))?;
    consents::revoke(&mut transaction, &consent.id, ctx.now).await?;
    let (user, client) = (&consent.user_id, &consent.client_id);
    let ended = grants::revoke_of_user_and_client(&mut transaction, user, client, ctx.now).await?;
    let event = Event::new(
        EventType::UserAuthorizationRevoked,
        "took a user's consent to a client back",
    )
    .about(Resource::new("AUTHORIZATION", &consent.id, client.as_str()))
    .with("user_id", user.as_str())
    .with("client_id", client.as_str())
    .with("grants", ended);
    core.audit.record_in(&mut transaction, ctx, event).await?;
    transaction.commit().await?;
    shown(core, consent).await
}

async fn shown(core: &Core, consent: &Listed) -> Result<v1::Consent, Error> {
    Ok(v1::Consent {
        id: consent.id.to_string(),
        app: Some(app_of(core, &consent.client_id).await?),
        scopes: consent.scope().iter().map(str::to_owned).collect(),
        granted_at: consent.granted_at.0,
        updated_at: consent.updated_at.0,
        live_grants: u32::try_from(consent.live_grants).unwrap_or(u32::MAX),
        user_id: consent.user_id.to_string(),
        username: consent.username.clone(),
    })
}
