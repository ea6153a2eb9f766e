//! Giving a device or an app access.

use super::super::connect::{App, Consent, Device, Scopes};
use super::duration;

pub const DEVICE: Device = Device {
    title: "連線裝置",
    explain: "請輸入裝置或終端機上顯示的代碼。",
    code: "代碼",
    code_hint: "八個字母或數字。大小寫、空格與連字號都沒有關係。",
    submit: "繼續",
    warning: "只輸入您在自己裝置上看到的代碼。如果代碼是別人傳給您的，請勿輸入：對方會因此取得您的帳號。",
    unknown_code: "沒有這個代碼。請與裝置上的比對後再試一次。",
    expired: "這個代碼已到期。請在裝置上重新開始以取得新代碼。",
    decided: "這個代碼已被使用。如果不是您本人，或裝置仍在等待，請在裝置上重新開始以取得新代碼。",
    throttled: |seconds| format!("錯誤的代碼太多次。請等待 {}後再試。", duration(seconds)),
    confirm_title: "要連線這個裝置嗎？",
    confirm_explain: "想在某個裝置上使用您的帳號。",
    compare: "您的裝置顯示這個代碼",
    requested: "這項要求",
    requested_at: "時間",
    requested_from: "來自",
    requested_with: "使用",
    approve_as: "您的帳號",
    same_address: "與此瀏覽器的位址相同",
    other_address: "不是此瀏覽器的位址",
    unknown: "不明",
    approve: "核准",
    deny: "拒絕",
    deny_explain: "如果不是您自己開始的，請拒絕。裝置將不會得到任何權限。",
    approved_title: "裝置已連線",
    approved_explain: "已連線到您的帳號。您可以關閉此頁並回到您的裝置。",
    granted: "它現在可以",
    denied_title: "已拒絕要求",
    denied_explain: "該裝置無法存取您的帳號。您可以關閉此頁。",
    home: "前往首頁",
};

pub const CONSENT: Consent = Consent {
    title: "允許存取嗎？",
    explain: "想使用您的帳號。",
    as_whom: "您的帳號",
    switch_account: "不是您？",
    then: "返回至",
    approve: "允許",
    deny: "拒絕",
    deny_explain: "如果您拒絕，應用程式不會得到任何權限，並會收到通知。",
    policy: "隱私權政策",
    terms: "服務條款",
};

pub const APP: App = App {
    trusted: "已由您的管理員驗證",
    unverified: "未驗證",
    public: "這個應用程式無法證明自己的名稱。只有在您剛剛自行啟動它時才繼續。",
};

pub const SCOPES: Scopes = Scopes {
    heading: "它將可以",
    identity: "讓您登入",
    read: "讀取",
    change: "變更",
    other: "其他",
    none: "除了知道您已核准之外，沒有其他權限。",
    openid: "知道哪個帳號是您的",
    profile: "查看您的個人資料，例如姓名與照片",
    email: "查看您的電子郵件地址",
    address: "查看您的郵寄地址",
    phone: "查看您的電話號碼",
    offline_access: "在您離開時仍保有此存取權",
    read_scope: "讀取您的資料",
    write_scope: "新增與變更您的資料",
    admin_scope: "管理這台伺服器：所有使用者、應用程式與權杖",
    claims: "查看下列資料：",
    custom: "使用它自訂的權限，名稱為",
};
