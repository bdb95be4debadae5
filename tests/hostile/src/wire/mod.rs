//! What a server says that is not attacking, in each protocol, and how what it attacks with is wrapped. A wire is a file here and a line of
//! the list; attacks ask what it can do.

mod gms;
mod gms_cometd;
mod gms_rest;
mod nexus_rest;

pub(crate) use gms_cometd::{CHANNEL, LINK};

use crate::{attack::Moment, server::Request};
use serde_json::{Value, json};
use std::fmt;

/// A back end and its carrier.
#[derive(Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is an ability of its own")]
pub struct Wire {
    /// The back end's own name, with a word for the carrier where that is not the usual one.
    pub name: &'static str,
    /// All that comes is the answer to a request of HTTP.
    pub http: bool,
    /// Messages are pushed, over a link of Bayeux.
    pub pushes: bool,
    /// There are files of any kind, and notices.
    pub files: bool,
    /// Images come with messages.
    pub images: bool,
    /// The `type` of a message of text.
    text: &'static str,
    /// What a chat is configured with beside what all are, given the server's URL.
    config: fn(&str) -> Value,
    /// What a request that has nothing of Bayeux is for, given its method and path.
    moment: fn(&str, &str) -> Moment,
    /// An honest answer.
    honest: fn(Moment) -> String,
    /// An answer with these messages and these members besides, each with a comma after it.
    answer: fn(&str, &str) -> String,
    /// A message of an agent with these members besides.
    entry: fn(u64, &str) -> String,
}

impl PartialEq for Wire {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Who says something in a chat.
const AGENT: &str = r#"{"nickname":"Sam","participantId":2,"type":"Agent"}"#;

impl Wire {
    /// All.
    pub const ALL: &[Self] =
        &[gms_rest::GMS_REST, nexus_rest::NEXUS_REST, gms_cometd::GMS_COMETD_POLLING, gms_cometd::GMS_COMETD];

    /// Those that can do this.
    pub fn with(can: fn(&Self) -> bool) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(can)
    }

    /// Whether it is a WebSocket.
    pub fn is_socket(&self) -> bool {
        self.pushes && !self.http
    }

    /// The configuration of a chat with the server at `url`.
    pub fn config(self, url: &str) -> Value {
        let mut config = json!({"ajaxTimeout": 20_000, "connection": {"proxy": "none"}});
        merge(&mut config, (self.config)(url));
        config
    }

    /// What a request without messages of Bayeux is for.
    pub(crate) fn moment(self, request: &Request) -> Moment {
        (self.moment)(&request.method, request.path.split('?').next().unwrap_or_default())
    }

    /// An honest answer.
    pub(crate) fn honest(self, moment: Moment) -> String {
        (self.honest)(moment)
    }

    /// An answer with these messages and these members besides, each with a comma after it.
    pub fn answer(self, messages: &str, members: &str) -> String {
        (self.answer)(messages, members)
    }

    /// A message of an agent with these members besides.
    pub fn entry(self, index: u64, members: &str) -> String {
        (self.entry)(index, members)
    }

    /// The members that make a message of this text.
    pub fn text(self, text: &str) -> String {
        format!(r#""type":"{}","text":"{text}""#, self.text)
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
