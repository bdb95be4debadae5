//! What each back end can do, as a program asks for it: of a chat that is configured for it.

use crate::names::line;
use serde_json::{Value, json};
use std::fmt::Write;
use webchat_core::{Chat, Config, transport::Capabilities};

const HEAD: &str = "<!-- Made from the tables: `make tables`. -->
# Abilities

What each back end can do. A program asks a chat that is configured for it by these names: `webchat_capability` in C, `capability` in C++,
`capabilities` in Python and Rust. A command that needs more is rejected as `unsupported`, in the specification's words.
";

/// The page of the abilities.
pub(crate) fn page() -> String {
    let back_ends = all();
    let mut page = format!("{HEAD}\n| Ability | Meaning |");
    for back_end in &back_ends {
        let _ = write!(page, " {} |", back_end.words);
    }
    page += "\n|---|---|";
    page += &":---:|".repeat(back_ends.len());
    for (name, words) in Capabilities::NAMES.iter().zip(Capabilities::WORDS) {
        let _ = write!(page, "\n| `{name}` | {} |", line(words));
        for back_end in &back_ends {
            let has = back_end.capabilities.and_then(|abilities| abilities.get(name));
            page += if has == Some(true) { " yes |" } else { " |" };
        }
    }
    page + "\n"
}

/// A back end as it is configured.
pub(crate) struct BackEnd {
    pub(crate) words: String,
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
    let web_messaging = |asynchronous: bool| {
        json!({"transport": {
            "type": "genesyscloud-webmessaging",
            "domain": "mypurecloud.ie",
            "deploymentId": "deployment",
            "async": {"enabled": asynchronous},
        }})
    };
    vec![
        back_end("", "", &json!({"dataURL": "https://host/genesys/2/chat/support"})),
        back_end("", "", &cometd(false, false)),
        back_end("", " with `apiURL`", &cometd(true, false)),
        back_end("asynchronous ", "", &cometd(false, true)),
        back_end("", "", &nexus(false)),
        back_end("asynchronous ", "", &nexus(true)),
        back_end("", "", &web_messaging(false)),
        back_end("asynchronous ", "", &web_messaging(true)),
    ]
}

/// Those that have an ability, in a list.
pub(crate) fn with(has: fn(&Capabilities) -> bool) -> String {
    let list: Vec<_> = all()
        .into_iter()
        .filter(|back_end| back_end.capabilities.is_some_and(|abilities| has(&abilities)))
        .map(|back_end| back_end.words)
        .collect();
    if list.is_empty() { "none".to_owned() } else { list.join(", ") }
}

fn back_end(before: &str, after: &str, config: &Value) -> BackEnd {
    let Ok(config) = Config::from_json(config) else {
        return BackEnd { words: String::new(), capabilities: None };
    };
    let words = format!("{before}`{}`{after}", config.back_end());
    BackEnd { words, capabilities: Chat::new(config).ok().and_then(|chat| chat.capabilities()) }
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
