//! What a server says that is not attacking, in each protocol, and how what it attacks with is wrapped.

use crate::{attack::Moment, server::Request};
use serde_json::{Value, json};
use std::fmt;

pub(crate) const CHANNEL: &str = "/service/chatV2/customer-support";

/// A back end and its carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// GMS v2 over REST.
    Gms,
    /// Nexus v3 over REST.
    Nexus,
    /// GMS v2 over `CometD`, on long-polling.
    LongPolling,
    /// GMS v2 over `CometD`, on a WebSocket.
    WebSocket,
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gms => "GMS REST",
            Self::Nexus => "Nexus v3",
            Self::LongPolling => "CometD long-polling",
            Self::WebSocket => "CometD WebSocket",
        })
    }
}

impl Wire {
    /// All.
    pub const ALL: [Self; 4] = [Self::Gms, Self::Nexus, Self::LongPolling, Self::WebSocket];
    /// Those that are HTTP alone.
    pub const HTTP: [Self; 3] = [Self::Gms, Self::Nexus, Self::LongPolling];

    pub(crate) fn is_cometd(self) -> bool {
        matches!(self, Self::LongPolling | Self::WebSocket)
    }

    /// The configuration of a chat with the server at `url`.
    pub fn config(self, url: &str) -> Value {
        let own = match self {
            Self::Gms => json!({"dataURL": format!("{url}/chat"), "pollRateMin": 250, "pollRateMax": 250}),
            Self::Nexus => {
                json!({"transport": {"type": "pureengage-v3-rest", "dataURL": format!("{url}/api/sessions"), "endpoint": "x",
                "headers": {"x-api-key": "key"}, "pollTimeout": 100}})
            }
            Self::LongPolling | Self::WebSocket => {
                json!({"cometD": {"enabled": true, "cometURL": format!("{url}/cometd"),
                "channel": CHANNEL, "apiURL": format!("{url}/files"), "websocketEnabled": self == Self::WebSocket}})
            }
        };
        let mut config = json!({"ajaxTimeout": 20_000, "connection": {"proxy": "none"}});
        merge(&mut config, own);
        config
    }

    /// What a request without messages of Bayeux is for.
    pub(crate) fn moment(request: &Request) -> Moment {
        let (method, path) = (request.method.as_str(), request.path.split('?').next().unwrap_or_default());
        match (method, path) {
            ("POST", "/chat/" | "/chat" | "/api/sessions") => Moment::Start,
            ("POST", "/chat/c1/refresh") | ("GET", "/api/sessions/s1/messages") => Moment::Poll,
            ("POST", "/chat/c1/send" | "/api/sessions/s1/messages") => Moment::Send,
            _ if path.contains("/file") || path == "/api/1" => Moment::File,
            ("POST", "/chat/c1/customNotice") => Moment::Notice,
            _ => Moment::Never,
        }
    }

    /// An honest answer over HTTP.
    pub(crate) fn honest(self, moment: Moment) -> String {
        match (self, moment) {
            (Self::Nexus, Moment::Start) => {
                json!({"status": {"code": "SUCCESS"}, "data": {"clientToken": "t1", "entity": {"id": "s1"}}})
                    .to_string()
            }
            (Self::Nexus, _) => self.answer("", ""),
            (_, Moment::Start) => Self::data(&self.entry(1, r#""type":"ParticipantJoined""#), ""),
            _ => Self::data("", ""),
        }
    }

    /// An answer with these messages and these members besides, each with a comma after it.
    pub fn answer(self, messages: &str, members: &str) -> String {
        match self {
            Self::Nexus => {
                format!(
                    r#"{{"status":{{"code":"SUCCESS"}},{members}"data":{{{members}"messages":[{messages}]}}}}"#
                )
            }
            _ => self.wrapped(&Self::data(messages, members)),
        }
    }

    /// A response object of GMS as this wire has it.
    pub(crate) fn wrapped(self, data: &str) -> String {
        if self.is_cometd() {
            format!(r#"[{{"channel":"{CHANNEL}","data":{data}}}]"#)
        } else {
            data.to_owned()
        }
    }

    fn data(messages: &str, members: &str) -> String {
        format!(
            r#"{{"statusCode":0,"chatId":"c1","userId":"u","secureKey":"k","alias":"1","chatEnded":false,{members}"messages":[{messages}]}}"#
        )
    }

    /// A message of an agent with these members besides.
    pub fn entry(self, index: u64, members: &str) -> String {
        let from = r#"{"nickname":"Sam","participantId":2,"type":"Agent"}"#;
        match self {
            Self::Nexus => {
                let from = from.replace('2', "\"p2\"");
                format!(r#"{{"index":"{}-1","from":{from},{members}}}"#, 1_700_000_000_000 + index)
            }
            _ => format!(r#"{{"index":{index},"utcTime":1700000000000,"from":{from},{members}}}"#),
        }
    }

    /// The members that make a message of this text.
    pub fn text(self, text: &str) -> String {
        format!(r#""type":"{}","text":"{text}""#, if self == Self::Nexus { "Text" } else { "Message" })
    }
}

pub(crate) fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (into, from) => *into = from,
    }
}
