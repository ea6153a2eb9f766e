//! A browser without scripts: cookies, redirects, forms.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    http::{
        Method,
        header::{ACCEPT, COOKIE, SET_COOKIE},
    },
};
use scraper::ElementRef;
use url::Url;

use super::{Answer, RequestBuilder, answer::selector};

/// Redirects in a row that are followed.
const MOST_REDIRECTS: usize = 10;

/// A browser; clones share their cookies, as tabs do.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    issuer: Url,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    address: String,
    user_agent: String,
}

/// A form of a page, with the values that it holds already.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Browser {
    pub fn new(router: Router, issuer: &str) -> Self {
        Self {
            router,
            issuer: Url::parse(issuer).expect("the issuer is a URL"),
            cookies: Arc::default(),
            address: "127.0.0.1".to_owned(),
            user_agent: "Mozilla/5.0 (test)".to_owned(),
        }
    }

    /// A tab of this browser whose requests come from another address.
    pub fn at(&self, address: &str) -> Self {
        let address = address.to_owned();
        Self {
            address,
            ..self.clone()
        }
    }

    /// This browser's cookies in another program.
    pub fn as_user_agent(&self, user_agent: &str) -> Self {
        let user_agent = user_agent.to_owned();
        Self {
            user_agent,
            ..self.clone()
        }
    }

    /// Loads a page and follows redirects as long as they stay on this server. A
    /// redirect to elsewhere is the answer itself.
    pub async fn get(&self, path: &str) -> Answer {
        let answer = self.send(Method::GET, path, None).await;
        self.follow(answer).await
    }

    /// Loads a page and follows nothing.
    pub async fn get_only(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// Sends a form with further or other values, and follows as [`Self::get`] does.
    pub async fn submit(&self, form: &Form, values: &[(&str, &str)]) -> Answer {
        let answer = self.submit_only(form, values).await;
        self.follow(answer).await
    }

    /// Sends a form and follows nothing.
    pub async fn submit_only(&self, form: &Form, values: &[(&str, &str)]) -> Answer {
        let kept = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let kept = kept.filter(|(name, _)| values.iter().all(|(other, _)| other != name));
        let fields: Vec<(&str, &str)> = kept.chain(values.iter().copied()).collect();
        self.send(Method::POST, &form.action, Some(&fields)).await
    }

    /// Signs in on the login page.
    pub async fn sign_in(&self, username: &str, password: &str) -> Answer {
        let page = self.get("/login").await;
        self.submit(
            &page.form("/login"),
            &[("username", username), ("password", password)],
        )
        .await
    }

    /// The cookie's value.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies
            .lock()
            .expect("no test panics in here")
            .get(name)
            .cloned()
    }

    /// Plants a cookie.
    pub fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().expect("no test panics in here");
        cookies.insert(name.to_owned(), value.to_owned());
    }

    async fn send(&self, method: Method, path: &str, form: Option<&[(&str, &str)]>) -> Answer {
        let mut request = RequestBuilder::new(self.router.clone(), method, path)
            .from(&self.address)
            .header(ACCEPT, "text/html,application/xhtml+xml")
            .header("user-agent", self.user_agent.as_str());
        let cookies = self.cookie_header();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        if let Some(fields) = form {
            request = request.form(fields);
        }
        let answer = request.send().await;
        self.keep_cookies(&answer);
        answer
    }

    async fn follow(&self, mut answer: Answer) -> Answer {
        for _ in 0..MOST_REDIRECTS {
            if !answer.status.is_redirection() {
                return answer;
            }
            let target = self
                .issuer
                .join(answer.location())
                .expect("the redirect leads somewhere");
            if target.origin() != self.issuer.origin() {
                return answer;
            }
            let path = &target[url::Position::BeforePath..url::Position::AfterQuery];
            answer = self.send(Method::GET, path, None).await;
        }
        panic!("too many redirects, the last to {}", answer.location());
    }

    fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().expect("no test panics in here");
        let pairs = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn keep_cookies(&self, answer: &Answer) {
        let mut cookies = self.cookies.lock().expect("no test panics in here");
        for line in answer.headers.get_all(SET_COOKIE) {
            let line = line.to_str().expect("cookies are text");
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a value");
            if attributes.to_ascii_lowercase().contains("max-age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Form {
    pub fn read(form: ElementRef<'_>) -> Self {
        let attribute =
            |element: ElementRef<'_>, name| element.attr(name).unwrap_or_default().to_owned();
        let named = selector("input[name]");
        let filled = form.select(&named).filter(|input| {
            let kind = attribute(*input, "type");
            !matches!(kind.as_str(), "checkbox" | "radio") || input.attr("checked").is_some()
        });
        let mut fields: Vec<(String, String)> = filled
            .map(|input| (attribute(input, "name"), attribute(input, "value")))
            .collect();
        for area in form.select(&selector("textarea[name]")) {
            fields.push((attribute(area, "name"), area.text().collect()));
        }
        for select in form.select(&selector("select[name]")) {
            let chosen = select.select(&selector("option[selected]")).next();
            let chosen = chosen.or_else(|| select.select(&selector("option")).next());
            let value = chosen.map_or_else(String::new, |option| attribute(option, "value"));
            fields.push((attribute(select, "name"), value));
        }
        Self {
            action: attribute(form, "action"),
            fields,
        }
    }

    /// The value that a field holds.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}
