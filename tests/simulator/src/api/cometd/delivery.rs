//! Faults of pushed messages on their way.

use serde_json::Value;

use crate::api::Api;
use crate::faults::{FaultKind, Place, disturb, pause};
use crate::operation::Operation;
use crate::shared::Shared;

/// What becomes of messages that are on their way to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Arrives,
    /// They arrive, and then the connection is cut.
    ArrivesLast,
    /// The connection is cut before.
    Cut,
    /// They get lost, and nobody notices.
    Lost,
}

/// Lets the faults in store happen to messages that a carrier is about to bring.
pub(super) async fn befall(shared: &Shared, messages: &mut Vec<Value>) -> Fate {
    let Some(first) = messages.first() else { return Fate::Arrives };
    let chat = first.pointer("/data/chatId").and_then(Value::as_str).map(str::to_owned);
    let (api, operation) = (Api::GmsCometd, Operation::Deliver);
    let picked = shared.faults.pick(api, Place::Delivery, operation, chat.as_deref());
    pause(picked.before + picked.after).await;
    match picked.fault {
        None => {}
        Some(fault) => match (fault.kind, fault.effect) {
            (FaultKind::Drop, true) => return Fate::ArrivesLast,
            (FaultKind::Drop, false) => return Fate::Cut,
            _ => return Fate::Lost,
        },
    }
    disturb(&shared.faults, api, operation, chat.as_deref(), messages);
    Fate::Arrives
}
