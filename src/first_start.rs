//! What the first start creates: the data directory, the secrets nobody gave, and
//! the note that says how to sign in. Secrets that exist are never overwritten.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use core_service::bootstrap::Bootstrapped;
use secrecy::{ExposeSecret, SecretString};
use tracing::{info, warn};

use crate::{Error, config::Config};

/// In the data directory: protects the signing keys.
const ROOT_SECRET: &str = "root_secret";
/// In the data directory: what gateway and UI prove themselves to the core with.
const PEER_SECRET: &str = "peer_secret";
/// In the data directory: how to sign in for the first time.
const CREDENTIALS: &str = "credentials.txt";
/// Readable and writable for the owner only.
const PRIVATE: u32 = 0o600;

/// The root secret: given, kept in the data directory, or made now.
///
/// # Errors
/// When the data directory can't be used.
pub fn root_secret(config: &Config) -> Result<SecretString, Error> {
    let given = config.data.root_secret.clone();
    given.map_or_else(|| kept_or_new(&config.data.directory, ROOT_SECRET), Ok)
}

/// The core's side of the peer secret: given, kept in the data directory, or made now.
///
/// # Errors
/// When the data directory can't be used.
pub fn peer_secret(config: &Config) -> Result<SecretString, Error> {
    let given = config.peer.secret.clone();
    given.map_or_else(|| kept_or_new(&config.data.directory, PEER_SECRET), Ok)
}

/// The other side's: given, or kept in a data directory that the core shares.
///
/// # Errors
/// When there is none: only the core makes one.
pub fn shared_peer_secret(config: &Config) -> Result<SecretString, Error> {
    if let Some(secret) = config.peer.secret.clone() {
        return Ok(secret);
    }
    let path = config.data.directory.join(PEER_SECRET);
    read(&path).map_err(|_| {
        let path = path.display();
        Error::Peer(format!(
            "no PEER_SECRET or PEER_SECRET_FILE is set and {path} can't be read; \
             give this process the secret that the core's data directory holds in {PEER_SECRET}"
        ))
    })
}

/// Makes the data directory when it is not there.
///
/// # Errors
/// When that fails.
pub fn make_directory(directory: &Path) -> Result<(), Error> {
    let made = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory);
    made.map_err(file_error(
        directory,
        "the data directory (DATA_DIR) can't be made",
    ))
}

/// Writes the note with the first user's credentials; the password only when
/// nobody chose it. Gives the note's path.
///
/// # Errors
/// When it can't be written.
pub fn write_credentials(config: &Config, first: &Bootstrapped) -> Result<PathBuf, Error> {
    make_directory(&config.data.directory)?;
    let path = config.data.directory.join(CREDENTIALS);
    let password = match config.data.admin_password {
        Some(_) => "(the one in DEFAULT_ADMIN_PASSWORD)",
        None => first.password.expose_secret(),
    };
    let note = format!(
        "Sign in:    {}/login\nUser name:  {}\nPassword:   {password}\nClient ID:  {} (AuthGate CLI)\n",
        config.server.base_url.issuer(),
        first.username,
        first.client_id,
    );
    // The database was empty, so a note that is there is of another one.
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(PRIVATE)
            .open(&path)?;
        file.set_permissions(Permissions::from_mode(PRIVATE))?;
        file.write_all(note.as_bytes())
    };
    write().map_err(file_error(&path, "can't be written"))?;
    Ok(path)
}

fn kept_or_new(directory: &Path, name: &str) -> Result<SecretString, Error> {
    make_directory(directory)?;
    let path = directory.join(name);
    match create(&path) {
        Ok(secret) => {
            info!(path = %path.display(), "made a secret; keep a copy of it");
            Ok(secret)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(&path),
        Err(error) => Err(file_error(&path, "can't be made")(error)),
    }
}

/// Makes a secret of 32 random bytes, unless the file is there. It is there whole or not
/// at all, whenever the process ends: it gets its name once it is written.
fn create(path: &Path) -> io::Result<SecretString> {
    if path.exists() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let mut random = [0; 32];
    rand::fill(&mut random).map_err(|_| io::Error::other("the system has no random numbers"))?;
    let secret = URL_SAFE_NO_PAD.encode(random);

    let unfinished = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(PRIVATE)
        .open(&unfinished)?;
    writeln!(file, "{secret}")?;
    file.sync_all()?;
    // Fails when somebody else was faster, unlike a rename.
    let named = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished)?;
    named?;
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        File::open(folder)?.sync_all()?;
    }
    Ok(SecretString::from(secret))
}

fn read(path: &Path) -> Result<SecretString, Error> {
    let text = fs::read_to_string(path).map_err(file_error(path, "can't be read"))?;
    let mode = fs::metadata(path).map_or(PRIVATE, |metadata| metadata.permissions().mode());
    if mode & 0o077 != 0 {
        warn!(path = %path.display(), "others can read this secret; run chmod 600 on it");
    }
    let secret = text.trim();
    if secret.len() < 32 {
        let error = io::Error::other("shorter than 32 bytes; restore it from your copy");
        return Err(file_error(path, "is no secret")(error));
    }
    Ok(SecretString::from(secret.to_owned()))
}

fn file_error(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |error| Error::File {
        path,
        action,
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Variables;

    fn config(directory: &Path, more: &[(&str, &str)]) -> Config {
        let mut variables: Variables = more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        variables.insert("DATA_DIR".to_owned(), directory.display().to_string());
        Config::read(&variables).unwrap().0
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn secrets_are_made_once_and_only_for_the_owner() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("data");
        let config = config(&directory, &[]);
        let first = root_secret(&config).unwrap();
        assert_eq!(
            (mode(&directory), mode(&directory.join(ROOT_SECRET))),
            (0o700, 0o600)
        );
        assert_eq!(
            root_secret(&config).unwrap().expose_secret(),
            first.expose_secret()
        );
        assert_ne!(
            peer_secret(&config).unwrap().expose_secret(),
            first.expose_secret()
        );
        assert_eq!(
            shared_peer_secret(&config).unwrap().expose_secret(),
            peer_secret(&config).unwrap().expose_secret()
        );
    }

    #[test]
    fn a_given_secret_leaves_no_file() {
        let directory = tempfile::tempdir().unwrap();
        let given = "Zk3v9QmB7xLr2TnYpW5sHd8cJf1gKa6e";
        let config = config(
            directory.path(),
            &[("ENCRYPTION_SECRET", given), ("PEER_SECRET", given)],
        );
        assert_eq!(root_secret(&config).unwrap().expose_secret(), given);
        assert_eq!(shared_peer_secret(&config).unwrap().expose_secret(), given);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_broken_secret_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(ROOT_SECRET), "cut off").unwrap();
        let error = root_secret(&config(directory.path(), &[]))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("restore it") && !error.contains("cut off"),
            "{error}"
        );
    }

    #[test]
    fn others_can_not_make_a_peer_secret() {
        let directory = tempfile::tempdir().unwrap();
        let error = shared_peer_secret(&config(directory.path(), &[])).unwrap_err();
        assert!(error.to_string().contains("PEER_SECRET_FILE"));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_note_holds_a_password_only_when_it_was_made_up() {
        let directory = tempfile::tempdir().unwrap();
        let first = || Bootstrapped {
            username: "admin".to_owned(),
            password: SecretString::from("m4de-up-p4ss"),
            client_id: "3fa1".to_owned(),
        };
        let path = write_credentials(&config(directory.path(), &[]), &first()).unwrap();
        let note = fs::read_to_string(&path).unwrap();
        assert!(
            note.contains("m4de-up-p4ss") && note.contains("3fa1") && note.contains("/login"),
            "{note}"
        );
        assert_eq!(mode(&path), 0o600);
        let chosen = config(
            directory.path(),
            &[("DEFAULT_ADMIN_PASSWORD", "m4de-up-p4ss")],
        );
        write_credentials(&chosen, &first()).unwrap();
        assert!(!fs::read_to_string(&path).unwrap().contains("m4de-up-p4ss"));
    }
}
