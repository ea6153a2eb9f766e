//! Lists of consents, for those who look after them.

use sqlx::AssertSqlSafe;

use super::{
    Cursor, Executor, Page, StoreError,
    paging::{Bind, Order, Search, bind_all},
    sql, text,
};
use crate::domain::{
    id::{ClientId, ConsentId, UserId},
    scope::ScopeSet,
    time::Timestamp,
};

/// A consent that stands, with what people call whom it is of.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Listed {
    pub(crate) id: ConsentId,
    pub(crate) user_id: UserId,
    pub(crate) username: String,
    pub(crate) client_id: ClientId,
    scope: String,
    pub(crate) granted_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Families of tokens of this user and client that are not over.
    pub(crate) live_grants: i64,
}

impl Listed {
    /// All that was approved.
    pub(crate) fn scope(&self) -> ScopeSet {
        ScopeSet::from_stored(&self.scope)
    }
}

/// Whose consents a list holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Those of this user.
    pub(crate) user: Option<UserId>,
    /// Those to this client.
    pub(crate) client: Option<ClientId>,
    /// This one.
    pub(crate) id: Option<ConsentId>,
}

/// A page of the consents that stand at `now`, the newest first.
pub(crate) async fn list(
    executor: &mut impl Executor,
    filter: &Filter,
    cursor: &Cursor,
    size: u32,
    now: Timestamp,
) -> Result<Page<Listed>, StoreError> {
    let mut search = Search::default();
    let instant = search.bind(Bind::Int(now.0));
    search.and_plain("c.revoked_at IS NULL");
    let conditions = [
        ("c.user_id = ?", filter.user.as_ref().map(UserId::as_str)),
        (
            "c.client_id = ?",
            filter.client.as_ref().map(ClientId::as_str),
        ),
        ("c.id = ?", filter.id.as_ref().map(ConsentId::as_str)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            text::check([value])?;
            search.and(condition, Bind::Text(value.to_owned()));
        }
    }
    let key = cursor.key().map(|key| Bind::Text(key.to_owned()));
    let rest = search.page("c.id", Order::Descending, cursor, key, size);
    let text = format!(
        "SELECT c.id, c.user_id, u.username, c.client_id, c.scope, c.granted_at, c.updated_at, \
         (SELECT count(*) FROM grants g WHERE g.user_id = c.user_id AND g.client_id = c.client_id \
          AND g.revoked_at IS NULL AND g.expires_at > {instant}) AS live_grants \
         FROM consents c JOIN users u ON u.id = c.user_id {rest}"
    );
    let rows: Vec<Listed> = sql!(executor, |conn| bind_all!(
        sqlx::query_as::<_, Listed>(AssertSqlSafe(text.as_str())),
        &search.binds
    )
    .fetch_all(conn))?;
    Ok(cursor.page(rows, size, |row| row.id.to_string()))
}
