//! The server: honest until the moment of the attack.

use crate::{
    attack::{Attack, Moment, Strike},
    websocket::{self, Meta},
    wire::{LINK, Wire},
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
    task::{JoinHandle, JoinSet},
};

/// A connection.
#[derive(Debug)]
pub struct Line {
    /// What it is made of.
    pub stream: TcpStream,
    read: Vec<u8>,
}

/// A request.
#[derive(Debug)]
pub struct Request {
    pub(crate) method: String,
    /// With its query.
    pub path: String,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

impl Line {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self { stream, read: Vec::new() }
    }

    /// The next request; nothing when the client has gone.
    pub async fn request(&mut self) -> Option<Request> {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8_lossy(&self.read[..end]).into_owned();
        self.read.drain(..end);
        let mut first = head.lines().next()?.split(' ').map(str::to_owned);
        let (method, path) = (first.next()?, first.next()?);
        let mut request = Request { method, path, head, body: Vec::new() };
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        while self.read.len() < length {
            self.more().await?;
        }
        request.body = self.read.drain(..length).collect();
        Some(request)
    }

    async fn more(&mut self) -> Option<()> {
        let mut buffer = vec![0; 16 << 10];
        let count = self.stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        self.read.extend_from_slice(&buffer[..count]);
        Some(())
    }

    /// Whether the client has taken it.
    pub async fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Writes it this often, or until the client takes no more.
    pub async fn repeat(&mut self, bytes: &[u8], times: u64) -> bool {
        let piece = bytes.repeat((64 << 10) / bytes.len() + 1);
        let whole = (piece.len() / bytes.len()) as u64;
        for _ in 0..times.div_ceil(whole) {
            if !self.write(&piece).await {
                return false;
            }
        }
        true
    }

    /// An answer of this type.
    pub async fn answer(&mut self, kind: &str, body: &[u8]) -> bool {
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len());
        self.write(head).await && self.write(body).await
    }
}

/// What connections have in common.
pub(crate) struct State {
    pub(crate) attack: Attack,
    pub(crate) started: watch::Sender<bool>,
    strikes: AtomicU64,
    enough: Notify,
}

impl State {
    pub(crate) fn wire(&self) -> Wire {
        self.attack.wire
    }

    /// Whether a connect is held back: there is nothing to tell before the chat has begun, nor after the attack.
    pub(crate) fn holds_back(&self) -> bool {
        let is_over = self.strikes.load(Ordering::SeqCst) >= self.attack.times;
        is_over || !*self.started.borrow()
    }

    /// What this moment is for has been answered.
    pub(crate) fn note_answered(&self, moment: Moment) {
        if moment == Moment::Start {
            self.started.send_replace(true);
        }
    }

    /// The number of the strike that this moment is for, if it is.
    pub(crate) fn strikes(&self, moment: Moment) -> Option<u64> {
        if self.attack.at != moment {
            // Where the link is lost, it is over with the next.
            let is_over = self.strikes.load(Ordering::SeqCst) >= self.attack.times;
            if is_over && moment == Moment::Handshake {
                self.enough.notify_one();
            }
            return None;
        }
        let number = self.strikes.fetch_add(1, Ordering::SeqCst);
        if number >= self.attack.times {
            self.enough.notify_one();
        }
        (number < self.attack.times).then_some(number)
    }
}

/// A server that attacks.
pub struct Server {
    /// Its address.
    pub url: String,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Starts it.
    pub async fn start(attack: Attack) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            attack,
            started: watch::Sender::new(false),
            strikes: AtomicU64::new(0),
            enough: Notify::new(),
        });
        let shared = state.clone();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                connections.spawn(serve(Line::new(stream), shared.clone()));
                while connections.try_join_next().is_some() {}
            }
        });
        Self { url, state, task }
    }

    /// Ready when the attack is over and the client has been heard of since.
    pub async fn enough(&self) {
        self.state.enough.notified().await;
    }
}

async fn serve(mut line: Line, state: Arc<State>) {
    while let Some(request) = line.request().await {
        if state.wire().pushes && request.path.starts_with(LINK) {
            if request.header("upgrade").is_some() {
                return websocket::serve(line, &request, state).await;
            }
            let Some(next) = bayeux(line, &request, &state).await else { return };
            line = next;
            continue;
        }
        let moment = state.wire().moment(&request);
        if let Some(image) = state.attack.image.as_ref().filter(|_| moment == Moment::File) {
            line.write(&**image).await;
            continue;
        }
        if let Some(number) = state.strikes(moment) {
            match &state.attack.strike {
                Strike::Does(does) => return does(line, number).await,
                Strike::Says(says) => {
                    line.answer("application/json", says(state.wire(), number).as_bytes()).await;
                }
                Strike::None => {}
            }
        } else {
            line.answer("application/json", state.wire().honest(moment).as_bytes()).await;
        }
    }
}

/// Answers messages of Bayeux on long-polling.
async fn bayeux(mut line: Line, request: &Request, state: &State) -> Option<Line> {
    let metas = Meta::all(&request.body);
    let moment = websocket::moment(&metas, state);
    let strike = state.strikes(moment);
    let replies = websocket::replies(&metas, state);
    match (&state.attack.strike, strike) {
        (Strike::Does(does), Some(number)) => {
            does(line, number).await;
            return None;
        }
        (Strike::Says(says), Some(number)) => {
            let said = websocket::joined(&says(state.wire(), number), &replies);
            line.answer("application/json", said.as_bytes()).await;
        }
        _ => {
            if metas.iter().any(Meta::can_wait) && state.holds_back() {
                let _ = state.started.subscribe().wait_for(|started| *started).await;
                if state.holds_back() {
                    std::future::pending::<()>().await;
                }
            }
            line.answer("application/json", replies.as_bytes()).await;
            state.note_answered(moment);
        }
    }
    Some(line)
}
