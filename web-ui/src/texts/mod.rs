//! Every text on the pages: a catalogue per language, a file per area of the pages
//! in each. A new language is one more folder that fills [`Texts`]; the compiler
//! says what is missing.

pub mod account;
pub mod admin;
pub mod client;
pub mod connect;
pub mod console;
mod en;
pub mod errors;
pub mod events;
pub mod frame;
pub mod people;
pub mod sign_in;
#[cfg(test)]
pub mod walk;
mod zh_tw;

pub use connect::{App, Consent, Device, Scopes};
pub use console::Console;
pub use en::EN;
pub use errors::{Errors, Message};
pub use sign_in::Login;
use time::OffsetDateTime;
pub use zh_tw::ZH_TW;

/// Makes structs of texts. A field without a type is a plain text.
macro_rules! catalogue {
    (@kind) => { &'static str };
    (@kind $kind:ty) => { $kind };
    ($(
        $(#[$meta:meta])*
        $name:ident { $($(#[$doc:meta])* $field:ident $(: $kind:ty)?),* $(,)? }
    )*) => {$(
        $(#[$meta])*
        pub struct $name {
            $($(#[$doc])* pub $field: $crate::texts::catalogue!(@kind $($kind)?),)*
        }

        #[cfg(test)]
        impl $crate::texts::walk::Walk for $name {
            fn walk(&self, path: &str, visit: &mut dyn FnMut(&str, &str)) {
                $(
                    let path_here = format!("{path}.{}", stringify!($field));
                    $crate::texts::walk::Walk::walk(&self.$field, &path_here, visit);
                )*
            }
        }
    )*};
}
pub(crate) use catalogue;

catalogue! {
    /// The texts of one language.
    Texts {
        /// The language tag (RFC 5646).
        lang,
        frame: frame::Frame,
        login: Login,
        logout: sign_in::Logout,
        home: sign_in::Home,
        device: Device,
        consent: Consent,
        app: App,
        scopes: Scopes,
        form_post: frame::FormPost,
        errors: Errors,
        console: Console,
        client: client::Client,
        account: account::Account,
        admin: admin::Admin,
        events: events::Events,
        severities: events::Severities,
        people: people::People,
        /// The day of an instant in UTC.
        day: fn(OffsetDateTime) -> String,
        /// An instant in UTC.
        instant: fn(OffsetDateTime) -> String,
    }
}

/// Digits in groups of three, which both languages part by commas.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `count`, which is exact below `counted_to`; 0 there: always.
pub fn counted(count: u64, counted_to: u64, texts: &Console) -> String {
    if counted_to > 0 && count >= counted_to {
        (texts.or_more)(&number(counted_to))
    } else {
        number(count)
    }
}
