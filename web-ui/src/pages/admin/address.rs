//! Where the pages of a client are. A `client_id` may hold any printable character,
//! and look like a path of ours.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    components::navigation::Section,
    error::{Failure, FormFault},
    visitor::Visitor,
};

/// What stands in a path as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Goes before an id that alone would mean something else: a page of ours, or, to
/// browsers, a step up. An id that begins with it gets one too.
const MARK: char = '~';

/// The path of a client's page; `rest` is what comes below it.
pub fn client(visitor: &Visitor, id: &str, rest: &str) -> String {
    let clients = visitor.path(Section::Clients.path());
    format!("{clients}/{}{rest}", segment(id))
}

/// `id` as a segment of a path.
fn segment(id: &str) -> String {
    let encoded = utf8_percent_encode(id, PLAIN);
    if matches!(id, "new" | "." | "..") || id.starts_with(MARK) {
        format!("{MARK}{encoded}")
    } else {
        encoded.to_string()
    }
}

/// The `client_id` in the path, the first of its parameters.
pub struct ClientId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for ClientId {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Parameters(parameters) = Parameters::from_request_parts(parts, state).await?;
        let segment = parameters.into_iter().next().unwrap_or_default();
        let id = segment.strip_prefix(MARK).map(str::to_owned);
        Ok(Self(id.unwrap_or(segment)))
    }
}

/// All parameters of the path.
pub struct Parameters(pub Vec<String>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Path(parameters) = path.map_err(|_| FormFault::Encoding)?;
        Ok(Self(
            parameters.into_iter().map(|(_, value)| value).collect(),
        ))
    }
}
