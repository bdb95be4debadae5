//! The options that this library adds to the `webchat` object: `connection`, how connections are made, and `sessionStore`, where
//! session data are kept.

use super::{
    headers::read_headers,
    no_proxy::{self, NoProxy},
    proxy::{ProxyConfig, read_proxy},
    reader::{MAX_TIMER, MAX_WHOLE, Section, describe},
};
use crate::private::Private;
use serde_json::Value;
use std::{fmt, path::PathBuf, time::Duration};

/// How connections are made. Option `connection`, an object; every part may be absent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Connection {
    /// The proxy. Option `connection.proxy`: `"environment"` (default), `"none"`, or a URL.
    pub proxy: ProxyConfig,
    /// Hosts that are reached without the proxy, in place of `NO_PROXY`. Option `connection.noProxy`, an array of strings, or one string
    /// with commas between: names, each with all names below it, addresses, ranges such as `10.0.0.0/8`, or `*` alone. By default what
    /// `NO_PROXY` says where the proxy is the environment's.
    pub no_proxy: Option<NoProxy>,
    /// Files with certificates in PEM that are trusted besides the system's. Option `connection.rootCertificates`, an array of paths;
    /// empty by default. They are read when a chat is configured, and again when they have changed, as the system's are. An entry that
    /// is of no use is left out, and the log says so, unless none is left.
    pub root_certificates: Vec<PathBuf>,
    /// What this program shows to servers, and proxies over TLS, that ask for a certificate. Option `connection.clientCertificate`, a
    /// string: PEM with a certificate, those that vouch for it and its private key without a password; or the path of a file with that,
    /// which is read again when it has changed. None by default. Servers of images that messages name are shown none.
    pub client_certificate: Option<ClientCertificate>,
    /// The oldest version of TLS that is spoken. Option `connection.minimumTls`: `"1.2"` (default) or `"1.3"`.
    pub minimum_tls: TlsVersion,
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
    /// Whether the names of header fields go out as `Content-Type` instead of `content-type`, for servers that know those alone. Over
    /// HTTP/1.1; HTTP/2 has lower case only. Option `connection.titleCaseHeaders`; false by default.
    pub title_case_headers: bool,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            proxy: ProxyConfig::default(),
            no_proxy: None,
            root_certificates: Vec::new(),
            client_certificate: None,
            minimum_tls: TlsVersion::default(),
            headers: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            max_response_bytes: 16 << 20,
            max_download_bytes: 2 << 30,
            images: ImagePolicy::default(),
            http2_prior_knowledge: false,
            title_case_headers: false,
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

/// A certificate with its private key, in PEM.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum ClientCertificate {
    /// The file at this path.
    File(PathBuf),
    /// The text itself.
    Pem(Private),
}

impl fmt::Debug for ClientCertificate {
    /// Shows an absolute path alone: anything else can be a key given as what it is not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) if path.is_absolute() => f.debug_tuple("File").field(path).finish(),
            Self::File(_) => f.write_str("File(<relative>)"),
            Self::Pem(_) => f.write_str("Pem(<private>)"),
        }
    }
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    #[default]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
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

impl Connection {
    /// Reads `connection`.
    pub(crate) fn read(webchat: &Section<'_>) -> Self {
        let section = webchat.section("connection");
        let default = Connection::default();
        Self {
            proxy: read_proxy(&section),
            no_proxy: read_no_proxy(&section),
            root_certificates: read_paths(&section, "rootCertificates"),
            client_certificate: section.text("clientCertificate").map(|text| {
                if text.contains("-----BEGIN ") {
                    ClientCertificate::Pem(Private::new(text))
                } else {
                    ClientCertificate::File(PathBuf::from(text))
                }
            }),
            minimum_tls: read_minimum_tls(&section),
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
            title_case_headers: section.flag("titleCaseHeaders", default.title_case_headers),
        }
    }
}

impl StoreConfig {
    /// Reads `sessionStore`.
    pub(crate) fn read(webchat: &Section<'_>) -> Self {
        if webchat.object("sessionStore").is_none() {
            return Self::default();
        }
        let section = webchat.section("sessionStore");
        match section.value("type") {
            Some(Value::String(name)) if name == "memory" => Self::Memory,
            Some(Value::String(name)) if name == "file" => {
                Self::File(section.required_text("path").map(PathBuf::from).unwrap_or_default())
            }
            other => {
                let found = match other {
                    Some(Value::String(_)) => "another string".into(),
                    other => describe(other.unwrap_or(&Value::Null)),
                };
                section.problem("type", "\"memory\" or \"file\"", &found);
                section.ignore(&["path"]);
                Self::default()
            }
        }
    }
}

fn read_no_proxy(section: &Section<'_>) -> Option<NoProxy> {
    const KEY: &str = "noProxy";
    let expected = "a host, an address, a range of addresses, or \"*\" alone";
    let value = section.value(KEY)?;
    let mut entries = Vec::new();
    let path = |position: usize| if value.is_array() { format!("{KEY}[{position}]") } else { KEY.to_owned() };
    match value {
        Value::String(text) => entries.extend(no_proxy::split(text)),
        Value::Array(values) => {
            for (position, entry) in values.iter().enumerate() {
                let Some(text) = entry.as_str() else {
                    section.problem(&path(position), expected, &describe(entry));
                    return None;
                };
                entries.push(text);
            }
        }
        other => {
            section.problem(KEY, "an array of strings, or a string", &describe(other));
            return None;
        }
    }
    let read = NoProxy::from_entries(&entries);
    read.map_err(|(position, found)| section.problem(&path(position), expected, found)).ok()
}

fn read_minimum_tls(section: &Section<'_>) -> TlsVersion {
    let found = match section.value("minimumTls") {
        None => return TlsVersion::default(),
        Some(Value::String(text)) => match text.as_str() {
            "1.2" => return TlsVersion::Tls12,
            "1.3" => return TlsVersion::Tls13,
            _ => "another string".into(),
        },
        Some(other) => describe(other),
    };
    section.problem("minimumTls", "\"1.2\" or \"1.3\"", &found);
    TlsVersion::default()
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
