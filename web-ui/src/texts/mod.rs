//! Every text on the pages, one catalogue per language. A new language is one
//! more file that fills [`Texts`]; the compiler says what is missing.

mod en;

pub use en::EN;
use time::OffsetDateTime;

/// The texts of one language.
pub struct Texts {
    /// The language tag (RFC 5646).
    pub lang: &'static str,
    pub frame: Frame,
    pub login: Login,
    pub logout: Logout,
    pub home: Home,
    pub device: Device,
    pub consent: Consent,
    pub app: App,
    pub scopes: Scopes,
    pub form_post: FormPost,
    pub errors: Errors,
    /// An instant in UTC.
    pub instant: fn(OffsetDateTime) -> String,
}

/// What surrounds every page.
pub struct Frame {
    pub product: &'static str,
    /// Before the title of a page that shows an error.
    pub error_prefix: &'static str,
    pub skip: &'static str,
    pub signed_in_as: &'static str,
    pub theme: &'static str,
    pub theme_light: &'static str,
    pub theme_dark: &'static str,
    pub theme_system: &'static str,
    /// Before the server's host.
    pub served_by: &'static str,
}

pub struct Login {
    pub title: &'static str,
    pub continue_to: &'static str,
    pub username: &'static str,
    pub password: &'static str,
    /// On the button that reveals the password.
    pub show: &'static str,
    pub show_password: &'static str,
    pub remember_me: fn(u32) -> String,
    pub submit: &'static str,
    pub or: &'static str,
    pub provider: &'static str,
    pub reauthenticate: &'static str,
    pub bad_credentials: &'static str,
    pub throttled: fn(u32) -> String,
    pub disabled: &'static str,
    pub session_timeout: &'static str,
    pub session_invalid: &'static str,
}

pub struct Logout {
    pub title: &'static str,
    pub explain: &'static str,
    pub submit: &'static str,
    pub stay: &'static str,
}

pub struct Home {
    pub title: &'static str,
    pub explain: &'static str,
    pub account: &'static str,
    pub since: &'static str,
    pub until: &'static str,
    pub from: &'static str,
    pub with: &'static str,
    pub connect: &'static str,
    pub connect_explain: &'static str,
    pub sign_out: &'static str,
}

pub struct Device {
    pub title: &'static str,
    pub explain: &'static str,
    pub code: &'static str,
    pub code_hint: &'static str,
    pub submit: &'static str,
    pub warning: &'static str,
    pub unknown_code: &'static str,
    pub expired: &'static str,
    pub decided: &'static str,
    pub throttled: fn(u32) -> String,
    pub confirm_title: &'static str,
    pub confirm_explain: &'static str,
    pub compare: &'static str,
    pub requested: &'static str,
    pub requested_at: &'static str,
    pub requested_from: &'static str,
    pub requested_with: &'static str,
    pub approve_as: &'static str,
    pub same_address: &'static str,
    pub other_address: &'static str,
    pub unknown: &'static str,
    pub approve: &'static str,
    pub deny: &'static str,
    pub deny_explain: &'static str,
    pub approved_title: &'static str,
    pub approved_explain: &'static str,
    pub granted: &'static str,
    pub denied_title: &'static str,
    pub denied_explain: &'static str,
    pub home: &'static str,
}

pub struct Consent {
    pub title: &'static str,
    pub explain: &'static str,
    pub as_whom: &'static str,
    pub switch_account: &'static str,
    pub then: &'static str,
    pub approve: &'static str,
    pub deny: &'static str,
    pub deny_explain: &'static str,
    pub policy: &'static str,
    pub terms: &'static str,
}

/// How an app is introduced.
pub struct App {
    pub trusted: &'static str,
    pub unverified: &'static str,
    pub public: &'static str,
}

/// What an app may do, in words.
pub struct Scopes {
    pub heading: &'static str,
    pub identity: &'static str,
    pub read: &'static str,
    pub change: &'static str,
    pub other: &'static str,
    pub none: &'static str,
    pub openid: &'static str,
    pub profile: &'static str,
    pub email: &'static str,
    pub address: &'static str,
    pub phone: &'static str,
    pub offline_access: &'static str,
    pub read_scope: &'static str,
    pub write_scope: &'static str,
    pub admin_scope: &'static str,
    /// Before single details (claims) of the account.
    pub claims: &'static str,
    /// Before a scope that only its app knows.
    pub custom: &'static str,
}

pub struct FormPost {
    pub title: &'static str,
    pub explain: &'static str,
    pub submit: &'static str,
}

pub struct Errors {
    pub reference: &'static str,
    pub code: &'static str,
    pub home: &'static str,
    pub again: &'static str,
    pub retry_after: fn(u32) -> String,
    pub turn_app: &'static str,
    pub turn_server: &'static str,
    pub bad_request: Message,
    pub stale: Message,
    pub gone: Message,
    pub not_found: Message,
    pub method: Message,
    pub too_large: Message,
    pub throttled: Message,
    pub unavailable: Message,
    pub internal: Message,
    pub form_encoding: &'static str,
    pub form_content_type: &'static str,
    pub form_repeated: &'static str,
    pub form_incomplete: &'static str,
}

/// What an error page says.
pub struct Message {
    pub title: &'static str,
    pub text: &'static str,
}
