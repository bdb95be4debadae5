//! Ids and keys of a customer's session, and the desk that knows them all.

use std::collections::HashMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

use super::settings::GmsSettings;
use crate::api::Memory;
use crate::chat::Chat;

/// What a customer of GMS v2 shows with every request.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// Service name in the chat URL; absent for Multicloud.
    pub service: Option<String>,
    /// Names the customer within the session.
    pub user_id: String,
    /// Names the chat server instance; may change at any time.
    pub alias: String,
    /// Base64 with `+`, `/` and `=`, to catch clients that do not encode it; or 16 hexadecimal digits.
    pub secure_key: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, user_id, alias, secure_key: _ } = self;
        f.debug_struct("Credentials")
            .field("service", service)
            .field("user_id", user_id)
            .field("alias", alias)
            .finish_non_exhaustive()
    }
}

/// A chat's credentials and what its customer has been told.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) credentials: Credentials,
    /// Keys that still open the session because the newest one has not been used yet.
    former_keys: Vec<String>,
    /// The customer has had the one reply that tells of the end.
    pub(crate) end_told: bool,
    requests: u32,
}

impl Ticket {
    /// Whether this key opens the session. Using the newest one retires the former ones.
    pub(crate) fn accepts(&mut self, key: &str) -> bool {
        if key == self.credentials.secure_key {
            self.former_keys.clear();
            return true;
        }
        self.former_keys.iter().any(|former| former == key)
    }
}

/// All tickets, by chat id.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) settings: GmsSettings,
    tickets: HashMap<String, Ticket>,
    /// The chats that keys open, or opened.
    keys: HashMap<String, String>,
    random: StdRng,
}

impl Memory for Desk {
    type Settings = GmsSettings;
    type Info = Credentials;

    fn new(settings: GmsSettings, seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed.wrapping_add(1));
        Self { settings, tickets: HashMap::new(), keys: HashMap::new(), random }
    }

    fn info(&self, chat: &Chat) -> Option<Credentials> {
        self.get(&chat.id).cloned()
    }

    fn forget(&mut self, chat: &str) {
        let Some(Ticket { credentials, former_keys, .. }) = self.tickets.remove(chat) else { return };
        for key in former_keys.iter().chain([&credentials.secure_key]) {
            self.keys.remove(key);
        }
    }

    fn forget_all(&mut self) {
        self.tickets.clear();
        self.keys.clear();
    }
}

impl Desk {
    pub(crate) fn issue(&mut self, chat_id: &str, service: Option<String>, short_key: bool) -> &Credentials {
        let credentials = Credentials {
            service,
            user_id: format!("{:09X}", self.random.random_range(0..1_u64 << 36)),
            alias: self.random.random_range(100..1000_u32).to_string(),
            secure_key: self.secure_key(short_key),
        };
        self.keys.insert(credentials.secure_key.clone(), chat_id.to_owned());
        let ticket = Ticket { credentials, former_keys: Vec::new(), end_told: false, requests: 0 };
        &self.tickets.entry(chat_id.to_owned()).insert_entry(ticket).into_mut().credentials
    }

    pub(crate) fn get(&self, chat_id: &str) -> Option<&Credentials> {
        self.tickets.get(chat_id).map(|ticket| &ticket.credentials)
    }

    /// The chat that this secure key opens.
    pub(crate) fn chat_of(&self, key: &str) -> Option<&str> {
        let chat = self.keys.get(key)?;
        let Ticket { credentials, former_keys, .. } = self.tickets.get(chat)?;
        let opens = credentials.secure_key == key || former_keys.iter().any(|former| former == key);
        opens.then_some(chat.as_str())
    }

    pub(crate) fn ticket(&mut self, chat_id: &str) -> Option<&mut Ticket> {
        self.tickets.get_mut(chat_id)
    }

    /// Counts a request of the chat; true when that is to change its alias.
    pub(crate) fn alias_is_due(&mut self, chat_id: &str) -> bool {
        let period = self.settings.alias_every;
        self.tickets.get_mut(chat_id).is_some_and(|ticket| {
            ticket.requests = ticket.requests.wrapping_add(1);
            period > 0 && ticket.requests % period == 0
        })
    }

    /// Gives the session an alias: this one, or a new one.
    pub(crate) fn change_alias(&mut self, chat_id: &str, alias: Option<String>) -> Option<String> {
        let step = self.random.random_range(1..900_u32);
        let ticket = self.tickets.get_mut(chat_id)?;
        let old: u32 = ticket.credentials.alias.parse().unwrap_or(100);
        let other = || (100 + (old.saturating_sub(100) + step) % 900).to_string();
        ticket.credentials.alias = alias.unwrap_or_else(other);
        Some(ticket.credentials.alias.clone())
    }

    /// Gives the session a new key. The former ones work until the new one is used.
    pub(crate) fn change_secure_key(&mut self, chat_id: &str, short_key: bool) -> Option<String> {
        let key = self.secure_key(short_key);
        let ticket = self.tickets.get_mut(chat_id)?;
        let former = std::mem::replace(&mut ticket.credentials.secure_key, key.clone());
        ticket.former_keys.push(former);
        self.keys.insert(key.clone(), chat_id.to_owned());
        Some(key)
    }

    fn secure_key(&mut self, short: bool) -> String {
        if short {
            return format!("{:016x}", self.random.random::<u64>());
        }
        loop {
            let mut bytes = [0_u8; 100];
            self.random.fill(&mut bytes);
            let key = STANDARD.encode(bytes);
            if key.contains('+') && key.contains('/') {
                return key;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_need_encoding_and_aliases_change() {
        let mut desk = Desk::new(GmsSettings::default(), 7);
        for chat in 0..50 {
            let id = chat.to_string();
            let first = desk.issue(&id, None, false).clone();
            for character in ['+', '/', '='] {
                assert!(first.secure_key.contains(character));
            }
            for _ in 0..20 {
                let before = desk.get(&id).unwrap().alias.clone();
                assert_ne!(desk.change_alias(&id, None).unwrap(), before);
            }
        }
    }

    #[test]
    fn a_former_key_works_until_the_new_one_is_used() {
        let mut desk = Desk::new(GmsSettings::default(), 7);
        let old = desk.issue("c", None, false).secure_key.clone();
        let new = desk.change_secure_key("c", false).unwrap();
        let ticket = desk.ticket("c").unwrap();
        assert!(ticket.accepts(&old) && ticket.accepts(&new));
        assert!(!ticket.accepts(&old));
        assert!(!ticket.accepts(""));
    }

    #[test]
    fn the_seed_decides() {
        let key = |seed| Desk::new(GmsSettings::default(), seed).issue("c", None, false).secure_key.clone();
        assert_eq!(key(1), key(1));
        assert_ne!(key(1), key(2));
    }
}
