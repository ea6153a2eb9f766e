//! Requests that the limits refuse, gathered for the audit trail: a flood of them must
//! not become a flood of calls to the core.
//!
//! Refusals of one address by one limit are counted, and told once a minute, in one call.
//! Beyond so many kinds a minute the rest are counted together.

use std::{
    collections::HashMap,
    mem,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use authgate_proto::{
    transport::Transport,
    v1::{Refusals as Told, ReportRefusalsRequest, RequestContext, edge_client::EdgeClient},
};

/// Kinds that are told apart. With the longest user agents and paths they take 3 MB, which
/// one message still holds.
const MOST_KINDS: usize = 1000;
/// They are told so often.
const INTERVAL: Duration = Duration::from_secs(60);

/// Who was refused, by which limit.
type Kind = (IpAddr, String);

/// What is to be told. The lock is held for a look-up only.
#[derive(Default)]
pub struct Refusals(Mutex<Gathered>);

#[derive(Default)]
struct Gathered {
    kinds: HashMap<Kind, Told>,
    /// Those for which there was no room.
    others: u64,
}

impl Refusals {
    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request of `client` that the limit `limit` refused.
    pub fn note(&self, client: IpAddr, limit: &str, context: Option<&RequestContext>) {
        let mut gathered = self.gathered();
        let kind = (client, limit.to_owned());
        if let Some(told) = gathered.kinds.get_mut(&kind) {
            told.count += 1;
        } else if gathered.kinds.len() < MOST_KINDS {
            let first = context.map(|context| RequestContext {
                // Nobody needs these there.
                session_cookie: String::new(),
                csrf_token: String::new(),
                ..context.clone()
            });
            let told = Told {
                limit: limit.to_owned(),
                count: 1,
                first,
            };
            gathered.kinds.insert(kind, told);
        } else {
            gathered.others += 1;
        }
    }

    /// Takes what is to be told.
    pub(super) fn take(&self) -> Vec<Told> {
        let Gathered { kinds, others } = mem::take(&mut *self.gathered());
        let mut told: Vec<Told> = kinds.into_values().collect();
        if others > 0 {
            told.push(Told {
                count: others,
                ..Told::default()
            });
        }
        told
    }

    /// Tells the core every minute, and once more when `stopped` resolves.
    pub async fn tell(&self, core: Transport, stopped: impl Future<Output = ()>) {
        let mut core = EdgeClient::new(core);
        let mut stopped = std::pin::pin!(stopped);
        loop {
            let last = tokio::select! {
                () = tokio::time::sleep(INTERVAL) => false,
                () = &mut stopped => true,
            };
            self.tell_now(&mut core).await;
            if last {
                return;
            }
        }
    }

    /// One call, if there is something to tell. What the core can't take now is lost: the
    /// log has a line of each request.
    pub async fn tell_now(&self, core: &mut EdgeClient<Transport>) {
        let refusals = self.take();
        if refusals.is_empty() {
            return;
        }
        let kinds = refusals.len();
        let report = core.report_refusals(ReportRefusalsRequest { refusals });
        if let Err(status) = report.await {
            tracing::warn!(kinds, %status, "refused requests could not be put on record");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_a_kind_are_counted_and_told_once() {
        let refusals = Refusals::default();
        let address = IpAddr::from([192, 0, 2, 1]);
        let context = RequestContext {
            request_id: "first".to_owned(),
            session_cookie: "secret".to_owned(),
            ..RequestContext::default()
        };
        refusals.note(address, "/login", Some(&context));
        refusals.note(address, "/login", None);
        refusals.note(address, "/oauth/token", None);
        let mut told = refusals.take();
        told.sort_by_key(|told| told.limit.clone());
        let first = told[0].first.clone().unwrap();
        assert_eq!(
            (told[0].count, &*first.request_id, &*first.session_cookie),
            (2, "first", "")
        );
        assert_eq!((told.len(), told[1].count), (2, 1));
        assert_eq!(refusals.take(), []);
    }

    #[test]
    fn a_flood_from_everywhere_takes_bounded_room() {
        let refusals = Refusals::default();
        for host in 0..5000_u32 {
            refusals.note(IpAddr::from(host.to_be_bytes()), "/login", None);
        }
        let told = refusals.take();
        assert_eq!(told.len(), MOST_KINDS + 1);
        assert_eq!(told.iter().map(|told| told.count).sum::<u64>(), 5000);
    }
}
