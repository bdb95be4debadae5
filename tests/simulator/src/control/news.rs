//! What is new to somebody who listens.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::{entries, server};
use crate::log::LogEntry;
use crate::simulator::{ChatInfo, Simulator};
use crate::state::State;

/// What one listener knows.
#[derive(Debug)]
pub(super) struct Known {
    server: Value,
    /// Of each chat what it is, and how many entries of its transcript.
    chats: HashMap<String, (ChatInfo, u64)>,
    log: KnownLog,
    /// How things are has been told.
    ready: bool,
}

#[derive(Debug)]
struct KnownLog {
    /// How many requests from before are wanted.
    wanted: u64,
    /// The number of the latest one told.
    latest: u64,
    /// Those told before they were done.
    open: BTreeSet<u64>,
    /// None has been told since the log was emptied.
    empty: bool,
}

/// An event for the listener.
fn put(news: &mut String, name: &str, data: &impl Serialize) {
    // JSON has no line ends outside of texts, and in texts they are escaped.
    let data = serde_json::to_string(data).unwrap_or_default();
    news.extend(["event: ", name, "\ndata: ", &data, "\n\n"]);
}

impl Known {
    /// Of a listener who knows nothing, and wants this many requests of the log.
    pub(super) fn new(wanted: u64) -> Self {
        let log = KnownLog { wanted, latest: 0, open: BTreeSet::new(), empty: true };
        Self { server: Value::Null, chats: HashMap::new(), log, ready: false }
    }

    /// What the listener does not know yet, in the words of server-sent events. It is known from now on.
    pub(super) fn update(&mut self, simulator: &Simulator) -> String {
        let mut news = String::new();
        let server = server::facts(simulator);
        if server != self.server {
            put(&mut news, "server", &server);
            self.server = server;
        }
        simulator.shared.read(|state| self.chats(state, &mut news));
        let ready = self.ready;
        simulator.shared.log.visit(|entries| self.log.update(entries, ready, &mut news));
        if !std::mem::replace(&mut self.ready, true) {
            put(&mut news, "ready", &json!({}));
        }
        news
    }

    fn chats(&mut self, state: &State, news: &mut String) {
        for chat in state.chats.all() {
            let info = ChatInfo::of(state, chat);
            let known = self.chats.get(&chat.id);
            let entries =
                known.map_or(if self.ready { 0 } else { chat.next_position() - 1 }, |known| known.1);
            if known.is_none_or(|known| known.0 != info) {
                put(news, "chat", &info);
            }
            for entry in entries::behind(chat, entries) {
                put(news, "entry", &json!({ "chat": chat.id, "entry": entry }));
            }
            let there = chat.next_position() - 1;
            self.chats.insert(chat.id.clone(), (info, there));
        }
        if self.chats.len() > state.chats.all().len() {
            let there: HashSet<&str> = state.chats.all().map(|chat| chat.id.as_str()).collect();
            self.chats.retain(|id, _| {
                let stays = there.contains(id.as_str());
                if !stays {
                    put(news, "gone", &json!({ "chat": id }));
                }
                stays
            });
        }
    }
}

impl KnownLog {
    fn update(&mut self, entries: &mut dyn Iterator<Item = &LogEntry>, ready: bool, news: &mut String) {
        let entries: Vec<&LogEntry> = entries.collect();
        if !ready {
            let latest = entries.last().map_or(0, |entry| entry.number);
            self.latest = latest.saturating_sub(self.wanted);
        }
        if entries.is_empty() && !self.empty {
            put(news, "log-cleared", &json!({}));
        }
        self.empty = entries.is_empty();
        let from = self.open.first().map_or(self.latest, |first| self.latest.min(first - 1));
        let from = entries.partition_point(|entry| entry.number <= from);
        let mut open = BTreeSet::new();
        for entry in entries.get(from..).unwrap_or_default() {
            let was_open = self.open.contains(&entry.number);
            let new = entry.number > self.latest;
            if new || (was_open && entry.done) {
                put(news, "request", entry);
            }
            if !entry.done && (new || was_open) {
                open.insert(entry.number);
            }
            self.latest = self.latest.max(entry.number);
        }
        self.open = open;
    }
}
