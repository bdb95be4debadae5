//! What the store is read for, and what is written to it.

use super::{Effect, Service, Time, state::Loading};
use crate::{
    Error,
    event::{Event, ResponseData},
    model::{SessionData, SessionForm},
    store,
    store::{Mark, Stored, StoredText, key},
};
use serde_json::json;

impl Service {
    pub(super) fn load(&mut self, why: Loading) {
        let kept = self.is_asynchronous() && !matches!(why, Loading::StartChat(..));
        self.loading.push_back(why);
        self.effects.push_back(Effect::Load { kept });
    }

    /// Changes the store, whatever it holds.
    pub(super) fn store(&mut self, changes: Vec<(&'static str, Option<String>)>) {
        self.change_store(None, changes);
    }

    /// Changes the store as long as it holds the present session: other services may have put theirs in its place.
    pub(super) fn store_own(&mut self, changes: Vec<(&'static str, Option<String>)>) {
        if let Some(mark) = self.marks.session.clone() {
            self.change_store(Some(mark), changes);
        }
    }

    pub(super) fn change_store(&mut self, mark: Option<Mark>, changes: Vec<(&'static str, Option<String>)>) {
        let changes = changes.into_iter().map(|(key, text)| (key, text.map(StoredText))).collect();
        self.effects.push_back(Effect::Store { mark, changes });
    }

    /// Puts a session that has just begun in place of whatever is stored.
    pub(super) fn store_start(&mut self) {
        let Some(live) = self.session.live() else { return };
        let mut changes = store::write(&live.data);
        changes.extend(store::place(self.capabilities.session, 1, None));
        changes.push((key::PING, Some(self.time.unix_ms.to_string())));
        changes.push((key::FILTERS, self.filters.to_stored()));
        self.marks.session = store::mark(&live.data);
        self.marks.replaces = false;
        self.store(changes);
        self.release_lock();
    }

    /// Counts `data` as the present session: that of the store, where that has it, else one that replaces it once it has been taken up.
    pub(super) fn own_session(&mut self, data: &SessionData, stored: Option<&Stored>) {
        self.marks.session = store::mark(data);
        let is_stored = |mark: &Mark| stored.is_some_and(|stored| mark.is_in(stored));
        self.marks.replaces = !self.marks.session.as_ref().is_some_and(is_stored);
    }

    /// Stores what a restoration needs.
    pub(super) fn store_session(&mut self) {
        let Some(live) = self.session.live() else { return };
        let changes = store::write(&live.data);
        let mark = store::mark(&live.data);
        if std::mem::take(&mut self.marks.replaces) {
            self.store(changes);
        } else {
            self.store_own(changes);
        }
        self.marks.session = mark;
    }

    /// Stores the place in the transcript.
    pub(super) fn store_position(&mut self) {
        let Some(live) = self.session.live() else { return };
        let mut place = store::place(self.capabilities.session, live.position, live.newest.as_ref());
        if !self.capabilities.polling {
            place.push((key::PING, Some(self.time.unix_ms.to_string())));
        }
        self.store_own(place);
    }

    /// What is stored of a session, by the host or in the store.
    pub(super) fn stored_session(&self, stored: &Stored) -> Option<SessionData> {
        let form = self.capabilities.session;
        let kept = stored.get(key::KEPT).and_then(|kept| serde_json::from_str(kept).ok());
        kept.and_then(|kept| store::given(form, &kept)).or_else(|| store::read(form, stored))
    }

    /// Forgets the present session, if it is the one that is stored.
    pub(super) fn forget(&mut self) {
        let mark = self.marks.session.take();
        self.marks.replaces = false;
        self.forget_marked(mark);
    }

    /// Forgets the session that was found in the store, if it still is there.
    pub(super) fn forget_found(&mut self, stored: &Stored) {
        self.forget_marked(store::mark_in(self.capabilities.session, stored));
    }

    /// A start under way and the other form of sessions are not this one's.
    fn forget_marked(&mut self, mark: Option<Mark>) {
        if mark.is_some() {
            let keys = key::of_session(self.capabilities.session);
            self.change_store(mark, keys.into_iter().map(|key| (key, None)).collect());
        }
    }

    /// Takes what the store holds. Answers [`Effect::Load`].
    pub fn loaded(&mut self, time: Time, outcome: Result<Stored, Error>) {
        self.time = time;
        let Some(loading) = self.loading.pop_front() else { return };
        let (stored, problem) = match outcome {
            Ok(stored) => (stored, None),
            Err(error) => (Stored::new(), Some(error)),
        };
        if let Some(error) = &problem {
            self.log(format!("the session store cannot be read: {error}"));
        }
        match (loading, problem) {
            (Loading::StartUp(id), problem) => self.start_up(id, &stored, problem),
            (Loading::StartChat(id, options), _) => self.start_with_lock(id, *options, &stored),
            (Loading::Verify(id) | Loading::Restore(id), Some(error)) => self.complete(id, Err(error)),
            (Loading::Verify(id), None) => self.verify_with(id, &stored),
            (Loading::Restore(id), None) => self.restore_stored(id, &stored),
        }
    }

    /// Publishes that what is stored cannot be had, in the form of the back end's errors.
    pub(super) fn store_failed(&mut self, error: &Error) {
        const REASON: &str = "SessionStoreError";
        let told = json!({"errorReason": REASON, "message": error.message()});
        let told = match self.capabilities.session {
            SessionForm::Gms => told,
            SessionForm::Nexus => {
                let code = format!("pureengage-v3-rest-{REASON}");
                json!({"errors": [{"code": code, "text": error.message(), "response": told}]})
            }
        };
        self.publish(Event::Error(ResponseData::Failure(told)));
    }
}

/// The time stored under `key`, in milliseconds; nothing without one.
pub(super) fn time_in(stored: &Stored, key: &str) -> Option<u64> {
    stored.get(key)?.parse().ok()
}

/// The age in milliseconds of the time stored under `key`; nothing without one.
pub(super) fn age(stored: &Stored, key: &str, unix_ms: u64) -> Option<u64> {
    Some(unix_ms.saturating_sub(time_in(stored, key)?))
}
