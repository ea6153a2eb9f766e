//! What surrounds every page.

use super::super::frame::{FormPost, Frame};

pub const FRAME: Frame = Frame {
    product: "AuthGate",
    error_prefix: "Error: ",
    skip: "Skip to the content",
    signed_in_as: "Signed in as",
    theme: "Appearance",
    theme_light: "Light",
    theme_dark: "Dark",
    theme_system: "Auto",
    language: "Language",
    served_by: "You are at",
};

pub const FORM_POST: FormPost = FormPost {
    title: "Back to the app",
    explain: "You are being taken back to the app. If nothing happens, continue yourself.",
    submit: "Continue",
};
