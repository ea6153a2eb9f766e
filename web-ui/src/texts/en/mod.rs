//! English, a file per area of the pages.

mod account;
mod admin;
mod client;
mod connect;
mod console;
mod errors;
mod events;
mod frame;
mod people;
mod sign_in;

use time::macros::format_description;

use super::Texts;

/// The English catalogue.
pub const EN: Texts = Texts {
    lang: "en",
    frame: frame::FRAME,
    login: sign_in::LOGIN,
    logout: sign_in::LOGOUT,
    home: sign_in::HOME,
    device: connect::DEVICE,
    consent: connect::CONSENT,
    app: connect::APP,
    scopes: connect::SCOPES,
    form_post: frame::FORM_POST,
    errors: errors::ERRORS,
    console: console::CONSOLE,
    client: client::CLIENT,
    account: account::ACCOUNT,
    admin: admin::ADMIN,
    events: events::EVENTS,
    severities: events::SEVERITIES,
    people: people::PEOPLE,
    day: |instant| {
        instant
            .format(format_description!(
                "[day padding:none] [month repr:long] [year]"
            ))
            .unwrap_or_default()
    },
    instant: |instant| {
        instant
            .format(format_description!(
                "[day padding:none] [month repr:short] [year], [hour]:[minute] UTC"
            ))
            .unwrap_or_default()
    },
};

/// Seconds in words, rounded up to whole minutes from a minute on.
fn duration(seconds: u32) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds.max(1), "second"),
        60..3600 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3600), "hour"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}
