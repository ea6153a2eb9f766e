//! Making tokens: what is put on record, and the signing.

use std::time::Duration;

use authgate_proto::{
    v1::TokenResponse,
    vocabulary::{grant_type, scope},
};
use serde_json::{Map, Value};
use tokio::{join, task::yield_now};

use super::{access_claims::AccessClaims, id_token};
use crate::{
    Actor, Core, Ctx,
    audit::{Event, EventType, Resource},
    config::Lifetimes,
    domain::{
        client::Client,
        grant::Grant,
        id::{ClientId, time_ordered},
        random::fill_random,
        scope::ScopeSet,
        secret::PlainToken,
        token::{AccessToken, RefreshToken},
        user::User,
    },
    error::Error,
    store::{Transaction, access_tokens, refresh_tokens},
};

/// The media type of access tokens (RFC 9068 section 2.1).
pub(crate) const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// For whom tokens are made.
pub(super) enum Subject<'a> {
    /// A person, under a grant.
    User { user: &'a User, grant: &'a Grant },
    /// The client itself.
    Client,
}

/// Tokens on their way: made up, to be recorded and signed.
pub(super) struct Issuance<'a> {
    client: &'a Client,
    subject: Subject<'a>,
    access: AccessToken,
    extra_claims: Map<String, Value>,
    refresh: Option<PlainToken>,
    new_refresh: Option<RefreshToken>,
    nonce: Option<String>,
}

/// Signed, and not yet handed out.
struct Signed {
    access_token: String,
    id_token: Option<String>,
}

impl<'a> Issuance<'a> {
    /// Tokens for `subject` with `scope`.
    pub(super) fn new(
        core: &Core,
        ctx: &Ctx,
        client: &'a Client,
        subject: Subject<'a>,
        scope: ScopeSet,
        extra_claims: Map<String, Value>,
    ) -> Self {
        let (grant_id, expires_at) = match &subject {
            Subject::User { grant, .. } => (
                Some(grant.id),
                grant
                    .expires_at
                    .min(ctx.now + user_access_lifetime(core, client)),
            ),
            Subject::Client => (None, ctx.now + core.settings.tokens.client_credentials),
        };
        // What was granted once counts only as far as the client may have it still.
        let scope = scope.intersection(&client.metadata.scopes());
        let access = AccessToken {
            id: time_ordered(ctx.now).into(),
            client_id: client.id.clone(),
            grant_id,
            scope,
            // `exp` is told in whole seconds: what is on record ends with it, not a moment later.
            expires_at: expires_at.to_whole_second(),
        };
        Self {
            client,
            subject,
            access,
            extra_claims,
            refresh: None,
            new_refresh: None,
            nonce: None,
        }
    }

    /// With a first refresh token, if the server and the client have any.
    pub(super) fn with_first_refresh(mut self, core: &Core, ctx: &Ctx) -> Self {
        let enabled = core.settings.tokens.refresh_enabled
            && self.client.allows_grant(grant_type::REFRESH_TOKEN);
        if let (true, Subject::User { grant, .. }) = (enabled, &self.subject) {
            let (id, token) = PlainToken::for_record(ctx.now);
            self.new_refresh = Some(refresh_record(
                core,
                ctx,
                self.client,
                grant,
                &id.to_string(),
                &token,
            ));
            self.refresh = Some(token);
        }
        self
    }

    /// With `token` as the refresh token; `record` when it is not on record yet.
    pub(super) fn with_refresh(mut self, token: PlainToken, record: Option<RefreshToken>) -> Self {
        self.refresh = Some(token);
        self.new_refresh = record;
        self
    }

    /// With the authorization request's nonce in the ID token.
    pub(super) fn with_nonce(mut self, nonce: Option<String>) -> Self {
        self.nonce = nonce;
        self
    }

    /// Puts the tokens on record in `transaction`: before anybody has them.
    pub(super) async fn record(&self, transaction: &mut Transaction) -> Result<(), Error> {
        access_tokens::insert(transaction, &self.access).await?;
        if let Some(refresh) = &self.new_refresh {
            refresh_tokens::insert(transaction, refresh).await?;
        }
        Ok(())
    }

    /// Hands out an access token that nothing was claimed for, once it is on record.
    pub(super) async fn record_and_issue(
        self,
        core: &Core,
        ctx: &Ctx,
    ) -> Result<TokenResponse, Error> {
        let recorded = access_tokens::append(&core.store, self.access.clone());
        self.issue(core, ctx, async { Ok(recorded.await?) }).await
    }

    /// Signs the tokens while `recorded` makes their record durable; hands them out and
    /// notes them when it has. When it fails the signatures were made for nothing.
    pub(super) async fn issue(
        self,
        core: &Core,
        ctx: &Ctx,
        recorded: impl Future<Output = Result<(), Error>>,
    ) -> Result<TokenResponse, Error> {
        let signed = async {
            // First the database gets what it is to do: who brings it there may be waiting
            // for this very thread.
            yield_now().await;
            self.sign(core, ctx)
        };
        let (recorded, signed) = join!(recorded, signed);
        recorded?;
        let signed = signed?;
        self.report(core, ctx, signed.id_token.is_some());
        Ok(TokenResponse {
            access_token: signed.access_token,
            token_type: "Bearer".to_owned(),
            expires_in: self.access.expires_at.since(ctx.now).as_secs(),
            scope: self.access.scope.to_string(),
            refresh_token: self.refresh.map(PlainToken::into_string),
            id_token: signed.id_token,
        })
    }

    fn sign(&self, core: &Core, ctx: &Ctx) -> Result<Signed, Error> {
        let access_token = core.keys.sign(
            ctx.now,
            core.settings.signing.access_token_algorithm,
            Some(ACCESS_TOKEN_TYPE),
            &AccessClaims {
                core,
                issued_at: ctx.now,
                client: self.client,
                subject: &self.subject,
                access: &self.access,
                extra: &self.extra_claims,
            },
        )?;
        let id_token = match &self.subject {
            Subject::User { user, grant } if self.access.scope.contains(scope::OPENID) => {
                Some(id_token::sign(
                    core,
                    ctx,
                    &id_token::Contents {
                        client: self.client,
                        user,
                        grant,
                        scope: &self.access.scope,
                        nonce: self.nonce.as_deref(),
                        access_token: &access_token,
                    },
                )?)
            }
            _ => None,
        };
        Ok(Signed {
            access_token,
            id_token,
        })
    }

    /// Notes what was handed out.
    fn report(&self, core: &Core, ctx: &Ctx, with_id_token: bool) {
        let issued = match &self.subject {
            Subject::User { .. } => EventType::AccessTokenIssued,
            Subject::Client => EventType::ClientCredentialsTokenIssued,
        };
        let token = || Resource::token(self.access.id, &self.client.id);
        let record = |event: Event| {
            core.audit.record(
                ctx,
                event.by(match &self.subject {
                    Subject::User { user, .. } => Actor::from(*user),
                    Subject::Client => Actor::from(self.client),
                }),
            );
        };
        record(
            Event::new(issued, "got an access token")
                .about(token())
                .with("scope", self.access.scope.as_str())
                .with("expires_at", self.access.expires_at.0),
        );
        if let Some(refresh) = &self.new_refresh {
            record(
                Event::new(EventType::RefreshTokenIssued, "got a refresh token")
                    .about(Resource::new("TOKEN", &refresh.id, self.client.id.as_str()))
                    .with("grant_id", refresh.grant_id.to_string())
                    .with("expires_at", refresh.expires_at.0),
            );
        }
        if with_id_token {
            record(Event::new(EventType::IdTokenIssued, "got an ID token").about(token()));
        }
    }
}

/// The record of refresh token `token` of `grant`.
pub(super) fn refresh_record(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    grant: &Grant,
    id: &str,
    token: &PlainToken,
) -> RefreshToken {
    RefreshToken {
        id: id.to_owned(),
        hash: token.hash(),
        grant_id: grant.id,
        created_at: ctx.now,
        expires_at: grant
            .expires_at
            .min(ctx.now + lifetimes(core, client).refresh),
        last_used_at: None,
        rotated_at: None,
        successor_id: None,
        revoked_at: None,
        disabled_at: None,
    }
}

/// The subject of a client's own tokens.
pub(crate) fn client_subject(client_id: &ClientId) -> String {
    format!("client:{client_id}")
}

fn lifetimes(core: &Core, client: &Client) -> Lifetimes {
    let profiles = &core.settings.tokens.profiles;
    match client.metadata.token_profile.as_deref() {
        Some("short") => profiles.short,
        Some("long") => profiles.long,
        _ => profiles.standard,
    }
}

/// Jitter spreads the renewals of tokens that were issued together; it only
/// adds, and only to the standard life.
fn user_access_lifetime(core: &Core, client: &Client) -> Duration {
    let tokens = &core.settings.tokens;
    let lifetime = lifetimes(core, client).access;
    let jitter = u64::try_from(tokens.jitter.as_millis()).unwrap_or(u64::MAX);
    if lifetime != tokens.profiles.standard.access || jitter == 0 {
        return lifetime;
    }
    let mut random = [0; 8];
    fill_random(&mut random);
    lifetime + Duration::from_millis(u64::from_ne_bytes(random) % jitter.saturating_add(1))
}
