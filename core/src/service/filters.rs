//! Prefilters: when they are registered, stored and recalled, and what they are asked (webchatservice.md, 11).

use super::{
    Service,
    state::{Judgement, Session},
};
use crate::{
    ErrorKind,
    command::{RequestId, Resolution, texts},
    foreign,
    model::Received,
    prefilter::Prefilter,
    store::{Stored, key},
};
use serde_json::Value;

/// How many messages may be on their way when one more comes whose outcome nobody waits for.
const MOST_UNATTENDED: usize = 10_000;

impl Service {
    pub(super) fn add_prefilters(&mut self, id: RequestId, filters: Vec<Prefilter>) {
        self.register_filters(filters);
        self.resolve(id, Resolution::Filters(self.filters.to_vec()));
    }

    pub(super) fn register_filters(&mut self, filters: Vec<Prefilter>) {
        for filter in filters {
            self.filters.add(filter);
        }
        if matches!(self.session, Session::Restoring(..) | Session::Live(_)) {
            self.store_filters();
        }
    }

    /// Stores the filters with the session that they are recalled with.
    fn store_filters(&mut self) {
        let filters = self.filters.to_stored();
        self.store_own(vec![(key::FILTERS, filters)]);
    }

    /// Takes the filters of a stored session.
    pub(super) fn recall_filters(&mut self, stored: &Stored) {
        let Some(text) = stored.get(key::FILTERS) else { return };
        let custom =
            serde_json::from_str::<Value>(text).ok().and_then(|mut value| match value.get_mut("custom") {
                Some(Value::Array(filters)) => Some(std::mem::take(filters)),
                _ => None,
            });
        for filter in custom.into_iter().flatten() {
            match Prefilter::from_json(&filter) {
                Ok(filter) => self.filters.recalled.push(filter),
                Err(error) => self.warn(format!(
                    "a stored prefilter cannot be used: {}",
                    foreign::line(&error.to_string())
                )),
            }
        }
    }

    /// Whether a message is hidden.
    pub(super) fn is_hidden(&mut self, received: &Received) -> bool {
        let judged = self.filters.judge(&received.message);
        if judged == Judgement::HiddenForSafety {
            self.warn("a prefilter gave up on a message, which is hidden for safety");
        }
        judged != Judgement::Shown
    }

    pub(super) fn send_filtered(
        &mut self,
        id: RequestId,
        message: Option<crate::Private>,
        regex: Option<crate::prefilter::Prefilter>,
    ) {
        if self.session.live().is_some_and(|live| live.outbox.len() >= MOST_UNATTENDED) {
            return self.reject(id, ErrorKind::Busy, texts::TOO_MANY_UNATTENDED);
        }
        self.resolve(id, Resolution::Nothing);
        if let (Some(message), Some(regex)) = (message, regex) {
            self.register_filters(vec![regex]);
            self.send_unattended(message);
        }
    }
}
