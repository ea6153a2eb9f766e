//! What is done to a person from `/admin/users/{id}`: each is confirmed on a page
//! that says what will happen.

use authgate_proto::v1::{AdminUser, SetPasswordRequest};
use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use leptos::prelude::*;
use tonic::Code;

use crate::{
    components::{
        button::Kind, confirm::Confirm, heading::Heading, navigation::Section, secret::Secret,
    },
    document::{Page, see_other, with_query},
    error::Failure,
    foreign,
    form::{Form, Id, UPDATED_AT},
    listing::DONE,
    pages::{
        admin::{user, users},
        twice,
    },
    shell::Shell,
    texts::Texts,
    visitor::{Site, Visitor},
};

/// What the action did that led to the person's page.
pub fn done(word: &str, texts: &'static Texts) -> Option<&'static str> {
    let texts = &texts.people;
    match word {
        "created" => Some(texts.users.form.created),
        "saved" => Some(texts.users.form.saved),
        "revoked" => Some(texts.user.revoke_all_done),
        "disabled" => Some(texts.user.disabled),
        "enabled" => Some(texts.user.enabled),
        _ => None,
    }
}

/// What is asked before an action.
struct Question {
    part: &'static str,
    label: &'static str,
    effect: String,
}

/// `GET /admin/users/{id}/reset-password`.
pub async fn confirm_reset(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
) -> Result<Response, Failure> {
    let texts = &visitor.texts.people.user;
    confirm(&site, &visitor, &user_id, |_| Question {
        part: "reset-password",
        label: texts.reset,
        effect: texts.reset_effect.to_owned(),
    })
    .await
}

/// `GET /admin/users/{id}/revoke-all`.
pub async fn confirm_revoke_all(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
) -> Result<Response, Failure> {
    let texts = &visitor.texts.people.user;
    confirm(&site, &visitor, &user_id, |user| Question {
        part: "revoke-all",
        label: texts.revoke_all,
        effect: (texts.revoke_all_effect)(user.sign_ins, user.grants),
    })
    .await
}

/// `GET /admin/users/{id}/disable`.
pub async fn confirm_disable(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
) -> Result<Response, Failure> {
    let texts = &visitor.texts.people.user;
    confirm(&site, &visitor, &user_id, |_| Question {
        part: "disable",
        label: texts.disable,
        effect: texts.disable_effect.to_owned(),
    })
    .await
}

/// `GET /admin/users/{id}/delete`.
pub async fn confirm_delete(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
) -> Result<Response, Failure> {
    let texts = &visitor.texts.people.user;
    confirm(&site, &visitor, &user_id, |_| Question {
        part: "delete",
        label: texts.delete,
        effect: texts.delete_effect.to_owned(),
    })
    .await
}

async fn confirm(
    site: &Site,
    visitor: &Visitor,
    user_id: &str,
    question: impl FnOnce(&AdminUser) -> Question,
) -> Result<Response, Failure> {
    let (shell, user) = user::load(site, visitor, user_id).await?;
    let Question {
        part,
        label,
        effect,
    } = question(&user);
    let username = foreign::name(&user.username);
    let page = Page::new(label)
        .console(&shell, Section::Users)
        .trail(user::trail(visitor, Some(&user)));
    Ok(page.respond(visitor, || {
        view! {
            <Confirm
                title=move || label
                lede=move || {
                    view! {
                        <b>
                            <bdi>{username.clone()}</bdi>
                        </b>
                    }
                }
                effects=vec![effect]
                action=user::part_path(visitor, &user.user_id, part)
                csrf_token=shell.csrf_token()
                fields=vec![(UPDATED_AT, user.updated_at.to_string())]
                submit=label
                cancel=user::path(visitor, &user.user_id)
                texts=&visitor.texts.console
            />
        }
    }))
}

/// `POST /admin/users/{id}/reset-password`: the new password, shown once.
pub async fn reset_password(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let path = user::path(&visitor, &user_id);
    let request = SetPasswordRequest {
        user_id: user_id.clone(),
        updated_at: fields.updated_at(),
        ..SetPasswordRequest::default()
    };
    let answer = site
        .admin()
        .set_password(visitor.change(&fields, request))
        .await;
    let password = match answer {
        Ok(answer) => answer.into_inner().generated_password,
        Err(status) if status.code() == Code::Aborted => {
            let shell = Shell::load(&site, &visitor, &path).await?;
            let place = twice::Place {
                section: Section::Users,
                trail: user::trail(&visitor, None),
                path,
                label: visitor.texts.people.users.form.secret_next,
            };
            let message = &visitor.texts.console.twice.password;
            let status = StatusCode::CONFLICT;
            return Ok(twice::respond(&visitor, &shell, status, message, place));
        }
        Err(status) => return Err(Failure::console(path)(status)),
    };
    // One who has reset the own password is signed out by it, and sees it all the same.
    let shell = Shell::load(&site, &visitor, &path)
        .await
        .unwrap_or_default();
    let title = visitor.texts.people.user.reset_done;
    Ok(password_page(&visitor, &shell, title, password, &user_id))
}

/// A password that was made up, for the only time, and the way to its person.
pub fn password_page(
    visitor: &Visitor,
    shell: &Shell,
    title: &'static str,
    password: String,
    user_id: &str,
) -> Response {
    let texts = &visitor.texts.people.users.form;
    let path = user::path(visitor, user_id);
    let page = Page::new(title)
        .console(shell, Section::Users)
        .trail(user::trail(visitor, None))
        .here(path.clone());
    page.respond(visitor, || {
        view! {
            <Heading title=move || title />
            <div class="card narrow">
                <p>{texts.secret_explain}</p>
                <Secret
                    id="password"
                    label=texts.secret_title
                    value=password
                    texts=&visitor.texts.console.secret
                />
                <div class="actions">
                    <a class=Kind::Secondary.class() href=path>
                        {texts.secret_next}
                    </a>
                </div>
            </div>
        }
    })
}

/// `POST /admin/users/{id}/revoke-all`.
pub async fn revoke_all(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let path = user::path(&visitor, &user_id);
    site.admin()
        .revoke_user_tokens(visitor.change(&fields, user::of_id(&user_id)))
        .await
        .map_err(Failure::console(path.clone()))?;
    Ok(on(&visitor, &path, "revoked"))
}

/// `POST /admin/users/{id}/disable`.
pub async fn disable(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let path = user::path(&visitor, &user_id);
    site.admin()
        .disable_user(visitor.change(&fields, user::of_id(&user_id)))
        .await
        .map_err(Failure::console(path.clone()))?;
    Ok(on(&visitor, &path, "disabled"))
}

/// `POST /admin/users/{id}/enable`.
pub async fn enable(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let path = user::path(&visitor, &user_id);
    site.admin()
        .enable_user(visitor.change(&fields, user::of_id(&user_id)))
        .await
        .map_err(Failure::console(path.clone()))?;
    Ok(on(&visitor, &path, "enabled"))
}

/// `POST /admin/users/{id}/delete`.
pub async fn delete(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let path = user::path(&visitor, &user_id);
    site.admin()
        .delete_user(visitor.change(&fields, user::of_id(&user_id)))
        .await
        .map_err(Failure::console(path))?;
    Ok(on(&visitor, &visitor.path(users::PATH), "deleted"))
}

/// On to `path`, which says what was done.
fn on(visitor: &Visitor, path: &str, done: &str) -> Response {
    see_other(visitor, &with_query(path, &[(DONE, done)]), None)
}
