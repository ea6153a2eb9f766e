//! What acts in a person's name: grants, each with all its tokens.

use authgate_proto::v1;

use super::{
    page_size, searched,
    session::{DELETED_COOKIE, SignedIn},
};
use crate::{
    Core, Ctx,
    admin::refused,
    audit::{Event, EventType, Resource},
    authorize::app::app_of,
    domain::{
        grant::GrantStatus,
        id::{GrantId, UserId},
        time::Timestamp,
    },
    error::Error,
    store::{
        Cursor, Executor, grants,
        grants_list::{self, Filter, ListedGrant},
        sessions,
    },
};

/// What can be done to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Revoke,
    Disable,
    Enable,
}

/// A page of the person's grants, the newest first.
///
/// # Errors
/// `Invalid` for a status or a page token that there is not, or an endless search.
pub(crate) async fn list(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::ListGrantsRequest,
) -> Result<v1::ListGrantsResponse, Error> {
    let v1::ListGrantsRequest {
        search,
        status,
        page_size: asked,
        page_token,
    } = request;
    let filter = Filter {
        user: &person.user.id,
        search: searched(&search)?,
        status: wanted(&status)?,
    };
    let cursor = Cursor::parse(&page_token)?;
    let key = cursor
        .key()
        .map(|key| GrantId::parse(key).ok_or_else(Cursor::invalid))
        .transpose()?;
    let mut connection = core.store.read().await?;
    let size = page_size(asked);
    let page = grants_list::page(&mut connection, &filter, &cursor, key, size, ctx.now).await?;
    drop(connection);
    let mut grants = Vec::with_capacity(page.items.len());
    for grant in &page.items {
        grants.push(shown(core, grant, ctx.now).await?);
    }
    Ok(v1::ListGrantsResponse {
        grants,
        previous_page_token: page.previous,
        next_page_token: page.next,
    })
}

/// Ends a grant of the person with all its tokens, for good. One that has ended stays so.
///
/// # Errors
/// `NotFound` for a grant that is not the person's.
pub(crate) async fn revoke(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::GrantRequest,
) -> Result<v1::Grant, Error> {
    take(core, ctx, person, request, Step::Revoke).await
}

/// Suspends a grant of the person: its tokens don't count until it is enabled.
///
/// # Errors
/// `NotFound` for a grant that is not the person's; `Precondition` when it is over.
pub(crate) async fn disable(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::GrantRequest,
) -> Result<v1::Grant, Error> {
    take(core, ctx, person, request, Step::Disable).await
}

/// Lets a suspended grant of the person count again.
///
/// # Errors
/// `NotFound` for a grant that is not the person's; `Precondition` when it is over.
pub(crate) async fn enable(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::GrantRequest,
) -> Result<v1::Grant, Error> {
    take(core, ctx, person, request, Step::Enable).await
}

/// Ends all grants of the person and, if asked, signs all browsers out, this one included.
///
/// # Errors
/// UNAVAILABLE when the database is away.
pub(crate) async fn revoke_all(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::RevokeAllRequest,
) -> Result<v1::RevokeAllResponse, Error> {
    let v1::RevokeAllRequest { sign_ins: too } = request;
    let user = &person.user;
    let mut transaction = core.store.begin().await?;
    let grants = grants::revoke_of_user(&mut transaction, &user.id, ctx.now).await?;
    let sign_ins = if too {
        sessions::revoke_of_user(&mut transaction, &user.id, ctx.now).await?
    } else {
        0
    };
    let event = Event::new(
        EventType::UserTokensRevokedAll,
        "ended everything that acts for the person",
    )
    .about(Resource::user(user))
    .with("grants", grants)
    .with("sign_ins", sign_ins);
    core.audit.record_in(&mut transaction, ctx, event).await?;
    transaction.commit().await?;
    Ok(v1::RevokeAllResponse {
        grants: u32::try_from(grants).unwrap_or(u32::MAX),
        sign_ins: u32::try_from(sign_ins).unwrap_or(u32::MAX),
        cookie: too.then_some(DELETED_COOKIE),
    })
}

/// Takes `step` with the grant, if it is the person's and the step makes sense, and tells
/// of it. One that changes nothing is fine: somebody pressed a button twice.
async fn take(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::GrantRequest,
    step: Step,
) -> Result<v1::Grant, Error> {
    let v1::GrantRequest { id } = request;
    let id = GrantId::parse(&id).ok_or_else(unknown)?;
    let result = try_to(core, ctx, &person.user.id, id, step).await;
    let (grant, changed) = refused(core, ctx, result, || {
        step.event().about(Resource::new("TOKEN", id, ""))
    })?;
    if changed {
        let event = step
            .event()
            .about(Resource::grant(id, &grant.client_id))
            .with("scope", grant.scope().as_str());
        core.audit.record(ctx, event);
    }
    shown(core, &grant, ctx.now).await
}

/// The grant after `step`, and whether that changed it.
async fn try_to(
    core: &Core,
    ctx: &Ctx,
    person: &UserId,
    id: GrantId,
    step: Step,
) -> Result<(ListedGrant, bool), Error> {
    let mut transaction = core.store.begin().await?;
    let before = of_person(&mut transaction, id, person).await?;
    step.check(before.status(ctx.now))?;
    let changed = match step {
        Step::Revoke => grants::revoke(&mut transaction, &id, ctx.now).await?,
        Step::Disable => grants::set_disabled(&mut transaction, &id, Some(ctx.now)).await?,
        Step::Enable => grants::set_disabled(&mut transaction, &id, None).await?,
    };
    let after = of_person(&mut transaction, id, person).await?;
    transaction.commit().await?;
    Ok((after, changed))
}

impl Step {
    /// Whether it makes sense for a grant of that status.
    fn check(self, status: GrantStatus) -> Result<(), Error> {
        let over = matches!(status, GrantStatus::Revoked | GrantStatus::Expired);
        match self {
            Self::Disable if over => Err(Error::Precondition(
                "it is over: there is nothing to disable".to_owned(),
            )),
            Self::Enable if over => Err(Error::Precondition(
                "it is over and can't be enabled: sign in to the app again".to_owned(),
            )),
            Self::Revoke | Self::Disable | Self::Enable => Ok(()),
        }
    }

    fn event(self) -> Event {
        match self {
            Self::Revoke => Event::new(EventType::TokenRevoked, "ended an app's access"),
            Self::Disable => Event::new(EventType::TokenDisabled, "suspended an app's access"),
            Self::Enable => Event::new(EventType::TokenEnabled, "enabled an app's access again"),
        }
    }
}

async fn of_person(
    executor: &mut impl Executor,
    id: GrantId,
    person: &UserId,
) -> Result<ListedGrant, Error> {
    let grant = grants_list::of_user(executor, id, person).await?;
    grant.ok_or_else(unknown)
}

fn unknown() -> Error {
    Error::NotFound("there is no access of this id")
}

/// The status that a list is limited to; empty: none.
fn wanted(status: &str) -> Result<Option<GrantStatus>, Error> {
    if status.is_empty() {
        return Ok(None);
    }
    let parsed = GrantStatus::parse(status).ok_or_else(|| {
        Error::Invalid("status: must be one of: active, disabled, revoked, expired".to_owned())
    });
    parsed.map(Some)
}

async fn shown(core: &Core, grant: &ListedGrant, now: Timestamp) -> Result<v1::Grant, Error> {
    Ok(v1::Grant {
        id: grant.id.to_string(),
        app: Some(app_of(core, &grant.client_id).await?),
        scopes: grant.scope().to_vec(),
        status: grant.status(now).as_str().to_owned(),
        client_ip: grant.client_ip.clone(),
        user_agent: grant.user_agent.clone(),
        created_at: grant.created_at.0,
        last_used_at: grant.last_used_at().0,
        expires_at: grant.ends_at().0,
        refreshable: grant.is_refreshable(now),
    })
}
