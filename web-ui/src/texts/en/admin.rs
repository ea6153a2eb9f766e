//! The pages of the administration.

use super::super::{
    Message,
    admin::{
        Action, Actions, Admin, Audit, Authorizations, ClientForm, ClientPage, Clients, Dashboard,
        Keys, Registrations,
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
    audit: AUDIT,
};

const DASHBOARD: Dashboard = Dashboard {
    title: "Dashboard",
    users: "Users",
    users_detail: |admins, disabled| format!("Admins: {admins} · Disabled: {disabled}"),
    clients: "Active clients",
    clients_detail: |inactive| format!("Inactive: {inactive}"),
    pending: "Waiting for approval",
    pending_detail: "Review them",
    nothing_pending: "Nothing to do",
    tokens: "Access tokens",
    tokens_detail: |refresh| format!("Refresh tokens: {refresh}"),
    sign_ins: "Signed-in browsers",
    sign_ins_detail: "With a live session",
    recent: "Latest events",
    audit_off: "Auditing is switched off (ENABLE_AUDIT_LOGGING): events go to the log only.",
    no_events: "Nothing has happened yet. Sign-ins, approvals and changes will stand here.",
    all_events: "Open the audit log",
    somebody: "Somebody",
    operator: "Operator",
    server: "The server",
    failed: "Failed",
    times: |count| format!("{count} times"),
};

const CLIENTS: Clients = Clients {
    title: "Clients",
    new: "New client",
    search_hint: "Name, description or client ID",
    name: "Client",
    status: "Status",
    kind: "Type",
    confidential: "Confidential",
    public: "Public",
    owner: "Registered by",
    no_owner: "Administration",
    created: "Created",
    none: Message {
        title: "No clients yet",
        text: "A client is an app that people sign in to, or a service that gets tokens for \
               itself. Create the first one to get its client ID.",
    },
};

const CLIENT_PAGE: ClientPage = ClientPage {
    edit: "Edit",
    pending: "This client waits for approval. Until then it gets no tokens.",
    users: "People",
    users_detail: "allowed it something",
    tokens: "Live tokens",
    tokens_detail: "issued to it",
    settings: "Settings",
    registered_by: "Registered by",
    created: "Created",
    updated: "Last changed",
    document: "All metadata as JSON",
    events: "Latest events",
    all_events: "All its events in the audit log",
    no_events: "Nothing about it is on record.",
    risks: "Actions with consequences",
    deleted: "The client is deleted.",
    approved: "The client is approved and active.",
    activated: "The client is active again.",
    rejected: "The client is rejected.",
    deactivated: "The client is deactivated and its tokens are revoked.",
    saved: "The changes are saved.",
    created_done: "The client is created and active.",
    revoked: "All its tokens and authorizations are revoked.",
};

const CLIENT_FORM: ClientForm = ClientForm {
    new_title: "New client",
    new_explain: "It is active at once. A confidential client gets a secret, shown on the next \
                  page.",
    create: "Create client",
    edit_title: "Edit client",
    created_title: "Client created",
    created_explain: "It is active. Configure the app with these two values.",
    regenerated_title: "New client secret",
    regenerated_explain: "The old secret no longer counts. Configure the app with the new one.",
    to_client: "Go to the client",
    client_id: "Client ID",
    client_id_hint: "Leave it empty to have one made up. It cannot be changed later.",
};

const ACTIONS: Actions = Actions {
    approve: Action {
        label: "Approve",
        title: "Approve this client?",
        effect: "It can get tokens, and people can sign in to it.",
        undo: "You can deactivate it again at any time.",
    },
    reject: Action {
        label: "Reject",
        title: "Reject this client?",
        effect: "It becomes inactive and gets no tokens.",
        undo: "You can activate it later.",
    },
    activate: Action {
        label: "Activate",
        title: "Activate this client?",
        effect: "It can get tokens again, and people can sign in to it. Tokens that were ended \
                 stay so.",
        undo: "You can deactivate it again at any time.",
    },
    deactivate: Action {
        label: "Deactivate",
        title: "Deactivate this client?",
        effect: "It gets no more tokens, and the ones it has stop working at once.",
        undo: "You can activate it again; its tokens do not come back.",
    },
    regenerate: Action {
        label: "New secret",
        title: "Make a new secret?",
        effect: "The old secret stops working at once: the app fails until it is configured with \
                 the new one.",
        undo: "The old secret cannot be brought back. Tokens already issued keep working.",
    },
    revoke_all: Action {
        label: "Revoke everything",
        title: "Revoke all its tokens and authorizations?",
        effect: "Everybody has to sign in to it again and allow it again.",
        undo: "This cannot be undone. The client itself stays active.",
    },
    delete: Action {
        label: "Delete",
        title: "Delete this client?",
        effect: "The client, its tokens and its authorizations are deleted. The app stops working.",
        undo: "This cannot be undone.",
    },
    people: |count| format!("People who allowed it something: {count}."),
    tokens: |count| format!("Live tokens that stop working: {count}."),
};

const AUTHORIZATIONS: Authorizations = Authorizations {
    title: "Authorizations",
    explain: "People who allowed this client something. Revoking also ends the tokens under it; \
              the person is asked again next time.",
    user: "User",
    scopes: "Allowed",
    granted: "Since",
    live: "Live connections",
    revoke: "Revoke",
    of: |user| format!("the authorization of {user}"),
    none: Message {
        title: "Nobody has allowed it anything",
        text: "As soon as somebody signs in to this client and allows it access, they stand here.",
    },
    revoked: "The authorization is revoked, and the tokens under it.",
};

const REGISTRATIONS: Registrations = Registrations {
    title: "Registrations",
    explain: "Clients that people or apps registered. None of them gets tokens before you approve \
              it. Look at where it sends people and what it asks for.",
    registered: "Registered",
    by_itself: "by an app, without an account here",
    none: Message {
        title: "Nothing waits for you",
        text: "When somebody registers an app, it stands here until an admin approves or rejects \
               it.",
    },
};

const AUDIT: Audit = Audit {
    title: "Audit log",
    csv: "Export CSV",
    json_lines: "Export JSON Lines",
    statistics: "The last 30 days",
    events: "Events in 30 days",
    failures: "Failures",
    critical: "Critical",
    by_event: "By event",
    dropped: "Dropped since start",
    search_hint: "Name, resource, action or address",
    event_type: "Event",
    any_type: "Every event",
    severity: "Severity",
    any_severity: "Every severity",
    outcome: "Outcome",
    any_outcome: "Every outcome",
    succeeded: "Succeeded",
    failed: "Failed",
    from: "From",
    until: "Until",
    filters: "Active filters",
    remove: "Remove filter",
    time: "Time (UTC)",
    actor: "Actor",
    address: "Address",
    user_agent: "Browser or program",
    kind: "Kind of resource",
    resource: "Resource",
    error: "Error",
    recorded: "Recorded as",
    details: "Details",
    request: "Request",
    request_id: "Request ID",
    not_understood: "Not understood, and so not filtered by:",
    off: "Auditing is switched off (ENABLE_AUDIT_LOGGING): nothing is added here. Events go to the log only.",
    place: "Place in the chain",
    hash: "Hash",
    none: Message {
        title: "Nothing has happened yet",
        text: "Sign-ins, tokens, approvals and changes will stand here, newest first.",
    },
};

const KEYS: Keys = Keys {
    title: "Signing keys",
    explain: "Tokens are signed with the active key of each algorithm. A new key is published \
              before it signs, so that every verifier knows it in time; a retired one stays \
              published until the last token it signed has expired.",
    id: "Key ID",
    algorithm: "Algorithm",
    status: "Status",
    published: "Published",
    active: "Signing",
    retired: "Retired",
    created: "Created",
    activates: "Signs from",
    expires: "Until",
    no_successor: "No successor yet",
    withdraw: "Withdraw",
    withdraw_effect: "The key leaves the key set at once: tokens that it signed count no more. Verifiers that keep the key set for a while accept them until they fetch it again.",
    withdrawn: "The key is withdrawn.",
    configured: "From the settings; cannot be rotated here",
    rotation: "Rotation",
    rotate_explain: "Publish a successor now. It signs once every verifier had time to fetch it; \
                     nobody notices.",
    rotate: "Rotate",
    rotate_now_explain: "If a key may have got into wrong hands: sign with a new one at once.",
    rotate_now: "Rotate immediately",
    now_title: "Sign with a new key at once?",
    now_effects_sign: "From now on tokens are signed with a key that verifiers have not seen yet.",
    now_effects_verify: "Verifiers that keep the key set for a while refuse these tokens until \
                         they fetch it again.",
    now_effects_old: "The old key stays published until its tokens have expired. If it leaked, \
                      withdraw it afterwards: the list has a button for that.",
    rotated: "A new key is published.",
    none: Message {
        title: "No signing keys",
        text: "The server makes its keys when it starts.",
    },
    all_algorithms: "All algorithms",
};
