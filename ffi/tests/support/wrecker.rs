//! A server that harms its clients. It stands before a healthy one, with TLS or without, and closes, resets, restarts, and answers before
//! it has read, one connection after the other.

use std::{net::SocketAddr, sync::Arc};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    task::JoinSet,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

/// How many connections it takes between two restarts.
const BETWEEN_RESTARTS: usize = 24;

/// What becomes of a connection.
#[derive(Clone, Copy)]
enum Fate {
    /// It reaches the healthy server, until the next restart.
    Carried,
    /// It is closed before anything is read.
    Closed,
    /// It is reset before anything is read.
    Reset,
    /// It is reset after the first bytes of the first request.
    ResetInRequest,
    /// An answer comes after the first bytes of the first request, and the connection is closed.
    AnsweredEarly,
}

/// Every second connection is a good one, or no chat would ever come to send anything.
const FATES: [Fate; 8] = [
    Fate::Carried,
    Fate::ResetInRequest,
    Fate::Carried,
    Fate::Closed,
    Fate::Carried,
    Fate::AnsweredEarly,
    Fate::Carried,
    Fate::Reset,
];

/// A server for TLS under the name 127.0.0.1, and its certificate in PEM.
pub(crate) fn tls() -> (TlsAcceptor, String) {
    let issued = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), issued.cert.pem())
}

/// Starts one before `target`, for as long as `runtime` lives.
pub(crate) fn start(runtime: &Runtime, target: SocketAddr, tls: Option<TlsAcceptor>) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(listen(listener, address, target, tls));
    address
}

async fn listen(mut listener: TcpListener, own: SocketAddr, target: SocketAddr, tls: Option<TlsAcceptor>) {
    let mut fates = FATES.into_iter().cycle();
    loop {
        let mut open = JoinSet::new();
        for _ in 0..BETWEEN_RESTARTS {
            let Ok((stream, _)) = listener.accept().await else { break };
            open.spawn(meet(stream, fates.next().unwrap_or(Fate::Closed), target, tls.clone()));
        }
        // What is open is reset, what waits to be accepted too.
        drop(listener);
        open.shutdown().await;
        listener = TcpListener::bind(own).await.unwrap();
    }
}

async fn meet(stream: TcpStream, fate: Fate, target: SocketAddr, tls: Option<TlsAcceptor>) {
    match fate {
        Fate::Closed => return,
        Fate::Reset | Fate::ResetInRequest => stream.set_zero_linger().unwrap(),
        Fate::Carried | Fate::AnsweredEarly => {}
    }
    if matches!(fate, Fate::Reset) {
        return;
    }
    match tls {
        None => speak(stream, fate, target).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                speak(stream, fate, target).await;
            }
        }
    }
}

async fn speak(mut stream: impl AsyncRead + AsyncWrite + Unpin, fate: Fate, target: SocketAddr) {
    if matches!(fate, Fate::Carried) {
        if let Ok(mut onward) = TcpStream::connect(target).await {
            let _ = copy_bidirectional(&mut stream, &mut onward).await;
        }
        return;
    }
    let _ = stream.read(&mut [0; 256]).await;
    if matches!(fate, Fate::AnsweredEarly) {
        let answer = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n";
        let _ = stream.write_all(answer).await;
        let _ = stream.flush().await;
    }
}
