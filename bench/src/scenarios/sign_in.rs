//! People sign in with user name and password: the page, then the form. Each time
//! with a browser that has never been here.

use url::Url;

use crate::{
    browser::{Browser, Place, redirect},
    error::Result,
    form::Form,
    load::{Failure, Worker, Workers},
    site::Site,
    target::{Endpoint, User},
};

struct Visitor {
    browser: Browser,
    login: Url,
    user: User,
}

pub fn workers(site: &Site, count: usize) -> Result<Workers> {
    let login = site.target.url(Endpoint::Login)?;
    let user = site.target.user()?;
    let workers = (0..count).map(|_| {
        let visitor = Visitor {
            browser: Browser::new(&login),
            login: login.clone(),
            user: user.clone(),
        };
        Box::new(visitor) as Box<dyn Worker>
    });
    Ok(workers.collect())
}

#[tonic::async_trait]
impl Worker for Visitor {
    async fn operate(&mut self) -> Result<(), Failure> {
        self.browser.forget();
        let Place::Page(page) = self.browser.open(&self.login).await? else {
            return Err(Failure::new("the login page leads away"));
        };
        let form = page.forms()?.into_iter().find(Form::asks_for_password);
        let form = form.ok_or_else(|| page.answer.unexpected("no form to sign in"))?;
        let form = form.signed_in(&self.user.name, &self.user.password);
        let answer = self.browser.submit_only(&form).await?;
        // A server that refuses shows the form again, or leads back to it.
        match redirect(&form.action, &answer) {
            Some(next) if next.path() != self.login.path() => Ok(()),
            _ => Err(answer.unexpected("not signed in")),
        }
    }
}
