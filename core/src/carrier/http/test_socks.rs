//! A SOCKS5 proxy for tests (RFC 1928, RFC 1929): it says what it was asked for, and carries everything to one place.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

/// What the proxy does with those who come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Connects whoever asks.
    Open,
    /// Connects the user "user" with the password "p@ss".
    Password,
    /// Answers every request with this code.
    Refusing(u8),
    /// Closes the connection after the first words.
    Leaving,
}

/// A running proxy.
pub(crate) struct SocksProxy {
    pub(crate) address: SocketAddr,
    asked: mpsc::UnboundedReceiver<String>,
}

impl SocksProxy {
    /// A proxy that leads everybody to `target`.
    pub(crate) async fn start(target: SocketAddr, policy: Policy) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, asked) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let sender = sender.clone();
                tokio::spawn(async move {
                    let Some(wanted) = agree(&mut stream, policy).await else { return };
                    sender.send(wanted).unwrap();
                    let mut onward = TcpStream::connect(target).await.unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut onward).await;
                });
            }
        });
        Self { address, asked }
    }

    /// What the next client wanted: host or address, and port.
    pub(crate) async fn asked(&mut self) -> String {
        self.asked.recv().await.unwrap()
    }
}

/// Carries out the handshake; nothing when the client is refused.
async fn agree(stream: &mut TcpStream, policy: Policy) -> Option<String> {
    let [version, count] = read(stream).await?;
    assert_eq!(version, 5);
    let mut methods = vec![0; count.into()];
    stream.read_exact(&mut methods).await.ok()?;
    let wanted = if policy == Policy::Password { 2 } else { 0 };
    if policy == Policy::Leaving {
        return None;
    }
    if !methods.contains(&wanted) {
        stream.write_all(&[5, 0xff]).await.ok()?;
        return None;
    }
    stream.write_all(&[5, wanted]).await.ok()?;
    if policy == Policy::Password {
        let [1] = read(stream).await? else { return None };
        let (user, password) = (text(stream).await?, text(stream).await?);
        let is_known = (user.as_str(), password.as_str()) == ("user", "p@ss");
        stream.write_all(&[1, u8::from(!is_known)]).await.ok()?;
        if !is_known {
            return None;
        }
    }
    let [5, 1, 0, kind] = read(stream).await? else { return None };
    let host = match kind {
        1 => Ipv4Addr::from(read::<4>(stream).await?).to_string(),
        4 => Ipv6Addr::from(read::<16>(stream).await?).to_string(),
        _ => format!("name {}", text(stream).await?),
    };
    let port = u16::from_be_bytes(read(stream).await?);
    let code = if let Policy::Refusing(code) = policy { code } else { 0 };
    stream.write_all(&[5, code, 0, 1, 0, 0, 0, 0, 0, 0]).await.ok()?;
    (code == 0).then(|| format!("{host} {port}"))
}

async fn read<const N: usize>(stream: &mut TcpStream) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await.ok()?;
    Some(bytes)
}

async fn text(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = vec![0; stream.read_u8().await.ok()?.into()];
    stream.read_exact(&mut bytes).await.ok()?;
    String::from_utf8(bytes).ok()
}
