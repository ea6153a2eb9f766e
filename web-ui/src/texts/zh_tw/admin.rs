//! The pages of the administration.

use super::super::{
    Message,
    admin::{
        Action, Actions, Admin, Authorizations, ClientForm, ClientPage, Clients, Dashboard, Keys,
        Registrations,
    },
};

pub const ADMIN: Admin = Admin {
    dashboard: DASHBOARD,
    clients: CLIENTS,
    client: CLIENT_PAGE,
    client_form: CLIENT_FORM,
    actions: ACTIONS,
    authorizations: AUTHORIZATIONS,
    registrations: REGISTRATIONS,
    keys: KEYS,
};

const DASHBOARD: Dashboard = Dashboard {
    title: "總覽",
    users: "使用者",
    users_detail: |admins, disabled| format!("管理員：{admins} · 已停用：{disabled}"),
    clients: "啟用中的用戶端",
    clients_detail: |inactive| format!("已停用：{inactive}"),
    pending: "待審核",
    pending_detail: "前往審核",
    nothing_pending: "沒有待辦事項",
    tokens: "存取權杖",
    tokens_detail: |refresh| format!("更新權杖：{refresh}"),
    sign_ins: "已登入的瀏覽器",
    sign_ins_detail: "工作階段有效",
    recent: "最近事件",
    no_events: "目前還沒有任何事件。登入、核准與變更都會顯示在這裡。",
    all_events: "開啟稽核紀錄",
    somebody: "不明人士",
    operator: "系統維運人員",
    failed: "失敗",
    times: |count| format!("{count} 次"),
};

const CLIENTS: Clients = Clients {
    title: "用戶端",
    new: "新增用戶端",
    search_hint: "名稱、說明或 client ID",
    name: "用戶端",
    status: "狀態",
    kind: "類型",
    confidential: "機密",
    public: "公開",
    owner: "註冊者",
    no_owner: "系統管理",
    created: "建立時間",
    none: Message {
        title: "還沒有用戶端",
        text: "用戶端是使用者登入的應用程式，或自行取得權杖的服務。建立第一個用戶端即可取得 client ID。",
    },
};

const CLIENT_PAGE: ClientPage = ClientPage {
    edit: "編輯",
    approve: "核准",
    activate: "啟用",
    reject: "拒絕",
    pending: "這個用戶端正在等待審核。在核准之前無法取得權杖。",
    users: "使用者",
    users_detail: "已授權給它",
    tokens: "有效權杖",
    tokens_detail: "已發給它",
    events: "稽核紀錄中的相關事件",
    settings: "設定",
    registered_by: "註冊者",
    created: "建立時間",
    updated: "最後變更",
    document: "完整中繼資料（JSON）",
    risks: "會造成影響的操作",
    deleted: "已刪除用戶端。",
    approved: "用戶端已啟用。",
    rejected: "已拒絕用戶端。",
    deactivated: "已停用用戶端，並撤銷其權杖。",
    saved: "已儲存變更。",
    created_done: "已建立並啟用用戶端。",
    revoked: "已撤銷其所有權杖與授權。",
};

const CLIENT_FORM: ClientForm = ClientForm {
    new_title: "新增用戶端",
    new_explain: "建立後立即啟用。機密類型的用戶端會取得密鑰，顯示於下一頁。",
    create: "建立用戶端",
    edit_title: "編輯用戶端",
    created_title: "已建立用戶端",
    created_explain: "已啟用。請以下列兩個值設定應用程式。",
    regenerated_title: "新的用戶端密鑰",
    regenerated_explain: "舊密鑰已失效。請以新密鑰設定應用程式。",
    to_client: "前往用戶端",
    client_id: "用戶端 ID（client ID）",
    client_id_hint: "留空則自動產生。之後無法變更。",
};

const ACTIONS: Actions = Actions {
    approve: Action {
        label: "核准",
        title: "要核准這個用戶端嗎？",
        effect: "它將可以取得權杖，使用者也可以登入它。",
        undo: "您隨時可以再將它停用。",
    },
    reject: Action {
        label: "拒絕",
        title: "要拒絕這個用戶端嗎？",
        effect: "它會變成停用狀態，無法取得權杖。",
        undo: "您之後仍可核准它。",
    },
    deactivate: Action {
        label: "停用",
        title: "要停用這個用戶端嗎？",
        effect: "它無法再取得權杖，已有的權杖也會立即失效。",
        undo: "您可以再次啟用它，但已失效的權杖不會恢復。",
    },
    regenerate: Action {
        label: "更換密鑰",
        title: "要產生新的密鑰嗎？",
        effect: "舊密鑰會立即失效：在改用新密鑰之前，應用程式將無法運作。",
        undo: "舊密鑰無法恢復。已發出的權杖仍然有效。",
    },
    revoke_all: Action {
        label: "全部撤銷",
        title: "要撤銷其所有權杖與授權嗎？",
        effect: "所有人都必須重新登入並重新授權。",
        undo: "此操作無法復原。用戶端本身仍為啟用狀態。",
    },
    delete: Action {
        label: "刪除",
        title: "要刪除這個用戶端嗎？",
        effect: "用戶端及其權杖與授權都會被刪除，應用程式將停止運作。",
        undo: "此操作無法復原。",
    },
    people: |count| format!("已授權給它的使用者：{count}。"),
    tokens: |count| format!("將失效的有效權杖：{count}。"),
};

const AUTHORIZATIONS: Authorizations = Authorizations {
    title: "授權",
    explain: "已授權給這個用戶端的使用者。撤銷也會終止其下的權杖；下次會再詢問使用者。",
    user: "使用者",
    scopes: "已允許",
    granted: "開始時間",
    live: "有效連線",
    revoke: "撤銷",
    of: |user| format!("{user} 的授權"),
    none: Message {
        title: "還沒有人授權給它",
        text: "當有人登入這個用戶端並允許存取後，就會顯示在這裡。",
    },
    revoked: "已撤銷授權及其下的權杖。",
};

const REGISTRATIONS: Registrations = Registrations {
    title: "註冊申請",
    explain: "由使用者或應用程式註冊的用戶端。在您核准之前，它們都無法取得權杖。請確認它會將使用者導向何處，以及要求哪些權限。",
    registered: "註冊時間",
    by_itself: "由應用程式註冊，沒有此處的帳號",
    none: Message {
        title: "沒有待處理的申請",
        text: "有人註冊應用程式時，會顯示在這裡，直到管理員核准或拒絕。",
    },
};

const KEYS: Keys = Keys {
    title: "簽章金鑰",
    explain: "權杖以各演算法啟用中的金鑰簽章。新金鑰會在使用前先公布，讓所有驗證端及時得知；退役的金鑰會持續公布，直到它簽署的最後一個權杖到期。",
    id: "金鑰 ID",
    algorithm: "演算法",
    status: "狀態",
    published: "已公布",
    active: "簽章中",
    retired: "已退役",
    created: "建立時間",
    activates: "開始簽章",
    expires: "到期",
    no_successor: "尚無後繼金鑰",
    configured: "由設定檔指定，無法在此輪替",
    rotation: "輪替",
    rotate_explain: "立即公布後繼金鑰。等所有驗證端都有時間取得後才開始簽章，不會有人察覺。",
    rotate: "輪替",
    rotate_now_explain: "若金鑰可能已外洩：立即改用新金鑰簽章。",
    rotate_now: "立即輪替",
    now_title: "要立即改用新金鑰簽章嗎？",
    now_effects_sign: "從現在起，權杖會以驗證端尚未取得的金鑰簽章。",
    now_effects_verify: "會暫存金鑰集的驗證端將拒絕這些權杖，直到重新取得金鑰集。",
    now_effects_old: "舊金鑰會持續公布，直到其權杖到期。已發出的權杖仍然有效；如有必要請將其撤銷。",
    rotated: "已公布新金鑰。",
    none: Message {
        title: "沒有簽章金鑰",
        text: "伺服器啟動時會自行產生金鑰。",
    },
    all_algorithms: "所有演算法",
};
