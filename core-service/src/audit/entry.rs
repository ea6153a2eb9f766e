//! From an event and the request that it happened in to an entry, and to a line of the log.

use super::{Event, EventType, clean};
use crate::{Actor, Ctx, domain::audit::Entry};

/// The entry of `event`: cut to size, without secrets.
pub(super) fn entry_of(ctx: &Ctx, event: Event) -> Entry {
    let event = match event.actor.as_ref().unwrap_or(&ctx.actor) {
        Actor::Operator(who) if !who.is_empty() => {
            let who = who.clone();
            event.with("operator", who)
        }
        _ => event,
    };
    let Event {
        event_type,
        severity,
        actor,
        resource,
        action,
        details,
        error,
    } = event;
    let actor = actor.as_ref().unwrap_or(&ctx.actor);
    Entry {
        event_time: ctx.now,
        event_type: event_type.as_str().into(),
        severity: severity.as_str().into(),
        actor_user_id: clean::cut(actor.id().into(), clean::NAME),
        actor_username: clean::cut(actor.name().into(), clean::NAME),
        actor_ip: clean::cut((&ctx.client_ip).into(), clean::NAME),
        resource_type: resource.kind.into(),
        resource_id: clean::cut(resource.id.into(), clean::NAME),
        resource_name: clean::cut(resource.name.into(), clean::NAME),
        action: action.into(),
        details: clean::details(details),
        success: error.is_none(),
        error_message: clean::cut(error.unwrap_or_default().into(), clean::TEXT),
        user_agent: clean::cut((&ctx.user_agent).into(), clean::LINE),
        request_path: clean::cut((&ctx.path).into(), clean::LINE),
        request_method: clean::cut((&ctx.method).into(), clean::NAME),
        request_id: clean::cut((&ctx.request_id).into(), clean::NAME),
        count: 1,
    }
}

/// One line of the log; the level has to be known when it is compiled.
macro_rules! line {
    ($level:ident, $entry:ident) => {{
        let entry = $entry;
        tracing::event!(
        target: "audit",
        tracing::Level::$level,
        event = &*entry.event_type,
        severity = &*entry.severity,
        actor = entry.actor_user_id,
        resource_type = &*entry.resource_type,
        resource_id = entry.resource_id,
        details = entry.details,
        error = (!entry.success).then_some(entry.error_message.as_str()),
        client_ip = entry.actor_ip,
        request_id = entry.request_id,
        count = (entry.count > 1).then_some(entry.count),
        "{}",
        entry.action,
        )
    }};
}

/// What happens with every token: in the log only for those who look closely, because the
/// line of the request is there anyway and each costs time.
const ROUTINE: [EventType; 8] = [
    EventType::AccessTokenIssued,
    EventType::RefreshTokenIssued,
    EventType::IdTokenIssued,
    EventType::ClientCredentialsTokenIssued,
    EventType::TokenRefreshed,
    EventType::TokenIntrospected,
    EventType::DeviceCodeGenerated,
    EventType::AuthorizationCodeExchanged,
];

/// Logs `entry`.
pub(super) fn log(entry: &Entry) {
    if entry.success
        && ROUTINE
            .iter()
            .any(|event| event.as_str() == entry.event_type)
    {
        line!(DEBUG, entry);
    } else {
        line!(INFO, entry);
    }
}
