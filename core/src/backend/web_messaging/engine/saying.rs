//! What is said in the conversation: one message at a time, each under a name of its own, in the order in which they were given.

use super::{
    Engine, Session, Step, Task, TaskId,
    asked::{Asked, What},
    entries::Seq,
    pace,
    unsure::refused_for_now,
};
use crate::{
    ErrorKind,
    backend::web_messaging::wire::{
        Attributes, Message, Refusal, Request, attributes, bytes_of, failure, is_over,
    },
    carrier::http::local_failure,
    model::{JsonObject, Whose},
    transport::{Applied, Body, Failure, Incoming, Operation, Reply},
};
use serde_json::json;
use std::time::Duration;

/// How many of the messages that were sent from here are remembered by what they were sent by.
const REMEMBERED: usize = 256;
/// How many bytes of custom attributes a server takes that does not say it.
const MOST_ATTRIBUTES: u64 = 2048;

/// How far the customer's joining is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// It was seen, or is not wanted.
    Done,
    /// It is to be sent.
    Owed,
    /// It is on its way.
    Asked,
    /// It may have arrived, as the history will tell.
    Unsure,
}

/// A message that was sent from here.
#[derive(Debug)]
pub(super) struct Sent {
    /// The service's number for it; nothing for a file.
    pub(super) number: Option<u64>,
    /// The file that it is.
    pub(super) file: Option<Box<str>>,
    /// Its own name, the same whenever it is sent.
    pub(super) name: Box<str>,
    /// The requests by which it was sent.
    pub(super) tracing_ids: Vec<Box<str>>,
    /// What was known when it left first, and when that was.
    pub(super) mark: Seq,
    pub(super) since: Duration,
}

impl Sent {
    /// Whether it was sent by this.
    pub(super) fn is_by(&self, word: &str) -> bool {
        *self.name == *word || self.tracing_ids.iter().any(|id| **id == *word)
    }
}

/// What is to be said next.
enum Next {
    Join,
    Message(TaskId),
}

impl Engine {
    /// Has a message wait for its turn; of a file, which.
    pub(super) fn line_up(&mut self, id: TaskId, file: Option<Box<str>>) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        if file.is_none() {
            // What became of the one before is known, or it is this one.
            self.in_doubt = None;
            self.loose.retain(|loose| loose.is_file);
        }
        task.step = Step::Queued(file);
        self.queue.push_back(id);
    }

    /// Says what can be said now.
    pub(super) fn speak(&mut self) {
        if !self.link.is_up() {
            return;
        }
        self.ask_for_the_end();
        self.announce_files();
        self.ask_for_addresses();
        if self.session.as_ref().is_some_and(|session| session.read_only) {
            self.refuse_all();
        }
        while let Some(next) = self.next_to_say() {
            if self.pace.ready_at(pace::What::Message) > self.now {
                return;
            }
            match next {
                Next::Join => self.say_join(),
                Next::Message(id) => self.say(id),
            }
        }
    }

    /// When something can be said that waits for the server's limits alone.
    pub(super) fn saying_deadline(&self) -> Option<Duration> {
        let message = self.next_to_say().map(|_| self.pace.ready_at(pace::What::Message));
        let wants = |task: &Task| {
            matches!(task.step, Step::Measured(_) | Step::WantsAddress(_) | Step::Ending { asked: false, .. })
        };
        let waiting = self.link.is_up() && self.tasks.values().any(wants);
        let other = waiting.then(|| self.pace.ready_at(pace::What::Other));
        [message, other].into_iter().flatten().min()
    }

    /// What is to be said next, unless something has to be answered before.
    fn next_to_say(&self) -> Option<Next> {
        let session = self.session.as_ref().filter(|session| session.is_open() && self.link.is_up())?;
        let busy = self.asked.iter().any(|asked| matches!(asked.what, What::Join | What::Message));
        match session.join {
            _ if busy => None,
            Join::Owed => Some(Next::Join),
            Join::Done => self.queue.front().map(|id| Next::Message(*id)),
            Join::Asked | Join::Unsure => None,
        }
    }

    /// What is too much for the server is left to the first message, when whoever listens is told.
    fn say_join(&mut self) {
        let fits = |session: &&Session| bytes_of(&session.attributes) <= most_attributes(session);
        let attributes = self.session.as_ref().filter(fits).map(|session| session.attributes.clone());
        let attributes = attributes.unwrap_or_default();
        let request = Request::Message { message: Message::Join, name: None, attributes: &attributes };
        let tracing_id = self.ask(None, What::Join, pace::What::Message, &request);
        if let Some(session) = &mut self.session {
            session.join = Join::Asked;
            session.riding = Some((tracing_id, attributes));
        }
    }

    fn say(&mut self, id: TaskId) {
        self.queue.pop_front();
        let Some(task) = self.tasks.get_mut(&id) else { return };
        let step = std::mem::replace(&mut task.step, Step::Asked);
        let (operation, file) = match (&task.operation, step) {
            (operation, Step::Queued(file)) => (operation.clone(), file),
            _ => return,
        };
        let (message, number) = match (&operation, &file) {
            (Operation::Send(text), _) => {
                (Message::Text(&text.text, text.related_event.as_deref()), Some(text.number))
            }
            (_, Some(file)) => (Message::File(file), None),
            _ => return,
        };
        let attributes = self.riding();
        let at = self.remember(number, file.as_deref());
        let name = self.sent.get(at).map(|sent| sent.name.clone()).unwrap_or_default();
        let request = Request::Message { message, name: Some(&name), attributes: &attributes };
        let tracing_id = self.ask(Some(id), What::Message, pace::What::Message, &request);
        if let Some(sent) = self.sent.get_mut(at) {
            sent.tracing_ids.push(tracing_id.clone());
        }
        if let (Some(file), Some(task)) = (file, self.tasks.get_mut(&id)) {
            task.step = Step::SaidFile(file);
        }
        if let Some(session) = &mut self.session {
            session.riding = Some((tracing_id, attributes));
        }
    }

    /// Where the message of this number, or of this file, is remembered.
    fn remember(&mut self, number: Option<u64>, file: Option<&str>) -> usize {
        let known = self.sent.iter().position(|sent| sent.number == number && sent.file.as_deref() == file);
        known.unwrap_or_else(|| {
            if self.sent.len() == REMEMBERED {
                self.sent.pop_front();
            }
            let (name, mark, since) = (self.new_id().into(), self.entries.mark(), self.now);
            let (file, tracing_ids) = (file.map(Box::from), Vec::new());
            self.sent.push_back(Sent { number, file, name, tracing_ids, mark, since });
            self.sent.len() - 1
        })
    }

    /// The attributes that have not arrived. Too many are not sent, which listeners are told.
    fn riding(&mut self) -> Attributes {
        let Some(session) = &mut self.session else { return Attributes::new() };
        if bytes_of(&session.attributes) <= most_attributes(session) {
            return session.attributes.clone();
        }
        let failure = too_large(session);
        self.drop_attributes();
        self.tell_error(&failure);
        Attributes::new()
    }

    /// They are more than the server takes.
    fn drop_attributes(&mut self) {
        if let Some(session) = &mut self.session {
            session.attributes.clear();
        }
        self.tell_data();
    }

    /// The request has arrived, and with it what rode on it.
    pub(super) fn arrived(&mut self, tracing_id: &str) {
        let Some(session) = &mut self.session else { return };
        if let Some((_, arrived)) = session.riding.take_if(|(of, _)| **of == *tracing_id) {
            session.attributes.retain(|name, value| arrived.get(name) != Some(value));
            if !arrived.is_empty() {
                self.tell_data();
            }
        }
    }

    /// The server wants less: nothing goes out for so long.
    pub(super) fn put_off(&mut self, refusal: &Refusal) {
        if refusal.is_too_much() {
            let wait = refusal.retry_after.unwrap_or(super::TOO_SOON);
            self.pace.put_off(pace::What::Message, self.now + wait);
        }
    }

    /// Messages have arrived, as the history shows, and with them what rode on them.
    pub(super) fn note_arrivals(&mut self, numbers: &[Option<u64>]) {
        let Some(by) =
            self.session.as_ref().and_then(|session| session.riding.as_ref()).map(|(by, _)| by.clone())
        else {
            return;
        };
        let shown = |sent: &Sent| sent.number.is_some() && numbers.contains(&sent.number);
        if self.sent.iter().any(|sent| sent.is_by(&by) && shown(sent)) {
            self.arrived(&by);
        }
    }

    /// A message is refused.
    pub(super) fn message_refused(&mut self, asked: &Asked, refusal: &Refusal) {
        let failure = failure(refusal);
        match refusal.code {
            429 | 4029 => self.put_off(refusal),
            4013 => self.drop_attributes(),
            409 => self.turns_read_only(),
            _ => {}
        }
        self.asked_fails(asked, failure);
    }

    /// The customer's joining is refused: it is tried again where that can help, and nobody waits for it else.
    pub(super) fn join_refused(&mut self, refusal: &Refusal) {
        let failure = failure(refusal);
        let again = match refusal.code {
            429 | 4029 => {
                self.put_off(refusal);
                true
            }
            4013 => true,
            _ => failure.applied == Applied::Unknown,
        };
        if refusal.code == 4013 {
            self.drop_attributes();
        }
        if let Some(session) = &mut self.session {
            session.join = if again { Join::Owed } else { Join::Done };
        }
        if failure.applied == Applied::Unknown {
            self.pace.put_off(pace::What::Message, self.now + Duration::from_secs(1));
        }
        // What ends the session is told with its end.
        if !matches!(refusal.code, 429 | 4029) && !is_over(refusal.code) {
            self.tell_error(&failure);
        }
    }

    /// A request has failed, or nobody knows what became of it.
    pub(super) fn asked_fails(&mut self, asked: &Asked, failure: Failure) {
        let unknown = failure.applied == Applied::Unknown;
        match (asked.what, asked.task) {
            (What::Join, _) => {
                if let Some(session) = self.session.as_mut().filter(|session| session.join == Join::Asked) {
                    session.join = Join::Unsure;
                    // The history shows whether it has arrived.
                    self.in_doubt.get_or_insert(0);
                }
            }
            (What::Message, Some(id)) => {
                if unknown {
                    let sent = self.sent.iter().find(|sent| sent.is_by(&asked.tracing_id));
                    let mark = sent.map_or(0, |sent| sent.mark);
                    self.in_doubt = Some(self.in_doubt.map_or(mark, |before| before.min(mark)));
                }
                if refused_for_now(&failure) && self.file_again(id) {
                    return;
                }
                if !unknown || !self.file_in_doubt(id) {
                    self.done(id, Err(failure));
                }
            }
            (What::Clear, Some(id)) if failure.kind == ErrorKind::Disconnected => self.end_again(id),
            (What::Clear, Some(id)) => self.finish_end(id, false),
            (What::HistoryKey, _) => self.no_key(failure),
            (What::Announce | What::FileAddress, Some(id)) => self.done(id, Err(failure)),
            (What::Configure | What::Typing, _) | (_, None) => {}
        }
    }

    /// Whose a message of the customer is.
    pub(super) fn whose(
        &self,
        tracing_id: Option<&str>,
        entry: &crate::backend::web_messaging::wire::Entry,
    ) -> Option<&Sent> {
        let by = |word: Option<&str>| self.sent.iter().find(|sent| word.is_some_and(|word| sent.is_by(word)));
        by(tracing_id).or_else(|| by(entry.name.as_deref())).or_else(|| by(entry.message_id.as_deref()))
    }

    /// The number of a message as the service wants to know it.
    pub(super) fn told_of(number: Option<u64>, others_are_named: bool) -> Whose {
        match number {
            Some(number) => Whose::Sent(number),
            None if others_are_named => Whose::Other,
            None => Whose::Untold,
        }
    }

    /// Tells that the customer types, unless nobody is to know or the server has had enough.
    pub(super) fn typing(&mut self, id: TaskId, started: bool) {
        let shows = self.session.as_ref().is_some_and(|session| {
            session.is_open() && session.deployment.shows_typing && session.join == Join::Done
        });
        let has_room = self.pace.ready_at(pace::What::Typing) <= self.now;
        if started && shows && has_room && self.link.is_up() {
            let none = Attributes::new();
            let typing = Request::Message { message: Message::Typing, name: None, attributes: &none };
            self.ask(None, What::Typing, pace::What::Typing, &typing);
        }
        self.done(id, Ok(Reply { body: Body("{}".into()), ..Reply::default() }));
    }

    /// Attached data ride on the next message: nothing can be sent of their own.
    pub(super) fn update_data(&mut self, id: TaskId, data: &JsonObject) {
        let Some(session) = &mut self.session else { return };
        let mut attributes_then = session.attributes.clone();
        attributes_then.extend(attributes(data));
        let before = std::mem::replace(&mut session.attributes, attributes_then);
        if bytes_of(&session.attributes) > most_attributes(session) {
            let failure = too_large(session);
            session.attributes = before;
            return self.done(id, Err(failure));
        }
        session.data.extend(data.clone());
        let body = json!({"userData": session.data, "deferred": true});
        let session = Some(self.data());
        self.done(id, Ok(Reply { session, body: Body(body.to_string().into()), ..Reply::default() }));
    }

    /// Has what is stored of the session follow what is known.
    pub(super) fn tell_data(&mut self) {
        let reply = Reply { session: Some(self.data()), ..Reply::default() };
        self.tell(Incoming::Batch(Box::new(reply)));
    }

    /// The conversation can only be read from now on: what waits is refused as the server would.
    fn refuse_all(&mut self) {
        let refusal = Refusal { code: 409, text: "Conversation is read-only".into(), ..Refusal::default() };
        for id in std::mem::take(&mut self.queue) {
            self.done(id, Err(failure(&refusal)));
        }
    }
}

fn most_attributes(session: &Session) -> u64 {
    session.opened.most_attributes.unwrap_or(MOST_ATTRIBUTES)
}

fn too_large(session: &Session) -> Failure {
    let (bytes, most) = (bytes_of(&session.attributes), most_attributes(session));
    let text = format!("Custom attributes size {bytes} is larger than {most}");
    let response = json!({"errorCode": 4013, "errorMessage": text});
    let cause = format!("the attached data have {bytes} bytes, and the server takes {most}");
    Failure { status: 4013, response, ..local_failure(ErrorKind::Rejected, cause) }
}
