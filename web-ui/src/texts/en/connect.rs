//! Giving a device or an app access.

use super::super::connect::{App, Consent, Device, Scopes};
use super::duration;

pub const DEVICE: Device = Device {
    title: "Connect a device",
    explain: "Enter the code that your device or terminal shows.",
    code: "Code",
    code_hint: "Eight letters or digits. Capitals, spaces and dashes do not matter.",
    submit: "Continue",
    warning: "Only enter a code that you see on your own device. If somebody sent you one, \
              do not enter it: it would give them your account.",
    unknown_code: "There is no such code. Compare it with your device and try again.",
    expired: "This code has expired. Start again on your device to get a new one.",
    decided: "This code was used already. If that was not you, or the device still waits, \
              start again on the device to get a new one.",
    throttled: |seconds| {
        format!(
            "Too many wrong codes. Wait {}, then try again.",
            duration(seconds)
        )
    },
    confirm_title: "Connect this device?",
    confirm_explain: "wants to use your account on a device.",
    compare: "Your device shows this code",
    requested: "The request",
    requested_at: "Asked",
    requested_from: "From",
    requested_with: "With",
    approve_as: "Your account",
    same_address: "the same address as this browser",
    other_address: "not the address of this browser",
    unknown: "unknown",
    approve: "Approve",
    deny: "Deny",
    deny_explain: "Deny if you did not start this yourself. The device then gets nothing.",
    approved_title: "Device connected",
    approved_explain: "is connected to your account. You can close this page and return to \
                       your device.",
    granted: "It can now",
    denied_title: "Request denied",
    denied_explain: "The device gets no access to your account. You can close this page.",
    home: "Go to the start page",
};

pub const CONSENT: Consent = Consent {
    title: "Allow access?",
    explain: "wants to use your account.",
    as_whom: "Your account",
    switch_account: "Not you?",
    then: "Returns to",
    approve: "Allow",
    deny: "Deny",
    deny_explain: "If you deny, the app gets nothing and is told so.",
    policy: "Privacy policy",
    terms: "Terms of service",
};

pub const APP: App = App {
    trusted: "Verified by your administrator",
    unverified: "Not verified",
    public: "This app cannot prove its name. Go on only if you have just started it yourself.",
};

pub const SCOPES: Scopes = Scopes {
    heading: "It will be able to",
    identity: "Sign you in",
    read: "Read",
    change: "Change",
    other: "Also",
    none: "Nothing beyond knowing that you approved.",
    openid: "Know which account is yours",
    profile: "See your profile, such as your name and picture",
    email: "See your email address",
    address: "See your postal address",
    phone: "See your phone number",
    offline_access: "Keep this access while you are away",
    read_scope: "Read your data",
    write_scope: "Add to and change your data",
    admin_scope: "Administer this server: all users, apps and tokens",
    claims: "See these details:",
    custom: "Use a permission of its own, named",
};
