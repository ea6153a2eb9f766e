//! Rate limits: so many requests a minute from one client address to one endpoint.
//!
//! A token bucket per address and endpoint, in memory. A bucket holds the whole
//! minute's number and refills evenly. Buckets that are full again are forgotten.
//!
//! The buckets are those of `governor`, without the layer of `tower_governor` around
//! them: it knows one rule for a whole router and only the system's clock.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use authgate_proto::vocabulary::path;
use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method},
};
use core_service::Clock;
use governor::{
    Quota, RateLimiter, clock::Clock as GovernorClock, middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};

use super::Failure;
use crate::config::RateLimits;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// All limits.
pub struct Limits {
    rules: Vec<Rule>,
    clock: Clock,
}

/// One endpoint's limit, with its buckets.
struct Rule {
    /// None: every method.
    method: Option<Method>,
    path: String,
    per_minute: NonZeroU32,
    buckets: Buckets,
}

type Buckets =
    RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, ServerClock, StateInformationMiddleware>;

/// The server's clock, as the crate wants it.
#[derive(Clone)]
struct ServerClock(Clock);

impl GovernorClock for ServerClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from((self.0)().0).unwrap_or(0))
    }
}

/// How one request stands to its limit, if it has one.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a>(Option<(Counted, &'a str)>);

/// What became of a request that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counted {
    per_minute: u32,
    /// Requests that may follow at once.
    remaining: u32,
    /// When the bucket is full again, in seconds since the epoch.
    reset: i64,
    /// Seconds until the next request may come; none: this one may pass.
    retry_after: Option<u32>,
}

impl Limits {
    /// The limits of the endpoints below `base_path`; a limit of 0 is none.
    #[must_use]
    pub fn new(limits: &RateLimits, base_path: &str, clock: Clock) -> Self {
        let table = [
            (Some(Method::POST), path::LOGIN, limits.login),
            (
                Some(Method::POST),
                path::DEVICE_AUTHORIZATION,
                limits.device_code,
            ),
            (Some(Method::POST), path::TOKEN, limits.token),
            (Some(Method::POST), "/device/verify", limits.device_verify),
            (Some(Method::POST), path::INTROSPECT, limits.introspect),
            (Some(Method::POST), path::REGISTER, limits.registration),
            (None, path::AUTHORIZE, limits.authorize),
        ];
        let rules = table.into_iter().filter_map(|(method, path, per_minute)| {
            let per_minute = NonZeroU32::new(per_minute)?;
            let store = DefaultKeyedStateStore::default();
            let clock = ServerClock(Arc::clone(&clock));
            Some(Rule {
                method,
                path: format!("{base_path}{path}"),
                per_minute,
                buckets: Buckets::new(Quota::per_minute(per_minute), store, clock)
                    .with_middleware(),
            })
        });
        Self {
            rules: rules.collect(),
            clock: Arc::clone(&clock),
        }
    }

    /// Counts a request of `client`.
    #[must_use]
    pub fn standing(&self, request: &Request, client: IpAddr) -> Standing<'_> {
        let route = request.extensions().get::<MatchedPath>();
        Standing(route.and_then(|route| self.count(request.method(), route.as_str(), client)))
    }

    /// Counts a request of `client` to the route `path`; none when it is not limited.
    fn count(&self, method: &Method, path: &str, client: IpAddr) -> Option<(Counted, &str)> {
        let applies = |rule: &&Rule| {
            rule.path == path && rule.method.as_ref().is_none_or(|only| only == method)
        };
        let rule = self.rules.iter().find(applies)?;
        let now = (self.clock)().seconds();
        let per_minute = rule.per_minute.get();
        let refill = |count: u32| i64::from((count * 60).div_ceil(per_minute));
        let counted = match rule.buckets.check_key(&bucket(client)) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                Counted {
                    per_minute,
                    remaining,
                    reset: now + refill(per_minute.saturating_sub(remaining)),
                    retry_after: None,
                }
            }
            Err(refused) => {
                let wait = refused.wait_time_from(ServerClock(Arc::clone(&self.clock)).now());
                Counted {
                    per_minute,
                    remaining: 0,
                    reset: now + refill(per_minute),
                    retry_after: Some(whole_seconds(wait)),
                }
            }
        };
        Some((counted, &rule.path))
    }

    /// Forgets addresses whose buckets are full again. To be called now and then.
    pub fn forget_idle(&self) {
        for rule in &self.rules {
            rule.buckets.retain_recent();
            rule.buckets.shrink_to_fit();
        }
    }
}

impl<'a> Standing<'a> {
    /// Why the request may not pass; none: it may.
    #[must_use]
    pub fn refusal(self) -> Option<Failure> {
        let retry_after = self.0?.0.retry_after?;
        Some(Failure::RateLimited { retry_after })
    }

    /// The path that is limited.
    #[must_use]
    pub fn limit(self) -> &'a str {
        self.0.map_or("", |(_, path)| path)
    }

    /// Tells the client.
    pub fn show(self, headers: &mut HeaderMap) {
        let Some((counted, _)) = self.0 else { return };
        headers.insert(LIMIT, counted.per_minute.into());
        headers.insert(REMAINING, counted.remaining.into());
        headers.insert(RESET, HeaderValue::from(counted.reset));
    }
}

/// Who shares a bucket: an IPv4 address; a whole /64 of IPv6, which is what one
/// subscriber has and can walk through at will.
pub(super) fn bucket(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
    }
}

fn whole_seconds(wait: Duration) -> u32 {
    let rounded_up = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(rounded_up.max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use core_service::domain::time::Timestamp;

    use super::*;

    /// Limits with a clock that the test moves, in milliseconds.
    fn limits(limits: RateLimits) -> (Limits, Arc<AtomicI64>) {
        let time = Arc::new(AtomicI64::new(1_700_000_000_000));
        let clock = Arc::clone(&time);
        let limits = Limits::new(
            &limits,
            "/auth",
            Arc::new(move || Timestamp(clock.load(Ordering::Relaxed))),
        );
        (limits, time)
    }

    fn post(limits: &Limits, path: &str, client: &str) -> Option<Counted> {
        let counted = limits.count(&Method::POST, path, client.parse().unwrap());
        counted.map(|(counted, _)| counted)
    }

    fn refused(limits: &Limits, path: &str, client: &str) -> Option<u32> {
        post(limits, path, client).unwrap().retry_after
    }

    #[test]
    fn the_whole_minute_may_come_at_once_and_refills_evenly() {
        let (limits, time) = limits(RateLimits {
            token: 20,
            ..RateLimits::default()
        });
        for used in 1..=20 {
            let standing = post(&limits, "/auth/oauth/token", "192.0.2.1").unwrap();
            assert_eq!(
                (standing.remaining, standing.retry_after),
                (20 - used, None)
            );
            assert_eq!(standing.reset, 1_700_000_000 + i64::from(used) * 3);
        }
        assert_eq!(refused(&limits, "/auth/oauth/token", "192.0.2.1"), Some(3));
        time.fetch_add(2_000, Ordering::Relaxed);
        assert_eq!(refused(&limits, "/auth/oauth/token", "192.0.2.1"), Some(1));
        time.fetch_add(1_000, Ordering::Relaxed);
        assert_eq!(refused(&limits, "/auth/oauth/token", "192.0.2.1"), None);
        assert_eq!(refused(&limits, "/auth/oauth/token", "192.0.2.1"), Some(3));
    }

    #[test]
    fn addresses_and_endpoints_have_buckets_of_their_own() {
        let (limits, _) = limits(RateLimits {
            token: 1,
            login: 1,
            ..RateLimits::default()
        });
        assert_eq!(refused(&limits, "/auth/oauth/token", "192.0.2.1"), None);
        assert_eq!(refused(&limits, "/auth/oauth/token", "192.0.2.2"), None);
        assert_eq!(refused(&limits, "/auth/login", "192.0.2.1"), None);
        assert_eq!(refused(&limits, "/auth/oauth/token", "192.0.2.1"), Some(60));
    }

    #[test]
    fn an_ipv6_subscriber_has_one_bucket() {
        let (limits, _) = limits(RateLimits {
            token: 1,
            ..RateLimits::default()
        });
        assert_eq!(
            refused(&limits, "/auth/oauth/token", "2001:db8:1:2::1"),
            None
        );
        assert_eq!(
            refused(&limits, "/auth/oauth/token", "2001:db8:1:2:ffff::9"),
            Some(60)
        );
        assert_eq!(
            refused(&limits, "/auth/oauth/token", "2001:db8:1:3::1"),
            None
        );
    }

    #[test]
    fn only_what_is_listed_is_limited() {
        let (limits, _) = limits(RateLimits {
            login: 1,
            authorize: 1,
            ..RateLimits::default()
        });
        assert_eq!(post(&limits, "/auth/oauth/token", "192.0.2.1"), None);
        assert_eq!(post(&limits, "/login", "192.0.2.1"), None);
        let get = |path| {
            let counted = limits.count(&Method::GET, path, "192.0.2.1".parse().unwrap());
            counted.map(|(counted, _)| counted)
        };
        assert_eq!(get("/auth/login"), None);
        assert!(
            get("/auth/oauth/authorize").is_some_and(|standing| standing.retry_after.is_none())
        );
        assert!(refused(&limits, "/auth/oauth/authorize", "192.0.2.1").is_some());
    }

    #[test]
    fn idle_addresses_are_forgotten() {
        let (limits, time) = limits(RateLimits {
            token: 5,
            ..RateLimits::default()
        });
        for host in 0..200 {
            post(&limits, "/auth/oauth/token", &format!("192.0.2.{host}"));
        }
        limits.forget_idle();
        assert_eq!(limits.rules[0].buckets.len(), 200);
        time.fetch_add(120_000, Ordering::Relaxed);
        limits.forget_idle();
        assert_eq!(limits.rules[0].buckets.len(), 0);
    }
}
