//! Passwords at rest: Argon2id (RFC 9106), a few hashes at a time.
//!
//! Hashing is dear on purpose, so it is bounded: so many hashes run at once, so
//! many callers wait, and the next one is told at once that we are busy. A flood
//! of sign-ins then takes neither the memory nor the processors of the others:
//! hashes are made by threads that only use what the others leave ([`pool`]).

mod pool;

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{
        PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString,
        errors::Error as HashError,
    },
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use self::pool::Pool;
use crate::{
    config::Passwords,
    domain::{password::MAX_PASSWORD_BYTES, random::fill_random},
    error::{Error, Private},
};

/// So many callers wait for a hash; the next one is turned away.
const MAX_WAITING: usize = 64;
/// bcrypt looks at no more (and its own end mark counts).
const MAX_BCRYPT_BYTES: usize = 72;

/// Hashes and verifies passwords, a few at a time. Cheap to clone.
#[derive(Clone)]
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    pool: Arc<Pool>,
    admitted: Arc<Semaphore>,
}

/// What a stored hash says of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verified {
    /// It is the password.
    pub(crate) matches: bool,
    /// And its hash should be replaced: it is bcrypt or has other parameters.
    pub(crate) rehash: bool,
}

const NO_MATCH: Verified = Verified {
    matches: false,
    rehash: false,
};

impl PasswordHasher {
    /// A hasher with these parameters.
    ///
    /// # Errors
    /// When Argon2 can't work with them (less than 8 KiB of memory, no pass), or
    /// there are no threads.
    pub(crate) fn new(settings: &Passwords) -> Result<Self, Error> {
        let params = Params::new(settings.argon2_memory, settings.argon2_iterations, 1, None)
            .map_err(|error| Error::internal(error.to_string()))?;
        let concurrency = settings.concurrency.max(1);
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            pool: Arc::new(Pool::new(concurrency).map_err(Error::internal)?),
            admitted: Arc::new(Semaphore::new(concurrency + MAX_WAITING)),
        })
    }

    /// The PHC string to store for `password`.
    ///
    /// # Errors
    /// UNAVAILABLE when too many wait already.
    pub(crate) async fn hash(&self, password: &SecretString) -> Result<String, Error> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        self.run(move || hash(&argon2, bytes_of(&password))).await
    }

    /// Whether `password` is the one behind `stored`: a PHC string of Argon2 or a
    /// bcrypt hash. None (nobody of that name, no password) takes the work of one
    /// of our hashes and never matches, so that time does not tell who exists.
    /// Imported bcrypt hashes take a time of their own until their first use.
    ///
    /// # Errors
    /// UNAVAILABLE when too many wait already.
    pub(crate) async fn verify(
        &self,
        password: &SecretString,
        stored: Option<&str>,
    ) -> Result<Verified, Error> {
        if !(1..=MAX_PASSWORD_BYTES).contains(&bytes_of(password).len()) {
            return Ok(NO_MATCH);
        }
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let stored = stored.map(str::to_owned);
        self.run(move || verify(&argon2, bytes_of(&password), stored.as_deref()))
            .await
    }

    /// Runs `work` on one of the threads for it, when it is its turn.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let Ok(admitted) = Arc::clone(&self.admitted).try_acquire_owned() else {
            return Err(Error::Unavailable(Private(
                "too many passwords wait to be hashed".into(),
            )));
        };
        let work = move || {
            // The work holds its permit: a caller that goes away does not end it.
            let _admitted = admitted;
            work()
        };
        let done = self.pool.run(work).await;
        done.unwrap_or_else(|| Err(Error::internal("hashing a password panicked".to_owned())))
    }
}

fn bytes_of(password: &SecretString) -> &[u8] {
    password.expose_secret().as_bytes()
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<String, Error> {
    let mut random = [0; 16];
    fill_random(&mut random);
    let salt = SaltString::encode_b64(&random).map_err(failed)?;
    let hash = argon2.hash_password(password, &salt).map_err(failed)?;
    Ok(hash.to_string())
}

fn verify(argon2: &Argon2<'_>, password: &[u8], stored: Option<&str>) -> Result<Verified, Error> {
    match stored {
        Some(stored) if stored.starts_with("$argon2") => verify_argon2(argon2, password, stored),
        Some(stored) if stored.starts_with("$2") && fits_bcrypt(password) => {
            let matches = bcrypt::verify(password, stored).map_err(Error::internal)?;
            Ok(Verified {
                matches,
                rehash: matches,
            })
        }
        _ => hash(argon2, password).map(|_| NO_MATCH),
    }
}

fn verify_argon2(argon2: &Argon2<'_>, password: &[u8], stored: &str) -> Result<Verified, Error> {
    let stored = PasswordHash::new(stored).map_err(failed)?;
    match argon2.verify_password(password, &stored) {
        Ok(()) => Ok(Verified {
            matches: true,
            rehash: !is_of(argon2, &stored),
        }),
        Err(HashError::Password) => Ok(NO_MATCH),
        Err(error) => Err(failed(error)),
    }
}

/// Whether `stored` was made with the parameters of `argon2`.
fn is_of(argon2: &Argon2<'_>, stored: &PasswordHash<'_>) -> bool {
    let ours = argon2.params();
    stored.algorithm == Algorithm::Argon2id.ident()
        && stored.version == Some(Version::V0x13.into())
        && Params::try_from(stored).is_ok_and(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost())
                == (ours.m_cost(), ours.t_cost(), ours.p_cost())
        })
}

/// bcrypt cuts a longer password off and reads one with NULs as a repetition: a
/// match would then be no proof of the whole, which we are about to store.
fn fits_bcrypt(password: &[u8]) -> bool {
    password.len() <= MAX_BCRYPT_BYTES && !password.contains(&0)
}

/// The library's errors are no `std` errors.
fn failed(error: HashError) -> Error {
    Error::internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tokio::task::JoinHandle;

    use super::*;

    fn hasher(argon2_iterations: u32, concurrency: usize) -> PasswordHasher {
        PasswordHasher::new(&Passwords {
            argon2_memory: 64,
            argon2_iterations,
            concurrency,
            failures_per_account: 5,
            failures_per_address: 20,
        })
        .unwrap()
    }

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    const MATCH: Verified = Verified {
        matches: true,
        rehash: false,
    };
    const MATCH_OF_OLD: Verified = Verified {
        matches: true,
        rehash: true,
    };

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let hasher = hasher(1, 2);
        for password in ["x", "pässwörd 🔑", "nul\0inside", &"a".repeat(1024)] {
            let stored = hasher.hash(&secret(password)).await.unwrap();
            assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
            let right = hasher.verify(&secret(password), Some(&stored)).await;
            assert_eq!(right.unwrap(), MATCH);
            let wrong = hasher.verify(&secret("other"), Some(&stored)).await;
            assert_eq!(wrong.unwrap(), NO_MATCH);
        }
    }

    #[tokio::test]
    async fn equal_passwords_have_different_hashes() {
        let hasher = hasher(1, 2);
        let first = hasher.hash(&secret("same")).await.unwrap();
        assert_ne!(first, hasher.hash(&secret("same")).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        assert_eq!(
            hasher(1, 2).verify(&secret("any"), None).await.unwrap(),
            NO_MATCH
        );
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_to_be_replaced() {
        let stored = hasher(1, 2).hash(&secret("pw")).await.unwrap();
        let other = hasher(2, 2).verify(&secret("pw"), Some(&stored)).await;
        assert_eq!(other.unwrap(), MATCH_OF_OLD);
    }

    #[tokio::test]
    async fn bcrypt_of_every_maker_is_read_and_to_be_replaced() {
        let hasher = hasher(1, 2);
        let cost_4 = bcrypt::hash_with_salt("pw", 4, [7; 16]).unwrap();
        for version in [
            bcrypt::Version::TwoA,
            bcrypt::Version::TwoB,
            bcrypt::Version::TwoY,
        ] {
            let stored = cost_4.format_for_version(version);
            let right = hasher.verify(&secret("pw"), Some(&stored)).await.unwrap();
            assert_eq!(right, MATCH_OF_OLD);
            let wrong = hasher.verify(&secret("pW"), Some(&stored)).await.unwrap();
            assert_eq!(wrong, NO_MATCH);
        }
    }

    #[tokio::test]
    async fn bcrypt_does_not_take_what_only_begins_like_the_password() {
        let hasher = hasher(1, 2);
        let long = "a".repeat(72);
        let stored = bcrypt::hash_with_salt(&long, 4, [7; 16])
            .unwrap()
            .to_string();
        let longer = hasher
            .verify(&secret(&format!("{long}b")), Some(&stored))
            .await;
        assert_eq!(longer.unwrap(), NO_MATCH);
        let stored = bcrypt::hash_with_salt("a", 4, [7; 16]).unwrap().to_string();
        let repeated = hasher.verify(&secret("a\0a"), Some(&stored)).await;
        assert_eq!(repeated.unwrap(), NO_MATCH);
    }

    #[tokio::test]
    async fn an_empty_or_endless_password_is_refused_without_work() {
        // The only thread is busy: work would wait for ever.
        let hasher = hasher(1, 1);
        let (_stop, busy) = occupy(&hasher);
        for password in [String::new(), "a".repeat(MAX_PASSWORD_BYTES + 1)] {
            assert_eq!(
                hasher.verify(&secret(&password), None).await.unwrap(),
                NO_MATCH
            );
        }
        drop(busy);
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_at_once() {
        let hasher = hasher(1, 1);
        let (stop, busy) = occupy(&hasher);
        let waiting: Vec<_> = (0..MAX_WAITING)
            .map(|_| {
                let hasher = hasher.clone();
                tokio::spawn(async move { hasher.hash(&secret("pw")).await })
            })
            .collect();
        while hasher.admitted.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let turned_away = hasher.hash(&secret("pw")).await;
        assert!(matches!(turned_away, Err(Error::Unavailable(_))));
        drop(stop);
        busy.await.unwrap();
        for hash in waiting {
            hash.await.unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn who_goes_away_gives_the_place_back_without_work() {
        let hasher = hasher(1, 1);
        let (stop, busy) = occupy(&hasher);
        let (sender, ran) = mpsc::channel();
        let gone = {
            let hasher = hasher.clone();
            tokio::spawn(async move { hasher.run(move || Ok(sender.send(()))).await })
        };
        while hasher.admitted.available_permits() > MAX_WAITING - 1 {
            tokio::task::yield_now().await;
        }
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        drop(stop);
        busy.await.unwrap();
        hasher.hash(&secret("pw")).await.unwrap();
        assert!(ran.try_recv().is_err());
        assert_eq!(hasher.admitted.available_permits(), 1 + MAX_WAITING);
    }

    /// Keeps a thread busy until the sender is dropped.
    fn occupy(hasher: &PasswordHasher) -> (mpsc::Sender<()>, JoinHandle<()>) {
        let (stop, stopped) = mpsc::channel();
        let hasher = hasher.clone();
        let busy = tokio::spawn(async move {
            let work = move || {
                // Nothing comes: the sender's end ends it.
                let _ = stopped.recv();
                Ok(())
            };
            hasher.run(work).await.unwrap();
        });
        (stop, busy)
    }
}
