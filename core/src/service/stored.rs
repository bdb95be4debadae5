//! What the store is read for, and what is written to it.

use super::{Effect, Service};
use crate::{
    command::{RequestId, StartChat},
    model::SessionData,
    private::Private,
    store::{Change, Stored, StoredText, key},
};
use serde::Deserialize;

/// Why the store is being read. Reads are answered in order.
#[derive(Debug)]
pub(super) enum Loading {
    StartUp(RequestId),
    StartChat(RequestId, Box<StartChat>),
    Verify(RequestId),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    secure_key: Private,
    #[serde(default)]
    alias: Private,
    #[serde(default)]
    user_id: Private,
}

impl Service {
    pub(super) fn load(&mut self, why: Loading) {
        self.loading.push_back(why);
        self.effects.push_back(Effect::Load);
    }

    pub(super) fn store(&mut self, changes: Vec<(&'static str, Option<String>)>) {
        let changes: Vec<Change> =
            changes.into_iter().map(|(key, text)| (key, text.map(StoredText))).collect();
        self.effects.push_back(Effect::Store(changes));
    }

    /// Forgets the stored session.
    pub(super) fn forget(&mut self) {
        self.store(key::ALL.into_iter().map(|key| (key, None)).collect());
    }
}

/// The stored session, when there is a complete one.
pub(super) fn session(stored: &Stored) -> Option<SessionData> {
    let session_id = stored.get(key::SESSION).filter(|id| !id.is_empty())?;
    let keys: Keys = serde_json::from_str(stored.get(key::KEYS)?).ok()?;
    Some(SessionData {
        session_id: session_id.as_str().into(),
        secure_key: keys.secure_key,
        alias: keys.alias,
        user_id: keys.user_id,
    })
}

/// The age in milliseconds of the time stored under `key`; nothing without one.
pub(super) fn age(stored: &Stored, key: &str, unix_ms: u64) -> Option<u64> {
    let then: u64 = stored.get(key)?.parse().ok()?;
    Some(unix_ms.saturating_sub(then))
}
