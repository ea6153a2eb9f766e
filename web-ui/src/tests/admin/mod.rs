//! The administration: what holds for all its pages, and a file for each.

mod actions;
mod authorizations;
mod clients;
mod console;
mod dashboard;
mod failures;
mod form;
mod keys;
mod registrations;

use authgate_proto::error::{ErrorCode, OAuthError};
use tonic::Status;

use super::{Answer, Call, Script, Site, samples};

/// A site of an admin for whom everything is there, with some answers replaced.
fn site(change: impl FnOnce(&mut Script)) -> Site {
    let mut script = samples::admin::script();
    change(&mut script);
    Site::new(script)
}

/// What the core says to somebody who is no admin.
fn no_admin() -> Status {
    OAuthError::new(ErrorCode::AccessDenied, "for admins only").into()
}

/// A page of the administration as somebody sees it who reads Traditional Chinese.
async fn in_chinese(path: &str) -> Answer {
    use axum::body::Body;
    use http::{Request, header};

    let request = Request::get(path)
        .header(header::COOKIE, "authgate_lang=zh-TW")
        .body(Body::empty());
    site(|_| {}).send(request.expect("a request")).await
}

/// The last call that changed something, with the token of its form.
#[track_caller]
fn changed(site: &Site) -> (String, Call) {
    let asked = site.asked().into_iter();
    let mut changes = asked.filter(|(token, _)| !token.is_empty());
    let change = changes.next().expect("a call with the form's token");
    assert_eq!(changes.next(), None);
    change
}
