//! Every token on record, as admins see and end it.

use authgate_proto::v1;
use uuid::Uuid;

use super::{page_size, refused, search_text};
use crate::{
    Core, Ctx,
    audit::{Event, EventType, Resource},
    domain::{
        id::{ClientId, TokenId, UserId, made_at},
        time::Timestamp,
    },
    error::Error,
    store::{
        Connection, Cursor, Executor, Page, Transaction, access_tokens, clients, refresh_tokens,
        token_list::{self, Category, Filter, Found, Listed, TokenStatus},
        users,
    },
};

/// A page of access or refresh tokens, the newest first.
///
/// # Errors
/// `Invalid` for a status or category that there is not, or a page token of another list.
pub(crate) async fn list(
    core: &Core,
    ctx: &Ctx,
    request: v1::ListTokensRequest,
) -> Result<v1::ListTokensResponse, Error> {
    let v1::ListTokensRequest {
        user,
        client_id,
        scope,
        status,
        category,
        page_size: asked,
        page_token,
        search,
    } = request;
    let category = parse_category(&category)?;
    let status = match status.as_str() {
        "" => None,
        other => Some(TokenStatus::parse(other).ok_or_else(|| {
            let statuses = "active, disabled, revoked, expired";
            Error::Invalid(format!("status: must be one of: {statuses}"))
        })?),
    };
    let cursor = Cursor::parse(&page_token)?;
    let mut connection = core.store.read().await?;
    let mut filter = Filter {
        client: Some(client_id)
            .filter(|id| !id.is_empty())
            .map(ClientId::from),
        scope: Some(search_text(scope)?).filter(|scope| !scope.is_empty()),
        status,
        ..Filter::default()
    };
    let user = search_text(user)?;
    if !user.is_empty() {
        match user_of(&mut connection, &user).await? {
            Some(user) => filter.user = Some(user),
            None => return Ok(v1::ListTokensResponse::default()),
        }
    }
    let search = search_text(search)?;
    if !search.is_empty() {
        understand(&mut connection, &mut filter, &search).await?;
    }
    let size = page_size(asked);
    match category {
        Category::Access => {
            let found =
                token_list::access(&mut connection, &filter, &cursor, size, ctx.now).await?;
            drop(connection);
            answer(core, ctx, category, found).await
        }
        Category::Refresh => {
            let found =
                token_list::refresh(&mut connection, &filter, &cursor, size, ctx.now).await?;
            drop(connection);
            answer(core, ctx, category, found).await
        }
    }
}

/// Ends one token, for good. A refresh token takes its family with it: the app could go
/// on with another token of it.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn revoke(
    core: &Core,
    ctx: &Ctx,
    request: v1::AdminTokenRequest,
) -> Result<v1::AdminToken, Error> {
    let event = Event::new(EventType::TokenRevoked, "ended a token");
    change(core, ctx, request, event, Change::Revoke).await
}

/// Suspends one token.
///
/// # Errors
/// `NotFound`; `Precondition` when it counts no more anyway.
pub(crate) async fn disable(
    core: &Core,
    ctx: &Ctx,
    request: v1::AdminTokenRequest,
) -> Result<v1::AdminToken, Error> {
    let event = Event::new(EventType::TokenDisabled, "suspended a token");
    change(core, ctx, request, event, Change::Disable).await
}

/// Lets a suspended token count again.
///
/// # Errors
/// `NotFound`; `Precondition` when it was not suspended itself, or is over.
pub(crate) async fn enable(
    core: &Core,
    ctx: &Ctx,
    request: v1::AdminTokenRequest,
) -> Result<v1::AdminToken, Error> {
    let event = Event::new(EventType::TokenEnabled, "let a token count again");
    change(core, ctx, request, event, Change::Enable).await
}

/// What is done to a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Revoke,
    Disable,
    Enable,
}

/// Changes one token, and tells of it in any case.
async fn change(
    core: &Core,
    ctx: &Ctx,
    request: v1::AdminTokenRequest,
    event: Event,
    change: Change,
) -> Result<v1::AdminToken, Error> {
    let category = parse_category(&request.category)?;
    let id = Uuid::parse_str(&request.id).map_err(|_| unknown())?;
    let event = event.with("category", category.as_str());
    let result = try_change(core, ctx, (category, id), event.clone(), change).await;
    refused(core, ctx, result, || {
        event.about(Resource::new("TOKEN", id, ""))
    })
}

async fn try_change(
    core: &Core,
    ctx: &Ctx,
    (category, id): (Category, Uuid),
    event: Event,
    change: Change,
) -> Result<v1::AdminToken, Error> {
    let mut transaction = core.store.begin().await?;
    let before = one(core, ctx, &mut transaction, category, id)
        .await?
        .ok_or_else(unknown)?;
    let allowed = match change {
        Change::Revoke => true,
        Change::Disable => before.status == "active" || before.status == "disabled",
        Change::Enable => before.status == "active" || before.status == "disabled",
    };
    if !allowed {
        let status = before.status;
        return Err(Error::Precondition(format!(
            "the token is {status}: it can't count again"
        )));
    }
    let changed = apply(&mut transaction, ctx.now, category, id, change).await?;
    let after = one(core, ctx, &mut transaction, category, id)
        .await?
        .ok_or_else(unknown)?;
    if change == Change::Enable && after.status == "disabled" {
        return Err(Error::Precondition(
            "the app sign-in of the token is suspended: the token counts again when the user \
             enables that on the page of tokens and sign-ins"
                .to_owned(),
        ));
    }
    if !changed {
        return Ok(after);
    }
    let event = event
        .about(Resource::new("TOKEN", id, after.client_id.clone()))
        .with("client_id", after.client_id.clone())
        .with("client_name", after.client_name.clone())
        .with("user_id", after.user_id.clone());
    core.audit.record_in(&mut transaction, ctx, event).await?;
    transaction.commit().await?;
    Ok(after)
}

fn unknown() -> Error {
    Error::NotFound("there is no such token")
}

/// Does it; false when it was so already.
async fn apply(
    transaction: &mut Transaction,
    now: Timestamp,
    category: Category,
    id: Uuid,
    change: Change,
) -> Result<bool, Error> {
    let mark = (change == Change::Disable).then_some(now);
    Ok(match (category, change) {
        (Category::Access, Change::Revoke) => {
            access_tokens::revoke(transaction, &id.into(), now).await?
        }
        (Category::Access, _) => access_tokens::set_disabled(transaction, &id.into(), mark).await?,
        (Category::Refresh, Change::Revoke) => {
            let id = id.to_string();
            match refresh_tokens::by_id(transaction, &id).await? {
                Some(token) => {
                    crate::store::grants::revoke(transaction, &token.grant_id, now).await?
                }
                None => false,
            }
        }
        (Category::Refresh, _) => {
            refresh_tokens::set_disabled(transaction, &id.to_string(), mark).await?
        }
    })
}

async fn one(
    core: &Core,
    ctx: &Ctx,
    executor: &mut impl Executor,
    category: Category,
    id: Uuid,
) -> Result<Option<v1::AdminToken>, Error> {
    let filter = Filter {
        id: Some(id),
        ..Filter::default()
    };
    let first = &Cursor::First;
    let answer = match category {
        Category::Access => {
            let found = token_list::access(executor, &filter, first, 1, ctx.now).await?;
            answer(core, ctx, category, found).await?
        }
        Category::Refresh => {
            let found = token_list::refresh(executor, &filter, first, 1, ctx.now).await?;
            answer(core, ctx, category, found).await?
        }
    };
    Ok(answer.tokens.into_iter().next())
}

/// The user of that name or id.
async fn user_of(connection: &mut Connection, text: &str) -> Result<Option<UserId>, Error> {
    let user = match users::by_id(connection, &UserId::from(text)).await? {
        Some(user) => Some(user),
        None => users::by_username(connection, text).await?,
    };
    Ok(user.map(|user| user.id))
}

/// Takes `search` for what there is of it: a token, a user, a client; else for a scope.
async fn understand(
    connection: &mut Connection,
    filter: &mut Filter,
    search: &str,
) -> Result<(), Error> {
    if let Some(user) = user_of(connection, search).await? {
        filter.user.get_or_insert(user);
    } else if let Some(client) = client_of(connection, search).await? {
        filter.client.get_or_insert(client);
    } else if let Ok(id) = Uuid::parse_str(search) {
        filter.id = Some(id);
    } else {
        filter.scope.get_or_insert_with(|| search.to_owned());
    }
    Ok(())
}

/// The client of that id, or of that name.
async fn client_of(connection: &mut Connection, text: &str) -> Result<Option<ClientId>, Error> {
    if let Some(client) = clients::by_id(connection, &ClientId::from(text)).await? {
        return Ok(Some(client.id));
    }
    let named = clients::Filter {
        search: text.to_owned(),
        ..clients::Filter::default()
    };
    let page = clients::list(connection, &named, &Cursor::First, 100).await?;
    let wanted = text.to_lowercase();
    let client = page
        .items
        .into_iter()
        .find(|client| client.metadata.client_name.to_lowercase() == wanted);
    Ok(client.map(|client| client.id))
}

fn parse_category(name: &str) -> Result<Category, Error> {
    match name {
        "" | "access" => Ok(Category::Access),
        "refresh" => Ok(Category::Refresh),
        _ => Err(Error::Invalid(
            "category: must be one of: access, refresh".to_owned(),
        )),
    }
}

async fn answer<I: TokenName>(
    core: &Core,
    ctx: &Ctx,
    category: Category,
    found: Found<I>,
) -> Result<v1::ListTokensResponse, Error> {
    let Found { page, incomplete } = found;
    let Page {
        items,
        previous,
        next,
    } = page;
    let mut tokens = Vec::with_capacity(items.len());
    for item in &items {
        tokens.push(shown(core, ctx, category, item).await?);
    }
    Ok(v1::ListTokensResponse {
        tokens,
        next_page_token: next,
        previous_page_token: previous,
        incomplete,
    })
}

/// The id of either category.
trait TokenName: Send + Sync {
    fn text(&self) -> String;
}

impl TokenName for TokenId {
    fn text(&self) -> String {
        self.to_string()
    }
}

impl TokenName for String {
    fn text(&self) -> String {
        self.clone()
    }
}

async fn shown<I: TokenName>(
    core: &Core,
    ctx: &Ctx,
    category: Category,
    token: &Listed<I>,
) -> Result<v1::AdminToken, Error> {
    let id = token.id.text();
    let client = match &token.client_id {
        Some(id) => core.client(id).await?,
        None => None,
    };
    let text = |id: Option<&str>| id.unwrap_or_default().to_owned();
    Ok(v1::AdminToken {
        created_at: Uuid::parse_str(&id).map_or(0, |id| made_at(id).0),
        id,
        category: category.as_str().to_owned(),
        status: token.status(ctx.now).as_str().to_owned(),
        client_id: text(token.client_id.as_ref().map(ClientId::as_str)),
        client_name: client
            .map(|client| client.metadata.client_name.clone())
            .unwrap_or_default(),
        user_id: text(token.user_id.as_ref().map(UserId::as_str)),
        username: text(token.username.as_deref()),
        scopes: token.scope().iter().map(str::to_owned).collect(),
        expires_at: token.expires_at.0,
        last_used_at: token.last_used_at.map_or(0, |instant| instant.0),
        grant_id: token
            .grant_id
            .map(|grant| grant.to_string())
            .unwrap_or_default(),
    })
}
