//! The ring over a database: what pods share, and what they do at once.

use std::{collections::HashSet, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{DerivedKeys, KeyRing, TokenType};
use crate::{
    config::{Algorithm, Database, Settings},
    domain::{id::KeyId, time::Timestamp},
    error::Error,
    store::{
        Store,
        signing_keys::{self, SigningKeyRow},
    },
};

const T0: Timestamp = Timestamp(1_700_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
/// What [`World::new`] sets; the longest life by default is a day.
const LEAD: Duration = Duration::from_secs(600);
const RETENTION: Duration = Duration::from_secs(86_400 + 600);

/// A database and the settings of the pods that use it.
struct World {
    _directory: TempDir,
    store: Store,
    settings: Settings,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/test.db", directory.path().display());
        let database = Database::at(url.into());
        let store = Store::open(&database).await.unwrap();
        let root = "a root secret of enough length for a test";
        let mut settings =
            Settings::new("https://issuer.example".to_owned(), root.into(), database);
        settings.signing.publication_lead = LEAD;
        settings.signing.rotation_interval = None;
        Self {
            _directory: directory,
            store,
            settings,
        }
    }

    /// A pod that starts now.
    async fn pod(&self, now: Timestamp) -> Result<KeyRing, Error> {
        let derived = DerivedKeys::new(&self.settings.root_secret);
        KeyRing::load(&self.store, &self.settings, &derived, now).await
    }

    async fn rows(&self) -> Vec<SigningKeyRow> {
        signing_keys::list(&mut self.store.read().await.unwrap())
            .await
            .unwrap()
    }
}

fn sign(ring: &KeyRing, now: Timestamp, algorithm: Algorithm) -> String {
    ring.sign(now, algorithm, Some("at+jwt"), &json!({ "sub": "someone" }))
        .unwrap()
}

fn accepts(ring: &KeyRing, token: &str) -> bool {
    ring.verify(token, TokenType::AccessToken).is_some()
}

/// The `kid` that signs at `now`.
fn signer(ring: &KeyRing, now: Timestamp, algorithm: Algorithm) -> String {
    jsonwebtoken::decode_header(sign(ring, now, algorithm))
        .unwrap()
        .kid
        .unwrap()
}

fn published(ring: &KeyRing, now: Timestamp) -> HashSet<String> {
    let set = ring.jwks(now);
    let keys = set["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn invalid<T>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Invalid(text)) => text,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was accepted"),
    }
}

#[tokio::test]
async fn the_first_start_makes_a_key_for_each_algorithm_and_the_next_finds_them() {
    let world = World::new().await;
    let first = world.pod(T0).await.unwrap();
    let next = world.pod(T0 + DAY).await.unwrap();

    for algorithm in first.algorithms() {
        let token = sign(&first, T0, algorithm);
        assert!(accepts(&first, &token) && accepts(&next, &token));
        assert_eq!(
            signer(&first, T0, algorithm),
            signer(&next, T0 + DAY, algorithm)
        );
    }
    assert_eq!(world.rows().await.len(), 3);
}

#[tokio::test]
async fn the_key_set_holds_public_members_only() {
    let world = World::new().await;
    let ring = world.pod(T0).await.unwrap();
    let set = ring.jwks(T0);
    let mut seen = HashSet::new();
    for key in set["keys"].as_array().unwrap() {
        let members: Vec<_> = key
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let algorithm = key["alg"].as_str().unwrap();
        let expected = match algorithm {
            "RS256" => ["alg", "e", "kid", "kty", "n", "use"].as_slice(),
            "ES256" => &["alg", "crv", "kid", "kty", "use", "x", "y"],
            _ => &["alg", "crv", "kid", "kty", "use", "x"],
        };
        let mut members = members;
        members.sort_unstable();
        assert_eq!(members, expected);
        assert_eq!(key["use"], "sig");
        seen.insert(algorithm.to_owned());

        // What others read from it verifies our tokens.
        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.clone()).unwrap();
        let verifier = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
        let mut validation = jsonwebtoken::Validation::new(algorithm.parse().unwrap());
        validation.required_spec_claims.clear();
        let token = sign(&ring, T0, Algorithm::parse(algorithm).unwrap());
        jsonwebtoken::decode::<Value>(&token, &verifier, &validation).unwrap();
    }
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn keys_do_not_open_under_another_root_secret_and_none_are_added() {
    let mut world = World::new().await;
    world.pod(T0).await.unwrap();
    world.settings.root_secret = "another root secret of the same good length".into();

    let text = invalid(world.pod(T0).await);
    assert!(
        text.contains("root secret") && text.contains("ENCRYPTION_SECRET"),
        "{text}"
    );
    assert_eq!(world.rows().await.len(), 3);
}

#[tokio::test]
async fn pods_that_start_at_once_on_an_empty_database_agree() {
    let world = World::new().await;
    let (one, other) = tokio::join!(world.pod(T0), world.pod(T0));
    let (one, other) = (one.unwrap(), other.unwrap());
    one.reload(T0).await.unwrap();
    for algorithm in one.algorithms() {
        assert_eq!(signer(&one, T0, algorithm), signer(&other, T0, algorithm));
    }
}

/// Where the database lets both insert, each pod starts with the key of its own.
#[tokio::test]
async fn of_two_first_keys_all_pods_choose_the_same_and_the_other_fades_out() {
    let world = World::new().await;
    let one = world.pod(T0).await.unwrap();
    let other = world.pod(T0).await.unwrap();
    let own = sign(&one, T0, Algorithm::Es256);
    other
        .rotate(T0, Some(Algorithm::Es256), true)
        .await
        .unwrap();
    let others = sign(&other, T0, Algorithm::Es256);

    one.reload(T0).await.unwrap();
    assert_eq!(
        signer(&one, T0, Algorithm::Es256),
        signer(&other, T0, Algorithm::Es256)
    );
    one.maintain(T0).await.unwrap();
    other.maintain(T0).await.unwrap();
    for pod in [&one, &other] {
        assert!(accepts(pod, &own) && accepts(pod, &others));
        assert_eq!(published(pod, T0).len(), 4);
        assert_eq!(published(pod, T0 + RETENTION).len(), 3);
    }
}

#[tokio::test]
async fn a_pod_whose_clock_is_behind_signs_with_the_key_that_there_is() {
    let world = World::new().await;
    world.pod(T0).await.unwrap();
    let late = T0 - MINUTE;
    let pod = world.pod(late).await.unwrap();
    assert!(accepts(&pod, &sign(&pod, late, Algorithm::Es256)));
    assert_eq!(world.rows().await.len(), 3);
}

#[tokio::test]
async fn a_rotation_is_published_first_signs_later_and_loses_no_token() {
    let world = World::new().await;
    let ring = world.pod(T0).await.unwrap();
    let old = signer(&ring, T0, Algorithm::Es256);

    let added = ring
        .rotate(T0, Some(Algorithm::Es256), false)
        .await
        .unwrap();
    let [new] = added.as_slice() else {
        panic!("{added:?}")
    };
    assert!(published(&ring, T0).is_superset(&[old.clone(), new.to_string()].into()));

    // Until the lead is over, verifiers have time to fetch the new key.
    let takes_over = T0 + LEAD;
    let before = takes_over - Duration::from_millis(1);
    assert_eq!(signer(&ring, before, Algorithm::Es256), old);
    let last = sign(&ring, before, Algorithm::Es256);
    assert_eq!(signer(&ring, takes_over, Algorithm::Es256), new.as_str());

    // A pod that starts now accepts the old key's tokens as well.
    ring.maintain(takes_over).await.unwrap();
    assert!(accepts(&world.pod(takes_over).await.unwrap(), &last));

    let end = takes_over + RETENTION;
    let before_end = end - Duration::from_millis(1);
    ring.maintain(before_end).await.unwrap();
    assert!(accepts(&ring, &last) && published(&ring, before_end).contains(&old));

    assert!(!published(&ring, end).contains(&old));
    ring.maintain(end).await.unwrap();
    assert!(!accepts(&ring, &last));
    assert!(world.rows().await.iter().all(|row| row.id.as_str() != old));
    assert_eq!(signer(&ring, end, Algorithm::Es256), new.as_str());
}

#[tokio::test]
async fn an_immediate_rotation_of_all_signs_at_once() {
    let world = World::new().await;
    let ring = world.pod(T0).await.unwrap();
    let now = T0 + DAY;
    let before: Vec<_> = ring
        .algorithms()
        .into_iter()
        .map(|one| sign(&ring, now, one))
        .collect();

    let added = ring.rotate(now, None, true).await.unwrap();
    assert_eq!(added.len(), 3);
    for algorithm in ring.algorithms() {
        assert!(added.contains(&KeyId::from(signer(&ring, now, algorithm))));
    }
    assert!(before.iter().all(|token| accepts(&ring, token)));
}

#[tokio::test]
async fn a_rotation_by_another_process_is_taken_in_at_reload() {
    let world = World::new().await;
    let server = world.pod(T0).await.unwrap();
    let command = world.pod(T0).await.unwrap();
    command
        .rotate(T0 + MINUTE, Some(Algorithm::EdDsa), true)
        .await
        .unwrap();
    let token = sign(&command, T0 + MINUTE, Algorithm::EdDsa);

    assert!(!accepts(&server, &token));
    server.reload(T0 + MINUTE).await.unwrap();
    assert!(accepts(&server, &token));
}

#[tokio::test]
async fn keys_change_by_schedule_once_however_many_pods_there_are() {
    let mut world = World::new().await;
    world.settings.signing.rotation_interval = Some(30 * DAY);
    let one = world.pod(T0).await.unwrap();
    let other = world.pod(T0).await.unwrap();
    let first = signer(&one, T0, Algorithm::Rs256);

    let due = T0 + 30 * DAY - LEAD;
    one.maintain(due - MINUTE).await.unwrap();
    assert_eq!(world.rows().await.len(), 3);

    let (left, right) = tokio::join!(one.maintain(due), other.maintain(due));
    left.and(right).unwrap();
    one.maintain(due + MINUTE).await.unwrap();
    assert_eq!(world.rows().await.len(), 6);

    other.reload(due).await.unwrap();
    assert_eq!(signer(&other, due, Algorithm::Rs256), first);
    let second = signer(&other, due + LEAD, Algorithm::Rs256);
    assert_ne!(second, first);
    assert_eq!(signer(&one, due + LEAD, Algorithm::Rs256), second);

    // The old ones go; the next ones come a full interval later.
    let gone = due + LEAD + RETENTION;
    one.maintain(due + LEAD).await.unwrap();
    one.maintain(gone).await.unwrap();
    assert_eq!(world.rows().await.len(), 3);
    one.maintain(due + 30 * DAY).await.unwrap();
    assert_eq!(world.rows().await.len(), 6);
}

#[tokio::test]
async fn keys_that_vanished_are_made_anew() {
    let world = World::new().await;
    let ring = world.pod(T0).await.unwrap();
    let mut transaction = world.store.begin().await.unwrap();
    for row in world.rows().await {
        signing_keys::set_expiry(&mut transaction, &row.id, T0)
            .await
            .unwrap();
    }
    signing_keys::delete_expired(&mut transaction, T0)
        .await
        .unwrap();
    transaction.commit().await.unwrap();

    ring.maintain(T0).await.unwrap();
    assert!(accepts(&ring, &sign(&ring, T0, Algorithm::Rs256)));
    assert_eq!(published(&ring, T0).len(), 3);
}

/// A P-256 key as `openssl ecparam -genkey` prints it, made for this test.
const OPERATORS_KEY: &str = "\
-----BEGIN EC PARAMETERS-----
BggqhkjOPQMBBw==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIPYtwobdsBs8sUlUd8bHT5IUz8HEwNULhi9Pibx/p01MoAoGCCqGSM49
AwEHoUQDQgAEYWcm+X8kcUGBrg48fpZpv7ocExuQI/M4G7xTi+j+gdzqBtZKQTlq
QUg0d5AJcm+YCNGXYu6ORVcH5DL3cgNVdA==
-----END EC PRIVATE KEY-----";

#[tokio::test]
async fn the_operators_own_key_signs_and_stored_ones_of_its_algorithm_fade_out() {
    let mut world = World::new().await;
    let before = world.pod(T0).await.unwrap();
    let stored = sign(&before, T0, Algorithm::Es256);

    world.settings.signing.private_key_pem = Some(OPERATORS_KEY.into());
    world.settings.signing.key_id = Some("operators-own".to_owned());
    let ring = world.pod(T0).await.unwrap();
    ring.maintain(T0).await.unwrap();

    assert_eq!(signer(&ring, T0, Algorithm::Es256), "operators-own");
    assert!(accepts(&ring, &stored) && accepts(&ring, &sign(&ring, T0, Algorithm::Es256)));
    assert!(published(&ring, T0).contains("operators-own"));
    assert_eq!(published(&ring, T0).len(), 4);
    ring.maintain(T0 + RETENTION).await.unwrap();
    assert!(!accepts(&ring, &stored));
    assert_eq!(published(&ring, T0 + RETENTION).len(), 3);

    // It is changed in the settings, not by rotation.
    let text = invalid(ring.rotate(T0, Some(Algorithm::Es256), false).await);
    assert!(
        text.contains("ES256") && text.contains("settings"),
        "{text}"
    );
    assert_eq!(ring.rotate(T0, None, false).await.unwrap().len(), 2);

    // Taken away again, a key is made as at first start.
    world.settings.signing.private_key_pem = None;
    let after = world.pod(T0 + DAY).await.unwrap();
    assert!(accepts(&after, &sign(&after, T0 + DAY, Algorithm::Es256)));
    assert!(!published(&after, T0 + DAY).contains("operators-own"));
}

#[tokio::test]
async fn the_operators_own_key_must_be_of_the_access_token_algorithm() {
    let mut world = World::new().await;
    world.settings.signing.private_key_pem = Some(OPERATORS_KEY.into());
    world.settings.signing.access_token_algorithm = Algorithm::Rs256;
    let text = invalid(world.pod(T0).await);
    assert!(
        text.contains("JWT_PRIVATE_KEY_PEM") && text.contains("RSA"),
        "{text}"
    );
    assert!(!text.contains("MHcC"), "the key itself is not shown");
}

#[tokio::test]
async fn the_secret_of_hs256_signs_access_tokens_and_appears_nowhere() {
    let mut world = World::new().await;
    let without = world.pod(T0).await.unwrap();
    let secret = "a shared secret of at least 32 bytes";
    world.settings.signing.hs256_secret = Some(secret.into());
    world.settings.signing.access_token_algorithm = Algorithm::Hs256;
    let ring = world.pod(T0).await.unwrap();

    let token = sign(&ring, T0, Algorithm::Hs256);
    assert!(accepts(&ring, &token));
    assert!(!accepts(&without, &token));
    assert_eq!(jsonwebtoken::decode_header(&token).unwrap().kid, None);

    assert_eq!(ring.jwks(T0), without.jwks(T0));
    assert!(!ring.algorithms().contains(&Algorithm::Hs256));
    assert_eq!(world.rows().await.len(), 3);
    assert!(
        without
            .sign(T0, Algorithm::Hs256, None, &json!({}))
            .is_err()
    );
    invalid(ring.rotate(T0, Some(Algorithm::Hs256), true).await);
}
