//! Slows down guessing of passwords and user codes.
//!
//! Failures are counted in the database, so that all pods share them, against
//! hashed keys. Who failed too often waits: one minute, then two, four, up to
//! fifteen. A try that has to wait is not checked and does not count.
//!
//! A password guess counts three times:
//! - against the account at this address (`failures_per_account`). Somebody who
//!   guesses at another's account locks out their own address, not the owner.
//! - against the account, whatever the address, at [`ACCOUNT_FACTOR`] times as
//!   many: a botnet gets few guesses too. Only then the owner waits as well.
//! - against the address (`failures_per_address`): one password tried at many names.
//!
//! Names that nobody has are counted alike, so that waiting tells nothing.

use std::{net::IpAddr, time::Duration};

use crate::{
    Ctx,
    config::Passwords,
    domain::{
        id::UserId,
        secret::PlainToken,
        time::Timestamp,
        user::User,
    },
    error::Error,
    store::{Store, throttles},
};

/// Failures at an account from everywhere, for one that a single address may have.
const ACCOUNT_FACTOR: u32 = 10;
/// Password failures are forgotten after this.
const SIGN_IN_WINDOW: Duration = Duration::from_secs(3600);
/// Wrong user codes that a person or an address may enter in a window (RFC 8628
/// section 5.1): of 31^8 codes that is no way to hit one.
const WRONG_USER_CODES: u32 = 10;
const USER_CODE_WINDOW: Duration = Duration::from_secs(600);
const FIRST_WAIT: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(900);

/// How many failures are let pass.
#[derive(Debug, Clone, Copy)]
pub struct Throttle {
    per_account: u32,
    per_address: u32,
}

/// The counters that one kind of try is held against.
pub(crate) struct Guard {
    counters: Vec<Counter>,
    window: Duration,
}

struct Counter {
    id: String,
    allowed: u32,
    /// A success is proof that the failures before it were the owner's.
    forgiven_by_success: bool,
}

/// How a try stands.
pub(crate) struct Standing {
    /// Seconds to wait before a try; none: go on.
    pub(crate) retry_after: Option<u32>,
    /// Counters with failures that a success clears.
    forgivable: Vec<String>,
}

impl Throttle {
    /// The limits of `settings`; a limit of 0 is none.
    pub(crate) fn new(settings: &Passwords) -> Self {
        Self {
            per_account: settings.failures_per_account,
            per_address: settings.failures_per_address,
        }
    }

    /// Guards a try to sign in as `username`.
    pub(crate) fn sign_in(&self, ctx: &Ctx, username: &str) -> Guard {
        let account = User::key(username);
        let address = address_key(&ctx.client_ip);
        Guard::new(
            SIGN_IN_WINDOW,
            [
                Counter {
                    id: id("account at address", &[&account, &address]),
                    allowed: self.per_account,
                    forgiven_by_success: true,
                },
                Counter {
                    id: id("account", &[&account]),
                    allowed: self.per_account.saturating_mul(ACCOUNT_FACTOR),
                    forgiven_by_success: true,
                },
                Counter {
                    id: id("address", &[&address]),
                    allowed: if address.is_empty() { 0 } else { self.per_address },
                    forgiven_by_success: false,
                },
            ],
        )
    }

    /// Guards a try to enter a user code as `user`. A right code clears nothing:
    /// who guesses may well have a device of their own.
    pub(crate) fn user_code(ctx: &Ctx, user: &UserId) -> Guard {
        let address = address_key(&ctx.client_ip);
        Guard::new(
            USER_CODE_WINDOW,
            [
                Counter {
                    id: id("user code by user", &[user.as_str()]),
                    allowed: WRONG_USER_CODES,
                    forgiven_by_success: false,
                },
                Counter {
                    id: id("user code by address", &[&address]),
                    allowed: if address.is_empty() { 0 } else { WRONG_USER_CODES },
                    forgiven_by_success: false,
                },
            ],
        )
    }
}

impl Guard {
    fn new(window: Duration, counters: impl IntoIterator<Item = Counter>) -> Self {
        let counters = counters.into_iter().filter(|counter| counter.allowed > 0);
        Self {
            counters: counters.collect(),
            window,
        }
    }

    /// How the try stands at `now`. Ask before the check, and once more after it:
    /// many tries at the same time then get no further than one after the other.
    pub(crate) async fn standing(&self, store: &Store, now: Timestamp) -> Result<Standing, Error> {
        let mut connection = store.read().await?;
        let mut standing = Standing {
            retry_after: None,
            forgivable: Vec::new(),
        };
        for counter in &self.counters {
            let Some(row) = throttles::get(&mut connection, &counter.id).await? else {
                continue;
            };
            let wait = seconds_until(row.blocked_until, now);
            standing.retry_after = standing.retry_after.max(wait);
            if counter.forgiven_by_success {
                standing.forgivable.push(counter.id.clone());
            }
        }
        Ok(standing)
    }

    /// Counts a failure, and lets the next try wait when it was one too many.
    pub(crate) async fn failed(&self, store: &Store, now: Timestamp) -> Result<(), Error> {
        let mut transaction = store.begin().await?;
        for counter in &self.counters {
            let failures =
                throttles::record_failure(&mut transaction, &counter.id, now, self.window).await?;
            if let Some(wait) = wait_after(failures, counter.allowed) {
                throttles::block(&mut transaction, &counter.id, now + wait).await?;
            }
        }
        Ok(transaction.commit().await?)
    }

    /// Clears what a success clears; writes only when there is something.
    pub(crate) async fn succeeded(&self, store: &Store, standing: &Standing) -> Result<(), Error> {
        if standing.forgivable.is_empty() {
            return Ok(());
        }
        let mut transaction = store.begin().await?;
        for id in &standing.forgivable {
            throttles::clear(&mut transaction, id).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// The wait after so many failures, of which `allowed` are free.
fn wait_after(failures: i64, allowed: u32) -> Option<Duration> {
    let over = u32::try_from(failures - i64::from(allowed)).ok()?;
    let factor = 2_u32.checked_pow(over).unwrap_or(u32::MAX);
    Some(FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT))
}

/// Whole seconds, rounded up; none when `until` is not after `now`.
fn seconds_until(until: Timestamp, now: Timestamp) -> Option<u32> {
    let seconds = until.since(now).as_millis().div_ceil(1000);
    u32::try_from(seconds).ok().filter(|seconds| *seconds > 0)
}

/// What addresses are counted by: an IPv6 network of 64 bits belongs to one
/// customer, who may use any address in it.
fn address_key(client_ip: &str) -> String {
    match client_ip.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => client_ip.to_owned(),
    }
}

/// The key of a counter: people's names and addresses don't stand in the table.
fn id(kind: &str, parts: &[&str]) -> String {
    let text = [&[kind], parts].concat().join("\0");
    PlainToken::presented(&text).hash().to_hex()
}
