//! `/account/profile`: what apps can learn about the person, and the ways to sign in.

use authgate_proto::v1::{GetProfileRequest, Identity, Profile, UpdateProfileRequest};
use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use leptos::prelude::*;
use tonic::Code;

use crate::{
    components::{
        alert::{Alert, Notice},
        button::{Button, Hidden, Kind},
        entry::{Entry, Meta},
        fact::Fact,
        form::{ErrorSummary, Field, TextField},
        heading::Heading,
        instant::Day,
        navigation::Section,
    },
    document::{Page, see_other, with_query},
    error::Failure,
    foreign,
    form::{Form, Query},
    listing::DONE,
    pages::account::password,
    problems::Problems,
    shell::Shell,
    texts::{Texts, account::Profile as ProfileTexts},
    visitor::{Site, Visitor},
};

/// Where it is.
pub const PATH: &str = Section::Profile.path();

/// The source of accounts that are kept here.
const LOCAL: &str = "local";

/// `GET /account/profile`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (shell, profile) = load(&site, &visitor).await?;
    let texts = &visitor.texts.account;
    let done = match query.get(DONE) {
        "saved" => Some(texts.profile.saved),
        "password" => Some(texts.password.changed),
        _ => None,
    };
    let view = View {
        profile,
        problems: Problems::default(),
        status: StatusCode::OK,
        done,
    };
    Ok(view.respond(&visitor, &shell))
}

/// `POST /account/profile`.
pub async fn submit(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let path = visitor.path(PATH);
    let request = UpdateProfileRequest {
        name: fields.get("name").trim().to_owned(),
        email: fields.get("email").trim().to_owned(),
        updated_at: fields.get("updated_at").parse().unwrap_or(-1),
    };
    let updated = site
        .self_service()
        .update_profile(visitor.change(&fields, request.clone()))
        .await;
    let Err(status) = updated else {
        let next = with_query(&path, &[(DONE, "saved")]);
        return Ok(see_other(&visitor, &next, None));
    };
    if status.code() == Code::Aborted {
        let (shell, profile) = load(&site, &visitor).await?;
        let view = View {
            profile,
            problems: Problems::default(),
            status: StatusCode::CONFLICT,
            done: None,
        };
        return Ok(view.respond(&visitor, &shell));
    }
    let texts = &visitor.texts.account.profile;
    let known = [
        ("name", "name", texts.name),
        ("email", "email", texts.email),
    ];
    let problems =
        Problems::of(status, &known).map_err(|status| Failure::console(path)(*status))?;
    let (shell, profile) = load(&site, &visitor).await?;
    let UpdateProfileRequest {
        name,
        email,
        updated_at,
    } = request;
    let view = View {
        profile: Profile {
            name,
            email,
            updated_at,
            ..profile
        },
        problems,
        status: StatusCode::BAD_REQUEST,
        done: None,
    };
    Ok(view.respond(&visitor, &shell))
}

async fn load(site: &Site, visitor: &Visitor) -> Result<(Shell, Profile), Failure> {
    let mut core = site.self_service();
    let call = core.get_profile(visitor.context.request(GetProfileRequest {}));
    Shell::with(site, visitor, &visitor.path(PATH), call).await
}

/// The page, with what was typed in place of what is known when it was refused.
struct View {
    profile: Profile,
    problems: Problems,
    status: StatusCode,
    done: Option<&'static str>,
}

impl View {
    fn respond(self, visitor: &Visitor, shell: &Shell) -> Response {
        let all = visitor.texts;
        let texts = &all.account.profile;
        let page = Page::new(texts.title)
            .status(self.status)
            .console(shell, Section::Profile)
            .here(visitor.path(PATH))
            .done(self.done);
        let changed = self.status == StatusCode::CONFLICT;
        page.respond(visitor, || {
            let details = if self.profile.managed_elsewhere {
                facts(&self.profile, all).into_any()
            } else {
                form(visitor, shell, &self.profile, &self.problems).into_any()
            };
            view! {
                <Heading title=move || texts.title />
                <p class="lede">{texts.explain}</p>
                {changed.then(|| view! { <Alert text=all.console.form.changed_meanwhile /> })}
                <ErrorSummary problems=&self.problems texts=&all.console />
                {details}
                {password_part(visitor, &self.profile)}
                {identities(&self.profile.identities, all)}
            }
        })
    }
}

/// Name and address, to be changed here.
fn form(
    visitor: &Visitor,
    shell: &Shell,
    profile: &Profile,
    problems: &Problems,
) -> impl IntoView + use<> {
    let all = visitor.texts;
    let texts = &all.account.profile;
    let name = Field::new("name", texts.name);
    let email = Field::new("email", texts.email).max_length(254);
    let email = match standing_of_email(profile, texts) {
        Some(standing) => email.hint(standing),
        None => email,
    };
    let fields = view! {
        <TextField
            field=name
            value=profile.name.clone()
            problems
            texts=&all.console
            autocomplete="name"
        />
        <TextField
            field=email
            value=profile.email.clone()
            problems
            texts=&all.console
            kind="email"
            autocomplete="email"
        />
    };
    view! {
        <form class="card narrow" method="post" action=visitor.path(PATH)>
            <Hidden name="csrf_token" value=shell.csrf_token() />
            <Hidden name="updated_at" value=profile.updated_at.to_string() />
            <dl class="facts">{fixed(profile, all)}</dl>
            {fields}
            <div class="actions">
                <Button kind=Kind::Primary label=all.console.form.save />
            </div>
        </form>
    }
}

/// Everything, when another service keeps it.
fn facts(profile: &Profile, all: &'static Texts) -> impl IntoView + use<> {
    let texts = &all.account.profile;
    let name = foreign::name(&profile.name);
    let email = foreign::host(&profile.email);
    let standing = standing_of_email(profile, texts);
    view! {
        <div class="card narrow">
            <Notice text=texts.managed />
            <dl class="facts">
                {fixed(profile, all)} <Fact name=texts.name>
                    <bdi>{name}</bdi>
                </Fact>
                <Fact name=texts.email>
                    <bdi>{email}</bdi>
                    " "
                    <span class="hint">{standing}</span>
                </Fact>
            </dl>
        </div>
    }
}

/// Whether it is known that the person owns the address.
fn standing_of_email(profile: &Profile, texts: &ProfileTexts) -> Option<&'static str> {
    (!profile.email.is_empty()).then_some(if profile.email_verified {
        texts.email_verified
    } else {
        texts.email_unverified
    })
}

/// What nobody changes here.
fn fixed(profile: &Profile, all: &'static Texts) -> impl IntoView + use<> {
    let texts = &all.account.profile;
    let username = foreign::name(&profile.username);
    let role = match profile.role.as_str() {
        "admin" => all.people.users.role_admin,
        _ => all.people.users.role_user,
    };
    let created_at = profile.created_at;
    view! {
        <Fact name=texts.username>
            <bdi>{username}</bdi>
        </Fact>
        <Fact name=texts.role>{role}</Fact>
        <Fact name=texts.since>
            <Day at=created_at texts=all />
        </Fact>
    }
}

fn password_part(visitor: &Visitor, profile: &Profile) -> impl IntoView + use<> {
    let texts = &visitor.texts.account.profile;
    let content = if profile.has_password {
        view! {
            <p>{texts.password_explain}</p>
            <div>
                <a class=Kind::Secondary.class() href=visitor.path(password::PATH)>
                    {texts.change_password}
                </a>
            </div>
        }
        .into_any()
    } else {
        view! { <p>{texts.no_password}</p> }.into_any()
    };
    view! {
        <section class="card narrow">
            <h2>{texts.password}</h2>
            {content}
        </section>
    }
}

/// Where the account can be signed in to.
fn identities(identities: &[Identity], all: &'static Texts) -> impl IntoView + use<> {
    let texts = &all.account.profile;
    let rows: Vec<_> = identities
        .iter()
        .map(|identity| {
            let title = source_label(&identity.source, texts);
            let id = foreign::word(&identity.external_id);
            let linked_at = identity.linked_at;
            let id = (!id.is_empty()).then(|| view! { <bdi>{id}</bdi> }.into_any());
            let linked = (linked_at > 0)
                .then(|| view! { {texts.linked} " " <Day at=linked_at texts=all /> }.into_any());
            let facts = id.into_iter().chain(linked).collect();
            view! {
                <Entry title=title.into_any() actions=None>
                    <Meta items=facts />
                </Entry>
            }
        })
        .collect();
    let list = if rows.is_empty() {
        view! { <p class="hint">{texts.no_identities}</p> }.into_any()
    } else {
        view! { <ul class="entries">{rows}</ul> }.into_any()
    };
    view! {
        <section class="card narrow">
            <h2>{texts.identities}</h2>
            <p class="hint">{texts.identities_explain}</p>
            {list}
        </section>
    }
}

/// The name of an identity source.
fn source_label(source: &str, texts: &ProfileTexts) -> String {
    if source == LOCAL {
        texts.local.to_owned()
    } else {
        foreign::name(source)
    }
}
