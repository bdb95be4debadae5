//! What is said of a server, or a proxy, that does not answer: who it is, and what to do.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

use super::{
    test_server::{Scripted, TestServer, Then, answer, json, raw, redirect},
    tests::direct,
    *,
};
use crate::{ErrorKind, Retry, config::ProxyConfig, transport::Applied};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{Method, Url};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::{io::Write, net::SocketAddr};
use tokio::io::AsyncWriteExt;

const LIMIT: Option<Duration> = Some(Duration::from_secs(3));

pub(super) fn get(url: &str) -> HttpRequest {
    HttpRequest::new(Method::GET, Url::parse(url).unwrap(), RequestBody::None)
}

pub(super) async fn failure(connection: &Connection, url: &str) -> Failure {
    let chat = HttpChat::new(&HttpPool::new(), connection, &[]).unwrap();
    let failure = chat.exchange(&get(url), LIMIT).await.unwrap_err();
    assert!(!failure.cause.contains("secret"), "{}", failure.cause);
    failure
}

fn through(proxy: SocketAddr) -> Connection {
    let proxy = ProxyConfig::Url(format!("http://user:secret@{proxy}").into());
    Connection { proxy, ..Connection::default() }
}

/// An address where nobody listens.
pub(super) async fn nobody() -> SocketAddr {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_refused_connection_names_the_server_and_its_port() {
    let address = nobody().await;
    let failure = failure(&direct(), &format!("http://{address}/secret")).await;
    assert_eq!(failure.cause, format!("{address} cannot be reached: Connection refused (os error 111)"));
    assert_eq!((failure.kind, failure.retry), (ErrorKind::Disconnected, Retry::WithBackoff));
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_named() {
    let failure = failure(&direct(), "http://nowhere.invalid/secret").await;
    assert!(
        failure.cause.starts_with("nowhere.invalid:80 cannot be reached, since its name has no address: "),
        "{}",
        failure.cause
    );
    assert_eq!((failure.kind, failure.applied), (ErrorKind::Disconnected, Applied::No));
}

#[tokio::test]
async fn a_refused_proxy_is_not_a_refused_server() {
    let proxy = nobody().await;
    for url in ["http://gms.test/secret", "https://gms.test/secret"] {
        let failure = failure(&through(proxy), url).await;
        assert_eq!(
            failure.cause,
            format!("the proxy {proxy} cannot be reached: Connection refused (os error 111)")
        );
        assert_eq!((failure.kind, failure.applied), (ErrorKind::Disconnected, Applied::No));
    }
}

#[tokio::test]
async fn a_proxy_that_wants_other_credentials_is_told_as_such() {
    for url in ["http://gms.test/secret", "https://gms.test/secret"] {
        let refusal = answer("407 Proxy Authentication Required", "Proxy-Authenticate: Basic\r\n", "");
        let proxy = TestServer::start([refusal]).await;
        let chat = HttpChat::new(&HttpPool::new(), &through(proxy.address), &[]).unwrap();
        let failure = match chat.exchange(&get(url), LIMIT).await {
            Ok(answer) => bad_status(&answer),
            Err(failure) => failure,
        };
        assert_eq!((failure.kind, failure.status), (ErrorKind::Unauthorized, 407));
        assert_eq!((failure.applied, failure.retry), (Applied::No, Retry::Never));
        assert!(failure.cause.starts_with("the proxy ") && !failure.is_disconnect(), "{}", failure.cause);
        assert_eq!(failure.response["statusText"], "Proxy Authentication Required");
    }
}

#[tokio::test]
async fn a_websocket_through_such_a_proxy_says_so_too() {
    for url in ["http://gms.test/cometd", "https://gms.test/cometd"] {
        let proxy = TestServer::start([answer("407 Proxy Authentication Required", "", "")]).await;
        let (pool, connection) = (HttpPool::new(), through(proxy.address));
        let chat = HttpChat::new(&pool, &connection, &[]).unwrap();
        let failure =
            chat.upgrade(&Upgrader::new(&pool, &connection).unwrap(), &get(url), LIMIT).await.err().unwrap();
        assert_eq!((failure.kind, failure.status), (ErrorKind::Unauthorized, 407), "{}", failure.cause);
    }
}

#[tokio::test]
async fn a_proxy_that_does_not_connect_is_not_the_server_either() {
    let proxy = TestServer::start([answer("403 Forbidden", "", "")]).await;
    let failure = failure(&through(proxy.address), "https://gms.test/secret").await;
    let expected = format!("the proxy {} did not connect to gms.test:443: it refused", proxy.address);
    assert_eq!((failure.kind, failure.cause), (ErrorKind::Disconnected, expected));
}

#[tokio::test]
async fn a_lost_connection_names_the_server() {
    let server = TestServer::start([raw("", Then::Close)]).await;
    let failure = failure(&direct(), &format!("{}/secret", server.origin())).await;
    let expected = format!("the connection to {} was lost: ", server.address);
    assert!(failure.cause.starts_with(&expected), "{}", failure.cause);
}

#[tokio::test]
async fn redirects_with_raw_addresses_are_followed() {
    let mut server = TestServer::start([redirect("307 Temporary Redirect", "/grüße"), json("{}")]).await;
    let chat = HttpChat::new(&HttpPool::new(), &direct(), &[]).unwrap();
    chat.exchange(&get(&server.origin()), LIMIT).await.unwrap();
    server.seen().await;
    assert_eq!(server.seen().await.line(), "GET /gr%C3%BC%C3%9Fe HTTP/1.1");
}

#[tokio::test]
async fn a_port_without_tls_is_told_as_such() {
    for said in ["HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", ""] {
        let server = TestServer::start_with([], move |mut stream: tokio::net::TcpStream| async move {
            let mut hello = [0; 64];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut hello).await;
            let _ = stream.write_all(said.as_bytes()).await;
            let _ = stream.shutdown().await;
            // Closed with bytes unread, the connection would be reset before the answer is read.
            let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut Vec::new()).await;
            None::<tokio::net::TcpStream>
        })
        .await;
        let failure = failure(&direct(), &format!("https://{}/secret", server.address)).await;
        let expected = format!("{} does not speak TLS: it may be a port for plain http", server.address);
        assert_eq!(failure.cause, expected);
    }
}

/// A server that shows `chain`.
async fn tls_server(chain: Vec<CertificateDer<'static>>, key: &KeyPair, script: Vec<Scripted>) -> TestServer {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    TestServer::start_with(script, move |stream| {
        let acceptor = acceptor.clone();
        async move { acceptor.accept(stream).await.ok() }
    })
    .await
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params
}

fn trusting(pem: &str) -> (tempfile::NamedTempFile, Connection) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pem.as_bytes()).unwrap();
    let connection = Connection { root_certificates: vec![file.path().into()], ..direct() };
    (file, connection)
}

#[tokio::test]
async fn certificates_are_refused_in_plain_words() {
    let key = KeyPair::generate().unwrap();
    let own = params("127.0.0.1").self_signed(&key).unwrap();
    let elsewhere = params("other.test").self_signed(&key).unwrap();
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = params("Authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, &authority_key).unwrap();
    let issued = params("127.0.0.1").signed_by(&key, &authority).unwrap();
    let mut both = params("127.0.0.1");
    both.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let both = both.self_signed(&key).unwrap();
    for (shown, trusted, words) in [
        (
            &own,
            &elsewhere,
            "is signed by itself and by no authority; to trust it, name its file in connection.rootCertificates",
        ),
        (&issued, &own, "comes from an authority that is not known here"),
        (&elsewhere, &elsewhere, "is for another name: "),
        (&both, &both, "give the server one made with basicConstraints=CA:FALSE"),
    ] {
        let server = tls_server(vec![shown.der().clone()], &key, Vec::new()).await;
        let (_file, connection) = trusting(&trusted.pem());
        let failure = failure(&connection, &format!("https://{}/secret", server.address)).await;
        let expected = format!("the certificate of {} ", server.address);
        assert!(failure.cause.starts_with(&expected) && failure.cause.contains(words), "{}", failure.cause);
        assert_eq!((failure.kind, failure.retry), (ErrorKind::Disconnected, Retry::Never));
    }
}

#[tokio::test]
async fn a_port_for_tls_is_told_as_such() {
    let key = KeyPair::generate().unwrap();
    let own = params("127.0.0.1").self_signed(&key).unwrap();
    let server = tls_server(vec![own.der().clone()], &key, Vec::new()).await;
    let failure = failure(&direct(), &format!("http://{}/secret", server.address)).await;
    assert_eq!(failure.cause, format!("{} does not speak HTTP: it may be a port for https", server.address));
}
