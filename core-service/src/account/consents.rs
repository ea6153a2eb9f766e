//! What a person allowed apps, and takes back.

use authgate_proto::v1;

use super::{page_size, session::SignedIn};
use crate::{
    Core, Ctx,
    audit::{Event, EventType, Resource},
    authorize::app::app_of,
    domain::id::ConsentId,
    error::Error,
    store::{
        Cursor,
        consent_list::{self, Filter},
        consents, grants,
    },
};

/// A page of what the person allows, the newest first.
///
/// # Errors
/// `Invalid` for a page token that is not from here.
pub(crate) async fn list(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::ListConsentsRequest,
) -> Result<v1::ListConsentsResponse, Error> {
    let v1::ListConsentsRequest {
        page_size: asked,
        page_token,
    } = request;
    let cursor = Cursor::parse(&page_token)?;
    let filter = Filter {
        user: Some(person.user.id.clone()),
        ..Filter::default()
    };
    let mut connection = core.store.read().await?;
    let page =
        consent_list::list(&mut connection, &filter, &cursor, page_size(asked), ctx.now).await?;
    drop(connection);
    let mut consents = Vec::with_capacity(page.items.len());
    for item in &page.items {
        consents.push(v1::Consent {
            id: item.id.to_string(),
            app: Some(app_of(core, &item.client_id).await?),
            scopes: item.scope().to_vec(),
            granted_at: item.granted_at.0,
            updated_at: item.updated_at.0,
            live_grants: u32::try_from(item.live_grants).unwrap_or(u32::MAX),
            ..v1::Consent::default()
        });
    }
    Ok(v1::ListConsentsResponse {
        consents,
        previous_page_token: page.previous,
        next_page_token: page.next,
    })
}

/// Takes a consent of the person back, and ends everything that the app has of the
/// person. One that was taken back stays so.
///
/// # Errors
/// `NotFound` for a consent that is not the person's.
pub(crate) async fn revoke(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::RevokeConsentRequest,
) -> Result<v1::Consent, Error> {
    let v1::RevokeConsentRequest { id, .. } = request;
    let mut transaction = core.store.begin().await?;
    let consent = consents::by_id(&mut transaction, &ConsentId::from(id))
        .await?
        .filter(|consent| consent.user_id == person.user.id)
        .ok_or(Error::NotFound("there is no consent of this id"))?;
    let taken_back = consents::revoke(&mut transaction, &consent.id, ctx.now).await?;
    let (user, client) = (&consent.user_id, &consent.client_id);
    // Also what stands on no consent: the person means the app.
    let ended = grants::revoke_of_user_and_client(&mut transaction, user, client, ctx.now).await?;
    transaction.commit().await?;
    if taken_back {
        let event = Event::new(
            EventType::UserAuthorizationRevoked,
            "took back what an app was allowed",
        )
        .about(Resource::new("AUTHORIZATION", &consent.id, client.as_str()))
        .with("scope", consent.scope.as_str())
        .with("grants", ended);
        core.audit.record(ctx, event);
    }
    Ok(v1::Consent {
        id: consent.id.to_string(),
        app: Some(app_of(core, &consent.client_id).await?),
        scopes: consent.scope.to_vec(),
        granted_at: consent.granted_at.0,
        updated_at: consent.updated_at.0,
        ..v1::Consent::default()
    })
}
