//! `/admin/users/{id}`: everything about one person, and what can be done.

use authgate_proto::v1::{AdminUser, UserRequest};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use crate::{
    components::{
        alert::Notice,
        badge::{Badge, StatusBadge, Tone},
        button::{Kind, PostButton},
        fact::Fact,
        heading::{Crumb, Heading},
        instant::Instant,
        navigation::Section,
    },
    document::{Page, with_query},
    error::Failure,
    foreign,
    form::{Id, Query},
    listing::{self, DONE},
    pages::admin::{
        tokens, user_actions,
        users::{self, LOCAL, role_label, source_label, status_of},
    },
    shell::Shell,
    texts::number,
    visitor::{Site, Visitor},
};

/// Where the person of that id is.
pub fn path(visitor: &Visitor, user_id: &str) -> String {
    listing::below(&visitor.path(users::PATH), &[user_id])
}

/// Where `part` of that person is.
pub fn part_path(visitor: &Visitor, user_id: &str, part: &str) -> String {
    listing::below(&visitor.path(users::PATH), &[user_id, part])
}

/// The pages above that of a person, or above one below it.
pub fn trail(visitor: &Visitor, user: Option<&AdminUser>) -> Vec<Crumb> {
    let list = Crumb::new(visitor.texts.people.users.title, visitor.path(users::PATH));
    let user = user.map(|user| {
        let name = foreign::name(&user.username);
        Crumb::new(name, path(visitor, &user.user_id))
    });
    [Some(list), user].into_iter().flatten().collect()
}

/// The question about the person of that id.
pub fn of_id(user_id: &str) -> UserRequest {
    UserRequest {
        user_id: user_id.to_owned(),
        ..UserRequest::default()
    }
}

/// Loads the person with the surroundings.
pub async fn load(
    site: &Site,
    visitor: &Visitor,
    user_id: &str,
) -> Result<(Shell, AdminUser), Failure> {
    let mut core = site.admin();
    let call = core.get_user(visitor.context.request(of_id(user_id)));
    Shell::with(site, visitor, &visitor.here, call).await
}

/// `GET /admin/users/{id}`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (shell, user) = load(&site, &visitor, &user_id).await?;
    let texts = &visitor.texts.people.user;
    let username = foreign::name(&user.username);
    let page = Page::new(username.clone())
        .console(&shell, Section::Users)
        .trail(trail(&visitor, None))
        .done(user_actions::done(query.get(DONE), visitor.texts));
    Ok(page.respond(&visitor, || {
        let console = &visitor.texts.console;
        let status = view! { <StatusBadge status=status_of(&user) texts=&console.status /> };
        let you = is_self(&shell, &user).then(|| {
            view! { <Badge tone=Tone::Good label=texts.you /> }
        });
        let edit = part_path(&visitor, &user.user_id, "edit");
        view! {
            <Heading title=move || {
                view! { <bdi>{username.clone()}</bdi> }
            }>
                {you} {status} <a class=Kind::Secondary.class() href=edit>
                    {texts.edit}
                </a>
            </Heading>
            {(!user.active).then(|| view! { <Notice text=texts.disabled_explain /> })}
            <div class="card">{attributes(&visitor, &user)}</div>
            {live(&visitor, &user)}
            {risks(&visitor, &shell, &user)}
        }
    }))
}

/// Whether the person is the one who looks.
fn is_self(shell: &Shell, user: &AdminUser) -> bool {
    let account = shell.browser.account.as_ref();
    account.is_some_and(|account| account.user_id == user.user_id)
}

fn attributes(visitor: &Visitor, user: &AdminUser) -> impl IntoView + use<> {
    let all = visitor.texts;
    let texts = &all.people.user;
    let users = &all.people.users;
    let or_nothing = |text: String| {
        if text.is_empty() {
            view! { <span class="hint">{all.console.nothing}</span> }.into_any()
        } else {
            view! { <bdi>{text}</bdi> }.into_any()
        }
    };
    let name = or_nothing(foreign::name(&user.name));
    let email = or_nothing(foreign::host(&user.email));
    let verified = (!user.email.is_empty()).then(|| {
        let label = if user.email_verified {
            texts.verified
        } else {
            texts.unverified
        };
        view! { " " <span class="hint">{label}</span> }
    });
    let role = role_label(&user.role, all);
    let source = source_label(&user.auth_source, all);
    let user_id = foreign::word(&user.user_id);
    let (created_at, updated_at) = (user.created_at, user.updated_at);
    view! {
        <dl class="facts">
            <Fact name=users.name>{name}</Fact>
            <Fact name=users.email>{email} {verified}</Fact>
            <Fact name=users.role>{role}</Fact>
            <Fact name=users.source>{source}</Fact>
            <Fact name=texts.id>
                <code>{user_id}</code>
            </Fact>
            <Fact name=users.created>
                <Instant at=created_at texts=all />
            </Fact>
            <Fact name=texts.changed>
                <Instant at=updated_at texts=all />
            </Fact>
        </dl>
    }
}

/// What the account is used for, with the ways to see it.
fn live(visitor: &Visitor, user: &AdminUser) -> impl IntoView + use<> {
    let texts = &visitor.texts.people.user;
    let tokens = with_query(&visitor.path(tokens::PATH), &[("user", &user.user_id)]);
    let part = |part: &str| Some(part_path(visitor, &user.user_id, part));
    let cards: Vec<_> = [
        (user.sign_ins, texts.browsers, part("sessions")),
        (user.grants, texts.grants, Some(tokens)),
        (user.consents, texts.consents, part("authorizations")),
        (user.connections, texts.connections, part("connections")),
        (user.apps, texts.apps, None),
    ]
    .into_iter()
    .map(|(count, what, path)| {
        let content = view! {
            <b>{number(count)}</b>
            <span>{what(count)}</span>
        };
        match path {
            Some(path) => view! {
                <a class="card" href=path>
                    {content}
                </a>
            }
            .into_any(),
            None => view! { <div class="card">{content}</div> }.into_any(),
        }
    })
    .collect();
    view! {
        <section class="part">
            <h2>{texts.live}</h2>
            <div class="stats">{cards}</div>
        </section>
    }
}

/// What can't be undone, or hits the person at once, each with its effect.
fn risks(visitor: &Visitor, shell: &Shell, user: &AdminUser) -> impl IntoView + use<> {
    let texts = &visitor.texts.people.user;
    let risk = |part: &str, label: &'static str, effect: String| {
        let path = part_path(visitor, &user.user_id, part);
        view! {
            <div class="risk">
                <p>{effect}</p>
                <a class=Kind::SmallDanger.class() href=path>
                    {label}
                </a>
            </div>
        }
    };
    let effect = (texts.revoke_all_effect)(user.sign_ins, user.grants);
    let revoke_all = risk("revoke-all", texts.revoke_all, effect);
    let reset = if user.auth_source == LOCAL {
        risk("reset-password", texts.reset, texts.reset_effect.to_owned()).into_any()
    } else {
        let source = source_label(&user.auth_source, visitor.texts);
        view! {
            <div class="risk">
                <p class="hint">{(texts.reset_elsewhere)(&source)}</p>
            </div>
        }
        .into_any()
    };
    // Nobody switches off or deletes the own account; the core holds to that too.
    let others = (!is_self(shell, user)).then(|| {
        let switch = if user.active {
            risk("disable", texts.disable, texts.disable_effect.to_owned()).into_any()
        } else {
            view! {
                <div class="risk">
                    <p>{texts.enable_effect}</p>
                    <PostButton
                        action=part_path(visitor, &user.user_id, "enable")
                        csrf_token=shell.csrf_token()
                        kind=Kind::Small
                        label=texts.enable
                    />
                </div>
            }
            .into_any()
        };
        let delete = risk("delete", texts.delete, texts.delete_effect.to_owned());
        view! {
            {switch}
            {delete}
        }
    });
    view! {
        <section class="card">
            <h2>{texts.danger}</h2>
            {reset}
            {revoke_all}
            {others}
        </section>
    }
}
