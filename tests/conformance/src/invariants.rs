//! What is true of every event, whatever the scenario (webchatservice.md, 2, 5 and 6).

use crate::{
    backend::BackEnd,
    pairs::Pairs,
    pattern::{Saved, matches},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Events with a payload; all others have an empty object.
const WITH_DATA: [&str; 15] = [
    "messageReceived",
    "restoreFailed",
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
    "outbox",
];

/// Watches the events of one chat object.
#[derive(Debug)]
pub(crate) struct Watch {
    back_end: BackEnd,
    asynchronous: bool,
    /// Places in the transcript published in the present session.
    published: BTreeSet<(u64, u64)>,
    pairs: Pairs,
}

impl Watch {
    /// Watches a chat that is `asynchronous` or not.
    pub(crate) fn new(back_end: BackEnd, asynchronous: bool) -> Self {
        Self { back_end, asynchronous, published: BTreeSet::new(), pairs: Pairs::default() }
    }

    /// Says what is wrong with an event, if anything.
    pub(crate) fn check(&mut self, name: &str, envelope: &Value) -> Result<(), String> {
        let wanted = json!({"$exactly": {
            "publisher": "WebChatService", "event": name, "time": {"$min": 1_500_000_000_000_u64}, "data": {"$type": "object"}
        }});
        like(&wanted, envelope)?;
        let data = &envelope["data"];
        self.pairs.check(name, data)?;
        match name {
            "started" => {
                self.published.clear();
                like(&self.back_end.started(), data)
            }
            "restored" => {
                self.published.clear();
                like(&self.back_end.restored(self.asynchronous), data)
            }
            "error" => like(&self.back_end.error(json!({"$type": "object"})), data),
            "messageReceived" => self.check_messages(data),
            "agentTypingStarted" => like(&BackEnd::message(), data),
            "agentTypingStopped" if data != &json!({}) => like(&BackEnd::message(), data),
            _ if name.ends_with("onnected") && WITH_DATA.contains(&name) => {
                let count = json!({"numAgentsConnected": {"$type": "number"}});
                let change = json!({"message": BackEnd::message(), "agents": {"$type": "object"}});
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

    /// Parallel arrays, each index once: in ascending order, or newest first before all others when they are old messages.
    fn check_messages(&mut self, data: &Value) -> Result<(), String> {
        let session = self.back_end.word("anySession").unwrap_or_default();
        let flag = json!({"$type": "boolean"});
        like(&json!({"restoring": flag, "oldMessages": flag, "sessionData": session}), data)?;
        let array = |key: &str| data[key].as_array().cloned().ok_or_else(|| format!(".{key} is no array"));
        let (messages, originals) = (array("messages")?, array("originalMessages")?);
        if messages.is_empty() || messages.len() != originals.len() {
            return Err(format!("{} messages beside {} originalMessages", messages.len(), originals.len()));
        }
        let old = data["oldMessages"] == true;
        let mut last = if old { self.published.first() } else { self.published.last() }.copied();
        for (normalised, original) in messages.iter().zip(&originals) {
            like(&BackEnd::message(), normalised)?;
            like(&json!({}), original)?;
            let index = &self.back_end.index(original);
            if normalised.get("index").unwrap_or(&Value::Null) != &self.back_end.shown_index(index) {
                return Err(format!("message {index} is shown under another index"));
            }
            // An index that is none has no place.
            let Some(place) = self.back_end.place(index) else { continue };
            let belongs = last.is_none_or(|last| if old { place < last } else { place > last });
            if !belongs {
                return Err(format!("message {index} is not where it belongs"));
            }
            if !self.published.insert(place) {
                return Err(format!("message {index} was published before"));
            }
            last = Some(place);
        }
        Ok(())
    }
}

fn like(pattern: &Value, value: &Value) -> Result<(), String> {
    matches(pattern, Some(value), &mut Saved::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{gms_cometd::GMS_COMETD, gms_rest::GMS_REST, nexus_rest::NEXUS_REST};

    fn envelope(name: &str, data: &Value) -> Value {
        json!({"time": 1_700_000_000_000_u64, "publisher": "WebChatService", "event": name, "data": data})
    }

    fn gms() -> Watch {
        Watch::new(GMS_REST, false)
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

    /// A batch of Nexus, with the indexes `5-N`.
    fn nexus_batch(numbers: &[u64], old: bool) -> Value {
        let message = |number: &u64| {
            json!({"index": format!("5{number}"), "type": "Message", "timestamp": 1,
            "from": {"id": "a", "participantId": "a", "type": "Client", "name": "Mia"}})
        };
        let original = |number: &u64| {
            json!({"index": format!("5-{number}"), "type": "Text", "utcTime": 1,
            "from": {"participantId": "a", "type": "Customer", "nickname": "Mia"}})
        };
        json!({
            "messages": numbers.iter().map(message).collect::<Vec<_>>(),
            "originalMessages": numbers.iter().map(original).collect::<Vec<_>>(),
            "restoring": false,
            "oldMessages": old,
            "sessionData": {"sessionId": "s", "transportId": "t", "participantId": "a", "token": "k"},
        })
    }

    #[test]
    fn an_event_without_payload_has_an_empty_object() {
        assert!(gms().check("ended", &envelope("ended", &json!({}))).is_ok());
        assert!(gms().check("ended", &envelope("ended", &json!({"x": 1}))).is_err());
        assert!(gms().check("ended", &envelope("ended", &json!(null))).is_err());
        assert!(gms().check("ended", &envelope("started", &json!({}))).is_err());
        assert!(gms().check("restored", &envelope("restored", &json!({"async": true}))).is_err());
        assert!(Watch::new(GMS_COMETD, true).check("restored", &envelope("restored", &json!({}))).is_err());
        assert!(
            Watch::new(NEXUS_REST, true)
                .check("restored", &envelope("restored", &json!({"async": true})))
                .is_ok()
        );
    }

    #[test]
    fn messages_are_published_once_and_in_order() {
        let mut watch = gms();
        let mut publish =
            |indexes: &[u64]| watch.check("messageReceived", &envelope("messageReceived", &batch(indexes)));
        assert_eq!(publish(&[1, 2]), Ok(()));
        assert!(publish(&[2]).is_err());
        assert!(publish(&[5, 4]).is_err());
        assert!(publish(&[]).is_err());
        assert!(publish(&[3]).is_err());
        assert_eq!(publish(&[6]), Ok(()));
    }

    #[test]
    fn old_messages_come_newest_first_before_all_others() {
        let mut watch = Watch::new(NEXUS_REST, true);
        let mut publish = |numbers: &[u64], old| {
            watch.check("messageReceived", &envelope("messageReceived", &nexus_batch(numbers, old)))
        };
        assert_eq!(publish(&[9, 10], false), Ok(()));
        assert_eq!(publish(&[8, 7], true), Ok(()));
        assert!(publish(&[7], true).is_err());
        assert!(publish(&[5, 6], true).is_err());
        assert_eq!(publish(&[4], true), Ok(()));
        assert!(publish(&[12], true).is_err());
        assert_eq!(publish(&[11], false), Ok(()));
    }
}
