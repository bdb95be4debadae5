//! What a store holds for a service, as plain data: texts under names.

use std::{collections::BTreeMap, fmt};

/// Everything a store holds for a service.
pub type Stored = BTreeMap<String, String>;

/// One change: the key's new value, or nothing when it is deleted.
pub type Change = (&'static str, Option<StoredText>);

/// A value on its way into a store. It can hold keys to the session: `Debug` shows only its length.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredText(pub String);

impl fmt::Debug for StoredText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<private, {} bytes>", self.0.len())
    }
}

/// Tells whose the content of a store is: this text under this key. Several services may use one store, and none may change what
/// belongs to another's session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The key.
    pub key: &'static str,
    /// What is stored under it.
    pub text: StoredText,
}

impl Mark {
    /// Whether the content has this mark.
    pub fn is_in(&self, stored: &Stored) -> bool {
        stored.get(self.key) == Some(&self.text.0)
    }
}
