//! The Node.js server, and what the tests order it to do.

use crate::node;
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::fmt;
use webchat_support::LIMIT;

/// A Bayeux server by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bayeux {
    /// `cometd-nodejs-server`: long-polling only.
    Cometd,
    /// The same with the acknowledge extension.
    CometdWithAcks,
    /// `faye`: long-polling and WebSocket.
    Faye,
}

/// What the client is to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// HTTP requests that the server holds.
    LongPolling,
    /// A WebSocket, if the server has it.
    WebSocket,
}

/// What befalls the next operation of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    /// All connections are cut before it is carried out.
    Lose,
    /// All connections are cut when it has been carried out, before anybody is told.
    Cut,
    /// It is carried out, and never answered.
    Withhold,
}

/// What the server has written down of a chat.
#[derive(Debug, Deserialize)]
pub struct Transcript {
    /// Whether the chat is over.
    pub ended: bool,
    /// All entries, in order.
    pub messages: Vec<Entry>,
}

/// An entry of a transcript.
#[derive(Debug, Deserialize)]
pub struct Entry {
    /// Its place.
    pub index: u64,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who it is from.
    pub from: Participant,
    /// The text, where it has one.
    pub text: Option<String>,
}

/// Who an entry of a transcript is from.
#[derive(Debug, Deserialize)]
pub struct Participant {
    /// The name.
    pub nickname: String,
}

/// What the server has counted.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Counts {
    /// Handshakes that succeeded.
    pub handshakes: u64,
    /// How often connections were cut.
    pub cuts: u64,
    /// How many were cut.
    pub connections: u64,
}

/// A chat server on a Bayeux server by others. It ends with this.
pub struct Server {
    _process: node::Process,
    http: Client<HttpConnector, Full<Bytes>>,
    listening: Listening,
}

#[derive(Deserialize)]
struct Listening {
    url: String,
    channel: String,
    control: String,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.listening.url).finish_non_exhaustive()
    }
}

impl Bayeux {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Cometd => &["cometd"],
            Self::CometdWithAcks => &["cometd", "--acks"],
            Self::Faye => &["faye"],
        }
    }
}

impl Server {
    /// Starts a server; nothing, when the tests are to do without Node.js.
    pub async fn start(bayeux: Bayeux) -> Option<Self> {
        let arguments: Vec<_> = ["server.mjs"].iter().chain(bayeux.arguments()).copied().collect();
        let (process, line) = node::start(&arguments).await?;
        let listening = serde_json::from_str(&line).expect("it says where it listens");
        let http = Client::builder(TokioExecutor::new()).build_http();
        Some(Self { _process: process, http, listening })
    }

    /// The options of a chat here.
    pub fn options(&self, carrier: Carrier) -> Value {
        let Listening { url, channel, .. } = &self.listening;
        let websocket = carrier == Carrier::WebSocket;
        json!({
            "cometD": {"enabled": true, "cometURL": url, "channel": channel, "websocketEnabled": websocket},
            "ajaxTimeout": 4_000,
            "connection": {"proxy": "none"},
        })
    }

    /// An agent enters the chat.
    pub async fn join(&self, chat: &str) {
        self.post(&format!("/agent/join?chat={chat}"), json!({})).await;
    }

    /// The agent says something.
    pub async fn say(&self, chat: &str, text: &str) {
        self.post(&format!("/agent/say?chat={chat}"), json!({"text": text})).await;
    }

    /// The agent starts or stops typing.
    pub async fn typing(&self, chat: &str, started: bool) {
        self.post(&format!("/agent/typing?chat={chat}"), json!({"started": started})).await;
    }

    /// The agent leaves, and the chat ends.
    pub async fn end(&self, chat: &str) {
        self.post(&format!("/agent/end?chat={chat}"), json!({})).await;
    }

    /// What has been written down of the chat.
    pub async fn transcript(&self, chat: &str) -> Transcript {
        self.get(&format!("/transcript?chat={chat}")).await
    }

    /// Cuts all connections of clients.
    pub async fn kill(&self) {
        self.post("/kill", json!({})).await;
    }

    /// Lays a trap for the next operation of this name.
    pub async fn trap(&self, operation: &str, trap: Trap) {
        let effect = match trap {
            Trap::Lose => "lose",
            Trap::Cut => "cut",
            Trap::Withhold => "withhold",
        };
        self.post("/trap", json!({"operation": operation, "effect": effect})).await;
    }

    /// Settled once the latest trap has sprung.
    pub async fn sprung(&self) {
        self.get::<Value>("/sprung").await;
    }

    /// Ends all Bayeux sessions as if they had expired. The chats go on.
    pub async fn forget(&self) {
        self.post("/forget", json!({})).await;
    }

    /// Stops listening for clients.
    pub async fn down(&self) {
        self.post("/down", json!({})).await;
    }

    /// Listens again, in the same place, and knows no Bayeux session.
    pub async fn up(&self) {
        self.post("/up", json!({})).await;
    }

    /// What has been counted so far.
    pub async fn counts(&self) -> Counts {
        self.get("/counts").await
    }

    async fn post(&self, path: &str, body: Value) {
        self.order(Method::POST, path, body.to_string().into()).await;
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        serde_json::from_slice(&self.order(Method::GET, path, Bytes::new()).await).expect("an answer")
    }

    async fn order(&self, method: Method, path: &str, body: Bytes) -> Bytes {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.listening.control));
        let request = request.body(Full::new(body)).expect("a request");
        let answer = async {
            let response = self.http.request(request).await.expect("the server runs");
            let status = response.status();
            (status, response.into_body().collect().await.expect("a whole answer").to_bytes())
        };
        let answer = tokio::time::timeout(LIMIT, answer).await;
        let (status, body) = answer.unwrap_or_else(|_| panic!("{path}: no answer in time"));
        assert!(status.is_success(), "{}", String::from_utf8_lossy(&body));
        body
    }
}
