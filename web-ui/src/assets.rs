//! The files that pages load. The program carries them; a hash of the content
//! stands in each name, so browsers may keep them for a year.

use axum::{
    body::Body,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{config::Config, visitor::Site};

/// A file of this program.
pub struct Asset {
    stem: &'static str,
    extension: &'static str,
    content_type: HeaderValue,
    content: &'static [u8],
    hash: u64,
}

/// The one stylesheet.
pub const STYLE: Asset = Asset::new(
    "style",
    "css",
    "text/css; charset=utf-8",
    STYLE_TEXT.0.split_at(STYLE_TEXT.1).0,
);

/// The stylesheet as it is sent.
const STYLE_TEXT: &([u8; STYLE_SOURCE.len()], usize) = &compact(STYLE_SOURCE);

const STYLE_SOURCE: &[u8; include_bytes!("../assets/style.css").len()] =
    include_bytes!("../assets/style.css");

/// The one script. Every page works without it.
pub const SCRIPT: Asset = Asset::new(
    "script",
    "js",
    "text/javascript; charset=utf-8",
    include_bytes!("../assets/script.js"),
);

/// The mark: beside the name on pages, and the icon of the tab.
pub const ICON: Asset = Asset::new(
    "favicon",
    "svg",
    "image/svg+xml",
    include_bytes!("../assets/favicon.svg"),
);

const ALL: [Asset; 3] = [STYLE, SCRIPT, ICON];

impl Asset {
    const fn new(
        stem: &'static str,
        extension: &'static str,
        content_type: &'static str,
        content: &'static [u8],
    ) -> Self {
        Self {
            stem,
            extension,
            content_type: HeaderValue::from_static(content_type),
            content,
            hash: fnv1a(content),
        }
    }

    /// The URL path that pages print.
    pub fn path(&self, config: &Config) -> String {
        config.path(&format!("/static/{}", self.file_name()))
    }

    /// The name with the content's hash.
    fn file_name(&self) -> String {
        format!("{}.{:016x}.{}", self.stem, self.hash, self.extension)
    }

    fn response(self) -> Response {
        let mut response = Body::from(self.content).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.content_type);
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        response
    }
}

/// `GET /static/{file}`: a file by its hashed name, kept by browsers for a year.
pub async fn show(Path(file): Path<String>) -> Response {
    let Some(asset) = ALL.into_iter().find(|asset| asset.file_name() == file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = asset.response();
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    response
}

/// `GET /favicon.ico`: where browsers look for the icon unasked. It has an entity
/// tag instead of a hash in its name.
pub async fn favicon(State(site): State<Site>, headers: HeaderMap) -> Response {
    let tag = format!("\"{:016x}\"", ICON.hash);
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ICON.response()
    };
    let max_age = site
        .config
        .static_max_age
        .map(|age| age.as_secs())
        .filter(|age| *age > 0);
    let cache_control = max_age.map(|age| format!("public, max-age={age}"));
    for (name, value) in [
        (header::ETAG, Some(tag)),
        (header::CACHE_CONTROL, cache_control),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// CSS without comments and the white space that only people need, and its length.
const fn compact<const N: usize>(source: &[u8; N]) -> ([u8; N], usize) {
    let mut sent = [0; N];
    let mut length = 0;
    let mut at = 0;
    let mut quoted = false;
    while at < N {
        let byte = source[at];
        if byte == b'"' {
            quoted = !quoted;
        }
        if !quoted && byte == b'/' && at + 1 < N && source[at + 1] == b'*' {
            at += 2;
            while !(source[at] == b'*' && source[at + 1] == b'/') {
                at += 1;
            }
            at += 2;
            continue;
        }
        if !quoted && byte.is_ascii_whitespace() {
            let after =
                length == 0 || matches!(sent[length - 1], b'{' | b'}' | b';' | b':' | b',' | b' ');
            let before = at + 1 == N
                || source[at + 1].is_ascii_whitespace()
                || matches!(source[at + 1], b'{' | b'}');
            if !after && !before {
                sent[length] = b' ';
                length += 1;
            }
            at += 1;
            continue;
        }
        sent[length] = byte;
        length += 1;
        at += 1;
    }
    (sent, length)
}

/// FNV-1a: tells versions of a file apart; nothing secret hangs on it.
const fn fnv1a(content: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < content.len() {
        hash = (hash ^ content[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    hash
}
