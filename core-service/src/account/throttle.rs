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
    Core, Ctx,
    audit::{Event, EventType, Resource},
    config::Passwords,
    domain::{id::UserId, secret::PlainToken, time::Timestamp, user::User},
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
                    allowed: if address.is_empty() {
                        0
                    } else {
                        self.per_address
                    },
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
                    allowed: if address.is_empty() {
                        0
                    } else {
                        WRONG_USER_CODES
                    },
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

/// Notes that somebody has to wait before the next try at `what`; counted by the minute
/// and the address, because such tries come often.
pub(crate) fn report(core: &Core, ctx: &Ctx, what: &'static str) {
    core.audit.record_often(
        ctx,
        EventType::RateLimitExceeded,
        &ctx.client_ip,
        what,
        || {
            Event::new(EventType::RateLimitExceeded, "tried too often")
                .about(Resource::default())
                .with("what", what)
                .failed("has to wait")
        },
    );
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
    match client_ip
        .parse::<IpAddr>()
        .map(|address| address.to_canonical())
    {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::conformance;

    const START: Timestamp = Timestamp(1_800_000_000_000);
    const THROTTLE: Throttle = Throttle {
        per_account: 5,
        per_address: 20,
    };

    fn from(client_ip: &str) -> Ctx {
        Ctx {
            now: START,
            request_id: String::new(),
            client_ip: client_ip.to_owned(),
            user_agent: String::new(),
            session_cookie: None,
            csrf_token: String::new(),
            method: String::new(),
            path: String::new(),
            actor: crate::Actor::Nobody,
        }
    }

    async fn wait(store: &Store, guard: &Guard, now: Timestamp) -> Option<u32> {
        guard.standing(store, now).await.unwrap().retry_after
    }

    async fn fail(store: &Store, guard: &Guard, times: u32) {
        for _ in 0..times {
            guard.failed(store, START).await.unwrap();
        }
    }

    conformance! {
        async fn an_account_waits_longer_with_each_failure_too_many(store: Store) {
            let guard = THROTTLE.sign_in(&from("192.0.2.1"), "ada");
            fail(&store, &guard, 4).await;
            assert_eq!(wait(&store, &guard, START).await, None);
            for seconds in [60, 120, 240, 480, 900, 900] {
                fail(&store, &guard, 1).await;
                assert_eq!(wait(&store, &guard, START).await, Some(seconds));
            }
            let almost = START + Duration::from_millis(899_001);
            assert_eq!(wait(&store, &guard, almost).await, Some(1));
            let over = START + Duration::from_secs(900);
            assert_eq!(wait(&store, &guard, over).await, None);
        }

        async fn failures_long_ago_do_not_count(store: Store) {
            let guard = THROTTLE.sign_in(&from("192.0.2.1"), "ada");
            fail(&store, &guard, 4).await;
            let later = START + SIGN_IN_WINDOW;
            guard.failed(&store, later).await.unwrap();
            assert_eq!(wait(&store, &guard, later).await, None);
        }

        async fn a_name_is_the_same_in_any_case(store: Store) {
            fail(&store, &THROTTLE.sign_in(&from("192.0.2.1"), "Ada"), 5).await;
            let guard = THROTTLE.sign_in(&from("192.0.2.1"), " aDA ");
            assert_eq!(wait(&store, &guard, START).await, Some(60));
        }

        async fn who_guesses_locks_out_the_own_address_and_not_the_owner(store: Store) {
            fail(&store, &THROTTLE.sign_in(&from("192.0.2.1"), "ada"), 9).await;
            let owner = THROTTLE.sign_in(&from("198.51.100.7"), "ada");
            assert_eq!(wait(&store, &owner, START).await, None);
        }

        async fn guesses_from_everywhere_are_counted_together(store: Store) {
            for host in 0..50 {
                let guard = THROTTLE.sign_in(&from(&format!("192.0.2.{host}")), "ada");
                assert_eq!(wait(&store, &guard, START).await, None);
                fail(&store, &guard, 1).await;
            }
            let owner = THROTTLE.sign_in(&from("198.51.100.7"), "ada");
            assert_eq!(wait(&store, &owner, START).await, Some(60));
        }

        async fn one_address_does_not_try_many_names(store: Store) {
            for name in 0..20 {
                let guard = THROTTLE.sign_in(&from("2001:db8:0:1::1"), &format!("user {name}"));
                fail(&store, &guard, 1).await;
            }
            let same_network = THROTTLE.sign_in(&from("2001:db8:0:1:ffff::2"), "ada");
            assert_eq!(wait(&store, &same_network, START).await, Some(60));
            let elsewhere = THROTTLE.sign_in(&from("2001:db8:0:2::1"), "ada");
            assert_eq!(wait(&store, &elsewhere, START).await, None);
        }

        async fn a_success_clears_the_account_and_not_the_address(store: Store) {
            let guard = THROTTLE.sign_in(&from("192.0.2.1"), "ada");
            for _ in 0..4 {
                fail(&store, &guard, 4).await;
                let standing = guard.standing(&store, START).await.unwrap();
                assert_eq!(standing.retry_after, None);
                guard.succeeded(&store, &standing).await.unwrap();
                let after = guard.standing(&store, START).await.unwrap();
                assert!(after.forgivable.is_empty());
            }
            fail(&store, &guard, 4).await;
            let other_name = THROTTLE.sign_in(&from("192.0.2.1"), "bob");
            assert_eq!(wait(&store, &other_name, START).await, Some(60));
        }

        async fn a_limit_of_zero_is_none(store: Store) {
            let unlimited = Throttle {
                per_account: 0,
                per_address: 0,
            };
            let guard = unlimited.sign_in(&from("192.0.2.1"), "ada");
            fail(&store, &guard, 60).await;
            assert_eq!(wait(&store, &guard, START).await, None);
        }

        async fn callers_without_an_address_do_not_lock_each_other_out(store: Store) {
            for name in 0..30 {
                fail(&store, &THROTTLE.sign_in(&from(""), &name.to_string()), 1).await;
            }
            let guard = THROTTLE.sign_in(&from(""), "ada");
            assert_eq!(wait(&store, &guard, START).await, None);
        }

        async fn user_codes_are_guessed_ten_times_by_a_person_and_by_an_address(store: Store) {
            let (ada, bob) = (UserId::from("ada"), UserId::from("bob"));
            let guard = Throttle::user_code(&from("192.0.2.1"), &ada);
            fail(&store, &guard, 9).await;
            assert_eq!(wait(&store, &guard, START).await, None);
            fail(&store, &guard, 1).await;
            for (address, user, expected) in [
                ("192.0.2.1", &ada, Some(60)),
                ("198.51.100.7", &ada, Some(60)),
                ("192.0.2.1", &bob, Some(60)),
                ("198.51.100.7", &bob, None),
            ] {
                let guard = Throttle::user_code(&from(address), user);
                assert_eq!(wait(&store, &guard, START).await, expected);
            }
        }
    }
    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        assert_eq!(address_key("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(address_key("2001:DB8::1"), address_key("2001:db8:0:0:9::9"));
        assert_ne!(address_key("2001:db8::"), address_key("2001:db8:0:1::"));
    }
}
