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
    Actor, Core, Ctx,
    account::{
        session::{self, SignedIn},
        throttle::{self, Throttle},
    },
    audit::{Event, EventType, Resource},
    authorize::{acr, app::app, remembered},
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
        throttle::report(core, ctx, "user code");
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
        drop(transaction);
        // Said only once the decision that came first is durable.
        core.store.begin().await?.commit().await?;
        return Ok(false);
    }
    transaction.commit().await?;
    report(core, ctx, signed_in, request, approved);
    Ok(true)
}

fn report(core: &Core, ctx: &Ctx, signed_in: &SignedIn, request: &Request, approved: bool) {
    let Request { code, client } = request;
    let (event_type, action) = if approved {
        (EventType::DeviceCodeAuthorized, "approved a device")
    } else {
        (EventType::DeviceCodeDenied, "refused a device")
    };
    let name = &client.metadata.client_name;
    let event = |event_type, action| {
        Event::new(event_type, action)
            .by(Actor::from(&signed_in.user))
            .with("client_id", client.id.as_str())
            .with("scope", code.scope.as_str())
    };
    let decided = event(event_type, action)
        .about(Resource::new("DEVICE_CODE", &code.id, name.clone()))
        .with("requested_from", code.client_ip.as_str());
    core.audit.record(ctx, decided);
    if approved {
        let granted = event(EventType::UserAuthorizationGranted, "gave consent")
            .about(Resource::new("AUTHORIZATION", &client.id, name.clone()));
        core.audit.record(ctx, granted);
    }
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
        remembered::remember(transaction, ctx, &user.id, client_id, scope, &no_claims).await?;
    let grant = Grant {
        id: time_ordered(ctx.now).into(),
        client_id: client_id.clone(),
        user_id: user.id.clone(),
        session_id: Some(session.id.clone()),
        consent_id: Some(consent_id),
        scope: scope.clone(),
        claims: "{}".to_owned(),
        nonce: None,
        auth_time: session.auth_time,
        amr: session.amr.clone(),
        acr: Some(acr::PASSWORD.to_owned()),
        created_at: ctx.now,
        expires_at: ctx.now + core.settings.tokens.refresh_absolute,
        revoked_at: None,
        disabled_at: None,
        // The device's, not that of the browser in which it is approved.
        client_ip: request.code.client_ip.clone(),
        user_agent: request.code.user_agent.clone(),
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        account::{
            session::Proof,
            test_support::{MINUTE, START, add_user, core_with, request},
        },
        config::Database,
        domain::{
            client::ClientStatus,
            client_metadata::ClientMetadata,
            device_code::{new_device_code, new_user_code},
            id::ClientId,
            user::User,
        },
        store::{conformance::conformance, consents},
    };

    /// Adds a client and a device of it that waits for a decision.
    async fn waiting_device(core: &Core, grant_type: &str, status: ClientStatus) -> DeviceCode {
        let (id, device_code) = new_device_code(START);
        let client = Client {
            id: ClientId::from(format!("client of {id}")),
            secret: None,
            metadata: ClientMetadata {
                client_name: "Tool".to_owned(),
                grant_types: vec![grant_type.to_owned()],
                ..ClientMetadata::default()
            },
            status,
            registration_token: None,
            owner_id: None,
            created_at: START,
            updated_at: START,
        };
        let code = DeviceCode {
            id,
            hash: device_code.hash(),
            user_code: new_user_code(),
            client_id: client.id.clone(),
            scope: ScopeSet::from_stored("read write"),
            status: DeviceStatus::Pending,
            grant_id: None,
            client_ip: "203.0.113.9".to_owned(),
            user_agent: "tool/1".to_owned(),
            created_at: START,
            expires_at: START + 30 * MINUTE,
        };
        let mut transaction = core.store.begin().await.unwrap();
        clients::insert(&mut transaction, &client).await.unwrap();
        transaction.commit().await.unwrap();
        device_codes::append(&core.store, code.clone())
            .await
            .unwrap();
        code
    }

    async fn device(core: &Core) -> DeviceCode {
        waiting_device(core, grant_type::DEVICE_CODE, ClientStatus::Active).await
    }

    /// A browser where `user` signed in at the start, some time later.
    async fn browser_of(core: &Core, user: &User, after: Duration) -> Ctx {
        let proof = Proof {
            user,
            amr: "pwd",
            remember: true,
        };
        let opened = session::open(core, &request(Duration::ZERO, None), proof).await;
        request(after, Some(&opened.unwrap().1.value))
    }

    async fn look(core: &Core, ctx: &Ctx, typed: &str) -> v1::DeviceView {
        let request = v1::ViewDeviceRequest {
            unverified_user_code: typed.to_owned(),
        };
        view(core, ctx, request).await.unwrap()
    }

    async fn post(core: &Core, ctx: &Ctx, typed: &str, approved: bool) -> Outcome {
        let csrf_token = core
            .derived
            .csrf_token(ctx.session_cookie.as_ref().unwrap());
        let request = v1::DecideDeviceRequest {
            csrf_token,
            unverified_user_code: typed.to_owned(),
            approved,
        };
        decide(core, ctx, request).await.unwrap().outcome.unwrap()
    }

    async fn stored(core: &Core, code: &DeviceCode) -> DeviceCode {
        let mut connection = core.store.read().await.unwrap();
        let code = device_codes::by_id(&mut connection, &code.id).await;
        code.unwrap().unwrap()
    }

    conformance! {
        async fn the_page_says_who_asks_for_what_from_where(database: Database) {
            let (core, ada) = core_with(database, |_| ()).await;
            let code = device(&core).await;
            let ctx = browser_of(&core, &ada, MINUTE).await;
            assert_eq!(look(&core, &ctx, " ").await.state(), DeviceState::Enter);
            let shown = display_user_code(&code.user_code);
            let view = look(&core, &ctx, &shown.to_lowercase()).await;
            assert_eq!(view.state(), DeviceState::Confirm);
            assert_eq!(view.user_code, shown);
            assert_eq!(view.app.unwrap().name, "Tool");
            assert_eq!(view.scopes, ["read", "write"]);
            assert_eq!(view.requested_at, START.0);
            assert_eq!(view.requested_ip, "203.0.113.9");
            assert_eq!(view.requested_user_agent, "tool/1");
            assert_eq!(view.browser.unwrap().account.unwrap().username, "ada");
        }

        async fn an_approval_stands_for_a_grant_and_a_consent(database: Database) {
            let (core, ada) = core_with(database, |_| ()).await;
            let code = device(&core).await;
            let ctx = browser_of(&core, &ada, MINUTE).await;
            let Outcome::Settled(settled) = post(&core, &ctx, &code.user_code, true).await else {
                panic!("not settled");
            };
            assert!(settled.approved);
            let decided = stored(&core, &code).await;
            assert_eq!(decided.status, DeviceStatus::Approved);
            let mut connection = core.store.read().await.unwrap();
            let grant = grants::by_id(&mut connection, &decided.grant_id.unwrap()).await;
            let grant = grant.unwrap().unwrap();
            assert_eq!(
                (&grant.user_id, &grant.client_id),
                (&ada.id, &code.client_id)
            );
            assert_eq!(grant.scope, code.scope);
            assert_eq!(grant.auth_time, START);
            // The device's place, not the browser's.
            assert_eq!(
                (grant.client_ip.as_str(), grant.user_agent.as_str()),
                ("203.0.113.9", "tool/1")
            );
            let consent = consents::by_user_and_client(&mut connection, &ada.id, &code.client_id);
            let consent = consent.await.unwrap().unwrap();
            assert_eq!(Some(consent.id), grant.consent_id);
            assert_eq!(consent.scope, code.scope);
        }

        async fn a_denial_gives_nothing_and_stands(database: Database) {
            let (core, ada) = core_with(database, |_| ()).await;
            let code = device(&core).await;
            let ctx = browser_of(&core, &ada, MINUTE).await;
            let denied = post(&core, &ctx, &code.user_code, false).await;
            assert!(matches!(denied, Outcome::Settled(settled) if !settled.approved));
            let Outcome::View(view) = post(&core, &ctx, &code.user_code, true).await else {
                panic!("decided twice");
            };
            assert_eq!(view.state(), DeviceState::Decided);
            let decided = stored(&core, &code).await;
            assert_eq!(decided.status, DeviceStatus::Denied);
            assert!(decided.grant_id.is_none());
        }

        async fn of_many_people_who_approve_at_once_one_wins(database: Database) {
            let (core, _ada) = core_with(database, |_| ()).await;
            let code = device(&core).await;
            let mut people = Vec::new();
            for number in 0..16 {
                let user = add_user(&core, &format!("user {number}")).await;
                let ctx = browser_of(&core, &user, MINUTE).await;
                let (core, user_code) = (core.clone(), code.user_code.clone());
                people.push(tokio::spawn(async move {
                    let outcome = post(&core, &ctx, &user_code, true).await;
                    (user, matches!(outcome, Outcome::Settled(_)))
                }));
            }
            let mut winners = Vec::new();
            for person in people {
                let (user, won) = person.await.unwrap();
                let mut connection = core.store.read().await.unwrap();
                let consent = consents::by_user_and_client(&mut connection, &user.id, &code.client_id);
                // Who lost left nothing behind.
                assert_eq!(consent.await.unwrap().is_some(), won);
                if won {
                    winners.push(user.id);
                }
            }
            let grant_id = stored(&core, &code).await.grant_id.unwrap();
            let mut connection = core.store.read().await.unwrap();
            let grant = grants::by_id(&mut connection, &grant_id).await.unwrap();
            assert_eq!(winners, [grant.unwrap().user_id]);
        }

        async fn codes_that_can_not_be_decided_say_why(database: Database) {
            let (core, ada) = core_with(database, |_| ()).await;
            let late = device(&core).await;
            let rejected = waiting_device(&core, grant_type::DEVICE_CODE, ClientStatus::Inactive).await;
            let other_grant =
                waiting_device(&core, grant_type::AUTHORIZATION_CODE, ClientStatus::Active).await;
            let ctx = browser_of(&core, &ada, 30 * MINUTE).await;
            for (typed, state) in [
                (late.user_code.as_str(), DeviceState::Expired),
                (&rejected.user_code, DeviceState::UnknownCode),
                (&other_grant.user_code, DeviceState::UnknownCode),
                ("ABCD-EFGH", DeviceState::UnknownCode),
                ("no code at all", DeviceState::UnknownCode),
            ] {
                assert_eq!(look(&core, &ctx, typed).await.state(), state, "{typed}");
                let Outcome::View(view) = post(&core, &ctx, typed, true).await else {
                    panic!("{typed} was settled");
                };
                assert_eq!(view.state(), state, "{typed}");
            }
        }

        async fn after_ten_wrong_codes_the_right_one_has_to_wait_too(database: Database) {
            let (core, ada) = core_with(database, |_| ()).await;
            let code = device(&core).await;
            let ctx = browser_of(&core, &ada, MINUTE).await;
            for _ in 0..10 {
                let view = look(&core, &ctx, "ABCD-EFGH").await;
                assert_eq!(view.state(), DeviceState::UnknownCode);
            }
            let view = look(&core, &ctx, &code.user_code).await;
            assert_eq!(view.state(), DeviceState::Throttled);
            assert_eq!(view.retry_after, 60);
            let posted = post(&core, &ctx, &code.user_code, true).await;
            assert!(matches!(posted, Outcome::View(view) if view.state() == DeviceState::Throttled));
            assert_eq!(stored(&core, &code).await.status, DeviceStatus::Pending);
        }

        async fn nobody_decides_without_a_session_and_the_form_of_this_browser(database: Database) {
            let (core, ada) = core_with(database, |_| ()).await;
            let code = device(&core).await;
            let decision = |csrf_token: &str| v1::DecideDeviceRequest {
                csrf_token: csrf_token.to_owned(),
                unverified_user_code: code.user_code.clone(),
                approved: true,
            };
            let nobody = request(MINUTE, None);
            let unsigned = decide(&core, &nobody, decision("")).await;
            assert!(matches!(unsigned, Err(Error::NotSignedIn)));
            let looking = view(&core, &nobody, v1::ViewDeviceRequest::default()).await;
            assert!(matches!(looking, Err(Error::NotSignedIn)));

            let ctx = browser_of(&core, &ada, MINUTE).await;
            let other = browser_of(&core, &ada, MINUTE).await;
            let foreign = core
                .derived
                .csrf_token(other.session_cookie.as_ref().unwrap());
            for token in ["", &foreign] {
                let posted = decide(&core, &ctx, decision(token)).await;
                assert!(matches!(posted, Err(Error::StaleForm)));
            }
            assert_eq!(stored(&core, &code).await.status, DeviceStatus::Pending);
        }
    }
}
