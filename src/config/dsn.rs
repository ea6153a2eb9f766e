//! PostgreSQL connection strings, in both of their forms.

use url::Url;

/// Keys that have a place of their own in a URL.
const PLACED: [&str; 5] = ["host", "port", "user", "password", "dbname"];
/// Keys that go on as the URL's parameters.
const PARAMETERS: [&str; 5] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "application_name",
];
/// Keys of the predecessor's connection strings that mean nothing here: instants are numbers.
const WITHOUT_MEANING: [&str; 2] = ["timezone", "connect_timeout"];

/// Takes a `postgres://` URL, or `key=value` pairs as libpq does, and gives the URL.
///
/// # Errors
/// What is wrong, without any part of the value: it holds a password.
pub fn postgres_url(dsn: &str) -> Result<String, String> {
    if dsn.starts_with("postgres://") || dsn.starts_with("postgresql://") {
        let url = Url::parse(dsn).map_err(|error| format!("not a valid URL: {error}"))?;
        let named = url.path().len() > 1 || url.query_pairs().any(|(key, _)| key == "dbname");
        return if named {
            Ok(dsn.to_owned())
        } else {
            Err("the URL names no database".to_owned())
        };
    }
    if !dsn.contains('=') {
        return Err(
            "expected postgres://user:password@host:5432/name or host=... user=... dbname=..."
                .to_owned(),
        );
    }
    from_pairs(&pairs(dsn)?)
}

fn from_pairs(pairs: &[(String, String)]) -> Result<String, String> {
    let value = |key: &str| {
        pairs
            .iter()
            .rev()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    };
    for (key, _) in pairs {
        let key = key.as_str();
        if !PLACED.contains(&key) && !PARAMETERS.contains(&key) && !WITHOUT_MEANING.contains(&key) {
            return Err(format!("the key {key:?} is not known"));
        }
    }
    let name = value("dbname").ok_or("dbname is missing")?;
    let mut url = Url::parse("postgres://localhost").map_err(|error| error.to_string())?;
    match value("host") {
        // A directory that holds the server's socket.
        Some(host) if host.starts_with('/') => {
            url.query_pairs_mut().append_pair("host", host);
        }
        Some(host) => url
            .set_host(Some(host))
            .map_err(|_| "host is no host name")?,
        None => {}
    }
    if let Some(port) = value("port") {
        let port = port.parse().map_err(|_| "port is no port number")?;
        url.set_port(Some(port)).map_err(|()| "port can't be set")?;
    }
    url.set_username(value("user").unwrap_or_default())
        .map_err(|()| "user can't be set")?;
    url.set_password(value("password"))
        .map_err(|()| "password can't be set")?;
    url.path_segments_mut()
        .map_err(|()| "dbname can't be set")?
        .push(name);
    for key in PARAMETERS {
        if let Some(value) = value(key) {
            url.query_pairs_mut().append_pair(key, value);
        }
    }
    Ok(url.into())
}

/// `key=value` pairs between white space; a value may stand in single quotes,
/// with backslashes before quotes and backslashes. Keys are made lower-case.
fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or("a key without a value")?;
        let (value, after) = value(after.trim_start())?;
        pairs.push((key.trim().to_ascii_lowercase(), value));
        rest = after.trim_start();
    }
    Ok(pairs)
}

/// The value at the start of `text`, and what follows it.
fn value(text: &str) -> Result<(String, &str), String> {
    let (quoted, body) = text
        .strip_prefix('\'')
        .map_or((false, text), |body| (true, body));
    let mut value = String::new();
    let mut characters = body.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Ok((value, &body[at + 1..])),
            c if c.is_whitespace() && !quoted => return Ok((value, &body[at..])),
            c => value.push(c),
        }
    }
    if quoted {
        Err("a quote is not closed".to_owned())
    } else {
        Ok((value, ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_stays_as_it_is() {
        let url = "postgres://gate:p%40ss@db:5432/authgate?sslmode=require";
        assert_eq!(postgres_url(url).as_deref(), Ok(url));
        assert!(postgres_url("postgres://db").is_err());
    }

    #[test]
    fn pairs_become_a_url() {
        let dsn = "host=db user=gate password='p@s s\\'/' dbname=authgate port=5433 sslmode=disable TimeZone=UTC";
        assert_eq!(
            postgres_url(dsn).as_deref(),
            Ok("postgres://gate:p%40s%20s'%2F@db:5433/authgate?sslmode=disable")
        );
        assert_eq!(
            postgres_url("host=/run/postgresql dbname=a").as_deref(),
            Ok("postgres://localhost/a?host=%2Frun%2Fpostgresql")
        );
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for dsn in [
            "hunter2",
            "host=db password=hunter2",
            "host=db dbname='a password=hunter2",
            "dbname=a port=hunter2",
            "dbname=a colour=hunter2",
            "dbname=a hunter2",
        ] {
            let wrong = postgres_url(dsn).unwrap_err();
            assert!(!wrong.contains("hunter2"), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(dsn in ".{0,60}") {
            let _ = postgres_url(&dsn);
        }
    }
}
