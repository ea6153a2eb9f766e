//! Query strings and form bodies, read strictly: what is ambiguous or broken is
//! refused, never guessed.

use std::borrow::Cow;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
};
use http::{HeaderMap, StatusCode, header, request::Parts};
use percent_encoding::percent_decode_str;
use uuid::Uuid;

use crate::error::{Failure, FormFault};

/// The field with the token against forgery,
const CSRF_FIELD: &str = "csrf_token";
/// and the header that may carry it instead.
const CSRF_HEADER: &str = "x-csrf-token";
/// The longest form body in bytes.
pub const BODY_LIMIT: usize = 16 * 1024;

/// The field that holds the form's id.
pub const FORM_ID: &str = "form_id";
/// The field that holds when the form's subject was changed.
pub const UPDATED_AT: &str = "updated_at";

/// Names and values of `application/x-www-form-urlencoded` text, each name once.
#[derive(Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Decodes `text`.
    ///
    /// # Errors
    /// When a name stands twice, or something decodes to broken UTF-8 or NUL.
    pub fn parse(text: &str) -> Result<Self, FormFault> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(FormFault::Repeated);
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// The value of `name`; empty when it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// What makes a form one: the core does not do what it asks for twice. One that is
    /// shown for the first time gets a new one.
    pub fn form_id(&self) -> String {
        match self.get(FORM_ID) {
            "" => Uuid::new_v4().to_string(),
            id => id.to_owned(),
        }
    }

    /// When what the form is about was last changed as it was shown. Nonsense must not be
    /// 0, which would be: whatever it was.
    pub fn updated_at(&self) -> i64 {
        let instant = self.get(UPDATED_AT).parse().ok();
        instant.filter(|at| *at != 0).unwrap_or(-1)
    }
}

/// The fields of the query string.
pub struct Query(pub Fields);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(Fields::parse(query)?))
    }
}

/// What stands in the path: an id, or several.
pub struct Id<T = String>(pub T);

impl<T, S> FromRequestParts<S> for Id<T>
where
    S: Send + Sync,
    Path<T>: FromRequestParts<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Path::from_request_parts(parts, state)
            .await
            .map(|Path(id)| Self(id))
            .map_err(|_| Failure::NoPage)
    }
}

/// The fields of a posted form.
pub struct Form(pub Fields);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if !is_form(request.headers()) {
            return Err(FormFault::ContentType.into());
        }
        let token = request.headers().get(CSRF_HEADER);
        let token = token.and_then(|value| value.to_str().ok());
        let token = token.map(str::to_owned);
        let body =
            Bytes::from_request(request, state)
                .await
                .map_err(|rejection| match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => Failure::FormTooLarge,
                    _ => FormFault::Incomplete.into(),
                })?;
        let text = std::str::from_utf8(&body).map_err(|_| FormFault::Encoding)?;
        let mut fields = Fields::parse(text)?;
        // Programs may send the token as a header; the field counts if there is one.
        if let Some(token) = token.filter(|_| fields.get(CSRF_FIELD).is_empty()) {
            fields.0.retain(|(name, _)| name != CSRF_FIELD);
            fields.0.push((CSRF_FIELD.to_owned(), token));
        }
        Ok(Self(fields))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    media_type
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

fn decode(text: &str) -> Result<String, FormFault> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced)
        .decode_utf8()
        .map(Cow::into_owned)
        .map_err(|_| FormFault::Encoding)?;
    if decoded.contains('\0') {
        return Err(FormFault::Encoding);
    }
    Ok(decoded)
}
