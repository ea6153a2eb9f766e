//! Looks at answers without parsing them: a fast error page must never count.

use bytes::Bytes;
use http::StatusCode;
use memchr::memmem;

use crate::{http_client::Answer, load::Failure};

impl Answer {
    /// Demands this status.
    ///
    /// # Errors
    /// When it is another.
    pub fn expect(&self, status: StatusCode) -> Result<(), Failure> {
        if self.status == status {
            return Ok(());
        }
        Err(self.unexpected(&format!("status {} instead of {status}", self.status)))
    }

    /// Demands a JSON member with this text value.
    ///
    /// # Errors
    /// When it is absent or another.
    pub fn expect_text(&self, name: &str, value: &str) -> Result<(), Failure> {
        if json_text(&self.body, name) == Some(value) {
            return Ok(());
        }
        Err(self.unexpected(&format!("'{name}' is not '{value}'")))
    }

    /// Demands a JSON member that is true.
    ///
    /// # Errors
    /// When it is not.
    pub fn expect_true(&self, name: &str) -> Result<(), Failure> {
        match json_value(&self.body, name) {
            Some(value) if value.starts_with(b"true") => Ok(()),
            _ => Err(self.unexpected(&format!("'{name}' is not true"))),
        }
    }

    /// The text of a JSON member.
    ///
    /// # Errors
    /// When it is absent or empty.
    pub fn text(&self, name: &str) -> Result<&str, Failure> {
        match json_text(&self.body, name) {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.unexpected(&format!("no '{name}'"))),
        }
    }

    /// A failure that shows the beginning of the answer.
    pub fn unexpected(&self, what: &str) -> Failure {
        let body = String::from_utf8_lossy(&self.body[..self.body.len().min(160)]);
        let body = body.lines().next().unwrap_or_default();
        Failure::new(format!("{what}: {} {body}", self.status.as_u16()))
    }
}

/// What follows the first `"name":` in a JSON text. Members of nested objects are
/// found as well: good enough for answers whose shape is known.
fn json_value<'a>(body: &'a Bytes, name: &str) -> Option<&'a [u8]> {
    let mut rest = &body[..];
    loop {
        let start = memmem::find(rest, name.as_bytes())?;
        let quoted = start > 0 && rest[start - 1] == b'"';
        rest = &rest[start + name.len()..];
        if let Some(after) = rest.strip_prefix(b"\"").filter(|_| quoted)
            && let Some(value) = after.trim_ascii_start().strip_prefix(b":")
        {
            return Some(value.trim_ascii_start());
        }
    }
}

/// The text of a JSON member that holds no escapes, as tokens and codes do not.
fn json_text<'a>(body: &'a Bytes, name: &str) -> Option<&'a str> {
    let value = json_value(body, name)?.strip_prefix(b"\"")?;
    let end = memchr::memchr2(b'"', b'\\', value)?;
    (value[end] == b'"').then_some(())?;
    str::from_utf8(&value[..end]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &'static str) -> Answer {
        Answer {
            status: StatusCode::OK,
            headers: http::HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    #[test]
    fn members_are_found_in_any_spacing() {
        for body in [
            r#"{"active":true,"access_token":"a.b"}"#,
            "{ \"x_active\": false, \"active\" :\n true, \"access_token\" : \"a.b\" }",
        ] {
            let answer = answer(body);
            assert!(answer.expect_true("active").is_ok());
            assert_eq!(answer.text("access_token").ok(), Some("a.b"));
            assert!(answer.text("refresh_token").is_err());
        }
    }

    #[test]
    fn what_is_not_as_demanded_is_a_failure() {
        let answer = answer(r#"{"active":false,"error":"slow_down","escaped":"a\"b"}"#);
        assert!(answer.expect_true("active").is_err());
        assert!(
            answer
                .expect_text("error", "authorization_pending")
                .is_err()
        );
        assert!(answer.text("escaped").is_err());
        assert!(answer.expect(StatusCode::BAD_REQUEST).is_err());
    }
}
