//! The issuer and what follows from it.

use url::Url;

use super::reader::Reader;

/// Where the world finds this server: the issuer (RFC 8414 section 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    issuer: String,
    path: String,
    https: bool,
}

impl BaseUrl {
    /// Takes an absolute http or https URL without query, fragment and user
    /// information; slashes at its end are removed.
    ///
    /// # Errors
    /// What is wrong with it, for the operator.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text)
            .map_err(|_| "expected an absolute URL such as https://auth.corp.net")?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err("expected an http or https URL such as https://auth.corp.net");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("an issuer has neither query nor fragment (RFC 8414 section 2)");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an issuer holds no user name and no password");
        }
        let path = url.path().trim_end_matches('/');
        // Routes are built from it, in which other characters have a meaning.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~');
        if path.contains("//") || !path.chars().all(plain) {
            return Err("the path may hold letters, digits and - _ . ~ between single slashes");
        }
        Ok(Self {
            issuer: url.as_str().trim_end_matches('/').to_owned(),
            path: path.to_owned(),
            https: url.scheme() == "https",
        })
    }

    /// The issuer identifier, without a slash at its end.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The path that everything lies below: empty or like `/auth`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether browsers reach it encrypted: cookies and HSTS depend on it.
    #[must_use]
    pub const fn https(&self) -> bool {
        self.https
    }

    /// Whether only this machine can reach it by that name.
    fn is_loopback(&self) -> bool {
        Url::parse(&self.issuer).is_ok_and(|url| match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        })
    }
}

/// Reads BASE_URL; `default` is a valid one.
pub fn read(reader: &mut Reader<'_>) -> BaseUrl {
    let text = reader
        .text("BASE_URL")
        .unwrap_or_else(|| "http://localhost:8080".to_owned());
    let base_url = BaseUrl::parse(&text).unwrap_or_else(|expected| {
        reader.wrong("BASE_URL", expected);
        BaseUrl {
            issuer: text,
            path: String::new(),
            https: true,
        }
    });
    let production = reader.parse("ENVIRONMENT", false, "", |text| {
        Some(matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "1" | "production"
        ))
    });
    if !base_url.https && (production || !base_url.is_loopback()) {
        reader.warn("BASE_URL is http: passwords and tokens travel in the clear and cookies are not marked Secure");
    }
    base_url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_may_have_a_path_and_loses_its_last_slash() {
        let url = BaseUrl::parse("https://corp.net:8443/auth/").unwrap();
        assert_eq!(
            (url.issuer(), url.path(), url.https()),
            ("https://corp.net:8443/auth", "/auth", true)
        );
        let url = BaseUrl::parse("http://localhost:8080/").unwrap();
        assert_eq!(
            (url.issuer(), url.path(), url.https()),
            ("http://localhost:8080", "", false)
        );
    }

    #[test]
    fn what_is_no_issuer_is_refused() {
        for text in [
            "localhost:8080",
            "/auth",
            "ftp://corp.net",
            "https://",
            "https://corp.net?a=b",
            "https://corp.net/#x",
            "https://me:pw@corp.net",
            "https://corp.net/a//b",
            "https://corp.net/{id}",
            "https://corp.net/a b",
        ] {
            assert!(BaseUrl::parse(text).is_err(), "{text}");
        }
    }
}
