//! The session cookie, and how cookies get into a response.

use authgate_proto::{v1::SessionCookie, vocabulary::session_cookie_name};
use axum::response::Response;
use cookie::{
    Cookie, SameSite,
    time::{Duration, OffsetDateTime},
};
use http::{HeaderValue, header};

use crate::config::Config;

/// The browser's copy of what the core says about the session: an empty value
/// deletes it, a `max_age` of 0 keeps it until the browser closes.
pub fn session(config: &Config, session: &SessionCookie) -> Cookie<'static> {
    let mut cookie = Cookie::build((session_cookie_name(config.https), session.value.clone()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.https)
        .build();
    if session.value.is_empty() {
        cookie.set_max_age(Duration::ZERO);
        cookie.set_expires(OffsetDateTime::UNIX_EPOCH);
    } else if session.max_age > 0 {
        let seconds = i64::try_from(session.max_age).unwrap_or(i64::MAX);
        cookie.set_max_age(Duration::seconds(seconds));
    }
    cookie
}

/// Adds `cookie` to `response`. One that no header can carry is left out.
pub fn set(response: &mut Response, cookie: &Cookie<'_>) {
    if let Ok(mut value) = HeaderValue::try_from(cookie.to_string()) {
        value.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
