//! What an access token says: the claims of RFC 9068 section 2.2, and the predecessor's own.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value};

use super::issuance::{Subject, client_subject};
use crate::{
    Core,
    domain::{client::Client, time::Timestamp, token::AccessToken},
};

/// Written as it is signed: a token is made often, and a tree of values for each is dear.
pub(super) struct AccessClaims<'a> {
    pub(super) core: &'a Core,
    pub(super) issued_at: Timestamp,
    pub(super) client: &'a Client,
    pub(super) subject: &'a Subject<'a>,
    pub(super) access: &'a AccessToken,
    /// None of them has the name of one of ours: see `domain::extra_claims`.
    pub(super) extra: &'a Map<String, Value>,
}

impl Serialize for AccessClaims<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let settings = &self.core.settings;
        let mut claims = serializer.serialize_map(None)?;
        claims.serialize_entry("iss", &settings.issuer)?;
        match self.subject {
            Subject::User { user, .. } => {
                claims.serialize_entry("sub", &user.id)?;
                claims.serialize_entry("user_id", &user.id)?;
            }
            Subject::Client => {
                let subject = client_subject(&self.client.id);
                claims.serialize_entry("sub", &subject)?;
                claims.serialize_entry("user_id", &subject)?;
            }
        }
        // One audience is a string, several an array (RFC 7519 section 4.1.3). Without any
        // configured the issuer itself is meant (RFC 9068 section 2.2 wants one).
        match settings.tokens.audience.as_slice() {
            [] => claims.serialize_entry("aud", &settings.issuer)?,
            [one] => claims.serialize_entry("aud", one)?,
            several => claims.serialize_entry("aud", several)?,
        }
        claims.serialize_entry("client_id", &self.client.id)?;
        claims.serialize_entry("scope", self.access.scope.as_str())?;
        claims.serialize_entry("type", "access")?;
        claims.serialize_entry("jti", &self.access.id)?;
        claims.serialize_entry("iat", &self.issued_at.seconds())?;
        claims.serialize_entry("exp", &self.access.expires_at.seconds())?;
        if let Subject::User { user, grant } = self.subject {
            claims.serialize_entry("auth_time", &grant.auth_time.seconds())?;
            if let Some(acr) = &grant.acr {
                claims.serialize_entry("acr", acr)?;
            }
            self.private(&mut claims, "uid", Some(&user.username))?;
        }
        let metadata = &self.client.metadata;
        self.private(&mut claims, "domain", settings.tokens.domain.as_ref())?;
        self.private(&mut claims, "project", metadata.project.as_ref())?;
        let account = metadata.service_account.as_ref();
        self.private(&mut claims, "service_account", account)?;
        for (name, value) in self.extra {
            claims.serialize_entry(name, value)?;
        }
        claims.end()
    }
}

impl AccessClaims<'_> {
    /// A claim of the predecessor's, under the prefix that is set for them.
    fn private<M: SerializeMap>(
        &self,
        claims: &mut M,
        name: &str,
        value: Option<&String>,
    ) -> Result<(), M::Error> {
        let Some(value) = value else { return Ok(()) };
        let prefix = &self.core.settings.tokens.private_claim_prefix;
        claims.serialize_entry(&format_args!("{prefix}_{name}"), value)
    }
}
