//! What recorded requests of GMS v2 ask for.

use crate::replay::POLL;

/// Operations, the last segments of their paths.
const OPERATIONS: [&str; 11] = [
    "send",
    "refresh",
    "startTyping",
    "stopTyping",
    "disconnect",
    "customNotice",
    "updateData",
    "pushUrl",
    "updateNickname",
    "readReceipt",
    "file",
];

/// The key of a request with this path.
pub(super) fn key(segments: &[&str]) -> String {
    let key = match *segments {
        [.., "file", "limits"] => "limits",
        [.., "file", _, "download"] => "download",
        [.., "file", _, "delete"] => "delete",
        [.., "refresh"] => POLL,
        [.., last] if OPERATIONS.contains(&last) => last,
        _ => "requestChat",
    };
    key.to_owned()
}
