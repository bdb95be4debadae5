//! What GMS v2 over `CometD` is to the rest of the simulator.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Method;
use axum::routing::any;
use rand::rngs::StdRng;
use serde_json::Value;
use tokio::time::Instant;

use super::{CHANNELS, DEFAULT_SERVICE, ENDPOINT, FILES, control, files, polling};
use crate::access::Access;
use crate::api::protocol::cors;
use crate::api::{Address, Protocol, Ways, gms};
use crate::chat::Act;
use crate::replay::{UPGRADE, has_header};
use crate::shared::Shared;
use crate::simulator::Simulator;
use crate::state::State;

/// GMS v2 over `CometD`.
pub(crate) struct GmsCometd;

impl Protocol for GmsCometd {
    fn name(&self) -> &'static str {
        "gms-cometd"
    }

    fn title(&self) -> &'static str {
        "CometD"
    }

    fn help(&self) -> &'static str {
        include_str!("help.txt")
    }

    fn routes(&self) -> Router<Arc<Shared>> {
        Router::new()
            .route(ENDPOINT, any(polling::handle))
            .route(&format!("{ENDPOINT}/{{*path}}"), any(polling::handle))
            .route(&format!("{ENDPOINT}/"), any(polling::handle))
            .route(FILES, any(files::handle))
            .route(&format!("{FILES}/"), any(files::handle))
            .layer(cors(&[Method::POST]))
    }

    fn addresses(&self, access: &Access, base: &str) -> Vec<Address> {
        let service = access.services.first().map_or(DEFAULT_SERVICE, String::as_str);
        vec![
            Address { key: "cometdUrl", label: "CometD chat URL", url: format!("{base}{ENDPOINT}") },
            Address { key: "cometdChannel", label: "CometD channel", url: format!("{CHANNELS}{service}") },
            Address { key: "cometdFileUrl", label: "CometD file URL", url: format!("{base}{FILES}") },
        ]
    }

    fn chat_id(&self, number: u64, random: &mut StdRng) -> String {
        gms::chat_id(number, random)
    }

    fn ways(&self) -> Ways {
        gms::WAYS
    }

    fn control(&self) -> Router<Simulator> {
        control::router()
    }

    fn control_paths(&self) -> &'static [&'static str] {
        control::PATHS
    }

    fn lacks(&self, act: &Act) -> Option<&'static str> {
        gms::lacks(act)
    }

    fn faults(&self) -> &'static [&'static str] {
        &["statusCode1", "statusCode2", "newAlias", "newSecureKey", "refuse", "advice"]
    }

    fn shows(&self, request: &Value) -> bool {
        has_header(request, "sec-websocket-key") || request.pointer("/body/json").is_some_and(Value::is_array)
    }

    fn key(&self, method: &str, _segments: &[&str], field: &dyn Fn(&str) -> Option<String>) -> String {
        if method == "GET" {
            return UPGRADE.to_owned();
        }
        field("operation").unwrap_or_else(|| "fileUpload".to_owned())
    }

    fn next_deadline(&self, state: &State) -> Option<Instant> {
        state.apis.cometd.next_deadline()
    }

    fn run_due(&self, state: &mut State, due: Instant) {
        state.apis.cometd.expire(&mut state.chats, due);
    }

    fn push(&self, state: &mut State, now: Instant) {
        state.apis.cometd.push(&mut state.chats, &state.apis.gms, now);
    }

    fn come_up(&self, state: &mut State, now: Instant) {
        state.apis.cometd.spare(now);
    }

    fn go_on(&self, state: &mut State, by: Duration) {
        state.apis.cometd.go_on(by);
    }

    fn forget_clients(&self, state: &mut State, now: Instant) {
        state.apis.cometd.forget_clients(&mut state.chats, now);
    }
}
