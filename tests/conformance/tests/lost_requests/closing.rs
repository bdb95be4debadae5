//! A way to a server on which every kept connection is closed just as a second request comes.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// The way; it is gone when this is dropped.
pub(crate) struct Closing {
    pub(crate) address: SocketAddr,
    closed: Arc<AtomicUsize>,
    _connections: JoinSet<()>,
}

impl Closing {
    /// A way to `server`.
    pub(crate) async fn open(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let closed = Arc::new(AtomicUsize::new(0));
        let (counter, mut accepting) = (closed.clone(), JoinSet::new());
        accepting.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(carry(client, server, counter.clone()));
            }
        });
        Self { address, closed, _connections: accepting }
    }

    /// How many connections were closed in that way.
    pub(crate) fn closed(&self) -> usize {
        self.closed.load(Ordering::Relaxed)
    }
}

async fn carry(client: TcpStream, server: SocketAddr, closed: Arc<AtomicUsize>) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (answered, upgraded) = (AtomicBool::new(false), AtomicBool::new(false));
    let there = async {
        let mut piece = [0; 4096];
        while let Ok(size @ 1..) = from_client.read(&mut piece).await {
            if answered.load(Ordering::Relaxed) && !upgraded.load(Ordering::Relaxed) {
                closed.fetch_add(1, Ordering::Relaxed);
                return;
            }
            if to_server.write_all(&piece[..size]).await.is_err() {
                return;
            }
        }
    };
    let back = async {
        let mut piece = [0; 4096];
        while let Ok(size @ 1..) = from_server.read(&mut piece).await {
            upgraded.fetch_or(
                piece.starts_with(b"HTTP/1.1 101") && !answered.load(Ordering::Relaxed),
                Ordering::Relaxed,
            );
            answered.store(true, Ordering::Relaxed);
            if to_client.write_all(&piece[..size]).await.is_err() {
                return;
            }
        }
    };
    // What ends one direction ends the connection.
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}
