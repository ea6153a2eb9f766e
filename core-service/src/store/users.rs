//! Table `users`.

use std::collections::HashMap;

use serde_json::{Map, Value};
use sqlx::AssertSqlSafe;

use super::{
    Change, Cursor, Executor, Page, StoreError, Transaction,
    connection::Executed,
    paging::{Bind, Order, Search, behind_prefix, bind_all},
    sql, text,
};
use crate::domain::{
    id::UserId,
    time::Timestamp,
    user::{Role, User},
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, username, email, email_verified, password_hash, role, active, claims, \
             auth_source, external_id, created_at, updated_at FROM users ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: UserId,
    username: String,
    email: Option<String>,
    email_verified: bool,
    password_hash: Option<String>,
    role: String,
    active: bool,
    claims: String,
    auth_source: String,
    external_id: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<Row> for User {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |column| StoreError::corrupt("users", column, &row.id);
        Ok(Self {
            role: Role::parse(&row.role).ok_or_else(|| corrupt("role"))?,
            claims: serde_json::from_str(&row.claims).map_err(|_| corrupt("claims"))?,
            id: row.id,
            username: row.username,
            email: row.email,
            email_verified: row.email_verified,
            password_hash: row.password_hash,
            active: row.active,
            auth_source: row.auth_source,
            external_id: row.external_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Adds `user`.
///
/// # Errors
/// A conflict in [`Column::Username`](super::Column) or [`Column::Email`](super::Column)
/// when another person has the name or the address, in any case.
pub(crate) async fn insert(executor: &mut impl Executor, user: &User) -> Result<(), StoreError> {
    let keys = Keys::of(user)?;
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "INSERT INTO users (id, username, username_key, email, email_key, email_verified, \
         password_hash, role, active, claims, auth_source, external_id, created_at, updated_at, \
         name_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    )
    .bind(&user.id)
    .bind(&user.username)
    .bind(&keys.username)
    .bind(&user.email)
    .bind(&keys.email)
    .bind(user.email_verified)
    .bind(&user.password_hash)
    .bind(user.role.as_str())
    .bind(user.active)
    .bind(claims_text(&user.claims))
    .bind(&user.auth_source)
    .bind(&user.external_id)
    .bind(user.created_at)
    .bind(user.updated_at)
    .bind(&keys.name)
    .execute(conn))?;
    Ok(())
}

/// Writes all of `user` but `created_at`. False when there is no such user.
///
/// # Errors
/// Conflicts as in [`insert`].
pub(crate) async fn update(transaction: &mut Transaction, user: &User) -> Result<bool, StoreError> {
    let keys = Keys::of(user)?;
    transaction.changes(Change::User(user.id.clone()));
    let Executed(rows) = sql!(transaction, |conn| sqlx::query(
        "UPDATE users SET username = $2, username_key = $3, email = $4, email_key = $5, \
         email_verified = $6, password_hash = $7, role = $8, active = $9, claims = $10, \
         auth_source = $11, external_id = $12, updated_at = $13, name_key = $14 WHERE id = $1"
    )
    .bind(&user.id)
    .bind(&user.username)
    .bind(&keys.username)
    .bind(&user.email)
    .bind(&keys.email)
    .bind(user.email_verified)
    .bind(&user.password_hash)
    .bind(user.role.as_str())
    .bind(user.active)
    .bind(claims_text(&user.claims))
    .bind(&user.auth_source)
    .bind(&user.external_id)
    .bind(user.updated_at)
    .bind(&keys.name)
    .execute(conn))?;
    Ok(rows > 0)
}

/// Replaces the password's hash. False when there is no such user.
pub(crate) async fn set_password_hash(
    executor: &mut impl Executor,
    id: &UserId,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1"
    )
    .bind(id)
    .bind(hash)
    .bind(now)
    .execute(conn))?;
    Ok(rows > 0)
}

/// Replaces the hash `old` of an unchanged password by a better one: one statement,
/// so that a password set meanwhile stays. False when `old` is not the hash any more.
pub(crate) async fn renew_password_hash(
    executor: &mut impl Executor,
    id: &UserId,
    old: &str,
    new: &str,
) -> Result<bool, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2"
    )
    .bind(id)
    .bind(old)
    .bind(new)
    .execute(conn))?;
    Ok(rows > 0)
}

/// The user of that id.
pub(crate) async fn by_id(
    executor: &mut impl Executor,
    id: &UserId,
) -> Result<Option<User>, StoreError> {
    text::check([id.as_str()])?;
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(select!(
        "WHERE id = $1"
    ))
    .bind(id)
    .fetch_optional(conn))?;
    row.map(User::try_from).transpose()
}

/// What those of `ids` that there are are called.
pub(crate) async fn names(
    executor: &mut impl Executor,
    ids: &[UserId],
) -> Result<HashMap<UserId, String>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut search = Search::default();
    let ids = ids.iter().map(|id| Bind::Text(id.to_string()));
    let ids: Vec<String> = ids.map(|id| search.bind(id)).collect();
    let text = format!(
        "SELECT id, username FROM users WHERE id IN ({})",
        ids.join(", ")
    );
    let rows: Vec<(UserId, String)> = sql!(executor, |conn| bind_all!(
        sqlx::query_as::<_, (UserId, String)>(AssertSqlSafe(text.as_str())),
        &search.binds
    )
    .fetch_all(conn))?;
    Ok(rows.into_iter().collect())
}

/// The user of that name, in any case.
pub(crate) async fn by_username(
    executor: &mut impl Executor,
    username: &str,
) -> Result<Option<User>, StoreError> {
    text::check([username])?;
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(select!(
        "WHERE username_key = $1"
    ))
    .bind(User::key(username))
    .fetch_optional(conn))?;
    row.map(User::try_from).transpose()
}

/// The user of that mail address, in any case.
pub(crate) async fn by_email(
    executor: &mut impl Executor,
    email: &str,
) -> Result<Option<User>, StoreError> {
    text::check([email])?;
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(select!(
        "WHERE email_key = $1"
    ))
    .bind(User::key(email))
    .fetch_optional(conn))?;
    row.map(User::try_from).transpose()
}

/// Removes the user with all sessions, consents and grants; access tokens count no longer.
/// False when there is no such user.
pub(crate) async fn delete(transaction: &mut Transaction, id: &UserId) -> Result<bool, StoreError> {
    transaction.changes(Change::User(id.clone()));
    let Executed(rows) = sql!(transaction, |conn| sqlx::query(
        "DELETE FROM users WHERE id = $1"
    )
    .bind(id)
    .execute(conn))?;
    Ok(rows > 0)
}

/// Fewer than this are picked and sorted.
const FEW: u32 = 1_000;

/// What a list of users leaves in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Users whose name, mail address or full name begins with this, in any case, or whose
    /// id it is; empty: all.
    pub(crate) search: String,
    /// Users of this role.
    pub(crate) role: Option<Role>,
    /// Accounts of this identity source.
    pub(crate) auth_source: Option<String>,
    /// Users who may sign in, or those who may not.
    pub(crate) active: Option<bool>,
}

/// A page of users, ordered by user name.
pub(crate) async fn list(
    executor: &mut impl Executor,
    filter: &Filter,
    cursor: &Cursor,
    size: u32,
) -> Result<Page<User>, StoreError> {
    let texts = [Some(filter.search.as_str()), filter.auth_source.as_deref()];
    text::check(texts.into_iter().flatten())?;
    let mut search = Search::default();
    if !filter.search.is_empty() {
        found(executor, &mut search, &filter.search).await?;
    }
    if let Some(role) = filter.role {
        search.and("role = ?", Bind::Text(role.as_str().to_owned()));
    }
    if let Some(source) = &filter.auth_source {
        search.and("auth_source = ?", Bind::Text(source.clone()));
    }
    match filter.active {
        // As the partial index says it.
        Some(false) => {
            search.and_plain("NOT active");
        }
        Some(true) => {
            search.and_plain("active");
        }
        None => {}
    }
    let key = cursor.key().map(|key| Bind::Text(key.to_owned()));
    let rest = search.page("username_key", Order::Ascending, cursor, key, size);
    let text = format!("{}{rest}", select!(""));
    let rows: Vec<Row> = sql!(executor, |conn| bind_all!(
        sqlx::query_as::<_, Row>(AssertSqlSafe(text.as_str())),
        &search.binds
    )
    .fetch_all(conn))?;
    let users: Vec<User> = rows
        .into_iter()
        .map(User::try_from)
        .collect::<Result<_, _>>()?;
    Ok(cursor.page(users, size, |user| User::key(&user.username)))
}

/// Leaves in whom `text` may mean. Each way to find somebody has its own index, and OR would
/// use none of them; but where many are found, they are best met in the order of the list.
async fn found(
    executor: &mut impl Executor,
    search: &mut Search,
    text: &str,
) -> Result<(), StoreError> {
    let beginning = User::key(text);
    let binds = [
        Bind::Text(beginning.clone()),
        Bind::Text(behind_prefix(&beginning)),
        Bind::Text(text.to_owned()),
    ];
    let conditions = |[from, to, id]: [String; 3]| {
        let begins = ["username_key", "email_key", "name_key"]
            .map(|key| format!("{key} >= {from} AND {key} < {to}"));
        begins.into_iter().chain([format!("id = {id}")])
    };
    let select = |condition| format!("SELECT id FROM users WHERE {condition}");
    let mut counted = Search::default();
    let placeholders = binds.clone().map(|bind| counted.bind(bind));
    let ways: Vec<String> = conditions(placeholders).map(select).collect();
    let all = ways.join(" UNION ALL ");
    let text = format!("SELECT count(*) FROM (SELECT id FROM ({all}) f LIMIT {FEW}) few");
    let count: i64 = sql!(executor, |conn| bind_all!(
        sqlx::query_scalar::<_, i64>(AssertSqlSafe(text.as_str())),
        &counted.binds
    )
    .fetch_one(conn))?;
    let conditions = conditions(binds.map(|bind| search.bind(bind)));
    if count < i64::from(FEW) {
        let ways: Vec<String> = conditions.map(select).collect();
        search.and_plain(&format!("id IN ({})", ways.join(" UNION ")));
    } else {
        let ways: Vec<String> = conditions.collect();
        search.and_plain(&format!("({})", ways.join(" OR ")));
    }
    Ok(())
}

/// The identity sources that there are accounts of.
pub(crate) async fn auth_sources(executor: &mut impl Executor) -> Result<Vec<String>, StoreError> {
    // From one to the next in the index: DISTINCT would read all of it.
    sql!(executor, |conn| sqlx::query_scalar::<_, String>(
        "WITH RECURSIVE sources (source) AS (SELECT min(auth_source) FROM users UNION ALL \
         SELECT (SELECT min(auth_source) FROM users WHERE auth_source > source) FROM sources \
         WHERE source IS NOT NULL) SELECT source FROM sources WHERE source IS NOT NULL"
    )
    .fetch_all(conn))
}

/// How many users there are, how many of them are admins, and how many may not sign in.
pub(crate) async fn counts(executor: &mut impl Executor) -> Result<[u64; 3], StoreError> {
    let counts: (i64, i64, i64) = sql!(executor, |conn| sqlx::query_as::<_, (i64, i64, i64)>(
        "SELECT (SELECT count(*) FROM users), \
         (SELECT count(*) FROM users WHERE role = 'admin'), \
         (SELECT count(*) FROM users WHERE NOT active)"
    )
    .fetch_one(conn))?;
    Ok([counts.0, counts.1, counts.2].map(|count| u64::try_from(count).unwrap_or_default()))
}

/// Whether there is an admin, able to sign in or not.
pub(crate) async fn any_admin(executor: &mut impl Executor) -> Result<bool, StoreError> {
    sql!(executor, |conn| sqlx::query_scalar::<_, bool>(
        "SELECT EXISTS (SELECT 1 FROM users WHERE role = 'admin')"
    )
    .fetch_one(conn))
}

/// How many admins may sign in.
pub(crate) async fn count_active_admins(executor: &mut impl Executor) -> Result<i64, StoreError> {
    sql!(executor, |conn| sqlx::query_scalar::<_, i64>(
        "SELECT COUNT(*) FROM users WHERE role = 'admin' AND active"
    )
    .fetch_one(conn))
}

/// Holds all admins until the transaction ends, so that of two that would each take
/// one of the last two away, the second sees what the first did.
pub(crate) async fn lock_admins(executor: &mut impl Executor) -> Result<(), StoreError> {
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "UPDATE users SET role = role WHERE role = 'admin'"
    )
    .execute(conn))?;
    Ok(())
}

/// What names and addresses are compared by.
struct Keys {
    username: String,
    email: Option<String>,
    name: Option<String>,
}

impl Keys {
    /// # Errors
    /// When a text of the user can't be stored.
    fn of(user: &User) -> Result<Self, StoreError> {
        let keys = Self {
            username: User::key(&user.username),
            email: user.email.as_deref().map(User::key),
            // Its beginning is all that is searched.
            name: user.name().map(|name| {
                User::key(name)
                    .replace('\0', "")
                    .chars()
                    .take(100)
                    .collect()
            }),
        };
        let texts = [
            Some(user.id.as_str()),
            Some(&keys.username),
            keys.email.as_deref(),
            keys.name.as_deref(),
            user.external_id.as_deref(),
        ];
        text::check_keys(texts.into_iter().flatten())?;
        text::check(user.password_hash.as_deref())?;
        Ok(keys)
    }
}

fn claims_text(claims: &Map<String, Value>) -> String {
    Value::Object(claims.clone()).to_string()
}
