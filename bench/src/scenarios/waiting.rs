//! Devices whose codes nobody has approved yet, and how they poll.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use authgate_proto::vocabulary::grant_type;
use bytes::Bytes;
use http::StatusCode;
use tokio::time::Instant;

use super::device_authorization;
use crate::{
    error::Result,
    http_client::{HttpClient, Outgoing},
    load::{Failure, Worker, Workers},
    site::{Site, make},
    target::{Endpoint, Role},
};

/// A device waits so long after an answer before it polls again (RFC 8628 section
/// 3.2, the default), and a little longer so as never to be early at the server.
pub const INTERVAL: Duration = Duration::from_millis(5050);

/// Devices that wait, and when each was answered last.
pub struct Devices {
    poll: Outgoing,
    bodies: Vec<Bytes>,
    /// Milliseconds after `epoch`; 0: never.
    answered: Vec<AtomicU64>,
    epoch: Instant,
    next: AtomicUsize,
}

impl Devices {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.bodies.len()
    }
}

/// At least `count` devices that wait.
///
/// # Errors
/// When the server gives no codes.
pub async fn devices(site: &Site, count: usize) -> Result<Arc<Devices>> {
    let mut known = site.devices.lock().await;
    if let Some(devices) = known.as_ref().filter(|devices| devices.len() >= count) {
        return Ok(Arc::clone(devices));
    }
    let client = site.target.client(Role::Device)?;
    let url = site.target.url(Endpoint::Token)?;
    let request = device_authorization::request(site)?;
    let codes = make(count, &request, "device_code").await?;
    let fields = |code| {
        [
            ("grant_type", grant_type::DEVICE_CODE),
            ("device_code", code),
        ]
    };
    let bodies: Result<Vec<Bytes>> = codes
        .iter()
        .map(|code| Ok(client.post(&url, &fields(code))?.into_body()))
        .collect();
    let devices = Arc::new(Devices {
        poll: client.post(&url, &fields(""))?,
        bodies: bodies?,
        answered: codes.iter().map(|_| AtomicU64::new(0)).collect(),
        epoch: Instant::now(),
        next: AtomicUsize::new(0),
    });
    *known = Some(Arc::clone(&devices));
    Ok(devices)
}

/// The poll of a device that is not one of these.
///
/// # Errors
/// When the server gives no code.
pub async fn sample(site: &Site) -> Result<Outgoing> {
    let request = device_authorization::request(site)?;
    let codes = make(1, &request, "device_code").await?;
    let code = codes.first().ok_or("no device code")?;
    let fields = [
        ("grant_type", grant_type::DEVICE_CODE),
        ("device_code", code),
    ];
    let url = site.target.url(Endpoint::Token)?;
    site.target.client(Role::Device)?.post(&url, &fields)
}

/// Workers that send the polls of the first `waiting` devices in turn.
pub fn workers(count: usize, devices: &Arc<Devices>, waiting: usize) -> Workers {
    let workers = (0..count).map(|_| {
        let worker = Poller {
            client: HttpClient::default(),
            devices: Arc::clone(devices),
            waiting: waiting.min(devices.len()),
            device: 0,
        };
        Box::new(worker) as Box<dyn Worker>
    });
    workers.collect()
}

struct Poller {
    client: HttpClient,
    devices: Arc<Devices>,
    waiting: usize,
    device: usize,
}

#[tonic::async_trait]
impl Worker for Poller {
    fn prepare(&mut self) -> Option<Instant> {
        let devices = &self.devices;
        self.device = devices.next.fetch_add(1, Ordering::Relaxed) % self.waiting;
        match devices.answered[self.device].load(Ordering::Relaxed) {
            0 => None,
            answered => Some(devices.epoch + Duration::from_millis(answered) + INTERVAL),
        }
    }

    async fn operate(&mut self) -> Result<(), Failure> {
        let devices = &self.devices;
        let body = devices.bodies[self.device].clone();
        let answer = self.client.send(&devices.poll.with_body(body)).await?;
        let elapsed = devices.epoch.elapsed().as_millis();
        let elapsed = u64::try_from(elapsed).unwrap_or(u64::MAX);
        devices.answered[self.device].store(elapsed, Ordering::Relaxed);
        answer.expect(StatusCode::BAD_REQUEST)?;
        answer.expect_text("error", "authorization_pending")
    }
}
