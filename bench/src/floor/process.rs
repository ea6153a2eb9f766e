//! The floors as a process beside the server.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::StatusCode;
use url::Url;

use super::Floor;
use crate::{
    error::Result,
    grpc_client::GrpcClient,
    http_client::{Answer, HttpClient, Outgoing},
    load::{Failure, Worker, Workers},
    scenarios::{Scenario, repeated},
    site::Site,
};

/// Served floors; they end with this value.
pub struct FloorProcess {
    child: Child,
    http: SocketAddr,
    grpc: SocketAddr,
    sample: Option<Outgoing>,
}

impl FloorProcess {
    /// Starts floors whose answers are as long as those of `scenario` at `site`.
    ///
    /// # Errors
    /// When the server or the floor does not answer.
    pub async fn like(scenario: Scenario, site: &Site) -> Result<Self> {
        let sample = scenario.sample(site).await?;
        let answer = match &sample {
            Some(sample) => Some(HttpClient::default().send(sample).await?),
            None => None,
        };
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("floor").stdout(Stdio::piped());
        if let Some(answer) = answer {
            command.args(["--answer-bytes", &answer.body.len().to_string()]);
            if let Some(size) = claims_size(&answer) {
                command.args(["--claims-bytes", &size.to_string()]);
            }
        }
        let mut child = command.spawn()?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let (http, grpc) = line
            .trim()
            .split_once(' ')
            .ok_or("the floor did not start")?;
        Ok(Self {
            child,
            http: http.parse()?,
            grpc: grpc.parse()?,
            sample,
        })
    }

    /// The process, for measuring it.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Workers that ask the floor as those of the scenario ask the server.
    ///
    /// # Errors
    /// When the scenario has no request that fits.
    pub fn workers(&self, floor: Floor, count: usize) -> Result<Workers> {
        let Some(path) = floor.path() else {
            return self.grpc_workers(count);
        };
        let url = Url::parse(&format!("http://{}{path}", self.http))?;
        let sample = self
            .sample
            .clone()
            .ok_or("no request to ask a floor with")?;
        let requests = vec![sample.moved_to(&url)?];
        Ok(repeated::workers(count, requests, |answer| {
            answer.expect(StatusCode::OK)
        }))
    }

    fn grpc_workers(&self, count: usize) -> Result<Workers> {
        let url = Url::parse(&format!("http://{}", self.grpc))?;
        let method = "/authgate.v1.Introspection/Introspect";
        let clients = GrpcClient::several(count, &url, method, None)?;
        let workers = clients.into_iter();
        Ok(workers
            .map(|client| Box::new(EmptyCall(client)) as Box<dyn Worker>)
            .collect())
    }
}

impl Drop for FloorProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct EmptyCall(GrpcClient);

#[tonic::async_trait]
impl Worker for EmptyCall {
    async fn operate(&mut self) -> Result<(), Failure> {
        self.0.call(Bytes::new()).await.map(drop)
    }
}

/// Bytes of the claims of the access token in an answer, when it is a JWT.
fn claims_size(answer: &Answer) -> Option<usize> {
    let token = answer.text("access_token").ok()?;
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?);
    Some(claims.ok()?.len())
}
