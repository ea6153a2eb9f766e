//! `/admin/users/{id}/sessions`: the browsers that a person is signed in with.

use authgate_proto::v1::{EndSignInRequest, SignIn};
use axum::{Extension, extract::State, response::Response};
use futures_util::future::join;
use leptos::prelude::*;

use crate::{
    components::{
        button::{Kind, PostButton},
        empty::Empty,
        entry::{Entry, Meta},
        heading::Heading,
        navigation::Section,
    },
    document::{Page, see_other, with_query},
    error::Failure,
    form::{Form, Id, Query},
    listing::{self, DONE},
    pages::{
        account::sessions::browser_facts,
        admin::{tokens, user},
    },
    shell::Shell,
    user_agent,
    visitor::{Site, Visitor},
};

/// `GET /admin/users/{id}/sessions`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
    Query(query): Query,
) -> Result<Response, Failure> {
    let both = async {
        let (mut core, mut again) = (site.admin(), site.admin());
        let request = || visitor.context.request(user::of_id(&user_id));
        let user = core.get_user(request());
        let sign_ins = again.list_user_sign_ins(request());
        let (user, sign_ins) = join(user, sign_ins).await;
        let sign_ins = sign_ins?.into_inner().sign_ins;
        Ok(tonic::Response::new((user?.into_inner(), sign_ins)))
    };
    let (shell, (user, sign_ins)) = Shell::with(&site, &visitor, &visitor.here, both).await?;
    let texts = &visitor.texts.people.user;
    let page = Page::new(texts.browsers_title)
        .console(&shell, Section::Users)
        .trail(user::trail(&visitor, Some(&user)))
        .done((query.get(DONE) == "ended").then_some(texts.ended));
    Ok(page.respond(&visitor, || {
        let rows: Vec<_> = sign_ins
            .iter()
            .map(|sign_in| row(&visitor, &shell, &user.user_id, sign_in))
            .collect();
        let list = if rows.is_empty() {
            view! { <Empty message=&texts.no_browsers /> }.into_any()
        } else {
            view! { <ul class="card entries">{rows}</ul> }.into_any()
        };
        let tokens = with_query(&visitor.path(tokens::PATH), &[("user", &user.user_id)]);
        view! {
            <Heading title=move || texts.browsers_title>
                <a class=Kind::Secondary.class() href=tokens>
                    {texts.tokens}
                </a>
            </Heading>
            {list}
        }
    }))
}

fn row(visitor: &Visitor, shell: &Shell, user_id: &str, sign_in: &SignIn) -> impl IntoView + use<> {
    let all = visitor.texts;
    let name = user_agent::short(&sign_in.user_agent, &all.console);
    let list = user::part_path(visitor, user_id, "sessions");
    let actions = view! {
        <PostButton
            action=listing::below(&list, &[&sign_in.id, "end"])
            csrf_token=shell.csrf_token()
            kind=Kind::Small
            label=all.people.user.end
            about=name.clone()
        />
    };
    let title = view! {
        <b>
            <bdi>{name}</bdi>
        </b>
    };
    let facts = browser_facts(sign_in, all);
    view! {
        <Entry title=title.into_any() actions=Some(actions.into_any())>
            <Meta items=facts />
        </Entry>
    }
}

/// `POST /admin/users/{id}/sessions/{session}/end`.
pub async fn end(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id((user_id, id)): Id<(String, String)>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let list = user::part_path(&visitor, &user_id, "sessions");
    site.admin()
        .end_user_sign_in(visitor.change(&fields, EndSignInRequest { id, user_id }))
        .await
        .map_err(Failure::console(list.clone()))?;
    let next = with_query(&list, &[(DONE, "ended")]);
    Ok(see_other(&visitor, &next, None))
}
