//! Traditional Chinese, as in Taiwan; a file per area of the pages.

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

/// The Traditional Chinese catalogue.
pub const ZH_TW: Texts = Texts {
    lang: "zh-TW",
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
                "[year] 年 [month padding:none] 月 [day padding:none] 日"
            ))
            .unwrap_or_default()
    },
    instant: |instant| {
        instant
            .format(format_description!(
                "[year] 年 [month padding:none] 月 [day padding:none] 日 [hour]:[minute] UTC"
            ))
            .unwrap_or_default()
    },
};

/// Seconds in words, rounded up to whole minutes from a minute on.
fn duration(seconds: u32) -> String {
    match seconds {
        0..60 => format!("{} 秒", seconds.max(1)),
        60..3600 => format!("{} 分鐘", seconds.div_ceil(60)),
        _ => format!("{} 小時", seconds.div_ceil(3600)),
    }
}
