//! Which path leads where.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::routing::any;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::simulator::Simulator;
use crate::{control, gms};

pub(crate) fn build(simulator: &Simulator) -> Router {
    // Browser clients send their own headers and, behind a balancer, cookies.
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .allow_methods([Method::POST])
        .allow_credentials(true);
    let chats = Router::new()
        .route("/genesys/{*path}", any(gms::handle))
        .route("/gms-chat/{*path}", any(gms::handle))
        .layer(cors)
        .with_state(Arc::clone(&simulator.shared));
    Router::new()
        .merge(chats)
        .nest(control::ROOT, control::router(simulator.clone()))
        .fallback(async || gms::error_page(StatusCode::NOT_FOUND))
        .layer(DefaultBodyLimit::disable())
}
