//! The back ends that the table is replayed over: what the references promise of each, and the words for what differs on the wire.
//!
//! A back end is a file here and a line in `back_ends`; one of this crate, `direct`, is a folder and a line in `back_ends_of_tests`.
//! Promises are written by hand from the references and never read from the library: one that wrongly denied an ability would skip its own scenarios. `tests/promises.rs` compares the two.

pub mod direct;
mod gms;
pub mod gms_cometd;
pub mod gms_rest;
pub mod nexus_rest;
pub mod web_messaging;

use crate::relay::Path;
use serde_json::{Map, Value, json};
use std::{fmt, net::SocketAddr};
use webchat_core::{
    Config, Error,
    backend::{AnyBackEnd, BACK_ENDS},
};
use webchat_simulator::Simulator;

/// The list: hands the macro that it is given a word for modules of tests and a constant for each back end, with each of its carriers.
#[macro_export]
macro_rules! back_ends {
    ($each:ident) => {
        $each! {
            gms_rest: $crate::backend::gms_rest::GMS_REST;
            gms_cometd: $crate::backend::gms_cometd::GMS_COMETD;
            gms_cometd_polling: $crate::backend::gms_cometd::GMS_COMETD_POLLING;
            nexus_rest: $crate::backend::nexus_rest::NEXUS_REST;
            web_messaging: $crate::backend::web_messaging::WEB_MESSAGING;
        }
    };
}

/// Back ends whose servers have ways that make no difference to an application, in whatever language.
#[macro_export]
macro_rules! back_ends_of_other_servers {
    ($each:ident) => {
        $each! {
            gms_cometd_ahead: $crate::backend::gms_cometd::GMS_COMETD_AHEAD;
            gms_cometd_polling_ahead: $crate::backend::gms_cometd::GMS_COMETD_POLLING_AHEAD;
        }
    };
}

/// Back ends of this crate, which the library is given as one more in its list: in Rust alone.
#[macro_export]
macro_rules! back_ends_of_tests {
    ($each:ident) => {
        $each! {
            direct: $crate::backend::direct::DIRECT;
        }
    };
}

macro_rules! array {
    ($($module:ident: $back_end:expr;)*) => { &[$($back_end),*] };
}

/// A configuration for any back end of the library's or of this crate.
pub fn configuration(json: &Value) -> Result<Config, Error> {
    let own = BackEnd::OF_TESTS.iter().filter_map(|back_end| back_end.library);
    let all: Vec<_> = own.chain(BACK_ENDS.iter().copied()).collect();
    Config::from_json_for(json, &all)
}

/// A back end.
#[derive(Clone, Copy)]
pub struct BackEnd {
    /// Its own name, with a word for the carrier or the server where that is not the usual one.
    pub name: &'static str,
    /// What it can do, in the words of a scenario's `needs` and `lacks`.
    pub abilities: &'static [&'static str],
    /// Commands that never resolve over it.
    pub never_resolves: &'static [&'static str],
    /// What the library is given, if it does not have it of its own.
    library: Option<&'static dyn AnyBackEnd>,
    /// Scenarios that do not hold for it, and why.
    pub left_out: &'static [(&'static str, &'static str)],
    /// What describes its wire.
    reference: &'static Reference,
    /// How a server refuses over it.
    refusal: &'static Refusal,
    /// What a chat is configured with, given the milliseconds between polls.
    config: fn(&Simulator, Option<u64>) -> Value,
    /// How its server differs from the usual: an API's name in the simulator, the name of its setting, and the value.
    server: &'static [(&'static str, &'static str, &'static str)],
    /// What only its server can be told to do.
    actions: &'static [Action],
    /// What the server knows of the link to a customer, where there is one.
    link: fn(&Simulator) -> Value,
    /// The path to its server, where it is not the machine's own.
    pub path: Option<Path>,
}

impl fmt::Debug for BackEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackEnd").field("name", &self.name).field("path", &self.path).finish_non_exhaustive()
    }
}

impl fmt::Display for BackEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The reference of a wire, and what it promises.
struct Reference {
    /// Its name in `$api`.
    name: &'static str,
    /// The errors with names that its servers are known to answer with (nexus-v3.md, 7.2).
    codes: &'static [&'static str],
    /// What a chat that outlives agents and processes is configured with.
    asynchronous: fn() -> Value,
    /// What `${name}` stands for in every scenario.
    word: fn(&str) -> Option<Value>,
    /// The payload of `error` for a response.
    error: fn(Value) -> Value,
    /// The payload of `restored` of a chat that is asynchronous or not.
    restored: fn(bool) -> Value,
    /// The payload of `started` of a session.
    started: fn(Value) -> Value,
    /// The index of an entry, as its original has it.
    index: fn(&Value) -> Value,
    /// The index in `messages` of an entry whose original has this one.
    shown_index: fn(&Value) -> Value,
    /// An index of the server's as numbers of the same order; nothing, if it is no place.
    place: fn(&Value) -> Option<(u64, u64)>,
    /// What a participant is known by, as an entry of his tells.
    id: fn(&Value) -> Value,
}

/// How a server refuses one request as such.
struct Refusal {
    /// The fault that has it do so.
    fault: fn() -> Value,
    /// What the command is rejected with.
    rejection: fn() -> Value,
}

/// With an HTTP status.
const BY_STATUS: Refusal = Refusal {
    fault: || json!({"kind": "status", "status": REFUSED}),
    rejection: || json!({"kind": "unauthorized", "value": {"status": REFUSED}}),
};

/// With an error of Bayeux.
const BY_BAYEUX: Refusal = Refusal {
    fault: || json!({"kind": "refuse", "code": REFUSED}),
    rejection: || json!({"kind": "rejected", "value": {"status": REFUSED}}),
};

/// Something that a server can be told to do: a name for scenarios, method and path in the simulator's control API.
pub(crate) type Action = (&'static str, &'static str, &'static str);

/// The status of requests that are refused.
const REFUSED: u16 = 403;

/// Any text, as a pattern.
fn text() -> Value {
    json!({"$type": "string"})
}

/// An index as the server wrote it.
fn written(original: &Value) -> Option<String> {
    match original {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A place, unless it is larger than any that can be meant.
fn known(place: (u64, u64)) -> Option<(u64, u64)> {
    (place.0 < 1 << 63).then_some(place)
}

impl BackEnd {
    /// All of them, each with its usual server.
    pub const ALL: &[Self] = back_ends!(array);

    /// Those whose servers are not the usual ones.
    pub const OF_OTHER_SERVERS: &[Self] = back_ends_of_other_servers!(array);

    /// Those of this crate.
    pub const OF_TESTS: &[Self] = back_ends_of_tests!(array);

    /// The back end of this name; the error says which there are.
    pub fn named(name: &str) -> Result<Self, String> {
        let all = || Self::ALL.iter().chain(Self::OF_OTHER_SERVERS).chain(Self::OF_TESTS);
        let found = all().find(|back_end| back_end.name == name).copied();
        found.ok_or_else(|| {
            let names: Vec<_> = all().map(|back_end| back_end.name).collect();
            format!("there is no back end {name:?}; there are {}", names.join(", "))
        })
    }

    /// The name of its reference, in `$api`.
    pub(crate) fn api(&self) -> &'static str {
        self.reference.name
    }

    /// Whether it can do this.
    pub fn has(&self, ability: &str) -> bool {
        self.abilities.contains(&ability)
    }

    /// The errors with names that its servers are known to answer with.
    pub fn codes(&self) -> &'static [&'static str] {
        self.reference.codes
    }

    /// The same behind this path.
    #[must_use]
    pub const fn behind(self, path: Path) -> Self {
        Self { path: Some(path), ..self }
    }

    /// How its server differs from the usual: settings of the simulator's APIs, in the words of its control API.
    pub(crate) fn server(&self) -> Map<String, Value> {
        let mut apis = Map::new();
        for &(api, name, value) in self.server {
            apis.entry(api).or_insert_with(|| json!({}))[name] = value.into();
        }
        apis
    }

    /// What only its server can be told to do.
    pub(crate) fn actions(&self) -> &'static [Action] {
        self.actions
    }

    /// What the server knows of the link to a customer.
    pub(crate) fn link(&self, simulator: &Simulator) -> Value {
        (self.link)(simulator)
    }

    /// The configuration that every scenario has, with its interval of polls in milliseconds; the server is known by `address`.
    pub fn config(
        &self,
        simulator: &Simulator,
        address: SocketAddr,
        poll_interval: Option<u64>,
    ) -> Map<String, Value> {
        let mut config = (self.config)(simulator, poll_interval);
        replace_in_texts(&mut config, &simulator.address().to_string(), &address.to_string());
        config.as_object().cloned().unwrap_or_default()
    }

    /// What a chat that outlives agents and processes is configured with.
    pub fn asynchronous(&self) -> Map<String, Value> {
        (self.reference.asynchronous)().as_object().cloned().unwrap_or_default()
    }

    /// What `${name}` stands for in every scenario.
    pub(crate) fn word(&self, name: &str) -> Option<Value> {
        match name {
            "refused" => Some((self.refusal.rejection)()),
            "brokeOff" if self.has("lostByAnyRequest") => {
                Some(json!({"events": ["disconnected", "reconnected"]}))
            }
            "brokeOff" if self.has("lostByPolls") => {
                Some(json!({"event": "error", "data": self.error(json!({"status": 0}))}))
            }
            // A link that is back at once is nobody's business.
            "brokeOff" => Some(json!({"events": []})),
            name => (self.reference.word)(name),
        }
    }

    /// The payload of `error` for a response.
    pub(crate) fn error(&self, response: Value) -> Value {
        (self.reference.error)(response)
    }

    /// What a command is rejected with, and `error` published with, when the server refuses in the words `body`.
    pub(crate) fn answer(&self, body: Value) -> Value {
        if self.has("http") { json!({"responseJSON": body}) } else { body }
    }

    /// The fault that has a request for `operation` refused as such.
    pub(crate) fn refusal(&self, operation: &Value) -> Map<String, Value> {
        let mut fault = (self.refusal.fault)();
        fault["operation"] = operation.clone();
        fault.as_object().cloned().unwrap_or_default()
    }

    /// The payload of `restored` of a chat that is `asynchronous` or not.
    pub(crate) fn restored(&self, asynchronous: bool) -> Value {
        (self.reference.restored)(asynchronous)
    }

    /// The payload of `started`.
    pub(crate) fn started(&self) -> Value {
        (self.reference.started)(self.word("anySession").unwrap_or_default())
    }

    /// What is true of every element of `messages`.
    pub(crate) fn message() -> Value {
        json!({"type": text(), "timestamp": {"$min": 1}, "from": {"type": text(), "name": text()}})
    }

    /// The index of an entry, as its original has it.
    pub(crate) fn index(&self, original: &Value) -> Value {
        (self.reference.index)(original)
    }

    /// The index in `messages` of an entry whose original has this one.
    pub(crate) fn shown_index(&self, original: &Value) -> Value {
        (self.reference.shown_index)(original)
    }

    /// An index of the server's as numbers of the same order; nothing, if it is no place.
    pub(crate) fn place(&self, original: &Value) -> Option<(u64, u64)> {
        (self.reference.place)(original)
    }

    /// What the server calls the entry and the participant behind `${index.N}`, `${original.N}` and `${id.N}`: those of the Nth entry,
    /// and the Nth participant, of the latest chat.
    pub(crate) fn look_up(&self, simulator: &Simulator, name: &str) -> Option<Value> {
        let (what, number) = name.split_once('.')?;
        let number: usize = number.parse().ok()?;
        let chat = simulator.latest_chat_id()?;
        let wire = simulator.wire_transcript(&chat).ok()?;
        match what {
            "index" => Some(self.shown_index(&self.index(wire.get(number.checked_sub(1)?)?))),
            "original" => Some(self.index(wire.get(number.checked_sub(1)?)?)),
            "id" => {
                let transcript = simulator.transcript(&chat).ok()?;
                let wanted = u64::try_from(number).ok()?;
                let is_it = |id: &Value| id.as_u64() == Some(wanted);
                let at = transcript.iter().position(|event| is_it(&json!(event)["from"]["participantId"]))?;
                Some((self.reference.id)(wire.get(at)?))
            }
            _ => None,
        }
    }
}

/// Replaces `old` by `new` in all texts of a value.
fn replace_in_texts(value: &mut Value, old: &str, new: &str) {
    match value {
        Value::String(text) => *text = text.replace(old, new),
        Value::Array(values) => values.iter_mut().for_each(|value| replace_in_texts(value, old, new)),
        Value::Object(members) => members.values_mut().for_each(|value| replace_in_texts(value, old, new)),
        _ => {}
    }
}
