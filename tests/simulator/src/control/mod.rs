//! The control API: what the library does, over HTTP with JSON, for tests in any language and for curl.
//!
//! `{chat}` in a path is a chat id, or `latest`. `participantId` may be left out: it is then whoever joined
//! last and is still there. Mistakes are answered with `{"error": "..."}` that says what was wrong.

mod chats;
mod entries;
mod events;
mod faults;
mod guard;
mod json;
mod news;
mod server;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{get, post, put};
use serde_json::{Value, json};

pub(crate) use self::chats::chat_id;
pub(crate) use self::guard::check;
pub(crate) use self::json::{Body, Refused};
use crate::api::Api;
use crate::simulator::Simulator;

/// Path under which it lies.
pub(crate) const ROOT: &str = "/control";

/// The longest body, in bytes.
const MOST: usize = 64 * 1024 * 1024;

/// What there is, for `GET /control`.
const ROUTES: &[&str] = &[
    "GET /control/chats?count=0&waitMs=0",
    "GET /control/chats/{chat}?waitMs=0",
    "GET /control/chats/{chat}/transcript",
    "GET /control/chats/{chat}/entries?after=0&waitMs=0",
    "GET /control/chats/{chat}/files/{fileId}",
    "POST /control/chats/{chat}/join {nickname, kind?: Agent|Supervisor|Bot|External}",
    "POST /control/chats/{chat}/transfer {nickname, kind?, participantId?}",
    "POST /control/chats/{chat}/say {text, participantId?, messageType?, eventAttributes?}",
    "POST /control/chats/{chat}/type {on?: true, text?, participantId?}",
    "POST /control/chats/{chat}/push-url {url, participantId?}",
    "POST /control/chats/{chat}/notice {text?, eventAttributes?, participantId?}",
    "POST /control/chats/{chat}/system-notice {name, userData?, participantId?}",
    "POST /control/chats/{chat}/event {type, text?, eventAttributes?, participantId?}",
    "POST /control/chats/{chat}/nickname {nickname, participantId?}",
    "POST /control/chats/{chat}/upload {name, text|base64, contentType?, description?, userData?, participantId?}",
    "POST /control/chats/{chat}/delete-file {fileId, participantId?}",
    "POST /control/chats/{chat}/leave {participantId?}",
    "POST /control/chats/{chat}/end {participantId?}",
    "POST /control/chats/{chat}/alias {alias?}",
    "POST /control/chats/{chat}/texts {changes: [crlfToLf|lfToCrlf|maskCards|htmlEscape|nfc|trim|bmpOnly]}",
    "POST /control/chats/{chat}/expire {what: idle|client|tokens}",
    "GET /control/faults",
    "POST /control/faults {kind, operation?, chat?, nth?, times?, effect?, ...} or a list of these",
    "DELETE /control/faults",
    "PUT /control/faults/rates [{rate, kind, operation?, chat?, effect?, ...}]",
    "DELETE /control/faults/rates",
    "GET /control/log?operation=&chat=&after=0&count=0&waitMs=0",
    "DELETE /control/log",
    "POST /control/offline",
    "POST /control/online",
    "POST /control/restart {memory?: keep|lose|chats, downMs?: 0}",
    "GET /control/clock",
    "POST /control/clock {advanceMs}",
    "POST /control/accept {accept: true|false}",
    "POST /control/script {plays: true|false}",
    "GET /control/events?log=0",
    "GET /control/state",
    "PATCH /control/settings {clientTimeoutMs?, idleAlertMs?, idleAlert2Ms?, idleCloseMs?, slowMs?, shortKeys?, textChanges?: [...], API?: {...}}",
    "GET /control",
    "GET /control/urls",
];

pub(crate) fn router(simulator: Simulator) -> Router {
    let apis = Api::ALL
        .iter()
        .fold(whole(), |all, api| all.nest(&format!("/{}", api.name()), api.protocol().control()));
    apis.fallback(async || {
        Refused::new(StatusCode::NOT_FOUND, "there is no such path; GET /control lists them")
    })
    .method_not_allowed_fallback(async || {
        Refused::new(StatusCode::METHOD_NOT_ALLOWED, "wrong method; GET /control lists them")
    })
    .layer(middleware::from_fn_with_state(simulator.clone(), check))
    .layer(DefaultBodyLimit::max(MOST))
    .with_state(simulator)
}

/// What is the same whatever customers speak.
fn whole() -> Router<Simulator> {
    Router::new()
        .route("/", get(index))
        .route("/urls", get(server::urls))
        .route("/state", get(server::state))
        .route("/events", get(events::events))
        .route("/script", post(server::script))
        .route("/chats", get(chats::all))
        .nest("/chats/{chat}", chat())
        .route("/faults", get(faults::list).post(faults::push).delete(faults::clear))
        .route("/faults/rates", put(faults::set_rates).delete(faults::clear_rates))
        .route("/log", get(server::log).delete(server::clear_log))
        .route("/offline", post(server::offline))
        .route("/online", post(server::online))
        .route("/restart", post(server::restart))
        .route("/clock", get(server::clock).post(server::advance))
        .route("/accept", post(server::accept))
        .route("/settings", axum::routing::patch(server::settings))
}

/// What is done with one chat.
fn chat() -> Router<Simulator> {
    Router::new()
        .route("/", get(chats::one))
        .route("/transcript", get(chats::transcript))
        .route("/entries", get(entries::list))
        .route("/files/{file}", get(entries::file))
        .route("/join", post(chats::join))
        .route("/transfer", post(chats::transfer))
        .route("/say", post(chats::say))
        .route("/type", post(chats::typing))
        .route("/push-url", post(chats::push_url))
        .route("/notice", post(chats::notice))
        .route("/system-notice", post(chats::system_notice))
        .route("/event", post(chats::event))
        .route("/nickname", post(chats::nickname))
        .route("/upload", post(chats::upload))
        .route("/delete-file", post(chats::delete_file))
        .route("/leave", post(chats::leave))
        .route("/end", post(chats::end))
        .route("/alias", post(chats::alias))
        .route("/texts", post(chats::texts))
        .route("/expire", post(chats::expire))
}

async fn index() -> axum::Json<Value> {
    let apis = Api::ALL.iter().flat_map(|api| api.protocol().control_paths());
    axum::Json(json!({ "routes": ROUTES.iter().chain(apis).collect::<Vec<_>>() }))
}
