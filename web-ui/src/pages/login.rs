//! `/login`: user name and password, or another source of identity.

use authgate_proto::{
    v1::{
        IdentityProvider, SignInRefusal, SignInRefused, SignInRequest, SignInView,
        ViewSignInRequest, sign_in_response::Outcome,
    },
    vocabulary::path,
};
use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    components::{
        alert::{Alert, Notice},
        app::AppName,
        button::{Button, Hidden, Kind},
        field::{self, Password, Username},
    },
    document::{Page, see_other, with_query},
    error::Failure,
    foreign,
    form::{Form, Query},
    texts::Login,
    visitor::{Site, Visitor},
};

/// The `error` in the query of somebody who has just signed out everywhere.
pub const SIGNED_OUT: &str = "signed_out";

/// `GET /login?redirect=&error=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let request = ViewSignInRequest {
        unverified_redirect: query.get("redirect").to_owned(),
    };
    let view = site
        .core()
        .view_sign_in(visitor.context.request(request))
        .await
        .map_err(Failure::core(visitor.here.clone()))?
        .into_inner();
    if view.already_signed_in {
        let cookie = view.browser.and_then(|browser| browser.set_cookie);
        return Ok(see_other(&visitor, &view.redirect, cookie.as_ref()));
    }
    let texts = &visitor.texts.login;
    let problem = match query.get("error") {
        "session_timeout" => Some(texts.session_timeout),
        "session_invalid" => Some(texts.session_invalid),
        _ => None,
    };
    let notice = (query.get("error") == SIGNED_OUT)
        .then_some(visitor.texts.account.sessions.all.done_everywhere);
    Ok(form(&visitor, view, problem.map(Problem::before), notice))
}

/// `POST /login`.
pub async fn submit(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let redirect = fields.get("redirect");
    let request = SignInRequest {
        csrf_token: fields.get("csrf_token").to_owned(),
        username: fields.get("username").to_owned(),
        password: fields.get("password").to_owned(),
        remember_me: fields.get("remember_me") == "1",
        unverified_redirect: redirect.to_owned(),
    };
    let outcome = site
        .core()
        .sign_in(visitor.context.request(request))
        .await
        .map_err(Failure::core(page_path(&visitor, redirect)))?
        .into_inner()
        .outcome;
    match outcome {
        Some(Outcome::SignedIn(signed_in)) => Ok(see_other(
            &visitor,
            &signed_in.redirect,
            signed_in.cookie.as_ref(),
        )),
        Some(Outcome::Refused(refused)) => refuse(&visitor, fields.get("username"), refused),
        None => Err(Failure::Nonsense("a sign-in without an outcome")),
    }
}

/// The form again, with what went wrong. The name stays, the password does not.
fn refuse(visitor: &Visitor, username: &str, refused: SignInRefused) -> Result<Response, Failure> {
    let texts = &visitor.texts.login;
    let problem = match refused.reason() {
        SignInRefusal::BadCredentials => Problem {
            status: StatusCode::UNAUTHORIZED,
            text: texts.bad_credentials.to_owned(),
            retry_after: None,
        },
        SignInRefusal::Throttled => Problem {
            status: StatusCode::TOO_MANY_REQUESTS,
            text: (texts.throttled)(refused.retry_after),
            retry_after: Some(refused.retry_after),
        },
        SignInRefusal::Disabled => Problem {
            status: StatusCode::FORBIDDEN,
            text: texts.disabled.to_owned(),
            retry_after: None,
        },
        SignInRefusal::Unspecified => {
            return Err(Failure::Nonsense("a refused sign-in without a reason"));
        }
    };
    let Some(mut view) = refused.view else {
        return Err(Failure::Nonsense("a refused sign-in without a view"));
    };
    username.clone_into(&mut view.username);
    Ok(form(visitor, view, Some(problem), None))
}

/// What stands above the form.
struct Problem {
    status: StatusCode,
    text: String,
    retry_after: Option<u32>,
}

impl Problem {
    /// Something that happened before this page.
    fn before(text: &str) -> Self {
        Self {
            status: StatusCode::OK,
            text: text.to_owned(),
            retry_after: None,
        }
    }
}

fn page_path(visitor: &Visitor, redirect: &str) -> String {
    with_query(&visitor.config.path(path::LOGIN), &[("redirect", redirect)])
}

fn form(
    visitor: &Visitor,
    view: SignInView,
    problem: Option<Problem>,
    notice: Option<&'static str>,
) -> Response {
    let texts = &visitor.texts.login;
    let browser = view.browser.unwrap_or_default();
    let status = problem
        .as_ref()
        .map_or(StatusCode::OK, |problem| problem.status);
    let wrong = status == StatusCode::UNAUTHORIZED;
    let to_password = !view.username.is_empty();
    let name_state = field::State {
        wrong,
        focus: !to_password,
    };
    let password_state = field::State {
        wrong,
        focus: to_password,
    };
    let page = Page::new(texts.title)
        .status(status)
        .retry_after(problem.as_ref().and_then(|problem| problem.retry_after))
        .browser(&browser)
        .here(page_path(visitor, &view.redirect))
        .form_action(&view.form_action_source);
    page.respond(visitor, || {
        let lede = view.app.as_ref().map(|app| {
            view! {
                <p class="lede">
                    {texts.continue_to} " " <AppName app />
                </p>
            }
        });
        let remember_me = (view.remember_me_days > 0).then(|| {
            view! {
                <label class="check">
                    <input type="checkbox" name="remember_me" value="1" />
                    <span>{(texts.remember_me)(view.remember_me_days)}</span>
                </label>
            }
        });
        view! {
            <h1>{texts.title}</h1>
            {lede}
            {view.reauthenticate.then(|| view! { <Notice text=texts.reauthenticate /> })}
            {problem.map(|problem| view! { <Alert text=problem.text /> })}
            {notice.map(|text| view! { <Notice text /> })}
            <form method="post" action=visitor.config.path(path::LOGIN)>
                <Hidden name="csrf_token" value=browser.csrf_token />
                <Hidden name="redirect" value=view.redirect />
                <Username label=texts.username value=view.username state=name_state />
                <Password texts state=password_state />
                {remember_me}
                <Button kind=Kind::Primary label=texts.submit />
            </form>
            <Providers providers=view.identity_providers texts />
        }
    })
}

/// The other sources of identity, each a button with its initial as a mark.
#[component]
fn Providers(providers: Vec<IdentityProvider>, texts: &'static Login) -> impl IntoView {
    let links: Vec<_> = providers
        .into_iter()
        .map(|provider| {
            let name = foreign::name(&provider.name);
            let mark: String = name.chars().take(1).collect();
            view! {
                <li>
                    <a class=Kind::Secondary.class() href=provider.path>
                        <span class="mark" aria-hidden="true">
                            {mark}
                        </span>
                        {texts.provider}
                        " "
                        <bdi>{name}</bdi>
                    </a>
                </li>
            }
        })
        .collect();
    (!links.is_empty()).then(|| {
        view! {
            <p class="or">{texts.or}</p>
            <ul class="providers">{links}</ul>
        }
    })
}
