//! The control API's part for the clients of `CometD`.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{CometdInfo, Whom};
use crate::bayeux::Reconnect;
use crate::control::{Body, Refused, chat_id};
use crate::error::Error;
use crate::simulator::Simulator;

type Sim = State<Simulator>;

/// What there is, for people.
pub(super) const PATHS: &[&str] = &[
    "GET /control/gms-cometd",
    "POST /control/gms-cometd/cut {chat?, client?, after?: 0, code?}",
    "POST /control/gms-cometd/disconnect {chat?, client?, reconnect?: none|handshake|retry}",
    "POST /control/gms-cometd/forget {chat?, client?, cut?: true}",
    "POST /control/gms-cometd/remove {chat?, client?}",
];

pub(super) fn router() -> Router<Simulator> {
    Router::new()
        .route("/", get(info))
        .route("/cut", post(cut))
        .route("/disconnect", post(disconnect))
        .route("/forget", post(forget))
        .route("/remove", post(remove))
}

async fn info(State(simulator): Sim) -> Json<CometdInfo> {
    Json(simulator.cometd())
}

/// The clients meant; all if neither is given.
fn whom(simulator: &Simulator, chat: Option<String>, client: Option<String>) -> Result<Whom, Error> {
    let chat = chat.map(|chat| chat_id(simulator, chat)).transpose()?;
    Ok(Whom { chat, client })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cut {
    chat: Option<String>,
    client: Option<String>,
    #[serde(default)]
    after: u64,
    code: Option<u16>,
}

async fn cut(State(simulator): Sim, Body(cut): Body<Cut>) -> Result<Json<Value>, Refused> {
    let known = |code: &u16| (1000..5000).contains(code);
    if cut.code.is_some_and(|code| !known(&code)) {
        return Err(Refused::bad("code is that of a close frame, from 1000 to 4999"));
    }
    let whom = whom(&simulator, cut.chat, cut.client)?;
    Ok(Json(json!({ "sockets": simulator.cut_sockets(&whom, cut.after, cut.code) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disconnect {
    chat: Option<String>,
    client: Option<String>,
    reconnect: Option<Reconnect>,
}

async fn disconnect(State(simulator): Sim, Body(body): Body<Disconnect>) -> Result<Json<Value>, Refused> {
    let whom = whom(&simulator, body.chat, body.client)?;
    Ok(Json(json!({ "clients": simulator.disconnect_clients(&whom, body.reconnect) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forget {
    chat: Option<String>,
    client: Option<String>,
    #[serde(default = "yes")]
    cut: bool,
}

const fn yes() -> bool {
    true
}

async fn forget(State(simulator): Sim, Body(body): Body<Forget>) -> Result<Json<Value>, Refused> {
    let whom = whom(&simulator, body.chat, body.client)?;
    Ok(Json(json!({ "clients": simulator.forget_clients(&whom, body.cut) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Remove {
    chat: Option<String>,
    client: Option<String>,
}

async fn remove(State(simulator): Sim, Body(body): Body<Remove>) -> Result<Json<Value>, Refused> {
    let whom = whom(&simulator, body.chat, body.client)?;
    Ok(Json(json!({ "clients": simulator.remove_clients(&whom) })))
}
