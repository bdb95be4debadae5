//! The back ends that the table is replayed over, as scenarios see them: what they can do, and the words for what differs on the wire.

use serde_json::{Map, Value, json};
use webchat_simulator::Simulator;

/// A back end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transport {
    /// The name in test names, in `WEBCHAT_CONFORMANCE_TRANSPORT` and in `$transport`.
    pub name: &'static str,
    /// What it can do, in the words of a scenario's `needs` and `lacks`.
    pub capabilities: &'static [&'static str],
    wire: Wire,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    Gms,
    Nexus,
}

/// GMS v2 over REST.
pub const GMS_REST: Transport = Transport {
    name: "gms",
    capabilities: &[
        "polling",
        "files",
        "fileUpload",
        "fileDownload",
        "fileLimits",
        "fileDeletion",
        "customNotice",
        "updateUserData",
        "verifySession",
        "serverOutage",
        "pushUrl",
        "updateNickname",
        "readReceipt",
        "restoreTimeout",
        "statusCodes",
        "numericCodes",
        "eventAttributes",
        "pollPreview",
        "customHeader",
        "alias",
        "idleControl",
    ],
    wire: Wire::Gms,
};

/// Nexus v3 over REST.
pub const NEXUS_REST: Transport = Transport {
    name: "nexus",
    capabilities: &[
        "polling",
        "images",
        "fileUpload",
        "updateUserData",
        "verifySession",
        "async",
        "history",
        "startForm",
        "namedCodes",
        "tokens",
        "longPolls",
        "deliveryCursor",
        "backOff",
        "customTypes",
    ],
    wire: Wire::Nexus,
};

impl Transport {
    /// All of them.
    pub const ALL: [Self; 2] = [GMS_REST, NEXUS_REST];

    /// Whether it can do this.
    pub fn has(&self, capability: &str) -> bool {
        self.capabilities.contains(&capability)
    }

    /// The configuration that every scenario has, with its interval of polls in milliseconds.
    pub(crate) fn config(&self, simulator: &Simulator, poll_interval: Option<u64>) -> Map<String, Value> {
        let config = match self.wire {
            // The shortest interval there is makes the table quick.
            Wire::Gms => match poll_interval {
                None => json!({"dataURL": simulator.chat_url(), "pollRateMin": 250, "pollRateMax": 250}),
                Some(interval) => {
                    json!({"dataURL": simulator.chat_url(), "dynamicPolling": false, "pollRate": interval})
                }
            },
            Wire::Nexus => json!({"transport": {
                "type": "pureengage-v3-rest",
                "dataURL": simulator.nexus_url(),
                "endpoint": "Sales",
                "headers": {"x-api-key": "n3eNkg"},
                "pollTimeout": poll_interval.unwrap_or(100),
            }}),
        };
        config.as_object().cloned().unwrap_or_default()
    }

    /// What a chat that outlives agents and processes is configured with.
    pub(crate) fn asynchronous(&self) -> Map<String, Value> {
        let config = match self.wire {
            Wire::Gms => json!({"async": {"enabled": true}}),
            Wire::Nexus => json!({"transport": {"async": {"enabled": true}}}),
        };
        config.as_object().cloned().unwrap_or_default()
    }

    /// What `${name}` stands for in every scenario.
    pub(crate) fn word(&self, name: &str) -> Option<Value> {
        let text = json!({"$type": "string"});
        Some(match (self.wire, name) {
            (Wire::Gms, "ok") => json!({"statusCode": 0}),
            (Wire::Gms, "anySession") => {
                json!({"$exactly": {"secureKey": text, "sessionID": text, "alias": text, "userId": text}})
            }
            (Wire::Gms, "noSession") => {
                json!({"$exactly": {"secureKey": "", "sessionID": "", "alias": "", "userId": ""}})
            }
            (Wire::Gms, "sessionId") => "sessionID".into(),
            (Wire::Gms, "sessionKey") => "secureKey".into(),
            (Wire::Gms, "storedKeys") => "keys".into(),
            (Wire::Gms, "textField") => "message".into(),
            (Wire::Nexus, "ok") => json!({"status": {"code": "SUCCESS"}}),
            (Wire::Nexus, "anySession") => {
                json!({"sessionId": text, "token": text})
            }
            (Wire::Nexus, "noSession") => json!({"$exactly": {}}),
            (Wire::Nexus, "sessionId") => "sessionId".into(),
            (Wire::Nexus, "sessionKey") => "token".into(),
            (Wire::Nexus, "storedKeys") => "pureengage-v3-rest.keys".into(),
            (Wire::Nexus, "textField") => "data[text]".into(),
            _ => return None,
        })
    }

    /// The payload of `error` for a response.
    pub(crate) fn error(&self, response: Value) -> Value {
        match self.wire {
            Wire::Gms => response,
            Wire::Nexus => json!({"errors": [
                {"code": {"$type": "string"}, "text": {"$type": "string"}, "response": response}]}),
        }
    }

    /// The payload of `restored`.
    pub(crate) fn restored(&self) -> Value {
        match self.wire {
            Wire::Gms => json!({"$exactly": {}}),
            Wire::Nexus => json!({"$exactly": {"async": {"$type": "boolean"}}}),
        }
    }

    /// The payload of `started`.
    pub(crate) fn started(&self) -> Value {
        let session = self.word("anySession").unwrap_or_default();
        match self.wire {
            Wire::Gms => session,
            Wire::Nexus => json!({"$exactly": {"data": session}}),
        }
    }

    /// What is true of every element of `messages`.
    pub(crate) fn message(&self) -> Value {
        let text = json!({"$type": "string"});
        let (index, from) = match self.wire {
            Wire::Gms => (
                json!({"$min": 1}),
                json!({"$exactly": {"id": {"$type": "number"}, "type": text, "name": text}}),
            ),
            Wire::Nexus => (text.clone(), json!({"id": {"$any": true}, "type": text, "name": text})),
        };
        json!({"index": index, "type": text, "timestamp": {"$min": 1}, "from": from})
    }

    /// What is true of every element of `originalMessages`.
    pub(crate) fn original(&self) -> Value {
        let text = json!({"$type": "string"});
        // Nexus may leave out when and by whom it was.
        let (index, time, participant) = match self.wire {
            Wire::Gms => (json!({"$min": 1}), json!({"$min": 1}), json!({"$type": "number"})),
            Wire::Nexus => (text.clone(), json!({"$type": "number"}), json!({"$any": true})),
        };
        let from = json!({"nickname": text, "participantId": participant, "type": text});
        json!({"index": index, "type": text, "utcTime": time, "from": from})
    }

    /// The index in `messages` of an entry whose original has this one.
    pub(crate) fn shown_index(&self, original: &Value) -> Value {
        match original.as_str() {
            Some(text) if self.wire == Wire::Nexus => text.replacen('-', "", 1).into(),
            _ => original.clone(),
        }
    }

    /// An index of the server's as numbers of the same order.
    pub(crate) fn place(original: &Value) -> (u64, u64) {
        let Some(text) = original.as_str() else { return (original.as_u64().unwrap_or(0), 0) };
        let (time, number) = text.split_once('-').unwrap_or((text, "0"));
        (time.parse().unwrap_or(0), number.parse().unwrap_or(0))
    }

    /// What the server calls the entry and the participant behind `${index.N}`, `${original.N}` and `${id.N}`: those of the Nth entry,
    /// and the Nth participant, of the latest chat.
    pub(crate) fn look_up(&self, simulator: &Simulator, name: &str) -> Option<Value> {
        let (what, number) = name.split_once('.')?;
        let number: usize = number.parse().ok()?;
        let chat = simulator.latest_chat_id()?;
        let wire = simulator.wire_transcript(&chat).ok()?;
        match what {
            "index" => Some(self.shown_index(&wire.get(number.checked_sub(1)?)?["index"])),
            "original" => Some(wire.get(number.checked_sub(1)?)?["index"].clone()),
            "id" => {
                let transcript = simulator.transcript(&chat).ok()?;
                let wanted = u64::try_from(number).ok()?;
                let is_it = |id: &Value| id.as_u64() == Some(wanted);
                let at = transcript.iter().position(|event| is_it(&json!(event)["from"]["participantId"]))?;
                Some(wire.get(at)?["from"]["participantId"].clone())
            }
            _ => None,
        }
    }
}
