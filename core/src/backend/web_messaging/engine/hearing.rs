//! What comes over the socket.

use super::{
    Engine, Step,
    asked::{Asked, What},
    entries::Own,
    saying::Join,
};
use crate::{
    backend::web_messaging::wire::{
        self, Entry, Heard, Kind, Refusal, failure, is_over, session_gone, session_over,
    },
    foreign,
    model::Received,
    transport::{Body, Failure, Incoming, Reply, Verdict},
};
use bytes::Bytes;

/// How many entries may come before their connection is the session's. The history has the others.
const EARLY: usize = 64;
/// How many messages are kept that the history has not shown.
const UNSHOWN: usize = 64;

impl Engine {
    /// Takes what came before the connection was the session's.
    pub(super) fn hear_early(&mut self) {
        for (tracing_id, entry, body) in std::mem::take(&mut self.early) {
            self.said(tracing_id.as_deref(), entry, body);
        }
    }

    /// Takes a frame. One that nobody can make out costs itself alone.
    pub(super) fn frame(&mut self, frame: &Bytes) {
        let Some(frame) = wire::read(frame) else {
            log::warn!(target: "webchat::connection", "what came over the socket is left out: it cannot be read");
            return;
        };
        let tracing_id = frame.tracing_id.as_deref();
        match frame.heard {
            Heard::Opened(opened) => {
                if self.answered(tracing_id, |asked| asked.what == What::Configure).is_some() {
                    self.configured(*opened);
                }
            }
            Heard::Said(entry, body) if !self.link.is_up() => {
                if self.early.len() < EARLY {
                    self.early.push((frame.tracing_id, *entry, body));
                }
            }
            Heard::Said(entry, body) => self.said(tracing_id, *entry, body),
            Heard::Address(address) => self.address_told(tracing_id, address),
            Heard::Uploaded(file) => self.file_confirmed(&file),
            Heard::HistoryKey(key) => {
                if self.answered(tracing_id, |asked| asked.what == What::HistoryKey).is_some() {
                    self.key_told(key);
                }
            }
            Heard::Closed(reason) => self.closed(reason.as_deref()),
            Heard::LoggedOut => self.session_ends(&session_over(401)),
            Heard::Expired => self.session_ends(&session_over(4006)),
            Heard::Cleared => {
                if !self.ending_is_heard(true) {
                    let cause =
                        "the conversation was cleared from another device: a new chat has to be started";
                    self.session_ends(&session_gone("cleared", cause));
                }
            }
            Heard::Refused(refusal) => self.refused(tracing_id, &refusal),
            Heard::Unrouted => self.refused(tracing_id, &Refusal::default()),
            Heard::Unknown(class) => {
                log::debug!(target: "webchat::connection", "a frame of the class {} is left out", foreign::line(&class));
            }
        }
    }

    /// Takes an entry of the conversation.
    fn said(&mut self, tracing_id: Option<&str>, entry: Entry, body: Bytes) {
        let is_own = entry.is_own;
        let can_be = |asked: &Asked| match (asked.what, entry.kind) {
            (What::Join, Kind::Joined) | (What::Clear, Kind::Cleared) => is_own,
            _ => false,
        };
        let asked = self.answered(tracing_id, can_be).or_else(|| self.alike(tracing_id, &entry));
        let by = tracing_id
            .map(str::to_owned)
            .or_else(|| asked.as_ref().map(|asked| asked.tracing_id.to_string()));
        let sent = if is_own { self.whose(tracing_id, &entry) } else { None };
        let (number, names) = sent.map_or((None, Vec::new()), |sent| {
            let names =
                sent.tracing_ids.iter().chain([&sent.name]).map(ToString::to_string).collect::<Vec<_>>();
            (sent.number, names)
        });
        let name = names.last().cloned();
        let own = Own { number, names: names.iter().map(String::as_str).collect() };
        let places = matches!(entry.kind, Kind::Said | Kind::Joined | Kind::Left { .. } | Kind::Other);
        let index = places.then(|| self.entries.live(&entry, &own));
        self.tighten(name.as_deref());
        if let Some(tracing_id) = &by {
            self.arrived(tracing_id);
        }
        self.note_files(&entry);
        self.settle_files(std::slice::from_ref(&entry), None);
        self.tell_entry(entry, index, number);
        if let Some(asked) = asked {
            self.said_back(&asked, tracing_id.is_some(), body);
        }
    }

    /// The message on its way that an entry seems to be, where the server does not repeat the tracing id.
    fn alike(&mut self, tracing_id: Option<&str>, entry: &Entry) -> Option<Asked> {
        if tracing_id.is_some() || !entry.is_own || entry.kind != Kind::Said {
            return None;
        }
        let at = self.asked.iter().position(|asked| asked.what == What::Message)?;
        let asked = self.asked.get(at)?;
        let named = self.whose(None, entry).is_some_and(|sent| sent.is_by(&asked.tracing_id));
        let alike = asked.task.and_then(|id| self.tasks.get(&id)).is_some_and(|task| match &task.operation {
            crate::transport::Operation::Send(text) => *text.text == *entry.text(),
            _ => entry
                .files
                .iter()
                .any(|file| Some(&file.id) == asked.task.and_then(|id| self.file_of(id)).as_ref()),
        });
        (named || alike).then(|| self.asked.remove(at))
    }

    /// Tells of an entry.
    fn tell_entry(&mut self, entry: Entry, index: Option<crate::model::Index>, number: Option<u64>) {
        let mut reply = Reply::default();
        let (kind, is_own) = (entry.kind, entry.is_own);
        match kind {
            // What tells of it is an event of its own.
            Kind::Cleared => return,
            Kind::Typing(_) | Kind::TypingOver if is_own => return,
            Kind::Typing(time) => {
                let over = entry.typing_over();
                self.forget_typing(&over);
                self.typing.push((self.now + time, over));
            }
            Kind::TypingOver | Kind::Said | Kind::Left { .. } if !is_own => {
                self.forget_typing(&entry.received);
            }
            Kind::Joined if is_own => {
                if let Some(session) = self.session.as_mut().filter(|session| session.join != Join::Done) {
                    session.join = Join::Done;
                    reply.session = Some(self.data());
                }
            }
            _ => {}
        }
        if kind == (Kind::Left { read_only: true }) && !is_own {
            if let Some(session) = &mut self.session {
                session.read_only = true;
            }
            reply.ended = Some(true);
        }
        let mut received = match index {
            Some(index) => entry.at(index),
            None => entry.received,
        };
        received.whose = Self::told_of(number, false);
        if is_own && kind == Kind::Said {
            if self.unshown.len() == UNSHOWN {
                self.unshown.pop_front();
            }
            self.unshown.push_back((self.entries.mark(), received.clone()));
        }
        reply.messages = vec![received];
        self.tell(Incoming::Batch(Box::new(reply)));
    }

    /// Somebody types no more, as they have said, or said something.
    fn forget_typing(&mut self, by: &Received) {
        self.typing.retain(|(_, over)| over.message.from.id != by.message.from.id);
    }

    pub(super) fn typing_due(&mut self) {
        let now = self.now;
        let due = self.typing.extract_if(.., |(until, _)| *until <= now).map(|(_, over)| over);
        for over in due.collect::<Vec<_>>() {
            self.tell(Incoming::Batch(Box::new(Reply { messages: vec![over], ..Reply::default() })));
        }
    }

    /// A request has its echo; with its tracing id that is certain.
    fn said_back(&mut self, asked: &Asked, is_certain: bool, body: Bytes) {
        let Some(id) = asked.task else { return };
        if asked.what == What::Clear {
            return self.finish_end(id, true);
        }
        let verdict = if is_certain { Verdict::Done } else { Verdict::Accepted };
        let file_id = self.file_of(id).map(String::from);
        self.done(id, Ok(Reply { verdict, file_id, body: Body(body), ..Reply::default() }));
    }

    /// The conversation can only be read from now on, as a refusal tells.
    pub(super) fn turns_read_only(&mut self) {
        let Some(session) = self.session.as_mut().filter(|session| !session.read_only) else { return };
        session.read_only = true;
        self.tell(Incoming::Batch(Box::new(Reply { ended: Some(true), ..Reply::default() })));
    }

    /// The server lets go of the connection.
    fn closed(&mut self, reason: Option<&str>) {
        if !self.tasks_in(|step| matches!(step, Step::Ending { .. })).is_empty() {
            return;
        }
        if reason == Some("signedIn") {
            return self.session_ends(&session_over(4017));
        }
        let cause = "the server has closed the connection: the session is used by another, or was closed there; it can be restored";
        let failure = crate::carrier::http::lost_connection(crate::transport::Applied::Unknown, cause);
        self.part(failure);
    }

    fn refused(&mut self, tracing_id: Option<&str>, refusal: &Refusal) {
        let file = refusal.attachment_id.as_deref();
        let asked = match tracing_id {
            Some(_) => self.answered(tracing_id, |_| false),
            None if file.is_some() => None,
            None => {
                let waits = self.asked.iter().filter(|asked| asked.what != What::Typing).count();
                let is_typing = waits == 0;
                let first = waits == 1 || refusal.code == 0;
                self.answered(None, |asked| first && (asked.what != What::Typing) || is_typing)
            }
        };
        match asked {
            Some(asked) => self.request_refused(&asked, refusal),
            None if file.is_some_and(|file| self.file_refused(file, refusal)) => {}
            // What ends the session is told with its end.
            None if is_over(refusal.code) && self.is_in_session() => {}
            None => {
                log::warn!(target: "webchat::connection", "a refusal that is nobody's: {}", failure(refusal).told());
                self.tell_error(&failure(refusal));
            }
        }
        if is_over(refusal.code)
            && !matches!(self.link.state, super::link::State::Configuring)
            && self.is_in_session()
        {
            self.session_ends(&session_over(refusal.code));
        }
    }

    fn is_in_session(&self) -> bool {
        self.session.as_ref().is_some_and(|session| !session.over) && self.link.is_up()
    }

    fn request_refused(&mut self, asked: &Asked, refusal: &Refusal) {
        match (asked.what, asked.task) {
            (What::Configure, _) => self.configure_refused(refusal),
            (What::Join, _) => self.join_refused(refusal),
            (What::Message, _) => self.message_refused(asked, refusal),
            (What::Clear, Some(id)) => self.end_refused(id, refusal),
            (What::HistoryKey, _) => {
                self.put_off(refusal);
                self.no_key(failure(refusal));
            }
            (What::Announce | What::FileAddress, Some(id)) => self.asking_refused(id, refusal),
            (What::Typing, _) => {
                self.put_off(refusal);
                if let (403, Some(session)) = (refusal.code, &mut self.session) {
                    session.deployment.shows_typing = false;
                }
            }
            (_, None) => {}
        }
    }
}

/// A failure that tells listeners what it is.
pub(super) fn with_news(failure: Failure) -> Failure {
    let news = crate::transport::News::Error(Box::new(wire::events_error(&failure)));
    Failure { news, ..failure }
}
