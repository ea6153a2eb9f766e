//! From a view to a response: the only place that renders.

use authgate_proto::v1::{Browser, SessionCookie};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderValue, StatusCode, header};
use leptos::prelude::*;

use crate::{
    components::{
        heading::Crumb,
        layout::{Console, Frame, Layout},
        navigation::Section,
    },
    cookies, foreign,
    headers::content_security_policy,
    shell::Shell,
    visitor::Visitor,
};

/// How Leptos marks the place of `()` in builds with debug assertions.
const NOTHING: &str = "<!--<() />-->";

/// Everything about a page besides its content.
pub struct Page {
    title: String,
    status: StatusCode,
    account: Option<String>,
    cookie: Option<SessionCookie>,
    here: Option<String>,
    form_action: String,
    retry_after: Option<u32>,
    switches: bool,
    console: Option<Console>,
}

impl Page {
    /// A page that answers 200.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            status: StatusCode::OK,
            account: None,
            cookie: None,
            here: None,
            form_action: String::new(),
            retry_after: None,
            switches: true,
            console: None,
        }
    }

    /// Leaves the switches of theme and language out, on pages whose policy lets
    /// forms lead elsewhere only.
    pub fn without_switches(mut self) -> Self {
        self.switches = false;
        self
    }

    /// Answers with this status; one of 400 or above marks the title as an error's.
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Names who is signed in and sets the session cookie when the view says so.
    pub fn browser(mut self, browser: &Browser) -> Self {
        self.account = browser
            .account
            .as_ref()
            .map(|account| foreign::name(&account.username));
        self.cookie.clone_from(&browser.set_cookie);
        self
    }

    /// Puts the page into the console, as the section or below it.
    pub fn console(self, shell: &Shell, section: Section) -> Self {
        let mut page = self.browser(&shell.browser);
        page.console = Some(Console {
            shell: shell.clone(),
            section,
            trail: Vec::new(),
            done: None,
        });
        page
    }

    /// The pages above this one, from the top; of pages in the console.
    pub fn trail(mut self, trail: impl IntoIterator<Item = Crumb>) -> Self {
        if let Some(console) = &mut self.console {
            console.trail = trail.into_iter().collect();
        }
        self
    }

    /// What the action did that led here, in words of the catalogue; of pages in the
    /// console.
    pub fn done(mut self, text: Option<&'static str>) -> Self {
        if let Some(console) = &mut self.console {
            console.done = text;
        }
        self
    }

    /// The path that shows this page again, when it is not the request's own.
    pub fn here(mut self, path: String) -> Self {
        self.here = Some(path);
        self
    }

    /// Where forms may lead besides this origin: a CSP source; empty: nowhere.
    pub fn form_action(mut self, source: &str) -> Self {
        source.clone_into(&mut self.form_action);
        self
    }

    /// Seconds until a try makes sense.
    pub fn retry_after(mut self, seconds: Option<u32>) -> Self {
        self.retry_after = seconds;
        self
    }

    /// The document as HTML.
    pub fn render<V>(mut self, visitor: &Visitor, content: impl FnOnce() -> V) -> String
    where
        V: IntoView + 'static,
    {
        if let Some(console) = self.console.as_mut().filter(|_| !visitor.from_ours) {
            // Whoever made a link must not put words into our mouth.
            console.done = None;
        }
        let failed = self.status.is_client_error() || self.status.is_server_error();
        let prefix = if failed {
            visitor.texts.frame.error_prefix
        } else {
            ""
        };
        let frame = Frame {
            title: format!("{prefix}{}", self.title),
            account: self.account,
            switch_at: self
                .switches
                .then(|| self.here.unwrap_or_else(|| visitor.here.clone())),
            console: self.console,
        };
        let visitor = visitor.clone();
        let html = Owner::new().with(|| {
            let content = content().into_any();
            view! { <Layout visitor frame content /> }.to_html()
        });
        // Markers between texts, for hydration, which does not happen here. In
        // texts and attributes `<` is always escaped, so nothing else matches.
        let html = html.replace("<!>", "").replace(NOTHING, "");
        format!("<!DOCTYPE html>{html}")
    }

    /// The document as a response.
    pub fn respond<V>(mut self, visitor: &Visitor, content: impl FnOnce() -> V) -> Response
    where
        V: IntoView + 'static,
    {
        let status = self.status;
        let policy = content_security_policy(Some(&self.form_action));
        let cookie = self.cookie.take();
        let retry_after = self.retry_after;
        let mut response = (status, Html(self.render(visitor, content))).into_response();
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::try_from(policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(cookie) = cookie {
            cookies::set(&mut response, &cookies::session(&visitor.config, &cookie));
        }
        response
    }
}

/// 303 to `path`, with the session cookie when there is one to set.
pub fn see_other(visitor: &Visitor, path: &str, cookie: Option<&SessionCookie>) -> Response {
    let mut response = Redirect::to(path).into_response();
    if let Some(cookie) = cookie {
        cookies::set(&mut response, &cookies::session(&visitor.config, cookie));
    }
    response
}

/// `path` with a query string made of `parameters`.
pub fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("{path}?{query}")
}
