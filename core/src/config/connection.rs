//! The options that this library adds to the `webchat` object: `connection`, how connections are made, and `sessionStore`, where
//! session data are kept.

use super::{
    headers::read_headers,
    no_proxy::{self, NoProxy},
    option::{Absent, Kind, MAX_TIMER, OptionDef, bytes, count, millis, options},
    proxy::{PROXY, ProxyConfig, read_proxy},
    reader::{Findings, Webchat, describe},
};
use crate::private::Private;
use serde_json::Value;
use std::{fmt, path::PathBuf, time::Duration};

options! {
    /// How connections are made.
    pub CONNECTION;
    /// The proxy. With `socks5` this machine finds the addresses of names, with `socks5h` the proxy does; a URL can hold a user name and a
    /// password.
    PROXY_OPTION = "connection.proxy", Kind::Other(PROXY), Absent::Text("environment");
    /// Hosts that are reached without the proxy, in place of `NO_PROXY`: names, each with all names below it, addresses, ranges such as
    /// `10.0.0.0/8`, or `*` alone; in one string with commas between.
    NO_PROXY = "connection.noProxy", Kind::Other("an array of strings, or a string"), Absent::Words("what `NO_PROXY` says, where the proxy is the environment's");
    /// Files with certificates in PEM that are trusted besides the system's; read again when they have changed. An entry that is of no use
    /// is left out, and the log says so, unless none is left.
    ROOT_CERTIFICATES = "connection.rootCertificates", Kind::Other("an array of paths"), Absent::Nothing;
    /// What this program shows to servers, and proxies over TLS, that ask for a certificate: PEM with a certificate, those that vouch for
    /// it and its private key without a password; or the path of a file with that, which is read again when it has changed. Servers of
    /// images that messages name are shown none.
    CLIENT_CERTIFICATE = "connection.clientCertificate", Kind::Text, Absent::Nothing;
    /// The oldest version of TLS that is spoken.
    MINIMUM_TLS = "connection.minimumTls", Kind::OneOf(&["1.2", "1.3"]), Absent::Text("1.2");
    /// Headers of every request to the service: strings. What the library sets itself to frame a request (`Host`, `Content-Length` and the
    /// like) is refused.
    HEADERS = "connection.headers", Kind::Object, Absent::Nothing;
    /// How long making a connection may take: finding the address, connecting, the proxy, TLS. Other time limits count from when the
    /// request has left.
    CONNECT_TIMEOUT = "connection.connectTimeout", millis(1, MAX_TIMER), Absent::Whole(10_000);
    /// How many requests to one server are under way at once, of all chats of a runtime with the same `connection`; over HTTP/1.1 each takes a
    /// connection of its own. Others wait their turn, commands before polls, and their time limits count from when they have left. What a
    /// server holds back until there is something to tell, and a WebSocket, are not counted: there is one for each chat.
    MAX_CONNECTIONS = "connection.maxConnections", count(2, 10_000), Absent::Whole(256);
    /// The longest answer taken, after decompression.
    MAX_RESPONSE_BYTES = "connection.maxResponseBytes", bytes(), Absent::Whole(16_777_216);
    /// The longest file taken. One that is fetched into memory is an answer as well.
    MAX_DOWNLOAD_BYTES = "connection.maxDownloadBytes", bytes(), Absent::Whole(2_147_483_648);
    /// Which images that messages name are fetched: those of the chat's own scheme, host and port; those of any host on the internet and of
    /// the server's own; none.
    IMAGES = "connection.images", Kind::OneOf(&["own-origin", "any", "never"]), Absent::Text("own-origin");
    /// Whether HTTP/2 is spoken without asking, also without TLS.
    HTTP2_PRIOR_KNOWLEDGE = "connection.http2PriorKnowledge", Kind::Flag, Absent::Flag(false);
    /// Whether the names of header fields go out as `Content-Type` instead of `content-type`, for servers that know those alone. Over
    /// HTTP/1.1; HTTP/2 has lower case only.
    TITLE_CASE_HEADERS = "connection.titleCaseHeaders", Kind::Flag, Absent::Flag(false);
    /// A file to which everything that goes over the wire is appended, without secrets: what keys, tokens, names, texts and files are is
    /// replaced. `docs/recording.md` says what is in it. At most 64 MiB; one that cannot be written is told in the log and hinders no chat.
    RECORDING = "connection.recording", Kind::Text, Absent::Nothing;
}

options! {
    /// Where session data are kept when the host brings no store of its own.
    pub SESSION_STORE;
    /// In the process, or in a file.
    STORE_TYPE = "sessionStore.type", Kind::OneOf(&["memory", "file"]), Absent::Words("needed in a `sessionStore`; without one `memory`");
    /// The file.
    STORE_PATH = "sessionStore.path", Kind::Text, Absent::Words("needed with `file`");
}

/// How connections are made. Option `connection`, an object; every part may be absent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Connection {
    /// The proxy. Option `connection.proxy`.
    pub proxy: ProxyConfig,
    /// Hosts that are reached without the proxy, in place of `NO_PROXY`. Option `connection.noProxy`.
    pub no_proxy: Option<NoProxy>,
    /// Files with certificates in PEM that are trusted besides the system's. Option `connection.rootCertificates`.
    /// They are read when a chat is configured, and again when they have changed, as the system's are.
    pub root_certificates: Vec<PathBuf>,
    /// What this program shows to servers, and proxies over TLS, that ask for a certificate. Option
    /// `connection.clientCertificate`.
    pub client_certificate: Option<ClientCertificate>,
    /// The oldest version of TLS that is spoken. Option `connection.minimumTls`.
    pub minimum_tls: TlsVersion,
    /// Headers of every request to the service. Option `connection.headers`.
    pub headers: Vec<(String, Private)>,
    /// How long making a connection may take: finding the address, connecting, the proxy, TLS. Option `connection.connectTimeout`.
    pub connect_timeout: Duration,
    /// How many requests to one server are under way at once. Option `connection.maxConnections`.
    pub max_connections: usize,
    /// The longest answer taken, in bytes after decompression. Option `connection.maxResponseBytes`.
    pub max_response_bytes: u64,
    /// The longest file taken, in bytes. Option `connection.maxDownloadBytes`. A file that is fetched into memory is an
    /// answer as well: `max_response_bytes` holds for it too.
    pub max_download_bytes: u64,
    /// Which images that messages name are fetched. Option `connection.images`.
    pub images: ImagePolicy,
    /// Whether HTTP/2 is spoken without asking, also without TLS. Option `connection.http2PriorKnowledge`.
    pub http2_prior_knowledge: bool,
    /// Whether the names of header fields go out as `Content-Type` instead of `content-type`. Option
    /// `connection.titleCaseHeaders`.
    pub title_case_headers: bool,
    /// A file to which everything that goes over the wire is appended, without secrets. Option `connection.recording`.
    pub recording: Option<PathBuf>,
}

impl Default for Connection {
    /// Every option at its default.
    fn default() -> Self {
        Self::read(&Webchat::new(None, None, &Findings::default()))
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
    pub(crate) fn read(webchat: &Webchat<'_>) -> Self {
        Self {
            proxy: read_proxy(webchat, &PROXY_OPTION),
            no_proxy: read_no_proxy(webchat),
            root_certificates: read_paths(webchat, &ROOT_CERTIFICATES),
            client_certificate: webchat.text(&CLIENT_CERTIFICATE).map(|text| {
                if text.contains("-----BEGIN ") {
                    ClientCertificate::Pem(Private::new(text))
                } else {
                    ClientCertificate::File(PathBuf::from(text))
                }
            }),
            minimum_tls: match webchat.one_of(&MINIMUM_TLS) {
                "1.3" => TlsVersion::Tls13,
                _ => TlsVersion::Tls12,
            },
            headers: read_headers(webchat, &HEADERS, &[]),
            connect_timeout: webchat.millis(&CONNECT_TIMEOUT).unwrap_or_default(),
            max_connections: webchat
                .whole(&MAX_CONNECTIONS)
                .map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX)),
            max_response_bytes: webchat.whole(&MAX_RESPONSE_BYTES).unwrap_or_default(),
            max_download_bytes: webchat.whole(&MAX_DOWNLOAD_BYTES).unwrap_or_default(),
            images: match webchat.one_of(&IMAGES) {
                "any" => ImagePolicy::Any,
                "never" => ImagePolicy::Never,
                _ => ImagePolicy::OwnOrigin,
            },
            http2_prior_knowledge: webchat.flag(&HTTP2_PRIOR_KNOWLEDGE),
            title_case_headers: webchat.flag(&TITLE_CASE_HEADERS),
            recording: webchat.text(&RECORDING).map(PathBuf::from),
        }
    }
}

impl StoreConfig {
    /// Reads `sessionStore`.
    pub(crate) fn read(webchat: &Webchat<'_>) -> Self {
        // Without the object there is no type either; with it there has to be one.
        if webchat.value(&STORE_TYPE).is_none() && webchat.get("sessionStore").is_some_and(Value::is_object) {
            webchat.wrong(&STORE_TYPE, "nothing");
        }
        if webchat.one_of(&STORE_TYPE) == "file" {
            return Self::File(webchat.needed_text(&STORE_PATH).map(PathBuf::from).unwrap_or_default());
        }
        if webchat.get(STORE_PATH.path).is_some() {
            webchat.no_effect(&STORE_PATH);
        }
        Self::Memory
    }
}

fn read_no_proxy(webchat: &Webchat<'_>) -> Option<NoProxy> {
    const KEY: &str = NO_PROXY.path;
    let expected = "a host, an address, a range of addresses, or \"*\" alone";
    let value = webchat.value(&NO_PROXY)?;
    let mut entries = Vec::new();
    let path = |position: usize| if value.is_array() { format!("{KEY}[{position}]") } else { KEY.to_owned() };
    match value {
        Value::String(text) => entries.extend(no_proxy::split(text)),
        Value::Array(values) => {
            for (position, entry) in values.iter().enumerate() {
                let Some(text) = entry.as_str() else {
                    webchat.problem(&path(position), expected, &describe(entry));
                    return None;
                };
                entries.push(text);
            }
        }
        other => {
            webchat.wrong(&NO_PROXY, &describe(other));
            return None;
        }
    }
    let read = NoProxy::from_entries(&entries);
    read.map_err(|(position, found)| webchat.problem(&path(position), expected, found)).ok()
}

fn read_paths(webchat: &Webchat<'_>, option: &OptionDef) -> Vec<PathBuf> {
    match webchat.value(option) {
        None => Vec::new(),
        Some(Value::Array(entries)) => {
            let mut paths = Vec::with_capacity(entries.len());
            for (position, entry) in entries.iter().enumerate() {
                match entry.as_str().filter(|path| !path.is_empty()) {
                    Some(path) => paths.push(PathBuf::from(path)),
                    None => {
                        webchat.problem(&format!("{}[{position}]", option.path), "a path", &describe(entry));
                    }
                }
            }
            paths
        }
        Some(other) => {
            webchat.wrong(option, &describe(other));
            Vec::new()
        }
    }
}
