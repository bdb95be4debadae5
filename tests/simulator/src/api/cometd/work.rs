//! The carrying out of a publish, at once or when its turn comes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::publish::{self, Order, Published};
use crate::bayeux::Carrier;
use crate::faults::pause;
use crate::log::Note;
use crate::shared::Shared;
use crate::state::State;
use crate::turn::Place;

/// A publish that has been taken.
pub(super) struct Work {
    pub(super) shared: Arc<Shared>,
    pub(super) note: Note,
    pub(super) order: Order,
    /// What carried it.
    pub(super) carrier: Carrier,
    /// A fault takes the outcome away.
    pub(super) eaten: bool,
}

impl Work {
    /// Carries it out. The outcome waits for the client `late` after that.
    pub(super) async fn now(self, late: Duration) {
        let at_once = late.is_zero();
        let Self { shared, note, order, carrier, eaten } = self;
        let mut published = shared.change(|state, now| {
            let mut published = publish::perform(state, order, &shared.faults, now);
            if eaten {
                published.outcome = None;
            }
            if at_once && let Some((id, told)) = published.outcome.take() {
                hand_over(state, carrier, &id, told);
            }
            published
        });
        // Not before the state is let go of: who looks into the log may want to look into that too.
        describe(&note, &published);
        pause(late).await;
        if let Some((id, told)) = published.outcome.take() {
            shared.change(|state, _| hand_over(state, carrier, &id, told));
        }
    }

    /// Carries it out in its turn, whoever still waits for it. The outcome comes alone: the acknowledgement is gone.
    pub(super) fn in_turn(self, place: Place) {
        tokio::spawn(async move {
            let _turn = place.come().await;
            Self { carrier: Carrier::WebSocket, ..self }.now(Duration::ZERO).await;
        });
    }
}

fn describe(note: &Note, published: &Published) {
    note.effect(published.effect, published.chat.as_deref());
    published.fault.iter().for_each(|name| note.fault(name));
}

/// Puts the outcome of a publish where the client gets it: over HTTP it may ride on the answer to the publish, so
/// nobody is told before that has been tried.
pub(super) fn hand_over(state: &mut State, carrier: Carrier, id: &str, told: Value) {
    state.apis.cometd.put(id, told);
    if carrier == Carrier::WebSocket {
        state.apis.cometd.ring(id);
    }
}
