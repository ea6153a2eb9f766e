//! The session cookie, those of preferences, and how cookies get into a response.

use authgate_proto::{v1::SessionCookie, vocabulary::session_cookie_name};
use axum::response::Response;
use cookie::{
    Cookie, SameSite,
    time::{Duration, OffsetDateTime},
};
use http::{HeaderMap, HeaderValue, header};

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

/// A cookie that keeps how pages should look for a year.
pub fn preference(config: &Config, name: &'static str, value: &'static str) -> Cookie<'static> {
    // Without the slash at the end: `/auth` is a page as well as `/auth/login`.
    let path = match config.base_path.as_str() {
        "" => "/",
        base_path => base_path,
    };
    Cookie::build((name, value))
        .path(path.to_owned())
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.https)
        .max_age(Duration::days(365))
        .build()
}

/// The values of all cookies of that name in a request.
pub fn read(headers: &HeaderMap, name: &'static str) -> impl Iterator<Item = String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| Cookie::split_parse(value.to_owned()))
        .flatten()
        .filter(move |cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// Adds `cookie` to `response`. One that no header can carry is left out.
pub fn set(response: &mut Response, cookie: &Cookie<'_>) {
    if let Ok(mut value) = HeaderValue::try_from(cookie.to_string()) {
        value.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
