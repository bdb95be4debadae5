//! [`HttpPool`]: connections shared by all chats of a runtime.

use super::{
    connections::Connections,
    kept::Kept,
    names::Names,
    outside::PublicAddresses,
    patience::Observed,
    tls::{self, Versions},
};
use crate::{
    Error, ErrorKind,
    config::{Connection, PROXY, ProxyConfig, proxy_url},
};
use rustls::ClientConfig;
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How many unused connections are kept for a server: enough for thousands of polling chats, few enough for a process' file limit.
const IDLE_PER_HOST: usize = 256;
/// How often a silent HTTP/2 connection with requests under way is probed, so that a dead peer is noticed.
const PROBE_INTERVAL: Duration = Duration::from_secs(30);
const PROBE_TIMEOUT: Duration = Duration::from_secs(15);

/// Connections, shared by every chat whose configuration asks for the same kind of connection.
///
/// A runtime owns one pool; the connections' tasks run on the runtime on which a request is made, so a pool must not be used on two
/// runtimes. Certificate files are read once for each distinct set of settings, when the first chat asks for it, and the settings
/// of one pool are never forgotten.
pub struct HttpPool {
    names: Names,
    clients: Mutex<HashMap<Settings, Arc<Connections>>>,
}

/// The part of a [`Connection`] that connections can differ in. Headers and limits belong to the chat.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Settings {
    proxy: ProxyConfig,
    root_certificates: Vec<PathBuf>,
    versions: Versions,
    connect_timeout: Duration,
    /// Whether only addresses on the internet are reached.
    outside: bool,
}

impl Settings {
    fn new(connection: &Connection, versions: Versions) -> Self {
        Self {
            proxy: connection.proxy.clone(),
            root_certificates: connection.root_certificates.clone(),
            versions,
            connect_timeout: connection.connect_timeout,
            outside: false,
        }
    }
}

impl HttpPool {
    /// A pool without connections.
    pub fn new() -> Self {
        Self::with(Names::of_system())
    }

    /// A pool that asks `names` for addresses.
    pub(super) fn with(names: Names) -> Self {
        Self { names, clients: Mutex::default() }
    }

    /// Where addresses come from.
    pub(super) fn names(&self) -> Names {
        self.names.clone()
    }

    /// Connections as `connection` asks. Errors are of kind `InvalidConfiguration` and name the key.
    pub(super) fn connections(&self, connection: &Connection) -> Result<Arc<Connections>, Error> {
        let versions = if connection.http2_prior_knowledge { Versions::Http2 } else { Versions::Any };
        self.of(Settings::new(connection, versions))
    }

    /// The same, to be turned into another protocol's.
    pub(super) fn upgradable(&self, connection: &Connection) -> Result<Arc<Connections>, Error> {
        self.of(Settings::new(connection, Versions::Http1))
    }

    /// The same, to servers on the internet that others name.
    pub(super) fn outside(&self, connection: &Connection) -> Result<Arc<Connections>, Error> {
        self.of(Settings { outside: true, ..Settings::new(connection, Versions::Any) })
    }

    fn of(&self, settings: Settings) -> Result<Arc<Connections>, Error> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connections) = clients.get(&settings) {
            return Ok(connections.clone());
        }
        let (again, names) = (settings.clone(), self.names());
        let make = move || kept(&again, &names);
        let connections = Connections::new(make()?, move || make().ok());
        clients.insert(settings, connections.clone());
        Ok(connections)
    }
}

impl Default for HttpPool {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for HttpPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HttpPool")
    }
}

/// Connections as `settings` ask.
fn kept(settings: &Settings, names: &Names) -> Result<Arc<Kept>, Error> {
    let tls = tls::config(&settings.root_certificates, settings.versions)?;
    let (settings, names) = (settings.clone(), names.clone());
    Kept::new(move |idle| build(&settings, &names, tls.clone(), idle))
}

/// A client that keeps connections for `idle` while nobody uses them.
fn build(
    settings: &Settings,
    names: &Names,
    tls: ClientConfig,
    idle: Duration,
) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("libwebchat/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls)
        // Redirects and retries are decided where it is known what a request carries and whether it may be repeated.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(settings.connect_timeout)
        .connector_layer(Observed)
        .dns_resolver(names.clone())
        .pool_idle_timeout(idle)
        .pool_max_idle_per_host(if idle.is_zero() { 0 } else { IDLE_PER_HOST })
        .http2_keep_alive_interval(PROBE_INTERVAL)
        .http2_keep_alive_timeout(PROBE_TIMEOUT);
    if settings.outside {
        builder = builder.dns_resolver(PublicAddresses(names.clone()));
    }
    builder = match settings.versions {
        Versions::Any => builder,
        Versions::Http1 => builder.http1_only(),
        Versions::Http2 => builder.http2_prior_knowledge(),
    };
    builder = match &settings.proxy {
        ProxyConfig::Environment => builder,
        ProxyConfig::None => builder.no_proxy(),
        ProxyConfig::Url(url) => builder.proxy(proxy(url)?),
    };
    builder.build().map_err(|error| {
        Error::new(ErrorKind::InvalidConfiguration, "connection: these settings cannot be used together")
            .with_source(error)
    })
}

/// The proxy at `url`. The error does not repeat the URL, which can hold a password.
fn proxy(url: &str) -> Result<reqwest::Proxy, Error> {
    let invalid = |found: &str| {
        let message = format!("connection.proxy: expected {PROXY}, got {found}");
        Error::new(ErrorKind::InvalidConfiguration, message)
    };
    let parsed = proxy_url(url).map_err(invalid)?;
    reqwest::Proxy::all(parsed).map_err(|_| invalid("another URL"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Private;
    use std::io::Write;

    fn error(connection: &Connection) -> Error {
        HttpPool::new().connections(connection).err().unwrap()
    }

    #[test]
    fn chats_with_the_same_settings_share_a_client() {
        let pool = HttpPool::new();
        let plain = Connection::default();
        let with_header = Connection { headers: vec![("a".into(), "b".into())], ..plain.clone() };
        let direct = Connection { proxy: ProxyConfig::None, ..plain.clone() };
        for connection in [&plain, &with_header, &direct, &plain] {
            pool.connections(connection).unwrap();
        }
        assert_eq!(pool.clients.lock().unwrap().len(), 2);
    }

    #[test]
    fn a_bad_proxy_is_named_without_its_password() {
        for url in ["user:secret@host", "ftp://user:secret@host", "http://", "socks5://user:secret@"] {
            let error =
                error(&Connection { proxy: ProxyConfig::Url(Private::new(url)), ..Connection::default() });
            assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
            assert!(error.message().starts_with("connection.proxy: "), "{error}");
            assert!(!format!("{error:?}").contains("secret"));
        }
    }

    #[test]
    fn bad_certificate_files_are_named() {
        let mut text = tempfile::NamedTempFile::new().unwrap();
        text.write_all(b"no certificate at all").unwrap();
        let mut broken = tempfile::NamedTempFile::new().unwrap();
        broken.write_all(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        for path in [text.path(), broken.path(), std::path::Path::new("/does/not/exist.pem")] {
            let error = error(&Connection { root_certificates: vec![path.into()], ..Connection::default() });
            assert_eq!(error.kind(), ErrorKind::InvalidConfiguration);
            assert!(error.message().starts_with("connection.rootCertificates[0]: "), "{error}");
        }
    }
}
