//! The steps of a scenario. Each is a JSON object whose first word says what it is.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A step as it is written.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its JSON text.
    pub text: String,
    /// What it says.
    pub step: Step,
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        let step = Step::deserialize(&json).map_err(D::Error::custom)?;
        Ok(Self { text: json.to_string(), step })
    }
}

/// One step.
#[derive(Debug, Clone)]
pub enum Step {
    /// Gives a command, and waits for its outcome unless it is labelled.
    Command(CommandStep),
    /// Waits for the outcome of a labelled command.
    Await {
        /// The label.
        label: String,
        /// The outcome.
        expects: Expectation,
    },
    /// Says that a labelled command must have no outcome yet.
    Pending(String),
    /// Gives up a labelled command.
    Cancel(String),
    /// Waits for an event.
    Event(EventStep),
    /// Waits for several events.
    Events(EventsStep),
    /// Waits for messages, whatever batches they come in.
    Messages(Vec<Value>),
    /// Says how often events have come by now.
    Count(BTreeMap<String, usize>),
    /// Names events that must not come from here on.
    Never(Vec<String>),
    /// Has the server do something.
    Simulator(SimulatorStep),
    /// Waits until the server's side of the chat is like this.
    Chat(Value),
    /// Waits until what the server knows of `CometD` is like this.
    Link(Value),
    /// Waits until the server has had this many such requests.
    Log(LogStep),
    /// Closes the chat and makes a new one on the same store.
    Restart(RestartStep),
    /// Closes the chat.
    Close,
    /// Changes what is stored, as another program would: by the last words of the keys, or with a text the whole file.
    Store(Edit),
    /// Waits until the library's store holds this, by the last words of the keys.
    Stored(Value),
    /// Says what the application's keeper holds.
    Kept(Value),
    /// Waits until the keeper is told to forget.
    Forgotten(Value),
    /// Says what a file in the scenario's directory holds.
    File {
        /// Its path.
        path: String,
        /// Its content.
        text: String,
    },
}

/// A command.
#[derive(Debug, Clone)]
pub struct CommandStep {
    /// The specification's name.
    pub command: String,
    /// The options.
    pub options: Value,
    /// The application's function that goes with it.
    pub function: Option<String>,
    /// The time within which it must have its outcome, in milliseconds.
    pub within_ms: Option<u64>,
    /// The name by which a later step awaits it.
    pub label: Option<String>,
    /// The outcome, for one that is awaited at once.
    pub expects: Expectation,
}

/// An outcome. Without a word it is any resolution.
#[derive(Debug, Clone)]
pub enum Expectation {
    /// Resolved with what the pattern matches.
    Resolves(Value),
    /// Rejected with what the pattern matches: `{kind, value}`.
    Rejects(Value),
}

/// An event with its payload.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventStep {
    /// Its name.
    pub event: String,
    /// Pattern of its payload.
    #[serde(default = "anything")]
    pub data: Value,
}

/// Several events.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsStep {
    /// The events, and outcomes of labelled commands.
    pub events: Vec<Entry>,
    /// Whether there must be no other event between them.
    #[serde(default)]
    pub strict: bool,
    /// Whether their order does not matter.
    #[serde(default)]
    pub unordered: bool,
}

/// An entry of [`EventsStep`].
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// An event with any payload.
    Name(String),
    /// An event with its payload.
    Event(EventStep),
    /// The outcome of a labelled command.
    Outcome {
        /// The label.
        outcome: String,
    },
}

impl Entry {
    pub(super) fn event_name(&self) -> Option<String> {
        match self {
            Self::Name(name) => Some(name.clone()),
            Self::Event(event) => Some(event.event.clone()),
            Self::Outcome { .. } => None,
        }
    }
}

/// Something that the server does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimulatorStep {
    /// One action, or several one after the other: `{"action": {...}}`.
    pub simulator: Value,
    /// Pattern of the last action's answer.
    #[serde(default = "anything")]
    pub answers: Value,
}

/// Requests that the server has had.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogStep {
    /// Pattern of an entry: `{operation, path, effect, status, fault, headers, fields, files}`.
    pub log: Value,
    /// How many there must be; at least one when it is not said.
    pub count: Option<usize>,
}

/// What another program makes of the store.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Edit {
    /// The whole file.
    Text(String),
    /// Keys; `null` takes one away.
    Keys(BTreeMap<String, Option<String>>),
}

/// A new chat object.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestartStep {
    /// Whether the process is killed instead of closing the chat; Rust, which has no process of its own, drops the chat.
    #[serde(default)]
    pub kill: bool,
    /// Changes to the configuration.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// Changes to what is stored, by the last word of the key; `null` takes one away.
    #[serde(default)]
    pub store: BTreeMap<String, Option<String>>,
    /// What the keeper holds instead; `null` when it is to hold nothing.
    #[serde(default, deserialize_with = "some")]
    pub keeper: Option<Value>,
}

/// Tells `null` from what is not there.
fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn anything() -> Value {
    Value::Object(Map::new())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Raw {
    command: Option<String>,
    #[serde(rename = "await")]
    awaits: Option<String>,
    #[serde(default = "anything")]
    options: Value,
    function: Option<String>,
    within_ms: Option<u64>,
    #[serde(rename = "as")]
    label: Option<String>,
    resolves: Option<Value>,
    rejects: Option<Value>,
}

impl Raw {
    fn expectation(&mut self) -> Result<Expectation, &'static str> {
        match (self.resolves.take(), self.rejects.take()) {
            (Some(_), Some(_)) => Err("a command resolves or rejects"),
            (None, Some(rejects)) => Ok(Expectation::Rejects(rejects)),
            (resolves, None) => {
                Ok(Expectation::Resolves(resolves.unwrap_or_else(|| serde_json::json!({"$any": true}))))
            }
        }
    }

    fn step(mut self) -> Result<Step, &'static str> {
        let says_outcome = self.resolves.is_some() || self.rejects.is_some();
        let expects = self.expectation()?;
        match (self.command, self.awaits) {
            (Some(_), _) if self.label.is_some() && says_outcome => {
                Err("a labelled command's outcome is said where it is awaited")
            }
            (Some(command), None) => Ok(Step::Command(CommandStep {
                command,
                options: self.options,
                function: self.function,
                within_ms: self.within_ms,
                label: self.label,
                expects,
            })),
            (None, Some(label)) => Ok(Step::Await { label, expects }),
            _ => Err("a step is either a command or awaits one"),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileStep {
    file: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Close {
    #[serde(rename = "close")]
    _close: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One<T> {
    #[serde(
        alias = "pending",
        alias = "cancel",
        alias = "messages",
        alias = "count",
        alias = "never",
        alias = "chat",
        alias = "link",
        alias = "restart",
        alias = "store",
        alias = "stored",
        alias = "kept",
        alias = "forgotten"
    )]
    it: T,
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const WORDS: [&str; 20] = [
            "command",
            "await",
            "pending",
            "cancel",
            "event",
            "events",
            "messages",
            "count",
            "never",
            "simulator",
            "chat",
            "link",
            "log",
            "restart",
            "close",
            "store",
            "stored",
            "kept",
            "forgotten",
            "file",
        ];
        fn read<'a, T: Deserialize<'a>, E: serde::de::Error>(
            object: &'a Map<String, Value>,
            word: &str,
        ) -> Result<T, E> {
            T::deserialize(object).map_err(|error| {
                E::custom(format!("step {word}: {error}: {}", Value::Object(object.clone())))
            })
        }
        let object = Map::deserialize(deserializer)?;
        let word = WORDS.into_iter().find(|word| object.contains_key(*word));
        let word = word
            .ok_or_else(|| D::Error::custom(format!("{object:?} is no step; a step has one of {WORDS:?}")))?;
        Ok(match word {
            "command" | "await" => {
                let raw: Raw = read(&object, word)?;
                raw.step().map_err(|why| D::Error::custom(format!("{why}: {object:?}")))?
            }
            "pending" => Self::Pending(read::<One<_>, _>(&object, word)?.it),
            "cancel" => Self::Cancel(read::<One<_>, _>(&object, word)?.it),
            "event" => Self::Event(read(&object, word)?),
            "events" => Self::Events(read(&object, word)?),
            "messages" => Self::Messages(read::<One<_>, _>(&object, word)?.it),
            "count" if !object.contains_key("log") => Self::Count(read::<One<_>, _>(&object, word)?.it),
            "never" => Self::Never(read::<One<_>, _>(&object, word)?.it),
            "simulator" => Self::Simulator(read(&object, word)?),
            "chat" => Self::Chat(read::<One<_>, _>(&object, word)?.it),
            "link" => Self::Link(read::<One<_>, _>(&object, word)?.it),
            "count" | "log" => Self::Log(read(&object, word)?),
            "restart" => Self::Restart(read::<One<_>, _>(&object, word)?.it),
            "store" => Self::Store(read::<One<_>, _>(&object, word)?.it),
            "stored" => Self::Stored(read::<One<_>, _>(&object, word)?.it),
            "kept" => Self::Kept(read::<One<_>, _>(&object, word)?.it),
            "forgotten" => Self::Forgotten(read::<One<_>, _>(&object, word)?.it),
            "close" => {
                read::<Close, _>(&object, word)?;
                Self::Close
            }
            _ => {
                let FileStep { file, text } = read(&object, word)?;
                Self::File { path: file, text }
            }
        })
    }
}

impl Step {
    /// The labels that it needs.
    pub(super) fn labels_used(&self) -> Vec<&String> {
        match self {
            Self::Await { label, .. } | Self::Pending(label) | Self::Cancel(label) => vec![label],
            Self::Events(events) => events
                .events
                .iter()
                .filter_map(|entry| match entry {
                    Entry::Outcome { outcome } => Some(outcome),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn mistakes_are_named() {
        for (step, part) in [
            (json!({"comand": "endChat"}), "is no step"),
            (json!({"command": "endChat", "option": {}}), "unknown field `option`"),
            (json!({"command": "endChat", "resolves": 1, "rejects": 2}), "resolves or rejects"),
            (json!({"command": "endChat", "as": "a", "resolves": 1}), "where it is awaited"),
            (json!({"event": "ended", "date": {}}), "unknown field `date`"),
            (json!({"close": true, "now": 1}), "unknown field `now`"),
        ] {
            let error = serde_json::from_value::<Step>(step.clone()).unwrap_err().to_string();
            assert!(error.contains(part), "{step}: {error}");
        }
    }
}
