//! What the store is read for, and what is written to it.

use super::{Effect, Service};
use crate::{
    command::{RequestId, StartChat},
    model::SessionData,
    store::{self, Change, HostCall, Stored, StoredText, key},
};
use serde_json::{Value, json};

/// Why the store is being read. Reads are answered in order.
#[derive(Debug)]
pub(super) enum Loading {
    StartUp(RequestId),
    StartChat(RequestId, Box<StartChat>),
    Verify(RequestId),
    Restore(RequestId),
}

impl Service {
    pub(super) fn load(&mut self, why: Loading) {
        let kept = self.is_asynchronous() && !matches!(why, Loading::StartChat(..));
        self.loading.push_back(why);
        self.effects.push_back(Effect::Load { kept });
    }

    pub(super) fn store(&mut self, changes: Vec<(&'static str, Option<String>)>) {
        let changes: Vec<Change> =
            changes.into_iter().map(|(key, text)| (key, text.map(StoredText))).collect();
        self.effects.push_back(Effect::Store(changes));
    }

    /// Stores what a restoration needs.
    pub(super) fn store_session(&mut self) {
        let Some(live) = self.session.live() else { return };
        let changes = store::write(&live.data);
        self.store(changes);
    }

    /// Stores the place in the transcript.
    pub(super) fn store_position(&mut self) {
        let Some(live) = self.session.live() else { return };
        let mut place = store::place(self.capabilities.session, live.position, live.newest.as_ref());
        if !self.capabilities.polling {
            place.push((key::PING, Some(self.time.unix_ms.to_string())));
        }
        self.store(place);
        self.keep_for_host();
    }

    /// Hands the host what it is to keep of an asynchronous chat (behaviour reference, section 7, "getSessionData").
    pub(super) fn keep_for_host(&mut self) {
        let asynchronous = self.is_asynchronous();
        let Some(live) = self.session.live_mut().filter(|_| asynchronous) else { return };
        let kept = match &*live.data {
            SessionData::Gms(data) => json!(data),
            SessionData::Nexus(data) => json!({"messageIndex": live.newest, "token": data.token}),
        };
        if live.kept.0 != kept {
            live.kept.0 = kept.clone();
            self.effects.push_back(Effect::TellKeeper(HostCall::Store(kept)));
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

    /// Forgets the stored session.
    pub(super) fn forget(&mut self) {
        self.store(key::ALL.into_iter().map(|key| (key, None)).collect());
    }
}

/// The age in milliseconds of the time stored under `key`; nothing without one.
pub(super) fn age(stored: &Stored, key: &str, unix_ms: u64) -> Option<u64> {
    let then: u64 = stored.get(key)?.parse().ok()?;
    Some(unix_ms.saturating_sub(then))
}
