//! Recordings of chats over Web Messaging.

use std::io::Write;

use serde_json::json;
use webchat_simulator::RecordedChat;

#[test]
fn what_cannot_be_played_back_is_refused_by_name() {
    let path = "/webdeployments/v1/deployments/abcdefabcdef/config.json";
    let request = json!({"method": "GET", "path": path, "headers": []});
    let line = json!({"at": 1, "chat": 1, "exchange": 1, "request": request});
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{}\n{line}", json!({"webchatRecording": 1, "began": 0})).unwrap();
    let refusal = RecordedChat::read(file.path()).unwrap_err().to_string();
    assert!(
        refusal.ends_with("chats over Web Messaging are recorded, and cannot be played back"),
        "{refusal}"
    );
}
