//! What is kept of sessions between one chat object and the next: by the library in its store, by the application's keeper in a file.

use super::World;
use crate::pattern::matches;
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    fmt::Display,
    fs, io,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// What all keys of the store begin with.
const PREFIX: &str = "_genesys.widgets.webchat.state.";

impl World {
    pub(super) fn store_path(&self) -> PathBuf {
        self.directory.path().join("session.json")
    }

    /// Changes what is stored, as another program or a long time would. `${now}` is the present time.
    pub(crate) fn edit_store(&mut self, changes: &BTreeMap<String, Option<String>>) -> Result<(), String> {
        let failed = |error: &dyn Display| format!("the session store: {error}");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.saved.insert("now", Value::String(now.as_millis().to_string()));
        let _lock = self.lock_store()?;
        let text = fs::read_to_string(self.store_path()).map_err(|error| failed(&error))?;
        let mut content: Map<String, Value> = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        for (key, value) in changes {
            let key = format!("{PREFIX}{key}");
            match value {
                Some(text) => content.insert(key, self.fill(&Value::String(text.clone()))?),
                None => content.remove(&key),
            };
        }
        fs::write(self.store_path(), Value::Object(content).to_string()).map_err(|error| failed(&error))
    }

    /// Makes the whole file something else.
    pub(crate) fn write_store(&self, text: &str) -> Result<(), String> {
        let _lock = self.lock_store()?;
        fs::write(self.store_path(), text).map_err(|error| format!("the session store: {error}"))
    }

    /// Takes the lock that all programs take which share a store.
    fn lock_store(&self) -> Result<fs::File, String> {
        let path = self.directory.path().join("session.json.lock");
        let file = fs::File::create(path).map_err(|error| format!("the session store's lock: {error}"))?;
        file.lock().map_err(|error| format!("the session store's lock: {error}"))?;
        Ok(file)
    }

    /// Waits until the library's store holds what the pattern says, by the last words of the keys. Nobody tells of it, so it is looked
    /// into again and again.
    pub(crate) async fn expect_stored(&mut self, pattern: &Value, patience: Duration) -> Result<(), String> {
        let mut again = tokio::time::interval(Duration::from_millis(10));
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            again.tick().await;
            let text = fs::read_to_string(self.store_path()).unwrap_or_default();
            let content: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
            let short = |(key, text): (String, Value)| Some((key.strip_prefix(PREFIX)?.to_owned(), text));
            let content = Value::Object(content.into_iter().filter_map(short).collect());
            match matches(pattern, Some(&content), &mut self.saved) {
                Err(why) if tokio::time::Instant::now() >= deadline => return Err(format!("the store{why}")),
                Err(_) => {}
                Ok(()) => return Ok(()),
            }
        }
    }

    /// The file of the application's keeper, where it has one.
    pub(crate) fn keeper_path(&self) -> Option<PathBuf> {
        self.has_keeper.then(|| self.directory.path().join("kept.json"))
    }

    /// Says what the keeper holds: after the chat has been closed it is complete.
    pub(crate) fn expect_kept(&mut self, pattern: &Value) -> Result<(), String> {
        let failed = |error: &dyn Display| format!("the keeper's file: {error}");
        let path = self.keeper_path().ok_or("the scenario has no keeper")?;
        let kept: Option<Value> = match fs::read(path) {
            Ok(text) => Some(serde_json::from_slice(&text).map_err(|error| failed(&error))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(&error)),
        };
        matches(pattern, kept.as_ref(), &mut self.saved).map_err(|why| format!("what the keeper holds {why}"))
    }

    /// Has the keeper hold something else: JSON, or text as it is; or nothing.
    pub(crate) fn edit_kept(&mut self, kept: &Value) -> Result<(), String> {
        let path = self.keeper_path().ok_or("the scenario has no keeper")?;
        let done = match self.fill(kept)? {
            Value::Null => fs::remove_file(path),
            Value::String(text) => fs::write(path, text),
            kept => fs::write(path, kept.to_string()),
        };
        done.map_err(|error| format!("the keeper's file: {error}"))
    }
}
