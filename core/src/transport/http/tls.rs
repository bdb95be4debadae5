//! TLS: rustls with the ring provider, the system's root certificates and the configured ones.
//!
//! ring, because it is built by a C compiler alone (no cmake, no nasm), in seconds, and is small. The provider is handed to rustls
//! here and not installed for the process, which belongs to the host program.

use super::tls_failure;
use crate::{Error, ErrorKind};
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use rustls_platform_verifier::Verifier;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

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

/// The TLS settings that trust the system's certificates and those in `files` (PEM).
pub(super) fn config(files: &[PathBuf], versions: Versions) -> Result<ClientConfig, Error> {
    let mut extra = Vec::new();
    for (position, file) in files.iter().enumerate() {
        extra.extend(read(file).map_err(|what| {
            let key = format!("connection.rootCertificates[{position}]");
            Error::new(ErrorKind::InvalidConfiguration, format!("{key}: {}: {what}", file.display()))
        })?);
    }
    let provider = Arc::new(ring::default_provider());
    let verifier = LazyVerifier { extra, provider: provider.clone(), built: OnceLock::new() };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(ErrorKind::Internal, format!("TLS cannot be set up: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    if versions != Versions::Http1 {
        config.alpn_protocols.push(b"h2".to_vec());
    }
    if versions != Versions::Http2 {
        config.alpn_protocols.push(b"http/1.1".to_vec());
    }
    Ok(config)
}

/// Reads and checks the certificates of a PEM file.
fn read(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let pem = std::fs::read(file).map_err(|error| error.to_string())?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("not PEM: {error}"))?;
    if certificates.is_empty() {
        return Err("the file holds no certificate in PEM".into());
    }
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store.add(certificate.clone()).map_err(|error| format!("not a usable certificate: {error}"))?;
    }
    Ok(certificates)
}

/// The platform's verifier, made at the first TLS handshake: reading the system's certificates takes time that a chat over plain
/// HTTP need not spend, and fails on systems without any, where plain HTTP still works.
#[derive(Debug)]
struct LazyVerifier {
    extra: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
    built: OnceLock<Result<Verifier, rustls::Error>>,
}

impl ServerCertVerifier for LazyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.built
            .get_or_init(|| Verifier::new_with_extra_roots(self.extra.clone(), self.provider.clone()))
            .as_ref()
            .map_err(Clone::clone)?
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .map_err(|error| tls_failure::with_reason(error, end_entity))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
