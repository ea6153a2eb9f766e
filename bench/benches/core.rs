//! The core without a network: issuing (record, commit, signature), looking a token
//! up that has been asked about before, and verifying one that is refused in the end.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that can't be set up has to stop"
)]

use std::sync::Arc;

use authgate_proto::{
    transport::{self, Transport},
    v1::{
        ClientAuthentication, IntrospectRequest, TokenInfoRequest, TokenRequest,
        o_auth_client::OAuthClient,
    },
};
use core_service::{
    Core,
    config::{Database, Settings},
    domain::time::Timestamp,
};
use criterion::{Criterion, criterion_group, criterion_main};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const CLIENT: &str = "bench-service";
const SECRET: &str = "bench-service-Qm3xT8vK1pZ6nB4wL9dS";

/// A core on SQLite with the people and clients of `seed.json`.
async fn core(folder: &TempDir) -> OAuthClient<Transport> {
    let path = folder.path().join("authgate.db");
    let settings = Settings::new(
        "https://id.example".to_owned(),
        "0123456789abcdef0123456789abcdef".into(),
        Database::at(format!("sqlite://{}", path.display()).into()),
    );
    let now = Timestamp(1_800_000_000_000);
    let core = Core::start(settings, Arc::new(move || now)).await.unwrap();
    core.apply_seed(include_str!("../seed.json")).await.unwrap();
    OAuthClient::new(transport::in_process(core.trusted_routes()))
}

fn client() -> Option<ClientAuthentication> {
    Some(ClientAuthentication {
        basic: None,
        client_id: CLIENT.to_owned(),
        client_secret: SECRET.to_owned(),
    })
}

async fn issue(mut core: OAuthClient<Transport>) -> String {
    let request = TokenRequest {
        client: client(),
        grant_type: "client_credentials".to_owned(),
        ..TokenRequest::default()
    };
    core.token(request).await.unwrap().into_inner().access_token
}

async fn introspect(mut core: OAuthClient<Transport>, token: String) -> bool {
    let request = IntrospectRequest {
        client: client(),
        token,
        ..IntrospectRequest::default()
    };
    core.introspect(request).await.unwrap().into_inner().active
}

/// A token with another's signature: all of it is read and its signature verified.
fn forged(token: &str, other: &str) -> String {
    let (signed, _) = token.rsplit_once('.').unwrap();
    let (_, signature) = other.rsplit_once('.').unwrap();
    format!("{signed}.{signature}")
}

fn hot_paths(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = TempDir::new().unwrap();
    let core = runtime.block_on(core(&folder));
    let token = runtime.block_on(issue(core.clone()));
    let forged = forged(&token, &runtime.block_on(issue(core.clone())));

    criterion.bench_function("signing: client_credentials, committed", |bencher| {
        bencher.to_async(&runtime).iter(|| issue(core.clone()));
    });
    assert!(runtime.block_on(introspect(core.clone(), token.clone())));
    criterion.bench_function("cache look-up: introspect a known token", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(|| introspect(core.clone(), token.clone()));
    });
    assert!(!runtime.block_on(introspect(core.clone(), forged.clone())));
    criterion.bench_function("verifying: introspect a forged token", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(|| introspect(core.clone(), forged.clone()));
    });
    criterion.bench_function("cache look-up: tokeninfo of a known token", |bencher| {
        bencher.to_async(&runtime).iter(|| {
            let mut core = core.clone();
            let request = TokenInfoRequest {
                access_token: token.clone(),
            };
            async move { core.token_info(request).await.unwrap() }
        });
    });
}

criterion_group!(benches, hot_paths);
criterion_main!(benches);
