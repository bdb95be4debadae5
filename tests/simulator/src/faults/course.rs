//! How faults come into the course of a request, whatever its API: before it is handled, into the messages of
//! its answer, and instead of the answer.

use std::time::Duration;

use axum::response::Response;

use super::{FaultKind, Faults, Picked, Place, answer};
use crate::api::Api;
use crate::log::OpenEntry;
use crate::operation::Operation;

/// A request as faults know it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course<'a> {
    pub(crate) faults: &'a Faults,
    pub(crate) entry: &'a OpenEntry,
    pub(crate) api: Api,
    pub(crate) place: Place,
    pub(crate) operation: Operation,
    pub(crate) chat: Option<&'a str>,
}

impl Course<'_> {
    /// What befalls the request, when its latency is over.
    pub(crate) async fn begin(&self) -> Picked {
        let picked = self.faults.pick(self.api, self.place, self.operation, self.chat);
        if let Some(name) = picked.name {
            self.entry.fault(name);
        }
        pause(picked.before).await;
        picked
    }

    /// Faults in the messages of an answer.
    pub(crate) fn disturb<T: Clone>(&self, messages: &mut Vec<T>) {
        if let Some(name) = self.disturb_unnoted(messages) {
            self.entry.fault(name);
        }
    }

    /// As [`Course::disturb`], but leaves it to the caller to note the fault's name in the log.
    pub(crate) fn disturb_unnoted<T: Clone>(&self, messages: &mut Vec<T>) -> Option<&'static str> {
        disturb(self.faults, self.api, self.operation, self.chat, messages)
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
        answer_with(&kind, own, real).await
    }
}

/// The answer of a fault, or the real one as the fault leaves it.
pub(crate) async fn answer_with(
    kind: &FaultKind,
    own: impl FnOnce(&FaultKind) -> Option<Response>,
    real: impl FnOnce() -> (Response, bool),
) -> Response {
    if *kind == FaultKind::Hang {
        std::future::pending::<()>().await;
    }
    if let Some(replacement) = answer::replace(kind, own) {
        return replacement;
    }
    let (response, object) = real();
    answer::spoil(kind, response, object).await
}

/// Lets the fault in store for messages happen to these; its name, if there was one.
pub(crate) fn disturb<T: Clone>(
    faults: &Faults,
    api: Api,
    operation: Operation,
    chat: Option<&str>,
    messages: &mut Vec<T>,
) -> Option<&'static str> {
    let kind = faults.pick_for_messages(api, operation, chat, messages.len())?.kind;
    match kind {
        FaultKind::DuplicateMessages => {
            let twice = |message: &T| [message.clone(), message.clone()];
            *messages = messages.iter().flat_map(twice).collect();
        }
        FaultKind::ReorderedMessages => messages.reverse(),
        _ => {}
    }
    Some(kind.name())
}

pub(crate) async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
