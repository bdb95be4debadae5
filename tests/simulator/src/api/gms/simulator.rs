//! What tests do with GMS v2.

use crate::error::Error;
use crate::simulator::{Builder, Simulator};

impl Builder {
    /// Changes the alias of a GMS v2 chat at every this many of its requests; 0 means never, the default.
    #[must_use]
    pub fn alias_every(mut self, requests: u32) -> Self {
        self.apis_settings.gms.alias_every = requests;
        self
    }
}

impl Simulator {
    /// The on-premises chat URL of the service `support`, or of the first service that was set.
    pub fn chat_url(&self) -> String {
        self.url_named("chatUrl")
    }

    /// The Multicloud (GES) chat URL.
    pub fn ges_url(&self) -> String {
        self.url_named("gesUrl")
    }

    /// Changes the alias of a GMS v2 chat, to this one or a new one. The next reply tells it.
    pub fn change_alias(&self, chat_id: &str, alias: Option<&str>) -> Result<String, Error> {
        self.shared.change(|state, _| {
            let chat = state.chats.get(chat_id)?;
            let alias = state.apis.gms.change_alias(chat_id, alias.map(str::to_owned));
            alias.map_or_else(|| Err(chat.lacking("aliases")), Ok)
        })
    }
}
