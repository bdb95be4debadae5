//! GMS v2 over `CometD`, by either of its carriers.

use super::{Action, BY_BAYEUX, BackEnd, gms};
use serde_json::{Value, json};
use webchat_simulator::Simulator;

/// By WebSocket.
pub const GMS_COMETD: BackEnd = BackEnd {
    abilities: gms::abilities!("push", "bayeux", "ownLeave", "webSocket", "concurrent", "async", "history"),
    never_resolves: NO_POLLS,
    refusal: &BY_BAYEUX,
    actions: ACTIONS,
    link: |simulator| json!(simulator.cometd()),
    config: |simulator, _| config(simulator, true),
    ..gms::back_end("gms-cometd")
};

/// By long-polling.
pub const GMS_COMETD_POLLING: BackEnd = BackEnd {
    abilities: gms::abilities!("push", "bayeux", "ownLeave", "longPolling", "async", "history"),
    never_resolves: NO_POLLS,
    refusal: &BY_BAYEUX,
    actions: ACTIONS,
    link: |simulator| json!(simulator.cometd()),
    config: |simulator, _| config(simulator, false),
    ..gms::back_end("gms-cometd-polling")
};

/// By WebSocket, from a server that tells own events before the outcomes of their requests.
pub const GMS_COMETD_AHEAD: BackEnd = BackEnd { name: "gms-cometd-ahead", server: AHEAD, ..GMS_COMETD };

/// The same by long-polling.
pub const GMS_COMETD_POLLING_AHEAD: BackEnd =
    BackEnd { name: "gms-cometd-polling-ahead", server: AHEAD, ..GMS_COMETD_POLLING };

const NO_POLLS: &[&str] = &["poll", "startPoll", "stopPoll"];

/// What befalls links.
const ACTIONS: &[Action] = &[
    ("cut", "POST", "/gms-cometd/cut"),
    ("disconnectClients", "POST", "/gms-cometd/disconnect"),
    ("forgetClients", "POST", "/gms-cometd/forget"),
    ("removeClients", "POST", "/gms-cometd/remove"),
];

/// The order of events in which an own one comes before the outcome of its request.
const AHEAD: &[(&str, &str, &str)] = &[("gms-cometd", "echo", "ahead")];

fn config(simulator: &Simulator, websocket: bool) -> Value {
    json!({"cometD": {
        "enabled": true,
        "cometURL": simulator.cometd_url(),
        "apiURL": simulator.cometd_file_url(),
        "websocketEnabled": websocket,
    }})
}
