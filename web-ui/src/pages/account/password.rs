//! `/account/password`: the current one, and a new one twice.

use authgate_proto::v1::{ChangePasswordRequest, PasswordRefusal};
use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use leptos::prelude::*;
use tonic::Code;

use crate::{
    components::{
        button::{Button, Hidden, Kind},
        form::{ErrorSummary, Field},
        heading::{Crumb, Heading},
        navigation::Section,
        new_password::PasswordField,
    },
    document::{Page, see_other, with_query},
    error::Failure,
    form::{Fields, Form},
    listing::DONE,
    pages::account::profile,
    problems::{Problems, Text},
    shell::Shell,
    texts::account::Password,
    visitor::{Site, Visitor},
};

/// Where it is.
pub const PATH: &str = "/account/password";

const CURRENT: &str = "current_password";
const NEW: &str = "new_password";
const AGAIN: &str = "new_password_again";

/// `GET /account/password`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let shell = Shell::load(&site, &visitor, &visitor.path(PATH)).await?;
    Ok(page(
        &visitor,
        &shell,
        StatusCode::OK,
        &Problems::default(),
        None,
    ))
}

/// `POST /account/password`.
pub async fn submit(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let texts = &visitor.texts.account.password;
    let path = visitor.path(PATH);
    let typed_wrong = check(&fields, texts);
    if !typed_wrong.is_empty() {
        return refuse(&site, &visitor, StatusCode::BAD_REQUEST, &typed_wrong, None).await;
    }
    let request = ChangePasswordRequest {
        current_password: fields.get(CURRENT).to_owned(),
        new_password: fields.get(NEW).to_owned(),
    };
    let answer = site
        .self_service()
        .change_password(visitor.change(&fields, request))
        .await;
    let answer = match answer {
        Ok(answer) => answer.into_inner(),
        Err(status) if status.code() == Code::ResourceExhausted => {
            let retry_after = Failure::retry_after(&status);
            let text = (texts.throttled)(retry_after.unwrap_or(60));
            let problems = Problems::ours(None, text);
            let status = StatusCode::TOO_MANY_REQUESTS;
            return refuse(&site, &visitor, status, &problems, retry_after).await;
        }
        Err(status) => {
            let known = [
                ("current_password", CURRENT, texts.current),
                ("new_password", NEW, texts.new),
            ];
            let problems =
                Problems::of(status, &known).map_err(|status| Failure::console(path)(*status))?;
            return refuse(&site, &visitor, StatusCode::BAD_REQUEST, &problems, None).await;
        }
    };
    let (field, text) = match answer.refusal() {
        PasswordRefusal::Unspecified => {
            let next = with_query(&visitor.path(profile::PATH), &[(DONE, "password")]);
            return Ok(see_other(&visitor, &next, answer.cookie.as_ref()));
        }
        PasswordRefusal::WrongCurrent => (CURRENT, texts.wrong_current),
        PasswordRefusal::TooShort => (NEW, texts.too_short),
        PasswordRefusal::TooLong => (NEW, texts.too_long),
        PasswordRefusal::TooEasy => (NEW, texts.too_easy),
    };
    let problems = Problems::ours(Some(field), text);
    refuse(&site, &visitor, StatusCode::BAD_REQUEST, &problems, None).await
}

/// What can be seen without the core: something is missing, or the two differ.
fn check(fields: &Fields, texts: &Password) -> Problems {
    let mut problems = Problems::default();
    for name in [CURRENT, NEW] {
        if fields.get(name).is_empty() {
            problems.add(Some(name), Text::Ours(texts.missing.to_owned()));
        }
    }
    if fields.get(NEW) != fields.get(AGAIN) {
        problems.add(Some(AGAIN), Text::Ours(texts.differs.to_owned()));
    }
    problems
}

/// The form again, empty, with what went wrong.
async fn refuse(
    site: &Site,
    visitor: &Visitor,
    status: StatusCode,
    problems: &Problems,
    retry_after: Option<u32>,
) -> Result<Response, Failure> {
    let shell = Shell::load(site, visitor, &visitor.path(PATH)).await?;
    Ok(page(visitor, &shell, status, problems, retry_after))
}

fn page(
    visitor: &Visitor,
    shell: &Shell,
    status: StatusCode,
    problems: &Problems,
    retry_after: Option<u32>,
) -> Response {
    let all = visitor.texts;
    let texts = &all.account.password;
    let profile_path = visitor.path(profile::PATH);
    let page = Page::new(texts.title)
        .status(status)
        .retry_after(retry_after)
        .console(shell, Section::Profile)
        .trail([Crumb::new(all.account.profile.title, profile_path.clone())])
        .here(visitor.path(PATH));
    page.respond(visitor, || {
        let show = (all.login.show, all.login.show_password);
        let field = |field: Field, autocomplete: &'static str| {
            let (field, texts) = (field.required(), &all.console);
            view! { <PasswordField field problems autocomplete texts show /> }
        };
        // Password managers file the new password under this name.
        let username = shell.browser.account.as_ref().map(|account| {
            view! {
                <input
                    type="text"
                    autocomplete="username"
                    value=account.username.clone()
                    readonly=true
                    hidden=true
                />
            }
        });
        view! {
            <Heading title=move || texts.title />
            <p class="lede">{texts.explain}</p>
            <ErrorSummary problems texts=&all.console />
            <form class="card narrow" method="post" action=visitor.path(PATH)>
                <Hidden name="csrf_token" value=shell.csrf_token() />
                {username}
                {field(Field::new(CURRENT, texts.current), "current-password")}
                {field(Field::new(NEW, texts.new).hint(texts.new_hint), "new-password")}
                {field(Field::new(AGAIN, texts.again), "new-password")}
                <div class="actions">
                    <Button kind=Kind::Primary label=texts.submit />
                    <a class=Kind::Secondary.class() href=profile_path>
                        {texts.cancel}
                    </a>
                </div>
            </form>
        }
    })
}
