//! Requests that the edge refused because their address asked too often: on record.

use authgate_proto::v1;

use crate::{
    Core, Ctx,
    audit::{Event, EventType},
    error::Error,
};

/// Kinds of refusals that one report may name: the edge gathers no more.
const MOST: usize = 1024;

/// Writes an entry for each kind.
///
/// # Errors
/// None: they are written down later.
pub(crate) async fn report(
    core: &Core,
    ctx: &Ctx,
    request: v1::ReportRefusalsRequest,
) -> Result<v1::ReportRefusalsResponse, Error> {
    for refusals in request.refusals.into_iter().take(MOST) {
        let v1::Refusals {
            limit,
            count,
            first,
        } = refusals;
        let first = first.unwrap_or_default();
        let from = Ctx {
            request_id: first.request_id,
            client_ip: first.client_ip,
            user_agent: first.user_agent,
            method: first.method,
            path: first.path,
            ..Ctx::background(ctx.now)
        };
        let event = Event::new(EventType::RateLimitExceeded, "asked too often")
            .with("what", if limit.is_empty() { "many" } else { &limit })
            .failed("has to wait");
        core.audit.record_many(&from, event, count);
    }
    Ok(v1::ReportRefusalsResponse {})
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        admin::test_support::ctx,
        store::{audit, conformance::conformance},
    };

    conformance! {
        async fn each_kind_of_refusal_becomes_one_entry(core: Core) {
            let refusals = |limit: &str, count, client_ip: &str| v1::Refusals {
                limit: limit.to_owned(),
                count,
                first: Some(v1::RequestContext {
                    client_ip: client_ip.to_owned(),
                    user_agent: "curl/8".to_owned(),
                    method: "POST".to_owned(),
                    path: limit.to_owned(),
                    ..v1::RequestContext::default()
                }),
            };
            let request = v1::ReportRefusalsRequest {
                refusals: vec![
                    refusals("/login", 7, "192.0.2.1"),
                    refusals("/oauth/token", u64::MAX, "192.0.2.1"),
                    v1::Refusals { count: 3, ..v1::Refusals::default() },
                ],
            };
            report(&core, &ctx(), request).await.unwrap();
            core.audit.flush(Duration::from_secs(60)).await;
            let mut connection = core.store.read().await.unwrap();
            let mut entries = audit::newest(&mut connection, 10).await.unwrap();
            entries.reverse();
            let told: Vec<_> = entries
                .iter()
                .map(|record| (&*record.entry.actor_ip, record.entry.count, &*record.entry.details))
                .collect();
            assert_eq!(told, [
                ("192.0.2.1", 7, r#"{"what":"/login"}"#),
                ("192.0.2.1", i64::from(u32::MAX), r#"{"what":"/oauth/token"}"#),
                ("", 3, r#"{"what":"many"}"#),
            ]);
            assert!(entries.iter().all(|record| record.entry.event_type == "RATE_LIMIT_EXCEEDED"));
        }
    }
}
