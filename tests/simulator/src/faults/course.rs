//! How faults come into the course of a request, whatever its API: before it is handled, into the messages of
//! its answer, and instead of the answer.

use std::time::Duration;

use axum::response::Response;

use super::{FaultKind, Faults, Picked, answer};
use crate::api::Api;
use crate::log::OpenEntry;
use crate::operation::Operation;

/// A request as faults know it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course<'a> {
    pub(crate) faults: &'a Faults,
    pub(crate) entry: &'a OpenEntry,
    pub(crate) api: Api,
    pub(crate) operation: Operation,
    pub(crate) chat: Option<&'a str>,
}

impl Course<'_> {
    /// What befalls the request, when its latency is over.
    pub(crate) async fn begin(&self) -> Picked {
        let picked = self.faults.pick(self.api, self.operation, self.chat);
        if let Some(name) = picked.name {
            self.entry.fault(name);
        }
        pause(picked.before).await;
        picked
    }

    /// Faults in the messages of an answer.
    pub(crate) fn disturb<T: Clone>(&self, messages: &mut Vec<T>) {
        let fault = self.faults.pick_for_messages(self.api, self.operation, self.chat, messages.len());
        let Some(fault) = fault else { return };
        self.entry.fault(fault.kind.name());
        match fault.kind {
            FaultKind::DuplicateMessages => {
                let twice = |message: &T| [message.clone(), message.clone()];
                *messages = messages.iter().flat_map(twice).collect();
            }
            FaultKind::ReorderedMessages => messages.reverse(),
            _ => {}
        }
    }

    /// What is answered in the end: the fault's answer, or the real one, perhaps spoilt. `own` makes the
    /// faults' answers that have the API's form; `real` says of its response whether it is a JSON object.
    pub(crate) async fn finish(
        &self,
        picked: Picked,
        own: impl FnOnce(&FaultKind) -> Option<Response>,
        real: impl FnOnce() -> (Response, bool),
    ) -> Response {
        pause(picked.after).await;
        let Some(kind) = picked.fault.map(|fault| fault.kind) else { return real().0 };
        if let Some(replacement) = answer::replace(&kind, own) {
            return replacement;
        }
        let (response, object) = real();
        answer::spoil(&kind, response, object).await
    }
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
