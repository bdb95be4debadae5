//! Genesys Cloud Web Messaging.

use super::{BackEnd, BareSocket, Held, Pushed, Spoken};
use crate::latch::Latch;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};
use tokio_tungstenite::{connect_async, tungstenite::Message};
use webchat_simulator::Simulator;

pub(super) const WEB_MESSAGING: BackEnd = BackEnd {
    pushed: Some(Pushed {
        offer_acks: None,
        listen: |simulator, _, heard| Box::pin(listen(simulator, heard)),
    }),
    held: Some(Held {
        now: |simulator| simulator.web_messaging().open_sockets,
        ended: |simulator| simulator.web_messaging().upgrades,
    }),
    spoken: Some(Spoken { start: |simulator| Box::pin(start(simulator)), base }),
    ..BackEnd::without_peers("web-messaging", config)
};

const DEPLOYMENT: &str = "9e1b7c1e-3d5f-4a82-8c66-0d7b5a4f2e10";

fn base(simulator: &Simulator) -> String {
    format!("http://{}", simulator.address())
}

/// The server has no limits here, and so has the client.
fn config(simulator: &Simulator) -> Value {
    let base = base(simulator);
    let limits =
        json!({"messagesPerSecond": 0, "requestsPerMinute": 0, "historiesPerMinute": 0, "typingInterval": 0});
    json!({"transport": {
        "type": "genesyscloud-webmessaging", "deploymentId": DEPLOYMENT, "limits": limits,
        "socketURL": base.replacen("http", "ws", 1), "apiURL": base, "configURL": base,
    }})
}

/// Opens a socket and joins.
async fn start(simulator: &Simulator) -> BareSocket {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let url = format!("{}/v1?deploymentId={DEPLOYMENT}", base(simulator).replacen("http", "ws", 1));
    let (socket, _) = connect_async(url).await.unwrap();
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let token = format!("{since}-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut bare = BareSocket { socket, token, count: 0 };
    bare.ask("configureSession", &json!({"deploymentId": DEPLOYMENT})).await;
    let join = json!({"type": "Event", "events": [{"eventType": "Presence", "presence": {"type": "Join"}}]});
    bare.ask("onMessage", &json!({"message": join})).await;
    bare
}

/// Joins, and counts what agents say in a task. Returns the chat's id.
async fn listen(simulator: &Simulator, heard: Arc<Latch>) -> String {
    let mut bare = start(simulator).await;
    let chat = simulator.latest_chat_id().unwrap();
    tokio::spawn(async move {
        while let Some(Ok(frame)) = bare.socket.next().await {
            let told: Value = serde_json::from_slice(&frame.into_data()).unwrap_or_default();
            if told.pointer("/body/text").is_some() {
                heard.count_down();
            }
        }
    });
    chat
}

impl BareSocket {
    /// Asks for something and waits for the answer.
    pub async fn ask(&mut self, action: &str, members: &Value) -> Value {
        let tracing_id = self.next_id();
        let mut request = json!({"action": action, "token": self.token, "tracingId": tracing_id});
        if let (Some(request), Some(members)) = (request.as_object_mut(), members.as_object()) {
            request.extend(members.clone());
        }
        self.socket.send(Message::text(request.to_string())).await.unwrap();
        serde_json::from_str(&self.answer(&tracing_id).await).unwrap()
    }

    /// Says something, and waits for its echo.
    pub async fn say(&mut self) {
        let (token, tracing_id) = (&self.token.clone(), self.next_id());
        let request = format!(
            r#"{{"action":"onMessage","token":"{token}","tracingId":"{tracing_id}","message":{{"type":"Text","text":"hello","metadata":{{"id":"{tracing_id}"}}}}}}"#
        );
        self.socket.send(Message::text(request)).await.unwrap();
        self.answer(&tracing_id).await;
    }

    fn next_id(&mut self) -> String {
        self.count += 1;
        format!("6f0c1a52-6a63-4c8e-9c7d-{:012x}", self.count)
    }

    async fn answer(&mut self, tracing_id: &str) -> String {
        loop {
            match self.socket.next().await.unwrap().unwrap() {
                Message::Text(text) if text.contains(tracing_id) => return text.as_str().to_owned(),
                _ => {}
            }
        }
    }
}
