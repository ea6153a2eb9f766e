//! Lists of entries, newest first, by what is asked for.
//!
//! One condition drives: the one that an index finds the fewest entries by. The others
//! are asked of the entries that it gives, in order, of [`MOST_SCANNED`] at most a page:
//! so each page has a bounded price, whatever is combined. A page that was cut off by
//! this says so, and where to go on.

use uuid::Uuid;

use super::entries::{Row, columns};
use crate::{
    domain::{
        audit::{Filter, LATEST_WRITE, Record},
        id::first_id_of,
        time::Timestamp,
    },
    store::{
        Cursor, Executor, Page, StoreError,
        paging::{Bind, Order, Search, bind_all, check_search, containing},
        sql,
    },
};

/// Entries that are looked at for one page at most.
const MOST_SCANNED: u32 = 10_000;
/// The same when only their time is asked about, which costs little.
const MOST_SCANNED_FOR_TIME: u32 = 20_000;
/// Entries that are looked at to count or to skip some.
const MOST_COUNTED: u32 = 20_000;

/// A page of entries.
#[derive(Debug)]
pub(crate) struct Found {
    /// The entries, newest first.
    pub(crate) page: Page<Record>,
    /// There may be more before the page's end was reached: `next` (or `previous`,
    /// read backwards) goes on there.
    pub(crate) incomplete: bool,
}

/// A filter, as two queries in one.
struct Plan {
    /// All values: first those of `scan`, so many, then those of `rest`.
    values: Vec<Bind>,
    of_scan: usize,
    /// Finds the entries to look at, up to `limit`.
    scan: String,
    limit: u32,
    /// What is asked of each of them.
    rest: String,
    direction: &'static str,
}

impl Plan {
    /// The entries of `filter` from `cursor` on; `wanted` when nothing but the driving
    /// condition is asked of them.
    fn new(
        filter: &Filter,
        cursor: &Cursor,
        wanted: u32,
        most: Option<u32>,
    ) -> Result<Self, StoreError> {
        let mut search = Search::default();
        let mut rest: Vec<(&'static str, Bind)> = Vec::new();
        let mut driven = false;
        // What finds the fewest first.
        let exact = [
            ("resource_id = ?", &filter.resource_id),
            ("actor_user_id = ?", &filter.actor_user_id),
            ("actor_ip = ?", &filter.actor_ip),
        ];
        for (condition, value) in exact {
            let Some(value) = value else { continue };
            check_search(value)?;
            let bind = Bind::Text(value.clone());
            if driven {
                rest.push((condition, bind));
            } else {
                search.and(condition, bind);
                driven = true;
            }
        }
        if let [event_type] = filter.event_types.as_slice() {
            let bind = Bind::Text(event_type.clone());
            if driven {
                rest.push(("event_type = ?", bind));
            } else {
                search.and("event_type = ?", bind);
                driven = true;
            }
        }
        if let Some(severity) = &filter.severity {
            let bind = Bind::Text(severity.clone());
            if driven || severity == "INFO" {
                rest.push(("severity = ?", bind));
            } else {
                // In these words the planner knows its partial index.
                search
                    .and_plain("severity <> 'INFO'")
                    .and("severity = ?", bind);
                driven = true;
            }
        }
        if let Some(success) = filter.success {
            if driven || success {
                rest.push(("success = ?", Bind::Bool(success)));
            } else {
                search.and_plain("NOT success");
                driven = true;
            }
        }
        if let Some(kind) = &filter.resource_type {
            check_search(kind)?;
            let bind = Bind::Text(kind.clone());
            if driven || kind == "TOKEN" {
                rest.push(("resource_type = ?", bind));
            } else {
                search
                    .and_plain("resource_type <> 'TOKEN'")
                    .and("resource_type = ?", bind);
            }
        }
        let only_time = rest.is_empty() && filter.search.is_none() && filter.event_types.len() < 2;
        between(filter, &mut search, &mut rest);
        if let Some(text) = &filter.search {
            check_search(text)?;
            let pattern = containing(&text.to_lowercase());
            rest.push((CONTAINS, Bind::Text(pattern)));
        }
        let most = match (most, only_time) {
            (Some(most), _) => most,
            (None, true) => MOST_SCANNED_FOR_TIME,
            (None, false) => MOST_SCANNED,
        };
        let several = filter.event_types.len() > 1;
        let limit = if rest.is_empty() && !several {
            wanted
        } else {
            most
        };
        let key = cursor.key().map(id_in).transpose()?.map(Bind::Uuid);
        let scan = search.page(
            "id",
            Order::Descending,
            cursor,
            key,
            limit.saturating_sub(1),
        );
        let of_scan = search.binds.len();
        let mut rest: Vec<String> = rest
            .into_iter()
            .map(|(condition, bind)| format!("({})", condition.replace('?', &search.bind(bind))))
            .collect();
        if several {
            let types: Vec<String> = filter
                .event_types
                .iter()
                .map(|event_type| search.bind(Bind::Text(event_type.clone())))
                .collect();
            rest.push(format!("event_type IN ({})", types.join(", ")));
        }
        Ok(Self {
            scan,
            rest: if rest.is_empty() {
                String::new()
            } else {
                format!("WHERE {}", rest.join(" AND "))
            },
            limit,
            direction: if cursor.backwards() { "ASC" } else { "DESC" },
            values: search.binds,
            of_scan,
        })
    }

    /// Where the entries that are looked at end; none: they all were.
    async fn end(&self, executor: &mut impl Executor) -> Result<Option<Uuid>, StoreError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let Self { scan, limit, .. } = self;
        let before = limit.saturating_sub(1);
        let query = format!("SELECT id FROM audit_log {scan} OFFSET {before}");
        let id: Option<Uuid> = sql!(executor, |conn| {
            let query = sqlx::query_scalar::<_, Uuid>(sqlx::AssertSqlSafe(query));
            bind_all!(query, &self.values[..self.of_scan]).fetch_optional(conn)
        })?;
        Ok(id)
    }
}

/// Where the texts that people look for are, asked at once: `?` is the pattern.
const CONTAINS: &str = "lower(actor_username || ' ' || resource_name || ' ' || resource_id || ' ' || \
     action || ' ' || actor_user_id || ' ' || actor_ip) LIKE ? ESCAPE '\\'";

/// The range of time: by ids, so that it begins at the right place, and exactly.
fn between(filter: &Filter, search: &mut Search, rest: &mut Vec<(&'static str, Bind)>) {
    if let Some(Timestamp(from)) = filter.from {
        // An entry is not written before it happened.
        search.and("id >= ?", Bind::Uuid(first_id_of(Timestamp(from))));
        rest.push(("event_time >= ?", Bind::Int(from)));
    }
    if let Some(until) = filter.until {
        search.and("id < ?", Bind::Uuid(first_id_of(until + LATEST_WRITE)));
        rest.push(("event_time < ?", Bind::Int(until.0)));
    }
}

fn id_in(key: &str) -> Result<Uuid, StoreError> {
    Uuid::parse_str(key).map_err(|_| StoreError::Unstorable("page_token: is not from here"))
}

/// The page of `size` entries at `cursor` of what `filter` lets through, without the
/// first `offset` of them.
///
/// # Errors
/// `Unstorable` for texts that no entry can hold, and page tokens of elsewhere.
pub(crate) async fn find(
    executor: &mut impl Executor,
    filter: &Filter,
    cursor: &Cursor,
    offset: u32,
    size: u32,
) -> Result<Found, StoreError> {
    let one_more = size.saturating_add(1);
    let most = (offset > 0).then_some(MOST_COUNTED);
    let plan = Plan::new(filter, cursor, offset.saturating_add(one_more), most)?;
    let rows = rows(executor, &plan, one_more, offset).await?;
    let is_full = rows.len() > usize::try_from(size).unwrap_or(usize::MAX);
    let end = if is_full {
        None
    } else {
        plan.end(executor).await?
    };
    let mut page = cursor.page(rows, size, |record| record.link.id.to_string());
    if let Some(end) = end {
        if cursor.backwards() {
            page.previous = format!("before.{end}");
        } else {
            page.next = format!("after.{end}");
        }
    }
    Ok(Found {
        page,
        incomplete: end.is_some(),
    })
}

async fn rows(
    executor: &mut impl Executor,
    plan: &Plan,
    size: u32,
    offset: u32,
) -> Result<Vec<Record>, StoreError> {
    let Plan {
        scan,
        rest,
        direction,
        ..
    } = plan;
    let columns = columns!();
    let query = format!(
        "SELECT {columns} FROM (SELECT {columns} FROM audit_log {scan}) AS scanned {rest} \
         ORDER BY id {direction} LIMIT {size} OFFSET {offset}"
    );
    let rows: Vec<Row> = sql!(executor, |conn| {
        let query = sqlx::query_as::<_, Row>(sqlx::AssertSqlSafe(query));
        bind_all!(query, &plan.values).fetch_all(conn)
    })?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// How many entries `filter` lets through, `most` at most; of a filter that is more than
/// one condition, among the newest [`MOST_COUNTED`] that its first one gives.
///
/// # Errors
/// See [`find`].
pub(crate) async fn count_matching(
    executor: &mut impl Executor,
    filter: &Filter,
    most: u32,
) -> Result<u32, StoreError> {
    let plan = Plan::new(filter, &Cursor::First, most, Some(MOST_COUNTED))?;
    let Plan { scan, rest, .. } = &plan;
    let columns = columns!();
    let query = format!(
        "SELECT COUNT(*) FROM (SELECT id FROM (SELECT {columns} FROM audit_log {scan}) AS scanned \
         {rest} LIMIT {most}) AS counted"
    );
    let count: i64 = sql!(executor, |conn| {
        let query = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(query));
        bind_all!(query, &plan.values).fetch_one(conn)
    })?;
    Ok(u32::try_from(count).unwrap_or(most))
}
