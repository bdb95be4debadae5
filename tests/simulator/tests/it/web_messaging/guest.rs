//! A plain customer of Web Messaging.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::Response;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use webchat_simulator::Simulator;
use webchat_simulator::api::web_messaging::WebMessagingSettings;

use crate::customer::client;

pub(crate) const DEPLOYMENT: &str = "any";

/// A customer with one connection.
pub(crate) struct Guest {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) token: String,
    base: String,
    traced: u32,
}

pub(crate) async fn simulator(settings: WebMessagingSettings) -> Simulator {
    Simulator::builder().seed(7).web_messaging(settings).start().await.unwrap()
}

/// The base URL of all hosts.
pub(crate) fn base(simulator: &Simulator) -> String {
    format!("http://{}", simulator.address())
}

/// Opens a socket with this query and origin.
pub(crate) async fn open(
    simulator: &Simulator,
    query: &str,
    origin: Option<&str>,
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, Error> {
    let mut request = format!("ws://{}/v1{query}", simulator.address()).into_client_request()?;
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    let config = WebSocketConfig::default().max_frame_size(None).max_message_size(None);
    Ok(connect_async_with_config(request, Some(config), true).await?.0)
}

/// The HTTP status by which a socket was refused.
pub(crate) async fn refused(simulator: &Simulator, query: &str, origin: Option<&str>) -> u16 {
    match open(simulator, query, origin).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

impl Guest {
    /// One with this token, connected and not configured.
    pub(crate) async fn connect(simulator: &Simulator, token: &str) -> Self {
        Self::try_connect(simulator, token).await.expect("a connection")
    }

    /// The same, where that may fail.
    pub(crate) async fn try_connect(simulator: &Simulator, token: &str) -> Option<Self> {
        let socket = open(simulator, &format!("?deploymentId={DEPLOYMENT}"), None).await.ok()?;
        Some(Self { socket, token: token.to_owned(), base: base(simulator), traced: 0 })
    }

    /// One in a new session.
    pub(crate) async fn start(simulator: &Simulator) -> Self {
        let mut guest = Self::connect(simulator, "token-1").await;
        let answer = guest.configure().await;
        assert_eq!((&answer["code"], &answer["body"]["newSession"]), (&json!(200), &json!(true)), "{answer}");
        guest
    }

    /// One in a chat that a join has opened; its id.
    pub(crate) async fn chat(simulator: &Simulator) -> (Self, String) {
        let mut guest = Self::start(simulator).await;
        let joined = guest.join().await;
        assert_eq!(joined["body"]["events"][0]["presence"]["type"], "Join", "{joined}");
        (guest, simulator.wait_for_chat().await)
    }

    pub(crate) async fn send_text(&mut self, text: String) {
        self.socket.send(Message::Text(text.into())).await.unwrap();
    }

    /// Sends a request with the token and a tracing id, which is returned; nothing where the connection is over.
    pub(crate) async fn try_send(&mut self, mut request: Value) -> Option<String> {
        self.traced += 1;
        let tracing_id = format!("t-{}", self.traced);
        request["token"] = self.token.as_str().into();
        request["tracingId"] = tracing_id.as_str().into();
        self.socket.send(Message::Text(request.to_string().into())).await.ok()?;
        Some(tracing_id)
    }

    pub(crate) async fn send(&mut self, request: Value) -> String {
        self.try_send(request).await.expect("the connection is over")
    }

    /// The next frame as JSON; nothing when the connection is over. The code of its close.
    pub(crate) async fn receive(&mut self) -> Result<Value, Option<u16>> {
        // A limit for a test that would wait for ever; no check.
        let frame = tokio::time::timeout(Duration::from_mins(1), async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => return Ok(text.as_str().to_owned()),
                    Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code.into())),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Err(None),
                }
            }
        });
        let text = frame.await.expect("nothing comes")?;
        Ok(serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) async fn next(&mut self) -> Value {
        self.receive().await.expect("the connection is over")
    }

    /// Sends a request, and returns the next frame, which answers it.
    pub(crate) async fn ask(&mut self, request: Value) -> Value {
        let tracing_id = self.send(request).await;
        let answer = self.next().await;
        assert_eq!(answer["tracingId"], tracing_id.as_str(), "{answer}");
        answer
    }

    pub(crate) async fn configure(&mut self) -> Value {
        self.ask(json!({"action": "configureSession", "deploymentId": DEPLOYMENT, "startNew": false})).await
    }

    pub(crate) async fn message(&mut self, message: Value) -> Value {
        self.ask(json!({"action": "onMessage", "message": message})).await
    }

    pub(crate) async fn say(&mut self, text: &str) -> Value {
        self.message(json!({"type": "Text", "text": text})).await
    }

    pub(crate) async fn event(&mut self, event: Value) -> Value {
        self.message(json!({"type": "Event", "events": [event]})).await
    }

    pub(crate) async fn join(&mut self) -> Value {
        self.event(json!({"eventType": "Presence", "presence": {"type": "Join"}})).await
    }

    pub(crate) async fn jwt(&mut self) -> String {
        let answer = self.ask(json!({"action": "getJwt"})).await;
        assert_eq!(answer["class"], "JwtResponse", "{answer}");
        answer["body"]["jwt"].as_str().unwrap().to_owned()
    }

    /// A page of the history with this token.
    pub(crate) async fn page_with(&self, jwt: &str, query: &str) -> Response {
        let url = format!("{}/api/v2/webmessaging/messages{query}", self.base);
        client().get(url).header("authorization", format!("bearer {jwt}")).send().await.unwrap()
    }

    /// A page of the history.
    pub(crate) async fn page(&mut self, query: &str) -> Value {
        let jwt = self.jwt().await;
        let response = self.page_with(&jwt, query).await;
        assert_eq!(response.status(), 200);
        crate::customer::json(response).await
    }
}

/// The texts of the messages of a page, the newest first; other messages by the presence that they are.
pub(crate) fn texts(page: &Value) -> Vec<String> {
    let line = |message: &Value| {
        let presence = &message["events"][0]["presence"]["type"];
        message["text"].as_str().or_else(|| presence.as_str()).unwrap_or("?").to_owned()
    };
    page["entities"].as_array().unwrap().iter().map(line).collect()
}
