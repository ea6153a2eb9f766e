//! The error page: what happened, whose turn it is, and a number that finds the log line.

use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    components::button::Kind,
    config::Config,
    document::Page,
    error::{ErrorView, Way},
    foreign,
    texts::{Errors, Message, Texts},
    visitor::Visitor,
};

/// The error page as a whole HTML document, for the parts that answer browsers
/// outside of the router. Status and headers are the caller's.
#[must_use]
pub fn error_page(config: &Config, view: &ErrorView) -> String {
    let visitor = Visitor::anonymous(config);
    let (page, content) = parts(&visitor, view.clone(), None);
    page.render(&visitor, content)
}

/// The error page as the answer to `visitor`, with the best way on from there.
pub fn respond(visitor: &Visitor, view: ErrorView, way: Option<Way>) -> Response {
    let (page, content) = parts(visitor, view, way);
    page.respond(visitor, content)
}

fn parts(
    visitor: &Visitor,
    view: ErrorView,
    way: Option<Way>,
) -> (Page, impl FnOnce() -> AnyView + use<>) {
    let texts = visitor.texts;
    let fallback = message_for(view.status, &texts.errors);
    let title = view.title.unwrap_or_else(|| fallback.title.to_owned());
    let message = if view.message.is_empty() {
        fallback.text.to_owned()
    } else {
        view.message
    };
    let home = visitor.config.path("/");
    let page = Page::new(title.clone())
        .status(view.status)
        .retry_after(view.retry_after)
        .here(way.as_ref().map_or(&home, |way| &way.path).clone());
    let turn = whose_turn(view.status, view.code.as_deref(), &texts.errors);
    let content = Content {
        title,
        message,
        turn,
        retry: view.retry_after.map(texts.errors.retry_after),
        code: view.code.map(|code| foreign::word(&code)),
        request_id: foreign::word(&view.request_id),
        detail: view.detail.map(|detail| foreign::message(&detail)),
        way,
        home,
    };
    (page, move || content.view(texts).into_any())
}

struct Content {
    title: String,
    message: String,
    turn: Option<&'static str>,
    retry: Option<String>,
    code: Option<String>,
    request_id: String,
    detail: Option<String>,
    way: Option<Way>,
    home: String,
}

impl Content {
    fn view(self, texts: &'static Texts) -> impl IntoView {
        let texts = &texts.errors;
        let paragraph = |text| view! { <p>{text}</p> };
        let fact = |name, value| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>
                        <code>{value}</code>
                    </dd>
                </div>
            }
        };
        let reference = Some(self.request_id).filter(|id| !id.is_empty());
        let facts = (self.code.is_some() || reference.is_some()).then(|| {
            view! {
                <dl class="facts">
                    {self.code.map(|code| fact(texts.code, code))}
                    {reference.map(|id| fact(texts.reference, id))}
                </dl>
            }
        });
        let detail = self
            .detail
            .filter(|detail| !detail.is_empty())
            .map(|detail| {
                view! {
                    <p class="notice" lang="en">
                        {detail}
                    </p>
                }
            });
        let way = self.way.map(|way| {
            view! {
                <a class=Kind::Primary.class() href=way.path>
                    {way.label}
                </a>
            }
        });
        view! {
            <h1>{self.title}</h1>
            <p class="lede">{self.message}</p>
            {detail}
            {self.retry.map(paragraph)}
            {self.turn.map(|turn| paragraph(turn.to_owned()))}
            {facts}
            <div class="actions">
                {way}
                <a class=Kind::Secondary.class() href=self.home>
                    {texts.home}
                </a>
            </div>
        }
    }
}

/// What a page says that was given only a status.
fn message_for(status: StatusCode, texts: &Errors) -> &Message {
    match status {
        StatusCode::NOT_FOUND => &texts.not_found,
        StatusCode::METHOD_NOT_ALLOWED => &texts.method,
        StatusCode::PAYLOAD_TOO_LARGE => &texts.too_large,
        StatusCode::TOO_MANY_REQUESTS => &texts.throttled,
        StatusCode::SERVICE_UNAVAILABLE => &texts.unavailable,
        status if status.is_server_error() => &texts.internal,
        _ => &texts.bad_request,
    }
}

/// Who has to act, where it is not the person reading: the maker of the app whose
/// request had a protocol error, or those who run the server.
fn whose_turn(status: StatusCode, code: Option<&str>, texts: &Errors) -> Option<&'static str> {
    if status.is_server_error() {
        Some(texts.turn_server)
    } else {
        code.map(|_| texts.turn_app)
    }
}
