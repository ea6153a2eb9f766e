//! The request context: the first argument of everything that decides.

use std::{fmt, sync::Arc};

use crate::domain::{
    client::Client,
    id::{ClientId, UserId},
    secret::PlainToken,
    time::Timestamp,
    user::User,
};

/// Tells the time. Only the gRPC adapters and background work ask it; logic gets `ctx.now`.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// When and from where a request came, and for whom.
#[derive(Clone)]
pub struct Ctx {
    /// The instant of the request; the same for all that it does.
    pub now: Timestamp,
    /// Names it in every log line.
    pub request_id: String,
    /// Where it came from; empty when a peer did not say.
    pub client_ip: String,
    /// And with what; empty when it did not say.
    pub user_agent: String,
    /// The browser's session cookie, unverified; none when there was none.
    pub session_cookie: Option<PlainToken>,
    /// What a form of the pages carried against forgery, unverified; empty without one.
    pub csrf_token: String,
    /// HTTP method and path, without the query; empty for gRPC calls of which no edge told.
    pub method: String,
    /// See `method`.
    pub path: String,
    /// On whose behalf, once that is known.
    pub actor: Actor,
}

/// Characters of a user agent that are kept.
const USER_AGENT_LENGTH: usize = 256;

impl Ctx {
    /// Of what the server does by itself.
    #[must_use]
    pub fn background(now: Timestamp) -> Self {
        Self {
            now,
            request_id: String::new(),
            client_ip: String::new(),
            user_agent: String::new(),
            session_cookie: None,
            csrf_token: String::new(),
            method: String::new(),
            path: String::new(),
            actor: Actor::Nobody,
        }
    }

    /// What is kept of the user agent: its beginning.
    #[must_use]
    pub fn kept_user_agent(&self) -> String {
        // Most are short, and are not looked through.
        if self.user_agent.len() <= USER_AGENT_LENGTH {
            return self.user_agent.clone();
        }
        self.user_agent.chars().take(USER_AGENT_LENGTH).collect()
    }
}

/// On whose behalf something is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Actor {
    /// Nobody proved anything.
    #[default]
    Nobody,
    /// Whoever may start the program: its command line. Who that is, as the system says;
    /// may be empty.
    Operator(String),
    /// A person.
    User {
        /// Who.
        id: UserId,
        /// The name to sign in with.
        username: String,
    },
    /// A client, for itself.
    Client {
        /// Which.
        id: ClientId,
        /// What it is called.
        name: String,
    },
}

impl Actor {
    /// As it stands in the audit trail: a user id, `client:<client_id>`, `operator`, or nothing.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Nobody => String::new(),
            Self::Operator(_) => "operator".to_owned(),
            Self::User { id, .. } => id.to_string(),
            Self::Client { id, .. } => format!("client:{id}"),
        }
    }

    /// What people call it; may be empty.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Nobody | Self::Operator(_) => "",
            Self::User { username, .. } => username,
            Self::Client { name, .. } => name,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id())
    }
}

impl From<&User> for Actor {
    fn from(user: &User) -> Self {
        Self::User {
            id: user.id.clone(),
            username: user.username.clone(),
        }
    }
}

impl From<&Client> for Actor {
    fn from(client: &Client) -> Self {
        Self::Client {
            id: client.id.clone(),
            name: client.metadata.client_name.clone(),
        }
    }
}
