//! Views with data as they look in life.

pub mod account;
pub mod admin;
pub mod people;

use authgate_proto::v1::{
    Account, App, Browser, BrowserView, ConsentView, DeviceSettled, DeviceState, DeviceView,
    HomeView, IdentityProvider, SignInRefusal, SignInRefused, SignInResponse, SignInView,
    sign_in_response::Outcome,
};

/// 22 November 2026, 03:00 UTC, in milliseconds.
pub const NOW: i64 = 1_795_316_400_000;

/// A browser with nobody signed in.
pub fn stranger() -> Browser {
    Browser {
        csrf_token: "csrf-1".to_owned(),
        set_cookie: None,
        account: None,
    }
}

/// A browser of somebody who is signed in.
pub fn ada() -> Browser {
    Browser {
        account: Some(Account {
            user_id: "u-1".to_owned(),
            username: "ada".to_owned(),
            name: "Ada Lovelace".to_owned(),
            email: "ada@example.com".to_owned(),
            is_admin: false,
        }),
        ..stranger()
    }
}

/// A browser of an admin who is signed in.
pub fn grace() -> Browser {
    Browser {
        account: Some(Account {
            user_id: "u-2".to_owned(),
            username: "grace".to_owned(),
            name: "Grace Hopper".to_owned(),
            email: "grace@example.com".to_owned(),
            is_admin: true,
        }),
        ..stranger()
    }
}

/// What surrounds the pages of an admin.
pub fn surroundings() -> BrowserView {
    BrowserView {
        browser: Some(grace()),
        pending_clients: 3,
    }
}

/// What surrounds the pages of somebody else.
pub fn plain_surroundings() -> BrowserView {
    BrowserView {
        browser: Some(ada()),
        pending_clients: 0,
    }
}

/// A command line program, which anybody could claim to be.
pub fn cli() -> App {
    App {
        client_id: "cli".to_owned(),
        name: "AuthGate CLI".to_owned(),
        public: true,
        ..App::default()
    }
}

/// A web application that an admin vouched for.
pub fn web_app() -> App {
    App {
        client_id: "notes".to_owned(),
        name: "Team Notes".to_owned(),
        redirect_host: "notes.example.com".to_owned(),
        trusted: true,
        policy_uri: "https://notes.example.com/privacy".to_owned(),
        tos_uri: "https://notes.example.com/terms".to_owned(),
        ..App::default()
    }
}

/// An app whose every text is an attack.
pub fn hostile_app() -> App {
    App {
        client_id: "evil".to_owned(),
        name: format!(
            "<script>alert(1)</script>\u{202E}\u{200B}” (verified by AuthGate){}",
            " very".repeat(50)
        ),
        redirect_host: format!("{}.evil.example", "login.example.com.".repeat(10)),
        policy_uri: "javascript:alert(1)".to_owned(),
        tos_uri: "https://evil.example/\"onmouseover=\"alert(1)".to_owned(),
        public: true,
        ..App::default()
    }
}

/// The login page for an app, with every choice there is.
pub fn sign_in() -> SignInView {
    SignInView {
        browser: Some(stranger()),
        redirect: "/oauth/authorize?client_id=notes".to_owned(),
        app: Some(web_app()),
        remember_me_days: 30,
        identity_providers: vec![
            IdentityProvider {
                id: "github".to_owned(),
                name: "GitHub".to_owned(),
                path: "/auth/login/github".to_owned(),
            },
            IdentityProvider {
                id: "corp".to_owned(),
                name: "Example Corp".to_owned(),
                path: "/auth/login/corp".to_owned(),
            },
        ],
        form_action_source: "https://notes.example.com".to_owned(),
        ..SignInView::default()
    }
}

/// The login page when nothing waits for it.
pub fn plain_sign_in() -> SignInView {
    SignInView {
        browser: Some(stranger()),
        redirect: "/".to_owned(),
        remember_me_days: 30,
        ..SignInView::default()
    }
}

/// A refused sign-in.
pub fn refused(reason: SignInRefusal, retry_after: u32) -> SignInResponse {
    SignInResponse {
        outcome: Some(Outcome::Refused(SignInRefused {
            reason: reason.into(),
            retry_after,
            view: Some(sign_in()),
        })),
    }
}

/// The start page.
pub fn home() -> HomeView {
    HomeView {
        browser: Some(ada()),
        signed_in_at: NOW,
        session_expires_at: NOW + 8 * 3_600_000,
        client_ip: "203.0.113.7".to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
            .to_owned(),
    }
}

/// A device page in `state`.
pub fn device(state: DeviceState) -> DeviceView {
    let mut view = DeviceView {
        browser: Some(ada()),
        ..DeviceView::default()
    };
    view.set_state(state);
    match state {
        DeviceState::Unspecified | DeviceState::Enter => {}
        DeviceState::Throttled => view.retry_after = 90,
        _ => "WDJB-MJHT".clone_into(&mut view.user_code),
    }
    if state == DeviceState::Confirm {
        view.app = Some(cli());
        view.scopes = words("openid profile offline_access read write");
        view.requested_at = NOW;
        "203.0.113.7".clone_into(&mut view.requested_ip);
        "authgate-cli/1.4 (linux; x86_64)".clone_into(&mut view.requested_user_agent);
    }
    view
}

/// A decision about a device that stands.
pub fn settled(approved: bool) -> DeviceSettled {
    DeviceSettled {
        browser: Some(ada()),
        app: Some(cli()),
        approved,
        scopes: words("openid profile read write"),
    }
}

/// The consent page for `app`.
pub fn consent(app: App, scopes: &str) -> ConsentView {
    ConsentView {
        browser: Some(ada()),
        form_action_source: "https://notes.example.com".to_owned(),
        app: Some(app),
        scopes: words(scopes),
        claims: vec![],
        request_uri: "urn:ietf:params:oauth:request_uri:abc".to_owned(),
        switch_account_path: "/login?redirect=%2Fconsent&switch=1".to_owned(),
    }
}

/// The words of `text`.
pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
