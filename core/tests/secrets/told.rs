//! What comes out: the log, errors, and what `Debug` shows.

use serde_json::Value;
use std::{
    any::Any,
    collections::BTreeSet,
    fmt::Debug,
    sync::{Mutex, PoisonError},
};
use webchat_core::Error;
use webchat_simulator::{LogEntry, Simulator};

/// What is shorter would be found by chance.
const SHORTEST_KEY: usize = 12;

static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Listener;

impl log::Log for Listener {
    /// Everything of this library, and what others find worth a program's attention. What they say beyond that, they say under names of
    /// their own, which C and Python never show.
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target().starts_with("webchat") || metadata.level() <= log::Level::Info
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            LOG.lock().unwrap_or_else(PoisonError::into_inner).push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// Listens to the log from now on.
pub(crate) fn listen() {
    log::set_logger(&Listener).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
}

#[derive(Default)]
pub(crate) struct Told {
    /// Of the log, and errors' words.
    pub(crate) lines: Vec<String>,
    /// What `Debug` shows.
    pub(crate) values: Vec<String>,
    /// What the server made up: keys, tokens, ids.
    pub(crate) secrets: BTreeSet<String>,
}

impl Told {
    pub(crate) fn add(&mut self, more: Self) {
        self.lines.extend(more.lines);
        self.values.extend(more.values);
        self.secrets.extend(more.secrets);
    }

    pub(crate) fn take_log(&mut self) {
        self.lines.append(&mut LOG.lock().unwrap());
    }

    /// A value of a public type.
    pub(crate) fn shown(&mut self, value: &impl Debug) {
        self.values.push(format!("{value:?}"));
    }

    pub(crate) fn error(&mut self, error: &Error) {
        self.shown(error);
        self.lines.extend([error.to_string(), error.message().to_owned()]);
        self.lines.extend(error.detail().map(str::to_owned));
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            self.lines.push(error.to_string());
            cause = error.source();
        }
    }

    /// What a command resolved with, but for the server's answer as JSON, which is the program's to keep.
    pub(crate) fn outcome<T: Debug + 'static>(&mut self, outcome: Result<T, Error>) {
        match outcome {
            Ok(value) if (&value as &dyn Any).is::<Value>() => {}
            Ok(value) => self.shown(&value),
            Err(error) => self.error(&error),
        }
    }

    /// The keys that the server has seen: what it gave to its clients, and they sent back.
    pub(crate) fn keys(&mut self, log: &[LogEntry], simulator: &Simulator) {
        let fields = ["secureKey", "userId", "x-nexus-client-key"];
        let mut keys: Vec<String> = simulator.chats().into_iter().map(|chat| chat.id).collect();
        keys.extend(simulator.web_messaging().known.into_iter().map(|session| session.token));
        for entry in log {
            let key = entry.header("authorization").and_then(|value| value.split_once(' '));
            keys.extend(key.map(|(_, key)| key.to_owned()));
            if entry.path.contains("shyrka") || entry.path.contains("downloads") {
                keys.extend(entry.path.split(['?', '&', '=']).map(str::to_owned));
            }
            keys.extend(entry.client_id.clone());
            let all = entry.fields.iter().chain(&entry.headers);
            keys.extend(
                all.filter(|(name, _)| fields.contains(&name.as_str())).map(|(_, value)| value.clone()),
            );
            let cookies = entry.header("cookie").unwrap_or_default().split("; ");
            keys.extend(cookies.filter_map(|cookie| Some(cookie.split_once('=')?.1.to_owned())));
        }
        self.secrets.extend(keys.into_iter().filter(|key| key.len() >= SHORTEST_KEY));
    }
}
