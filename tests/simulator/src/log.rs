//! The request log: what arrived, what was answered, and whether it took effect.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::request::Parts;
use serde::Serialize;

use crate::changes::Changes;
use crate::operation::Operation;

/// A file part of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedFile {
    /// Name of the form field.
    pub field: String,
    /// The part's file name.
    pub file_name: String,
    /// The part's content type.
    pub content_type: Option<String>,
    /// Bytes received.
    pub size: u64,
}

/// One request, in order of arrival. It holds everything received, secure keys included: they are made up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// Number of the request since the simulator started, from 1.
    pub number: u64,
    /// Arrival, in milliseconds since 1970 UTC.
    pub utc_time: u64,
    /// HTTP method; `WS` for a message that came over a WebSocket, which has path and headers of its opening.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// HTTP version, e.g. `HTTP/1.1`.
    pub version: String,
    /// The operation, if the path names one.
    pub operation: Option<Operation>,
    /// The service name in the path or, with `CometD`, in the channel; GMS v2 on-premises only.
    pub service: Option<String>,
    /// The id of chat or session in the path, or that of the chat the request started.
    pub chat_id: Option<String>,
    /// With `CometD` the Bayeux client id, also that which a handshake gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// All headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Form fields in order, empty ones included. With Nexus v3 those of the query come first, and members of
    /// a JSON body have the names that a form gives them, e.g. `data[userData][PhoneNumber]`. With `CometD` an
    /// entry is one Bayeux message; its members come first, those of `data` with the names of GMS v2 REST.
    pub fields: Vec<(String, String)>,
    /// File parts.
    pub files: Vec<ReceivedFile>,
    /// HTTP status answered; absent while pending and when the connection was closed without an answer. A message
    /// that was answered over a WebSocket has 200.
    pub status: Option<u16>,
    /// Name of the fault that was applied.
    pub fault: Option<String>,
    /// Whether the operation was carried out.
    pub effect: bool,
    /// Whether the simulator is done with the request (the last bytes may still be on their way).
    pub done: bool,
}

impl LogEntry {
    /// The first header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The first form field of this name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug)]
struct Entries {
    kept: VecDeque<LogEntry>,
    count: u64,
    limit: usize,
}

/// The log; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    entries: Arc<Mutex<Entries>>,
    changes: Changes,
}

/// Everything known about a request when it arrives.
#[derive(Debug, Default)]
pub(crate) struct Arrival {
    pub(crate) utc_time: u64,
    pub(crate) operation: Option<Operation>,
    pub(crate) service: Option<String>,
    pub(crate) chat_id: Option<String>,
    pub(crate) client_id: Option<String>,
    /// It came over a WebSocket that the request opened.
    pub(crate) in_socket: bool,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) files: Vec<ReceivedFile>,
}

impl Log {
    pub(crate) fn new(limit: usize, changes: Changes) -> Self {
        let entries = Entries { kept: VecDeque::new(), count: 0, limit };
        Self { entries: Arc::new(Mutex::new(entries)), changes }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn all(&self) -> Vec<LogEntry> {
        self.lock().kept.iter().cloned().collect()
    }

    /// Calls `visit` with the entries, oldest first, without copying them.
    pub(crate) fn visit<T>(&self, visit: impl FnOnce(&mut dyn Iterator<Item = &LogEntry>) -> T) -> T {
        visit(&mut self.lock().kept.iter())
    }

    pub(crate) fn clear(&self) {
        self.lock().kept.clear();
        self.changed();
    }

    /// Notes a request that has arrived; the caller says later what came of it.
    pub(crate) fn open(&self, parts: &Parts, arrival: Arrival) -> OpenEntry {
        let mut entries = self.lock();
        entries.count += 1;
        let number = entries.count;
        if entries.limit > 0 {
            if entries.kept.len() >= entries.limit {
                entries.kept.pop_front();
            }
            entries.kept.push_back(entry(number, parts, arrival));
        }
        drop(entries);
        self.changed();
        OpenEntry { note: Note { log: self.clone(), number }, closed: false }
    }

    fn update(&self, number: u64, change: impl FnOnce(&mut LogEntry)) {
        let mut entries = self.lock();
        // Entries have numbers in a row.
        let first = entries.kept.front().map_or(u64::MAX, |entry| entry.number);
        let place = number.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| entries.kept.get_mut(place)) {
            change(entry);
        }
        drop(entries);
        self.changed();
    }

    fn changed(&self) {
        self.changes.tell();
    }
}

fn entry(number: u64, parts: &Parts, arrival: Arrival) -> LogEntry {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    LogEntry {
        number,
        utc_time: arrival.utc_time,
        method: if arrival.in_socket { "WS".to_owned() } else { parts.method.to_string() },
        path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        version: format!("{:?}", parts.version),
        operation: arrival.operation,
        service: arrival.service,
        chat_id: arrival.chat_id,
        client_id: arrival.client_id,
        headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        fields: arrival.fields,
        files: arrival.files,
        status: None,
        fault: None,
        effect: false,
        done: false,
    }
}

/// Where is noted what comes of a request, also after its answer.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    log: Log,
    number: u64,
}

impl Note {
    pub(crate) fn fault(&self, name: &str) {
        self.log.update(self.number, |entry| entry.fault = Some(name.to_owned()));
    }

    pub(crate) fn effect(&self, effect: bool, chat_id: Option<&str>) {
        self.log.update(self.number, |entry| {
            entry.effect = effect;
            if let Some(chat_id) = chat_id {
                entry.chat_id = Some(chat_id.to_owned());
            }
        });
    }

    pub(crate) fn client(&self, client_id: &str) {
        self.log.update(self.number, |entry| entry.client_id = Some(client_id.to_owned()));
    }
}

/// A request being handled. When dropped unclosed (the caller hung up), the entry is closed without a status.
#[derive(Debug)]
pub(crate) struct OpenEntry {
    note: Note,
    closed: bool,
}

impl std::ops::Deref for OpenEntry {
    type Target = Note;

    fn deref(&self) -> &Note {
        &self.note
    }
}

impl OpenEntry {
    pub(crate) fn note(&self) -> Note {
        self.note.clone()
    }

    pub(crate) fn close(mut self, status: Option<u16>) {
        self.closed = true;
        self.log.update(self.number, |entry| (entry.status, entry.done) = (status, true));
    }
}

impl Drop for OpenEntry {
    fn drop(&mut self) {
        if !self.closed {
            self.log.update(self.number, |entry| entry.done = true);
        }
    }
}
