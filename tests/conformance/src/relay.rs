//! A path between application and server, as long, narrow and dead as paths of customers are.

use serde::Deserialize;
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp},
    sync::{mpsc, watch},
    task::JoinSet,
    time::Instant,
};

/// What a path is like, in each direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Path {
    /// Milliseconds from one end to the other.
    pub delay_ms: u64,
    /// Bytes that a connection takes in a second; 0: any number.
    pub bytes_per_second: u64,
    /// Milliseconds after which the server closes a connection on which nothing comes; 0: never. What is under way then is lost, as where a
    /// proxy closes a kept connection just as a request goes out.
    pub idle_ms: u64,
}

/// Which connections bring nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Silence {
    /// All, those to come as well.
    all: bool,
    /// Those that were made before so many.
    before: usize,
}

impl Silence {
    fn befalls(self, connection: usize) -> bool {
        self.all || connection < self.before
    }
}

/// A path to a server; it is gone when this is dropped.
#[derive(Debug)]
pub struct Relay {
    /// Where the path begins.
    pub address: SocketAddr,
    silent: watch::Sender<Silence>,
    made: watch::Receiver<usize>,
    _connections: JoinSet<()>,
}

/// How many bytes are taken up at once: small pieces, that a slow line may bring them one by one.
const PIECE: usize = 4096;
/// How many pieces are under way at most.
const UNDER_WAY: usize = 256;

impl Relay {
    /// A path to `server`, on a free port.
    pub async fn open(server: SocketAddr, path: Path) -> io::Result<Self> {
        let listener = TcpListener::bind((server.ip(), 0)).await?;
        let address = listener.local_addr()?;
        let (silent, listening) = watch::channel(Silence::default());
        let (count, made) = watch::channel(0);
        let mut connections = JoinSet::new();
        connections.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let number = *count.borrow();
                count.send_replace(number + 1);
                connections.spawn(connect(
                    client,
                    server,
                    path,
                    Hearing { number, silent: listening.clone() },
                ));
            }
        });
        Ok(Self { address, silent, made, _connections: connections })
    }

    /// From now on nothing arrives, or again all that has been under way since then.
    pub fn silence(&self, silent: bool) {
        self.silent.send_modify(|silence| silence.all = silent);
    }

    /// From now on nothing comes any more on the connections that there are; those that are made later are as good as ever.
    pub fn deafen(&self) {
        let made = *self.made.borrow();
        self.silent.send_modify(|silence| silence.before = made);
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        *self.made.borrow()
    }
}

/// Joins a connection to one of the server's own. Where there is none, it ends.
async fn connect(client: TcpStream, server: SocketAddr, path: Path, hearing: Hearing) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    // Pieces leave when their time has come, not when there are more of them.
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap_or_default();
    }
    let ((client_in, client_out), (server_in, server_out)) = (client.into_split(), server.into_split());
    let (ends, ended) = watch::channel(Instant::now());
    let there = carry(client_in, server_out, path, hearing.clone(), &ends);
    let back = carry(server_in, client_out, path, hearing, &ends);
    tokio::select! {
        _ = async { tokio::join!(there, back) } => {}
        () = idleness(ended, path) => {}
    }
}

/// Waits until nothing has come for as long as the server keeps a connection.
async fn idleness(mut used: watch::Receiver<Instant>, path: Path) {
    if path.idle_ms == 0 {
        return std::future::pending().await;
    }
    loop {
        let until = *used.borrow_and_update() + Duration::from_millis(path.idle_ms);
        tokio::select! {
            () = tokio::time::sleep_until(until) => return,
            _ = used.changed() => {}
        }
    }
}

/// One connection's part in the silence.
#[derive(Debug, Clone)]
struct Hearing {
    number: usize,
    silent: watch::Receiver<Silence>,
}

/// Carries bytes in one direction until that is closed, and then closes it at the other end.
async fn carry(
    mut from: tcp::OwnedReadHalf,
    mut to: tcp::OwnedWriteHalf,
    path: Path,
    mut hearing: Hearing,
    used: &watch::Sender<Instant>,
) {
    let (entrance, mut exit) = mpsc::channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    let enter = async move {
        let mut free = Instant::now();
        loop {
            let mut piece = vec![0; PIECE];
            let size = from.read(&mut piece).await.unwrap_or_default();
            piece.truncate(size);
            free = free.max(Instant::now()) + time_of(size, path);
            let arrival = free + Duration::from_millis(path.delay_ms);
            if entrance.send((arrival, piece)).await.is_err() || size == 0 {
                return;
            }
        }
    };
    let leave = async move {
        while let Some((arrival, piece)) = exit.recv().await {
            tokio::time::sleep_until(arrival).await;
            used.send_replace(Instant::now());
            // Who may break the silence is gone when the scenario is over.
            let number = hearing.number;
            let heard = hearing.silent.wait_for(|silence| !silence.befalls(number)).await.is_ok();
            if !heard || piece.is_empty() || to.write_all(&piece).await.is_err() {
                break;
            }
        }
        // A connection that is gone already has no end to be told.
        to.shutdown().await.unwrap_or_default();
    };
    tokio::join!(enter, leave);
}

/// How long a piece occupies the line.
fn time_of(size: usize, path: Path) -> Duration {
    match path.bytes_per_second {
        0 => Duration::ZERO,
        rate => Duration::from_millis(u64::try_from(size).unwrap_or(u64::MAX).saturating_mul(1000) / rate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that says back what it is told, behind a path, and a connection to it.
    async fn echo(path: Path) -> io::Result<(Relay, TcpStream)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let relay = Relay::open(listener.local_addr()?, path).await?;
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        let stream = TcpStream::connect(relay.address).await?;
        Ok((relay, stream))
    }

    #[tokio::test]
    async fn a_long_path_takes_time_and_loses_nothing() -> io::Result<()> {
        let (_relay, mut stream) =
            echo(Path { delay_ms: 30, bytes_per_second: 1_000_000, ..Path::default() }).await?;
        let (began, sent) = (Instant::now(), vec![7; 50_000]);
        stream.write_all(&sent).await?;
        stream.shutdown().await?;
        let mut seen = Vec::new();
        stream.read_to_end(&mut seen).await?;
        assert_eq!(seen.len(), sent.len());
        assert!(began.elapsed() >= Duration::from_millis(60 + 50), "{:?}", began.elapsed());
        Ok(())
    }

    #[tokio::test]
    async fn a_path_can_be_deaf_on_the_connections_that_there_are() -> io::Result<()> {
        let (relay, mut old) = echo(Path::default()).await?;
        old.write_all(b"a").await?;
        assert_eq!(old.read_u8().await?, b'a');
        relay.deafen();
        old.write_all(b"b").await?;
        let mut new = TcpStream::connect(relay.address).await?;
        new.write_all(b"c").await?;
        tokio::select! {
            read = new.read_u8() => assert_eq!(read?, b'c'),
            read = old.read_u8() => panic!("{read:?} came through the silence"),
        }
        assert_eq!(relay.connections(), 2);
        Ok(())
    }

    #[tokio::test]
    async fn a_connection_on_which_nothing_comes_is_closed() -> io::Result<()> {
        let (_relay, mut stream) = echo(Path { idle_ms: 20, ..Path::default() }).await?;
        assert!(stream.read_u8().await.is_err());
        Ok(())
    }

    #[tokio::test]
    async fn a_silent_path_brings_nothing_until_it_speaks_again() -> io::Result<()> {
        let (relay, mut stream) = echo(Path::default()).await?;
        let mut seen = [0; 5];
        stream.write_all(b"first").await?;
        stream.read_exact(&mut seen).await?;
        relay.silence(true);
        stream.write_all(b"later").await?;
        let (_other_relay, mut other) = echo(Path { delay_ms: 20, ..Path::default() }).await?;
        other.write_all(b"other").await?;
        tokio::select! {
            // A path that has its delay is slower than a silent one would be if it let anything pass.
            read = other.read_exact(&mut seen) => drop(read?),
            read = stream.read_u8() => panic!("{read:?} came through the silence"),
        }
        relay.silence(false);
        stream.read_exact(&mut seen).await?;
        assert_eq!(&seen, b"later");
        Ok(())
    }
}
