//! Refresh (RFC 6749 section 6), with rotation and reuse detection (RFC 9700 section 4.14.2).
//!
//! Fixed mode hands the same refresh token back. Rotation replaces it: the
//! successor's secret is derived from the presented token, so that a client
//! whose answer got lost and who asks again within the grace window gets the
//! *same* successor, although nothing is stored in the clear. Outside of the
//! window, or once the successor was used, a replay means that two parties hold
//! the token: the family ends.

use authgate_proto::{
    error::ErrorCode,
    v1::{TokenRequest, TokenResponse},
};
use uuid::Uuid;

use super::{
    active_user,
    issuance::{Issuance, Subject, refresh_record},
    requested_claims, required,
};
use crate::{
    Actor, Core, Ctx,
    audit::{Event, EventType, Resource},
    domain::{
        client::Client, grant::Grant, id::time_ordered, scope::ScopeSet, secret::PlainToken,
        token::RefreshToken,
    },
    error::Error,
    store::{Executor, Transaction, grants, refresh_tokens},
};

/// New tokens for a refresh token.
pub(super) async fn redeem(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    request: &TokenRequest,
) -> Result<TokenResponse, Error> {
    if !core.settings.tokens.refresh_enabled {
        return Err(Error::oauth(
            ErrorCode::UnsupportedGrantType,
            "refresh tokens are switched off on this server",
        ));
    }
    let presented = PlainToken::presented(required(&request.refresh_token, "refresh_token")?);
    let (token, grant) = find(core, client, &presented).await?;
    check_live(ctx, &token, &grant)?;
    if token.rotated_at.is_some() && !may_be_retried(core, ctx, &token).await? {
        return reused(core, ctx, client, &grant).await;
    }
    let extra_claims = requested_claims(core, client, request)?;
    let scope = narrowed(&grant, &request.scope)?;
    let user = active_user(core, &grant.user_id, "refresh_token").await?;
    let subject = Subject::User {
        user: &user,
        grant: &grant,
    };
    let issuance = Issuance::new(core, ctx, client, subject, scope, extra_claims);

    let mut transaction = core.store.begin().await?;
    let issuance = if rotates(core, client) || token.rotated_at.is_some() {
        match rotate(core, ctx, client, &mut transaction, &token, &presented).await? {
            Some((successor, record)) => issuance.with_refresh(successor, record),
            None => {
                drop(transaction);
                return reused(core, ctx, client, &grant).await;
            }
        }
    } else {
        if !refresh_tokens::touch(&mut transaction, &token.id, ctx.now).await? {
            return Err(invalid());
        }
        issuance.with_refresh(presented, None)
    };
    issuance.record(&mut transaction).await?;
    let committed = async {
        transaction.commit().await?;
        let event = Event::new(EventType::TokenRefreshed, "refreshed a token")
            .by(Actor::from(&user))
            .about(Resource::grant(grant.id, &client.id));
        core.audit.record(ctx, event);
        Ok(())
    };
    issuance.issue(core, ctx, committed).await
}

/// Puts a successor in the token's place: a new one with its record, or the one
/// that another request put there a moment ago. None when the token was reused.
async fn rotate(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    transaction: &mut Transaction,
    token: &RefreshToken,
    presented: &PlainToken,
) -> Result<Option<(PlainToken, Option<RefreshToken>)>, Error> {
    let id = time_ordered(ctx.now);
    // Claim before anything is made: of many at once one puts its successor there.
    if refresh_tokens::rotate(transaction, &token.id, &id.to_string(), ctx.now).await? {
        let successor = successor(core, presented, id);
        let grant = grants::by_id(transaction, &token.grant_id)
            .await?
            .ok_or_else(invalid)?;
        let record = refresh_record(core, ctx, client, &grant, &id.to_string(), &successor);
        return Ok(Some((successor, Some(record))));
    }
    let id = successor_to_retry(core, ctx, transaction, &token.id).await?;
    Ok(id.map(|id| (successor(core, presented, id), None)))
}

/// The presented token and its grant, if it is a token of this client.
async fn find(
    core: &Core,
    client: &Client,
    presented: &PlainToken,
) -> Result<(RefreshToken, Grant), Error> {
    let id = presented.record_id().ok_or_else(invalid)?.to_string();
    let mut connection = core.store.read().await?;
    let token = refresh_tokens::by_id(&mut connection, &id)
        .await?
        .filter(|token| token.hash.matches(presented))
        .ok_or_else(invalid)?;
    let grant = grants::by_id(&mut connection, &token.grant_id)
        .await?
        .filter(|grant| grant.client_id == client.id)
        .ok_or_else(invalid)?;
    Ok((token, grant))
}

/// Refuses what has ended, and what is suspended: that keeps its family, for the day it is
/// enabled again.
fn check_live(ctx: &Ctx, token: &RefreshToken, grant: &Grant) -> Result<(), Error> {
    if token.revoked_at.is_some() || ctx.now >= token.expires_at || grant.is_over(ctx.now) {
        return Err(invalid());
    }
    if token.disabled_at.is_some() || grant.disabled_at.is_some() {
        return Err(suspended());
    }
    Ok(())
}

/// Section 6: what is asked for must not pass what was granted; nothing means all of it.
fn narrowed(grant: &Grant, requested: &str) -> Result<ScopeSet, Error> {
    let requested = ScopeSet::parse(requested)
        .map_err(|_| Error::oauth(ErrorCode::InvalidScope, "scope is malformed"))?;
    if requested.is_empty() {
        return Ok(grant.scope.clone());
    }
    if !requested.is_subset_of(&grant.scope) {
        return Err(Error::oauth(
            ErrorCode::InvalidScope,
            "scope names something that was not granted",
        ));
    }
    Ok(requested)
}

/// Public clients can't prove that a refresh token is theirs, so theirs rotate.
fn rotates(core: &Core, client: &Client) -> bool {
    core.settings
        .tokens
        .rotation
        .unwrap_or_else(|| client.is_public())
}

fn successor(core: &Core, presented: &PlainToken, id: Uuid) -> PlainToken {
    PlainToken::from_parts(id, &core.derived.successor_secret(presented))
}

/// Whether a rotated token that comes again may be the question of a client whose
/// answer got lost.
async fn may_be_retried(core: &Core, ctx: &Ctx, token: &RefreshToken) -> Result<bool, Error> {
    let mut connection = core.store.read().await?;
    let successor = successor_to_retry(core, ctx, &mut connection, &token.id).await?;
    Ok(successor.is_some())
}

/// The successor to hand out again: within the grace window, and only while nobody used it.
///
/// # Errors
/// `invalid_grant` when either of the two is suspended: no reason to end the family.
async fn successor_to_retry(
    core: &Core,
    ctx: &Ctx,
    executor: &mut impl Executor,
    id: &str,
) -> Result<Option<Uuid>, Error> {
    let Some(token) = refresh_tokens::by_id(executor, id).await? else {
        return Ok(None);
    };
    // Meanwhile: then it is no reuse that it can't be rotated.
    if token.disabled_at.is_some() {
        return Err(suspended());
    }
    let (Some(rotated_at), Some(successor_id)) = (token.rotated_at, &token.successor_id) else {
        return Ok(None);
    };
    if ctx.now.since(rotated_at) >= core.settings.tokens.rotation_grace {
        return Ok(None);
    }
    let successor = refresh_tokens::by_id(executor, successor_id).await?;
    if successor
        .as_ref()
        .is_some_and(|it| it.disabled_at.is_some())
    {
        return Err(suspended());
    }
    let unused = successor.is_some_and(|successor| {
        successor.rotated_at.is_none()
            && successor.last_used_at.is_none()
            && successor.revoked_at.is_none()
    });
    Ok(unused.then(|| Uuid::parse_str(successor_id).ok()).flatten())
}

/// Two parties hold the token: the family ends, and stays so although this answers an error.
async fn reused<T>(core: &Core, ctx: &Ctx, client: &Client, grant: &Grant) -> Result<T, Error> {
    let mut transaction = core.store.begin().await?;
    grants::revoke(&mut transaction, &grant.id, ctx.now).await?;
    let event = Event::new(EventType::SuspiciousActivity, "used a refresh token again")
        .by(Actor::from(client))
        .about(Resource::grant(grant.id, &client.id))
        .with("user_id", grant.user_id.as_str())
        .failed("another one took the token's place");
    core.audit.record_in(&mut transaction, ctx, event).await?;
    transaction.commit().await?;
    Err(invalid())
}

fn invalid() -> Error {
    Error::oauth(
        ErrorCode::InvalidGrant,
        "the refresh_token is not known, not this client's, has expired or was revoked",
    )
}

fn suspended() -> Error {
    Error::oauth(
        ErrorCode::InvalidGrant,
        "the refresh_token was disabled; it can be used again once it is enabled",
    )
}
