//! Authorization code (RFC 6749 section 4.1.3) with PKCE (RFC 7636 section 4.6).

use authgate_proto::{
    error::ErrorCode,
    v1::{TokenRequest, TokenResponse},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{
    active_user,
    issuance::{Issuance, Subject},
    requested_claims, required,
};
use crate::{
    Actor, Core, Ctx,
    audit::{Event, EventType, Resource},
    domain::{
        client::Client,
        grant::{AuthorizationCode, Grant},
        secret::{PlainToken, secrets_equal, sha256},
    },
    error::Error,
    store::{authorization_codes, grants},
};

/// Redeems a code, once.
pub(super) async fn redeem(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    request: &TokenRequest,
) -> Result<TokenResponse, Error> {
    let presented = PlainToken::presented(required(&request.code, "code")?);
    let (code, grant) = find(core, client, &presented).await?;
    if code.used_at.is_some() {
        return replayed(core, ctx, client, &code, &grant).await;
    }
    let extra_claims = requested_claims(core, client, request)?;
    if ctx.now >= code.expires_at || !grant.is_live(ctx.now) {
        return Err(invalid("the code has expired"));
    }
    check_redirect_uri(&code, &request.redirect_uri)?;
    check_verifier(&code, &request.code_verifier)?;
    let user = active_user(core, &grant.user_id, "code").await?;

    let subject = Subject::User {
        user: &user,
        grant: &grant,
    };
    let issuance = Issuance::new(
        core,
        ctx,
        client,
        subject,
        grant.scope.clone(),
        extra_claims,
    )
    .with_first_refresh(core, ctx)
    .with_nonce(grant.nonce.clone());

    // Claim before anything is made: of many redeemers at once one gets past this line.
    let mut transaction = core.store.begin().await?;
    if !authorization_codes::claim(&mut transaction, &code.id, ctx.now).await? {
        drop(transaction);
        return replayed(core, ctx, client, &code, &grant).await;
    }
    issuance.record(&mut transaction).await?;
    let committed = async {
        transaction.commit().await?;
        let event = Event::new(
            EventType::AuthorizationCodeExchanged,
            "exchanged an authorization code",
        )
        .by(Actor::from(client))
        .about(Resource::new(
            "AUTHORIZATION",
            grant.id,
            client.metadata.client_name.clone(),
        ))
        .with("user_id", grant.user_id.as_str());
        core.audit.record(ctx, event);
        Ok(())
    };
    issuance.issue(core, ctx, committed).await
}

/// The presented code and its grant, if it is a code of this client.
async fn find(
    core: &Core,
    client: &Client,
    presented: &PlainToken,
) -> Result<(AuthorizationCode, Grant), Error> {
    let unknown = || invalid("the code is not known or not this client's");
    let id = presented.record_id().ok_or_else(unknown)?.to_string();
    let mut connection = core.store.read().await?;
    let code = authorization_codes::by_id(&mut connection, &id)
        .await?
        .filter(|code| code.hash.matches(presented) && code.client_id == client.id)
        .ok_or_else(unknown)?;
    let grant = grants::by_id(&mut connection, &code.grant_id)
        .await?
        .ok_or_else(unknown)?;
    Ok((code, grant))
}

/// A code that comes twice was stolen, one way or the other: what it gave is
/// taken back (RFC 6749 section 4.1.2), and stays taken back although this answers an error.
async fn replayed<T>(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    code: &AuthorizationCode,
    grant: &Grant,
) -> Result<T, Error> {
    let mut transaction = core.store.begin().await?;
    let event = Event::new(
        EventType::SuspiciousActivity,
        "used an authorization code again",
    )
    .by(Actor::from(client))
    .about(Resource::grant(code.grant_id, &client.id))
    .with("user_id", grant.user_id.as_str())
    .failed("the code was used before");
    if grants::revoke(&mut transaction, &code.grant_id, ctx.now).await? {
        core.audit.record_in(&mut transaction, ctx, event).await?;
    } else {
        // Nothing is left to take back, however often it comes.
        let grant = code.grant_id.to_string();
        core.audit.record_often(
            ctx,
            EventType::SuspiciousActivity,
            client.id.as_str(),
            &grant,
            || event,
        );
    }
    transaction.commit().await?;
    Err(invalid("the code was used before"))
}

/// Section 4.1.3: required when the authorization request had one, and then the same.
fn check_redirect_uri(code: &AuthorizationCode, presented: &str) -> Result<(), Error> {
    let differs = || invalid("redirect_uri is not the one of the authorization request");
    match (code.redirect_uri.as_deref(), presented) {
        (None, "") => Ok(()),
        (Some(_), "") => Err(Error::oauth(
            ErrorCode::InvalidRequest,
            "redirect_uri is missing",
        )),
        (Some(expected), presented) if expected == presented => Ok(()),
        (_, _) => Err(differs()),
    }
}

/// RFC 7636 section 4.6; a verifier without a challenge is a downgrade (RFC 9700 section 4.8.2).
fn check_verifier(code: &AuthorizationCode, verifier: &str) -> Result<(), Error> {
    match (&code.code_challenge, verifier) {
        (None, "") => Ok(()),
        (None, _) => Err(invalid(
            "code_verifier was sent, but the authorization request had no code_challenge",
        )),
        (Some(_), "") => Err(invalid("code_verifier is missing")),
        (Some(challenge), verifier) => {
            let computed = URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()));
            let matches =
                is_verifier(verifier) && secrets_equal(computed.as_bytes(), challenge.as_bytes());
            if matches {
                Ok(())
            } else {
                Err(invalid("code_verifier does not match the code_challenge"))
            }
        }
    }
}

/// RFC 7636 section 4.1: 43 to 128 unreserved characters.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

fn invalid(description: &str) -> Error {
    Error::oauth(ErrorCode::InvalidGrant, description)
}
