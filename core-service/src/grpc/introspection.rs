//! The introspection service for internal services: the caller authenticates by metadata.

use authgate_proto::v1::{
    self, BasicCredentials, ClientAuthentication, introspection_server::Introspection,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use tonic::{Request, Response, Status, metadata::MetadataMap};

use super::{context::ctx, error::status};
use crate::{
    Core, Ctx,
    introspect::{Caller, authenticate, inspect},
};

/// Tokens that one batch may hold.
const MAX_BATCH: usize = 1000;

/// The service.
pub(super) struct Adapter(pub(super) Core);

#[tonic::async_trait]
impl Introspection for Adapter {
    async fn introspect(
        &self,
        mut request: Request<v1::IntrospectTokenRequest>,
    ) -> Result<Response<v1::IntrospectResponse>, Status> {
        let ctx = ctx(&self.0, &mut request)?;
        let caller = self.caller(&ctx, request.metadata()).await?;
        let answer = inspect(&self.0, &ctx, &caller, &request.get_ref().token).await;
        answer
            .map(Response::new)
            .map_err(|error| status(&ctx, error))
    }

    async fn introspect_batch(
        &self,
        mut request: Request<v1::IntrospectBatchRequest>,
    ) -> Result<Response<v1::IntrospectBatchResponse>, Status> {
        let ctx = ctx(&self.0, &mut request)?;
        let caller = self.caller(&ctx, request.metadata()).await?;
        let asked = request.into_inner().tokens;
        if asked.len() > MAX_BATCH {
            return Err(Status::invalid_argument("at most 1000 tokens a batch"));
        }
        let mut tokens = Vec::with_capacity(asked.len());
        for token in &asked {
            let answer = inspect(&self.0, &ctx, &caller, token).await;
            tokens.push(answer.map_err(|error| status(&ctx, error))?);
        }
        Ok(Response::new(v1::IntrospectBatchResponse { tokens }))
    }
}

impl Adapter {
    async fn caller(&self, ctx: &Ctx, metadata: &MetadataMap) -> Result<Caller, Status> {
        let (client, bearer) = credentials(metadata)?;
        authenticate(&self.0, ctx, client.as_ref(), &bearer)
            .await
            .map_err(|error| status(ctx, error))
    }
}

/// The `authorization` metadata: `Basic` or `Bearer`, as over HTTP.
fn credentials(metadata: &MetadataMap) -> Result<(Option<ClientAuthentication>, String), Status> {
    let malformed = || Status::unauthenticated("the authorization metadata can't be read");
    let value = metadata
        .get("authorization")
        .ok_or_else(|| Status::unauthenticated("send authorization metadata: Basic or Bearer"))?
        .to_str()
        .map_err(|_| malformed())?;
    let (scheme, rest) = value.split_once(' ').ok_or_else(malformed)?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok((None, rest.to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let decoded = STANDARD.decode(rest).map_err(|_| malformed())?;
    let decoded = String::from_utf8(decoded).map_err(|_| malformed())?;
    let (id, secret) = decoded.split_once(':').ok_or_else(malformed)?;
    // RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
    let decode = |text: &str| {
        // As most are: nothing in it is encoded.
        if !text.contains(['%', '+']) {
            return text.to_owned();
        }
        form_urlencoded::parse(format!("v={text}").replace('&', "%26").as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let client = ClientAuthentication {
        basic: Some(BasicCredentials {
            client_id: decode(id),
            client_secret: decode(secret),
        }),
        client_id: String::new(),
        client_secret: String::new(),
    };
    Ok((Some(client), String::new()))
}
