//! The server side of a scenario: a simulator of its own, a directory, and the configuration of the chat. `actions` is what the
//! server can be told to do, `storage` what is kept of sessions.

mod actions;
mod storage;

use crate::{
    backend::BackEnd,
    pattern::{Saved, fill, matches},
    relay::Relay,
    scenario::{Scenario, ServerSettings},
};
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Map, Value, json};
use std::{fmt::Write, fs, sync::Arc, time::Duration};
use tempfile::TempDir;
use webchat_simulator::{LogEntry, Script, Settings, Simulator};

/// The time limit of requests, in milliseconds: long enough for a machine with much else to do.
const AJAX_TIMEOUT: u64 = 10_000;

/// Options that hold options, which scenarios change one by one.
const NESTED: [&str; 3] = ["transport", "cometD", "async"];

/// Speaks with the simulator's control API.
type Http = Client<HttpConnector, Full<Bytes>>;

pub(crate) struct World {
    simulator: Simulator,
    /// The path to it, where that is not the machine's own.
    relay: Option<Relay>,
    http: Http,
    directory: TempDir,
    pub(crate) saved: Saved,
    config: Map<String, Value>,
    back_end: BackEnd,
    has_keeper: bool,
}

impl World {
    pub(crate) async fn new(scenario: &Scenario, back_end: BackEnd) -> Result<Self, String> {
        let directory = TempDir::new().map_err(|error| format!("a temporary directory: {error}"))?;
        for (name, text) in &scenario.files {
            fs::write(directory.path().join(name), text).map_err(|error| format!("{name}: {error}"))?;
        }
        let simulator = start(&scenario.server, &directory).await?;
        let http = Client::builder(TokioExecutor::new()).build_http();
        let relay = match scenario.path.or(back_end.path) {
            None => None,
            Some(path) => {
                let relay = Relay::open(simulator.address(), path).await;
                Some(relay.map_err(|error| format!("the path to the simulator: {error}"))?)
            }
        };
        let address = relay.as_ref().map_or(simulator.address(), |relay| relay.address);
        let at = |url: &str| url.replace(&simulator.address().to_string(), &address.to_string());
        let urls = simulator.urls();
        let urls = urls.as_object().into_iter().flatten();
        let urls = urls.filter_map(|(name, url)| Some((name.clone(), at(url.as_str()?))));
        let others = [
            ("host", address.to_string()),
            ("port", address.port().to_string()),
            ("dir", directory.path().display().to_string()),
        ];
        let others = others.map(|(name, text)| (name.to_owned(), text));
        let texts: Vec<_> = urls.chain(others).collect();
        let server = simulator.clone();
        let mut saved = Saved::with_lookup(Arc::new(move |name| back_end.look_up(&server, name)));
        for (name, text) in texts {
            saved.insert(name, Value::String(text));
        }
        let has_keeper = scenario.keeper;
        let mut world =
            Self { simulator, relay, http, directory, saved, config: Map::new(), back_end, has_keeper };
        world.config = world.base_config(scenario)?;
        world.saved.insert("config", Value::Object(world.config.clone()));
        for settings in [back_end.server(), scenario.server.apis()] {
            if !settings.is_empty() {
                world.act(&json!({"settings": settings})).await?;
            }
        }
        if !scenario.server.faults.is_empty() {
            world.act(&json!({"fault": scenario.server.faults})).await?;
        }
        Ok(world)
    }

    fn base_config(&self, scenario: &Scenario) -> Result<Map<String, Value>, String> {
        let address = self.relay.as_ref().map_or(self.simulator.address(), |relay| relay.address);
        let mut config = self.back_end.config(&self.simulator, address, scenario.poll_interval);
        config.insert("ajaxTimeout".into(), AJAX_TIMEOUT.into());
        config.insert("connection".into(), json!({"proxy": "none"}));
        if scenario.store {
            config.insert("sessionStore".into(), json!({"type": "file", "path": self.store_path()}));
        }
        if scenario.asynchronous {
            self.change_config(&mut config, &self.back_end.asynchronous())?;
        }
        self.change_config(&mut config, &scenario.config)?;
        Ok(config)
    }

    /// Sets options, those of [`NESTED`] one by one, and takes away what is `null`.
    fn change_config(
        &self,
        config: &mut Map<String, Value>,
        changes: &Map<String, Value>,
    ) -> Result<(), String> {
        for (key, value) in changes {
            match (config.get_mut(key), value) {
                (_, Value::Null) => drop(config.remove(key)),
                (Some(Value::Object(inner)), Value::Object(changes)) if NESTED.contains(&key.as_str()) => {
                    self.change_config(inner, changes)?;
                }
                (_, value) => drop(config.insert(key.clone(), fill(value, &self.saved)?)),
            }
        }
        Ok(())
    }

    /// The chat's configuration, changed for good by `changes`.
    pub(crate) fn config(&mut self, changes: &Map<String, Value>) -> Result<Value, String> {
        let mut config = std::mem::take(&mut self.config);
        self.change_config(&mut config, changes)?;
        self.config = config;
        Ok(Value::Object(self.config.clone()))
    }

    pub(crate) fn fill(&self, value: &Value) -> Result<Value, String> {
        fill(value, &self.saved)
    }

    /// The server's view of the latest chat.
    fn chat_state(&self) -> Value {
        let Some(id) = self.simulator.latest_chat_id() else { return Value::Null };
        let mut state = self.simulator.chat(&id).map_or(Value::Null, |chat| json!(chat));
        let transcript = self.simulator.transcript(&id).unwrap_or_default();
        state["transcript"] = json!(transcript);
        let files = self.simulator.files(&id).unwrap_or_default();
        let file = |file: &webchat_simulator::StoredFile| json!({"id": file.id, "name": file.name, "text": String::from_utf8_lossy(&file.bytes)});
        state["files"] = files.iter().map(file).collect();
        state
    }

    /// Waits until the server's view of the latest chat is like this.
    pub(crate) async fn expect_chat(&mut self, pattern: &Value, patience: Duration) -> Result<(), String> {
        self.expect_state("chat", Self::chat_state, pattern, patience).await
    }

    /// Waits until what the server knows of the link is like this.
    pub(crate) async fn expect_link(&mut self, pattern: &Value, patience: Duration) -> Result<(), String> {
        self.expect_state("link", |world| world.back_end.link(&world.simulator), pattern, patience).await
    }

    async fn expect_state(
        &mut self,
        name: &str,
        state: impl Fn(&Self) -> Value,
        pattern: &Value,
        patience: Duration,
    ) -> Result<(), String> {
        let look = self.simulator.wait_for(|_| {
            let mut saved = self.saved.clone();
            matches(pattern, Some(&state(self)), &mut saved).ok().map(|()| saved)
        });
        if let Ok(saved) = tokio::time::timeout(patience, look).await {
            self.saved = saved;
            return Ok(());
        }
        let state = state(self);
        matches(pattern, Some(&state), &mut self.saved)
            .map_err(|why| format!("the server's {name}{why}; it is {state}"))
    }

    /// Waits until the log has this many requests like this, and no more. Those under way count only if the pattern asks for `done`.
    pub(crate) async fn expect_log(
        &mut self,
        pattern: &Value,
        count: Option<usize>,
        patience: Duration,
    ) -> Result<(), String> {
        let saved = &self.saved;
        let pending = pattern.get("done").is_some();
        let found = |simulator: &Simulator| {
            let mut kept = saved.clone();
            let like = |entry: &LogEntry, kept: &mut Saved| {
                (entry.done || pending) && matches(pattern, Some(&entry_json(entry)), kept).is_ok()
            };
            let found = simulator.log().iter().filter(|entry| like(entry, &mut kept)).count();
            (found, kept)
        };
        let enough = count.unwrap_or(1);
        let wait =
            self.simulator.wait_for(|simulator| Some(found(simulator)).filter(|(found, _)| *found >= enough));
        let arrived = tokio::time::timeout(patience, wait).await;
        let (number, kept) = arrived.unwrap_or_else(|_| found(&self.simulator));
        if number < enough || count.is_some_and(|count| number != count) {
            let log: Vec<String> =
                self.simulator.log().iter().map(|entry| format!("\n      {}", entry_json(entry))).collect();
            return Err(format!(
                "{number} requests like {pattern} instead of {enough}; the log is{}",
                log.concat()
            ));
        }
        self.saved = kept;
        Ok(())
    }

    /// What must be true when a scenario is over: every fault in store has befallen a request.
    pub(crate) fn check_over(&self) -> Result<(), String> {
        match self.simulator.faults().pending().first() {
            Some(fault) => Err(format!("the fault {fault} has befallen no request")),
            None => Ok(()),
        }
    }

    /// The requests that the server has had, for a person.
    pub(crate) fn log(&self) -> String {
        let mut text = String::new();
        for entry in self.simulator.log() {
            let (number, utc_time, method) = (entry.number, entry.utc_time % 1_000_000, &entry.method);
            let operation = entry.operation.map_or(entry.path.as_str(), |operation| operation.name());
            let position = entry.field("transcriptPosition").unwrap_or_default();
            let text_of = entry.field("message").unwrap_or_default();
            let fault = entry.fault.as_deref().unwrap_or_default();
            let (status, effect, done) = (entry.status, entry.effect, entry.done);
            let _ = write!(
                text,
                "\n      {number} {utc_time} {method} {operation} {position} {text_of} {fault} status {status:?} effect {effect} done {done}"
            );
        }
        text
    }

    /// What each run chooses anew, by the words of scenarios.
    pub(crate) fn words(&self) -> [(&'static str, String); 2] {
        let host = self.relay.as_ref().map_or(self.simulator.address(), |relay| relay.address);
        [("dir", self.directory.path().display().to_string()), ("host", host.to_string())]
    }

    pub(crate) async fn stop(&self) {
        self.simulator.shutdown().await;
    }
}

/// A request of the log with headers and fields as objects.
fn entry_json(entry: &LogEntry) -> Value {
    let object = |pairs: &[(String, String)]| -> Value {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), Value::String(value.clone())))
            .collect::<Map<_, _>>()
            .into()
    };
    let mut json = json!(entry);
    json["headers"] = object(&entry.headers);
    json["fields"] = object(&entry.fields);
    json
}

async fn start(server: &ServerSettings, directory: &TempDir) -> Result<Simulator, String> {
    let mut settings = Settings::default();
    set(&mut settings.max_message_length, server.max_message_length);
    settings.quoted_bot_style = server.quoted_bot_style;
    settings.text_changes.clone_from(&server.text_changes);
    settings.slow = Duration::from_millis(server.slow_ms);
    settings.short_keys = server.short_keys;
    let files = server.files.clone();
    set(&mut settings.files.max_files, files.max_files);
    set(&mut settings.files.max_file_size, files.max_file_size);
    set(&mut settings.files.max_total_size, files.max_total_size);
    set(&mut settings.files.file_types, files.file_types);
    set(&mut settings.files.download_attempts, files.download_attempts);
    let mut builder = Simulator::builder().seed(1).settings(settings);
    if let Some(key) = &server.apikey {
        builder = builder.apikey(key);
    }
    if let Some((user, password)) = &server.basic_auth {
        builder = builder.basic_auth(user, password);
    }
    if let Some(script) = &server.script {
        let path = directory.path().join("script.json");
        fs::write(&path, script.to_string()).map_err(|error| format!("script: {error}"))?;
        builder = builder.script(Script::from_file(&path).map_err(|error| format!("script: {error}"))?);
    }
    builder.start().await.map_err(|error| format!("the simulator: {error}"))
}

fn set<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}
