//! One response, read to its end.

use axum::{
    body::Bytes,
    http::{HeaderMap, StatusCode, header::LOCATION},
    response::Response,
};
use http_body_util::BodyExt;
use scraper::{Html, Selector};
use serde_json::Value;
use url::Url;

use super::Form;

/// A response.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: body
                .collect()
                .await
                .expect("the body can be read")
                .to_bytes(),
        }
    }

    /// The value of a header; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("headers are text"))
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("status {}, no JSON: {}", self.status, self.text()))
    }

    /// Checks that this is a success.
    #[track_caller]
    pub fn assert_ok(&self) {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
    }

    /// The JSON body of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        self.assert_ok();
        self.json()
    }

    /// Checks that this is the OAuth error `code` with that status.
    #[track_caller]
    pub fn assert_error(&self, status: StatusCode, code: &str) {
        let text = self.text();
        assert_eq!(
            (self.status, self.json()["error"].as_str()),
            (status, Some(code)),
            "{text}"
        );
    }

    /// Where a redirect leads.
    #[track_caller]
    pub fn location(&self) -> &str {
        assert!(
            self.status.is_redirection(),
            "{}: {}",
            self.status,
            self.text()
        );
        self.header(LOCATION.as_str())
    }

    /// A parameter of the URL that a redirect leads to.
    #[track_caller]
    pub fn redirect_parameter(&self, name: &str) -> Option<String> {
        let url = Url::parse(self.location()).expect("the redirect is absolute");
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The forms of a page.
    pub fn forms(&self) -> Vec<Form> {
        let page = Html::parse_document(self.text());
        page.select(&selector("form")).map(Form::read).collect()
    }

    /// The form that posts to a path that ends like this.
    #[track_caller]
    pub fn form(&self, action: &str) -> Form {
        let forms = self.forms();
        let found = forms.iter().find(|form| form.action.ends_with(action));
        found
            .unwrap_or_else(|| {
                panic!(
                    "status {}, no form posts to {action}: {}",
                    self.status,
                    self.text()
                )
            })
            .clone()
    }

    /// The text of the page's heading.
    pub fn heading(&self) -> String {
        let page = Html::parse_document(self.text());
        let heading = page.select(&selector("h1")).next();
        heading
            .map(|heading| heading.text().collect())
            .unwrap_or_default()
    }
}

pub fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("the selector is one")
}
