//! What the references promise of each back end, as the table has it, is what the library says that it can.

#![allow(clippy::unwrap_used, reason = "a test: it fails by panicking")]

use serde_json::{Map, Value, json};
use webchat_conformance::{BackEnd, backend::configuration};
use webchat_core::{Chat, transport::Capabilities};
use webchat_simulator::Simulator;

/// Of asynchronous chats alone.
const ASYNCHRONOUS: &str = "history";

async fn capabilities(back_end: &BackEnd, asynchronous: bool) -> Capabilities {
    let simulator = Simulator::builder().start().await.unwrap();
    let mut config = back_end.config(&simulator, simulator.address(), None);
    config.insert("connection".into(), json!({"proxy": "none"}));
    if asynchronous {
        join(&mut config, back_end.asynchronous());
    }
    let chat = Chat::new(configuration(&config.into()).unwrap()).unwrap();
    let capabilities = chat.capabilities().unwrap();
    chat.close();
    capabilities
}

fn join(config: &mut Map<String, Value>, changes: Map<String, Value>) {
    for (name, value) in changes {
        match (config.get_mut(&name), value) {
            (Some(Value::Object(inner)), Value::Object(changes)) => join(inner, changes),
            (_, value) => drop(config.insert(name, value)),
        }
    }
}

#[tokio::test]
async fn the_library_keeps_them() {
    for back_end in BackEnd::ALL.iter().chain(BackEnd::OF_OTHER_SERVERS).chain(BackEnd::OF_TESTS) {
        for asynchronous in
            [false, true].into_iter().filter(|asynchronous| !asynchronous || back_end.has("async"))
        {
            let capabilities = capabilities(back_end, asynchronous).await;
            for name in Capabilities::NAMES {
                let promised = back_end.has(name) && (asynchronous || *name != ASYNCHRONOUS);
                let of = format!("{name} of {back_end}, asynchronous: {asynchronous}");
                assert_eq!(capabilities.get(name), Some(promised), "{of}");
            }
            assert_eq!(capabilities.start_form, back_end.has("startForm"), "{back_end}");
            assert_eq!(capabilities.bot_events, back_end.has("botEvents"), "{back_end}");
        }
        assert_ne!(back_end.has("push"), back_end.has("polling"), "{back_end}");
        assert_eq!(back_end.has("history"), back_end.has("async"), "{back_end}");
    }
}

/// An ability that no back end has would be a word that is misspelt here or there.
#[test]
fn every_ability_of_the_library_is_promised_somewhere() {
    for name in Capabilities::NAMES {
        assert!(BackEnd::ALL.iter().any(|back_end| back_end.has(name)), "{name}");
    }
}
