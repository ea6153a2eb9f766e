//! A person's browser that knows HTTP, cookies and forms, and no server in particular.

use std::collections::BTreeMap;

use http::{
    HeaderValue,
    header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE, USER_AGENT},
};
use url::Url;

use crate::{
    error::Result,
    form::{Form, forms},
    http_client::{Answer, HttpClient, Outgoing},
    load::Failure,
    target::User,
};

/// Redirects in a row that are followed.
const MOST_REDIRECTS: usize = 10;
/// Pages in a row that ask for a sign-in or an approval.
const MOST_PAGES: usize = 5;

/// A browser with its cookies, of one server.
pub struct Browser {
    client: HttpClient,
    home: Url,
    cookies: BTreeMap<String, String>,
}

/// Where a browser ends up.
pub enum Place {
    /// On a page of the server.
    Page(Page),
    /// Sent back to an application.
    Application(Url),
}

/// A page of the server.
pub struct Page {
    /// Its address.
    pub url: Url,
    /// What was answered.
    pub answer: Answer,
}

impl Page {
    /// The forms on it.
    ///
    /// # Errors
    /// When a form leads nowhere.
    pub fn forms(&self) -> Result<Vec<Form>, Failure> {
        forms(&String::from_utf8_lossy(&self.answer.body), &self.url)
    }
}

impl Browser {
    /// A browser without cookies. Everything with the origin of `home` is the server.
    pub fn new(home: &Url) -> Self {
        Self {
            client: HttpClient::default(),
            home: home.clone(),
            cookies: BTreeMap::new(),
        }
    }

    /// Forgets all cookies, as another person's browser has none.
    pub fn forget(&mut self) {
        self.cookies.clear();
    }

    /// Opens a page and follows where it leads.
    ///
    /// # Errors
    /// When the server can't be reached, or redirects for ever.
    pub async fn open(&mut self, url: &Url) -> Result<Place, Failure> {
        let answer = self.get(url).await?;
        self.follow(url.clone(), answer).await
    }

    /// Sends a form and follows where it leads.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn submit(&mut self, form: &Form) -> Result<Place, Failure> {
        let answer = self.submit_only(form).await?;
        self.follow(form.action.clone(), answer).await
    }

    /// Sends a form and follows nothing.
    ///
    /// # Errors
    /// When the server can't be reached.
    pub async fn submit_only(&mut self, form: &Form) -> Result<Answer, Failure> {
        let request = if form.post {
            let fields = form.fields.iter();
            let fields: Vec<_> = fields.map(|(name, value)| (&**name, &**value)).collect();
            Outgoing::form(&form.action, &fields)
        } else {
            let mut url = form.action.clone();
            url.query_pairs_mut().clear().extend_pairs(&form.fields);
            Outgoing::get(&url)
        };
        self.send(request).await
    }

    /// Signs in and approves wherever `place` asks for it.
    ///
    /// # Errors
    /// When it asks again and again.
    pub async fn settle(&mut self, mut place: Place, user: &User) -> Result<Place, Failure> {
        for _ in 0..MOST_PAGES {
            let Place::Page(page) = place else {
                return Ok(place);
            };
            let mut forms = page.forms()?;
            let sign_in = forms.iter().position(Form::asks_for_password);
            let filled = match sign_in {
                Some(index) => Some(
                    forms
                        .swap_remove(index)
                        .signed_in(&user.name, &user.password),
                ),
                None => forms.into_iter().find_map(Form::approved),
            };
            let Some(filled) = filled else {
                return Ok(Place::Page(page));
            };
            place = self.submit(&filled).await?;
        }
        match place {
            Place::Page(page) => Err(page.answer.unexpected("the pages ask again and again")),
            Place::Application(_) => Ok(place),
        }
    }

    async fn get(&mut self, url: &Url) -> Result<Answer, Failure> {
        self.send(Outgoing::get(url)).await
    }

    async fn send(&mut self, request: Result<Outgoing>) -> Result<Answer, Failure> {
        let mut request = request
            .map_err(|error| Failure::new(error.to_string()))?
            .header(ACCEPT, HeaderValue::from_static("text/html"))
            .header(USER_AGENT, HeaderValue::from_static("Mozilla/5.0 (bench)"));
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let cookies = HeaderValue::try_from(pairs.join("; "));
            request = request.header(COOKIE, cookies.map_err(|_| Failure::new("odd cookies"))?);
        }
        let answer = self.client.send(&request).await?;
        for line in answer.headers.get_all(SET_COOKIE) {
            keep(&mut self.cookies, line.to_str().unwrap_or_default());
        }
        Ok(answer)
    }

    async fn follow(&mut self, mut here: Url, mut answer: Answer) -> Result<Place, Failure> {
        for _ in 0..MOST_REDIRECTS {
            let Some(next) = redirect(&here, &answer) else {
                return Ok(Place::Page(Page { url: here, answer }));
            };
            if next.origin() != self.home.origin() {
                return Ok(Place::Application(next));
            }
            answer = self.get(&next).await?;
            here = next;
        }
        Err(answer.unexpected("too many redirects"))
    }
}

/// Where an answer redirects to.
pub fn redirect(here: &Url, answer: &Answer) -> Option<Url> {
    if !answer.status.is_redirection() {
        return None;
    }
    here.join(answer.headers.get(LOCATION)?.to_str().ok()?).ok()
}

fn keep(cookies: &mut BTreeMap<String, String>, line: &str) {
    let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
    let Some((name, value)) = pair.split_once('=') else {
        return;
    };
    let ended = attributes.to_ascii_lowercase().contains("max-age=0");
    if ended || value.is_empty() {
        cookies.remove(name.trim());
    } else {
        cookies.insert(name.trim().to_owned(), value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_come_and_go() {
        let mut cookies = BTreeMap::new();
        keep(&mut cookies, "a=1; Path=/; HttpOnly");
        keep(&mut cookies, "b=2");
        keep(&mut cookies, "a=; Max-Age=0");
        assert_eq!(cookies, [("b".to_owned(), "2".to_owned())].into());
    }
}
