//! What is done from `/admin/tokens`: a token switched off and on, or ended.

use authgate_proto::v1::AdminTokenRequest;
use axum::{Extension, extract::State, response::Response};

use crate::{
    document::see_other,
    error::Failure,
    form::{Fields, Form, Id},
    listing,
    pages::admin::tokens,
    texts::Texts,
    visitor::{Site, Visitor},
};

/// What the action did that led to the list.
pub fn done(word: &str, texts: &'static Texts) -> Option<&'static str> {
    let texts = &texts.people.tokens;
    match word {
        "revoked" => Some(texts.done_revoked),
        "disabled" => Some(texts.done_disabled),
        "enabled" => Some(texts.done_enabled),
        _ => None,
    }
}

/// What can be done with a token.
#[derive(Clone, Copy)]
enum Action {
    Revoke,
    Disable,
    Enable,
}

/// `POST /admin/tokens/{category}/{id}/revoke`.
pub async fn revoke(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id((category, id)): Id<(String, String)>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let token = AdminTokenRequest { id, category };
    act(&site, &visitor, &fields, token, Action::Revoke).await
}

/// `POST /admin/tokens/{category}/{id}/disable`.
pub async fn disable(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id((category, id)): Id<(String, String)>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let token = AdminTokenRequest { id, category };
    act(&site, &visitor, &fields, token, Action::Disable).await
}

/// `POST /admin/tokens/{category}/{id}/enable`.
pub async fn enable(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id((category, id)): Id<(String, String)>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let token = AdminTokenRequest { id, category };
    act(&site, &visitor, &fields, token, Action::Enable).await
}

/// `POST /admin/tokens/{id}/revoke`, the predecessor's path.
pub async fn revoke_access(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    act(&site, &visitor, &fields, access(id), Action::Revoke).await
}

/// `POST /admin/tokens/{id}/disable`, the predecessor's path.
pub async fn disable_access(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    act(&site, &visitor, &fields, access(id), Action::Disable).await
}

/// `POST /admin/tokens/{id}/enable`, the predecessor's path.
pub async fn enable_access(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    act(&site, &visitor, &fields, access(id), Action::Enable).await
}

fn access(id: String) -> AdminTokenRequest {
    AdminTokenRequest {
        id,
        category: "access".to_owned(),
    }
}

/// Does it, and goes back to the list as it was.
async fn act(
    site: &Site,
    visitor: &Visitor,
    fields: &Fields,
    token: AdminTokenRequest,
    action: Action,
) -> Result<Response, Failure> {
    let list = visitor.path(tokens::PATH);
    let mut core = site.admin();
    let request = visitor.change(fields, token);
    let (answer, done) = match action {
        Action::Revoke => (core.revoke_token(request).await, "revoked"),
        Action::Disable => (core.disable_token(request).await, "disabled"),
        Action::Enable => (core.enable_token(request).await, "enabled"),
    };
    answer.map_err(Failure::console(list.clone()))?;
    Ok(see_other(
        visitor,
        &listing::back(&list, fields, done),
        None,
    ))
}
