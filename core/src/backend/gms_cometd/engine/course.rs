//! Each operation's course: what it waits for, what it asks for, and what comes of the outcome.

use super::{
    Engine, Output, TaskId,
    exchanges::{AskId, Expects},
    link::Unconnected,
    wait::{Ending, taken},
};
use crate::{
    ErrorKind, Private,
    backend::{
        gms::{GmsForm, GmsSession, refusal_on_the_way, refused_start},
        gms_cometd::data,
        lost_end,
    },
    carrier::{bayeux::is_of_http, http::local_failure},
    model::{JsonObject, MessageType},
    transport::{Body, Cursor, Failure, News, Operation, Reply, Verdict},
};
use bytes::Bytes;

/// What a start is rejected with when the server cannot be reached (webchatservice.md, 9.3).
const UNREACHABLE: &[u8] = br#"{"statusCode":1}"#;

/// How far an operation is.
#[derive(Debug)]
pub(super) enum Step {
    /// It waits for a start before it.
    Queued,
    /// It waits for the link.
    Connecting,
    /// It waits for the answer to a look that nobody waits for any more: a slow server is not asked faster than it answers.
    Behind,
    /// It waits for an outcome.
    Asked(AskId, Question),
}

/// What has been asked.
#[derive(Debug)]
pub(super) enum Question {
    /// For the operation's outcome.
    Plain,
    /// To end the session, a second time.
    Again,
    /// For the newest entry of a session that is taken up.
    Newest,
    /// For the last page of one that is over; its newest entry is there.
    LastPage(Box<Reply>),
}

/// What an operation is about to do.
enum Act<'a> {
    Ask(JsonObject, Expects, Question),
    Fail(Failure),
    Look(&'a Cursor),
}

impl Engine {
    /// Begins a task.
    pub(super) fn begin(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        match &task.operation {
            Operation::Start(_) | Operation::Restore if self.starting.is_some() => self.queue.push_back(id),
            Operation::Start(_) => {
                self.starting = Some(id);
                self.exchanges.begin(&Private::default());
                self.connect(id);
            }
            // A start that was given up has its answer first: it tells of a chat that is to be ended.
            Operation::Restore => match GmsSession::of(&task.session) {
                Ok(session) => {
                    self.exchanges.begin(&session.session_id);
                    self.connect(id);
                }
                Err(failure) => self.done(id, Err(failure)),
            },
            Operation::Poll { .. } => task.step = Step::Behind,
            Operation::End => {
                self.outputs.push_back(Output::Start);
                self.go(id);
            }
            _ => self.go(id),
        }
        self.look_on();
    }

    /// The link is up for a start or a restoration, or does not come up.
    pub(super) fn connected(&mut self, id: TaskId, link: Result<(), Unconnected>) {
        let Some(task) = self.tasks.get(&id) else { return };
        match (link, &task.operation) {
            (Ok(()), _) => self.go(id),
            (Err(Unconnected::Unreachable(failure)), Operation::Start(_)) => {
                log::warn!(target: "webchat::connection", "the server cannot be reached: {}", failure.told());
                let body = Body(Bytes::from_static(UNREACHABLE));
                self.done(id, Ok(Reply { verdict: Verdict::Temporary, body, ..Reply::default() }));
            }
            (Err(unconnected), _) => self.done(id, Err(unconnected.into())),
        }
    }

    /// Whether a look waits for the answer to another one.
    pub(super) fn waits_behind_a_look(&self) -> bool {
        self.tasks.values().any(|task| matches!(task.step, Step::Behind))
    }

    /// Goes on with a look that waits no more.
    pub(super) fn look_on(&mut self) {
        while self.exchanges.answer_to_come(self.now).is_none()
            && let Some(id) = self.tasks.iter().find(|(_, task)| matches!(task.step, Step::Behind))
        {
            let id = *id.0;
            self.go(id);
        }
    }

    /// Asks what a task is for.
    fn go(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get(&id) else { return };
        let act = match GmsSession::of(&task.session) {
            Ok(session) => self.act(&task.operation, &session),
            Err(failure) => Act::Fail(failure),
        };
        let act = match act {
            Act::Look(from) => {
                let (from, session) = (from.clone(), task.session.clone());
                match GmsSession::of(&session) {
                    Ok(session) => self.look(&session, &from),
                    Err(failure) => Act::Fail(failure),
                }
            }
            act => act,
        };
        match act {
            Act::Ask(data, expects, question) => self.put(id, &data, expects, question),
            Act::Fail(failure) => self.done(id, Err(failure)),
            Act::Look(_) => {}
        }
    }

    fn act<'a>(&self, operation: &'a Operation, session: &GmsSession) -> Act<'a> {
        let settings = &self.settings;
        let (data, expects) = match operation {
            Operation::Start(_) => {
                let data = data::start(operation, settings.endpoint.as_deref(), settings.asynchronous);
                (data, Expects::Session)
            }
            Operation::Restore if settings.asynchronous => {
                return Act::Ask(data::newest(session), all_from(1), Question::Newest);
            }
            Operation::Restore => (data::notifications(session, 1), all_from(1)),
            Operation::Poll { from, .. } => return Act::Look(from),
            Operation::History { before } => {
                let from = before.order.saturating_sub(settings.page_size).max(1);
                let known = before.order.saturating_sub(1).max(1);
                let expects = Expects::Transcript { known, sure: true, missing: from };
                (data::history(session, from), expects)
            }
            other => {
                let Some(data) = data::other(other, session) else {
                    let cause = format!("no such request: {}", other.name());
                    return Act::Fail(local_failure(ErrorKind::Unsupported, cause));
                };
                (data, expected(other))
            }
        };
        Act::Ask(data, expects, Question::Plain)
    }

    /// Asks for the messages from a place on, and the newest one known: by that the answer is told from news.
    fn look<'a>(&mut self, session: &GmsSession, from: &Cursor) -> Act<'a> {
        let after = from.after.as_ref().map_or(from.next, |after| after.order);
        // An entry that the transcript has for certain; what lies before what is asked for is known and drops out.
        let anchor = self.exchanges.anchor_before(from.next);
        let known = anchor.unwrap_or(after).max(1);
        let data = data::notifications(session, from.next.min(known).max(1));
        let expects = Expects::Transcript { known, sure: anchor.is_some(), missing: from.next };
        Act::Ask(data, expects, Question::Plain)
    }

    fn put(&mut self, id: TaskId, data: &JsonObject, expects: Expects, question: Question) {
        let ask = self.ask(id, data, expects);
        if let Some(task) = self.tasks.get_mut(&id) {
            task.step = Step::Asked(ask, question);
        }
    }

    /// What a task has asked has its outcome.
    pub(super) fn asked(&mut self, id: TaskId, ending: Ending) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        let Step::Asked(_, question) = std::mem::replace(&mut task.step, Step::Queued) else { return };
        match (question, ending) {
            (Question::Newest, Ending::Told(newest) | Ending::Accepted(Some(newest))) => {
                self.newest_known(id, newest);
            }
            // The page is all that is still to be had.
            (Question::LastPage(newest), ending) => {
                let page = match ending {
                    Ending::Told(page) if page.verdict == Verdict::Done => Some(page),
                    _ => None,
                };
                self.done(id, Ok(page.map_or(*newest, |page| Reply { ended: Some(true), ..page })));
            }
            (Question::Plain, Ending::Failed(failure))
                if matches!(task.operation, Operation::End) && lost_end::is_lost(&failure) =>
            {
                self.end_again(id);
            }
            (Question::Again, ending) => {
                let second = outcome(&task.operation, ending);
                self.done(id, lost_end::said_again(&GmsForm, second));
            }
            (_, ending) => {
                let outcome = outcome(&task.operation, ending);
                self.done(id, outcome);
            }
        }
    }

    /// Goes on to take up an asynchronous session: with its newest page.
    fn newest_known(&mut self, id: TaskId, newest: Reply) {
        let session = self.tasks.get(&id).map(|task| task.session.clone());
        let session = session.as_deref().and_then(|session| GmsSession::of(session).ok());
        let goes_on = newest.verdict == Verdict::Done && newest.ended.is_some();
        let Some(session) = session.filter(|_| goes_on) else { return self.done(id, Ok(newest)) };
        let page = self.settings.page_size.saturating_sub(1);
        let from = self.exchanges.newest().saturating_sub(page).max(1);
        let question = match newest.ended {
            Some(true) => Question::LastPage(Box::new(newest)),
            _ => Question::Plain,
        };
        self.put(id, &data::notifications(&session, from), all_from(from), question);
    }

    /// Says the end again that was lost.
    fn end_again(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get(&id) else { return };
        let data =
            GmsSession::of(&task.session).ok().and_then(|session| data::other(&task.operation, &session));
        self.put(id, &data.unwrap_or_default(), Expects::End, Question::Again);
    }

    /// A start is given up.
    pub(super) fn given_up(&mut self, id: TaskId, failure: Failure) {
        let Some(task) = self.tasks.get(&id) else { return };
        if let Err(failure) = told(&task.operation, Err(failure)) {
            self.outputs.push_back(Output::GivenUp(id, failure));
        }
    }

    /// What came of a start that was given up is known.
    pub(super) fn late(&mut self, id: TaskId, reply: Reply) {
        self.tasks.remove(&id);
        self.outputs.push_back(Output::Late(id, reply));
        self.over(id);
    }

    fn done(&mut self, id: TaskId, outcome: Result<Reply, Failure>) {
        let Some(task) = self.tasks.remove(&id) else { return };
        self.outputs.push_back(Output::Done(id, told(&task.operation, outcome)));
        self.over(id);
    }

    /// A task is over. If it was a start, those that waited for it go on.
    pub(super) fn over(&mut self, id: TaskId) {
        self.queue.retain(|queued| *queued != id);
        if self.starting != Some(id) {
            return;
        }
        self.starting = None;
        while self.starting.is_none()
            && let Some(next) = self.queue.pop_front()
        {
            self.begin(next);
        }
    }
}

/// All of the transcript, or what there is of it from this place on.
fn all_from(missing: u64) -> Expects {
    Expects::Transcript { known: u64::MAX, sure: false, missing }
}

/// What an operation brings about.
fn expected(operation: &Operation) -> Expects {
    Expects::Event(match operation {
        Operation::Send(_) => MessageType::Message,
        Operation::Typing { started: true, .. } => MessageType::TypingStarted,
        Operation::Typing { started: false, .. } => MessageType::TypingStopped,
        Operation::CustomNotice { .. } => MessageType::CustomNotice,
        Operation::PushUrl { .. } => MessageType::PushUrl,
        Operation::UpdateNickname { .. } => MessageType::NicknameUpdated,
        Operation::End => return Expects::End,
        _ => return Expects::Nothing,
    })
}

/// Whether the transcript shows what an operation brings about, for certain.
fn shows(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Send(_)
            | Operation::CustomNotice { .. }
            | Operation::PushUrl { .. }
            | Operation::UpdateNickname { .. }
    )
}

/// What came of an operation by the outcome of its request.
fn outcome(operation: &Operation, ending: Ending) -> Result<Reply, Failure> {
    match ending {
        Ending::Failed(failure) => Err(failure),
        Ending::Told(reply) => Ok(reply),
        Ending::Accepted(words) if shows(operation) => {
            Ok(Reply { verdict: Verdict::Accepted, ..words.unwrap_or_default() })
        }
        Ending::Accepted(words) => {
            let ended = matches!(operation, Operation::End).then_some(true);
            Ok(words.unwrap_or_else(|| Reply { ended, ..taken() }))
        }
    }
}

/// What is told of an operation's outcome.
fn told(operation: &Operation, outcome: Result<Reply, Failure>) -> Result<Reply, Failure> {
    let outcome = match operation {
        Operation::Start(_) => {
            let outcome = outcome.map_err(|failure| on_the_way(operation, failure));
            outcome.and_then(refused_start).map_err(without_session)
        }
        Operation::Restore => outcome.map_err(|failure| without_session(on_the_way(operation, failure))),
        _ => outcome,
    };
    outcome.map_err(|failure| failure.of(operation))
}

/// Without a session, nobody but the listener to errors is told of a lost connection (webchatservice.md, 9.3).
fn without_session(failure: Failure) -> Failure {
    let news = if failure.is_disconnect() { News::Disconnected } else { failure.news };
    Failure { news, ..failure }
}

/// An HTTP status that kept the link from coming up is what it is over REST.
fn on_the_way(operation: &Operation, failure: Failure) -> Failure {
    if is_of_http(&failure) { refusal_on_the_way(operation, failure) } else { failure }
}
