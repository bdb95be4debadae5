//! GMS v2 over `CometD`, by either of its carriers.

use super::{
    Wire,
    gms::{self, GMS},
};
use serde_json::{Value, json};

pub(crate) const CHANNEL: &str = "/service/chatV2/customer-support";

/// The path of the link.
pub(crate) const LINK: &str = "/cometd";

/// On long-polling.
pub(super) const GMS_COMETD_POLLING: Wire = Wire {
    name: "gms-cometd-polling",
    pushes: true,
    config: |url| config(url, false),
    answer: |messages, members| {
        format!(r#"[{{"channel":"{CHANNEL}","data":{}}}]"#, gms::answer(messages, members))
    },
    ..GMS
};

/// On a WebSocket.
pub(super) const GMS_COMETD: Wire =
    Wire { name: "gms-cometd", http: false, config: |url| config(url, true), ..GMS_COMETD_POLLING };

fn config(url: &str, websocket: bool) -> Value {
    json!({"cometD": {
        "enabled": true, "cometURL": format!("{url}{LINK}"), "channel": CHANNEL, "apiURL": format!("{url}/files"),
        "websocketEnabled": websocket,
    }})
}
