//! TLS: rustls with the ring provider.
//!
//! ring, because it is built by a C compiler alone (no cmake, no nasm), in seconds, and is small. The provider is handed to rustls
//! here and not installed for the process, which belongs to the host program.

use super::{identity::Identity, trust::Trust};
use crate::{Error, ErrorKind, config::TlsVersion};
use rustls::{
    ClientConfig,
    crypto::{CryptoProvider, ring},
    version::{TLS12, TLS13},
};
use std::sync::Arc;

/// Which versions of HTTP a connection may speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Versions {
    /// What both sides can do.
    Any,
    /// HTTP/1.1 alone: only there can a connection be turned into another protocol's.
    Http1,
    /// HTTP/2 alone, without asking.
    Http2,
}

/// The cryptography of all connections.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The TLS settings of connections that trust as `trust` does, and to servers that ask say who they are by `identity`.
pub(super) fn config(
    trust: Arc<Trust>,
    identity: Option<Arc<Identity>>,
    minimum: TlsVersion,
    versions: Versions,
) -> Result<ClientConfig, Error> {
    let allowed = match minimum {
        TlsVersion::Tls12 => &[&TLS13, &TLS12][..],
        TlsVersion::Tls13 => &[&TLS13],
    };
    let builder = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(allowed)
        .map_err(|error| Error::new(ErrorKind::Internal, format!("TLS cannot be set up: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(trust);
    let mut config = match identity {
        Some(identity) => builder.with_client_cert_resolver(identity),
        None => builder.with_no_client_auth(),
    };
    if versions != Versions::Http1 {
        config.alpn_protocols.push(b"h2".to_vec());
    }
    if versions != Versions::Http2 {
        config.alpn_protocols.push(b"http/1.1".to_vec());
    }
    Ok(config)
}
