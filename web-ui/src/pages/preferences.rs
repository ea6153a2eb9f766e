//! `POST /theme` and `POST /language`: light or dark, and in which language. They
//! change only how pages look, so they need no CSRF token.

use axum::{Extension, response::Response};
use cookie::Cookie;

use crate::{
    cookies,
    document::see_other,
    form::{Fields, Form},
    language::Language,
    theme::Theme,
    visitor::Visitor,
};

/// Keeps the theme in a cookie and goes back to the page it was chosen on.
pub async fn submit_theme(Extension(visitor): Extension<Visitor>, Form(fields): Form) -> Response {
    let theme = Theme::parse(fields.get("theme"));
    keep(
        &visitor,
        &fields,
        theme.map(|theme| theme.cookie(&visitor.config)),
    )
}

/// Keeps the language likewise.
pub async fn submit_language(
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Response {
    let language = Language::parse(fields.get("language"));
    let cookie = language.map(|language| language.cookie(&visitor.config));
    keep(&visitor, &fields, cookie)
}

fn keep(visitor: &Visitor, fields: &Fields, cookie: Option<Cookie<'static>>) -> Response {
    let return_to = Some(fields.get("return_to"))
        .filter(|path| is_local(path))
        .map_or_else(|| visitor.config.path("/"), str::to_owned);
    let mut response = see_other(visitor, &return_to, None);
    if let Some(cookie) = cookie {
        cookies::set(&mut response, &cookie);
    }
    response
}

/// Whether browsers take `path` for one on this host: `//host` and `/\host` are
/// others, and they drop tabs and line ends before they look.
fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 4096
        && path.chars().all(|c| c.is_ascii_graphic() && c != '\\')
}
