//! Device code (RFC 8628 sections 3.4 and 3.5).

use std::sync::Arc;

use authgate_proto::{
    error::ErrorCode,
    v1::{TokenRequest, TokenResponse},
};

use super::{
    active_user,
    issuance::{Issuance, Subject},
    requested_claims, required,
};
use crate::{
    Core, Ctx,
    device::polls::Poll,
    domain::{
        client::Client,
        device_code::{DeviceCode, DeviceStatus, record_id},
        grant::Grant,
        secret::PlainToken,
    },
    error::Error,
    store::{device_codes, grants},
};

/// Answers a device's poll: not yet, no, or the tokens, once.
pub(super) async fn redeem(
    core: &Core,
    ctx: &Ctx,
    client: &Arc<Client>,
    request: &TokenRequest,
) -> Result<TokenResponse, Error> {
    let presented = required(&request.device_code, "device_code")?;
    let id = record_id(presented).ok_or_else(invalid)?;
    let presented = PlainToken::presented(presented);
    // Nearly every poll ends here: nothing is read or written while nobody decides. What
    // others decided was caught up with when the client was looked for.
    if let Some(poll) = core.polls.poll(&presented, &client.id, ctx.now) {
        return Err(pending(poll));
    }
    let reading = core.store.changes().reading();
    let code = find(core, client, id, &presented).await?;
    if code.status == DeviceStatus::Redeemed {
        return Err(invalid());
    }
    if ctx.now >= code.expires_at {
        core.polls.forget(&code);
        return Err(Error::oauth(
            ErrorCode::ExpiredToken,
            "the device code has expired; ask for a new one",
        ));
    }
    let grant_id = match (code.status, &code.grant_id) {
        (DeviceStatus::Pending, _) => {
            let interval = core.settings.device.interval;
            let poll = core.polls.found(&code, reading, interval, ctx.now);
            return Err(pending(poll));
        }
        (DeviceStatus::Approved, Some(grant_id)) => grant_id,
        (DeviceStatus::Denied, _) => {
            core.polls.forget(&code);
            return Err(Error::oauth(
                ErrorCode::AccessDenied,
                "the request was denied",
            ));
        }
        (DeviceStatus::Approved | DeviceStatus::Redeemed, _) => return Err(invalid()),
    };
    let extra_claims = requested_claims(core, client, request)?;
    let grant = live_grant(core, ctx, grant_id).await?;
    let user = active_user(core, &grant.user_id, "device_code").await?;

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
    .with_first_refresh(core, ctx);

    // Claim before anything is made: one token response per code (section 3.5).
    let mut transaction = core.store.begin().await?;
    if !device_codes::claim(&mut transaction, &code.id, ctx.now).await? {
        // Said only once the claim of the one who was faster is durable.
        transaction.commit().await?;
        return Err(invalid());
    }
    issuance.record(&mut transaction).await?;
    let committed = async {
        transaction.commit().await?;
        core.polls.forget(&code);
        Ok(())
    };
    issuance.issue(core, ctx, committed).await
}

async fn find(
    core: &Core,
    client: &Client,
    id: &str,
    presented: &PlainToken,
) -> Result<DeviceCode, Error> {
    let mut connection = core.store.read().await?;
    device_codes::by_id(&mut connection, id)
        .await?
        .filter(|code| code.hash.matches(presented) && code.client_id == client.id)
        .ok_or_else(invalid)
}

fn pending(poll: Poll) -> Error {
    match poll {
        Poll::InTime => Error::oauth(
            ErrorCode::AuthorizationPending,
            "nobody has decided yet; poll again",
        ),
        Poll::TooFast { interval } => Error::oauth(
            ErrorCode::SlowDown,
            format!(
                "polled too fast; wait {} seconds between polls from now on",
                interval.as_secs()
            ),
        ),
    }
}

async fn live_grant(
    core: &Core,
    ctx: &Ctx,
    id: &crate::domain::id::GrantId,
) -> Result<Grant, Error> {
    let mut connection = core.store.read().await?;
    grants::by_id(&mut connection, id)
        .await?
        .filter(|grant| grant.is_live(ctx.now))
        .ok_or_else(invalid)
}

fn invalid() -> Error {
    Error::oauth(
        ErrorCode::InvalidGrant,
        "the device_code is not known, not this client's, or was used before",
    )
}
