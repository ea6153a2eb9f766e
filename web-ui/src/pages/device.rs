//! `/device`: connecting a device by the code it shows (RFC 8628 section 3.3).
//! First the code, then what it stands for, and only then the decision.

use authgate_proto::{
    v1::{
        Browser, DecideDeviceRequest, DeviceSettled, DeviceState, DeviceView, ViewDeviceRequest,
        device_decided::Outcome,
    },
    vocabulary::path,
};
use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    components::{
        account::AccountName,
        alert::{Alert, Notice},
        app::{AppName, AppStanding},
        button::{Button, Hidden, Kind},
        fact::Fact,
        field::UserCode,
        instant::Instant,
        quoted::Quoted,
        scopes::ScopeList,
    },
    document::{Page, with_query},
    error::Failure,
    foreign,
    form::{Fields, Form, Query},
    texts::Texts,
    visitor::{Site, Visitor},
};

/// What the forms post to.
const VERIFY_PATH: &str = "/device/verify";

/// `GET /device?user_code=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    look_up(&site, &visitor, &query).await
}

/// `POST /device/verify`: a decision when there is an `action`, else a code to look up.
pub async fn submit(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    match fields.get("action") {
        "approve" => decide(&site, &visitor, &fields, true).await,
        "deny" => decide(&site, &visitor, &fields, false).await,
        _ => look_up(&site, &visitor, &fields).await,
    }
}

/// Shows what the code in `fields` stands for.
async fn look_up(site: &Site, visitor: &Visitor, fields: &Fields) -> Result<Response, Failure> {
    let user_code = fields.get("user_code");
    let request = ViewDeviceRequest {
        unverified_user_code: user_code.to_owned(),
    };
    let view = site
        .core()
        .view_device(visitor.context.request(request))
        .await
        .map_err(Failure::core(page_path(visitor, user_code)))?
        .into_inner();
    answer(visitor, view)
}

/// Approves or denies the device that waits for the code in `fields`.
async fn decide(
    site: &Site,
    visitor: &Visitor,
    fields: &Fields,
    approved: bool,
) -> Result<Response, Failure> {
    let user_code = fields.get("user_code");
    let request = DecideDeviceRequest {
        csrf_token: fields.get("csrf_token").to_owned(),
        unverified_user_code: user_code.to_owned(),
        approved,
    };
    let outcome = site
        .core()
        .decide_device(visitor.context.request(request))
        .await
        .map_err(Failure::core(page_path(visitor, user_code)))?
        .into_inner()
        .outcome;
    match outcome {
        Some(Outcome::Settled(settled)) => Ok(settled_page(visitor, settled)),
        Some(Outcome::View(view)) => answer(visitor, view),
        None => Err(Failure::Nonsense("a device decision without an outcome")),
    }
}

/// The page for the state that the code is in.
fn answer(visitor: &Visitor, view: DeviceView) -> Result<Response, Failure> {
    let texts = &visitor.texts.device;
    let again = |status, text: &str| enter_page(visitor, &view, status, Some(text.to_owned()));
    match view.state() {
        DeviceState::Enter => Ok(enter_page(visitor, &view, StatusCode::OK, None)),
        DeviceState::Confirm => Ok(confirm_page(visitor, view)),
        DeviceState::UnknownCode => Ok(again(StatusCode::BAD_REQUEST, texts.unknown_code)),
        DeviceState::Expired => Ok(again(StatusCode::BAD_REQUEST, texts.expired)),
        DeviceState::Decided => Ok(again(StatusCode::BAD_REQUEST, texts.decided)),
        DeviceState::Throttled => {
            let text = (texts.throttled)(view.retry_after);
            Ok(again(StatusCode::TOO_MANY_REQUESTS, &text))
        }
        DeviceState::Unspecified => Err(Failure::Nonsense("a device without a state")),
    }
}

fn page_path(visitor: &Visitor, user_code: &str) -> String {
    let path = visitor.config.path(path::DEVICE);
    if user_code.is_empty() {
        return path;
    }
    with_query(&path, &[("user_code", user_code)])
}

/// The field for the code, under what was wrong with the last one.
fn enter_page(
    visitor: &Visitor,
    view: &DeviceView,
    status: StatusCode,
    problem: Option<String>,
) -> Response {
    let texts = &visitor.texts.device;
    let browser = view.browser.clone().unwrap_or_default();
    let throttled = status == StatusCode::TOO_MANY_REQUESTS;
    let page = Page::new(texts.title)
        .status(status)
        .retry_after(throttled.then_some(view.retry_after))
        .browser(&browser)
        .here(visitor.config.path(path::DEVICE));
    page.respond(visitor, || {
        let wrong = problem.is_some() && !throttled;
        let typed = foreign::word(&view.user_code);
        view! {
            <h1>{texts.title}</h1>
            <p class="lede">{texts.explain}</p>
            {problem.map(|text| view! { <Alert text /> })}
            <form method="post" action=visitor.config.path(VERIFY_PATH)>
                <Hidden name="csrf_token" value=browser.csrf_token />
                <UserCode texts value=typed wrong />
                <Button kind=Kind::Primary label=texts.submit />
            </form>
            <Notice text=texts.warning />
        }
    })
}

/// Everything there is to know before a decision, and the decision.
fn confirm_page(visitor: &Visitor, view: DeviceView) -> Response {
    let texts = &visitor.texts.device;
    let browser = view.browser.clone().unwrap_or_default();
    let app = view.app.clone().unwrap_or_default();
    let page = Page::new(texts.confirm_title)
        .browser(&browser)
        .here(page_path(visitor, &view.user_code));
    page.respond(visitor, || {
        view! {
            <h1>{texts.confirm_title}</h1>
            <p class="lede">
                <AppName app=&app />
                " "
                {texts.confirm_explain}
            </p>
            <AppStanding app=&app texts=&visitor.texts.app />
            <div class="compare">
                <p>{texts.compare}</p>
                <p class="code">{view.user_code.clone()}</p>
            </div>
            <ScopeList
                heading=visitor.texts.scopes.heading
                scopes=&view.scopes
                texts=&visitor.texts.scopes
            />
            <Request
                view=&view
                browser=&browser
                here=visitor.context.client_ip.clone()
                texts=visitor.texts
            />
            <form method="post" action=visitor.config.path(VERIFY_PATH)>
                <Hidden name="csrf_token" value=browser.csrf_token />
                <Hidden name="user_code" value=view.user_code />
                <div class="choice">
                    <Button
                        kind=Kind::Primary
                        label=texts.approve
                        name="action"
                        value="approve"
                    />
                    <Button kind=Kind::Secondary label=texts.deny name="action" value="deny" />
                </div>
                <p class="hint">{texts.deny_explain}</p>
            </form>
        }
    })
}

/// When and from where the device asked, and for which account. `here` is the
/// address of this browser, to compare.
#[component]
fn Request<'a>(
    view: &'a DeviceView,
    browser: &'a Browser,
    here: String,
    texts: &'static Texts,
) -> impl IntoView + use<> {
    let device = &texts.device;
    let from = match foreign::host(&view.requested_ip) {
        ip if ip.is_empty() => device.unknown.to_owned(),
        ip if here == view.requested_ip => format!("{ip} – {}", device.same_address),
        ip => format!("{ip} – {}", device.other_address),
    };
    let user_agent = foreign::user_agent(&view.requested_user_agent);
    let with = if user_agent.is_empty() {
        device.unknown.into_any()
    } else {
        view! { <Quoted text=user_agent /> }.into_any()
    };
    let requested_at = view.requested_at;
    let account = browser.account.clone();
    view! {
        <section>
            <h2>{device.requested}</h2>
            <dl class="facts">
                <Fact name=device.requested_at>
                    <Instant at=requested_at texts />
                </Fact>
                <Fact name=device.requested_from>{from}</Fact>
                <Fact name=device.requested_with>{with}</Fact>
                <Fact name=device.approve_as>
                    <AccountName account />
                </Fact>
            </dl>
        </section>
    }
}

/// The end: what was decided and where to go now.
fn settled_page(visitor: &Visitor, settled: DeviceSettled) -> Response {
    let texts = &visitor.texts.device;
    let (class, title, explain) = if settled.approved {
        ("outcome good", texts.approved_title, texts.approved_explain)
    } else {
        ("outcome", texts.denied_title, texts.denied_explain)
    };
    let page = Page::new(title)
        .browser(&settled.browser.unwrap_or_default())
        .here(visitor.config.path(path::DEVICE));
    let app = settled.app.unwrap_or_default();
    page.respond(visitor, || {
        let granted = settled.approved.then(|| {
            view! {
                <ScopeList
                    heading=texts.granted
                    scopes=&settled.scopes
                    texts=&visitor.texts.scopes
                />
            }
        });
        view! {
            <h1 class=class>{title}</h1>
            <p class="lede">
                {settled.approved.then(|| view! { <AppName app=&app /> " " })}
                {explain}
            </p>
            {granted}
            <div class="actions">
                <a class=Kind::Secondary.class() href=visitor.config.path("/")>
                    {texts.home}
                </a>
            </div>
        }
    })
}
