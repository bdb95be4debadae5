//! A Bayeux server on a real socket: the model that the engine's tests use, over both carriers.

use crate::carrier::bayeux::engine::tests::server::{Line, Sent, Server};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::{JoinHandle, JoinSet},
};
use tokio_tungstenite::tungstenite::{Message, handshake::server as upgrade};

/// A request, a WebSocket's opening or a payload on one.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) websocket: bool,
    /// The head of the HTTP request; that of the opening, for a WebSocket.
    pub(crate) head: String,
    /// The body, or the payload.
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// Whether it has a message on `channel`.
    pub(crate) fn is(&self, channel: &str) -> bool {
        let messages: Value = serde_json::from_str(&self.body).unwrap_or_default();
        messages
            .as_array()
            .is_some_and(|messages| messages.iter().any(|message| message["channel"] == channel))
    }
}

/// What becomes of a request for a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Upgrades {
    Accepted,
    /// Answered like any other request, by 400.
    Refused,
    /// Answered as if accepted, by somebody who does not know the protocol.
    Feigned,
}

struct State {
    model: Server,
    upgrades: Upgrades,
    /// Answers to requests for other paths than the server's own.
    files: VecDeque<String>,
    lines: HashMap<Line, mpsc::UnboundedSender<Vec<Value>>>,
    count: u64,
    seen: mpsc::UnboundedSender<Seen>,
}

/// A running server; it stops when dropped.
pub(crate) struct LoopbackServer {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
    connections: Arc<Mutex<JoinSet<()>>>,
    seen: mpsc::UnboundedReceiver<Seen>,
    task: JoinHandle<()>,
}

impl LoopbackServer {
    /// A server that sends what is published back to who published it.
    pub(crate) async fn start(acks: bool, upgrades: Upgrades) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, seen) = mpsc::unbounded_channel();
        let (model, files, lines) = (Server::new(acks), VecDeque::new(), HashMap::new());
        let state = State { model, upgrades, files, lines, count: 0, seen: sender };
        let state = Arc::new(Mutex::new(state));
        let connections = Arc::new(Mutex::new(JoinSet::new()));
        let (shared, open) = (state.clone(), connections.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                open.lock().unwrap().spawn(serve(stream, shared.clone()));
            }
        });
        Self { address, state, connections, seen, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/genesys/cometd", self.address)
    }

    /// The next thing seen that has a message on `channel`.
    pub(crate) async fn seen(&mut self, channel: &str) -> Seen {
        loop {
            let seen = self.seen.recv().await.unwrap();
            if seen.is(channel) {
                return seen;
            }
        }
    }

    /// The next opening of a WebSocket, or request for another path.
    pub(crate) async fn seen_other(&mut self) -> Seen {
        loop {
            let seen = self.seen.recv().await.unwrap();
            if !seen.body.starts_with('[') {
                return seen;
            }
        }
    }

    /// Delivers `data` to the session begun last.
    pub(crate) fn push(&self, data: Value) {
        let mut state = self.state.lock().unwrap();
        let client = state.model.newest();
        let sent = state.model.deliver(&client, data);
        state.dispatch(sent);
    }

    /// Answers the next request for another path.
    pub(crate) fn answer_other(&self, answer: &str) {
        self.state.lock().unwrap().files.push_back(answer.into());
    }

    pub(crate) fn restart(&self) {
        self.state.lock().unwrap().model.restart();
    }

    pub(crate) fn set_upgrades(&self, upgrades: Upgrades) {
        self.state.lock().unwrap().upgrades = upgrades;
    }

    /// Cuts every connection.
    pub(crate) fn cut(&self) {
        self.connections.lock().unwrap().abort_all();
    }
}

impl Drop for LoopbackServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl State {
    fn line(&mut self) -> (Line, mpsc::UnboundedReceiver<Vec<Value>>) {
        self.count += 1;
        let (sender, outgoing) = mpsc::unbounded_channel();
        self.lines.insert(Line(self.count), sender);
        (Line(self.count), outgoing)
    }

    /// Takes a payload; what comes back of it may come with the answer.
    fn take(&mut self, line: Line, websocket: bool, payload: &str) {
        let answers = self.model.take(std::time::Duration::ZERO, line, websocket, payload.as_bytes());
        while let Some((client, data)) = self.model.published.pop_front() {
            let sent = self.model.deliver(&client, data);
            self.dispatch(sent);
        }
        self.dispatch(answers);
    }

    fn dispatch(&mut self, sent: Sent) {
        for (line, messages) in sent {
            if let Some(outgoing) = self.lines.get(&line) {
                let _ = outgoing.send(messages);
            }
        }
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let head = peek_head(&stream).await;
    let is_upgrade = head.to_ascii_lowercase().contains("upgrade: websocket");
    let upgrades = state.lock().unwrap().upgrades;
    if is_upgrade && upgrades == Upgrades::Accepted {
        serve_websocket(stream, head, &state).await;
    } else if is_upgrade && upgrades == Upgrades::Feigned {
        let answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: odd\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
        let _ = stream.read(&mut [0; 1000]).await;
    } else {
        while serve_request(&mut stream, &state).await.is_some() {}
    }
}

/// The head of the first request, left where it is.
async fn peek_head(stream: &TcpStream) -> String {
    let mut buffer = vec![0; 16 << 10];
    loop {
        stream.readable().await.unwrap();
        let length = stream.peek(&mut buffer).await.unwrap_or(0);
        let head = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if length == 0 || head.contains("\r\n\r\n") {
            return head;
        }
    }
}

async fn serve_websocket(stream: TcpStream, head: String, state: &Arc<Mutex<State>>) {
    let _ =
        state.lock().unwrap().seen.send(Seen { websocket: true, head: head.clone(), body: String::new() });
    #[allow(clippy::result_large_err, reason = "the library's signature")]
    let with_cookie = |_: &upgrade::Request, mut answer: upgrade::Response| {
        answer.headers_mut().insert("set-cookie", "BAYEUX_BROWSER=b1; Path=/; HttpOnly".parse().unwrap());
        Ok(answer)
    };
    let Ok(mut socket) = tokio_tungstenite::accept_hdr_async(stream, with_cookie).await else { return };
    let (line, mut outgoing) = state.lock().unwrap().line();
    loop {
        tokio::select! {
            Some(messages) = outgoing.recv() => {
                socket.send(Message::text(Value::from(messages).to_string())).await.unwrap();
            }
            frame = socket.next() => {
                let Some(Ok(frame)) = frame else { return };
                let Message::Text(text) = frame else { continue };
                let mut state = state.lock().unwrap();
                let body = text.as_str().to_owned();
                state.take(line, true, &body);
                let _ = state.seen.send(Seen { websocket: true, head: head.clone(), body });
            }
        }
    }
}

/// Serves one request; nothing, when there are no more.
async fn serve_request(stream: &mut TcpStream, state: &Arc<Mutex<State>>) -> Option<()> {
    let (head, body) = read_request(stream).await?;
    let is_own = head.contains("/genesys/cometd") && head.starts_with("POST");
    let (line, mut outgoing) = state.lock().unwrap().line();
    let seen = Seen { websocket: false, head, body };
    let (status, answer) = if is_own {
        state.lock().unwrap().take(line, false, &seen.body);
        let _ = state.lock().unwrap().seen.send(seen);
        ("200 OK", Value::from(outgoing.recv().await?).to_string())
    } else {
        let mut state = state.lock().unwrap();
        let file = if seen.head.starts_with("GET") { None } else { state.files.pop_front() };
        let _ = state.seen.send(seen);
        file.map_or(("400 Bad Request", "no".into()), |file| ("200 OK", file))
    };
    let cookie = if is_own { "Set-Cookie: BAYEUX_BROWSER=b1; Path=/\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{cookie}Content-Length: {}\r\n\r\n",
        answer.len()
    );
    stream.write_all((head + &answer).as_bytes()).await.ok()
}

async fn read_request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = head
        .to_ascii_lowercase()
        .split_once("content-length: ")
        .map_or(0, |(_, rest)| rest.lines().next().unwrap().parse().unwrap());
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, String::from_utf8_lossy(&bytes[end..]).into_owned()))
}

/// JSON that is worth looking at.
pub(crate) fn note(text: &str) -> Value {
    json!({ "text": text })
}
