//! The person's side of the device flow (RFC 8628 section 3.3): enter the user
//! code, see who asks for what and from where, approve or deny.
//!
//! [`view`] and [`decide`] look the code up the same way ([`look_up`]), which
//! counts wrong ones. The decision is one conditional update, in one transaction
//! with the grant and the consent it stands for: of two people one wins.

use authgate_proto::{
    v1::{self, DeviceState, device_decided::Outcome},
    vocabulary::grant_type,
};

use crate::{
    Core, Ctx,
    account::{
        session::{self, SignedIn},
        throttle::Throttle,
    },
    authorize::{app::app, consent},
    domain::{
        client::Client,
        device_code::{DeviceCode, DeviceStatus, display_user_code, normalize_user_code},
        grant::Grant,
        id::{GrantId, time_ordered},
        scope::ScopeSet,
        time::Timestamp,
    },
    error::Error,
    store::{Transaction, clients, device_codes, grants},
};

/// More of what was typed is not shown again.
const ECHO_LENGTH: usize = 32;

/// What a user code turned out to be.
enum Lookup {
    /// A device waits for a decision.
    Waiting(Box<Request>),
    /// Nobody was given this code.
    Unknown,
    /// Too late.
    Expired,
    /// Approved or denied before.
    Decided,
    /// Too many wrong codes: seconds to wait.
    Throttled(u32),
}

/// A device's request and who makes it.
struct Request {
    code: DeviceCode,
    client: Client,
}

/// What to show for a user code; for an empty one the field to enter it.
///
/// # Errors
/// NotSignedIn without a live session; UNAVAILABLE when the database is away.
pub(crate) async fn view(
    core: &Core,
    ctx: &Ctx,
    request: v1::ViewDeviceRequest,
) -> Result<v1::DeviceView, Error> {
    let v1::ViewDeviceRequest {
        unverified_user_code: typed,
    } = request;
    let signed_in = session::required(core, ctx).await?;
    if typed.trim().is_empty() {
        return Ok(empty_view(core, ctx, &signed_in, DeviceState::Enter));
    }
    let lookup = look_up(core, ctx, &signed_in, &typed).await?;
    Ok(show(core, ctx, &signed_in, &typed, lookup))
}

/// Approves or denies a device's request.
///
/// # Errors
/// NotSignedIn without a live session; StaleForm when the form was made for
/// another browser; UNAVAILABLE when the database is away.
pub(crate) async fn decide(
    core: &Core,
    ctx: &Ctx,
    request: v1::DecideDeviceRequest,
) -> Result<v1::DeviceDecided, Error> {
    let v1::DecideDeviceRequest {
        csrf_token,
        unverified_user_code: typed,
        approved,
    } = request;
    let signed_in = session::required(core, ctx).await?;
    session::verify_csrf(core, ctx, &csrf_token)?;
    let outcome = match look_up(core, ctx, &signed_in, &typed).await? {
        Lookup::Waiting(request) if settle(core, ctx, &signed_in, &request, approved).await? => {
            Outcome::Settled(v1::DeviceSettled {
                browser: Some(session::browser(core, ctx, &signed_in)),
                app: Some(app(&request.client, None)),
                approved,
                scopes: request.code.scope.to_vec(),
            })
        }
        // Somebody else was faster.
        Lookup::Waiting(_) => Outcome::View(show(core, ctx, &signed_in, &typed, Lookup::Decided)),
        lookup => Outcome::View(show(core, ctx, &signed_in, &typed, lookup)),
    };
    Ok(v1::DeviceDecided {
        outcome: Some(outcome),
    })
}

/// Finds what was typed. Wrong codes are counted against the person and the
/// address (RFC 8628 section 5.1).
async fn look_up(
    core: &Core,
    ctx: &Ctx,
    signed_in: &SignedIn,
    typed: &str,
) -> Result<Lookup, Error> {
    let guard = Throttle::user_code(ctx, &signed_in.user.id);
    if let Some(seconds) = guard.standing(&core.store, ctx.now).await?.retry_after {
        return Ok(Lookup::Throttled(seconds));
    }
    // What can't be a code is no guess at one.
    let Some(user_code) = normalize_user_code(typed) else {
        return Ok(Lookup::Unknown);
    };
    let Some(request) = find(core, &user_code).await? else {
        guard.failed(&core.store, ctx.now).await?;
        return Ok(Lookup::Unknown);
    };
    Ok(match request.code.status {
        DeviceStatus::Approved | DeviceStatus::Denied | DeviceStatus::Redeemed => Lookup::Decided,
        DeviceStatus::Pending if ctx.now >= request.code.expires_at => Lookup::Expired,
        DeviceStatus::Pending => Lookup::Waiting(Box::new(request)),
    })
}

/// The request behind a user code, if its client may (still) use the device flow.
async fn find(core: &Core, user_code: &str) -> Result<Option<Request>, Error> {
    let mut connection = core.store.read().await?;
    let Some(code) = device_codes::by_user_code(&mut connection, user_code).await? else {
        return Ok(None);
    };
    let client = clients::by_id(&mut connection, &code.client_id).await?;
    Ok(client
        .filter(|client| client.is_active() && client.allows_grant(grant_type::DEVICE_CODE))
        .map(|client| Request { code, client }))
}

/// Writes the decision down, with what it gives. False: it was decided meanwhile,
/// or is too late; then nothing is written.
async fn settle(
    core: &Core,
    ctx: &Ctx,
    signed_in: &SignedIn,
    request: &Request,
    approved: bool,
) -> Result<bool, Error> {
    let mut transaction = core.store.begin().await?;
    let (status, grant_id) = if approved {
        let grant_id = give(core, ctx, signed_in, request, &mut transaction).await?;
        (DeviceStatus::Approved, Some(grant_id))
    } else {
        (DeviceStatus::Denied, None)
    };
    let decided = device_codes::decide(
        &mut transaction,
        &request.code.id,
        status,
        grant_id.as_ref(),
        ctx.now,
    )
    .await?;
    if !decided {
        return Ok(false);
    }
    transaction.commit().await?;
    let event = if approved {
        "DEVICE_CODE_AUTHORIZED"
    } else {
        "DEVICE_CODE_DENIED"
    };
    tracing::info!(
        target: "audit",
        event,
        severity = "INFO",
        request_id = ctx.request_id,
        client_ip = ctx.client_ip,
        user_id = %signed_in.user.id,
        client_id = %request.client.id,
        device_id = request.code.id,
        scope = %request.code.scope,
    );
    Ok(true)
}

/// Adds the grant of an approval, and remembers the consent.
async fn give(
    core: &Core,
    ctx: &Ctx,
    signed_in: &SignedIn,
    request: &Request,
    transaction: &mut Transaction,
) -> Result<GrantId, Error> {
    let SignedIn { session, user } = signed_in;
    let (client_id, scope) = (&request.client.id, &request.code.scope);
    let no_claims = ScopeSet::default();
    let consent_id =
        consent::remember(transaction, ctx, &user.id, client_id, scope, &no_claims).await?;
    let grant = Grant {
        id: GrantId::from(time_ordered(ctx.now).to_string()),
        client_id: client_id.clone(),
        user_id: user.id.clone(),
        session_id: Some(session.id.clone()),
        consent_id: Some(consent_id),
        scope: scope.clone(),
        claims: "{}".to_owned(),
        nonce: None,
        auth_time: session.auth_time,
        amr: session.amr.clone(),
        acr: None,
        created_at: ctx.now,
        expires_at: ctx.now + core.settings.tokens.refresh_absolute,
        revoked_at: None,
    };
    grants::insert(transaction, &grant).await?;
    Ok(grant.id)
}

/// The page for what a code turned out to be.
fn show(
    core: &Core,
    ctx: &Ctx,
    signed_in: &SignedIn,
    typed: &str,
    lookup: Lookup,
) -> v1::DeviceView {
    let (state, retry_after) = match lookup {
        Lookup::Waiting(request) => return confirmation(core, ctx, signed_in, &request),
        Lookup::Unknown => (DeviceState::UnknownCode, 0),
        Lookup::Expired => (DeviceState::Expired, 0),
        Lookup::Decided => (DeviceState::Decided, 0),
        Lookup::Throttled(seconds) => (DeviceState::Throttled, seconds),
    };
    v1::DeviceView {
        user_code: typed.chars().take(ECHO_LENGTH).collect(),
        retry_after,
        ..empty_view(core, ctx, signed_in, state)
    }
}

/// The page that asks: approve or deny. It shows the code again, so that the person
/// can compare it with the device's (RFC 8628 section 3.3.1), and where the device
/// asked from, against phishing (section 5.4).
fn confirmation(core: &Core, ctx: &Ctx, signed_in: &SignedIn, request: &Request) -> v1::DeviceView {
    let Timestamp(requested_at) = request.code.created_at;
    v1::DeviceView {
        user_code: display_user_code(&request.code.user_code),
        app: Some(app(&request.client, None)),
        scopes: request.code.scope.to_vec(),
        requested_at,
        requested_ip: request.code.client_ip.clone(),
        requested_user_agent: request.code.user_agent.clone(),
        ..empty_view(core, ctx, signed_in, DeviceState::Confirm)
    }
}

fn empty_view(core: &Core, ctx: &Ctx, signed_in: &SignedIn, state: DeviceState) -> v1::DeviceView {
    v1::DeviceView {
        browser: Some(session::browser(core, ctx, signed_in)),
        state: state.into(),
        ..v1::DeviceView::default()
    }
}
