//! The sessions of customers: their transports, and what Nexus remembers of them besides the chat.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value};
use tokio::sync::Notify;

use super::info::NexusInfo;
use super::settings::NexusSettings;
use super::token::{Claims, Signer};
use super::wire;
use crate::api::Memory;
use crate::chat::{CLIENT, Chat};

/// One attachment of a client to its session. Each token names one, and each has its own cursor (nexus-v3.md, 8.1).
#[derive(Debug, Default)]
pub(super) struct Transport {
    /// How many events of the transcript it has had.
    pub(super) cursor: usize,
    /// It has been told that the chat is over.
    pub(super) end_told: bool,
}

/// What Nexus knows about a chat.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// The fields of the request that created it, `userData` left out.
    pub(super) fields: BTreeMap<String, String>,
    pub(super) transports: HashMap<String, Transport>,
    /// The token issued last.
    pub(super) token: String,
    /// `data` of the answers to operations that may be repeated, by `operationId`.
    pub(super) answered: HashMap<String, Map<String, Value>>,
    /// Rings when a poll that is held is to look again.
    pub(super) bell: Arc<Notify>,
}

/// All sessions, by id, with the settings that rule them.
#[derive(Debug)]
pub(crate) struct Sessions {
    pub(crate) settings: NexusSettings,
    open: HashMap<String, Session>,
    signer: Signer,
    random: StdRng,
}

impl Memory for Sessions {
    type Settings = NexusSettings;
    type Info = NexusInfo;

    fn new(settings: NexusSettings, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed.wrapping_add(3));
        let mut key = [0_u8; 64];
        random.fill(&mut key);
        Self { settings, open: HashMap::new(), signer: Signer::new(key), random }
    }

    fn info(&self, chat: &Chat) -> Option<NexusInfo> {
        let session = self.get(&chat.id)?;
        Some(NexusInfo {
            participant_id: wire::participant_id(&chat.id, CLIENT),
            token: session.token.clone(),
            transports: session.transports.len(),
            fields: session.fields.clone(),
        })
    }

    fn forget(&mut self, chat: &str) {
        if let Some(session) = self.open.remove(chat) {
            session.bell.notify_waiters();
        }
    }

    fn forget_all(&mut self) {
        for (_, session) in self.open.drain() {
            session.bell.notify_waiters();
        }
    }
}

impl Sessions {
    pub(super) fn open(&mut self, id: &str, fields: BTreeMap<String, String>) {
        self.open.insert(id.to_owned(), Session { fields, ..Session::default() });
    }

    /// A token for a new transport of the session.
    pub(super) fn attach(&mut self, id: &str) -> String {
        let transport = uuid::Builder::from_random_bytes(self.random.random()).into_uuid().to_string();
        let claims = Claims {
            session_id: id.to_owned(),
            transport_id: transport.clone(),
            participant_id: wire::participant_id(id, CLIENT),
        };
        let token = self.signer.sign(&claims);
        if let Some(session) = self.open.get_mut(id) {
            session.transports.insert(transport, Transport::default());
            session.token.clone_from(&token);
        }
        token
    }

    /// What the token says, if its signature is good.
    pub(super) fn verify(&self, token: &str) -> Option<Claims> {
        self.signer.verify(token)
    }

    pub(super) fn get(&self, id: &str) -> Option<&Session> {
        self.open.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Session> {
        self.open.get_mut(id)
    }

    /// All tokens of the session expire, if it is one.
    pub(super) fn expire_tokens(&mut self, id: &str) -> bool {
        let Some(session) = self.open.get_mut(id) else { return false };
        session.transports.clear();
        session.bell.notify_waiters();
        true
    }
}
