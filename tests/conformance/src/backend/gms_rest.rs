//! GMS v2 over REST.

use super::{BackEnd, gms};
use serde_json::json;

/// The back end.
pub const GMS_REST: BackEnd = BackEnd {
    abilities: gms::abilities!(
        "polling",
        "http",
        "concurrent",
        "lostByAnyRequest",
        "pollPreview",
        "customHeader"
    ),
    never_resolves: &["fetchHistory"],
    // The shortest interval there is makes the table quick.
    config: |simulator, poll_interval| match poll_interval {
        None => json!({"dataURL": simulator.chat_url(), "pollRateMin": 250, "pollRateMax": 250}),
        Some(interval) => {
            json!({"dataURL": simulator.chat_url(), "dynamicPolling": false, "pollRate": interval})
        }
    },
    ..gms::back_end("gms-rest")
};
