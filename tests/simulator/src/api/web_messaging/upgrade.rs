//! The opening of a WebSocket.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request as HttpRequest, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::limits::MINUTE;
use super::{configure, origin, socket};
use crate::api::Api;
use crate::faults::{Course, Hangup, Place};
use crate::log::Arrival;
use crate::operation::Operation;
use crate::page::error_page;
use crate::server::Uptime;
use crate::shared::Shared;

/// Opens a WebSocket, or lets the fault in store for that happen.
pub(super) async fn handle(State(shared): State<Arc<Shared>>, request: HttpRequest) -> Response {
    let (parts, _) = request.into_parts();
    let utc_time = shared.utc_ms();
    let operation = Operation::Upgrade;
    let entry =
        shared.log.open(&parts, Arrival { utc_time, operation: Some(operation), ..Arrival::default() });
    let (faults, api, place) = (&shared.faults, Api::WebMessaging, Place::Upgrade);
    let course = Course { faults, entry: &entry, api, place, operation, chat: None };
    let picked = course.begin().await;
    let real = if picked.takes_effect() {
        let response = open(&shared, parts);
        entry.effect(response.status() == StatusCode::SWITCHING_PROTOCOLS, None);
        response
    } else {
        error_page(StatusCode::SERVICE_UNAVAILABLE)
    };
    let response = course.finish(picked, |_| None, || (real, false)).await;
    let hangs_up = response.extensions().get::<Hangup>().is_some();
    entry.close((!hangs_up).then(|| response.status().as_u16()));
    response
}

/// Why a socket is refused, if it is.
fn refusal(shared: &Shared, parts: &Parts) -> Option<Response> {
    let query = parts.uri.query().unwrap_or_default();
    let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "deploymentId");
    shared.change(|state, now| {
        let desk = &mut state.apis.web_messaging;
        desk.counted.upgrades += 1;
        let known = named.is_some_and(|(_, id)| !id.is_empty() && configure::knows(&desk.settings, &id));
        if !known || !origin::allowed(&desk.settings, &parts.headers) {
            return Some(error_page(StatusCode::FORBIDDEN));
        }
        let (most, refused_count) =
            (desk.settings.limits.connections_per_minute, desk.settings.limits.refused_count);
        let wait = desk.opened.take(most, MINUTE, refused_count, now).err()?;
        let mut response = error_page(StatusCode::TOO_MANY_REQUESTS);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        Some(response)
    })
}

fn open(shared: &Arc<Shared>, parts: Parts) -> Response {
    if let Some(refusal) = refusal(shared, &parts) {
        return refusal;
    }
    let request = Request::from_parts(parts, ());
    let response = match create_response_with_body(&request, Body::empty) {
        Ok(response) => response,
        Err(error) => return (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    let (mut parts, ()) = request.into_parts();
    let Some(upgrade) = parts.extensions.remove::<OnUpgrade>() else {
        return (StatusCode::BAD_REQUEST, "this connection cannot become a WebSocket").into_response();
    };
    let uptime = parts.extensions.get::<Uptime>().cloned().unwrap_or_default();
    // It must be known that a socket is on its way, or going down would not wait for its end.
    let known = uptime.sockets.token();
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let _known = known;
        // A client may hang up before it has become a WebSocket.
        let Ok(upgraded) = upgrade.await else { return };
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
        socket::converse(socket, &shared, parts, uptime.over).await;
    });
    response
}
