//! What surrounds every page.

use leptos::prelude::*;

use crate::{
    assets,
    components::{
        button::Hidden,
        heading::{Breadcrumbs, Crumb, Flash},
        navigation::{Section, Sections},
    },
    language::Language,
    pages::logout,
    shell::Shell,
    theme::Theme,
    visitor::Visitor,
};

/// What the surroundings need to know about a page.
pub struct Frame {
    pub title: String,
    /// Who is signed in.
    pub account: Option<String>,
    /// The path that shows this page again once theme or language were switched;
    /// none: no switches.
    pub switch_at: Option<String>,
    /// The page is one of the console.
    pub console: Option<Console>,
}

/// What surrounds a page of the console besides.
pub struct Console {
    pub shell: Shell,
    pub section: Section,
    pub trail: Vec<Crumb>,
    /// What the action before did.
    pub done: Option<&'static str>,
}

/// The document around a page's content.
#[component]
pub fn Layout(visitor: Visitor, frame: Frame, content: AnyView) -> impl IntoView {
    let Visitor {
        config,
        theme,
        texts,
        ..
    } = &visitor;
    let theme = *theme;
    let chosen = (theme != Theme::System).then(|| theme.as_str());
    let text = &texts.frame;
    let signed_in = frame.account.map(|account| {
        let name = view! {
            <b>
                <bdi>{account}</bdi>
            </b>
        };
        match &frame.console {
            None => view! { <p class="account">{text.signed_in_as} " " {name}</p> }.into_any(),
            Some(console) => {
                let sign_out = texts.console.navigation.sign_out;
                view! {
                    <form class="account" method="post" action=config.path(logout::PATH)>
                        <span>
                            <span class="unseen">{text.signed_in_as} " "</span>
                            {name}
                        </span>
                        <Hidden name="csrf_token" value=console.shell.csrf_token() />
                        <button type="submit" class="quiet">
                            {sign_out}
                        </button>
                    </form>
                }
                .into_any()
            }
        }
    });
    let switches = frame
        .switch_at
        .map(|here| view! { <Switches visitor=&visitor here /> });
    let body_class = frame.console.as_ref().map(|_| "console");
    let main = |before: Option<AnyView>| {
        view! {
            <main id="content" tabindex="-1">
                {before}
                {content}
            </main>
        }
    };
    let middle = match frame.console {
        None => main(None).into_any(),
        Some(console) => {
            let before = view! {
                <Breadcrumbs trail=console.trail texts=&texts.console />
                {console.done.map(|text| view! { <Flash text /> })}
            };
            view! {
                <div class="columns">
                    <Sections visitor=&visitor shell=&console.shell current=console.section />
                    {main(Some(before.into_any()))}
                </div>
            }
            .into_any()
        }
    };
    view! {
        <html lang=texts.lang data-theme=chosen>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <title>{format!("{} – {}", frame.title, text.product)}</title>
                <link rel="icon" type="image/svg+xml" href=assets::ICON.path(config) />
                <link rel="stylesheet" href=assets::STYLE.path(config) />
                <script defer=true src=assets::SCRIPT.path(config)></script>
            </head>
            <body class=body_class>
                <a class="skip" href="#content">
                    {text.skip}
                </a>
                <header>
                    <a class="wordmark" href=config.path("/")>
                        <img src=assets::ICON.path(config) alt="" width="32" height="32" />
                        {text.product}
                    </a>
                    {signed_in}
                </header>
                {middle}
                <footer>
                    <p>
                        {text.served_by} " " <b>{config.host().to_owned()}</b>
                    </p>
                    {switches}
                </footer>
            </body>
        </html>
    }
}

/// How pages look and which language they speak. `here` shows the page again.
#[component]
fn Switches<'a>(visitor: &'a Visitor, here: String) -> impl IntoView + use<> {
    let Visitor {
        config,
        theme,
        language,
        texts,
        ..
    } = visitor;
    let text = &texts.frame;
    let themes = Theme::ALL.map(|choice| {
        let label = match choice {
            Theme::Light => text.theme_light,
            Theme::System => text.theme_system,
            Theme::Dark => text.theme_dark,
        };
        let pressed = if choice == *theme { "true" } else { "false" };
        view! {
            <button type="submit" name="theme" value=choice.as_str() aria-pressed=pressed>
                {label}
            </button>
        }
    });
    let languages = Language::ALL.map(|choice| {
        let pressed = if choice == *language { "true" } else { "false" };
        view! {
            <button
                type="submit"
                name="language"
                value=choice.tag()
                lang=choice.tag()
                aria-pressed=pressed
            >
                {choice.name()}
            </button>
        }
    });
    view! {
        <form class="switch" method="post" action=config.path("/language")>
            <Hidden name="return_to" value=here.clone() />
            <fieldset>
                <legend>{text.language}</legend>
                {languages.into_iter().collect_view()}
            </fieldset>
        </form>
        <form class="switch" method="post" action=config.path("/theme")>
            <Hidden name="return_to" value=here />
            <fieldset>
                <legend>{text.theme}</legend>
                {themes.into_iter().collect_view()}
            </fieldset>
        </form>
    }
}
