//! `/admin/users/new`: an account for somebody, with a password that is made up or
//! typed.

use authgate_proto::v1::CreateUserRequest;
use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    components::{
        button::{Button, Hidden, Kind},
        form::{ErrorSummary, Field, Group, Select, TextField},
        heading::Heading,
        navigation::Section,
        new_password::PasswordField,
        radio::Radio,
    },
    document::{Page, see_other, with_query},
    error::Failure,
    form::{Fields, Form},
    listing::DONE,
    pages::admin::{user, user_actions, users},
    problems::Problems,
    shell::Shell,
    visitor::{Site, Visitor},
};

/// Where it is.
pub const PATH: &str = "/admin/users/new";

/// `GET /admin/users/new`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let shell = Shell::load(&site, &visitor, &visitor.path(PATH)).await?;
    if !shell.is_admin() {
        return Err(Failure::AdminsOnly);
    }
    let fields = Fields::default();
    Ok(page(&visitor, &shell, &fields, &Problems::default()))
}

/// `POST /admin/users`.
pub async fn submit(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let path = visitor.path(PATH);
    let typed = fields.get("password_by") == "typed";
    if typed && fields.get("password").is_empty() {
        // Empty would mean to the core: make one up.
        let missing = visitor.texts.account.password.missing;
        let shell = Shell::load(&site, &visitor, &path).await?;
        if !shell.is_admin() {
            return Err(Failure::AdminsOnly);
        }
        let problems = Problems::ours(Some("password"), missing);
        return Ok(page(&visitor, &shell, &fields, &problems));
    }
    let text = |name| fields.get(name).trim().to_owned();
    let request = CreateUserRequest {
        username: text("username"),
        password: if typed {
            fields.get("password").to_owned()
        } else {
            String::new()
        },
        email: text("email"),
        name: text("name"),
        role: text("role"),
    };
    let created = site
        .admin()
        .create_user(visitor.change(&fields, request))
        .await;
    let created = match created {
        Ok(created) => created.into_inner(),
        Err(status) => {
            let texts = &visitor.texts.people.users;
            let known = [
                ("username", "username", texts.username),
                ("password", "password", texts.form.password_typed_label),
                ("email", "email", texts.email),
                ("name", "name", texts.name),
                ("role", "role", texts.role),
            ];
            let problems = Problems::of(status, &known)
                .map_err(|status| Failure::console(path.clone())(*status))?;
            let shell = Shell::load(&site, &visitor, &path).await?;
            return Ok(page(&visitor, &shell, &fields, &problems));
        }
    };
    let user_id = created.user.unwrap_or_default().user_id;
    if created.generated_password.is_empty() {
        let next = with_query(&user::path(&visitor, &user_id), &[(DONE, "created")]);
        return Ok(see_other(&visitor, &next, None));
    }
    let shell = Shell::load(&site, &visitor, &visitor.path(users::PATH)).await?;
    let title = visitor.texts.people.users.form.created;
    let password = created.generated_password;
    Ok(user_actions::password_page(
        &visitor, &shell, title, password, &user_id,
    ))
}

/// The form with what was typed but for the password, and what is wrong with it.
fn page(visitor: &Visitor, shell: &Shell, fields: &Fields, problems: &Problems) -> Response {
    let all = visitor.texts;
    let texts = &all.people.users;
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let page = Page::new(texts.form.new_title)
        .status(status)
        .console(shell, Section::Users)
        .trail(user::trail(visitor, None))
        .here(visitor.path(PATH));
    page.respond(visitor, || {
        let console = &all.console;
        let line = |field: Field, kind: &'static str| {
            let value = fields.get(field.name).to_owned();
            view! { <TextField field value problems texts=console kind /> }
        };
        let username = Field::new("username", texts.username).hint(texts.form.username_hint);
        let email = Field::new("email", texts.email).max_length(254);
        let role = Field::new("role", texts.role).hint(texts.form.role_admin_hint);
        let roles = vec![("user", texts.role_user), ("admin", texts.role_admin)];
        let typed = fields.get("password_by") == "typed";
        let password = Field::new("password", texts.form.password_typed_label)
            .hint(texts.form.password_hint)
            .max_length(1024);
        let show = (all.login.show, all.login.show_password);
        let password = view! {
            <PasswordField
                field=password
                problems
                autocomplete="new-password"
                texts=console
                show
            />
        };
        let users = visitor.path(users::PATH);
        let cancel = users.clone();
        view! {
            <Heading title=move || texts.form.new_title />
            <ErrorSummary problems texts=console />
            <form class="card narrow" method="post" action=users>
                <Hidden name="csrf_token" value=shell.csrf_token() />
                {line(username.required(), "text")}
                {line(Field::new("name", texts.name), "text")}
                {line(email, "email")}
                <Select
                    field=role
                    value=fields.get("role")
                    options=roles
                    problems
                    texts=console
                />
                <Group name="password_by" legend=texts.form.password problems>
                    <Radio
                        name="password_by"
                        value="generate"
                        label=texts.form.password_generate
                        hint=texts.form.password_generate_hint
                        checked=!typed
                    />
                    <Radio
                        name="password_by"
                        value="typed"
                        label=texts.form.password_typed
                        checked=typed
                    />
                    {password}
                </Group>
                <div class="actions">
                    <Button kind=Kind::Primary label=texts.form.create />
                    <a class=Kind::Secondary.class() href=cancel>
                        {console.form.cancel}
                    </a>
                </div>
            </form>
        }
    })
}
