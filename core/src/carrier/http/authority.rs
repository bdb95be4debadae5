//! An authority for tests, with servers and clients that it vouches for.

#![allow(clippy::unwrap_used, reason = "a broken test must fail loudly")]

use super::test_server::{Scripted, TestServer};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use std::{path::Path, sync::Arc};
use tokio::{io::AsyncReadExt, net::TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// Every version of TLS.
pub(crate) const ALL: &[&SupportedProtocolVersion] = rustls::ALL_VERSIONS;

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = params(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn der(&self) -> &CertificateDer<'static> {
        self.0.der()
    }

    /// A certificate for `name`.
    pub(crate) fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        (params(name).signed_by(&key, &self.0).unwrap(), key)
    }

    /// A client's certificate with its key, in PEM.
    pub(crate) fn client(&self) -> String {
        let (certificate, key) = self.issue("client");
        certificate.pem() + &key.serialize_pem()
    }

    /// What makes connections to 127.0.0.1 and `chat.test` ones with TLS, for clients of `clients` where it is given.
    pub(crate) fn acceptor(
        &self,
        clients: Option<&Self>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut names = params("127.0.0.1");
        names.subject_alt_names.extend(params("chat.test").subject_alt_names);
        let certificate = names.signed_by(&key, &self.0).unwrap();
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(clients) => builder.with_client_cert_verifier(clients.verifier()),
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let mut config = builder.with_single_cert(vec![certificate.der().clone()], key).unwrap();
        // It would rather speak HTTP/2, in which a connection cannot become a WebSocket.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }

    fn verifier(&self) -> Arc<dyn ClientCertVerifier> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der().clone()).unwrap();
        let provider = Arc::new(ring::default_provider());
        WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap()
    }

    /// A server with TLS.
    pub(crate) async fn server(
        &self,
        clients: Option<&Self>,
        versions: &[&'static SupportedProtocolVersion],
        script: impl IntoIterator<Item = Scripted>,
    ) -> TestServer {
        let acceptor = self.acceptor(clients, versions);
        TestServer::start_with(script, move |stream| accept(acceptor.clone(), stream)).await
    }
}

/// Accepts a connection. One that is refused is held until the client has read why.
pub(crate) async fn accept(acceptor: TlsAcceptor, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
    match acceptor.accept(stream).into_fallible().await {
        Ok(stream) => Some(stream),
        Err((_, mut stream)) => {
            let _ = stream.read_to_end(&mut Vec::new()).await;
            None
        }
    }
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// Puts `text` where `path` is, as a whole.
pub(crate) fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(&new, path).unwrap();
}
