//! What the pages of the account and of the administration share.

use super::super::{
    Message,
    console::{Console, Form, Listing, Navigation, Secret, Status, Twice},
};

pub const CONSOLE: Console = Console {
    navigation: Navigation {
        label: "導覽",
        account: "您的帳號",
        sessions: "登入與連線",
        authorizations: "已授權的應用程式",
        apps: "我的應用程式",
        profile: "個人資料",
        admin: "系統管理",
        dashboard: "總覽",
        clients: "用戶端",
        registrations: "註冊申請",
        users: "使用者",
        tokens: "權杖",
        keys: "簽章金鑰",
        audit: "稽核紀錄",
        waiting: "件待處理",
        sign_out: "登出",
    },
    listing: Listing {
        pages: "分頁",
        first: "最前",
        newer: "較新",
        older: "較舊",
        last: "最後",
        search: "搜尋",
        apply: "搜尋",
        clear: "清除",
        by_status: "依狀態",
        all: "全部",
        nothing_found: Message {
            title: "找不到符合的項目",
            text: "沒有項目符合目前的搜尋與篩選條件。請減少關鍵字，或清除條件。",
        },
        incomplete: "資料量過大，搜尋已提前停止。下一頁可能還有結果；縮小範圍會更快。",
    },
    form: Form {
        problems: "還有問題需要修正",
        optional: "選填",
        cancel: "取消",
        save: "儲存變更",
        numbered: |field, number| format!("{field}（第 {number} 項）"),
        changed_meanwhile: "您編輯時，其他人已變更了這筆資料，因此您的變更未儲存。以下是目前的內容。",
    },
    status: Status {
        active: "啟用中",
        inactive: "已停用",
        pending: "待審核",
        disabled: "已停用",
        revoked: "已撤銷",
        expired: "已到期",
    },
    breadcrumbs: "目前位置",
    actions: "操作",
    yes: "是",
    no: "否",
    nothing: "無",
    unknown: "不明",
    or_more: |count| format!("{count} 以上"),
    browser_on: |browser, system| format!("{system} 上的 {browser}"),
    secret: Secret {
        copy: "複製",
        copied: "已複製",
        once: "請立即複製並妥善保管：它只會顯示這一次，之後任何人都無法再查看。",
    },
    twice: Twice {
        created: Message {
            title: "已經建立過了",
            text: "這個表單先前已送出，因此沒有重複建立。若有密鑰，已在先前的頁面顯示過一次；遺失的密鑰只能更換。",
        },
        secret: Message {
            title: "未產生新的密鑰",
            text: "這個表單先前已送出，或是資料在表單顯示之後有所變更。目前使用的是最後一次顯示的密鑰；遺失的密鑰只能更換。",
        },
        password: Message {
            title: "未再次重設密碼",
            text: "這個表單先前已送出，或是帳號在表單顯示之後有所變更。若已遺失顯示過的密碼，請重新操作。",
        },
    },
};
