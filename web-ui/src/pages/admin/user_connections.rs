//! `/admin/users/{id}/connections`: the identities that lead to a person's account.

use authgate_proto::v1::Identity;
use axum::{Extension, extract::State, response::Response};
use futures_util::future::join;
use leptos::prelude::*;

use crate::{
    components::{
        empty::Empty,
        heading::Heading,
        instant::Instant,
        navigation::Section,
        table::{Cell, RowHead, Table},
    },
    document::Page,
    error::Failure,
    foreign,
    form::Id,
    pages::admin::{user, users::source_label},
    shell::Shell,
    texts::Texts,
    visitor::{Site, Visitor},
};

/// `GET /admin/users/{id}/connections`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
) -> Result<Response, Failure> {
    let both = async {
        let (mut core, mut again) = (site.admin(), site.admin());
        let request = || visitor.context.request(user::of_id(&user_id));
        let user = core.get_user(request());
        let connections = again.list_user_connections(request());
        let (user, connections) = join(user, connections).await;
        let connections = connections?.into_inner().identities;
        Ok(tonic::Response::new((user?.into_inner(), connections)))
    };
    let (shell, (user, connections)) = Shell::with(&site, &visitor, &visitor.here, both).await?;
    let texts = &visitor.texts.people.user;
    let page = Page::new(texts.connections_title)
        .console(&shell, Section::Users)
        .trail(user::trail(&visitor, Some(&user)));
    Ok(page.respond(&visitor, || {
        let rows: Vec<_> = connections
            .iter()
            .map(|identity| row(identity, visitor.texts))
            .collect();
        let list = if rows.is_empty() {
            view! { <Empty message=&texts.no_connections /> }.into_any()
        } else {
            let columns = vec![
                texts.connection_source,
                texts.connection_id,
                texts.connection_linked,
            ];
            view! {
                <Table caption=texts.connections_title columns>
                    {rows}
                </Table>
            }
            .into_any()
        };
        view! {
            <Heading title=move || texts.connections_title />
            {list}
        }
    }))
}

fn row(identity: &Identity, all: &'static Texts) -> impl IntoView + use<> {
    let texts = &all.people.user;
    let source = source_label(&identity.source, all);
    let id = foreign::word(&identity.external_id);
    let linked_at = identity.linked_at;
    let linked = if linked_at > 0 {
        view! { <Instant at=linked_at texts=all /> }.into_any()
    } else {
        all.console.unknown.into_any()
    };
    view! {
        <tr>
            <RowHead>{source}</RowHead>
            <Cell label=texts.connection_id>
                <code>{id}</code>
            </Cell>
            <Cell label=texts.connection_linked>{linked}</Cell>
        </tr>
    }
}
