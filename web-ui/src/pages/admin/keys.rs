//! `/admin/keys`: the signing keys, and their rotation.

use authgate_proto::v1::{ListKeysRequest, RotateKeysRequest, SigningKey, WithdrawKeyRequest};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use crate::{
    components::{
        badge::{Badge, Tone},
        button::{Kind, PostButton},
        confirm::Confirm,
        confirm_here::ConfirmHere,
        empty::Empty,
        heading::{Crumb, Heading},
        instant::Instant,
        navigation::Section,
        table::{Actions, Cell, RowHead, Table},
    },
    document::{Page, see_other, with_query},
    error::Failure,
    foreign,
    form::{Fields, Form, Query},
    listing::DONE,
    shell::Shell,
    visitor::{Site, Visitor},
};

/// Publishes a successor.
pub const ROTATE_PATH: &str = "/admin/keys/rotate";
/// Signs with a new key at once; asks before.
pub const ROTATE_NOW_PATH: &str = "/admin/keys/rotate-now";
/// Takes a key out of the key set.
pub const WITHDRAW_PATH: &str = "/admin/keys/withdraw";

/// `GET /admin/keys?done=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let here = visitor.path(Section::Keys.path());
    let mut admin = site.admin();
    let call = admin.list_keys(visitor.context.request(ListKeysRequest {}));
    let (shell, view) = Shell::with(&site, &visitor, &here, call).await?;
    let texts = &visitor.texts.admin.keys;
    let page = Page::new(texts.title)
        .console(&shell, Section::Keys)
        .here(here)
        .done(match query.get(DONE) {
            "rotated" => Some(texts.rotated),
            "withdrawn" => Some(texts.withdrawn),
            _ => None,
        });
    Ok(page.respond(&visitor, || {
        let token = shell.csrf_token();
        let rows: Vec<_> = view
            .keys
            .iter()
            .map(|key| row(key, &token, &visitor))
            .collect();
        let list = if rows.is_empty() {
            view! { <Empty message=&texts.none /> }.into_any()
        } else {
            let columns = vec![
                texts.id,
                texts.algorithm,
                texts.status,
                texts.created,
                texts.activates,
                texts.expires,
                visitor.texts.console.actions,
            ];
            view! {
                <Table caption=texts.title columns>
                    {rows}
                </Table>
            }
            .into_any()
        };
        let algorithms = algorithms(&view.keys);
        let rotation = (!algorithms.is_empty())
            .then(|| view! { <Rotation algorithms shell=&shell visitor=&visitor /> });
        view! {
            <Heading title=|| texts.title />
            <p class="lede">{texts.explain}</p>
            {list}
            {rotation}
        }
    }))
}

/// The algorithms whose keys can be rotated here, each once.
fn algorithms(keys: &[SigningKey]) -> Vec<String> {
    let mut algorithms: Vec<String> = Vec::new();
    for key in keys.iter().filter(|key| !key.configured) {
        let algorithm = foreign::word(&key.algorithm);
        if !algorithms.contains(&algorithm) {
            algorithms.push(algorithm);
        }
    }
    algorithms
}

fn row(key: &SigningKey, token: &str, visitor: &Visitor) -> impl IntoView + use<> {
    let all = visitor.texts;
    let texts = &all.admin.keys;
    let (tone, label) = match key.status.as_str() {
        "active" => (Tone::Good, texts.active),
        "published" => (Tone::Waiting, texts.published),
        _ => (Tone::Off, texts.retired),
    };
    let instant = |at: i64| view! { <Instant at texts=all /> }.into_any();
    let expires = match (key.configured, key.expires_at) {
        (true, _) => view! { <span class="hint">{texts.configured}</span> }.into_any(),
        (false, 0) => view! { <span class="hint">{texts.no_successor}</span> }.into_any(),
        (false, at) => instant(at),
    };
    let id = foreign::message(&key.key_id);
    let algorithm = foreign::word(&key.algorithm);
    let can_go = key.status == "retired" && !key.configured;
    let withdraw = can_go.then(|| {
        view! {
            <ConfirmHere
                label=texts.withdraw
                about=id.clone()
                effect=texts.withdraw_effect.to_owned()
                action=visitor.path(WITHDRAW_PATH)
                csrf_token=token.to_owned()
                fields=vec![("key_id", key.key_id.clone())]
            />
        }
    });
    let (created, activates) = (instant(key.created_at), instant(key.activates_at));
    view! {
        <tr>
            <RowHead>
                <code>{id}</code>
            </RowHead>
            <Cell label=texts.algorithm>{algorithm}</Cell>
            <Cell label=texts.status>
                <Badge tone label />
            </Cell>
            <Cell label=texts.created>{created}</Cell>
            <Cell label=texts.activates>{activates}</Cell>
            <Cell label=texts.expires>{expires}</Cell>
            <Actions>{withdraw}</Actions>
        </tr>
    }
    .into_any()
}

#[component]
fn Rotation<'a>(
    algorithms: Vec<String>,
    shell: &'a Shell,
    visitor: &'a Visitor,
) -> impl IntoView + use<> {
    let texts = &visitor.texts.admin.keys;
    let rows: Vec<_> = algorithms
        .into_iter()
        .map(|algorithm| {
            let now = visitor.path(ROTATE_NOW_PATH);
            let now = with_query(&now, &[("algorithm", algorithm.as_str())]);
            let about = algorithm.clone();
            view! {
                <li class="risk">
                    <h3>{algorithm.clone()}</h3>
                    <div class="buttons">
                        <PostButton
                            action=visitor.path(ROTATE_PATH)
                            csrf_token=shell.csrf_token()
                            kind=Kind::Secondary
                            label=texts.rotate
                            about=about.clone()
                            fields=vec![("algorithm", algorithm)]
                        />
                        <a class="button danger" href=now>
                            {texts.rotate_now}
                            <span class="unseen">" " {about}</span>
                        </a>
                    </div>
                </li>
            }
        })
        .collect();
    view! {
        <section class="card">
            <h2>{texts.rotation}</h2>
            <p class="hint">
                <b>{texts.rotate}</b>
                " – "
                {texts.rotate_explain}
            </p>
            <p class="hint">
                <b>{texts.rotate_now}</b>
                " – "
                {texts.rotate_now_explain}
            </p>
            <ul class="risks">{rows}</ul>
        </section>
    }
    .into_any()
}

/// `POST /admin/keys/rotate`.
pub async fn rotate(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    perform(&site, &visitor, &fields, false).await
}

/// `GET /admin/keys/rotate-now?algorithm=`: what that means.
pub async fn confirm_now(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let here = visitor.path(Section::Keys.path());
    // Asked for although the page shows none: it says that the visitor may.
    let mut admin = site.admin();
    let call = admin.list_keys(visitor.context.request(ListKeysRequest {}));
    let (shell, view) = Shell::with(&site, &visitor, &visitor.here, call).await?;
    let texts = &visitor.texts.admin.keys;
    let algorithm = algorithms(&view.keys)
        .into_iter()
        .find(|algorithm| algorithm == query.get("algorithm"))
        .unwrap_or_default();
    let page = Page::new(texts.now_title)
        .console(&shell, Section::Keys)
        .trail([Crumb::new(texts.title, here.clone())]);
    Ok(page.respond(&visitor, || {
        let about = if algorithm.is_empty() {
            texts.all_algorithms.to_owned()
        } else {
            algorithm.clone()
        };
        let effects = [
            texts.now_effects_sign,
            texts.now_effects_verify,
            texts.now_effects_old,
        ]
        .map(str::to_owned)
        .into();
        view! {
            <Confirm
                title=|| texts.now_title
                lede=move || about.clone()
                effects
                action=visitor.path(ROTATE_NOW_PATH)
                csrf_token=shell.csrf_token()
                fields=vec![("algorithm", algorithm)]
                submit=texts.rotate_now
                cancel=here
                texts=&visitor.texts.console
            />
        }
    }))
}

/// `POST /admin/keys/rotate-now`.
pub async fn rotate_now(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    perform(&site, &visitor, &fields, true).await
}

async fn perform(
    site: &Site,
    visitor: &Visitor,
    fields: &Fields,
    immediately: bool,
) -> Result<Response, Failure> {
    let here = visitor.path(Section::Keys.path());
    let request = RotateKeysRequest {
        algorithm: fields.get("algorithm").to_owned(),
        immediately,
    };
    site.admin()
        .rotate_keys(visitor.change(fields, request))
        .await
        .map_err(Failure::console(here.clone()))?;
    let next = with_query(&here, &[(DONE, "rotated")]);
    Ok(see_other(visitor, &next, None))
}

/// `POST /admin/keys/withdraw`: `key_id`.
pub async fn withdraw(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let here = visitor.path(Section::Keys.path());
    let request = WithdrawKeyRequest {
        key_id: fields.get("key_id").to_owned(),
    };
    site.admin()
        .withdraw_key(visitor.change(&fields, request))
        .await
        .map_err(Failure::console(here.clone()))?;
    let next = with_query(&here, &[(DONE, "withdrawn")]);
    Ok(see_other(&visitor, &next, None))
}
