//! The table: scenarios as data, read from `scenarios/*.json` and checked before anything runs.

mod absent;
mod server;
mod step;
mod wire;

pub use server::{FileSettings, ServerSettings};
pub use step::{
    CommandStep, Edit, Entry, EventStep, EventsStep, Expectation, LogStep, RestartStep, SimulatorStep, Step,
    Written,
};

use crate::{backend::BackEnd, relay};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The events of back ends that poll. Elsewhere they must not come, and what scenarios say of them is left out.
const POLLING: [&str; 2] = ["pollingStarted", "pollingStopped"];

/// What the server can do to requests, and to who makes them.
const TO_REQUESTS: [&str; 13] = [
    "fault",
    "clearFaults",
    "rates",
    "clearLog",
    "offline",
    "online",
    "restart",
    "accept",
    "settings",
    "down",
    "up",
    "silence",
    "deafen",
];

/// One scenario.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a word of its own in a scenario")]
pub struct Scenario {
    /// Its name, unique in the table.
    pub name: String,
    /// Which rule it shows, with the section of the reference.
    pub about: String,
    /// What the back end must be able to do.
    #[serde(default)]
    pub needs: BTreeSet<String>,
    /// What the back end must not be able to do.
    #[serde(default)]
    pub lacks: BTreeSet<String>,
    /// Options besides those that every scenario has; `null` takes one away. Those under `transport` join the ones there.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// Whether the chat is asynchronous.
    #[serde(default)]
    pub asynchronous: bool,
    /// The interval of polls in milliseconds, where the usual one is too short.
    pub poll_interval: Option<u64>,
    /// Whether the chat is made without a configuration, for the command `configure`.
    #[serde(default)]
    pub unconfigured: bool,
    /// Whether it keeps session data in a file, so that a restarted chat finds them.
    #[serde(default)]
    pub store: bool,
    /// Whether the application keeps the session of an asynchronous chat in a file of its own.
    #[serde(default)]
    pub keeper: bool,
    /// The path to the server, where it is not the machine's own.
    pub path: Option<relay::Path>,
    /// What the server is like.
    #[serde(default)]
    pub server: ServerSettings,
    /// Files there are in the scenario's directory, by name.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Events that must not come at all.
    #[serde(default)]
    pub never: Vec<String>,
    /// Events of trouble that may come or not.
    #[serde(default)]
    pub may: Vec<String>,
    /// What happens.
    pub steps: Vec<Written>,
    /// All of it, as it was read.
    #[serde(skip)]
    pub resolved: Value,
}

/// A file of scenarios about one thing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scenarios: Vec<Value>,
}

/// All scenarios as one back end has them. Not all of them apply to it.
#[derive(Debug, Clone)]
pub struct Table {
    /// In the order of the files' names.
    pub scenarios: Vec<Scenario>,
}

impl Table {
    /// The table of this crate.
    pub fn load(back_end: &BackEnd) -> Result<Self, String> {
        Self::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"), back_end)
    }

    /// Reads all files of a directory.
    fn read(directory: &Path, back_end: &BackEnd) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", directory.display());
        let entries =
            fs::read_dir(directory).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        let mut scenarios = Vec::new();
        for path in paths {
            let wrong = |why: String| format!("{}: {why}", path.display());
            let text = fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
            let file: File = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
            for written in &file.scenarios {
                let scenario = Scenario::read(written, back_end);
                scenarios
                    .push(scenario.map_err(|why| wrong(format!("scenario {}: {why}", written["name"])))?);
            }
        }
        let is_named = |name: &str| scenarios.iter().any(|scenario: &Scenario| scenario.name == name);
        if let Some((name, _)) = back_end.left_out.iter().find(|(name, _)| !is_named(name)) {
            return Err(format!("{back_end}: there is no scenario {name:?} to leave out"));
        }
        scenarios.retain(|scenario| !back_end.left_out.iter().any(|(name, _)| *name == scenario.name));
        let mut names = BTreeSet::new();
        for scenario in &scenarios {
            if !names.insert(scenario.name.as_str()) {
                return Err(format!("two scenarios are called {:?}", scenario.name));
            }
            scenario.check().map_err(|why| format!("scenario {:?}: {why}", scenario.name))?;
        }
        Ok(Self { scenarios })
    }
}

impl Scenario {
    fn read(written: &Value, back_end: &BackEnd) -> Result<Self, String> {
        let mut resolved = wire::resolve(written, back_end)?.unwrap_or_default();
        if !back_end.has("polling") {
            absent::leave_out(&mut resolved, &POLLING);
        }
        let mut scenario = Self::deserialize(&resolved).map_err(|error| error.to_string())?;
        scenario.resolved = resolved;
        if scenario.speaks_of_a_wire() || wire::differs_by_reference(written) {
            scenario.needs.insert("wire".into());
        }
        Ok(scenario)
    }

    /// Whether it says what requests are like, has the server do something to them, or has it behave as one API does.
    fn speaks_of_a_wire(&self) -> bool {
        let to_requests = |action: &Value| {
            let name = action.as_object().and_then(|action| action.keys().next());
            name.is_some_and(|name| TO_REQUESTS.contains(&name.as_str()))
        };
        let speaks = |written: &Written| match &written.step {
            Step::Log(_) | Step::Link(_) => true,
            Step::Simulator(step) => match &step.simulator {
                Value::Array(actions) => actions.iter().any(to_requests),
                action => to_requests(action),
            },
            _ => false,
        };
        let server = &self.server;
        let behaves = !server.faults.is_empty()
            || server.slow_ms > 0
            || server.max_message_length.is_some()
            || !server.apis().is_empty();
        self.path.is_some() || behaves || self.steps.iter().any(speaks)
    }

    /// Whether it applies to a back end with these abilities.
    pub fn applies_to(&self, abilities: &[&str]) -> bool {
        self.unmet(abilities).is_empty()
    }

    /// What of its `needs` and `lacks` a back end with these abilities does not meet.
    pub fn unmet(&self, abilities: &[&str]) -> Vec<String> {
        let has = |name: &&String| abilities.contains(&name.as_str());
        let needs = self.needs.iter().filter(|name| !has(name)).map(|name| format!("needs {name}"));
        needs.chain(self.lacks.iter().filter(has).map(|name| format!("lacks {name}"))).collect()
    }

    /// What it asks of a language that not every one offers (see [`Language::lacks`](crate::Language::lacks)).
    pub fn asks_of_the_language(&self) -> Vec<&'static str> {
        let functions = self.commands().any(|command| command.function.is_some());
        let asked = [("functions", functions), ("keeper", self.keeper)];
        asked.into_iter().filter_map(|(name, is)| is.then_some(name)).collect()
    }

    /// The commands it gives, with their steps.
    pub fn commands(&self) -> impl Iterator<Item = &CommandStep> {
        self.steps.iter().filter_map(|written| match &written.step {
            Step::Command(command) => Some(command),
            _ => None,
        })
    }

    /// What it expects of outcomes, with the command's name.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, &Expectation)> {
        self.steps.iter().filter_map(|written| match &written.step {
            Step::Command(command) if command.label.is_none() => {
                Some((command.command.as_str(), &command.expects))
            }
            Step::Await { label, expects } => {
                let given = self.commands().find(|command| command.label.as_ref() == Some(label));
                given.map(|given| (given.command.as_str(), expects))
            }
            _ => None,
        })
    }

    /// The names of the events that it speaks of.
    pub fn events(&self) -> Vec<String> {
        let mut names = Vec::new();
        for Written { step, .. } in &self.steps {
            match step {
                Step::Event(event) => names.push(event.event.clone()),
                Step::Events(events) => {
                    names.extend(events.events.iter().filter_map(step::Entry::event_name));
                }
                Step::Count(counts) => {
                    names
                        .extend(counts.iter().filter(|(_, count)| **count > 0).map(|(name, _)| name.clone()));
                }
                _ => {}
            }
        }
        names
    }

    /// Finds what the runner could only stumble over.
    fn check(&self) -> Result<(), String> {
        let mut labels = BTreeSet::new();
        let mut open = BTreeSet::new();
        for Written { step, .. } in &self.steps {
            match step {
                Step::Command(CommandStep { label: Some(label), .. }) => {
                    if !labels.insert(label) {
                        return Err(format!("two commands are labelled {label:?}"));
                    }
                    open.insert(label);
                }
                Step::Await { label, .. } => {
                    open.remove(label);
                }
                _ => {}
            }
            for label in step.labels_used() {
                if !labels.contains(label) {
                    return Err(format!("no command is labelled {label:?} before a step that needs it"));
                }
            }
        }
        match open.first() {
            Some(label) => Err(format!("nothing awaits the command labelled {label:?}")),
            None => Ok(()),
        }
    }
}
