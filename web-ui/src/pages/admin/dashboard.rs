//! `/admin`: how many of what, what waits, and what happened last.

use authgate_proto::v1::{Dashboard, GetDashboardRequest};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use crate::{
    components::{event::Latest, heading::Heading, navigation::Section},
    document::Page,
    error::Failure,
    shell::Shell,
    texts,
    visitor::{Site, Visitor},
};

/// `GET /admin`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let mut admin = site.admin();
    let call = admin.get_dashboard(visitor.context.request(GetDashboardRequest {}));
    let (shell, view) = Shell::with(&site, &visitor, &visitor.here, call).await?;
    let texts = &visitor.texts.admin.dashboard;
    let page = Page::new(texts.title).console(&shell, Section::Dashboard);
    Ok(page.respond(&visitor, || {
        let off = view
            .audit_off
            .then(|| view! { <p class="hint">{texts.audit_off}</p> });
        // Where nothing is written down, nothing is no news.
        let latest = (!view.audit_off || !view.recent.is_empty()).then(
            || view! { <Latest entries=&view.recent none=texts.no_events texts=visitor.texts /> },
        );
        view! {
            <Heading title=|| texts.title />
            <Numbers view=&view visitor=&visitor />
            <section class="card">
                <div class="heading">
                    <h2>{texts.recent}</h2>
                    <a href=visitor.path(Section::Audit.path())>{texts.all_events}</a>
                </div>
                {off}
                {latest}
            </section>
        }
    }))
}

/// The cards. What waits for an admin comes first.
#[component]
fn Numbers<'a>(view: &'a Dashboard, visitor: &'a Visitor) -> impl IntoView + use<> {
    let texts = &visitor.texts.admin.dashboard;
    let number = texts::number;
    let counted = |count| texts::counted(count, view.counted_to, &visitor.texts.console);
    let pending = if view.pending_clients > 0 {
        texts.pending_detail
    } else {
        texts.nothing_pending
    };
    let cards = [
        (
            Section::Registrations,
            texts.pending,
            number(view.pending_clients),
            pending.to_owned(),
        ),
        (
            Section::Users,
            texts.users,
            number(view.users),
            (texts.users_detail)(&number(view.admins), &number(view.disabled_users)),
        ),
        (
            Section::Clients,
            texts.clients,
            number(view.active_clients),
            (texts.clients_detail)(&number(view.inactive_clients)),
        ),
        (
            Section::Tokens,
            texts.tokens,
            counted(view.access_tokens),
            (texts.tokens_detail)(&counted(view.refresh_tokens)),
        ),
        (
            Section::Users,
            texts.sign_ins,
            counted(view.sign_ins),
            texts.sign_ins_detail.to_owned(),
        ),
    ];
    let cards = cards.map(|(section, label, count, detail)| {
        let urgent = section == Section::Registrations && view.pending_clients > 0;
        view! {
            <li>
                <a class="card" class:urgent=urgent href=visitor.path(section.path())>
                    <span>{label}</span>
                    <b>{count}</b>
                    <span>{detail}</span>
                </a>
            </li>
        }
    });
    view! { <ul class="stats">{cards.into_iter().collect_view()}</ul> }
}
