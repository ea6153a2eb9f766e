//! From the configuration to a running server, and its orderly end.

use std::{net::TcpListener, sync::Arc, time::Duration};

use authgate_proto::transport::{self, Link};
use axum::Router;
use axum_server::Handle;
use core_service::Core;
use secrecy::ExposeSecret;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinSet,
};
use tracing::info;

use crate::{
    Error, Roles, app,
    config::Config,
    core_process::{self, FirstStart},
    edge::{Edge, Limits},
    first_start, listener, memory, open_files, system_clock,
};

/// How often addresses without recent requests are forgotten.
const FORGET_INTERVAL: Duration = Duration::from_secs(60);

/// Runs the parts in `roles` until the process is told to stop, then lets the
/// requests under way finish.
///
/// # Errors
/// When anything is in the way of a start; the text says what to do.
pub async fn run(config: &Config, roles: Roles) -> Result<(), Error> {
    let sockets = Sockets::bind(config, roles)?;
    let tls = match &config.server.tls {
        Some(files) => Some(listener::tls(files).await?),
        None => None,
    };
    let (core, first) = start_core(config, roles).await?;
    let edge = app::edge(config, system_clock());
    let http = http_router(config, roles, core.as_ref(), &edge)?;
    let network = network_router(config, roles, core.as_ref())?;

    sockets.announce(config, first.as_ref())?;
    let (stop, stopped) = watch::channel(false);
    let mut background = JoinSet::new();
    if let Some(core) = core.clone() {
        let stopped = until(stopped.clone());
        background.spawn(async move { core.run_background(stopped).await });
    }
    background.spawn(forget_idle(edge.limits(), until(stopped.clone())));
    background.spawn(memory::give_back(until(stopped.clone())));
    if roles.http() {
        let core = way_to_core(config, core.as_ref())?.services;
        let refusals = edge.refusals();
        background.spawn(async move { refusals.tell(core, until(stopped)).await });
    }

    let connections = open_files::connections(config.server.max_connections);
    let handle = Handle::new();
    let mut servers = JoinSet::new();
    if let (Some(socket), Some(router)) = (sockets.http, http) {
        servers.spawn(listener::serve(
            socket,
            tls,
            router,
            connections,
            handle.clone(),
        ));
    }
    if let (Some(socket), Some(router)) = (sockets.network, network) {
        servers.spawn(listener::serve(
            socket,
            None,
            router,
            connections,
            handle.clone(),
        ));
    }
    let failed = tokio::select! {
        signal = told_to_stop() => signal.map(|name| info!(signal = name, "stopping")),
        Some(Ok(result)) = servers.join_next() => result,
    };

    handle.graceful_shutdown(Some(config.server.shutdown_timeout));
    all_ended(servers).await;
    stop.send_replace(true);
    all_ended(background).await;
    if let Some(core) = core {
        core_process::close(&core, config).await;
    }
    info!("stopped");
    failed
}

/// The listening sockets, opened before anything else is done.
struct Sockets {
    http: Option<TcpListener>,
    network: Option<TcpListener>,
}

impl Sockets {
    fn bind(config: &Config, roles: Roles) -> Result<Self, Error> {
        let http = || listener::bind("SERVER_ADDR", &config.server.listen);
        let network = || listener::bind("GRPC_ADDR", &config.server.grpc_listen);
        Ok(Self {
            http: roles.http().then(http).transpose()?,
            network: roles.core_for_others().then(network).transpose()?,
        })
    }

    /// Says where everything is: in the log, and on standard output for the person
    /// who started it.
    fn announce(&self, config: &Config, first: Option<&FirstStart>) -> Result<(), Error> {
        let issuer = config.server.base_url.issuer();
        if let Some(socket) = &self.network {
            info!(address = %socket.local_addr()?, "the core listens for gateway and UI");
        }
        if let Some(socket) = &self.http {
            info!(address = %socket.local_addr()?, issuer, tls = config.server.tls.is_some(), "listening");
            println!("AuthGate is running. Sign in at {issuer}/login");
        }
        let Some(first) = first else { return Ok(()) };
        println!(
            "User name and password are in {}",
            first.credentials.display()
        );
        println!(
            "Try it: curl -d client_id={} -d scope=openid {issuer}/oauth/device/code",
            first.client_id
        );
        Ok(())
    }
}

async fn start_core(
    config: &Config,
    roles: Roles,
) -> Result<(Option<Core>, Option<FirstStart>), Error> {
    if !roles.core {
        return Ok((None, None));
    }
    let core = core_process::start(config).await?;
    let first = core_process::fill(&core, config).await?;
    Ok((Some(core), first))
}

fn http_router(
    config: &Config,
    roles: Roles,
    core: Option<&Core>,
    edge: &Edge,
) -> Result<Option<Router>, Error> {
    if !roles.http() {
        return Ok(None);
    }
    let parts = app::Parts {
        core: way_to_core(config, core)?,
        grpc: core.map(Core::public_routes),
        roles,
    };
    Ok(Some(app::build(parts, config, edge)))
}

fn network_router(
    config: &Config,
    roles: Roles,
    core: Option<&Core>,
) -> Result<Option<Router>, Error> {
    let Some(core) = core.filter(|_| roles.core_for_others()) else {
        return Ok(None);
    };
    let secret = first_start::peer_secret(config)?;
    Ok(Some(app::network(core.network_routes(&secret))))
}

/// A function call to a core in this process; calls over TCP to one elsewhere.
fn way_to_core(config: &Config, core: Option<&Core>) -> Result<Link, Error> {
    if let Some(core) = core {
        return Ok(core.link());
    }
    let Some(core_url) = &config.peer.core_url else {
        return Err(Error::Peer(
            "no core runs in this process and CORE_URL is not set; set it to http://host:port of the core's GRPC_ADDR"
                .to_owned(),
        ));
    };
    let secret = first_start::shared_peer_secret(config)?;
    let remote = transport::remote(&core_url.to_string(), secret.expose_secret());
    remote
        .map(Link::over)
        .map_err(|error| Error::Peer(format!("CORE_URL {core_url} can't be used: {error}")))
}

async fn forget_idle(limits: Arc<Limits>, stopped: impl Future<Output = ()>) {
    let forget = async {
        loop {
            tokio::time::sleep(FORGET_INTERVAL).await;
            limits.forget_idle();
        }
    };
    tokio::select! {
        () = forget => {}
        () = stopped => {}
    }
}

/// Waits for tasks whose results matter no more.
async fn all_ended<T: 'static>(mut tasks: JoinSet<T>) {
    while tasks.join_next().await.is_some() {}
}

/// Resolves once the channel says stop, or is gone.
async fn until(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Waits for the signal that a terminal or an orchestrator sends, and names it.
async fn told_to_stop() -> Result<&'static str, Error> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupt.recv() => Ok("SIGINT"),
        _ = terminate.recv() => Ok("SIGTERM"),
    }
}
