//! What surrounds every page.

use super::super::frame::{FormPost, Frame};

pub const FRAME: Frame = Frame {
    product: "AuthGate",
    error_prefix: "錯誤：",
    skip: "跳到主要內容",
    signed_in_as: "登入身分",
    theme: "外觀",
    theme_light: "淺色",
    theme_dark: "深色",
    theme_system: "自動",
    language: "語言",
    served_by: "您目前位於",
};

pub const FORM_POST: FormPost = FormPost {
    title: "返回應用程式",
    explain: "正在帶您回到應用程式。若沒有反應，請自行按下繼續。",
    submit: "繼續",
};
