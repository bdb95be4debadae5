//! What is true of every event, whatever the scenario (behaviour reference, sections 2, 5 and 6).

use crate::pattern::{Saved, matches};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Events with a payload; all others have an empty object.
const WITH_DATA: [&str; 13] = [
    "messageReceived",
    "error",
    "started",
    "agentTypingStarted",
    "agentTypingStopped",
    "clientConnected",
    "clientDisconnected",
    "agentConnected",
    "agentDisconnected",
    "supervisorConnected",
    "supervisorDisconnected",
    "botConnected",
    "botDisconnected",
];

/// Watches the events of one chat object.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// Transcript indexes published in the present session.
    published: BTreeSet<u64>,
}

impl Watch {
    /// Says what is wrong with an event, if anything.
    pub(crate) fn check(&mut self, name: &str, envelope: &Value) -> Result<(), String> {
        let wanted = json!({"$exactly": {
            "publisher": "WebChatService", "event": name, "time": {"$min": 1_500_000_000_000_u64}, "data": {"$type": "object"}
        }});
        like(&wanted, envelope)?;
        let data = &envelope["data"];
        match name {
            "started" => {
                self.published.clear();
                like(&session_data(), data)
            }
            "restored" => {
                self.published.clear();
                like(&json!({"$exactly": {}}), data)
            }
            "messageReceived" => self.check_messages(data),
            "agentTypingStarted" => like(&message(), data),
            "agentTypingStopped" if data != &json!({}) => like(&message(), data),
            _ if name.ends_with("onnected") && WITH_DATA.contains(&name) => {
                let count = json!({"numAgentsConnected": {"$type": "number"}});
                let change = json!({"message": message(), "agents": {"$type": "object"}});
                like(&count, data)?;
                if data.get("message").is_some() || data.get("agents").is_some() {
                    like(&change, data)
                } else {
                    Ok(())
                }
            }
            _ if WITH_DATA.contains(&name) => Ok(()),
            _ => like(&json!({"$exactly": {}}), data),
        }
    }

    /// Parallel arrays, each index once, in ascending order.
    fn check_messages(&mut self, data: &Value) -> Result<(), String> {
        like(
            &json!({"restoring": {"$type": "boolean"}, "oldMessages": {"$type": "boolean"}, "sessionData": session_data()}),
            data,
        )?;
        let array = |key: &str| data[key].as_array().cloned().ok_or_else(|| format!(".{key} is no array"));
        let (messages, originals) = (array("messages")?, array("originalMessages")?);
        if messages.is_empty() || messages.len() != originals.len() {
            return Err(format!("{} messages beside {} originalMessages", messages.len(), originals.len()));
        }
        let mut last = 0;
        for (normalised, original) in messages.iter().zip(&originals) {
            like(&message(), normalised)?;
            like(&original_message(), original)?;
            let index = normalised["index"].as_u64().unwrap_or_default();
            if index <= last || original["index"] != normalised["index"] {
                return Err(format!("message {index} is not where it belongs"));
            }
            if !self.published.insert(index) {
                return Err(format!("message {index} was published before"));
            }
            last = index;
        }
        Ok(())
    }
}

fn like(pattern: &Value, value: &Value) -> Result<(), String> {
    matches(pattern, Some(value), &mut Saved::new())
}

fn session_data() -> Value {
    let text = json!({"$type": "string"});
    json!({"$exactly": {"secureKey": text, "sessionID": text, "alias": text, "userId": text}})
}

fn message() -> Value {
    let from = json!({"$exactly": {"id": {"$type": "number"}, "type": {"$type": "string"}, "name": {"$type": "string"}}});
    json!({"index": {"$min": 1}, "type": {"$type": "string"}, "timestamp": {"$min": 1}, "from": from})
}

fn original_message() -> Value {
    let from = json!({"nickname": {"$type": "string"}, "participantId": {"$type": "number"}, "type": {"$type": "string"}});
    json!({"index": {"$min": 1}, "type": {"$type": "string"}, "utcTime": {"$min": 1}, "from": from})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(name: &str, data: &Value) -> Value {
        json!({"time": 1_700_000_000_000_u64, "publisher": "WebChatService", "event": name, "data": data})
    }

    fn batch(indexes: &[u64]) -> Value {
        let message = |index: &u64| json!({"index": index, "type": "Message", "timestamp": 1, "from": {"id": 1, "type": "Client", "name": "Mia"}});
        let original = |index: &u64| json!({"index": index, "type": "Message", "utcTime": 1, "from": {"participantId": 1, "type": "Client", "nickname": "Mia"}});
        json!({
            "messages": indexes.iter().map(message).collect::<Vec<_>>(),
            "originalMessages": indexes.iter().map(original).collect::<Vec<_>>(),
            "restoring": false,
            "oldMessages": false,
            "sessionData": {"secureKey": "k", "sessionID": "s", "alias": "a", "userId": "u"},
        })
    }

    #[test]
    fn an_event_without_payload_has_an_empty_object() {
        assert!(Watch::default().check("ended", &envelope("ended", &json!({}))).is_ok());
        assert!(Watch::default().check("ended", &envelope("ended", &json!({"x": 1}))).is_err());
        assert!(Watch::default().check("ended", &envelope("ended", &json!(null))).is_err());
        assert!(Watch::default().check("ended", &envelope("started", &json!({}))).is_err());
    }

    #[test]
    fn messages_are_published_once_and_in_order() {
        let mut watch = Watch::default();
        let mut publish =
            |indexes: &[u64]| watch.check("messageReceived", &envelope("messageReceived", &batch(indexes)));
        assert_eq!(publish(&[1, 2]), Ok(()));
        assert!(publish(&[2]).is_err());
        assert!(publish(&[5, 4]).is_err());
        assert!(publish(&[]).is_err());
        assert_eq!(publish(&[3]), Ok(()));
    }
}
