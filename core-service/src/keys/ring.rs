//! The keys that are in use, and what is done with them.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use authgate_proto::v1;
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::{
    compact::{self, TokenType},
    derived::DerivedKeys,
    key::SigningKey,
    rotation::{self, Schedule},
};
use crate::{
    config::{Algorithm, Settings, Signing},
    domain::{id::KeyId, time::Timestamp},
    error::Error,
    store::{
        Store,
        signing_keys::{self, SigningKeyRow},
    },
};

/// What ID tokens can be signed with, the default of OpenID Connect first.
const ASYMMETRIC: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];

/// The signing keys. Signing and verifying take no lock and touch no database.
pub struct KeyRing {
    pub(super) store: Store,
    pub(super) schedule: Schedule,
    derived: DerivedKeys,
    /// Keys that the settings give; they go before stored ones.
    given: Vec<Arc<SigningKey>>,
    stored: ArcSwap<Stored>,
    /// One reload at a time, so that an older reading never replaces a newer one.
    reloading: Mutex<()>,
}

/// The keys of the database at one moment.
#[derive(Default)]
struct Stored {
    rows: Vec<SigningKeyRow>,
    keys: HashMap<KeyId, Arc<SigningKey>>,
}

impl KeyRing {
    /// Loads the keys, after making those that are missing. `derived` opens them.
    ///
    /// # Errors
    /// `Invalid`, with what to do, when the settings' own key is not of the access
    /// token algorithm or a stored key was sealed with another root secret;
    /// UNAVAILABLE when the database is away.
    pub(crate) async fn load(
        store: &Store,
        settings: &Settings,
        derived: &DerivedKeys,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let ring = Self {
            store: store.clone(),
            schedule: Schedule::new(settings),
            derived: derived.clone(),
            given: given(&settings.signing)?,
            stored: ArcSwap::default(),
            reloading: Mutex::default(),
        };
        // First, because it fails when the root secret is another one: better no
        // key than one that shuts out the pods that have the right secret.
        ring.reload(now).await?;
        ring.add_keys(now, &ring.made_here(), |rows, algorithm| {
            rotation::is_missing(rows, algorithm).then_some(now)
        })
        .await?;
        Ok(ring)
    }

    /// Signs `claims` with the key that is active for `algorithm` at `now`; `typ`
    /// becomes the header's (`at+jwt`, `JWT`).
    ///
    /// # Errors
    /// Internal: when there is no such key (HS256 without a secret), or the claims
    /// are no JSON.
    pub(crate) fn sign(
        &self,
        now: Timestamp,
        algorithm: Algorithm,
        typ: Option<&str>,
        claims: &impl Serialize,
    ) -> Result<String, Error> {
        let key = self
            .active(now, algorithm)
            .ok_or_else(|| Error::internal(format!("no {} key", algorithm.as_str())))?;
        compact::sign(&key, typ, claims)
    }

    /// The claims of `token` when it is of this type and signed here, also by a
    /// superseded key that is still published. Looks at signature and type only:
    /// the caller checks lifetime, issuer and audience. An unknown `kid` costs nothing.
    pub(crate) fn verify(&self, token: &str, typ: TokenType) -> Option<Map<String, Value>> {
        compact::verify(token, typ, |algorithm, kid| {
            let stored = self.stored.load();
            self.given
                .iter()
                .chain(stored.keys.values())
                .find(|key| key.algorithm == algorithm && key.id() == kid)
                .cloned()
        })
    }

    /// The public keys at `now` as a JWK Set (RFC 7517 section 5): current, upcoming,
    /// and superseded ones whose tokens may still be alive.
    pub(crate) fn jwks(&self, now: Timestamp) -> Value {
        let stored = self.stored.load();
        let published = stored
            .rows
            .iter()
            .filter(|row| rotation::is_published(row, now));
        let keys: Vec<_> = self
            .given
            .iter()
            .chain(published.filter_map(|row| stored.keys.get(&row.id)))
            .filter_map(|key| key.jwk.as_ref())
            .collect();
        json!({ "keys": keys })
    }

    /// The keys that are published at `now`, the ones that the settings give first.
    pub(crate) fn list(&self, now: Timestamp) -> Vec<v1::SigningKey> {
        let stored = self.stored.load();
        let given = self.given.iter().map(|key| v1::SigningKey {
            key_id: key.id().unwrap_or_default().to_owned(),
            algorithm: key.algorithm.as_str().to_owned(),
            status: "active".to_owned(),
            configured: true,
            ..v1::SigningKey::default()
        });
        let published = stored
            .rows
            .iter()
            .filter(|row| rotation::is_published(row, now));
        let stored = published.map(|row| {
            let signs = Algorithm::parse(&row.algorithm)
                .filter(|_| !self.gives(&row.algorithm))
                .and_then(|algorithm| rotation::active(&stored.rows, algorithm, now))
                .is_some_and(|active| active.id == row.id);
            let status = match (signs, row.activates_at > now) {
                (true, _) => "active",
                (false, true) => "published",
                (false, false) => "retired",
            };
            v1::SigningKey {
                key_id: row.id.to_string(),
                algorithm: row.algorithm.clone(),
                status: status.to_owned(),
                created_at: row.created_at.0,
                activates_at: row.activates_at.0,
                expires_at: row.expires_at.map_or(0, |instant| instant.0),
                configured: false,
            }
        });
        given.chain(stored).collect()
    }

    /// What ID tokens and UserInfo answers can be signed with.
    pub(crate) fn algorithms(&self) -> Vec<Algorithm> {
        ASYMMETRIC.to_vec()
    }

    /// Takes in what other processes did to the keys. One small read; keys that are
    /// known already are not opened again.
    ///
    /// # Errors
    /// As [`load`](Self::load); the keys stay as they were.
    pub(crate) async fn reload(&self, now: Timestamp) -> Result<(), Error> {
        let _one_at_a_time = self.reloading.lock().await;
        let mut rows = self.rows().await?;
        rows.retain(|row| rotation::is_published(row, now));
        let current = self.stored.load_full();
        let keys = rows
            .iter()
            .map(|row| {
                let known = current.keys.get(&row.id).cloned();
                let key = known.map_or_else(|| self.open(row).map(Arc::new), Ok)?;
                Ok((row.id.clone(), key))
            })
            .collect::<Result<_, Error>>()?;
        self.stored.store(Arc::new(Stored { rows, keys }));
        Ok(())
    }

    /// The algorithms whose keys are made and stored here.
    pub(super) fn made_here(&self) -> Vec<Algorithm> {
        ASYMMETRIC
            .into_iter()
            .filter(|algorithm| !self.gives(algorithm.as_str()))
            .collect()
    }

    /// Whether the settings give the key of `algorithm`.
    pub(super) fn gives(&self, algorithm: &str) -> bool {
        self.given
            .iter()
            .any(|key| key.algorithm.as_str() == algorithm)
    }

    /// The stored keys of algorithms that this version knows.
    pub(super) async fn rows(&self) -> Result<Vec<SigningKeyRow>, Error> {
        let mut rows = signing_keys::list(&mut self.store.read().await?).await?;
        rows.retain(|row| Algorithm::parse(&row.algorithm).is_some());
        Ok(rows)
    }

    /// Makes a key for each of `algorithms` for which `plan`, given all keys, says
    /// when it is to begin to sign. Gives their `kid`s.
    pub(super) async fn add_keys(
        &self,
        now: Timestamp,
        algorithms: &[Algorithm],
        plan: impl Fn(&[SigningKeyRow], Algorithm) -> Option<Timestamp> + Send + Sync,
    ) -> Result<Vec<KeyId>, Error> {
        let mut wanted = algorithms.to_vec();
        let rows = self.rows().await?;
        wanted.retain(|algorithm| plan(&rows, *algorithm).is_some());
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let generated = generate(wanted).await?;

        let mut transaction = self.store.begin().await?;
        let rows = signing_keys::list(&mut transaction).await?;
        let mut added = Vec::new();
        for (algorithm, pkcs8) in generated {
            // Another pod may have been faster.
            let Some(activates_at) = plan(&rows, algorithm) else {
                continue;
            };
            let row = self.seal(algorithm, &pkcs8, now, activates_at)?;
            signing_keys::insert(&mut transaction, &row).await?;
            added.push(row.id);
        }
        transaction.commit().await?;
        self.reload(now).await?;
        Ok(added)
    }

    fn active(&self, now: Timestamp, algorithm: Algorithm) -> Option<Arc<SigningKey>> {
        if let Some(key) = self.given.iter().find(|key| key.algorithm == algorithm) {
            return Some(key.clone());
        }
        let stored = self.stored.load();
        let row = rotation::active(&stored.rows, algorithm, now)?;
        stored.keys.get(&row.id).cloned()
    }

    fn seal(
        &self,
        algorithm: Algorithm,
        pkcs8: &SecretSlice<u8>,
        now: Timestamp,
        activates_at: Timestamp,
    ) -> Result<SigningKeyRow, Error> {
        let key = SigningKey::from_pkcs8(algorithm, pkcs8).map_err(Error::internal)?;
        let id = key
            .id()
            .ok_or_else(|| Error::internal("a key without a public half"))?;
        Ok(SigningKeyRow {
            id: id.into(),
            algorithm: algorithm.as_str().to_owned(),
            sealed: self.derived.seal(id.as_bytes(), pkcs8.expose_secret()),
            created_at: now,
            activates_at,
            expires_at: None,
        })
    }

    fn open(&self, row: &SigningKeyRow) -> Result<SigningKey, Error> {
        let id = row.id.as_str();
        let pkcs8 = self
            .derived
            .open(id.as_bytes(), &row.sealed)
            .ok_or_else(|| {
                Error::Invalid(format!(
                    "the signing key {id} was sealed with another root secret. Start with the \
                 ENCRYPTION_SECRET (or SESSION_SECRET, or data directory) that this database was \
                 used with before. If that is lost, empty the table signing_keys: new keys are \
                 then made, and tokens signed so far no longer count"
                ))
            })?;
        let algorithm = Algorithm::parse(&row.algorithm)
            .ok_or_else(|| Error::internal("a signing key of an unknown algorithm"))?;
        SigningKey::from_pkcs8(algorithm, &pkcs8.into()).map_err(Error::internal)
    }
}

/// The keys that the settings give: the operator's own one, and the secret of HS256.
fn given(signing: &Signing) -> Result<Vec<Arc<SigningKey>>, Error> {
    let algorithm = signing.access_token_algorithm;
    let mut keys = Vec::new();
    if let Some(secret) = &signing.hs256_secret {
        keys.push(Arc::new(SigningKey::hs256(secret)));
    }
    if let Some(pem) = &signing.private_key_pem {
        let key = SigningKey::from_pem(algorithm, pem, signing.key_id.as_deref());
        keys.push(Arc::new(key.map_err(|unusable| {
            Error::Invalid(format!(
                "the private key (JWT_PRIVATE_KEY_PEM or JWT_PRIVATE_KEY_PATH) does not serve: {unusable}"
            ))
        })?));
    }
    Ok(keys)
}

/// New keys, made off the async threads: an RSA key takes up to a second.
async fn generate(algorithms: Vec<Algorithm>) -> Result<Vec<(Algorithm, SecretSlice<u8>)>, Error> {
    let generate = move || {
        let keys = algorithms.into_iter();
        keys.map(|algorithm| Ok((algorithm, SigningKey::generate(algorithm)?)))
            .collect::<Result<_, aws_lc_rs::error::Unspecified>>()
    };
    tokio::task::spawn_blocking(generate)
        .await
        .map_err(Error::internal)?
        .map_err(Error::internal)
}
