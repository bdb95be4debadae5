//! Which path leads where.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;

use crate::api::Api;
use crate::page::error_page;
use crate::simulator::Simulator;
use crate::{console, control};

pub(crate) fn build(simulator: &Simulator) -> Router {
    let served = Api::ALL.iter().filter(|api| simulator.shared.serves(**api));
    let chats = served.fold(Router::new(), |chats, api| chats.merge(api.protocol().routes()));
    Router::new()
        .merge(chats.with_state(Arc::clone(&simulator.shared)))
        .merge(console::router(simulator.clone()))
        .nest(control::ROOT, control::router(simulator.clone()))
        .fallback(async || error_page(StatusCode::NOT_FOUND))
        .layer(DefaultBodyLimit::disable())
}
