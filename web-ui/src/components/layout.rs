//! What surrounds every page.

use leptos::prelude::*;

use crate::{assets, components::button::Hidden, theme::Theme, visitor::Visitor};

/// What the surroundings need to know about a page.
pub struct Frame {
    pub title: String,
    /// Who is signed in.
    pub account: Option<String>,
    /// The path that shows this page again once the theme was switched; none: no switch.
    pub switch_theme_at: Option<String>,
}

/// The document around a page's content.
#[component]
pub fn Layout(visitor: Visitor, frame: Frame, content: AnyView) -> impl IntoView {
    let Visitor {
        config,
        theme,
        texts,
        ..
    } = visitor;
    let chosen = (theme != Theme::System).then(|| theme.as_str());
    let text = &texts.frame;
    let account = frame.account.map(|account| {
        view! {
            <p class="account">
                {text.signed_in_as} " " <b><bdi>{account}</bdi></b>
            </p>
        }
    });
    let switch = frame.switch_theme_at.map(|here| {
        view! {
            <form class="theme" method="post" action=config.path("/theme")>
                <Hidden name="return_to" value=here />
                <fieldset>
                    <legend>{text.theme}</legend>
                    {Theme::ALL
                        .map(|choice| {
                            let label = match choice {
                                Theme::Light => text.theme_light,
                                Theme::System => text.theme_system,
                                Theme::Dark => text.theme_dark,
                            };
                            let pressed = if choice == theme { "true" } else { "false" };
                            view! {
                                <button
                                    type="submit"
                                    name="theme"
                                    value=choice.as_str()
                                    aria-pressed=pressed
                                >
                                    {label}
                                </button>
                            }
                        })
                        .into_iter()
                        .collect_view()}
                </fieldset>
            </form>
        }
    });
    view! {
        <html lang=texts.lang data-theme=chosen>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <title>{format!("{} – {}", frame.title, text.product)}</title>
                <link rel="icon" type="image/svg+xml" href=assets::ICON.path(&config) />
                <link rel="stylesheet" href=assets::STYLE.path(&config) />
                <script defer=true src=assets::SCRIPT.path(&config)></script>
            </head>
            <body>
                <a class="skip" href="#content">
                    {text.skip}
                </a>
                <header>
                    <a class="wordmark" href=config.path("/")>
                        <img src=assets::ICON.path(&config) alt="" width="32" height="32" />
                        {text.product}
                    </a>
                    {account}
                </header>
                <main id="content" tabindex="-1">
                    {content}
                </main>
                <footer>
                    <p>
                        {text.served_by} " " <b>{config.host().to_owned()}</b>
                    </p>
                    {switch}
                </footer>
            </body>
        </html>
    }
}
