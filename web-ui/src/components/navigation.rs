//! The ways through the console: the person's account and, for admins, the
//! administration.

use leptos::prelude::*;

use crate::{shell::Shell, texts::console::Navigation, visitor::Visitor};

/// A page that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Sessions,
    Authorizations,
    Apps,
    Profile,
    Dashboard,
    Clients,
    Registrations,
    Users,
    Tokens,
    Keys,
    Audit,
}

/// The person's own.
const ACCOUNT: [Section; 4] = [
    Section::Sessions,
    Section::Authorizations,
    Section::Apps,
    Section::Profile,
];

/// For admins.
const ADMIN: [Section; 7] = [
    Section::Dashboard,
    Section::Clients,
    Section::Registrations,
    Section::Users,
    Section::Tokens,
    Section::Keys,
    Section::Audit,
];

impl Section {
    /// Where it is, below the issuer's own path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Sessions => "/account/sessions",
            Self::Authorizations => "/account/authorizations",
            Self::Apps => "/apps",
            Self::Profile => "/account/profile",
            Self::Dashboard => "/admin",
            Self::Clients => "/admin/clients",
            Self::Registrations => "/admin/registrations",
            Self::Users => "/admin/users",
            Self::Tokens => "/admin/tokens",
            Self::Keys => "/admin/keys",
            Self::Audit => "/admin/audit",
        }
    }

    /// What it is called.
    pub const fn label(self, texts: &Navigation) -> &'static str {
        match self {
            Self::Sessions => texts.sessions,
            Self::Authorizations => texts.authorizations,
            Self::Apps => texts.apps,
            Self::Profile => texts.profile,
            Self::Dashboard => texts.dashboard,
            Self::Clients => texts.clients,
            Self::Registrations => texts.registrations,
            Self::Users => texts.users,
            Self::Tokens => texts.tokens,
            Self::Keys => texts.keys,
            Self::Audit => texts.audit,
        }
    }
}

/// All sections that the person may see; `current` is the page's own. On a small
/// screen only its group is open, and the other group's name leads there.
#[component]
pub fn Sections<'a>(
    visitor: &'a Visitor,
    shell: &'a Shell,
    current: Section,
) -> impl IntoView + use<> {
    let texts = &visitor.texts.console.navigation;
    let group = |name: &'static str, sections: &[Section]| {
        let here = sections.contains(&current);
        let items: Vec<_> = sections
            .iter()
            .map(|section| item(visitor, shell, *section, current))
            .collect();
        let start = sections.first().map(|section| visitor.path(section.path()));
        view! {
            <div class="group" class:open=here>
                <a class="group-name" href=start>
                    {name}
                </a>
                <ul>{items}</ul>
            </div>
        }
    };
    let admin = shell.is_admin().then(|| group(texts.admin, &ADMIN));
    view! {
        <nav class="sections" aria-label=texts.label>
            {group(texts.account, &ACCOUNT)}
            {admin}
        </nav>
    }
    .into_any()
}

fn item(
    visitor: &Visitor,
    shell: &Shell,
    section: Section,
    current: Section,
) -> impl IntoView + use<> {
    let texts = &visitor.texts.console.navigation;
    let waiting = (section == Section::Registrations && shell.pending_clients > 0).then(|| {
        let count = match shell.pending_clients {
            count @ 0..=99 => count.to_string(),
            _ => "99+".to_owned(),
        };
        view! {
            " "
            <span class="count">
                {count} <span class="unseen">" " {texts.waiting}</span>
            </span>
        }
    });
    view! {
        <li>
            <a
                href=visitor.path(section.path())
                aria-current=(section == current).then_some("page")
            >
                {section.label(texts)}
                {waiting}
            </a>
        </li>
    }
    .into_any()
}
