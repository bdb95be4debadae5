//! The notice that answers a request for file limits (gms-v2.md, 7.1).

use super::message::WireMessage;
use crate::model::{FileLimits, JsonObject};
use serde_json::Value;

/// The text of the notice.
const NOTICE: &str = "file-client-cfg-get";

impl WireMessage {
    /// Whether this is the notice with file limits.
    pub(super) fn is_limits_notice(&self) -> bool {
        self.is_notice(NOTICE)
    }
}

/// Reads the notice's data: everything is text there, the file types separated by colons.
pub(super) fn limits(data: &JsonObject) -> FileLimits {
    let number = |key| match data.get(key)? {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64(),
    };
    let text = |key| data.get(key).and_then(Value::as_str).unwrap_or_default();
    let need_agent = data.get("upload-need-agent");
    FileLimits {
        max_files: number("upload-max-files"),
        max_file_size: number("upload-max-file-size"),
        max_total_size: number("upload-max-total-size"),
        file_types: text("upload-file-types")
            .split([':', ';', ','])
            .map(|extension| extension.trim().trim_start_matches(['*', '.']).to_lowercase())
            .filter(|extension| !extension.is_empty())
            .collect(),
        need_agent: need_agent == Some(&Value::Bool(true))
            || text("upload-need-agent").trim().eq_ignore_ascii_case("true"),
        used_files: number("used-upload-max-files").unwrap_or_default(),
        used_total_size: number("used-upload-max-total-size").unwrap_or_default(),
        raw: data.clone(),
    }
}
