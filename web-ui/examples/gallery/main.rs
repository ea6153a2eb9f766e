//! Serves every page with sample data, for designers:
//! `cargo run -p web-ui --example gallery`, then open <http://127.0.0.1:8090>.
//! Below `/dark/` and `/light/` the same pages stand in that theme, below `/chinese/` in
//! that language.

mod account;
mod admin;
#[path = "../../src/tests/samples/mod.rs"]
mod samples;
#[expect(dead_code, reason = "only tests ask what the core was asked")]
#[path = "../../src/tests/scripted_core.rs"]
mod scripted_core;

use std::{error::Error, time::Duration};

use authgate_proto::v1::{
    DeviceDecided, DeviceState, RequestContext, SignInRefusal, device_decided::Outcome,
};
use axum::{
    Extension, Router,
    extract::{RawQuery, Request},
    response::Html,
    routing::get,
};
use http::{HeaderValue, StatusCode, header};
use scripted_core::{Script, ScriptedCore};
use tower::ServiceExt;
use web_ui::{Config, ErrorView, error_page, form_post_page, router};

/// Where it listens, unless `GALLERY_ADDRESS` says otherwise.
const ADDRESS: &str = "127.0.0.1:8090";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut gallery = Router::new();
    let mut index = String::new();
    for (theme, lang) in [
        ("system", "en"),
        ("light", "en"),
        ("dark", "en"),
        ("light", "zh-TW"),
    ] {
        let part = if lang == "en" { theme } else { "chinese" };
        for (name, start, script) in scenes() {
            let base_path = format!("/{part}/{name}");
            index += &format!("<li><a href=\"{base_path}{start}\">{part} {name}</a>");
            let pages = router(ScriptedCore::new(script).transport(), config(&base_path))
                .merge(extras(&base_path))
                .layer(Extension(context()));
            let cookie =
                HeaderValue::from_str(&format!("authgate_theme={theme}; authgate_lang={lang}"))?;
            let pages = pages
                .into_service()
                .map_request(move |mut request: Request| {
                    request.headers_mut().insert(header::COOKIE, cookie.clone());
                    request
                });
            gallery = gallery.nest_service(&base_path, pages);
        }
    }
    let gallery = gallery.route("/", get(async move || Html(format!("<ul>{index}</ul>"))));
    let address = std::env::var("GALLERY_ADDRESS").unwrap_or_else(|_| ADDRESS.to_owned());
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("http://{address}");
    Ok(axum::serve(listener, gallery).await?)
}

/// Each page state: a name, the path to open, and what the core answers.
fn scenes() -> Vec<(&'static str, &'static str, Script)> {
    let device = |state| Script {
        view_device: Some(Ok(samples::device(state))),
        decide_device: Some(Ok(DeviceDecided {
            outcome: Some(Outcome::Settled(samples::settled(true))),
        })),
        ..Script::default()
    };
    let denied = Script {
        decide_device: Some(Ok(DeviceDecided {
            outcome: Some(Outcome::Settled(samples::settled(false))),
        })),
        ..device(DeviceState::Confirm)
    };
    let consent = |view| Script {
        view_consent: Some(Ok(view)),
        ..Script::default()
    };
    let login = Script {
        view_sign_in: Some(Ok(samples::sign_in())),
        sign_in: Some(Ok(samples::refused(SignInRefusal::BadCredentials, 0))),
        ..Script::default()
    };
    let plain_login = Script {
        view_sign_in: Some(Ok(samples::plain_sign_in())),
        sign_in: Some(Ok(samples::refused(SignInRefusal::Throttled, 90))),
        ..Script::default()
    };
    let home = Script {
        view_home: Some(Ok(samples::home())),
        ..Script::default()
    };
    let strange = "openid email offline_access admin reports.export";
    let mut scenes = vec![
        ("login", "/login", plain_login.clone()),
        ("login-timeout", "/login?error=session_timeout", plain_login),
        ("login-app", "/login", login.clone()),
        ("login-wrong", "/post-login", login),
        ("logout", "/logout", home.clone()),
        ("home", "/", home),
        ("device", "/device", device(DeviceState::Enter)),
        (
            "device-unknown",
            "/device",
            device(DeviceState::UnknownCode),
        ),
        (
            "device-throttled",
            "/device",
            device(DeviceState::Throttled),
        ),
        ("device-confirm", "/device", device(DeviceState::Confirm)),
        (
            "device-approved",
            "/post-approve",
            device(DeviceState::Confirm),
        ),
        ("device-denied", "/post-deny", denied),
        (
            "consent",
            "/consent",
            consent(samples::consent(
                samples::web_app(),
                "openid profile email read",
            )),
        ),
        (
            "consent-hostile",
            "/consent",
            consent(samples::consent(samples::hostile_app(), strange)),
        ),
        ("error-app", "/error-app", Script::default()),
        ("error-server", "/device", Script::default()),
        ("form-post", "/form-post", Script::default()),
    ];
    scenes.extend(admin::scenes());
    scenes.extend(account::scenes());
    scenes
}

/// Pages that no GET of the router shows.
fn extras(base_path: &str) -> Router {
    let error = error_page(
        &config(base_path),
        &ErrorView {
            status: StatusCode::BAD_REQUEST,
            message: "The redirect URI is not one that the app registered.".to_owned(),
            code: Some("invalid_request".to_owned()),
            request_id: "0198c7a2-7d0e-7cc1-9d3c-1f2a3b4c5d6e".to_owned(),
            ..ErrorView::default()
        },
    );
    let parameters = [("code".to_owned(), "abc".to_owned())];
    let form_post = form_post_page(&config(base_path), "/elsewhere", &parameters);
    let send = |path: &str, fields: &str| {
        let form = form_post_page(
            &config(base_path),
            &format!("{base_path}{path}"),
            &pairs(fields),
        );
        get(async move || Html(form))
    };
    let site = config(base_path);
    let send_what = async move |RawQuery(query): RawQuery| {
        let mut fields = pairs(&query.unwrap_or_default());
        let to = format!("{}{}", site.base_path, fields.remove(0).1);
        Html(form_post_page(&site, &to, &fields))
    };
    Router::new()
        .route("/send", get(send_what))
        .route("/error-app", get(async move || Html(error)))
        .route("/form-post", get(async move || Html(form_post)))
        .route("/post-login", send("/login", "username=ada&password=x"))
        .route("/post-approve", send("/device/verify", "action=approve"))
        .route("/post-deny", send("/device/verify", "action=deny"))
        .route(
            "/post-client",
            send("/admin/clients", "grant_device_code=1&client_name=Notes"),
        )
        .route(
            "/post-bad-client",
            send(
                "/admin/clients",
                "type=confidential&client_name=Notes&grant_authorization_code=1&redirect_uris=http%3A%2F%2Fnotes.example.com%2F",
            ),
        )
}

fn pairs(fields: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(fields.as_bytes())
        .into_owned()
        .collect()
}

fn config(base_path: &str) -> Config {
    Config {
        base_path: base_path.to_owned(),
        https: false,
        issuer: format!("https://auth.example.com{base_path}"),
        static_max_age: Some(Duration::from_secs(3600)),
    }
}

fn context() -> RequestContext {
    RequestContext {
        request_id: "0198c7a2-7d0e-7cc1-9d3c-1f2a3b4c5d6e".to_owned(),
        client_ip: "203.0.113.7".to_owned(),
        ..RequestContext::default()
    }
}
