//! What an app may do, in words and grouped.

use leptos::prelude::*;

use crate::{components::quoted::Quoted, foreign, texts::Scopes};

/// Groups of permissions, in the order people read them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Identity,
    Read,
    Change,
    Other,
}

impl Group {
    const ALL: [Self; 4] = [Self::Identity, Self::Read, Self::Change, Self::Other];

    const fn heading(self, texts: &Scopes) -> &'static str {
        match self {
            Self::Identity => texts.identity,
            Self::Read => texts.read,
            Self::Change => texts.change,
            Self::Other => texts.other,
        }
    }
}

/// One permission: our words, and the app's own where there are any.
struct Permission {
    group: Group,
    text: &'static str,
    foreign: Vec<String>,
    powerful: bool,
}

impl Permission {
    fn known(group: Group, text: &'static str) -> Self {
        Self {
            group,
            text,
            foreign: Vec::new(),
            powerful: false,
        }
    }

    /// What `scope` lets its holder do.
    fn of(scope: &str, texts: &Scopes) -> Self {
        match scope {
            "openid" => Self::known(Group::Identity, texts.openid),
            "profile" => Self::known(Group::Identity, texts.profile),
            "email" => Self::known(Group::Identity, texts.email),
            "address" => Self::known(Group::Identity, texts.address),
            "phone" => Self::known(Group::Identity, texts.phone),
            "read" => Self::known(Group::Read, texts.read_scope),
            "write" => Self::known(Group::Change, texts.write_scope),
            "admin" => Self {
                powerful: true,
                ..Self::known(Group::Change, texts.admin_scope)
            },
            "offline_access" => Self::known(Group::Other, texts.offline_access),
            scope => Self {
                foreign: vec![foreign::word(scope)],
                ..Self::known(Group::Other, texts.custom)
            },
        }
    }
}

/// The permissions that `scopes` and single `claims` stand for, under `heading`.
#[component]
pub fn ScopeList<'a>(
    heading: &'static str,
    scopes: &'a [String],
    #[prop(optional)] claims: &'a [String],
    texts: &'static Scopes,
) -> impl IntoView + use<> {
    let mut permissions: Vec<Permission> = scopes
        .iter()
        .map(|scope| Permission::of(scope, texts))
        .collect();
    if !claims.is_empty() {
        permissions.push(Permission {
            foreign: claims.iter().map(|claim| foreign::word(claim)).collect(),
            ..Permission::known(Group::Identity, texts.claims)
        });
    }
    let nothing = permissions
        .is_empty()
        .then(|| view! { <p>{texts.none}</p> });
    let groups: Vec<_> = Group::ALL
        .into_iter()
        .filter_map(|group| {
            let items: Vec<_> = permissions
                .iter()
                .filter(|permission| permission.group == group)
                .map(item)
                .collect();
            (!items.is_empty()).then(|| {
                view! {
                    <div class="scope-group">
                        <h3>{group.heading(texts)}</h3>
                        <ul>{items}</ul>
                    </div>
                }
            })
        })
        .collect();
    view! {
        <section class="scopes">
            <h2>{heading}</h2>
            {nothing}
            {groups}
        </section>
    }
}

fn item(permission: &Permission) -> impl IntoView + use<> {
    let words: Vec<_> = permission
        .foreign
        .iter()
        .map(|word| view! { " " <Quoted text=word.clone() /> })
        .collect();
    view! { <li class:powerful=permission.powerful>{permission.text} {words}</li> }
}
