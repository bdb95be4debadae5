//! What stands between a client and a server and writes down what the client says first.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};

/// How much of a request's head there may be.
const HEAD: usize = 64 << 10;

/// A listener that hands all on to a server, and keeps the head of the first request of each connection.
#[derive(Clone, Debug)]
pub struct Tap {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Tap {
    /// Listens for connections to this server.
    pub async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a place to listen");
        let address = listener.local_addr().expect("it has an address");
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let kept = heads.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(hand_on(client, server, kept.clone()));
            }
        });
        Self { address, heads }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The heads that begin with this method.
    pub fn heads(&self, method: &str) -> Vec<String> {
        let heads = self.heads.lock().expect("nobody failed with it");
        heads.iter().filter(|head| head.starts_with(method)).cloned().collect()
    }
}

async fn hand_on(mut client: TcpStream, server: SocketAddr, heads: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let mut server = TcpStream::connect(server).await.ok()?;
    let mut said = Vec::new();
    let end = loop {
        if let Some(end) = said.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if said.len() > HEAD || client.read_buf(&mut said).await.ok()? == 0 {
            return None;
        }
    };
    heads.lock().ok()?.push(String::from_utf8_lossy(said.get(..end)?).into_owned());
    server.write_all(&said).await.ok()?;
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.split(), server.split());
    tokio::select! {
        _ = copy(&mut from_client, &mut to_server) => {}
        _ = copy(&mut from_server, &mut to_client) => {}
    }
    Some(())
}
