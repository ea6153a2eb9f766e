//! A person's own clients. A new one waits for an admin's approval.

use authgate_proto::v1;

use super::{app_metadata, changed_at, page_size, searched, session::SignedIn};
use crate::{
    Core, Ctx,
    admin::clients::{NewClient, changed_members, id_by_form},
    audit::{Event, EventType, Resource},
    domain::{
        client::{Client, ClientStatus, SecretHash, new_client_secret},
        id::{ClientId, UserId},
        secret::PlainToken,
    },
    error::Error,
    store::{
        Cursor, Executor, Transaction,
        clients::{self, Filter},
        lock,
    },
};

/// So many apps a person may have.
const MOST: u32 = 50;

/// A page of the person's apps, by name.
///
/// # Errors
/// `Invalid` for a page token that is not from here, or an endless search.
pub(crate) async fn list(
    core: &Core,
    _: &Ctx,
    person: &SignedIn,
    request: v1::ListAppsRequest,
) -> Result<v1::ListAppsResponse, Error> {
    let v1::ListAppsRequest {
        search,
        page_size: asked,
        page_token,
    } = request;
    let filter = Filter {
        search: searched(&search)?.to_owned(),
        ..of(&person.user.id)
    };
    let cursor = Cursor::parse(&page_token)?;
    let mut connection = core.store.read().await?;
    let page = clients::list(&mut connection, &filter, &cursor, page_size(asked)).await?;
    Ok(v1::ListAppsResponse {
        apps: page.items.iter().map(|app| shown(app, None)).collect(),
        previous_page_token: page.previous,
        next_page_token: page.next,
    })
}

/// One of the person's apps.
///
/// # Errors
/// `NotFound` for one that is not the person's.
pub(crate) async fn get(
    core: &Core,
    _: &Ctx,
    person: &SignedIn,
    request: v1::GetAppRequest,
) -> Result<v1::OwnApp, Error> {
    let v1::GetAppRequest { client_id } = request;
    let mut connection = core.store.read().await?;
    let app = own(&mut connection, &client_id.into(), person).await?;
    Ok(shown(&app, None))
}

/// Adds an app, which waits for approval. The answer holds its secret, for the only time: a
/// form that is sent again is answered with what it made, without the secret.
///
/// # Errors
/// `Invalid` metadata; `Precondition` when the person has too many apps.
pub(crate) async fn create(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::CreateAppRequest,
) -> Result<v1::OwnApp, Error> {
    let v1::CreateAppRequest {
        metadata_json,
        form_id,
    } = request;
    let owner = &person.user.id;
    let new = NewClient {
        id: id_by_form(core, owner.as_str(), &form_id),
        status: ClientStatus::Pending,
        owner_id: Some(owner.clone()),
        ..NewClient::active(app_metadata::read(&metadata_json, None)?)
    };
    let (app, secret) = new.into_client(ctx.now);
    let mut transaction = core.store.begin().await?;
    // Of many at once each sees those before it.
    lock::user(&mut transaction, owner).await?;
    if let Some(app) = clients::by_id(&mut transaction, &app.id).await? {
        // Said only once what came first is durable.
        transaction.commit().await?;
        return Ok(v1::OwnApp {
            existed: true,
            ..shown(&app, None)
        });
    }
    let others = clients::list(&mut transaction, &of(owner), &Cursor::First, MOST).await?;
    if others.items.len() >= usize::try_from(MOST).unwrap_or(usize::MAX) {
        return Err(Error::Precondition(format!(
            "you have {MOST} apps, which is the most: delete one first"
        )));
    }
    clients::insert(&mut transaction, &app).await?;
    transaction.commit().await?;
    let event = Event::new(EventType::ClientCreated, "registered an app")
        .about(Resource::client(&app))
        .with("status", app.status.as_str());
    core.audit.record(ctx, event);
    Ok(shown(&app, secret.as_ref()))
}

/// Replaces an app's metadata. What an admin set stays, its status too: the trail says
/// what changed. An app that no longer has a secret, or needs one now, is made to fit; a
/// new secret is in the answer, for the only time.
///
/// # Errors
/// `NotFound` for one that is not the person's; `Outdated`; `Invalid` metadata.
pub(crate) async fn update(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::UpdateAppRequest,
) -> Result<v1::OwnApp, Error> {
    let v1::UpdateAppRequest {
        client_id,
        metadata_json,
        updated_at,
    } = request;
    let mut transaction = core.store.begin().await?;
    let mut app = held(&mut transaction, client_id, person).await?;
    if app.updated_at.0 != updated_at {
        return Err(Error::Outdated);
    }
    let metadata = app_metadata::read(&metadata_json, Some(&app.metadata))?;
    let changed = changed_members(&app.metadata, &metadata);
    if changed.is_empty() {
        transaction.commit().await?;
        return Ok(shown(&app, None));
    }
    app.metadata = metadata;
    let secret = app.fit_secret();
    app.updated_at = changed_at(ctx.now, app.updated_at);
    clients::update(&mut transaction, &app).await?;
    transaction.commit().await?;
    let event = Event::new(EventType::ClientUpdated, "changed an app")
        .about(Resource::client(&app))
        .with("changed", changed)
        .with("status", app.status.as_str());
    core.audit.record(ctx, event);
    Ok(shown(&app, secret.as_ref()))
}

/// Deletes an app with everything that hangs on it.
///
/// # Errors
/// `NotFound` for one that is not the person's; `Precondition` while it is active: people
/// use it.
pub(crate) async fn delete(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::DeleteAppRequest,
) -> Result<v1::DeleteAppResponse, Error> {
    let v1::DeleteAppRequest { client_id } = request;
    let mut transaction = core.store.begin().await?;
    let app = held(&mut transaction, client_id, person).await?;
    if app.is_active() {
        return Err(Error::Precondition(
            "the app is active: ask an admin to deactivate it first".to_owned(),
        ));
    }
    clients::delete(&mut transaction, &app.id, ctx.now).await?;
    let event =
        Event::new(EventType::ClientDeleted, "deleted an app").about(Resource::client(&app));
    core.audit.record_in(&mut transaction, ctx, event).await?;
    transaction.commit().await?;
    Ok(v1::DeleteAppResponse {})
}

/// Gives an app another secret; the one before is good for nothing from now on. The
/// answer holds it, for the only time.
///
/// # Errors
/// `NotFound` for one that is not the person's; `Precondition` for a public one; `Outdated`.
pub(crate) async fn regenerate_secret(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::RegenerateAppSecretRequest,
) -> Result<v1::OwnApp, Error> {
    let v1::RegenerateAppSecretRequest {
        client_id,
        updated_at,
    } = request;
    let mut transaction = core.store.begin().await?;
    let mut app = held(&mut transaction, client_id, person).await?;
    if updated_at != 0 && updated_at != app.updated_at.0 {
        return Err(Error::Outdated);
    }
    if app.is_public() {
        return Err(Error::Precondition(
            "a public app has no secret: nobody could keep it".to_owned(),
        ));
    }
    let secret = new_client_secret();
    app.secret = Some(SecretHash::of(&secret));
    app.updated_at = changed_at(ctx.now, app.updated_at);
    clients::update(&mut transaction, &app).await?;
    transaction.commit().await?;
    let event = Event::new(
        EventType::ClientSecretRegenerated,
        "gave an app another secret",
    )
    .about(Resource::client(&app));
    core.audit.record(ctx, event);
    Ok(shown(&app, Some(&secret)))
}

/// All apps of the person.
fn of(owner: &UserId) -> Filter {
    Filter {
        owner: Some(owner.clone()),
        ..Filter::default()
    }
}

/// The person's app of that id, held until the transaction ends: an admin may decide
/// about it at the same moment.
async fn held(
    transaction: &mut Transaction,
    unverified_id: String,
    person: &SignedIn,
) -> Result<Client, Error> {
    let id = ClientId::from(unverified_id);
    // Only the own one: nobody holds up others.
    own(transaction, &id, person).await?;
    lock::client(transaction, &id).await?;
    own(transaction, &id, person).await
}

async fn own(
    executor: &mut impl Executor,
    id: &ClientId,
    person: &SignedIn,
) -> Result<Client, Error> {
    clients::by_id(executor, id)
        .await?
        .filter(|app| app.owner_id.as_ref() == Some(&person.user.id))
        .ok_or(Error::NotFound("there is no app of this id"))
}

fn shown(app: &Client, secret: Option<&PlainToken>) -> v1::OwnApp {
    v1::OwnApp {
        client_id: app.id.to_string(),
        name: app.metadata.client_name.clone(),
        metadata_json: app_metadata::shown(&app.metadata),
        status: app.status.as_str().to_owned(),
        created_at: app.created_at.0,
        updated_at: app.updated_at.0,
        client_secret: secret.map_or_else(String::new, |secret| secret.expose().to_owned()),
        existed: false,
    }
}
