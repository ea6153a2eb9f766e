//! `/admin/audit/export`: everything that the filter lets through, as a file. It is
//! sent on as the core gives it, a thousand entries at a time, and ends when the
//! browser goes away.

use authgate_proto::v1::ExportAuditRequest;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use http::header;
use time::OffsetDateTime;

use super::filter;
use crate::{
    error::Failure,
    export::{self, Format},
    form::Query,
    visitor::{Site, Visitor},
};

/// `GET /admin/audit/export?format=csv|jsonl` and the filters of the page; one that makes
/// no sense is an error.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let format = match query.get("format") {
        "" => Format::Csv,
        name => Format::parse(name).ok_or(Failure::NoPage)?,
    };
    // Without one of its filters it would hold what nobody asked for.
    let wrong = filter::nonsense(&query);
    if !wrong.is_empty() {
        return Err(Failure::Filters(wrong));
    }
    let listing = filter::listing(visitor.path(filter::PATH), &query);
    let request = ExportAuditRequest {
        filter: Some(filter::of(&listing)),
        format: format.name().to_owned(),
    };
    let answer = site
        .admin()
        .export_audit(visitor.context.request(request))
        .await
        .map_err(Failure::console(listing.url()))?;
    let request_id = visitor.context.request_id.clone();
    let batches = answer.into_inner().map(move |batch| match batch {
        Ok(batch) => Ok(Bytes::from(format.encode(&batch.entries))),
        Err(status) => {
            // What was sent is cut off: the browser says that the download failed.
            tracing::error!(request_id, cause = status.message(), "an export broke off");
            Err(status)
        }
    });
    let beginning = stream::iter([Ok(Bytes::from(format.beginning()))]);
    let name = export::file_name(format, now());
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, Body::from_stream(beginning.chain(batches))).into_response())
}

/// The day stands in the file's name only.
#[expect(
    clippy::disallowed_methods,
    reason = "the core tells no time; a file's name is not a decision"
)]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
