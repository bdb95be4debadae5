//! One session: what a token stands for.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::files::Upload;
use super::limits::Window;
use super::modes::{Repeats, Times};
use super::settings::WebMessagingSettings;
use super::wire::{self, Sent};

/// What may still be done in a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Standing {
    #[default]
    Open,
    /// The conversation has ended: it can be read, cleared, and begun anew.
    ReadOnly,
    /// Its time is over.
    Expired,
}

/// A message of the session, as the history keeps it.
#[derive(Debug)]
pub(super) struct Item {
    /// The message without what modes repeat of its request.
    pub(super) body: Value,
    /// How it was sent, if the customer did.
    pub(super) sent: Option<Sent>,
    /// The history shows it from then on.
    pub(super) shows_from: Instant,
}

/// A session and its conversations, one after another.
#[derive(Debug)]
pub(super) struct Session {
    /// Its own name, which opens nothing.
    pub(super) id: String,
    /// The conversation that is going on.
    pub(super) chat: Option<String>,
    /// How many events of it have become messages.
    pub(super) seen: usize,
    /// All conversations whose messages are in the history.
    pub(super) chats: Vec<String>,
    pub(super) items: Vec<Item>,
    /// Events of the chat that the customer brought about, by their index: how they were sent; nothing for those that are no messages.
    pub(super) expected: HashMap<u64, Option<Sent>>,
    pub(super) standing: Standing,
    pub(super) is_authenticated: bool,
    pub(super) expires: Instant,
    /// Its connections, the oldest first.
    pub(super) lines: Vec<u64>,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) uploads: BTreeMap<String, Upload>,
    pub(super) messages: Window,
    pub(super) typing: Window,
    pub(super) configures: Window,
    pub(super) histories: Window,
}

impl Session {
    pub(super) fn new(id: String, expires: Instant) -> Self {
        Self {
            id,
            chat: None,
            seen: 0,
            chats: Vec::new(),
            items: Vec::new(),
            expected: HashMap::new(),
            standing: Standing::Open,
            is_authenticated: false,
            expires,
            lines: Vec::new(),
            attributes: BTreeMap::new(),
            uploads: BTreeMap::new(),
            messages: Window::default(),
            typing: Window::default(),
            configures: Window::default(),
            histories: Window::default(),
        }
    }

    /// Begins anew after a conversation that has become read-only.
    pub(super) fn start_new(&mut self) {
        self.standing = Standing::Open;
        (self.chat, self.seen) = (None, 0);
        self.chats.clear();
        self.items.clear();
        self.expected.clear();
        self.uploads.clear();
    }

    /// A message that a chat has no event for.
    pub(super) fn put(&mut self, body: Value, sent: Option<Sent>, shows_from: Instant) {
        self.items.push(Item { body, sent, shows_from });
    }
}

/// What of its request comes back with a message.
fn repeat(body: &mut Map<String, Value>, sent: &Sent, repeats: Repeats) {
    if let (true, Some(id), Some(Value::Object(channel))) =
        (repeats.tracing_id(), &sent.tracing_id, body.get_mut("channel"))
    {
        channel.insert("messageId".to_owned(), id.clone());
    }
    if repeats.metadata() && !sent.metadata.is_empty() {
        body.insert("metadata".to_owned(), sent.metadata.clone().into());
    }
}

impl Item {
    /// The message as it is told while it happens.
    pub(super) fn live(&self, settings: &WebMessagingSettings, is_authenticated: bool) -> Value {
        let mut body = self.body.clone();
        if let (Some(sent), Some(members)) = (&self.sent, body.as_object_mut()) {
            repeat(members, sent, settings.echo_repeats);
            if is_authenticated {
                let metadata = members.entry("metadata").or_insert_with(|| json!({}));
                if let Some(metadata) = metadata.as_object_mut() {
                    metadata.insert("authenticated".to_owned(), "true".into());
                }
            }
        }
        body
    }

    /// The message as the history has it.
    pub(super) fn past(&self, settings: &WebMessagingSettings) -> Value {
        let mut body = self.body.clone();
        let Some(members) = body.as_object_mut() else { return body };
        members.insert("status".to_owned(), if self.sent.is_some() { "Sent" } else { "Published" }.into());
        members.insert("reasons".to_owned(), json!([]));
        if let Some(sent) = &self.sent {
            repeat(members, sent, settings.history_repeats);
            let id = members.get("id").and_then(Value::as_str).filter(|_| settings.other_history_ids);
            if let Some(id) = id.map(|id| wire::uuid(&format!("history {id}"))) {
                members.insert("id".to_owned(), id.into());
            }
        }
        if let Some(time) = members.get_mut("channel").and_then(|channel| channel.get_mut("time")) {
            match settings.times {
                Times::Exact => {}
                Times::Seconds => *time = time.as_str().map(wire::whole_seconds).into(),
                Times::Null => *time = Value::Null,
            }
        }
        body
    }
}
