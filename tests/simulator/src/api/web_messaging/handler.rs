//! The HTTP requests: the deployment's configuration, the history, and files.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{DEPLOYMENTS, DOWNLOADS, HISTORY, UPLOADS, config, faults, history, origin, transfer};
use crate::api::Api;
use crate::faults::{Course, Hangup, Place};
use crate::log::{Arrival, OpenEntry};
use crate::operation::Operation;
use crate::shared::Shared;

/// What a request is addressed to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Config(String),
    Domains(String),
    History,
    Upload(String),
    Download(String),
}

impl Target {
    fn parse(method: &Method, path: &str) -> Option<Self> {
        let decode = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let get = method == Method::GET || method == Method::HEAD;
        if let Some(rest) = path.strip_prefix(DEPLOYMENTS) {
            let (id, file) = rest.strip_prefix('/')?.split_once('/')?;
            return match file {
                "config.json" if get => Some(Self::Config(decode(id))),
                "domains.json" if get => Some(Self::Domains(decode(id))),
                _ => None,
            };
        }
        if let Some(rest) = path.strip_prefix(UPLOADS) {
            let id = rest.strip_prefix('/')?.split('/').next()?;
            return (method == Method::PUT).then(|| Self::Upload(decode(id)));
        }
        if let Some(rest) = path.strip_prefix(DOWNLOADS) {
            return get.then(|| rest.strip_prefix('/').map(|id| Self::Download(decode(id))))?;
        }
        (get && path == HISTORY).then_some(Self::History)
    }

    fn operation(&self) -> Operation {
        match self {
            Self::Config(_) | Self::Domains(_) => Operation::Configuration,
            Self::History => Operation::History,
            Self::Upload(_) => Operation::FileUpload,
            Self::Download(_) => Operation::FileDownload,
        }
    }
}

/// Answers any request that is no WebSocket.
pub(super) async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.see_through(respond(Arc::clone(&shared), request)).await
}

async fn respond(shared: Arc<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = Target::parse(&parts.method, parts.uri.path());
    let query = parts.uri.query().unwrap_or_default();
    let fields = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let chat_id = target.as_ref().and_then(|target| conversation(&shared, &parts, target));
    let arrival = Arrival {
        utc_time: shared.utc_ms(),
        operation: target.as_ref().map(Target::operation),
        chat_id: chat_id.clone(),
        fields,
        ..Arrival::default()
    };
    let entry = shared.log.open(&parts, arrival);
    let response = match target {
        Some(target) => serve(&shared, &target, &parts, body, chat_id.as_deref(), &entry).await,
        None => error(StatusCode::NOT_FOUND, "not.found", "There is no such path"),
    };
    let hangs_up = response.extensions().get::<Hangup>().is_some();
    entry.close((!hangs_up).then(|| response.status().as_u16()));
    response
}

/// The conversation that a request is about.
fn conversation(shared: &Shared, parts: &Parts, target: &Target) -> Option<String> {
    shared.read(|state| {
        let desk = &state.apis.web_messaging;
        let session = match target {
            Target::History => {
                let utc = shared.utc_ms();
                let id = history::bearer(parts).and_then(|jwt| desk.signer.session_of(jwt, utc / 1000))?;
                desk.known.values().find(|session| session.id == id)
            }
            Target::Upload(id) | Target::Download(id) => {
                desk.known.values().find(|session| session.uploads.contains_key(id))
            }
            Target::Config(_) | Target::Domains(_) => None,
        }?;
        session.chat.clone()
    })
}

async fn serve(
    shared: &Arc<Shared>,
    target: &Target,
    parts: &Parts,
    body: Body,
    chat: Option<&str>,
    entry: &OpenEntry,
) -> Response {
    let (api, place, operation) = (Api::WebMessaging, Place::Http, target.operation());
    let course = Course { faults: &shared.faults, entry, api, place, operation, chat };
    let picked = course.begin().await;
    let real = if picked.takes_effect() {
        let _turn = shared.turn().await;
        let base = origin::base(&parts.headers, parts.uri.authority().map(Authority::as_str));
        let response = match target {
            Target::Config(id) => shared.read(|state| config::config(state, id, &base)),
            Target::Domains(id) => shared.read(|state| config::domains(state, id)),
            Target::History => {
                let spoilt = picked.fault.is_some();
                let disturb = |messages: &mut Vec<Value>| {
                    if !spoilt {
                        course.disturb(messages);
                    }
                };
                shared.change(|state, now| history::page(state, parts, &base, now, disturb))
            }
            Target::Upload(id) => transfer::receive(shared, id, parts, body).await,
            Target::Download(id) => shared.read(|state| transfer::send(state, id, parts, shared.utc_ms())),
        };
        entry.effect(response.status().is_success(), None);
        response
    } else {
        error(StatusCode::SERVICE_UNAVAILABLE, "service.unavailable", "a fault of the simulator")
    };
    let object = real
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(JSON.as_bytes()));
    let own = match target {
        Target::Upload(_) | Target::Download(_) => transfer::fault,
        Target::Config(_) | Target::Domains(_) | Target::History => faults::answer,
    };
    course.finish(picked, own, || (real, object)).await
}

const JSON: &str = "application/json";

pub(super) fn json(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, JSON)], body.to_string()).into_response()
}

/// An error as the API has it.
pub(super) fn error(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({
        "message": message,
        "code": code,
        "status": status.as_u16(),
        "contextId": super::wire::uuid(message),
        "details": [],
        "errors": [],
    });
    let mut response = json(&body);
    *response.status_mut() = status;
    response
}
