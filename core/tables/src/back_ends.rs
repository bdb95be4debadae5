//! What each back end can do, as a program asks for it: of a chat that is configured for it.

use serde_json::{Value, json};
use webchat_core::{Chat, Config, transport::Capabilities};

/// A back end as it is configured.
pub(crate) struct BackEnd {
    pub(crate) words: &'static str,
    pub(crate) capabilities: Option<Capabilities>,
}

pub(crate) fn all() -> Vec<BackEnd> {
    let nexus = |asynchronous: bool| {
        json!({"transport": {
            "type": "pureengage-v3-rest",
            "dataURL": "https://host/nexus/v3/chat/sessions",
            "endpoint": "chat",
            "headers": {"x-api-key": "key"},
            "async": {"enabled": asynchronous},
        }})
    };
    let cometd = |files: bool, asynchronous: bool| {
        let api_url = files.then_some("https://host/genesys/2/chat-ntf");
        let cometd = json!({"enabled": true, "cometURL": "https://host/genesys/cometd", "apiURL": api_url});
        json!({"cometD": cometd, "async": {"enabled": asynchronous}})
    };
    vec![
        back_end("GMS by REST", &json!({"dataURL": "https://host/genesys/2/chat/support"})),
        back_end("GMS by CometD", &cometd(false, false)),
        back_end("GMS by CometD with `apiURL`", &cometd(true, false)),
        back_end("asynchronous GMS by CometD", &cometd(false, true)),
        back_end("Nexus", &nexus(false)),
        back_end("asynchronous Nexus", &nexus(true)),
    ]
}

fn back_end(words: &'static str, config: &Value) -> BackEnd {
    let chat = Config::from_json(config).and_then(Chat::new);
    BackEnd { words, capabilities: chat.ok().and_then(|chat| chat.capabilities()) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_back_end_is_made() {
        for back_end in super::all() {
            assert!(back_end.capabilities.is_some(), "{}", back_end.words);
        }
    }
}
