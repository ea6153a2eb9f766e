//! `/admin/audit/api` and `/admin/audit/api/stats`: the predecessor's JSON.

use authgate_proto::v1::{
    AuditStatistics, GetAuditStatisticsRequest, ListAuditRequest, ListAuditResponse,
};
use axum::{
    Extension, Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use tonic::{Code, Status};

use super::filter;
use crate::{
    error::{Failure, FormFault},
    export,
    form::Fields,
    listing::PAGE,
    visitor::{Site, Visitor},
};

const USUAL_SIZE: u32 = 20;
const LARGEST_SIZE: u32 = 100;
/// The core counts no further.
const MOST_COUNTED: u32 = 10_000;

/// `GET /admin/audit/api?page=&page_size=` and the filters of the page. A page past the
/// last is the last. What the predecessor did not have: `page_token` goes on where
/// `NextPageToken` says, however far, and a filter that makes no sense is an error.
pub async fn list(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = match understood(query) {
        Ok(query) => query,
        Err(reason) => return Ok(refusal(&reason)),
    };
    let (Some(page), Some(size)) = (number(&query, "page"), number(&query, "page_size")) else {
        return Ok(refusal("page and page_size must be numbers"));
    };
    let size = match size {
        0 => USUAL_SIZE,
        size if size > LARGEST_SIZE => USUAL_SIZE,
        size => size,
    };
    let token = query.get(PAGE);
    let mut page = if token.is_empty() { page.max(1) } else { 1 };
    let listing = filter::listing(String::new(), &query);
    let at = |offset: u32| {
        let request = ListAuditRequest {
            filter: Some(filter::of(&listing)),
            page_size: size,
            page_token: token.to_owned(),
            offset: offset.min(MOST_COUNTED),
            count: true,
        };
        let mut admin = site.admin();
        let request = visitor.context.request(request);
        async move { admin.list_audit(request).await }
    };
    let offset = (page - 1).saturating_mul(size);
    let mut answer = match at(offset).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => return failed(&visitor, &headers, status),
    };
    let last = answer.count.div_ceil(size).max(1);
    if answer.count >= MOST_COUNTED && offset > MOST_COUNTED {
        return Ok(refusal("page is too far; go on with page_token"));
    }
    if answer.count < MOST_COUNTED && page > last {
        page = last;
        answer = match at((last - 1) * size).await {
            Ok(answer) => answer.into_inner(),
            Err(status) => return failed(&visitor, &headers, status),
        };
    }
    Ok(Json(document(&answer, page, size)).into_response())
}

/// `GET /admin/audit/api/stats?start_time=&end_time=`.
pub async fn statistics(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = match understood(query) {
        Ok(query) => query,
        Err(reason) => return Ok(refusal(&reason)),
    };
    let request = GetAuditStatisticsRequest {
        start_time: filter::start(query.get("start_time")),
        end_time: filter::end(query.get("end_time")),
    };
    let mut admin = site.admin();
    match admin
        .get_audit_statistics(visitor.context.request(request))
        .await
    {
        Ok(answer) => Ok(Json(summary(&answer.into_inner())).into_response()),
        Err(status) => failed(&visitor, &headers, status),
    }
}

/// The parameters, or what is wrong with them.
fn understood(query: Option<String>) -> Result<Fields, String> {
    let query = Fields::parse(&query.unwrap_or_default()).map_err(|fault| match fault {
        FormFault::Repeated => "a parameter stands twice".to_owned(),
        _ => "the parameters can't be decoded".to_owned(),
    })?;
    match filter::nonsense(&query).as_slice() {
        [] => Ok(query),
        names => Err(format!("{} can't be understood", names.join(", "))),
    }
}

/// A whole number; 0 when it is not there.
fn number(query: &Fields, name: &str) -> Option<u32> {
    match query.get(name) {
        "" => Some(0),
        text => text.parse().ok(),
    }
}

fn document(answer: &ListAuditResponse, page: u32, size: u32) -> Value {
    let logs: Vec<Value> = answer.entries.iter().map(export::object).collect();
    let pages = answer.count.div_ceil(size);
    json!({
        "logs": logs,
        "pagination": {
            "Total": answer.count,
            "TotalPages": pages,
            "CurrentPage": page,
            "PageSize": size,
            "HasPrev": page > 1,
            "HasNext": !answer.next_page_token.is_empty(),
            "PrevPage": (page - 1).max(1),
            "NextPage": page.saturating_add(1).min(pages.max(1)),
            "NextPageToken": answer.next_page_token,
        },
    })
}

fn summary(answer: &AuditStatistics) -> Value {
    json!({
        "stats": {
            "total_events": answer.total_events,
            "events_by_type": answer.events_by_type,
            "events_by_severity": answer.events_by_severity,
            "success_count": answer.success_count,
            "failure_count": answer.failure_count,
            "dropped": answer.dropped,
        },
        "start_time": export::instant(answer.start_time),
        "end_time": export::instant(answer.end_time),
    })
}

/// What is wrong with the request is said as JSON, and to programs everything. A person
/// who is not signed in or is no admin gets the page that says so.
fn failed(visitor: &Visitor, headers: &HeaderMap, status: Status) -> Result<Response, Failure> {
    let (code, error) = match status.code() {
        Code::InvalidArgument => return Ok(refusal(status.message())),
        _ if !wants_json(headers) => {
            return Err(Failure::console(visitor.path(filter::PATH))(status));
        }
        Code::Unauthenticated => (StatusCode::UNAUTHORIZED, "login_required"),
        Code::PermissionDenied => (StatusCode::FORBIDDEN, "access_denied"),
        Code::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
        _ => return Err(Failure::console(visitor.path(filter::PATH))(status)),
    };
    let body = Json(json!({ "error": error, "error_description": status.message() }));
    Ok((code, body).into_response())
}

/// Whether JSON is asked for, and no page.
fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok());
    accept
        .is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"))
}

fn refusal(reason: &str) -> Response {
    let body = Json(json!({ "error": "invalid_request", "error_description": reason }));
    (StatusCode::BAD_REQUEST, body).into_response()
}
