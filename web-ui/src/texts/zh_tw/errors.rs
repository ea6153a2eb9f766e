//! What error pages say.

use super::super::errors::{Errors, Message};
use super::duration;

pub const ERRORS: Errors = Errors {
    reference: "參考編號",
    code: "錯誤代碼",
    home: "前往首頁",
    again: "重新載入頁面",
    back: "回到頁面",
    retry_after: |seconds| format!("請在 {}後再試。", duration(seconds)),
    turn_app: "是應用程式出了錯，您沒有做錯任何事。若再次發生，請告知該應用程式的開發者。",
    turn_server: "是我們的問題，您沒有做錯任何事。若再次發生，請將下方的參考編號告知您的管理員。",
    bad_request: Message {
        title: "無法理解這項要求",
        text: "網址或表單中有不正確的地方。請返回再試一次。",
    },
    stale: Message {
        title: "這個頁面已過期",
        text: "頁面開啟過久，或您之後在別處登入或登出。沒有任何變更。請重新載入頁面並再做一次。",
    },
    gone: Message {
        title: "這項要求已失效",
        text: "它已到期或已被處理。請回到應用程式重新開始。",
    },
    missing: Message {
        title: "沒有這個項目",
        text: "它可能已被刪除，或網址不正確。沒有任何變更。",
    },
    admins_only: Message {
        title: "僅限管理員",
        text: "您的帳號沒有管理員角色。如有需要，請聯絡這台伺服器的管理員。",
    },
    refused: Message {
        title: "無法這麼做",
        text: "沒有任何變更。",
    },
    changed: Message {
        title: "其他人搶先一步",
        text: "您查看時，這筆資料已被變更，因此您的變更未儲存。請重新載入，並確認是否仍需處理。",
    },
    not_found: Message {
        title: "找不到頁面",
        text: "這個網址沒有任何內容。",
    },
    method: Message {
        title: "這裡不能這麼做",
        text: "這個網址不能以這種方式使用。請返回再試一次。",
    },
    too_large: Message {
        title: "文字太多",
        text: "表單內容超過此頁所需的長度。請返回並縮短內容。",
    },
    filters: Message {
        title: "無法理解這些篩選條件",
        text: "沒有產生檔案：少了這些條件，檔案會包含您未要求的內容。",
    },
    search_too_long: Message {
        title: "搜尋內容太長",
        text: "搜尋最多 200 個字元。請縮短後再試。",
    },
    throttled: Message {
        title: "要求過多",
        text: "短時間內重複嘗試太多次時會發生這種情況。",
    },
    unavailable: Message {
        title: "目前無法使用",
        text: "伺服器的某個部分沒有回應。沒有任何資料遺失或只完成一半。",
    },
    internal: Message {
        title: "發生錯誤",
        text: "伺服器無法完成您的要求。",
    },
    form_encoding: "表單中的文字已損壞。請返回並重新輸入。",
    form_content_type: "這裡只接受這些頁面本身的表單。",
    form_repeated: "同一個欄位出現了兩次，無法判斷以何者為準。請返回再試一次。",
    form_incomplete: "表單沒有完整送達。請返回並重新送出。",
};
