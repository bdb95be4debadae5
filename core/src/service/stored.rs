//! What the store is read for, and what is written to it.

use super::{Effect, Service, state::Loading};
use crate::{
    Error,
    event::{Event, ResponseData},
    model::{Index, SessionData, SessionForm},
    store::{self, HostCall, Mark, Stored, StoredText, key},
};
use serde_json::{Value, json};

/// How long a start under way in another service holds back ours, in milliseconds.
const LOCK_MS: u64 = 2_000;

impl Service {
    pub(super) fn load(&mut self, why: Loading) {
        let kept = self.is_asynchronous() && !matches!(why, Loading::StartChat(..));
        self.loading.push_back(why);
        self.effects.push_back(Effect::Load { kept });
    }

    /// Changes the store, whatever it holds.
    fn store(&mut self, changes: Vec<(&'static str, Option<String>)>) {
        self.change_store(None, changes);
    }

    /// Changes the store as long as it holds the present session: other services may have put theirs in its place.
    pub(super) fn store_own(&mut self, changes: Vec<(&'static str, Option<String>)>) {
        if let Some(mark) = self.marks.session.clone() {
            self.change_store(Some(mark), changes);
        }
    }

    fn change_store(&mut self, mark: Option<Mark>, changes: Vec<(&'static str, Option<String>)>) {
        let changes = changes.into_iter().map(|(key, text)| (key, text.map(StoredText))).collect();
        self.effects.push_back(Effect::Store { mark, changes });
    }

    /// Marks that a start is under way.
    pub(super) fn take_lock(&mut self) {
        let text = self.time.unix_ms.to_string();
        self.marks.lock = Some(Mark { key: key::CHAT_START_LOCK, text: StoredText(text.clone()) });
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
        let began = time_in(stored, key::CHAT_START_LOCK);
        let age = began.and_then(|began| self.time.unix_ms.checked_sub(began));
        age.is_some_and(|age| age < LOCK_MS)
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

    /// Hands the host what it is to keep of an asynchronous chat (webchatservice.md, 7 (getSessionData)).
    pub(super) fn keep_for_host(&mut self) {
        let asynchronous = self.is_asynchronous();
        let Some(live) = self.session.live_mut().filter(|_| asynchronous) else { return };
        let kept = match &*live.data {
            SessionData::Gms(data) => json!(data),
            SessionData::Nexus(data) => {
                let index = live.kept_index.as_ref().map_or_else(|| json!(0), |index| json!(index));
                json!({"messageIndex": index, "token": data.token})
            }
        };
        if live.kept.0 != kept {
            live.kept.0 = kept.clone();
            self.effects.push_back(Effect::TellKeeper(HostCall::Store(kept)));
        }
    }

    /// Tells the host of a message that is to be published next, if it is the newest.
    pub(super) fn keep_index_for_host(&mut self, index: &Index) {
        let Some(live) = self.session.live_mut().filter(|_| index.place().is_some()) else { return };
        if live.kept_index.as_ref().is_none_or(|kept| kept.order < index.order) {
            live.kept_index = Some(index.clone());
            self.keep_for_host();
        }
    }

    /// Tells the host that what it keeps is of no use any more ("deleteSessionData").
    pub(super) fn forget_at_host(&mut self, data: &SessionData, response: &Value) {
        if self.is_asynchronous() {
            let lost = json!({"sessionData": data, "response": response});
            self.effects.push_back(Effect::TellKeeper(HostCall::Forget(lost)));
        }
    }

    /// Whether chats outlive the process and the agents' presence.
    pub(super) fn is_asynchronous(&self) -> bool {
        self.config.asynchronous == Some(true)
    }

    /// What is stored of a session, by the host or in the store.
    pub(super) fn stored_session(&self, stored: &Stored) -> Option<SessionData> {
        let form = self.capabilities.session;
        let kept = stored.get(key::KEPT).and_then(|kept| serde_json::from_str(kept).ok());
        kept.and_then(|kept| store::given(form, &kept)).or_else(|| store::read(form, stored))
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
}

/// The time stored under `key`, in milliseconds; nothing without one.
fn time_in(stored: &Stored, key: &str) -> Option<u64> {
    stored.get(key)?.parse().ok()
}

/// The age in milliseconds of the time stored under `key`; nothing without one.
pub(super) fn age(stored: &Stored, key: &str, unix_ms: u64) -> Option<u64> {
    Some(unix_ms.saturating_sub(time_in(stored, key)?))
}
