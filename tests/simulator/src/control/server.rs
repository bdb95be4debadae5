//! The server as a whole: log, outages, restarts, settings.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::json::{Asked, Body, Refused};
use crate::api::Api;
use crate::chat::TextChange;
use crate::error::Error;
use crate::log::LogEntry;
use crate::operation::Operation;
use crate::simulator::{KeepMemory, Simulator};
use crate::words;

type Sim = State<Simulator>;

/// How the server is as a whole.
pub(super) fn facts(simulator: &Simulator) -> Value {
    let shared = &simulator.shared;
    let served: Vec<&Api> = Api::ALL.iter().filter(|api| shared.serves(**api)).collect();
    let cuts = |api: &&&Api| api.protocol().control_paths().iter().any(|path| path.contains("/cut "));
    let cuts: Vec<&&Api> = served.iter().filter(cuts).collect();
    let (accept, online, script) = shared.read(|state| {
        let script = state.player.agent().map(|agent| json!({ "agent": agent, "plays": state.player.plays }));
        (state.chats.accepting, !state.chats.is_offline(), script)
    });
    json!({
        "run": shared.run,
        "version": env!("CARGO_PKG_VERSION"),
        "apis": served,
        "cuts": cuts,
        "accept": accept,
        "online": online,
        "script": script,
        "faults": super::faults::in_store(simulator),
        "urls": simulator.urls(),
    })
}

pub(super) async fn state(State(simulator): Sim) -> Json<Value> {
    Json(facts(&simulator))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Play {
    plays: bool,
}

pub(super) async fn script(State(simulator): Sim, Body(play): Body<Play>) -> Json<Value> {
    simulator.play_script(play.plays);
    Json(json!({ "plays": play.plays }))
}

pub(super) async fn urls(State(simulator): Sim) -> Json<Value> {
    Json(simulator.urls())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Filter {
    operation: Option<String>,
    chat: Option<String>,
    #[serde(default)]
    after: u64,
    #[serde(default)]
    count: usize,
    #[serde(default)]
    wait_ms: u64,
}

/// With `waitMs`, waits until `count` finished requests fit the filter, and answers with what there is then.
pub(super) async fn log(
    State(simulator): Sim,
    Asked(filter): Asked<Filter>,
) -> Result<Json<Vec<LogEntry>>, Refused> {
    let operation = filter.operation.as_deref().filter(|name| !name.is_empty());
    let operation = operation.map(str::parse::<Operation>).transpose().map_err(Refused::bad)?;
    let chat = filter.chat.filter(|chat| !chat.is_empty());
    let fits = |entry: &LogEntry| {
        entry.number > filter.after
            && operation.is_none_or(|only| entry.operation == Some(only))
            && chat.as_ref().is_none_or(|only| entry.chat_id.as_ref() == Some(only))
    };
    let arrive = simulator.wait_for_requests(filter.count, fits);
    let in_time = tokio::time::timeout(Duration::from_millis(filter.wait_ms), arrive);
    // Whether they came in time or not, the answer is what is there.
    in_time.await.map(drop).unwrap_or_default();
    Ok(Json(simulator.log().into_iter().filter(fits).collect()))
}

pub(super) async fn clear_log(State(simulator): Sim) -> Json<Value> {
    simulator.clear_log();
    Json(json!({}))
}

pub(super) async fn offline(State(simulator): Sim) -> Result<Json<Value>, Refused> {
    let mut served = Api::ALL.iter().filter(|api| simulator.shared.serves(**api));
    if !served.any(|api| api.protocol().ways().tells_outages) {
        let reason = "no API that is served here has a chat server behind it that can be offline";
        return Err(Error::NotServed(reason.to_owned()).into());
    }
    simulator.go_offline();
    Ok(Json(json!({ "online": false })))
}

pub(super) async fn online(State(simulator): Sim) -> Json<Value> {
    simulator.go_online();
    Json(json!({ "online": true }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Restart {
    #[serde(default)]
    memory: Memory,
    #[serde(default)]
    down_ms: u64,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
enum Memory {
    #[default]
    Keep,
    Lose,
    Chats,
}

/// Answers, on the connection that asked, when the server is up again.
pub(super) async fn restart(
    State(simulator): Sim,
    Body(restart): Body<Restart>,
) -> Result<Json<Value>, Refused> {
    let keep = match restart.memory {
        Memory::Keep => KeepMemory::Yes,
        Memory::Lose => KeepMemory::No,
        Memory::Chats => KeepMemory::Chats,
    };
    // In a task of its own, so that a caller who hangs up does not leave the server down.
    let restarted =
        tokio::spawn(
            async move { simulator.restart_after(keep, Duration::from_millis(restart.down_ms)).await },
        );
    restarted.await.unwrap_or(Err(Error::ShutDown))?;
    Ok(Json(json!({ "up": true })))
}

pub(super) async fn clock(State(simulator): Sim) -> Json<Value> {
    Json(json!({ "utcTime": simulator.utc_ms() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Advance {
    advance_ms: u64,
}

pub(super) async fn advance(
    State(simulator): Sim,
    Body(body): Body<Advance>,
) -> Result<Json<Value>, Refused> {
    simulator.advance(Duration::from_millis(body.advance_ms))?;
    Ok(clock(State(simulator)).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Accept {
    accept: bool,
}

pub(super) async fn accept(State(simulator): Sim, Body(body): Body<Accept>) -> Json<Value> {
    simulator.accept_new_chats(body.accept);
    Json(json!({ "accept": body.accept }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    #[serde(rename = "clientTimeoutMs")]
    client_timeout: Option<u64>,
    #[serde(rename = "idleAlertMs")]
    idle_alert: Option<u64>,
    #[serde(rename = "idleAlert2Ms")]
    idle_alert2: Option<u64>,
    #[serde(rename = "idleCloseMs")]
    idle_close: Option<u64>,
    #[serde(rename = "slowMs")]
    slow: Option<u64>,
    #[serde(rename = "shortKeys")]
    short_keys: Option<bool>,
    #[serde(rename = "textChanges")]
    texts: Option<Vec<TextChange>>,
}

/// Settings of all, and of APIs by their names. All of them are changed, or none.
pub(super) async fn settings(
    State(simulator): Sim,
    Body(mut members): Body<Map<String, Value>>,
) -> Result<Json<Value>, Refused> {
    let own = Api::ALL.iter().filter_map(|api| Some((*api, members.remove(api.name())?)));
    let own: Vec<(Api, Value)> = own.collect();
    let changes =
        Changes::deserialize(Value::from(members)).map_err(|error| Refused::bad(error.to_string()))?;
    simulator.shared.change(|state, _| {
        let mut apis = state.apis.settings();
        for (api, members) in own {
            apis.patch(api, members)?;
        }
        state.apis.set(apis);
        Ok::<(), Refused>(())
    })?;
    let set = |field: &mut Duration, ms: Option<u64>| {
        if let Some(ms) = ms {
            *field = Duration::from_millis(ms);
        }
    };
    simulator.change_settings(|settings| {
        set(&mut settings.client_timeout, changes.client_timeout);
        set(&mut settings.idle.alert, changes.idle_alert);
        set(&mut settings.idle.alert2, changes.idle_alert2);
        set(&mut settings.idle.close, changes.idle_close);
        set(&mut settings.slow, changes.slow);
        words::set(&mut settings.short_keys, changes.short_keys);
        words::set(&mut settings.text_changes, changes.texts);
    });
    Ok(Json(json!({})))
}
