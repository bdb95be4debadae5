//! What tests do with Nexus v3.

use super::NexusSettings;
use crate::error::Error;
use crate::simulator::{Builder, Simulator};

impl Builder {
    /// How Nexus v3 behaves.
    #[must_use]
    pub fn nexus(mut self, settings: NexusSettings) -> Self {
        self.apis_settings.nexus = settings;
        self
    }
}

impl Simulator {
    /// The chat URL of Nexus v3, its `dataURL`.
    pub fn nexus_url(&self) -> String {
        self.url_named("nexusUrl")
    }

    /// All tokens of a Nexus v3 chat expire: requests with them are answered with `AUTHENTICATION_REQUIRED`.
    pub fn expire_tokens(&self, chat_id: &str) -> Result<(), Error> {
        self.shared.change(|state, _| {
            let chat = state.chats.get(chat_id)?;
            if state.apis.nexus.expire_tokens(chat_id) { Ok(()) } else { Err(chat.lacking("tokens")) }
        })
    }

    /// Changes how Nexus v3 behaves; it holds for open sessions too.
    pub fn change_nexus(&self, change: impl FnOnce(&mut NexusSettings)) {
        self.shared.change(|state, _| change(&mut state.apis.nexus.settings));
    }
}
