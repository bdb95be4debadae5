//! What the deployment says of itself.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::configure::knows;
use super::handler;
use super::modes::AgentEnd;
use super::settings::WebMessagingSettings;
use crate::state::State;

/// Whether there is such a deployment, active or not.
fn exists(settings: &WebMessagingSettings, id: &str) -> bool {
    let mut any = settings.clone();
    any.deployment.active = true;
    knows(&any, id)
}

/// The answer for a file that is not there: the host of these files does not tell what it has.
fn denied() -> Response {
    handler::error(StatusCode::FORBIDDEN, "AccessDenied", "Access Denied")
}

/// `domains.json`.
pub(super) fn domains(state: &State, id: &str) -> Response {
    let settings = &state.apis.web_messaging.settings;
    if !exists(settings, id) {
        return denied();
    }
    let allowed = &settings.deployment.origins;
    handler::json(&json!({ "allowAllDomains": allowed.is_empty(), "allowedDomains": allowed }))
}

/// `config.json`, with every member that is known.
pub(super) fn config(state: &State, id: &str, base: &str) -> Response {
    let settings = &state.apis.web_messaging.settings;
    if !exists(settings, id) {
        return denied();
    }
    handler::json(&members(settings, id, base))
}

fn members(settings: &WebMessagingSettings, id: &str, base: &str) -> Value {
    let deployment = &settings.deployment;
    let size = settings.limits.file_size_kb;
    let socket = base.replacen("http", "ws", 1);
    json!({
        "id": id,
        "version": "1",
        "languages": ["en-us"],
        "defaultLanguage": "en-us",
        "apiEndpoint": base,
        "status": if deployment.active { "Active" } else { "Inactive" },
        "headlessMode": { "enabled": false },
        "auth": { "enabled": deployment.auth, "allowSessionUpgrade": deployment.auth },
        "journeyEvents": { "enabled": false },
        "messenger": {
            "enabled": true,
            "apps": { "conversations": conversations(settings, &socket) },
            "fileUpload": {
                "enableAttachments": !deployment.file_types.is_empty(),
                "modes": [{ "fileTypes": deployment.file_types, "maxFileSizeKB": size }],
            },
            "styles": { "primaryColor": "#0D6EFD" },
            "launcherButton": { "visibility": "On" },
        },
    })
}

fn conversations(settings: &WebMessagingSettings, socket: &str) -> Value {
    let deployment = &settings.deployment;
    let end = match deployment.agent_end {
        AgentEnd::Send => "Send",
        AgentEnd::ReadOnly | AgentEnd::Silent => "ReadOnly",
    };
    json!({
        "enabled": deployment.conversations,
        "messagingEndpoint": socket,
        "sessionDurationSeconds": deployment.duration.as_secs(),
        "showAgentTypingIndicator": true,
        "showUserTypingIndicator": deployment.user_typing,
        "autoStart": { "enabled": deployment.auto_start },
        "conversationDisconnect": { "enabled": deployment.agent_end != AgentEnd::Silent, "type": end },
        "conversationClear": { "enabled": deployment.clear },
        "notifications": { "enabled": false, "notificationContentType": "ExcludeMessagesContent" },
        "markdown": { "enabled": false },
        "humanize": { "enabled": deployment.humanize, "bot": { "name": "Bot", "avatarUrl": "" } },
    })
}
