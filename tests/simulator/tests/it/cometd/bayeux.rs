//! A plain Bayeux client, over either carrier. It does one thing at a time: what arrives beside the answer it
//! waits for goes into an inbox.

use std::collections::VecDeque;

use futures_util::{SinkExt, StreamExt};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use webchat_simulator::api::cometd::CometdSettings;
use webchat_simulator::{Carrier, Simulator};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) const BOTH: [Carrier; 2] = [Carrier::LongPolling, Carrier::WebSocket];

/// A Bayeux client.
pub(crate) struct Bayeux {
    pub(crate) carrier: Carrier,
    pub(crate) http: Client,
    pub(crate) url: String,
    pub(crate) channel: String,
    pub(crate) cookie: Option<String>,
    pub(crate) socket: Option<Socket>,
    pub(crate) id: String,
    pub(crate) key: String,
    /// Messages with data that nobody has asked for yet.
    pub(crate) inbox: VecDeque<Value>,
    /// Replies that nobody has asked for yet.
    pub(crate) replies: VecDeque<Value>,
    /// Whether messages come over a socket with answers to connects only.
    pub(crate) by_connect: bool,
    /// `ext.ack` of the next connect.
    pub(crate) ack: Option<i64>,
    sent: u64,
}

pub(crate) async fn simulator() -> Simulator {
    simulator_with(CometdSettings::default()).await
}

pub(crate) async fn simulator_with(settings: CometdSettings) -> Simulator {
    Simulator::builder().seed(7).cometd(settings).start().await.unwrap()
}

/// Opens a WebSocket; the answer's cookie, if it sets one.
pub(crate) async fn open(url: &str, cookie: Option<&str>) -> Result<(Socket, Option<String>), Error> {
    let mut request = url.replacen("http", "ws", 1).into_client_request().unwrap();
    if let Some(cookie) = cookie {
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
    }
    let (socket, response) = connect_async(request).await?;
    let cookie = response.headers().get("set-cookie").map(|value| value.to_str().unwrap().to_owned());
    Ok((socket, cookie.map(|cookie| cookie.split(';').next().unwrap().to_owned())))
}

impl Bayeux {
    /// A client that has not shaken hands.
    pub(crate) async fn new(simulator: &Simulator, carrier: Carrier) -> Self {
        Self::at(simulator.cometd_url(), simulator.cometd_channel(), carrier).await
    }

    /// A client of a server that is known by its URL alone.
    pub(crate) async fn at(url: String, channel: String, carrier: Carrier) -> Self {
        let (mut socket, mut cookie) = (None, None);
        if carrier == Carrier::WebSocket {
            let (opened, set) = open(&url, None).await.unwrap();
            (socket, cookie) = (Some(opened), set);
        }
        let http = crate::customer::client();
        let (inbox, replies) = (VecDeque::new(), VecDeque::new());
        let (id, key) = (String::new(), String::new());
        let (by_connect, ack, sent) = (false, None, 0);
        Self { carrier, http, url, channel, cookie, socket, id, key, inbox, replies, by_connect, ack, sent }
    }

    /// A client that has shaken hands and connected once.
    pub(crate) async fn start(simulator: &Simulator, carrier: Carrier) -> Self {
        let mut client = Self::new(simulator, carrier).await;
        let reply = client.handshake(json!({})).await;
        assert_eq!(reply["successful"], true, "{reply}");
        let reply = client.connect().await;
        assert_eq!(reply["successful"], true, "{reply}");
        client
    }

    /// As [`Bayeux::start`], in a chat.
    pub(crate) async fn chat(simulator: &Simulator, carrier: Carrier) -> (Self, Value) {
        let mut client = Self::start(simulator, carrier).await;
        let started = client.request_chat(json!({})).await;
        (client, started)
    }

    /// Opens a new socket, with its cookie. The server learns of it by the first message that comes over it.
    pub(crate) async fn reopen(&mut self) {
        self.socket = Some(open(&self.url, self.cookie.as_deref()).await.unwrap().0);
    }

    pub(crate) async fn request_chat(&mut self, more: Value) -> Value {
        let mut data = json!({"operation": "requestChat", "nickname": "Mia", "subject": "Order"});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let started = self.ask(data).await;
        assert_eq!(started["statusCode"], 0, "{started}");
        started["secureKey"].as_str().unwrap().clone_into(&mut self.key);
        started
    }

    /// A message with the next id.
    pub(crate) fn message(&mut self, channel: &str, more: &Value) -> Value {
        self.sent += 1;
        let mut message = json!({"channel": channel, "id": self.sent.to_string()});
        if !self.id.is_empty() && channel != "/meta/handshake" {
            message["clientId"] = self.id.clone().into();
        }
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    }

    /// Posts whatever it is; status, and the messages answered.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        body: String,
    ) -> Result<(u16, Vec<Value>), reqwest::Error> {
        let mut request = self.http.post(format!("{}{path}", self.url)).body(body);
        request = request.header("content-type", "application/json;charset=UTF-8");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let response = request.send().await?;
        if let Some(cookie) = response.headers().get("set-cookie") {
            self.cookie = Some(cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        let status = response.status().as_u16();
        let body = response.bytes().await?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    pub(crate) fn sort(&mut self, messages: Vec<Value>) {
        for message in messages {
            if message.get("data").is_some() {
                self.inbox.push_back(message);
            } else {
                self.replies.push_back(message);
            }
        }
    }

    pub(crate) async fn send_frame(&mut self, text: String) {
        self.socket.as_mut().unwrap().send(Message::text(text)).await.unwrap();
    }

    /// The messages of the next frame; none when the socket is closed or gone.
    pub(crate) async fn frame(&mut self) -> Option<Vec<Value>> {
        loop {
            match self.socket.as_mut().unwrap().next().await {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(_) | Err(_)) | None => return None,
            }
        }
    }

    /// Sends a message and waits for its reply.
    pub(crate) async fn exchange(&mut self, message: Value) -> Value {
        let id = message["id"].clone();
        let path = match message["channel"].as_str().unwrap() {
            "/meta/handshake" => "/handshake",
            "/meta/connect" => "/connect",
            "/meta/disconnect" => "/disconnect",
            _ => "",
        };
        let text = json!([message]).to_string();
        if self.carrier == Carrier::LongPolling {
            let (status, messages) = self.post(path, text).await.unwrap();
            assert_eq!(status, 200, "{messages:?}");
            self.sort(messages);
        } else {
            self.send_frame(text).await;
        }
        self.reply(&id).await
    }

    /// The reply with this id, which over HTTP is there already.
    pub(crate) async fn reply(&mut self, id: &Value) -> Value {
        loop {
            if let Some(at) = self.replies.iter().position(|reply| reply["id"] == *id) {
                return self.replies.remove(at).unwrap();
            }
            assert_eq!(self.carrier, Carrier::WebSocket, "there is no reply {id}");
            let frame = self.frame().await.expect("the socket is open");
            self.sort(frame);
        }
    }

    pub(crate) async fn handshake(&mut self, more: Value) -> Value {
        let message = json!({
            "version": "1.0", "minimumVersion": "0.9",
            "supportedConnectionTypes": ["websocket", "long-polling", "callback-polling"],
            "advice": {"timeout": 60000, "interval": 0},
        });
        let mut message = self.message("/meta/handshake", &message);
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let reply = self.exchange(message).await;
        reply["clientId"].as_str().unwrap_or_default().clone_into(&mut self.id);
        reply
    }

    pub(crate) fn connect_message(&mut self) -> Value {
        let mut message = self.message("/meta/connect", &json!({"connectionType": self.carrier.to_string()}));
        if let Some(ack) = self.ack {
            message["ext"] = json!({"ack": ack});
        }
        message
    }

    pub(crate) async fn connect(&mut self) -> Value {
        let message = self.connect_message();
        self.exchange(message).await
    }

    /// Publishes on the channel; the acknowledgement.
    pub(crate) async fn publish(&mut self, data: Value) -> Value {
        let message = self.publication(data);
        self.exchange(message).await
    }

    pub(crate) fn publication(&mut self, mut data: Value) -> Value {
        if !self.key.is_empty() && data.get("secureKey").is_none() {
            data["secureKey"] = self.key.clone().into();
        }
        let channel = self.channel.clone();
        self.message(&channel, &json!({"data": data}))
    }

    /// The next response object, waited for with a connect if need be.
    pub(crate) async fn told(&mut self) -> Value {
        while self.inbox.is_empty() {
            if self.carrier == Carrier::LongPolling || self.by_connect {
                let reply = self.connect().await;
                assert_eq!(reply["successful"], true, "{reply}");
                continue;
            }
            let frame = self.frame().await.expect("the socket is open");
            self.sort(frame);
        }
        let message = self.inbox.pop_front().unwrap();
        assert_eq!(message["channel"], self.channel.as_str());
        message["data"].clone()
    }

    /// Publishes, and returns the outcome.
    pub(crate) async fn ask(&mut self, data: Value) -> Value {
        let ack = self.publish(data).await;
        assert_eq!(ack["successful"], true, "{ack}");
        self.told().await
    }

    pub(crate) async fn notifications(&mut self, position: Value) -> Value {
        self.ask(json!({"operation": "requestNotifications", "transcriptPosition": position})).await
    }
}

/// Type and text of each message, with a dash for no text.
pub(crate) fn lines(response: &Value) -> Vec<String> {
    let line = |message: &Value| {
        format!("{} {}", message["type"].as_str().unwrap(), message["text"].as_str().unwrap_or("-"))
    };
    response["messages"].as_array().unwrap().iter().map(line).collect()
}
