//! The request context of a gRPC call.

use authgate_proto::v1::RequestContext;
use tonic::{Request, Status};

use super::Trusted;
use crate::{Actor, Core, Ctx, domain::secret::PlainToken};

/// When and from where `request` came. What it says of itself counts only when
/// its sender is trusted; of others only the address of the connection is known.
///
/// # Errors
/// INVALID_ARGUMENT when a trusted sender's context is broken.
pub(crate) fn ctx<T>(core: &Core, request: &Request<T>) -> Result<Ctx, Status> {
    let now = (core.clock)();
    if request.extensions().get::<Trusted>().is_none() {
        return Ok(Ctx {
            now,
            request_id: String::new(),
            client_ip: request
                .remote_addr()
                .map(|address| address.ip().to_string())
                .unwrap_or_default(),
            user_agent: String::new(),
            session_cookie: None,
            csrf_token: String::new(),
            method: String::new(),
            path: String::new(),
            actor: Actor::Nobody,
        });
    }
    let RequestContext {
        request_id,
        client_ip,
        user_agent,
        session_cookie,
        csrf_token,
        method,
        path,
    } = RequestContext::of(request)?;
    Ok(Ctx {
        now,
        request_id,
        client_ip,
        user_agent,
        session_cookie: Some(session_cookie)
            .filter(|cookie| !cookie.is_empty())
            .map(|cookie| PlainToken::presented(&cookie)),
        csrf_token,
        method,
        path,
        actor: Actor::Nobody,
    })
}
