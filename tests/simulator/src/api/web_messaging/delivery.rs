//! Faults of messages on their way.

use crate::api::Api;
use crate::faults::{FaultKind, Place, disturb, pause};
use crate::operation::Operation;
use crate::shared::Shared;

/// What becomes of a message that is on its way to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Arrives,
    /// It arrives, and then the connection is cut.
    ArrivesLast,
    /// The connection is cut before.
    Cut,
    /// It gets lost, and nobody notices.
    Lost,
}

/// Lets the fault in store happen to a message that a connection is about to bring; how often it arrives.
pub(super) async fn befall(shared: &Shared, line: u64) -> (Fate, usize) {
    let chat = shared.read(|state| {
        let desk = &state.apis.web_messaging;
        let token = desk.lines.get(&line).and_then(|line| line.token.as_ref())?;
        desk.known.get(token)?.chat.clone()
    });
    let (api, operation) = (Api::WebMessaging, Operation::Deliver);
    let picked = shared.faults.pick(api, Place::Delivery, operation, chat.as_deref());
    pause(picked.before + picked.after).await;
    let fate = match picked.fault.map(|fault| (fault.kind, fault.effect)) {
        None => Fate::Arrives,
        Some((FaultKind::Drop, true)) => Fate::ArrivesLast,
        Some((FaultKind::Drop, false)) => Fate::Cut,
        Some(_) => Fate::Lost,
    };
    let mut copies = vec![()];
    disturb(&shared.faults, api, operation, chat.as_deref(), &mut copies);
    (fate, copies.len())
}
