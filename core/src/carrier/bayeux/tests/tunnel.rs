//! A WebSocket with TLS, through a proxy.

use super::*;
use crate::carrier::http::{
    authority::{ALL, Authority},
    test_socks::{Policy, SocksProxy},
};
use std::{io::Write, net::SocketAddr};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

/// Listens, does something to each connection, and carries what comes on it to `target`.
async fn forwarder<F, S>(target: SocketAddr, accept: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = Option<S>> + Send,
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Some(mut stream) = accept(stream).await else { continue };
            tokio::spawn(async move {
                let mut onward = TcpStream::connect(target).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut onward).await;
            });
        }
    });
    address
}

/// A server for TLS, and its certificate in PEM.
fn tls() -> (tokio_rustls::TlsAcceptor, String) {
    let issued = rcgen::generate_simple_self_signed(["chat.test".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key)
        .unwrap();
    // The server would rather speak HTTP/2, in which a connection cannot become a WebSocket.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    (tokio_rustls::TlsAcceptor::from(Arc::new(config)), issued.cert.pem())
}

/// The address where `server` is to be had with TLS, and its certificate in PEM.
async fn with_tls(server: &LoopbackServer) -> (SocketAddr, String) {
    let (acceptor, certificate) = tls();
    let address = forwarder(server.address, move |stream| {
        let acceptor = acceptor.clone();
        async move { acceptor.accept(stream).await.ok() }
    })
    .await;
    (address, certificate)
}

/// Takes a request to connect, and says which.
async fn connected<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    asked: mpsc::UnboundedSender<String>,
) -> Option<S> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    asked.send(String::from_utf8(head).unwrap()).unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.ok()?;
    stream.flush().await.ok()?;
    Some(stream)
}

fn through(proxy: &str, trusted: &[&str]) -> (tempfile::NamedTempFile, Connection) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(trusted.concat().as_bytes()).unwrap();
    let connection = Connection {
        proxy: ProxyConfig::Url(proxy.into()),
        root_certificates: vec![file.path().into()],
        ..direct()
    };
    (file, connection)
}

#[tokio::test]
async fn a_websocket_goes_with_tls_through_a_socks_proxy() {
    let mut server = LoopbackServer::start(false, Upgrades::Accepted).await;
    let (with_tls, certificate) = with_tls(&server).await;
    let mut proxy = SocksProxy::start(with_tls, Policy::Password).await;
    let (_file, connection) = through(&format!("socks5h://user:p%40ss@{}", proxy.address), &[&certificate]);
    let mut link = client_with("https://chat.test/genesys/cometd", &connection);
    assert_eq!(event(&mut link).await, "up");
    talk(&mut link, "hi").await;
    assert!(server.seen("/service/a").await.websocket);
    assert_eq!(proxy.asked().await, "name chat.test 443");
}

#[tokio::test]
async fn a_websocket_goes_with_tls_through_a_proxy() {
    for is_proxy_with_tls in [false, true] {
        let mut server = LoopbackServer::start(false, Upgrades::Accepted).await;
        let (with_tls, certificate) = with_tls(&server).await;
        let (sender, mut asked) = mpsc::unbounded_channel();
        let proxies = Authority::new("Proxies");
        let proxy = if is_proxy_with_tls {
            let acceptor = proxies.acceptor(None, ALL);
            let proxy = forwarder(with_tls, move |stream| {
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                async move { connected(acceptor.accept(stream).await.ok()?, sender).await }
            });
            format!("https://user:pw@{}", proxy.await)
        } else {
            let proxy = forwarder(with_tls, move |stream| connected(stream, sender.clone()));
            format!("http://user:pw@{}", proxy.await)
        };
        let (_file, connection) = through(&proxy, &[&certificate, &proxies.pem()]);
        let mut link = client_with("https://chat.test/genesys/cometd", &connection);
        assert_eq!(event(&mut link).await, "up");
        talk(&mut link, "hi").await;
        assert!(server.seen("/service/a").await.websocket);
        let asked = asked.recv().await.unwrap();
        assert!(asked.starts_with("CONNECT chat.test:443 HTTP/1.1\r\n"), "{asked}");
        assert!(asked.to_ascii_lowercase().contains("proxy-authorization: basic dxnlcjpwdw=="), "{asked}");
    }
}

#[tokio::test]
async fn a_websocket_without_tls_goes_through_a_proxy_with_it() {
    let mut server = LoopbackServer::start(false, Upgrades::Accepted).await;
    let proxies = Authority::new("Proxies");
    let acceptor = proxies.acceptor(None, ALL);
    let proxy = forwarder(server.address, move |stream| {
        let acceptor = acceptor.clone();
        async move { acceptor.accept(stream).await.ok() }
    })
    .await;
    let (_file, connection) = through(&format!("https://user:pw@{proxy}"), &[&proxies.pem()]);
    let mut link = client_with("http://chat.test/genesys/cometd", &connection);
    assert_eq!(event(&mut link).await, "up");
    talk(&mut link, "hi").await;
    let seen = server.seen("/service/a").await;
    assert!(seen.websocket && seen.head.starts_with("GET http://chat.test/genesys/cometd "), "{}", seen.head);
    assert_eq!(seen.header("proxy-authorization"), Some("Basic dXNlcjpwdw=="));
}
