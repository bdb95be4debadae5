//! What the server of a scenario is like.

use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use webchat_simulator::TextChange;

/// Settings of the simulator; what is left out is Chat Server's default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServerSettings {
    /// The key that requests to the Multicloud URL must carry.
    pub apikey: Option<String>,
    /// User and password of basic authentication.
    pub basic_auth: Option<(String, String)>,
    /// A scripted agent, as a rule file in JSON.
    pub script: Option<Value>,
    /// The longest message, in characters.
    pub max_message_length: Option<usize>,
    /// Whether bots are marked by JSON text inside JSON.
    pub quoted_bot_style: bool,
    /// What is done to texts, by the names of the simulator.
    pub text_changes: Vec<TextChange>,
    /// Milliseconds that each operation takes, one after another.
    pub slow_ms: u64,
    /// Whether secure keys are short.
    pub short_keys: bool,
    /// File limits.
    pub files: FileSettings,
    /// Faults in store from the start.
    pub faults: Vec<Value>,
    /// How each of its APIs behaves, by their names, in the words of the control API's settings; which knows both.
    #[serde(flatten)]
    apis: BTreeMap<String, Map<String, Value>>,
}

impl ServerSettings {
    /// How its APIs behave, as settings of the control API.
    pub(crate) fn apis(&self) -> Map<String, Value> {
        self.apis.iter().map(|(api, settings)| (api.clone(), settings.clone().into())).collect()
    }
}

/// File limits of the simulator.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FileSettings {
    /// Uploads in one chat.
    pub max_files: Option<u32>,
    /// Bytes in one file.
    pub max_file_size: Option<u64>,
    /// Bytes in all files.
    pub max_total_size: Option<u64>,
    /// Extensions.
    pub file_types: Option<Vec<String>>,
    /// Downloads in one chat.
    pub download_attempts: Option<u32>,
}
