//! [`HttpPool`]: connections shared by all chats of a runtime.

use super::{
    connections::Connections,
    identity::Identity,
    kept::Kept,
    names::Names,
    outside::PublicAddresses,
    patience::Observed,
    proxies::Proxies,
    tls::{self, Versions},
    trust::Trust,
};
use crate::{
    Error, ErrorKind,
    config::{ClientCertificate, Connection, TlsVersion},
};
use rustls::ClientConfig;
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How often a silent HTTP/2 connection with requests under way is probed, so that a dead peer is noticed.
const PROBE_INTERVAL: Duration = Duration::from_secs(30);
const PROBE_TIMEOUT: Duration = Duration::from_secs(15);
/// How many fields the head of an answer may have: gateways of companies add dozens.
pub(super) const HEADER_FIELDS: usize = 256;
/// The same for HTTP/2, in bytes of names and values: about what HTTP/1.1 is let have.
const HEADER_BYTES: u32 = 400 << 10;

/// Connections, shared by every chat whose configuration asks for the same kind of connection.
///
/// A runtime owns one pool; the connections' tasks run on the runtime on which a request is made, so a pool must not be used on two
/// runtimes. Certificate files are read for each distinct set of settings, when the first chat asks for it and again when they have
/// changed, and the settings of one pool are never forgotten.
pub struct HttpPool {
    names: Names,
    clients: Mutex<Clients>,
}

#[derive(Default)]
struct Clients {
    of: HashMap<Settings, Arc<Connections>>,
    trust: HashMap<Vec<PathBuf>, Arc<Trust>>,
}

/// The part of a [`Connection`] that connections can differ in. Headers and limits belong to the chat.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Settings {
    proxies: Proxies,
    root_certificates: Vec<PathBuf>,
    client_certificate: Option<ClientCertificate>,
    minimum_tls: TlsVersion,
    versions: Versions,
    connect_timeout: Duration,
    max_connections: usize,
    title_case_headers: bool,
    /// Whether only addresses on the internet are reached.
    outside: bool,
}

impl Settings {
    fn new(connection: &Connection, versions: Versions) -> Result<Self, Error> {
        Ok(Self {
            proxies: Proxies::of(connection)?,
            root_certificates: connection.root_certificates.clone(),
            client_certificate: connection.client_certificate.clone(),
            minimum_tls: connection.minimum_tls,
            versions,
            connect_timeout: connection.connect_timeout,
            max_connections: connection.max_connections,
            title_case_headers: connection.title_case_headers,
            outside: false,
        })
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
        self.of(Settings::new(connection, versions)?)
    }

    /// The same, to be turned into another protocol's.
    pub(super) fn upgradable(&self, connection: &Connection) -> Result<Arc<Connections>, Error> {
        self.of(Settings::new(connection, Versions::Http1)?)
    }

    /// The same, to servers on the internet that others name: they need not know who asks.
    pub(super) fn outside(&self, connection: &Connection) -> Result<Arc<Connections>, Error> {
        let settings = Settings::new(connection, Versions::Any)?;
        self.of(Settings { outside: true, client_certificate: None, ..settings })
    }

    /// How many kinds of connections there are.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).of.len()
    }

    fn of(&self, settings: Settings) -> Result<Arc<Connections>, Error> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connections) = clients.of.get(&settings) {
            return Ok(connections.clone());
        }
        let (again, tls, names) = (settings.clone(), clients.tls(&settings)?, self.names());
        let make = move || kept(&again, &tls, &names);
        let connections = Connections::new(make()?, move || make().ok(), settings.max_connections);
        clients.of.insert(settings, connections.clone());
        Ok(connections)
    }
}

impl Default for HttpPool {
    fn default() -> Self {
        Self::new()
    }
}

impl Clients {
    fn tls(&mut self, settings: &Settings) -> Result<ClientConfig, Error> {
        let trust = self.trust(&settings.root_certificates)?;
        let identity = settings.client_certificate.as_ref();
        let identity =
            identity.map(|source| Identity::new(source, tls::provider()).map(Arc::new)).transpose()?;
        tls::config(trust, identity, settings.minimum_tls, settings.versions)
    }

    /// The trust in these files, which is the same for all connections.
    fn trust(&mut self, files: &[PathBuf]) -> Result<Arc<Trust>, Error> {
        if let Some(trust) = self.trust.get(files) {
            return Ok(trust.clone());
        }
        let trust = Arc::new(Trust::new(files, tls::provider())?);
        self.trust.insert(files.to_vec(), trust.clone());
        Ok(trust)
    }
}

impl std::fmt::Debug for HttpPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HttpPool")
    }
}

/// Connections as `settings` ask.
fn kept(settings: &Settings, tls: &ClientConfig, names: &Names) -> Result<Arc<Kept>, Error> {
    let (settings, tls, names) = (settings.clone(), tls.clone(), names.clone());
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
        .pool_max_idle_per_host(if idle.is_zero() { 0 } else { settings.max_connections })
        // As browsers and curl read them.
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_max_headers(HEADER_FIELDS)
        .http2_max_header_list_size(HEADER_BYTES)
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
    if settings.title_case_headers {
        builder = builder.http1_title_case_headers();
    }
    builder = builder.no_proxy();
    if let Some(proxy) = settings.proxies.clone().into_client() {
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| {
        Error::new(ErrorKind::InvalidConfiguration, "connection: these settings cannot be used together")
            .with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Private, config::ProxyConfig};
    use std::io::Write;

    fn error(connection: &Connection) -> Error {
        HttpPool::new().connections(connection).err().unwrap()
    }

    #[test]
    fn chats_with_the_same_settings_share_a_client() {
        let pool = HttpPool::new();
        let plain = Connection::default();
        let with_header = Connection { headers: vec![("a".into(), "b".into())], ..plain.clone() };
        let proxy = ProxyConfig::Url("http://proxy.test".into());
        let through_a_proxy = Connection { proxy, ..plain.clone() };
        for connection in [&plain, &with_header, &through_a_proxy, &plain] {
            pool.connections(connection).unwrap();
        }
        let clients = pool.clients.lock().unwrap();
        assert_eq!((clients.of.len(), clients.trust.len()), (2, 1));
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
