//! `application/x-www-form-urlencoded`, strictly (RFC 6749 appendix B).
//!
//! The usual parsers repair what is broken. Here a broken parameter is an
//! error that names it: a repaired secret or redirect is a different one.

use std::mem;

use authgate_proto::error::{ErrorCode, OAuthError};
use percent_encoding::percent_decode;

/// More parameters than any request has.
const MAX_PARAMETERS: usize = 64;
/// How much of an unknown parameter's name an error repeats, in characters.
const NAME_SHOWN: usize = 40;
/// The one parameter that may be repeated (RFC 8707 section 2).
const RESOURCE: &str = "resource";

/// The parameters of a request, in their order, without those that have no value.
pub(crate) struct Form {
    parameters: Vec<(String, String)>,
}

/// Why a name or a value can't be decoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// A `%` without two hexadecimal digits, or bytes that are not UTF-8.
    Encoding,
    /// U+0000, which databases and C libraries take for an end.
    Nul,
}

impl Form {
    /// The parameters in `text`, a query or a body. Those without a value are
    /// left out (RFC 6749 section 3.1).
    ///
    /// # Errors
    /// `invalid_request` when there are too many or one can't be decoded.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, OAuthError> {
        let mut parameters = Vec::new();
        let pairs = text
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty());
        for (index, pair) in pairs.enumerate() {
            if index == MAX_PARAMETERS {
                return Err(invalid(format!("more than {MAX_PARAMETERS} parameters")));
            }
            let end = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = pair.split_at(end.unwrap_or(pair.len()));
            let name = decode(name).map_err(|why| invalid(why.text("the name of a parameter")))?;
            let value = decode(value.strip_prefix(b"=").unwrap_or(value))
                .map_err(|why| invalid(why.text(&format!("the parameter {}", shown(&name)))))?;
            if !value.is_empty() {
                parameters.push((name, value));
            }
        }
        Ok(Self { parameters })
    }

    /// The names that came more than once, each once, other than `resource`.
    pub(crate) fn repeated(&self) -> Vec<String> {
        let mut repeated: Vec<String> = Vec::new();
        for (index, (name, _)) in self.parameters.iter().enumerate() {
            let again = self.parameters[..index]
                .iter()
                .any(|(other, _)| other == name);
            if again && name != RESOURCE && !repeated.contains(name) {
                repeated.push(name.clone());
            }
        }
        repeated
    }

    /// The form, if nothing in it is repeated (RFC 6749 section 3.2).
    ///
    /// # Errors
    /// `invalid_request` that names the repeated parameter.
    pub(crate) fn without_repetition(self) -> Result<Self, OAuthError> {
        match self.repeated().first() {
            Some(name) => Err(invalid(format!(
                "the parameter {} came more than once",
                shown(name)
            ))),
            None => Ok(self),
        }
    }

    /// Whether the parameter came with a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.parameters.iter().any(|(other, _)| other == name)
    }

    /// The parameter's first value, taken out; empty when it did not come.
    pub(crate) fn take(&mut self, name: &str) -> String {
        self.parameters
            .iter_mut()
            .find(|(other, _)| other == name)
            .map(|(_, value)| mem::take(value))
            .unwrap_or_default()
    }

    /// All values of the parameter that may be repeated, taken out.
    pub(crate) fn take_resources(&mut self) -> Vec<String> {
        self.parameters
            .iter_mut()
            .filter(|(name, _)| name == RESOURCE)
            .map(|(_, value)| mem::take(value))
            .collect()
    }

    /// The parameters, encoded again.
    pub(crate) fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.parameters)
            .finish()
    }
}

/// Decodes one name, value or Basic credential: `+` is a space, `%XX` a byte,
/// and the bytes are UTF-8 text without NUL.
///
/// # Errors
/// When they are not.
pub(crate) fn decode(encoded: &[u8]) -> Result<String, Malformed> {
    let text = if encoded.contains(&b'%') || encoded.contains(&b'+') {
        unescaped(encoded)?
    } else {
        // Tokens and most other values are what they stand for.
        str::from_utf8(encoded)
            .map_err(|_| Malformed::Encoding)?
            .to_owned()
    };
    refuse_nul(&text)?;
    Ok(text)
}

fn unescaped(encoded: &[u8]) -> Result<String, Malformed> {
    let mut digits = encoded.split(|byte| *byte == b'%').skip(1);
    let is_escape = |rest: &[u8]| rest.len() >= 2 && rest[..2].iter().all(u8::is_ascii_hexdigit);
    if !digits.all(is_escape) {
        return Err(Malformed::Encoding);
    }
    let spaced: Vec<u8> = encoded
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let text = percent_decode(&spaced).decode_utf8();
    Ok(text.map_err(|_| Malformed::Encoding)?.into_owned())
}

/// Refuses text with a NUL in it.
///
/// # Errors
/// [`Malformed::Nul`].
pub(crate) fn refuse_nul(text: &str) -> Result<(), Malformed> {
    if text.contains('\0') {
        return Err(Malformed::Nul);
    }
    Ok(())
}

impl Malformed {
    /// A sentence about `what`.
    pub(crate) fn text(&self, what: &str) -> String {
        match self {
            Self::Encoding => format!("{what} is not percent-encoded UTF-8"),
            Self::Nul => format!("{what} contains a NUL character"),
        }
    }
}

fn invalid(description: String) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description)
}

/// A name that came from outside, quoted and not too long.
fn shown(name: &str) -> String {
    let name: String = name.chars().take(NAME_SHOWN).collect();
    format!("'{name}'")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &[u8]) -> Form {
        Form::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    fn refusal<T>(result: Result<T, OAuthError>) -> String {
        let error = result.err().expect("a refusal");
        assert_eq!(error.code, ErrorCode::InvalidRequest);
        error.description
    }

    #[test]
    fn values_are_decoded() {
        let mut form = parse(b"a=1+2%203&b=%C3%A9&c=x=y&d=\xC3\xA9");
        assert_eq!(form.take("a"), "1 2 3");
        assert_eq!(form.take("b"), "\u{e9}");
        assert_eq!(form.take("c"), "x=y");
        assert_eq!(form.take("d"), "\u{e9}");
        assert_eq!(form.take("e"), "");
    }

    #[test]
    fn a_parameter_without_a_value_is_omitted() {
        let form = parse(b"&a=&b&&a=1&");
        assert!(!form.has("b"));
        let mut form = form.without_repetition().expect("one value of a");
        assert_eq!(form.take("a"), "1");
    }

    #[test]
    fn a_broken_escape_names_its_parameter() {
        for text in [&b"code=%zz"[..], b"code=%4", b"code=%", b"code=1%%32"] {
            let description = refusal(Form::parse(text));
            assert_eq!(
                description,
                "the parameter 'code' is not percent-encoded UTF-8"
            );
        }
        let description = refusal(Form::parse(b"%zz=1"));
        assert!(description.starts_with("the name of a parameter"));
    }

    #[test]
    fn broken_utf8_is_not_repaired() {
        for text in [
            &b"code=%FF"[..],
            b"code=\xFF",
            b"code=%C3%28",
            b"code=%ED%A0%80",
        ] {
            let description = refusal(Form::parse(text));
            assert_eq!(
                description,
                "the parameter 'code' is not percent-encoded UTF-8"
            );
        }
    }

    #[test]
    fn nul_is_refused() {
        for text in [&b"scope=a%00b"[..], b"scope=a\0b"] {
            assert_eq!(
                refusal(Form::parse(text)),
                "the parameter 'scope' contains a NUL character"
            );
        }
        refusal(Form::parse(b"sc%00ope=1"));
    }

    #[test]
    fn a_repeated_parameter_is_named() {
        let form = parse(b"scope=a&code=1&scope=b&scope=c");
        assert_eq!(form.repeated(), ["scope"]);
        assert_eq!(
            refusal(form.without_repetition()),
            "the parameter 'scope' came more than once"
        );
    }

    #[test]
    fn a_hostile_name_is_shown_harmless_and_short() {
        let name = format!("%22%5C%0D%0A{}", "x".repeat(200));
        let description =
            refusal(parse(format!("{name}=1&{name}=2").as_bytes()).without_repetition());
        assert!(
            !description.contains(['"', '\\', '\r', '\n']),
            "{description}"
        );
        assert!(description.len() < 90, "{description}");
    }

    #[test]
    fn resource_may_be_repeated() {
        let form = parse(b"resource=a&resource=b");
        let mut form = form.without_repetition().expect("RFC 8707 section 2");
        assert_eq!(form.take_resources(), ["a", "b"]);
    }

    #[test]
    fn there_is_a_limit_to_parameters() {
        let text = |count| vec!["a=1"; count].join("&");
        parse(text(MAX_PARAMETERS).as_bytes());
        let description = refusal(Form::parse(text(MAX_PARAMETERS + 1).as_bytes()));
        assert_eq!(description, "more than 64 parameters");
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(
            pairs in prop::collection::vec(("[^\0]{1,20}", "[^\0]{1,40}"), 0..20)
        ) {
            let text = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(&pairs)
                .finish();
            let form = parse(text.as_bytes());
            prop_assert_eq!(&form.parameters, &pairs);
            prop_assert_eq!(form.encode(), text);
        }

        #[test]
        fn any_bytes_are_read_or_refused(text in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(form) = Form::parse(&text) {
                for (name, value) in form.parameters {
                    prop_assert!(!name.contains('\0') && !value.contains('\0'));
                    prop_assert!(!value.is_empty());
                }
            }
        }

        #[test]
        fn decoding_is_strict(text in prop::collection::vec(any::<u8>(), 0..40)) {
            // Where the strict decoder gives text, the lenient one gives the same.
            if let Ok(decoded) = decode(&text) {
                let mut form = b"x=".to_vec();
                form.extend(text.iter().flat_map(|byte| match byte {
                    b'&' => b"%26".to_vec(),
                    other => vec![*other],
                }));
                let lenient = form_urlencoded::parse(&form).next().map(|(_, value)| value.into_owned());
                prop_assert_eq!(lenient, Some(decoded));
            }
        }
    }
}
