//! What Web Messaging is to the rest of the simulator.

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::routing::{any, get};
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::Value;
use tokio::time::Instant;

use super::limits::AGENT_TEXT;
use super::{DEPLOYMENT, DEPLOYMENTS, DOWNLOADS, HISTORY, SOCKET, UPLOADS, control, handler, upgrade, wire};
use crate::access::Access;
use crate::api::protocol::cors;
use crate::api::{Address, Protocol};
use crate::chat::{Act, Chat, Event};
use crate::shared::Shared;
use crate::simulator::Simulator;
use crate::state::State;

/// Genesys Cloud Web Messaging.
pub(crate) struct WebMessaging;

impl Protocol for WebMessaging {
    fn name(&self) -> &'static str {
        "web-messaging"
    }

    fn title(&self) -> &'static str {
        "Web Messaging"
    }

    fn help(&self) -> &'static str {
        include_str!("help.txt")
    }

    fn routes(&self) -> Router<Arc<Shared>> {
        let methods = [Method::GET, Method::PUT];
        Router::new()
            .route(SOCKET, get(upgrade::handle))
            .route(HISTORY, any(handler::handle))
            .route(&format!("{DEPLOYMENTS}/{{*path}}"), any(handler::handle))
            .route(&format!("{UPLOADS}/{{*path}}"), any(handler::handle))
            .route(&format!("{DOWNLOADS}/{{*path}}"), any(handler::handle))
            .layer(cors(&methods))
    }

    fn addresses(&self, _access: &Access, base: &str) -> Vec<Address> {
        let address = |key, label, url| Address { key, label, url };
        let config = format!("{base}{DEPLOYMENTS}/{DEPLOYMENT}/config.json");
        vec![
            address("webMessagingConfigUrl", "Web Messaging configuration", config),
            address("webMessagingUrl", "Web Messaging base URL", base.to_owned()),
            address("webMessagingSocketUrl", "Web Messaging socket base URL", base.replacen("http", "ws", 1)),
            address("webMessagingDeployment", "Web Messaging deployment", DEPLOYMENT.to_owned()),
        ]
    }

    fn chat_id(&self, _number: u64, random: &mut StdRng) -> String {
        uuid::Builder::from_random_bytes(random.random()).into_uuid().to_string()
    }

    fn control(&self) -> Router<Simulator> {
        control::router()
    }

    fn control_paths(&self) -> &'static [&'static str] {
        control::PATHS
    }

    fn entry(&self, state: &State, chat: &Chat, event: &Event, base: &str) -> Value {
        let desk = &state.apis.web_messaging;
        let now = state.chats.moment(Instant::now()).utc_ms;
        let id = wire::message_id(&chat.id, event.index.unwrap_or_default());
        let session = desk.by_chat.get(&chat.id).and_then(|token| desk.known.get(token));
        let told = session.and_then(|session| {
            session.items.iter().find(|item| item.body.get("id").and_then(Value::as_str) == Some(&id))
        });
        let body = told.map(|item| item.past(&desk.settings));
        match body.or_else(|| wire::outbound(&desk.settings, chat, event)) {
            Some(mut body) => {
                // Who plays the agent looks at it whenever it may be.
                wire::put_addresses(&mut body, |file| desk.lasting_address(base, file, now));
                body
            }
            None => serde_json::to_value(event).unwrap_or_default(),
        }
    }

    fn lacks(&self, act: &Act) -> Option<&'static str> {
        match act {
            Act::PushUrl { .. } => Some("pushed addresses"),
            Act::CustomNotice { .. } => Some("custom notices"),
            Act::Notice { .. } => Some("system notices"),
            Act::UpdateNickname { .. } => Some("changes of nicknames"),
            Act::DeleteFile { .. } => Some("deletion of files"),
            Act::Say { text, .. } if text.chars().count() > AGENT_TEXT => {
                Some("messages of agents above 4000 characters")
            }
            _ => None,
        }
    }

    fn faults(&self) -> &'static [&'static str] {
        &["errorCode"]
    }

    fn shows(&self, request: &Value) -> bool {
        request["path"].as_str().is_some_and(|path| path.contains(DEPLOYMENTS))
    }

    /// What is pushed over its sockets is no message of Bayeux, and its answers name requests by ids that are others each time.
    fn is_played_back(&self) -> bool {
        false
    }

    fn next_deadline(&self, state: &State) -> Option<Instant> {
        state.apis.web_messaging.next_deadline()
    }

    fn run_due(&self, state: &mut State, due: Instant) {
        state.apis.web_messaging.run_due(&mut state.chats, due);
    }

    fn push(&self, state: &mut State, now: Instant) {
        state.apis.web_messaging.push(&state.chats, now);
    }
}
