//! The back ends that are measured, each with its peers: who does the same by hand. One is a file here and a line of the list; which
//! figures it is part of is what it has peers for.

mod gms_cometd;
mod gms_rest;
mod nexus_rest;
mod web_messaging;

use crate::latch::Latch;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use webchat_core::{Config, model::Received, transport::Transport};
use webchat_simulator::Simulator;

/// All, by each of their carriers.
pub const BACK_ENDS: &[BackEnd] = &[
    gms_rest::GMS_REST,
    gms_cometd::GMS_COMETD,
    gms_cometd::GMS_COMETD_POLLING,
    nexus_rest::NEXUS_REST,
    web_messaging::WEB_MESSAGING,
];

/// A back end.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "a line of a list")]
pub struct BackEnd {
    /// Its own name, with a word for the carrier where that is not the usual one.
    pub name: &'static str,
    /// What a chat is configured with.
    pub config: fn(&Simulator) -> Value,
    /// Starts a chat by hand, to which messages are posted.
    pub by_hand: Option<ByHand>,
    /// Its transport, where a poll has a peer: [`BareChat::poll`].
    pub polled: Option<Connect>,
    /// How its server pushes, where messages are pushed by a link that has a peer.
    pub pushed: Option<Pushed>,
    /// What the server knows of links, where clients keep one that it holds.
    pub held: Option<Held>,
    /// How a chat is held by hand over a socket of which everything is asked.
    pub spoken: Option<Spoken>,
    /// Reads an answer of the form that `decode` has written.
    pub decoder: Option<fn(Bytes) -> Vec<Received>>,
}

/// Makes a transport.
pub type Connect = fn(&Config) -> Arc<dyn Transport>;

/// Starts a chat by hand.
pub type ByHand = for<'a> fn(&'a Client, &'a Simulator) -> BoxFuture<'a, BareChat>;

/// How a server pushes.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "a line of a list")]
pub struct Pushed {
    /// Has the server offer acknowledgements, or not; there are none otherwise.
    pub offer_acks: Option<fn(&Simulator, bool)>,
    /// Starts a chat by hand, with or without acknowledgements, and a task that counts what is pushed. Returns the chat's id.
    pub listen: for<'a> fn(&'a Simulator, bool, Arc<Latch>) -> BoxFuture<'a, String>,
}

/// What a server knows of links.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "a line of a list")]
pub struct Held {
    /// How many requests it holds.
    pub now: fn(&Simulator) -> usize,
    /// How many it has ended.
    pub ended: fn(&Simulator) -> u64,
}

/// How a chat is held by hand over a socket.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "a line of a list")]
pub struct Spoken {
    /// Starts one.
    pub start: for<'a> fn(&'a Simulator) -> BoxFuture<'a, BareSocket>,
    /// Where the server is reached beside its sockets.
    pub base: fn(&Simulator) -> String,
}

/// A chat held by hand over a bare WebSocket.
#[derive(Debug)]
pub struct BareSocket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What the chat is known by.
    token: String,
    count: u64,
}

impl BackEnd {
    /// One without peers.
    const fn without_peers(name: &'static str, config: fn(&Simulator) -> Value) -> Self {
        Self {
            name,
            config,
            by_hand: None,
            polled: None,
            pushed: None,
            held: None,
            spoken: None,
            decoder: None,
        }
    }
}

/// A chat held by hand over bare HTTP: what the library puts into a message, ready to be posted.
#[derive(Clone, Debug)]
pub struct BareChat {
    /// Where messages are posted.
    pub url: String,
    /// The headers of each request.
    pub headers: Vec<(&'static str, String)>,
    /// The form that posts one.
    pub form: String,
}

const FORM: &str = "application/x-www-form-urlencoded";

impl BareChat {
    /// Posts a message and reads the whole answer.
    pub async fn send(&self, client: &Client) {
        let request = client.post(&self.url).header("content-type", FORM).body(self.form.clone());
        answer(self.with_headers(request)).await;
    }

    /// Asks for messages and reads the whole answer.
    pub async fn poll(&self, client: &Client) {
        answer(self.with_headers(client.get(&self.url))).await;
    }

    fn with_headers(&self, request: RequestBuilder) -> RequestBuilder {
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }
}

fn start(client: &Client, url: &str, form: &str) -> RequestBuilder {
    client.post(url).header("content-type", FORM).body(form.to_owned())
}

fn field(answer: &Value, path: &str) -> String {
    answer.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

async fn read(request: RequestBuilder) -> Value {
    serde_json::from_slice(&answer(request).await).unwrap()
}

async fn answer(request: RequestBuilder) -> Bytes {
    request.send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap()
}
