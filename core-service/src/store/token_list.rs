//! Lists of access and refresh tokens, for admins.
//!
//! There may be millions, and not every question has an index in the order of the list.
//! Where few records can be meant at all, they are picked and sorted. Else they are not
//! rare, and a page looks at so many records and no more: it may hold fewer tokens than
//! it could, and says from where the next one goes on.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{
    Cursor, Executor, Page, StoreError, access_tokens,
    paging::{Bind, Order, Search, bind_all, containing},
    sql, text,
};
use crate::domain::{
    id::{ClientId, GrantId, TokenId, UserId},
    scope::ScopeSet,
    time::Timestamp,
};

/// Records that one page looks at when its filter has no index.
const LOOKED_AT: u32 = 10_000;
/// So few records are sorted; more are looked through in the order of the list.
const FEW: u32 = 5_000;

/// What a list of tokens leaves in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Tokens of this user's grants.
    pub(crate) user: Option<UserId>,
    /// Tokens of this client.
    pub(crate) client: Option<ClientId>,
    /// Tokens with this scope.
    pub(crate) scope: Option<String>,
    /// Tokens in this state.
    pub(crate) status: Option<TokenStatus>,
    /// This one: a UUID.
    pub(crate) id: Option<Uuid>,
}

/// Whether a token counts, all that it hangs on considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenStatus {
    /// It counts.
    Active,
    /// Not until it is enabled again.
    Disabled,
    /// It, its family, its user or its client ended.
    Revoked,
    /// Its time is over.
    Expired,
}

impl TokenStatus {
    /// The status' name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    /// The status of that name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Active, Self::Disabled, Self::Revoked, Self::Expired]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Category {
    /// `access_tokens`
    Access,
    /// `refresh_tokens`
    Refresh,
}

/// A token with what decides whether it counts.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Listed<I> {
    /// The record's id: a UUIDv7, so it knows when it was made.
    pub(crate) id: I,
    /// None: the client's family is gone.
    pub(crate) client_id: Option<ClientId>,
    pub(crate) grant_id: Option<GrantId>,
    scope: Option<String>,
    pub(crate) expires_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) user_id: Option<UserId>,
    pub(crate) username: Option<String>,
    revoked: bool,
    disabled: bool,
}

impl<I> Listed<I> {
    /// What it is for.
    pub(crate) fn scope(&self) -> ScopeSet {
        ScopeSet::from_stored(self.scope.as_deref().unwrap_or_default())
    }

    /// Whether it counts at `now`.
    pub(crate) fn status(&self, now: Timestamp) -> TokenStatus {
        if self.revoked {
            TokenStatus::Revoked
        } else if self.expires_at <= now {
            TokenStatus::Expired
        } else if self.disabled {
            TokenStatus::Disabled
        } else {
            TokenStatus::Active
        }
    }
}

/// A page, and whether it stopped before it was full because it had looked at enough.
#[derive(Debug)]
pub(crate) struct Found<I> {
    pub(crate) page: Page<Listed<I>>,
    pub(crate) incomplete: bool,
}

/// A page of access tokens, the newest first.
pub(crate) async fn access(
    executor: &mut impl Executor,
    filter: &Filter,
    cursor: &Cursor,
    size: u32,
    now: Timestamp,
) -> Result<Found<TokenId>, StoreError> {
    let plan = Plan::new(executor, Category::Access, filter, cursor, size, now).await?;
    let text = plan.rows();
    let rows: Vec<Listed<TokenId>> = sql!(executor, |conn| bind_all!(
        sqlx::query_as::<_, Listed<TokenId>>(AssertSqlSafe(text.as_str())),
        &plan.outer.binds
    )
    .fetch_all(conn))?;
    let edge = match plan.edge(rows.len()) {
        None => None,
        Some(text) => {
            let edge: Option<TokenId> = sql!(executor, |conn| bind_all!(
                sqlx::query_scalar::<_, TokenId>(AssertSqlSafe(text.as_str())),
                &plan.inner.binds
            )
            .fetch_optional(conn))?;
            edge.map(|id| id.to_string())
        }
    };
    Ok(plan.found(rows, edge, |row| row.id.to_string()))
}

/// A page of refresh tokens, the newest first.
pub(crate) async fn refresh(
    executor: &mut impl Executor,
    filter: &Filter,
    cursor: &Cursor,
    size: u32,
    now: Timestamp,
) -> Result<Found<String>, StoreError> {
    let plan = Plan::new(executor, Category::Refresh, filter, cursor, size, now).await?;
    let text = plan.rows();
    let rows: Vec<Listed<String>> = sql!(executor, |conn| bind_all!(
        sqlx::query_as::<_, Listed<String>>(AssertSqlSafe(text.as_str())),
        &plan.outer.binds
    )
    .fetch_all(conn))?;
    let edge = match plan.edge(rows.len()) {
        None => None,
        Some(text) => sql!(executor, |conn| bind_all!(
            sqlx::query_scalar::<_, String>(AssertSqlSafe(text.as_str())),
            &plan.inner.binds
        )
        .fetch_optional(conn))?,
    };
    Ok(plan.found(rows, edge, |row| row.id.clone()))
}

/// How a page is read.
struct Plan<'c> {
    category: Category,
    cursor: &'c Cursor,
    size: u32,
    /// The values of `looked_at`.
    inner: Search,
    /// `WHERE ... ORDER BY ...` of the records that are looked at.
    looked_at: String,
    /// How many are looked at.
    most: u32,
    /// All values, and what is asked of the records once they are joined with what they hang on.
    outer: Search,
    asked: Vec<String>,
}

impl<'c> Plan<'c> {
    async fn new(
        executor: &mut impl Executor,
        category: Category,
        filter: &Filter,
        cursor: &'c Cursor,
        size: u32,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let texts = [
            filter.user.as_ref().map(UserId::as_str),
            filter.client.as_ref().map(ClientId::as_str),
            filter.scope.as_deref(),
        ];
        text::check(texts.into_iter().flatten())?;
        let mut inner = Search::default();
        // Whether few can be meant.
        let mut few = false;
        if let Some(id) = filter.id {
            inner.and("t.id = ?", category.id(id));
            few = true;
        }
        if let Some(user) = &filter.user {
            let grants = "t.grant_id IN (SELECT id FROM grants WHERE user_id = ?)";
            inner.and(grants, Bind::Text(user.to_string()));
            few = true;
        }
        // What is asked of the records, each with its value.
        let mut asked = Vec::new();
        if let Some(client) = &filter.client {
            let client = Bind::Text(client.to_string());
            match category {
                Category::Access => {
                    let of_client = access_tokens::of_client(executor, "?")?;
                    inner.and(&of_client, client);
                }
                Category::Refresh if few => asked.push((GRANTED_TO.to_owned(), client)),
                Category::Refresh => {
                    few = pick(executor, &mut inner, OF_CLIENT, Some(client.clone())).await?;
                    asked.push((GRANTED_TO.to_owned(), client));
                }
            }
        }
        if let Some(scope) = &filter.scope {
            let condition = format!(r"(' ' || {} || ' ') LIKE ? ESCAPE '\'", category.scope());
            asked.push((condition, Bind::Text(containing(&format!(" {scope} ")))));
        }
        if let Some(status) = filter.status {
            let (condition, value) = status.condition(category, now);
            asked.push((condition, value));
            if !few && let Some((candidates, value)) = status.candidates(category, now) {
                few = pick(executor, &mut inner, &candidates, value).await?;
            }
        }
        let most = match (asked.is_empty(), few) {
            (true, _) => size + 1,
            (false, true) => u32::MAX,
            (false, false) => LOOKED_AT,
        };
        let key = match cursor.key() {
            None => None,
            Some(key) => Some(category.key(key)?),
        };
        let looked_at = inner.ordered("t.id", Order::Descending, cursor, key);
        let mut outer = inner.clone();
        let asked = asked
            .into_iter()
            .map(|(condition, value)| {
                let placeholder = outer.bind(value);
                condition.replace('?', &placeholder)
            })
            .collect();
        Ok(Self {
            category,
            cursor,
            size,
            inner,
            looked_at,
            most,
            outer,
            asked,
        })
    }

    /// The rows of the page, and one more.
    fn rows(&self) -> String {
        let (table, looked_at, most) = (self.category.table(), &self.looked_at, self.most);
        let (select, client) = (self.category.select(), self.category.client());
        let asked = match self.asked.as_slice() {
            [] => String::new(),
            asked => format!("WHERE {}", asked.join(" AND ")),
        };
        let direction = if self.cursor.backwards() {
            "ASC"
        } else {
            "DESC"
        };
        let limit = u64::from(self.size) + 1;
        // Record by record in the order of the list, and only then joined.
        format!(
            "SELECT t.id, {select} FROM (SELECT t.* FROM \
             (SELECT t.* FROM {table} t {looked_at} LIMIT {most}) t \
             {asked} ORDER BY t.id {direction} LIMIT {limit}) t \
             LEFT JOIN grants g ON g.id = t.grant_id \
             LEFT JOIN clients c ON c.id = {client} \
             LEFT JOIN users u ON u.id = g.user_id \
             ORDER BY t.id {direction}"
        )
    }

    /// Reads the last record that was looked at, when the page is not full and there may
    /// be more behind it.
    fn edge(&self, rows: usize) -> Option<String> {
        let full = rows > usize::try_from(self.size).unwrap_or(usize::MAX);
        (self.most == LOOKED_AT && !full).then(|| {
            let (table, looked_at) = (self.category.table(), &self.looked_at);
            let offset = LOOKED_AT - 1;
            format!("SELECT t.id FROM {table} t {looked_at} LIMIT 1 OFFSET {offset}")
        })
    }

    fn found<I>(
        &self,
        rows: Vec<Listed<I>>,
        edge: Option<String>,
        key: impl Fn(&Listed<I>) -> String,
    ) -> Found<I> {
        let mut page = self.cursor.page(rows, self.size, key);
        let incomplete = edge.is_some();
        if let Some(edge) = edge {
            if self.cursor.backwards() {
                page.previous = format!("before.{edge}");
            } else {
                page.next = format!("after.{edge}");
            }
        }
        Found { page, incomplete }
    }
}

/// Refresh tokens of a client.
const OF_CLIENT: &str = "SELECT a.id FROM grants o JOIN refresh_tokens a ON a.grant_id = o.id \
                         WHERE o.client_id = ?";

/// Leaves in what `candidates` selects, if that are few; says whether it did.
async fn pick(
    executor: &mut impl Executor,
    inner: &mut Search,
    candidates: &str,
    value: Option<Bind>,
) -> Result<bool, StoreError> {
    let mut counted = Search::default();
    let with_value = |search: &mut Search, text: &str| match value.clone() {
        None => text.to_owned(),
        Some(value) => {
            let placeholder = search.bind(value);
            text.replace('?', &placeholder)
        }
    };
    let all = with_value(&mut counted, candidates);
    let limit = FEW + 1;
    let text =
        format!("SELECT count(*) FROM (SELECT few.id FROM ({all}) few LIMIT {limit}) counted");
    let count: i64 = sql!(executor, |conn| bind_all!(
        sqlx::query_scalar::<_, i64>(AssertSqlSafe(text.as_str())),
        &counted.binds
    )
    .fetch_one(conn))?;
    let few = count <= i64::from(FEW);
    if few {
        let all = with_value(inner, candidates);
        inner.and_plain(&format!("t.id IN ({all})"));
    }
    Ok(few)
}

impl TokenStatus {
    /// What is asked of a record for this status, all that it hangs on considered.
    fn condition(self, category: Category, now: Timestamp) -> (String, Bind) {
        let (ended, now) = (category.ended(), Bind::Int(now.0));
        let text = match self {
            Self::Revoked => format!("{ended} AND ? IS NOT NULL"),
            Self::Expired => format!("NOT {ended} AND t.expires_at <= ?"),
            Self::Disabled => format!("NOT {ended} AND t.expires_at > ? AND {SUSPENDED}"),
            Self::Active => format!("NOT {ended} AND t.expires_at > ? AND NOT {SUSPENDED}"),
        };
        (text, now)
    }

    /// Selects the ids of all records that may be of this status; none: too many to ask.
    fn candidates(self, category: Category, now: Timestamp) -> Option<(String, Option<Bind>)> {
        let table = category.table();
        let by_mark = |mark: &str| {
            format!(
                "SELECT id FROM {table} WHERE {mark} IS NOT NULL UNION ALL \
                 SELECT a.id FROM grants o JOIN {table} a ON a.grant_id = o.id \
                 WHERE o.{mark} IS NOT NULL"
            )
        };
        match self {
            Self::Active | Self::Revoked if category == Category::Refresh => None,
            Self::Active => None,
            Self::Revoked => Some((by_mark("revoked_at"), None)),
            Self::Disabled => Some((by_mark("disabled_at"), None)),
            Self::Expired => Some((
                format!("SELECT id FROM {table} WHERE expires_at <= ?"),
                Some(Bind::Int(now.0)),
            )),
        }
    }
}

/// The client that a record's grant is to. Like what follows, it is asked of each record by
/// itself, by a subquery that gives one value: a join, or EXISTS, would have PostgreSQL read
/// all grants first.
const GRANTED_TO: &str = "(SELECT o.client_id FROM grants o WHERE o.id = t.grant_id) = ?";

/// [`DISABLED`], of a record that is not joined.
const SUSPENDED: &str = "(t.disabled_at IS NOT NULL \
     OR coalesce((SELECT o.disabled_at IS NOT NULL FROM grants o WHERE o.id = t.grant_id), false) \
     OR NOT coalesce((SELECT p.active FROM grants o JOIN users p ON p.id = o.user_id \
     WHERE o.id = t.grant_id), true))";

/// Suspended, itself or by what it hangs on.
const DISABLED: &str = "(t.disabled_at IS NOT NULL OR g.disabled_at IS NOT NULL \
                        OR (u.id IS NOT NULL AND NOT u.active))";

impl Category {
    /// The name of the category.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }

    const fn table(self) -> &'static str {
        match self {
            Self::Access => "access_tokens",
            Self::Refresh => "refresh_tokens",
        }
    }

    /// The client, of a record joined with its grant.
    const fn client(self) -> &'static str {
        match self {
            Self::Access => "t.client_id",
            Self::Refresh => "g.client_id",
        }
    }

    const fn scope(self) -> &'static str {
        match self {
            Self::Access => "t.scope",
            // Asked record by record in the order of the list: a join would read all grants first.
            Self::Refresh => "(SELECT o.scope FROM grants o WHERE o.id = t.grant_id)",
        }
    }

    /// [`revoked`](Self::revoked), of a record that is not joined.
    const fn ended(self) -> &'static str {
        match self {
            Self::Access => {
                "(t.revoked_at IS NOT NULL \
                 OR NOT coalesce((SELECT a.status = 'active' \
                 AND (t.grant_id IS NOT NULL OR t.id >= a.own_tokens_since) \
                 FROM clients a WHERE a.id = t.client_id), false) \
                 OR (t.grant_id IS NOT NULL AND NOT \
                 coalesce((SELECT o.revoked_at IS NULL FROM grants o WHERE o.id = t.grant_id), false)))"
            }
            Self::Refresh => {
                "(t.revoked_at IS NOT NULL OR t.rotated_at IS NOT NULL \
                 OR NOT coalesce((SELECT o.revoked_at IS NULL AND a.status = 'active' \
                 FROM grants o JOIN clients a ON a.id = o.client_id WHERE o.id = t.grant_id), false))"
            }
        }
    }

    /// Ended, itself or by what it hangs on.
    const fn revoked(self) -> &'static str {
        match self {
            Self::Access => {
                "(t.revoked_at IS NOT NULL OR c.id IS NULL OR c.status <> 'active' OR \
                 (t.grant_id IS NULL AND t.id < c.own_tokens_since) OR \
                 (t.grant_id IS NOT NULL AND (g.id IS NULL OR g.revoked_at IS NOT NULL)))"
            }
            Self::Refresh => {
                "(t.revoked_at IS NOT NULL OR t.rotated_at IS NOT NULL OR c.id IS NULL OR \
                 c.status <> 'active' OR g.id IS NULL OR g.revoked_at IS NOT NULL)"
            }
        }
    }

    /// All columns but the id.
    fn select(self) -> String {
        let (client, revoked) = (self.client(), self.revoked());
        let (scope, last_used_at) = match self {
            Self::Access => ("t.scope", "CAST(NULL AS BIGINT)"),
            Self::Refresh => ("g.scope", "t.last_used_at"),
        };
        format!(
            "{client} AS client_id, t.grant_id, {scope} AS scope, t.expires_at, \
             {last_used_at} AS last_used_at, g.user_id, u.username, \
             {revoked} AS revoked, {DISABLED} AS disabled"
        )
    }

    /// An id as its column holds it.
    fn id(self, id: Uuid) -> Bind {
        match self {
            Self::Access => Bind::Uuid(id),
            Self::Refresh => Bind::Text(id.to_string()),
        }
    }

    /// The key of a page token.
    fn key(self, key: &str) -> Result<Bind, StoreError> {
        let id = Uuid::parse_str(key).map_err(|_| {
            StoreError::Unstorable("page_token: is not from an answer to this call")
        })?;
        Ok(self.id(id))
    }
}
