//! A server for tests: it answers each request with the next scripted bytes, whatever they are, and reports what it was sent.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

use bytes::{Bytes, BytesMut};
use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    sync::{Notify, mpsc},
    task::JoinHandle,
};

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(crate) struct Scripted {
    /// How much of the request it reads before it answers.
    pub(crate) reads: Reads,
    /// The answer.
    pub(crate) answer: Bytes,
    /// What it does then.
    pub(crate) then: Then,
    /// What it waits for before it answers.
    pub(crate) held: Option<Arc<Notify>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    All,
    OnlyHead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Waits for the next request.
    Continue,
    /// Closes the connection.
    Close,
    /// Says nothing more.
    Hang,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Request line and headers, as sent.
    pub(crate) head: String,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A running server; it stops when dropped.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    seen: mpsc::UnboundedReceiver<Seen>,
    connections: Arc<Mutex<usize>>,
    task: JoinHandle<()>,
}

impl TestServer {
    pub(crate) async fn start(script: impl IntoIterator<Item = Scripted>) -> Self {
        Self::start_with(script, |stream| async { Some(stream) }).await
    }

    /// A server that first does something to each connection, such as a TLS handshake.
    pub(crate) async fn start_with<F, S>(
        script: impl IntoIterator<Item = Scripted>,
        accept: impl Fn(tokio::net::TcpStream) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Option<S>> + Send,
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Mutex::new(script.into_iter().collect::<VecDeque<_>>()));
        let (sender, seen) = mpsc::unbounded_channel();
        let connections = Arc::new(Mutex::new(0));
        let count = connections.clone();
        let task = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                *count.lock().unwrap() += 1;
                if let Some(stream) = accept(stream).await {
                    open.spawn(serve(stream, script.clone(), sender.clone()));
                }
            }
        });
        Self { address, seen, connections, task }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request.
    pub(crate) async fn seen(&mut self) -> Seen {
        self.seen.recv().await.unwrap()
    }

    /// The requests that came and were not asked for yet.
    pub(crate) fn unseen(&mut self) -> usize {
        std::iter::from_fn(|| self.seen.try_recv().ok()).count()
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    script: Arc<Mutex<VecDeque<Scripted>>>,
    seen: mpsc::UnboundedSender<Seen>,
) {
    let mut buffer = BytesMut::new();
    loop {
        let Some(head) = read_head(&mut stream, &mut buffer).await else { return };
        let Some(scripted) = script.lock().unwrap().pop_front() else { return };
        let mut request = Seen { head, body: Bytes::new() };
        if scripted.reads == Reads::All {
            let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
            while buffer.len() < length {
                if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                    return;
                }
            }
            request.body = buffer.split_to(length).freeze();
        }
        let _ = seen.send(request);
        if let Some(gate) = scripted.held {
            gate.notified().await;
        }
        let _ = stream.write_all(&scripted.answer).await;
        let _ = stream.flush().await;
        match scripted.then {
            Then::Continue => {}
            Then::Close => return drop(stream.shutdown().await),
            Then::Hang => std::future::pending().await,
        }
    }
}

async fn read_head(stream: &mut (impl AsyncRead + Unpin), buffer: &mut BytesMut) -> Option<String> {
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = buffer.split_to(end + 4);
            return Some(String::from_utf8(head.to_vec()).unwrap());
        }
        if stream.read_buf(buffer).await.unwrap_or(0) == 0 {
            return None;
        }
    }
}

/// An answer with `headers` (each line ended by CR LF) and `body`.
pub(crate) fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Scripted {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    raw([head.as_bytes(), body].concat(), Then::Continue)
}

/// A JSON answer with status 200.
pub(crate) fn json(body: &str) -> Scripted {
    answer("200 OK", "Content-Type: application/json;charset=utf-8\r\n", body)
}

/// Any bytes.
pub(crate) fn raw(answer: impl Into<Vec<u8>>, then: Then) -> Scripted {
    Scripted { reads: Reads::All, answer: Bytes::from(answer.into()), then, held: None }
}

/// An answer that waits until it is let go.
pub(crate) fn held(scripted: Scripted) -> (Scripted, Arc<Notify>) {
    let gate = Arc::new(Notify::new());
    (Scripted { held: Some(gate.clone()), ..scripted }, gate)
}

/// No answer at all.
pub(crate) fn silence() -> Scripted {
    raw("", Then::Hang)
}

/// An answer with a redirect.
pub(crate) fn redirect(status: &str, location: &str) -> Scripted {
    answer(status, &format!("Location: {location}\r\n"), "")
}
