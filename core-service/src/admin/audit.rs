//! The audit trail, for those who look into it.

use authgate_proto::v1;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use uuid::Uuid;

use crate::{
    Core, Ctx,
    audit::{Event, EventType, Resource, Severity, verification},
    domain::{
        audit::{Filter, Record, hour_of},
        time::Timestamp,
    },
    error::Error,
    grpc::{admin::BoxStream, error::status},
    store::{Cursor, audit},
};

/// Entries that a list leaves out at most, and counts at most.
const MOST_COUNTED: u32 = 10_000;
/// Entries of one message of an export.
const EXPORT_BATCH: u32 = 1000;
/// How callers write an export down.
const EXPORT_FORMATS: [&str; 3] = ["", "csv", "jsonl"];
/// Messages of an export that wait for a slow reader.
const EXPORT_AHEAD: usize = 1;
const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);
const THIRTY_DAYS: std::time::Duration = std::time::Duration::from_secs(30 * 86_400);

/// A page of entries, newest first.
///
/// # Errors
/// `Invalid` for a filter or a page token that makes no sense.
pub(crate) async fn list(
    core: &Core,
    ctx: &Ctx,
    request: v1::ListAuditRequest,
) -> Result<v1::ListAuditResponse, Error> {
    let v1::ListAuditRequest {
        filter,
        page_size,
        page_token,
        offset,
        count,
    } = request;
    let told = described(filter.as_ref());
    let filter = read_filter(filter.unwrap_or_default())?;
    let cursor = read_cursor(&page_token)?;
    if offset > MOST_COUNTED {
        return Err(Error::Invalid(format!(
            "offset: at most {MOST_COUNTED}; use page_token to go further"
        )));
    }
    if offset > 0 && cursor != Cursor::First {
        let reason = "offset: can't be combined with page_token";
        return Err(Error::Invalid(reason.to_owned()));
    }
    let size = super::page_size(page_size);
    let mut connection = core.store.read().await?;
    let found = audit::find(&mut connection, &filter, &cursor, offset, size).await?;
    let count = if count {
        audit::count_matching(&mut connection, &filter, MOST_COUNTED).await?
    } else {
        0
    };
    report_view(core, ctx, &told);
    Ok(v1::ListAuditResponse {
        entries: found.page.items.into_iter().map(answer).collect(),
        next_page_token: found.page.next,
        previous_page_token: found.page.previous,
        incomplete: found.incomplete,
        count,
    })
}

/// One entry.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn get(
    core: &Core,
    ctx: &Ctx,
    request: v1::GetAuditEntryRequest,
) -> Result<v1::AuditEntry, Error> {
    let unknown = || Error::NotFound("there is no such audit entry");
    let id = Uuid::parse_str(&request.id).map_err(|_| unknown())?;
    let mut connection = core.store.read().await?;
    let record = audit::by_id(&mut connection, id).await?;
    report_view(core, ctx, &json!({ "entry_id": id.to_string() }));
    record.map(answer).ok_or_else(unknown)
}

/// How many events there were, by whole hours.
///
/// # Errors
/// `Invalid` when it ends before it begins.
pub(crate) async fn statistics(
    core: &Core,
    ctx: &Ctx,
    request: v1::GetAuditStatisticsRequest,
) -> Result<v1::AuditStatistics, Error> {
    let v1::GetAuditStatisticsRequest {
        start_time,
        end_time,
    } = request;
    let end = end_time.map_or(ctx.now, Timestamp);
    let start = start_time.map_or(end - THIRTY_DAYS, Timestamp);
    if end < start {
        let reason = "end_time: is before start_time";
        return Err(Error::Invalid(reason.to_owned()));
    }
    // An hour that is touched is meant.
    let until = match hour_of(end) {
        hour if hour == end => end,
        hour => hour + HOUR,
    };
    let mut connection = core.store.read().await?;
    let counts = audit::counts(&mut connection, hour_of(start), until).await?;
    let mut statistics = v1::AuditStatistics {
        start_time: start.0,
        end_time: end.0,
        dropped: core.audit.dropped(),
        off: !core.settings.audit.enabled,
        ..v1::AuditStatistics::default()
    };
    for row in counts {
        let count = u64::try_from(row.count).unwrap_or_default();
        statistics.total_events += count;
        *statistics.events_by_type.entry(row.event_type).or_default() += count;
        *statistics
            .events_by_severity
            .entry(row.severity)
            .or_default() += count;
        if row.success {
            statistics.success_count += count;
        } else {
            statistics.failure_count += count;
        }
    }
    Ok(statistics)
}

/// Everything that the filter lets through, newest first, as long as the caller reads.
///
/// # Errors
/// `Invalid` for a filter that makes no sense.
pub(crate) async fn export(
    core: &Core,
    ctx: &Ctx,
    request: v1::ExportAuditRequest,
) -> Result<BoxStream<v1::ExportAuditResponse>, Error> {
    let v1::ExportAuditRequest { filter, format } = request;
    if !EXPORT_FORMATS.contains(&format.as_str()) {
        let formats = EXPORT_FORMATS.join(", ");
        return Err(Error::Invalid(format!("format: must be one of: {formats}")));
    }
    let told = described(filter.as_ref());
    let filter = read_filter(filter.unwrap_or_default())?;
    let event = Event::new(EventType::AuditLogExported, "The audit log was exported")
        .about(Resource::new("AUDIT_LOG", "", ""))
        .with("format", format)
        .with("filter", told);
    core.audit.record(ctx, event);
    let (batches, stream) = mpsc::channel(EXPORT_AHEAD);
    let (core, ctx) = (core.clone(), ctx.clone());
    tokio::spawn(async move {
        let mut cursor = Some(Cursor::First);
        while let Some(at) = cursor.take() {
            let batch = match batch(&core, &filter, &at).await {
                Ok((batch, next)) => {
                    cursor = next;
                    Ok(batch)
                }
                Err(error) => Err(status(&ctx, error)),
            };
            // It fails when the reader has gone away.
            if batches.send(batch).await.is_err() {
                return;
            }
        }
    });
    Ok(Box::pin(ReceiverStream::new(stream)))
}

/// Some entries from `cursor` on, and where those behind them are.
async fn batch(
    core: &Core,
    filter: &Filter,
    cursor: &Cursor,
) -> Result<(v1::ExportAuditResponse, Option<Cursor>), Error> {
    let mut connection = core.store.read().await?;
    let found = audit::find(&mut connection, filter, cursor, 0, EXPORT_BATCH).await?;
    let next = match found.page.next.as_str() {
        "" => None,
        token => Some(Cursor::parse(token)?),
    };
    let entries = found.page.items.into_iter().map(answer).collect();
    Ok((v1::ExportAuditResponse { entries }, next))
}

/// Checks the whole trail.
///
/// # Errors
/// UNAVAILABLE when the database is away; `Invalid` for a receipt of somebody else.
pub(crate) async fn verify(
    core: &Core,
    ctx: &Ctx,
    request: v1::VerifyAuditRequest,
) -> Result<v1::VerifyAuditResponse, Error> {
    let outcome = verification::verify(core, ctx.now, &request.receipt).await?;
    report_view(core, ctx, &json!({ "verified": true }));
    let breaks = outcome.breaks.into_iter().map(|broken| v1::AuditBreak {
        chain: broken.chain.map(|id| id.to_string()).unwrap_or_default(),
        sequence: u64::try_from(broken.sequence).unwrap_or_default(),
        entry_id: broken.entry.map(|id| id.to_string()).unwrap_or_default(),
        reason: broken.reason.into_owned(),
    });
    Ok(v1::VerifyAuditResponse {
        entries: outcome.entries,
        chains: outcome.chains,
        breaks: breaks.collect(),
        begun_at: outcome.begun_at.map_or(0, |instant| instant.0),
        receipt: outcome.receipt.unwrap_or_default(),
    })
}

/// Who looks into the log is noted, with what was looked for: once a minute for the same.
fn report_view(core: &Core, ctx: &Ctx, filter: &Value) {
    let actor = ctx.actor.id();
    let about = filter.to_string();
    core.audit
        .record_often(ctx, EventType::AuditLogViewed, &actor, &about, || {
            Event::new(EventType::AuditLogViewed, "The audit log was looked at")
                .about(Resource::new("AUDIT_LOG", "", ""))
                .with("filter", filter.clone())
        });
}

fn read_cursor(token: &str) -> Result<Cursor, Error> {
    let cursor = Cursor::parse(token)?;
    match cursor.key() {
        Some(key) if Uuid::parse_str(key).is_err() => Err(Cursor::invalid()),
        _ => Ok(cursor),
    }
}

fn read_filter(filter: v1::AuditFilter) -> Result<Filter, Error> {
    let v1::AuditFilter {
        search,
        event_types,
        severity,
        success,
        actor_ip,
        actor_user_id,
        resource_type,
        resource_id,
        start_time,
        end_time,
    } = filter;
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let is_type = |name: &String| EventType::ALL.iter().any(|known| known.as_str() == name);
    if let Some(unknown) = event_types.iter().find(|name| !is_type(name)) {
        return Err(Error::Invalid(format!(
            "event_types: there is no {unknown:?}"
        )));
    }
    let severity = some(severity.to_ascii_uppercase());
    if let Some(unknown) = severity
        .iter()
        .find(|name| !Severity::ALL.iter().any(|known| known.as_str() == **name))
    {
        return Err(Error::Invalid(format!(
            "severity: there is no {unknown:?}; there are INFO, WARNING, ERROR and CRITICAL"
        )));
    }
    Ok(Filter {
        search: some(search.trim().to_owned()),
        event_types,
        severity,
        success,
        actor_ip: some(actor_ip),
        actor_user_id: some(actor_user_id),
        resource_type: some(resource_type.to_ascii_uppercase()),
        resource_id: some(resource_id),
        from: start_time.map(Timestamp),
        until: end_time.map(Timestamp),
    })
}

/// What a view or an export was limited to, for the log.
fn described(filter: Option<&v1::AuditFilter>) -> Value {
    let Some(filter) = filter else {
        return json!({});
    };
    let mut said = json!({
        "search": filter.search,
        "event_types": filter.event_types,
        "severity": filter.severity,
        "success": filter.success,
        "actor_ip": filter.actor_ip,
        "actor_user_id": filter.actor_user_id,
        "resource_type": filter.resource_type,
        "resource_id": filter.resource_id,
        "start_time": filter.start_time,
        "end_time": filter.end_time,
    });
    if let Some(members) = said.as_object_mut() {
        members.retain(|_, value| !is_nothing(value));
    }
    said
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// The entry as the API shows it.
pub(crate) fn answer(record: Record) -> v1::AuditEntry {
    let Record { link, entry } = record;
    v1::AuditEntry {
        id: link.id.to_string(),
        event_type: entry.event_type.into_owned(),
        event_time: entry.event_time.0,
        severity: entry.severity.into_owned(),
        actor_user_id: entry.actor_user_id,
        actor_username: entry.actor_username,
        actor_ip: entry.actor_ip,
        resource_type: entry.resource_type.into_owned(),
        resource_id: entry.resource_id,
        resource_name: entry.resource_name,
        action: entry.action.into_owned(),
        details: entry.details,
        success: entry.success,
        error_message: entry.error_message,
        user_agent: entry.user_agent,
        request_path: entry.request_path,
        request_method: entry.request_method,
        count: u32::try_from(entry.count).unwrap_or(u32::MAX),
        chain: link.chain.to_string(),
        sequence: u64::try_from(link.sequence).unwrap_or_default(),
        hash: hex::encode(link.hash),
        request_id: entry.request_id,
    }
}
