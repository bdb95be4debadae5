//! The back ends that the table is replayed over, as scenarios see them: what they can do, and the words for what differs on the wire.

use crate::relay::Path;
use serde_json::{Map, Value, json};
use std::net::SocketAddr;
use webchat_simulator::Simulator;

/// A back end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transport {
    /// The name in `WEBCHAT_CONFORMANCE_TRANSPORT`.
    pub name: &'static str,
    /// What it can do, in the words of a scenario's `needs` and `lacks`.
    pub capabilities: &'static [&'static str],
    /// What the server behind it speaks.
    api: Api,
    carrier: Carrier,
    /// How its server differs from the usual, as `CometD` settings of the simulator.
    server: &'static [(&'static str, &'static str)],
    /// The path to its server, where it is not the machine's own.
    pub path: Option<Path>,
}

/// What answers have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    Gms,
    Nexus,
}

/// What brings requests and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carrier {
    Rest,
    WebSocket,
    LongPolling,
}

/// The status of requests that are refused.
const REFUSED: u16 = 403;

/// These abilities, and those of every transport to GMS v2.
macro_rules! gms_abilities {
    ($($own:literal),*) => {
        &[
            $($own,)*
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
            "alias",
            "idleControl",
        ]
    };
}

/// GMS v2 over REST.
pub const GMS_REST: Transport = Transport {
    name: "gms",
    capabilities: gms_abilities!("polling", "http", "concurrent", "pollPreview", "customHeader"),
    api: Api::Gms,
    carrier: Carrier::Rest,
    server: &[],
    path: None,
};

/// GMS v2 over `CometD`, by WebSocket.
pub const GMS_COMETD: Transport = Transport {
    name: "cometd",
    capabilities: gms_abilities!("push", "webSocket", "concurrent", "async", "history"),
    api: Api::Gms,
    carrier: Carrier::WebSocket,
    server: &[],
    path: None,
};

/// GMS v2 over `CometD`, by long-polling.
pub const GMS_COMETD_POLLING: Transport = Transport {
    name: "cometd-polling",
    capabilities: gms_abilities!("push", "longPolling", "async", "history"),
    api: Api::Gms,
    carrier: Carrier::LongPolling,
    server: &[],
    path: None,
};

/// The order of events in which an own one comes before the outcome of its request.
const AHEAD: &[(&str, &str)] = &[("echo", "ahead")];

/// GMS v2 over `CometD`, by WebSocket, from a server that tells own events before the outcomes of their requests.
pub const GMS_COMETD_AHEAD: Transport = Transport { name: "cometd-ahead", server: AHEAD, ..GMS_COMETD };

/// The same by long-polling.
pub const GMS_COMETD_POLLING_AHEAD: Transport =
    Transport { name: "cometd-polling-ahead", server: AHEAD, ..GMS_COMETD_POLLING };

/// Nexus v3 over REST.
pub const NEXUS_REST: Transport = Transport {
    name: "nexus",
    capabilities: &[
        "polling",
        "http",
        "concurrent",
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
    api: Api::Nexus,
    carrier: Carrier::Rest,
    server: &[],
    path: None,
};

impl Transport {
    /// All of them, each with its usual server.
    pub const ALL: [Self; 4] = [GMS_REST, GMS_COMETD, GMS_COMETD_POLLING, NEXUS_REST];

    /// The name of its API, in `$api`.
    pub(crate) fn api(&self) -> &'static str {
        match self.api {
            Api::Gms => "gms",
            Api::Nexus => "nexus",
        }
    }

    /// Whether it can do this.
    pub fn has(&self, capability: &str) -> bool {
        self.capabilities.contains(&capability)
    }

    /// The same behind this path.
    #[must_use]
    pub const fn behind(self, path: Path) -> Self {
        Self { path: Some(path), ..self }
    }

    /// How its server differs from the usual, in the words of the control API's settings.
    pub(crate) fn server(&self) -> Map<String, Value> {
        self.server.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect()
    }

    /// The configuration that every scenario has, with its interval of polls in milliseconds; the server is known by `address`.
    pub fn config(
        &self,
        simulator: &Simulator,
        address: SocketAddr,
        poll_interval: Option<u64>,
    ) -> Map<String, Value> {
        let at = |url: String| url.replace(&simulator.address().to_string(), &address.to_string());
        let comet = |websocket: bool| {
            json!({"cometD": {
                "enabled": true,
                "cometURL": at(simulator.cometd_url()),
                "apiURL": at(simulator.cometd_file_url()),
                "websocketEnabled": websocket,
            }})
        };
        let config = match (self.api, self.carrier) {
            // The shortest interval there is makes the table quick.
            (Api::Gms, Carrier::Rest) => match poll_interval {
                None => json!({"dataURL": at(simulator.chat_url()), "pollRateMin": 250, "pollRateMax": 250}),
                Some(interval) => {
                    json!({"dataURL": at(simulator.chat_url()), "dynamicPolling": false, "pollRate": interval})
                }
            },
            (Api::Gms, carrier) => comet(carrier == Carrier::WebSocket),
            (Api::Nexus, _) => json!({"transport": {
                "type": "pureengage-v3-rest",
                "dataURL": at(simulator.nexus_url()),
                "endpoint": "Sales",
                "headers": {"x-api-key": "n3eNkg"},
                "pollTimeout": poll_interval.unwrap_or(100),
            }}),
        };
        config.as_object().cloned().unwrap_or_default()
    }

    /// What a chat that outlives agents and processes is configured with.
    pub(crate) fn asynchronous(&self) -> Map<String, Value> {
        let config = match self.api {
            Api::Gms => json!({"async": {"enabled": true}}),
            Api::Nexus => json!({"transport": {"async": {"enabled": true}}}),
        };
        config.as_object().cloned().unwrap_or_default()
    }

    /// What `${name}` stands for in every scenario.
    pub(crate) fn word(&self, name: &str) -> Option<Value> {
        let text = json!({"$type": "string"});
        Some(match (self.api, name) {
            (_, "refused") => {
                let kind = if self.has("http") { "unauthorized" } else { "rejected" };
                json!({"kind": kind, "value": {"status": REFUSED}})
            }
            // A link that is back at once is nobody's business.
            (_, "brokeOff") if self.has("push") => json!({"events": []}),
            (Api::Gms, "brokeOff") => json!({"events": ["disconnected", "reconnected"]}),
            (Api::Nexus, "brokeOff") => json!({"event": "error", "data": self.error(json!({"status": 0}))}),
            (Api::Gms, "ok") => json!({"statusCode": 0}),
            (Api::Gms, "anySession") => {
                json!({"$exactly": {"secureKey": text, "sessionID": text, "alias": text, "userId": text}})
            }
            (Api::Gms, "noSession") => {
                json!({"$exactly": {"secureKey": "", "sessionID": "", "alias": "", "userId": ""}})
            }
            (Api::Gms, "sessionId") => "sessionID".into(),
            (Api::Gms, "sessionKey") => "secureKey".into(),
            (Api::Gms, "storedKeys") => "keys".into(),
            (Api::Gms, "storedSession") => "session".into(),
            (Api::Gms, "textField") => "message".into(),
            (Api::Nexus, "ok") => json!({"status": {"code": "SUCCESS"}}),
            (Api::Nexus, "anySession") => {
                json!({"sessionId": text, "token": text})
            }
            (Api::Nexus, "noSession") => json!({"$exactly": {}}),
            (Api::Nexus, "sessionId") => "sessionId".into(),
            (Api::Nexus, "sessionKey") => "token".into(),
            (Api::Nexus, "storedKeys") => "pureengage-v3-rest.keys".into(),
            (Api::Nexus, "storedSession") => "pureengage-v3-rest.session".into(),
            (Api::Nexus, "textField") => "data[text]".into(),
            _ => return None,
        })
    }

    /// The payload of `error` for a response.
    pub(crate) fn error(&self, response: Value) -> Value {
        match self.api {
            Api::Gms => response,
            Api::Nexus => json!({"errors": [
                {"code": {"$type": "string"}, "text": {"$type": "string"}, "response": response}]}),
        }
    }

    /// What a command is rejected with, and `error` published with, when the server refuses in the words `body`.
    pub(crate) fn answer(&self, body: Value) -> Value {
        if self.has("http") { json!({"responseJSON": body}) } else { body }
    }

    /// The fault that has a request for `operation` refused as such: with an HTTP status, or by Bayeux.
    pub(crate) fn refusal(&self, operation: &Value) -> Map<String, Value> {
        let fault = if self.has("http") {
            json!({"kind": "status", "status": REFUSED, "operation": operation})
        } else {
            json!({"kind": "refuse", "code": REFUSED, "operation": operation})
        };
        fault.as_object().cloned().unwrap_or_default()
    }

    /// The payload of `restored` of a chat that is `asynchronous` or not.
    pub(crate) fn restored(&self, asynchronous: bool) -> Value {
        match self.api {
            Api::Gms if !asynchronous => json!({"$exactly": {}}),
            _ => json!({"$exactly": {"async": asynchronous}}),
        }
    }

    /// The payload of `started`.
    pub(crate) fn started(&self) -> Value {
        let session = self.word("anySession").unwrap_or_default();
        match self.api {
            Api::Gms => session,
            Api::Nexus => json!({"$exactly": {"data": session}}),
        }
    }

    /// What is true of every element of `messages`.
    pub(crate) fn message() -> Value {
        let text = json!({"$type": "string"});
        json!({"type": text, "timestamp": {"$min": 1}, "from": {"type": text, "name": text}})
    }

    /// The index in `messages` of an entry whose original has this one.
    pub(crate) fn shown_index(&self, original: &Value) -> Value {
        match (self.api, original) {
            (Api::Nexus, Value::String(text)) => text.replacen('-', "", 1).into(),
            (Api::Nexus, _) => original.to_string().into(),
            (Api::Gms, _) => self.place(original).map_or_else(|| original.clone(), |(place, _)| place.into()),
        }
    }

    /// An index of the server's as numbers of the same order; nothing, if it is no place.
    pub(crate) fn place(&self, original: &Value) -> Option<(u64, u64)> {
        let text = match original {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let (first, second) = match self.api {
            Api::Nexus => text.split_once('-').unwrap_or((&text, "0")),
            Api::Gms => (text.strip_suffix(".0").unwrap_or(&text), "0"),
        };
        let place = (first.parse().ok()?, second.parse().ok()?);
        (place.0 < 1 << 63).then_some(place)
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
