//! Grants as people see them: with what their tokens say of them.
//!
//! A grant of which there is no token is not shown: its code was never redeemed, or all
//! that it gave is long over.

use sqlx::AssertSqlSafe;

use super::{
    Cursor, Executor, Page, StoreError,
    paging::{Bind, Order, Search, bind_all, check_search, containing},
    sql,
};
use crate::domain::{
    grant::GrantStatus,
    id::{ClientId, GrantId, TokenId, UserId, made_at},
    scope::ScopeSet,
    time::Timestamp,
};

/// Each of these is found by an index, and read for the rows of a page only. A token
/// that has a successor or was ended does not make its grant last.
const COLUMNS: &str = "g.id, g.client_id, g.scope, g.client_ip, g.user_agent, g.created_at, \
     g.expires_at, g.revoked_at, g.disabled_at, \
     (SELECT MAX(COALESCE(r.last_used_at, r.created_at)) FROM refresh_tokens r \
     WHERE r.grant_id = g.id) AS refreshed_at, \
     (SELECT MAX(r.expires_at) FROM refresh_tokens r WHERE r.grant_id = g.id \
     AND r.rotated_at IS NULL AND r.revoked_at IS NULL) AS refresh_ends_at, \
     (SELECT t.id FROM access_tokens t WHERE t.grant_id = g.id \
     ORDER BY t.id DESC LIMIT 1) AS newest_access, \
     (SELECT MAX(t.expires_at) FROM access_tokens t WHERE t.grant_id = g.id \
     AND t.revoked_at IS NULL) AS access_ends_at";

/// A grant and what its tokens say of it.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct ListedGrant {
    /// Names the family.
    pub(crate) id: GrantId,
    /// To whom.
    pub(crate) client_id: ClientId,
    scope: String,
    /// Where the app asked from; may be empty.
    pub(crate) client_ip: String,
    /// And with what.
    pub(crate) user_agent: String,
    /// When it was given.
    pub(crate) created_at: Timestamp,
    expires_at: Timestamp,
    revoked_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
    refreshed_at: Option<Timestamp>,
    refresh_ends_at: Option<Timestamp>,
    newest_access: Option<TokenId>,
    access_ends_at: Option<Timestamp>,
}

impl ListedGrant {
    /// What was granted.
    pub(crate) fn scope(&self) -> ScopeSet {
        ScopeSet::from_stored(&self.scope)
    }

    /// How it stands at `now`.
    pub(crate) fn status(&self, now: Timestamp) -> GrantStatus {
        let lasts = self.tokens_end_at().is_some_and(|end| now < end);
        match (self.revoked_at, lasts, self.disabled_at) {
            (Some(_), _, _) => GrantStatus::Revoked,
            (None, false, _) => GrantStatus::Expired,
            (None, true, Some(_)) => GrantStatus::Disabled,
            (None, true, None) => GrantStatus::Active,
        }
    }

    /// When tokens were last given out under it.
    pub(crate) fn last_used_at(&self) -> Timestamp {
        let issued_at = self.newest_access.map(|id| made_at(id.uuid()));
        [Some(self.created_at), self.refreshed_at, issued_at]
            .into_iter()
            .flatten()
            .max()
            .unwrap_or(self.created_at)
    }

    /// When the last of its tokens ends.
    pub(crate) fn ends_at(&self) -> Timestamp {
        self.tokens_end_at().unwrap_or(self.expires_at)
    }

    /// Whether it lasts by refresh tokens.
    pub(crate) fn is_refreshable(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.refresh_ends_at.is_some_and(|end| now < end)
    }

    fn tokens_end_at(&self) -> Option<Timestamp> {
        self.refresh_ends_at.max(self.access_ends_at)
    }
}

/// Which grants a list holds.
#[derive(Debug)]
pub(crate) struct Filter<'a> {
    /// Whose.
    pub(crate) user: &'a UserId,
    /// Part of the app's name or id, or of the scopes, in any case; empty: all.
    pub(crate) search: &'a str,
    /// Of this status; none: those that are active or disabled.
    pub(crate) status: Option<GrantStatus>,
}

/// A page of grants as they stand at `now`, the newest first; `key` is that of `cursor`.
pub(crate) async fn page(
    executor: &mut impl Executor,
    filter: &Filter<'_>,
    cursor: &Cursor,
    key: Option<GrantId>,
    size: u32,
    now: Timestamp,
) -> Result<Page<ListedGrant>, StoreError> {
    check_search(filter.search)?;
    let mut search = Search::default();
    search.and("g.user_id = ?", Bind::Text(filter.user.to_string()));
    of_status(&mut search, filter.status, now);
    if !filter.search.is_empty() {
        let pattern = containing(&filter.search.to_lowercase());
        search.and(
            "lower(g.scope) LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM clients c \
             WHERE c.id = g.client_id AND c.name_key LIKE ? ESCAPE '\\')",
            Bind::Text(pattern),
        );
    }
    let key = key.map(|key| Bind::Uuid(key.uuid()));
    let rest = search.page("g.id", Order::Descending, cursor, key, size);
    let text = format!("SELECT {COLUMNS} FROM grants g {rest}");
    let rows: Vec<ListedGrant> = sql!(executor, |conn| bind_all!(
        sqlx::query_as::<_, ListedGrant>(AssertSqlSafe(text.as_str())),
        &search.binds
    )
    .fetch_all(conn))?;
    Ok(cursor.page(rows, size, |grant| grant.id.to_string()))
}

/// The grant of that id, if the user gave it.
pub(crate) async fn of_user(
    executor: &mut impl Executor,
    id: GrantId,
    user: &UserId,
) -> Result<Option<ListedGrant>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM grants g WHERE g.id = $1 AND g.user_id = $2");
    sql!(executor, |conn| sqlx::query_as::<_, ListedGrant>(
        AssertSqlSafe(text.as_str())
    )
    .bind(id)
    .bind(user)
    .fetch_optional(conn))
}

/// Says [`ListedGrant::status`] in SQL.
fn of_status(search: &mut Search, status: Option<GrantStatus>, now: Timestamp) {
    let any = tokens("", "");
    let now = search.bind(Bind::Int(now.0));
    let lasting = tokens(
        &format!("AND t.revoked_at IS NULL AND t.expires_at > {now}"),
        &format!("AND r.rotated_at IS NULL AND r.revoked_at IS NULL AND r.expires_at > {now}"),
    );
    // `<>` and not `=`: PostgreSQL takes the former for the rule and the latter for the
    // exception, and would sort all grants of a person to find a few.
    let condition = match status {
        None => format!("g.revoked_at IS NULL AND {lasting} <> 0"),
        Some(GrantStatus::Active) => {
            format!("g.revoked_at IS NULL AND g.disabled_at IS NULL AND {lasting} <> 0")
        }
        Some(GrantStatus::Disabled) => {
            format!("g.revoked_at IS NULL AND g.disabled_at IS NOT NULL AND {lasting} <> 0")
        }
        Some(GrantStatus::Revoked) => format!("g.revoked_at IS NOT NULL AND {any} <> 0"),
        Some(GrantStatus::Expired) => {
            format!("g.revoked_at IS NULL AND {lasting} <> 1 AND {any} <> 0")
        }
    };
    search.and_plain(&condition);
}

/// 1 if the grant has an access token or a refresh token with these further conditions, else 0.
///
/// Not by EXISTS: PostgreSQL would read all tokens of all people into a hash table for the
/// sake of one page. This way it can only look at those of a grant.
fn tokens(access: &str, refresh: &str) -> String {
    format!(
        "COALESCE((SELECT 1 FROM access_tokens t WHERE t.grant_id = g.id {access} LIMIT 1), \
         (SELECT 1 FROM refresh_tokens r WHERE r.grant_id = g.id {refresh} LIMIT 1), 0)"
    )
}
