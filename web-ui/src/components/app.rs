//! An app as a person meets it.

use authgate_proto::v1::App;
use leptos::prelude::*;

use crate::{components::quoted::Quoted, foreign, texts};

/// The app's name; its client ID when it has none.
pub fn name_of(app: &App) -> String {
    let name = foreign::name(&app.name);
    if name.is_empty() {
        foreign::name(&app.client_id)
    } else {
        name
    }
}

/// The quoted name, with the host that answers go to beside it.
#[component]
pub fn AppName<'a>(app: &'a App) -> impl IntoView + use<> {
    let host = foreign::host(&app.redirect_host);
    let host = (!host.is_empty()).then(|| {
        view! {
            " "
            <span class="host">
                "(" <bdi>{host}</bdi> ")"
            </span>
        }
    });
    view! {
        <Quoted text=name_of(app) />
        {host}
    }
}

/// Whether anybody vouches for the app.
#[component]
pub fn AppStanding<'a>(app: &'a App, texts: &'static texts::App) -> impl IntoView + use<> {
    let (class, label) = if app.trusted {
        ("badge good", texts.trusted)
    } else {
        ("badge", texts.unverified)
    };
    let caution =
        (app.public && !app.trusted).then(|| view! { <p class="hint">{texts.public}</p> });
    view! {
        <div class="standing">
            <span class=class>{label}</span>
            {caution}
        </div>
    }
}
