//! `/admin/audit/api` and `/admin/audit/api/stats`: the predecessor's JSON.

use authgate_proto::v1::{
    AuditStatistics, GetAuditStatisticsRequest, ListAuditRequest, ListAuditResponse,
};
use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::{Value, json};
use tonic::{Code, Status};

use super::filter;
use crate::{
    error::Failure,
    export,
    form::{Fields, Query},
    listing::PAGE,
    visitor::{Site, Visitor},
};

const USUAL_SIZE: u32 = 20;
const LARGEST_SIZE: u32 = 100;
/// The core counts no further.
const MOST_COUNTED: u32 = 10_000;

/// `GET /admin/audit/api?page=&page_size=` and the filters of the page. What the
/// predecessor did not have: `page_token` goes on where `NextPageToken` says, however
/// far, and a filter that makes no sense is an error.
pub async fn list(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    if let Some(name) = filter::nonsense(&query) {
        return Ok(refusal(&format!("{name} can't be understood")));
    }
    let Some(page) = number(&query, "page") else {
        return Ok(refusal("page must be a number"));
    };
    let Some(size) = number(&query, "page_size") else {
        return Ok(refusal("page_size must be a number"));
    };
    let size = match size {
        0 => USUAL_SIZE,
        size if size > LARGEST_SIZE => USUAL_SIZE,
        size => size,
    };
    let page = page.max(1);
    let token = query.get(PAGE);
    let offset = (page - 1).saturating_mul(size);
    if offset > MOST_COUNTED && token.is_empty() {
        return Ok(refusal("page is too far; go on with page_token"));
    }
    let listing = filter::listing(String::new(), &query);
    let request = ListAuditRequest {
        filter: Some(filter::of(&listing)),
        page_size: size,
        page_token: token.to_owned(),
        offset: if token.is_empty() { offset } else { 0 },
        count: true,
    };
    let mut admin = site.admin();
    match admin.list_audit(visitor.context.request(request)).await {
        Ok(answer) => Ok(Json(document(&answer.into_inner(), page, size)).into_response()),
        Err(status) => failed(&visitor, status),
    }
}

/// `GET /admin/audit/api/stats?start_time=&end_time=`.
pub async fn statistics(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    if let Some(name) = filter::nonsense(&query) {
        return Ok(refusal(&format!("{name} can't be understood")));
    }
    let request = GetAuditStatisticsRequest {
        start_time: filter::start(query.get("start_time")).unwrap_or_default(),
        end_time: filter::end(query.get("end_time")).unwrap_or_default(),
    };
    let mut admin = site.admin();
    match admin
        .get_audit_statistics(visitor.context.request(request))
        .await
    {
        Ok(answer) => Ok(Json(summary(&answer.into_inner())).into_response()),
        Err(status) => failed(&visitor, status),
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
            "NextPage": page.saturating_add(1),
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

/// What is wrong with the request is said as JSON; whoever is not signed in or is no
/// admin gets the page that says so.
fn failed(visitor: &Visitor, status: Status) -> Result<Response, Failure> {
    match status.code() {
        Code::InvalidArgument => Ok(refusal(status.message())),
        _ => Err(Failure::console(visitor.path(filter::PATH))(status)),
    }
}

fn refusal(reason: &str) -> Response {
    let body = Json(json!({ "error": "invalid_request", "error_description": reason }));
    (StatusCode::BAD_REQUEST, body).into_response()
}
