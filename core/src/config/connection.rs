//! The options that this library adds to the `webchat` object: `connection`, how connections are made, and `sessionStore`, where
//! session data are kept.

use super::{
    proxy::{ProxyConfig, read_proxy},
    reader::{MAX_TIMER, MAX_WHOLE, Section, describe},
};
use crate::private::Private;
use http::{HeaderName, HeaderValue, header};
use serde_json::Value;
use std::{path::PathBuf, time::Duration};

/// How connections are made. Option `connection`, an object; every part may be absent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Connection {
    /// The proxy. Option `connection.proxy`: `"environment"` (default), `"none"`, or a URL.
    pub proxy: ProxyConfig,
    /// Files with certificates in PEM that are trusted besides the system's. Option `connection.rootCertificates`, an array of paths;
    /// empty by default. They are read when the first connection is made ready.
    pub root_certificates: Vec<PathBuf>,
    /// Headers of every request to the service. Option `connection.headers`, an object of strings; empty by default. What the library
    /// sets itself to frame a request (`Host`, `Content-Length` and the like) is refused.
    pub headers: Vec<(String, Private)>,
    /// How long making a connection may take: finding the address, connecting, the proxy, TLS. Option `connection.connectTimeout`,
    /// milliseconds; 10 s by default. Other time limits count from when the request has left.
    pub connect_timeout: Duration,
    /// The longest answer taken, in bytes after decompression. Option `connection.maxResponseBytes`; 16 MiB by default.
    pub max_response_bytes: u64,
    /// The longest file taken, in bytes. Option `connection.maxDownloadBytes`; 2 GiB by default. A file that is fetched into memory is an
    /// answer as well: `max_response_bytes` holds for it too.
    pub max_download_bytes: u64,
    /// Which images that messages name are fetched. Option `connection.images`: `"own-origin"` (default), `"any"` or `"never"`.
    pub images: ImagePolicy,
    /// Whether HTTP/2 is spoken without asking, also without TLS. Option `connection.http2PriorKnowledge`; false by default.
    pub http2_prior_knowledge: bool,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            proxy: ProxyConfig::default(),
            root_certificates: Vec::new(),
            headers: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            max_response_bytes: 16 << 20,
            max_download_bytes: 2 << 30,
            images: ImagePolicy::default(),
            http2_prior_knowledge: false,
        }
    }
}

/// Which images that messages name are fetched: whoever writes a message names the address. The keys of a chat go below its own path
/// alone, and nothing is fetched by `http` for a chat over `https`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ImagePolicy {
    /// Those of the chat's own scheme, host and port.
    #[default]
    OwnOrigin,
    /// Those of any host on the internet, and of the server's own host: never of other private addresses.
    Any,
    /// None.
    Never,
}

/// Where session data are kept when the host brings no store of its own. Option `sessionStore`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StoreConfig {
    /// In the process: `{"type": "memory"}`, the default.
    #[default]
    Memory,
    /// In a file: `{"type": "file", "path": ...}`.
    File(PathBuf),
}

/// Headers that frame a request; another value would break it.
const FRAMING: [HeaderName; 10] = [
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::EXPECT,
    header::HOST,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Reads `connection`.
pub(super) fn read_connection(webchat: &Section<'_>) -> Connection {
    let section = webchat.section("connection");
    let default = Connection::default();
    let connection = Connection {
        proxy: read_proxy(&section),
        root_certificates: read_paths(&section, "rootCertificates"),
        headers: read_headers(&section, "headers", &[]),
        connect_timeout: section
            .millis("connectTimeout", &(1..=MAX_TIMER))
            .unwrap_or(default.connect_timeout),
        max_response_bytes: section
            .whole("maxResponseBytes", "a number of bytes", &(1..=MAX_WHOLE))
            .unwrap_or(default.max_response_bytes),
        max_download_bytes: section
            .whole("maxDownloadBytes", "a number of bytes", &(1..=MAX_WHOLE))
            .unwrap_or(default.max_download_bytes),
        images: read_images(&section),
        http2_prior_knowledge: section.flag("http2PriorKnowledge", default.http2_prior_knowledge),
    };
    section.close();
    connection
}

/// Reads `sessionStore`.
pub(super) fn read_store(webchat: &Section<'_>) -> StoreConfig {
    let Some(object) = webchat.object("sessionStore") else { return StoreConfig::default() };
    let section = Section::new(webchat.path("sessionStore"), Some(object), webchat.findings);
    let store = match section.value("type") {
        Some(Value::String(name)) if name == "memory" => StoreConfig::Memory,
        Some(Value::String(name)) if name == "file" => {
            StoreConfig::File(section.required_text("path").map(PathBuf::from).unwrap_or_default())
        }
        other => {
            let found = match other {
                Some(Value::String(_)) => "another string".into(),
                other => describe(other.unwrap_or(&Value::Null)),
            };
            section.problem("type", "\"memory\" or \"file\"", &found);
            section.ignore(&["path"]);
            StoreConfig::default()
        }
    };
    section.close();
    store
}

fn read_images(section: &Section<'_>) -> ImagePolicy {
    let found = match section.value("images") {
        None => return ImagePolicy::default(),
        Some(Value::String(text)) => match text.as_str() {
            "own-origin" => return ImagePolicy::OwnOrigin,
            "any" => return ImagePolicy::Any,
            "never" => return ImagePolicy::Never,
            _ => "another string".into(),
        },
        Some(other) => describe(other),
    };
    section.problem("images", "\"own-origin\", \"any\" or \"never\"", &found);
    ImagePolicy::default()
}

fn read_paths(section: &Section<'_>, key: &'static str) -> Vec<PathBuf> {
    let expected = "an array of paths";
    match section.value(key) {
        None => Vec::new(),
        Some(Value::Array(entries)) => {
            let mut paths = Vec::with_capacity(entries.len());
            for (position, entry) in entries.iter().enumerate() {
                match entry.as_str().filter(|path| !path.is_empty()) {
                    Some(path) => paths.push(PathBuf::from(path)),
                    None => section.problem(&format!("{key}[{position}]"), "a path", &describe(entry)),
                }
            }
            paths
        }
        Some(other) => {
            section.problem(key, expected, &describe(other));
            Vec::new()
        }
    }
}

/// Reads an object of headers. Those that frame a request are refused, but for `left_out`, which mean nothing here.
pub(super) fn read_headers(
    section: &Section<'_>,
    key: &'static str,
    left_out: &[HeaderName],
) -> Vec<(String, Private)> {
    let mut headers = Vec::new();
    let mut names = Vec::new();
    for (name, value) in section.object(key).into_iter().flatten() {
        let path = format!("{key}.{name}");
        let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
            // The name is not repeated: it can be a whole header, with its value.
            section.problem(key, "names of headers", "a key that is none");
            continue;
        };
        if left_out.contains(&parsed) {
            continue;
        }
        if FRAMING.contains(&parsed) {
            section.problem(&path, "no header that the library sets itself", "one");
        } else if names.contains(&parsed) {
            section.problem(&path, "every header once, whatever its case", "it again");
        } else if let Some(text) = header_text(value) {
            headers.push((name.clone(), text));
        } else {
            section.problem(&path, HEADER_TEXT, &header_found(value));
        }
        names.push(parsed);
    }
    headers
}

/// What a header's value must be.
pub(super) const HEADER_TEXT: &str = "a string of visible ASCII characters, as an HTTP header holds";

/// The value of a header, when `value` can be one.
pub(super) fn header_text(value: &Value) -> Option<Private> {
    let text = value.as_str()?;
    (text.is_ascii() && HeaderValue::from_str(text).is_ok()).then(|| Private::new(text))
}

/// Why `value` cannot be the value of a header. Numbers are not repeated here: they can be keys.
pub(super) fn header_found(value: &Value) -> String {
    match value {
        Value::String(_) => "a string with others".into(),
        Value::Number(_) => "a number".into(),
        other => describe(other),
    }
}
