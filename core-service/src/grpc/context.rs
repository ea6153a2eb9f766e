//! The request context of a gRPC call.

use authgate_proto::v1::RequestContext;
use tonic::{Request, Status};

use super::Trusted;
use crate::{Actor, Core, Ctx, domain::secret::PlainToken};

/// When and from where `request` came. What it says of itself counts only when its sender
/// is trusted; of others counts what the edge of this process found out, and only the
/// address of the connection where there is none.
///
/// # Errors
/// INVALID_ARGUMENT when a trusted sender's context is broken.
pub(crate) fn ctx<T>(core: &Core, request: &mut Request<T>) -> Result<Ctx, Status> {
    if request.extensions().get::<Trusted>().is_some() {
        return of_peer(core, request);
    }
    let context = match request.extensions_mut().remove::<RequestContext>() {
        // Nobody is signed in here by a cookie.
        Some(context) => RequestContext {
            session_cookie: String::new(),
            ..context
        },
        None => {
            let address = request.remote_addr();
            RequestContext {
                client_ip: address.map(|it| it.ip().to_string()).unwrap_or_default(),
                ..RequestContext::default()
            }
        }
    };
    Ok(with(core, context))
}

/// The same for a service that nobody but our own parts may call.
///
/// # Errors
/// INVALID_ARGUMENT when the context is broken.
pub(crate) fn of_peer<T>(core: &Core, request: &mut Request<T>) -> Result<Ctx, Status> {
    Ok(with(core, RequestContext::taken_from(request)?))
}

fn with(core: &Core, context: RequestContext) -> Ctx {
    let RequestContext {
        request_id,
        client_ip,
        user_agent,
        session_cookie,
        csrf_token,
        method,
        path,
    } = context;
    Ctx {
        now: (core.clock)(),
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
    }
}
