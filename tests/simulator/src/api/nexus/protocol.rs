//! What Nexus v3 is to the rest of the simulator.

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::routing::any;
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::Value;
use tokio::time::Instant;

use super::operations::image_base;
use super::wire::Style;
use super::{SESSIONS, code, handler, playback};
use crate::access::Access;
use crate::api::protocol::cors;
use crate::api::{Address, Protocol};
use crate::chat::{Act, Chat, Event};
use crate::shared::Shared;
use crate::state::State;

/// Nexus v3.
pub(crate) struct NexusRest;

impl Protocol for NexusRest {
    fn name(&self) -> &'static str {
        "nexus-rest"
    }

    fn title(&self) -> &'static str {
        "Nexus v3"
    }

    fn help(&self) -> &'static str {
        include_str!("help.txt")
    }

    fn routes(&self) -> Router<Arc<Shared>> {
        let methods = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
        Router::new().route("/nexus/{*path}", any(handler::handle)).layer(cors(&methods))
    }

    fn addresses(&self, _access: &Access, base: &str) -> Vec<Address> {
        vec![Address { key: "nexusUrl", label: "Nexus v3 chat URL", url: format!("{base}{SESSIONS}") }]
    }

    fn chat_id(&self, _number: u64, random: &mut StdRng) -> String {
        uuid::Builder::from_random_bytes(random.random()).into_uuid().to_string()
    }

    fn entry(&self, state: &State, chat: &Chat, event: &Event, base: &str) -> Value {
        let settings = &state.apis.nexus.settings;
        let style = Style { iso_time: settings.iso_time, image_base: image_base(settings, base) };
        style.message(chat, event)
    }

    fn lacks(&self, act: &Act) -> Option<&'static str> {
        match act {
            Act::CustomNotice { .. } => Some("custom notices"),
            Act::Notice { .. } => Some("system notices"),
            Act::UpdateNickname { .. } => Some("changes of nicknames"),
            Act::DeleteFile { .. } => Some("deletion of files"),
            Act::Upload(upload) if !upload.media_type().starts_with("image/") => {
                Some("files other than images")
            }
            _ => None,
        }
    }

    fn push(&self, state: &mut State, _now: Instant) {
        for session in state.chats.with_news().filter_map(|chat| state.apis.nexus.get(&chat.id)) {
            session.bell.notify_waiters();
        }
    }

    fn faults(&self) -> &'static [&'static str] {
        &["errorCode"]
    }

    fn usual_status(&self, code: &str) -> Option<u16> {
        Some(code::usual_status(code))
    }

    fn shows(&self, request: &Value) -> bool {
        playback::shows(request)
    }

    fn key(&self, method: &str, segments: &[&str], field: &dyn Fn(&str) -> Option<String>) -> String {
        playback::key(method, segments, field)
    }
}
