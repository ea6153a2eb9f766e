//! What surrounds the pages of the account and the administration.

use std::future::Future;

use authgate_proto::v1::{Browser, ViewBrowserRequest};
use futures_util::future::join;
use tonic::Status;

use crate::{
    error::Failure,
    visitor::{Site, Visitor},
};

/// Who is signed in, and what the navigation tells of.
#[derive(Clone, Default)]
pub struct Shell {
    pub browser: Browser,
    /// Clients that wait for approval.
    pub pending_clients: u32,
}

impl Shell {
    /// Asks the core for the surroundings and, at the same time, for what the page is
    /// about. `return_to` as for [`Failure::console`].
    ///
    /// # Errors
    /// The failure of the page's own call, else that of the surroundings.
    pub async fn with<T>(
        site: &Site,
        visitor: &Visitor,
        return_to: &str,
        call: impl Future<Output = Result<tonic::Response<T>, Status>>,
    ) -> Result<(Self, T), Failure> {
        let (shell, answer) = join(Self::load(site, visitor, return_to), call).await;
        let answer = answer.map_err(Failure::console(return_to))?;
        Ok((shell?, answer.into_inner()))
    }

    /// The surroundings alone, for pages that ask the core nothing else or, after a
    /// refused form, have their answer already.
    ///
    /// # Errors
    /// Nobody is signed in, or the core is away.
    pub async fn load(site: &Site, visitor: &Visitor, return_to: &str) -> Result<Self, Failure> {
        let view = site
            .core()
            .view_browser(visitor.context.request(ViewBrowserRequest {}))
            .await
            .map_err(Failure::console(return_to))?
            .into_inner();
        Ok(Self {
            browser: view.browser.unwrap_or_default(),
            pending_clients: view.pending_clients,
        })
    }

    /// The token that every form carries.
    pub fn csrf_token(&self) -> String {
        self.browser.csrf_token.clone()
    }

    /// Whether an admin is signed in.
    pub fn is_admin(&self) -> bool {
        self.browser
            .account
            .as_ref()
            .is_some_and(|account| account.is_admin)
    }
}
