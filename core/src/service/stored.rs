//! What the store is read for, and what is written to it.

use super::{
    Effect, Service, Time,
    keeping::{self, readable},
    state::Loading,
};
use crate::{
    Error,
    event::{Event, ResponseData},
    model::SessionData,
    store::{Change, Mark, Stored, StoredText, key},
    transport::SessionForm,
};
use serde_json::Value;

impl Service {
    pub(super) fn load(&mut self, why: Loading) {
        let kept = self.is_asynchronous() && !matches!(why, Loading::StartChat(..));
        self.loading.push_back(why);
        self.effects.push_back(Effect::Load { kept });
    }

    /// Changes the store, whatever it holds.
    pub(super) fn store(&mut self, changes: Vec<Change>) {
        self.change_store(None, changes);
    }

    /// Changes the store as long as it holds the present session: other services may have put theirs in its place.
    pub(super) fn store_own(&mut self, changes: Vec<Change>) {
        if let Some(mark) = self.marks.session.clone() {
            self.change_store(Some(mark), changes);
        }
    }

    pub(super) fn change_store(&mut self, mark: Option<Mark>, changes: Vec<Change>) {
        self.effects.push_back(Effect::Store { mark, changes, answer: None });
    }

    /// Puts a session that has just begun in place of whatever is stored.
    pub(super) fn store_start(&mut self) {
        let Some(live) = self.session.live() else { return };
        let mut changes = self.form.write(&live.data);
        let mark = mark(self.form, &changes);
        changes.push(self.form.place(1, None));
        changes.push(self.sign_of_life());
        changes.push((key::FILTERS, self.filters.to_stored()));
        changes.push((key::OUTBOX, None));
        self.marks.session = mark;
        self.marks.replaces = false;
        self.store(changes);
        self.release_lock();
    }

    /// Counts `data` as the present session: that of the store, where that has it, else one that replaces it once it has been taken up.
    pub(super) fn own_session(&mut self, data: &SessionData, stored: Option<&Stored>) {
        self.marks.session = mark(self.form, &self.form.write(data));
        let is_stored = |mark: &Mark| stored.is_some_and(|stored| mark.is_in(stored));
        self.marks.replaces = !self.marks.session.as_ref().is_some_and(is_stored);
    }

    /// Stores what a restoration needs.
    pub(super) fn store_session(&mut self) {
        let Some(live) = self.session.live() else { return };
        let mut changes = self.form.write(&live.data);
        let mark = mark(self.form, &changes);
        if std::mem::take(&mut self.marks.replaces) {
            changes.push((key::OUTBOX, None));
            self.store(changes);
        } else {
            self.store_own(changes);
        }
        self.marks.session = mark;
    }

    /// Stores the place in the transcript.
    pub(super) fn store_position(&mut self) {
        let Some(live) = self.session.live() else { return };
        let mut changes = vec![self.form.place(live.position, live.newest.as_ref())];
        if self.is_pushed() {
            changes.push(self.sign_of_life());
        }
        self.store_own(changes);
    }

    /// What is to be stored to say that the chat is alive now.
    pub(super) fn sign_of_life(&self) -> Change {
        (key::PING, Some(StoredText(self.time.unix_ms.to_string())))
    }

    /// What is stored of a session, by the host or in the store.
    pub(super) fn stored_session(&self, stored: &Stored) -> Option<SessionData> {
        let kept = stored.get(key::KEPT).and_then(|kept| serde_json::from_str(kept).ok());
        kept.and_then(|kept| self.given_session(&kept)).or_else(|| self.form.read(stored))
    }

    /// The session that an application gives; an object also as JSON text. Nothing when it names none.
    pub(super) fn given_session(&self, given: &Value) -> Option<SessionData> {
        let object = given.as_str().and_then(|text| serde_json::from_str(text).ok()).filter(Value::is_object);
        self.form.given(object.as_ref().unwrap_or(given))
    }

    /// Forgets the present session, if it is the one that is stored.
    pub(super) fn forget(&mut self) {
        let mark = self.marks.session.take();
        self.marks.replaces = false;
        self.forget_marked(mark);
    }

    /// Forgets the session that was found in the store, if it still is there. What was to be sent in it has its outcome.
    pub(super) fn forget_found(&mut self, stored: &Stored) {
        self.found_outbox = keeping::read(stored);
        self.tell_unsettled();
        let found = mark_by(self.form, |key| stored.get(key).cloned().map(StoredText));
        self.forget_marked(found);
    }

    /// A start under way and the other form of sessions are not this one's.
    fn forget_marked(&mut self, mark: Option<Mark>) {
        if mark.is_some() {
            let keys = self.form.keys().iter().chain(&[key::PING, key::FILTERS, key::OUTBOX]);
            self.change_store(mark, keys.map(|key| (*key, None)).collect());
        }
    }

    /// Takes what the store holds. Answers [`Effect::Load`].
    pub fn loaded(&mut self, time: Time, outcome: Result<Stored, Error>) {
        self.time = time;
        let Some(loading) = self.loading.pop_front() else { return };
        let (stored, problem) = match outcome.and_then(readable) {
            Ok(stored) => (stored, None),
            Err(error) => (Stored::new(), Some(error)),
        };
        if let Some(error) = &problem {
            self.warn(format!("the session store cannot be read: {error}"));
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
        let told = self.form.failure("SessionStoreError", error.message());
        self.publish(Event::Error(ResponseData::Failure(told)));
    }
}

/// What marks a store that holds the session of these changes.
fn mark(form: &dyn SessionForm, changes: &[Change]) -> Option<Mark> {
    let text =
        |key: &str| changes.iter().find(|(changed, _)| *changed == key).and_then(|(_, text)| text.clone());
    mark_by(form, text)
}

/// The first of the form's marks that has a text.
fn mark_by(form: &dyn SessionForm, text: impl Fn(&str) -> Option<StoredText>) -> Option<Mark> {
    let mut marks = form.marks().iter().filter_map(|key| Some(Mark { key, text: text(key)? }));
    marks.find(|mark| !mark.text.0.is_empty())
}

/// The time stored under `key`, in milliseconds; nothing without one.
pub(super) fn time_in(stored: &Stored, key: &str) -> Option<u64> {
    stored.get(key)?.parse().ok()
}

/// The age in milliseconds of the time stored under `key`; nothing without one.
pub(super) fn age(stored: &Stored, key: &str, unix_ms: u64) -> Option<u64> {
    Some(unix_ms.saturating_sub(time_in(stored, key)?))
}
