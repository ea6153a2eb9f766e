//! `POST /theme`: light or dark. It changes only how pages look, so it needs no
//! CSRF token.

use axum::{Extension, response::Response};

use crate::{cookies, document::see_other, form::Form, theme::Theme, visitor::Visitor};

/// Keeps the choice in a cookie and goes back to the page it was made on.
pub async fn submit(Extension(visitor): Extension<Visitor>, Form(fields): Form) -> Response {
    let return_to = Some(fields.get("return_to"))
        .filter(|path| is_local(path))
        .map_or_else(|| visitor.config.path("/"), str::to_owned);
    let mut response = see_other(&visitor, &return_to, None);
    if let Some(theme) = Theme::parse(fields.get("theme")) {
        cookies::set(&mut response, &theme.cookie(&visitor.config));
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
