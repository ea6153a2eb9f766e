//! What is done from `/account/sessions`: a browser signed out, an app switched off
//! and on, or ended.

use authgate_proto::v1::{EndSignInRequest, GrantRequest};
use axum::{Extension, extract::State, response::Response};

use crate::{
    document::see_other,
    error::Failure,
    form::{Fields, Form, Id},
    listing,
    pages::account::sessions,
    texts::Texts,
    visitor::{Site, Visitor},
};

/// Signs that browser out.
pub fn end_path(visitor: &Visitor, id: &str) -> String {
    listing::below(&visitor.path(sessions::PATH), &["sign-ins", id, "end"])
}

/// Does `action` with that sign-in of an app.
pub fn grant_path(visitor: &Visitor, id: &str, action: &str) -> String {
    listing::below(&visitor.path(sessions::PATH), &[id, action])
}

/// What the action did that led to the list.
pub fn done(word: &str, texts: &'static Texts) -> Option<&'static str> {
    let texts = &texts.account.sessions;
    match word {
        "ended" => Some(texts.ended_sign_in),
        "disabled" => Some(texts.disabled),
        "enabled" => Some(texts.enabled),
        "revoked" => Some(texts.revoked),
        "all" => Some(texts.all.done),
        _ => None,
    }
}

/// `POST /account/sessions/sign-ins/{id}/end`.
pub async fn end(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let request = visitor.change(
        &fields,
        EndSignInRequest {
            id,
            ..EndSignInRequest::default()
        },
    );
    site.self_service()
        .end_sign_in(request)
        .await
        .map_err(Failure::console(visitor.path(sessions::PATH)))?;
    Ok(back(&visitor, &fields, "ended"))
}

/// `POST /account/sessions/{id}/disable`.
pub async fn disable(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let request = visitor.change(&fields, GrantRequest { id });
    site.self_service()
        .disable_grant(request)
        .await
        .map_err(Failure::console(visitor.path(sessions::PATH)))?;
    Ok(back(&visitor, &fields, "disabled"))
}

/// `POST /account/sessions/{id}/enable`.
pub async fn enable(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let request = visitor.change(&fields, GrantRequest { id });
    site.self_service()
        .enable_grant(request)
        .await
        .map_err(Failure::console(visitor.path(sessions::PATH)))?;
    Ok(back(&visitor, &fields, "enabled"))
}

/// `POST /account/sessions/{id}/revoke`.
pub async fn revoke(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let request = visitor.change(&fields, GrantRequest { id });
    site.self_service()
        .revoke_grant(request)
        .await
        .map_err(Failure::console(visitor.path(sessions::PATH)))?;
    Ok(back(&visitor, &fields, "revoked"))
}

/// To the list as it was.
fn back(visitor: &Visitor, fields: &Fields, done: &str) -> Response {
    let list = visitor.path(sessions::PATH);
    see_other(visitor, &listing::back(&list, fields, done), None)
}
