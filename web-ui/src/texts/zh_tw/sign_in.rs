//! Signing in and out, and the start page.

use super::super::sign_in::{Home, Login, Logout};
use super::duration;

pub const LOGIN: Login = Login {
    title: "登入",
    continue_to: "以繼續前往",
    username: "使用者名稱",
    password: "密碼",
    show: "顯示",
    show_password: "顯示密碼",
    remember_me: |days| format!("在這個瀏覽器保持登入 {days} 天"),
    submit: "登入",
    or: "或",
    provider: "繼續使用",
    reauthenticate: "請確認是您本人：再次登入即可繼續。",
    bad_credentials: "使用者名稱或密碼不正確。請檢查後再試一次。",
    throttled: |seconds| format!("嘗試次數過多。請等待 {}後再試。", duration(seconds)),
    disabled: "這個帳號已停用。請聯絡您的管理員重新啟用。",
    session_timeout: "您離開了一段時間，因此已被登出。請再次登入以繼續。",
    session_invalid: "您的登入已失效。請再次登入以繼續。",
};

pub const LOGOUT: Logout = Logout {
    title: "要登出嗎？",
    explain: "您之後需要在這個瀏覽器重新登入。您已連線的裝置與應用程式會保持連線。",
    submit: "登出",
    stay: "保持登入",
};

pub const HOME: Home = Home {
    title: "您已登入",
    explain: "這是此瀏覽器的登入狀態。",
    account: "帳號",
    since: "開始時間",
    until: "結束時間",
    from: "位址",
    with: "瀏覽器",
    connect: "連線裝置",
    connect_explain: "您的裝置或終端機顯示了代碼嗎？",
    sign_out: "登出",
};
