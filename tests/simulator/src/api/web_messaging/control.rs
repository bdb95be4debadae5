//! The control API's part for sessions and connections.

use std::time::Duration;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::action;
use super::{Party, WebMessagingTotals};
use crate::control::{Body, Refused, chat_id};
use crate::simulator::Simulator;

type Sim = State<Simulator>;
type Outcome = Result<Json<Value>, Refused>;

/// What there is, for people.
pub(super) const PATHS: &[&str] = &[
    "GET /control/web-messaging",
    "POST /control/web-messaging/cut {chat?, token?, connection?, after?: 0, code?}",
    "POST /control/web-messaging/freeze {chat?, token?, connection?, ms}",
    "POST /control/web-messaging/send {chat?, token?, connection?, frame|base64|class, body?, fragments?: 1, padding?: 0}",
    "POST /control/web-messaging/close {chat?, token?, connection?, reason?}",
    "POST /control/web-messaging/expire {chat?, token?}",
    "POST /control/web-messaging/clear {chat?, token?}",
    "POST /control/web-messaging/forget {chat?, token?}",
    "POST /control/web-messaging/log-out {chat?, token?}",
];

pub(super) fn router() -> Router<Simulator> {
    Router::new()
        .route("/", get(info))
        .route("/cut", post(cut))
        .route("/freeze", post(freeze))
        .route("/send", post(send))
        .route("/close", post(close))
        .route("/expire", post(expire))
        .route("/clear", post(clear))
        .route("/forget", post(forget))
        .route("/log-out", post(log_out))
}

async fn info(State(simulator): Sim) -> Json<WebMessagingTotals> {
    Json(simulator.web_messaging())
}

/// Whom an order means, and what it says besides.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    chat: Option<String>,
    token: Option<String>,
    connection: Option<u64>,
    #[serde(default)]
    after: u64,
    code: Option<u16>,
    ms: Option<u64>,
    reason: Option<String>,
    frame: Option<String>,
    base64: Option<String>,
    class: Option<String>,
    body: Option<Value>,
    #[serde(default = "one")]
    fragments: usize,
    #[serde(default)]
    padding: usize,
}

const fn one() -> usize {
    1
}

/// The longest padding, in bytes.
const MOST: usize = 256 << 20;

impl Order {
    fn party(&self, simulator: &Simulator) -> Result<Party, Refused> {
        let chat = self.chat.clone().map(|chat| chat_id(simulator, chat)).transpose()?;
        Ok(Party { chat, token: self.token.clone(), connection: self.connection })
    }

    /// What is to go out.
    fn frames(&self) -> Result<Vec<Frame>, Refused> {
        use base64::Engine;
        use base64::engine::general_purpose::STANDARD;

        if self.padding > MOST {
            return Err(Refused::bad("padding is at most 256 MiB"));
        }
        match (&self.frame, &self.base64, &self.class) {
            (Some(frame), None, None) => {
                let padding = "x".repeat(self.padding);
                Ok(action::frames(&format!("{frame}{padding}"), self.fragments))
            }
            (None, Some(bytes), None) => {
                let bytes = STANDARD.decode(bytes);
                let bytes = bytes.map_err(|error| Refused::bad(format!("base64 is wrong: {error}")))?;
                Ok(vec![Frame::Binary(bytes.into())])
            }
            (None, None, Some(class)) => {
                let body = self.body.clone().unwrap_or_else(|| json!({}));
                let mut envelope = json!({ "type": "message", "class": class, "code": 200, "body": body });
                if let (true, Some(members)) = (self.padding > 0, envelope.as_object_mut()) {
                    members.insert("padding".to_owned(), "x".repeat(self.padding).into());
                }
                Ok(action::frames(&envelope.to_string(), self.fragments))
            }
            _ => Err(Refused::bad("give one of frame (text), base64 (a binary frame) and class (with body)")),
        }
    }
}

async fn cut(State(simulator): Sim, Body(order): Body<Order>) -> Outcome {
    let known = |code: u16| (1000..5000).contains(&code);
    if order.code.is_some_and(|code| !known(code)) {
        return Err(Refused::bad("code is that of a close frame, from 1000 to 4999"));
    }
    if order.code.is_some() && order.after > 0 {
        return Err(Refused::bad("after goes without code"));
    }
    let party = order.party(&simulator)?;
    Ok(Json(json!({ "sockets": simulator.cut_connections(&party, order.after, order.code) })))
}

async fn freeze(State(simulator): Sim, Body(order): Body<Order>) -> Outcome {
    let time = order.ms.map(Duration::from_millis).ok_or_else(|| Refused::bad("ms is missing"))?;
    let party = order.party(&simulator)?;
    Ok(Json(json!({ "sockets": simulator.freeze_connections(&party, time) })))
}

async fn send(State(simulator): Sim, Body(order): Body<Order>) -> Outcome {
    let (party, frames) = (order.party(&simulator)?, order.frames()?);
    Ok(Json(json!({ "sockets": simulator.send_frames(&party, &frames) })))
}

async fn close(State(simulator): Sim, Body(order): Body<Order>) -> Outcome {
    let party = order.party(&simulator)?;
    Ok(Json(json!({ "sockets": simulator.close_connections(&party, order.reason.as_deref()) })))
}

async fn expire(State(simulator): Sim, Body(order): Body<Order>) -> Outcome {
    Ok(Json(json!({ "sessions": simulator.expire_sessions(&order.party(&simulator)?) })))
}

async fn clear(State(simulator): Sim, Body(order): Body<Order>) -> Outcome {
    Ok(Json(json!({ "sessions": simulator.clear_sessions(&order.party(&simulator)?) })))
}

async fn forget(State(simulator): Sim, Body(order): Body<Order>) -> Outcome {
    Ok(Json(json!({ "sessions": simulator.forget_sessions(&order.party(&simulator)?) })))
}

async fn log_out(State(simulator): Sim, Body(order): Body<Order>) -> Outcome {
    Ok(Json(json!({ "sessions": simulator.log_out_sessions(&order.party(&simulator)?) })))
}
