//! The registered prefilters.

use crate::{prefilter::Prefilter, store::StoredText};
use serde_json::json;

/// The registered filters.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    /// Those stored with the session that is restored.
    pub(crate) recalled: Vec<Prefilter>,
    /// The application's own.
    added: Vec<Prefilter>,
}

impl Filters {
    /// All of them, in order of registration.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Prefilter> {
        self.recalled.iter().chain(&self.added)
    }

    pub(crate) fn to_vec(&self) -> Vec<Prefilter> {
        self.all().cloned().collect()
    }

    /// What is stored of them; nothing without any.
    pub(crate) fn to_stored(&self) -> Option<StoredText> {
        let custom = self.to_vec();
        (!custom.is_empty()).then(|| StoredText(json!({"custom": custom}).to_string()))
    }

    /// Drops what belonged to a session that cannot be restored.
    pub(crate) fn forget_recalled(&mut self) {
        self.recalled.clear();
    }

    /// Adds a filter of the application, unless one with the same source and flags is there.
    pub(crate) fn add(&mut self, filter: Prefilter) {
        self.recalled.retain(|recalled| *recalled != filter);
        if !self.added.contains(&filter) {
            self.added.push(filter);
        }
    }
}
