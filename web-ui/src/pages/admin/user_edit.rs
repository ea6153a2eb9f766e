//! `/admin/users/{id}/edit`: name, address and role of a person.

use authgate_proto::v1::{AdminUser, UpdateUserRequest};
use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use leptos::prelude::*;
use tonic::Code;

use crate::{
    components::{
        alert::Alert,
        button::{Button, Hidden, Kind},
        form::{ErrorSummary, Field, Select, TextField},
        heading::Heading,
        navigation::Section,
    },
    document::{Page, see_other, with_query},
    error::Failure,
    form::{Form, Id},
    listing::DONE,
    pages::admin::user,
    problems::Problems,
    shell::Shell,
    visitor::{Site, Visitor},
};

/// `GET /admin/users/{id}/edit`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
) -> Result<Response, Failure> {
    let (shell, user) = user::load(&site, &visitor, &user_id).await?;
    let problems = Problems::default();
    Ok(page(&visitor, &shell, &user, StatusCode::OK, &problems))
}

/// `POST /admin/users/{id}`.
pub async fn submit(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let edit_path = user::part_path(&visitor, &user_id, "edit");
    let text = |name| fields.get(name).trim().to_owned();
    let request = UpdateUserRequest {
        user_id: user_id.clone(),
        name: text("name"),
        email: text("email"),
        role: text("role"),
        updated_at: fields.updated_at(),
    };
    let updated = site
        .admin()
        .update_user(visitor.change(&fields, request.clone()))
        .await;
    let Err(status) = updated else {
        let next = with_query(&user::path(&visitor, &user_id), &[(DONE, "saved")]);
        return Ok(see_other(&visitor, &next, None));
    };
    let aborted = status.code() == Code::Aborted;
    let problems = if aborted {
        Problems::default()
    } else {
        let texts = &visitor.texts.people.users;
        let known = [
            ("name", "name", texts.name),
            ("email", "email", texts.email),
            ("role", "role", texts.role),
        ];
        Problems::of(status, &known)
            .map_err(|status| Failure::console(edit_path.clone())(*status))?
    };
    let mut core = site.admin();
    let call = core.get_user(visitor.context.request(user::of_id(&user_id)));
    let (shell, user) = Shell::with(&site, &visitor, &edit_path, call).await?;
    if aborted {
        return Ok(page(
            &visitor,
            &shell,
            &user,
            StatusCode::CONFLICT,
            &problems,
        ));
    }
    let typed = AdminUser {
        name: request.name,
        email: request.email,
        role: request.role,
        updated_at: request.updated_at,
        ..user
    };
    Ok(page(
        &visitor,
        &shell,
        &typed,
        StatusCode::BAD_REQUEST,
        &problems,
    ))
}

/// The form with what there is, or what was typed.
fn page(
    visitor: &Visitor,
    shell: &Shell,
    user: &AdminUser,
    status: StatusCode,
    problems: &Problems,
) -> Response {
    let all = visitor.texts;
    let texts = &all.people.users;
    let page = Page::new(texts.form.edit_title)
        .status(status)
        .console(shell, Section::Users)
        .trail(user::trail(visitor, Some(user)))
        .here(user::part_path(visitor, &user.user_id, "edit"));
    let changed = status == StatusCode::CONFLICT;
    page.respond(visitor, || {
        let console = &all.console;
        let name = Field::new("name", texts.name);
        let email = Field::new("email", texts.email).max_length(254);
        let role = Field::new("role", texts.role).hint(texts.form.role_admin_hint);
        let roles = vec![("user", texts.role_user), ("admin", texts.role_admin)];
        let path = user::path(visitor, &user.user_id);
        let cancel = path.clone();
        view! {
            <Heading title=move || texts.form.edit_title />
            {changed.then(|| view! { <Alert text=console.form.changed_meanwhile /> })}
            <ErrorSummary problems texts=console />
            <form class="card narrow" method="post" action=path>
                <Hidden name="csrf_token" value=shell.csrf_token() />
                <Hidden name="updated_at" value=user.updated_at.to_string() />
                <TextField field=name value=user.name.clone() problems texts=console />
                <TextField
                    field=email
                    value=user.email.clone()
                    problems
                    texts=console
                    kind="email"
                />
                <Select
                    field=role
                    value=&user.role
                    options=roles
                    problems
                    texts=console
                />
                <div class="actions">
                    <Button kind=Kind::Primary label=console.form.save />
                    <a class=Kind::Secondary.class() href=cancel>
                        {console.form.cancel}
                    </a>
                </div>
            </form>
        }
    })
}
