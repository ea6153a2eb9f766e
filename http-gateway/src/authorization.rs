//! The `Authorization` header and the bearer tokens in it (RFC 9110 section
//! 11.6.2, RFC 6750 section 2.1). Nothing here is verified: the core does that.

use http::{HeaderMap, header::AUTHORIZATION};

use crate::error::Error;

/// The header, split at its first space.
pub(crate) struct Authorization<'a> {
    scheme: &'a [u8],
    credentials: &'a [u8],
}

impl<'a> Authorization<'a> {
    /// The request's header, if it has one.
    ///
    /// # Errors
    /// `invalid_request` when it came twice.
    pub(crate) fn of(headers: &'a HeaderMap) -> Result<Option<Self>, Error> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(Error::invalid_request(
                "the Authorization header came more than once",
            ));
        }
        let value = value.as_bytes().trim_ascii();
        let end = value.iter().position(|byte| *byte == b' ');
        let (scheme, credentials) = value.split_at(end.unwrap_or(value.len()));
        Ok(Some(Self {
            scheme,
            credentials: credentials.trim_ascii_start(),
        }))
    }

    /// The credentials, if the scheme is `scheme`, in whatever case.
    pub(crate) fn credentials(&self, scheme: &str) -> Option<&'a [u8]> {
        self.scheme
            .eq_ignore_ascii_case(scheme.as_bytes())
            .then_some(self.credentials)
    }
}

/// The bearer token of the header; `None` when there is no token in it.
///
/// # Errors
/// `invalid_request` when the header came twice, `invalid_token` when the token is not text.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let authorization = Authorization::of(headers)?;
    authorization
        .and_then(|authorization| authorization.credentials("Bearer"))
        .map_or(Ok(None), token)
}

/// As [`bearer_token`], and a token that stands there without any scheme, as
/// the predecessor's clients may send it to its tokeninfo endpoint.
///
/// # Errors
/// As [`bearer_token`].
pub(crate) fn bearer_or_bare_token(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let Some(authorization) = Authorization::of(headers)? else {
        return Ok(None);
    };
    match authorization.credentials("Bearer") {
        Some(credentials) => token(credentials),
        None if authorization.credentials.is_empty() => token(authorization.scheme),
        None => Ok(None),
    }
}

fn token(credentials: &[u8]) -> Result<Option<String>, Error> {
    if credentials.is_empty() {
        return Ok(None);
    }
    // Without a way out in its middle the loop looks at many bytes at once.
    let graphic = |all: bool, byte: &u8| all & byte.is_ascii_graphic();
    match str::from_utf8(credentials) {
        Ok(token) if credentials.iter().fold(true, graphic) => Ok(Some(token.to_owned())),
        _ => Err(Error::invalid_token("the access token is malformed")),
    }
}
