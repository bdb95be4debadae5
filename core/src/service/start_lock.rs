//! The lock that keeps services with the same store from starting at once (webchatservice.md, 4 (startChat)).

use super::{Service, stored};
use crate::store::{Mark, Stored, StoredText, key};

/// How long a start under way in another service holds back ours, in milliseconds.
const LOCK_MS: u64 = 2_000;

impl Service {
    /// Marks that a start is under way.
    pub(super) fn take_lock(&mut self) {
        let text = StoredText(self.time.unix_ms.to_string());
        self.marks.lock = Some(Mark { key: key::CHAT_START_LOCK, text: text.clone() });
        self.store(vec![(key::CHAT_START_LOCK, Some(text))]);
    }

    /// Takes back the mark of a start that is over, however it ended.
    pub(super) fn release_lock(&mut self) {
        if let Some(lock) = self.marks.lock.take() {
            self.change_store(Some(lock), vec![(key::CHAT_START_LOCK, None)]);
        }
    }

    /// Whether a start under way in another service is to be waited for. A time to come is that of a clock that was set back since.
    pub(super) fn is_locked(&self, stored: &Stored) -> bool {
        let began = stored::time_in(stored, key::CHAT_START_LOCK);
        let age = began.and_then(|began| self.time.unix_ms.checked_sub(began));
        age.is_some_and(|age| age < LOCK_MS)
    }
}
