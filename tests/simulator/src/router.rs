//! Which path leads where.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::routing::any;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::api::Api;
use crate::page::error_page;
use crate::shared::Shared;
use crate::simulator::Simulator;
use crate::{cometd, control, gms, nexus};

pub(crate) fn build(simulator: &Simulator) -> Router {
    let mut chats = Router::new();
    for api in Api::ALL.into_iter().filter(|api| simulator.shared.serves(*api)) {
        chats = chats.merge(routes(api));
    }
    Router::new()
        .merge(chats.with_state(Arc::clone(&simulator.shared)))
        .nest(control::ROOT, control::router(simulator.clone()))
        .fallback(async || error_page(StatusCode::NOT_FOUND))
        .layer(DefaultBodyLimit::disable())
}

fn routes(api: Api) -> Router<Arc<Shared>> {
    match api {
        Api::Gms => Router::new()
            .route("/genesys/{*path}", any(gms::handle))
            .route("/gms-chat/{*path}", any(gms::handle))
            .layer(cors(&[Method::POST])),
        Api::Cometd => Router::new()
            .route(cometd::ENDPOINT, any(cometd::handle))
            .route(&format!("{}/{{*path}}", cometd::ENDPOINT), any(cometd::handle))
            .route(&format!("{}/", cometd::ENDPOINT), any(cometd::handle))
            .route(cometd::FILES, any(cometd::handle_file))
            .route(&format!("{}/", cometd::FILES), any(cometd::handle_file))
            .layer(cors(&[Method::POST])),
        Api::Nexus => Router::new().route("/nexus/{*path}", any(nexus::handle)).layer(cors(&[
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::DELETE,
        ])),
    }
}

/// Browser clients send their own headers and, behind a balancer, cookies.
fn cors(methods: &[Method]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .allow_methods(methods.to_vec())
        .allow_credentials(true)
}
