//! What an operator may set for GMS v2 alone.

use serde::Deserialize;

use crate::api::Settings;
use crate::words::set;

/// How GMS v2 behaves, whatever carries it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GmsSettings {
    /// The alias of a chat changes at every this many of its requests; 0: never.
    pub alias_every: u32,
}

/// Changes of some settings, in the words of the control API.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Patch {
    alias_every: Option<u32>,
}

impl Settings for GmsSettings {
    type Patch = Patch;
    const LISTS: &'static [&'static str] = &[];

    fn apply(&mut self, patch: Patch) {
        set(&mut self.alias_every, patch.alias_every);
    }
}
