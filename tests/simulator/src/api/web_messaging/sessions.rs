//! All sessions and connections.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use tokio::time::Instant;

use super::info::{WebMessagingInfo, WebMessagingTotals};
use super::limits::Window;
use super::line::{Line, Post};
use super::modes::UploadEvent;
use super::reply;
use super::session::{Session, Standing};
use super::settings::WebMessagingSettings;
use super::signer::Signer;
use super::{files, s3};
use crate::api::Memory;
use crate::chat::{Chat, ChatServer, EndCause, Moment};
use crate::timers::Timers;

/// Everything that Web Messaging remembers.
#[derive(Debug)]
pub(crate) struct Sessions {
    pub(crate) settings: WebMessagingSettings,
    /// By their tokens.
    pub(super) known: HashMap<String, Session>,
    /// The tokens of conversations.
    pub(super) by_chat: HashMap<String, String>,
    /// Tokens that the server says not to know.
    pub(super) forgotten: BTreeSet<String>,
    pub(super) lines: BTreeMap<u64, Line>,
    /// Uploads that will be told of, by token and id.
    pub(super) agenda: BTreeMap<(Instant, u64), (String, String)>,
    /// When sessions are over, by token.
    pub(super) timers: Timers<String>,
    /// Uploads that are to come to an S3 server, and that nobody looks out for yet.
    pub(super) awaited: Vec<String>,
    pub(super) opened: Window,
    /// What has been counted; the rest of it is filled in when asked for.
    pub(super) counted: WebMessagingTotals,
    pub(super) signer: Signer,
    numbers: u64,
    random: StdRng,
}

impl Memory for Sessions {
    type Settings = WebMessagingSettings;
    type Info = WebMessagingInfo;

    fn new(settings: WebMessagingSettings, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed.wrapping_add(4));
        let mut key = [0_u8; 64];
        random.fill(&mut key);
        Self {
            settings,
            known: HashMap::new(),
            by_chat: HashMap::new(),
            forgotten: BTreeSet::new(),
            lines: BTreeMap::new(),
            agenda: BTreeMap::new(),
            timers: Timers::default(),
            awaited: Vec::new(),
            opened: Window::default(),
            counted: WebMessagingTotals::default(),
            signer: Signer::new(key),
            numbers: 0,
            random,
        }
    }

    fn info(&self, chat: &Chat) -> Option<WebMessagingInfo> {
        let token = self.by_chat.get(&chat.id)?;
        self.known.get(token).map(|session| WebMessagingInfo::of(token, session))
    }

    fn forget(&mut self, chat: &str) {
        let token = self.by_chat.remove(chat);
        if let Some(session) = token.and_then(|token| self.known.get_mut(&token)) {
            session.chats.retain(|of| of != chat);
        }
    }

    fn forget_all(&mut self) {
        self.known.clear();
        self.by_chat.clear();
        self.forgotten.clear();
        self.agenda.clear();
        self.timers.clear();
        for line in self.lines.values_mut() {
            line.token = None;
        }
    }
}

impl Sessions {
    /// A number for a connection or an entry of the agenda.
    pub(super) fn new_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(super) fn new_uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.random.random()).into_uuid().to_string()
    }

    /// By how much a message comes late.
    fn lateness(&mut self) -> Duration {
        let most = u64::try_from(self.settings.disorder.as_millis()).unwrap_or(u64::MAX);
        if most == 0 { Duration::ZERO } else { Duration::from_millis(self.random.random_range(0..=most)) }
    }

    /// Scheme and host of the addresses of files that this client is told.
    pub(super) fn files_base(&self, base: &str) -> String {
        let set = self.settings.files_url.trim_end_matches('/');
        if set.is_empty() { base.to_owned() } else { set.to_owned() }
    }

    /// The address of a file for whoever knows the server by `base`.
    pub(super) fn file_address(&self, base: &str, id: &str, now: Moment) -> String {
        if self.is_remote(id) {
            return files::remote_address(
                &self.settings.s3,
                "GET",
                id,
                now.utc_ms,
                self.settings.limits.download,
            );
        }
        let good = u64::try_from(self.settings.limits.download.as_millis()).unwrap_or(u64::MAX);
        let until = now.utc_ms.saturating_add(good);
        files::download_address(&self.signer, &self.files_base(base), id, until)
    }

    /// Whether the bytes of a file are at the S3 server.
    fn is_remote(&self, id: &str) -> bool {
        self.known.values().find_map(|session| session.uploads.get(id)).is_some_and(|upload| upload.is_remote)
    }

    /// The same, good for ever, or as long as can be.
    pub(super) fn lasting_address(&self, base: &str, id: &str, utc_ms: u64) -> String {
        if self.is_remote(id) {
            return files::remote_address(&self.settings.s3, "GET", id, utc_ms, s3::LONGEST);
        }
        files::download_address(&self.signer, &self.files_base(base), id, u64::MAX)
    }

    /// Tells the connections of a session the newest message. What `asker` is to be told is returned.
    pub(super) fn tell_newest(&mut self, token: &str, asker: Option<u64>, now: Moment) -> Vec<Post> {
        let Some(session) = self.known.get(token) else { return Vec::new() };
        let Some(item) = session.items.last() else { return Vec::new() };
        let is_own = item.sent.is_some();
        let origin = item.sent.as_ref().and_then(|sent| sent.connection.zip(sent.tracing_id.clone()));
        let (body, lines) = (item.live(&self.settings, session.is_authenticated), session.lines.clone());
        if is_own && self.settings.silent_echoes {
            return Vec::new();
        }
        let mut answers = Vec::new();
        for id in lines {
            let delay = self.lateness();
            let Some(line) = self.lines.get(&id) else { continue };
            let mut body = body.clone();
            super::wire::put_addresses(&mut body, |file| self.file_address(&line.base, file, now));
            let tracing_id = origin.as_ref().filter(|(from, _)| *from == id).map(|(_, id)| id.clone());
            let text = reply::message(&self.settings, body, tracing_id);
            let post = Post::Text { text, delay, is_message: true };
            if asker == Some(id) {
                answers.push(post);
            } else {
                line.post(post);
            }
        }
        answers
    }

    /// Tells all connections of a session that something has happened.
    pub(super) fn tell(&self, session: &Session, class: &str, body: &serde_json::Value) {
        for line in session.lines.iter().filter_map(|id| self.lines.get(id)) {
            line.post(Post::now(reply::event(class, body.clone())));
        }
    }

    /// Takes a connection away from its session: it is told so, and closed.
    pub(super) fn close_line(&mut self, id: u64, reason: Option<&str>) {
        let mut token = None;
        if let Some(line) = self.lines.get_mut(&id) {
            token = line.token.take();
            let body = match reason {
                Some(reason) => json!({ "reason": reason, "reasonCode": reason }),
                None => json!({}),
            };
            line.post(Post::now(reply::event("ConnectionClosedEvent", body)));
            line.post(Post::Close(1000));
        }
        if let Some(session) = token.and_then(|token| self.known.get_mut(&token)) {
            session.lines.retain(|line| *line != id);
        }
    }

    /// A connection is gone.
    pub(super) fn line_gone(&mut self, id: u64) {
        let token = self.lines.remove(&id).and_then(|line| line.token);
        if let Some(session) = token.and_then(|token| self.known.get_mut(&token)) {
            session.lines.retain(|line| *line != id);
        }
    }

    /// The time of a session is over.
    pub(super) fn expire(&mut self, chats: &mut ChatServer, token: &str, now: Instant) {
        let Some(session) = self.known.get_mut(token) else { return };
        if session.standing == Standing::Expired {
            return;
        }
        session.standing = Standing::Expired;
        if let Some(chat) = session.chat.clone() {
            chats.drop_client(&chat, EndCause::Silence, now);
        }
        if let Some(session) = self.known.get(token) {
            self.tell(session, "SessionExpiredEvent", &json!({}));
        }
    }

    /// Nothing is due before this moment.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let uploads = self.agenda.first_key_value().map(|((due, _), _)| *due);
        self.timers.next().into_iter().chain(uploads).min()
    }

    /// Lets happen what is due.
    pub(super) fn run_due(&mut self, chats: &mut ChatServer, due: Instant) {
        while let Some(first) = self.agenda.first_entry().filter(|first| first.key().0 <= due) {
            let (token, id) = first.remove();
            self.tell_upload(&token, &id, chats.moment(due));
        }
        for token in self.timers.take_due(due) {
            match self.known.get(&token).map(|session| session.expires) {
                Some(expires) if expires <= due => self.expire(chats, &token, due),
                Some(expires) => self.timers.set(&token, expires),
                None => {}
            }
        }
    }

    /// Tells of an upload whose bytes have come.
    fn tell_upload(&mut self, token: &str, id: &str, now: Moment) {
        let event = self.settings.upload_event;
        let code = Some(self.settings.upload_code).filter(|code| *code > 0).unwrap_or(reply::FILE_CONTENT);
        let Some(session) = self.known.get_mut(token) else { return };
        let Some(upload) = session.uploads.get_mut(id) else { return };
        upload.stage = match event {
            UploadEvent::Success => files::Stage::Uploaded,
            UploadEvent::Failure => files::Stage::Failed,
            UploadEvent::Absent => return,
        };
        let lines = session.lines.clone();
        for line in lines.iter().filter_map(|id| self.lines.get(id)) {
            let timestamp = super::wire::time(now.utc_ms);
            let text = if event == UploadEvent::Failure {
                let text = "The content of the file is not allowed";
                let body = json!({ "attachmentId": id, "errorCode": code, "errorMessage": text, "timestamp": timestamp });
                reply::event("UploadFailureEvent", body)
            } else {
                let url = self.file_address(&line.base, id, now);
                let body = json!({ "attachmentId": id, "downloadUrl": url, "timestamp": timestamp });
                reply::event("UploadSuccessEvent", body)
            };
            line.post(Post::now(text));
        }
    }
}
