//! The clients of `CometD`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::chats::chat_id;
use super::json::{Body, Refused};
use crate::cometd::{CometdInfo, Reconnect, Whom};
use crate::error::Error;
use crate::simulator::Simulator;

type Sim = State<Simulator>;

pub(super) async fn info(State(simulator): Sim) -> Json<CometdInfo> {
    Json(simulator.cometd())
}

/// The clients meant; all if neither is given.
fn whom(simulator: &Simulator, chat: Option<String>, client: Option<String>) -> Result<Whom, Error> {
    let chat = chat.map(|chat| chat_id(simulator, chat)).transpose()?;
    Ok(Whom { chat, client })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cut {
    chat: Option<String>,
    client: Option<String>,
    #[serde(default)]
    after: u64,
    code: Option<u16>,
}

pub(super) async fn cut(State(simulator): Sim, Body(cut): Body<Cut>) -> Result<Json<Value>, Refused> {
    let known = |code: &u16| (1000..5000).contains(code);
    if cut.code.is_some_and(|code| !known(&code)) {
        return Err(Refused::bad("code is that of a close frame, from 1000 to 4999"));
    }
    let whom = whom(&simulator, cut.chat, cut.client)?;
    Ok(Json(json!({ "sockets": simulator.cut_sockets(&whom, cut.after, cut.code) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Disconnect {
    chat: Option<String>,
    client: Option<String>,
    reconnect: Option<Reconnect>,
}

pub(super) async fn disconnect(
    State(simulator): Sim,
    Body(body): Body<Disconnect>,
) -> Result<Json<Value>, Refused> {
    let whom = whom(&simulator, body.chat, body.client)?;
    Ok(Json(json!({ "clients": simulator.disconnect_clients(&whom, body.reconnect) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Forget {
    chat: Option<String>,
    client: Option<String>,
    #[serde(default = "yes")]
    cut: bool,
}

const fn yes() -> bool {
    true
}

pub(super) async fn forget(State(simulator): Sim, Body(body): Body<Forget>) -> Result<Json<Value>, Refused> {
    let whom = whom(&simulator, body.chat, body.client)?;
    Ok(Json(json!({ "clients": simulator.forget_clients(&whom, body.cut) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Remove {
    chat: Option<String>,
    client: Option<String>,
}

pub(super) async fn remove(State(simulator): Sim, Body(body): Body<Remove>) -> Result<Json<Value>, Refused> {
    let whom = whom(&simulator, body.chat, body.client)?;
    Ok(Json(json!({ "clients": simulator.remove_clients(&whom) })))
}
