//! Performing requests on the link.

use super::{
    Inner, data,
    exchanges::{Expects, Outcomes, Told},
    outcome::{LATE, Published, Wait, silence, taken, with_body},
};
use crate::{
    ErrorKind, Private, Retry,
    backend::gms::refusal_on_the_way,
    carrier::{bayeux::is_of_http, http::local_failure},
    model::{GmsSession, JsonObject, MessageType},
    transport::{Applied, Body, Failure, Late, News, Operation, Position, Reply, Verdict, refusal_text},
};
use bytes::Bytes;
use tokio::{
    sync::OwnedMutexGuard,
    time::{Instant, timeout_at},
};

/// After so many attempts to bring the link up a start is rejected (webchatservice.md, 9.3).
const ATTEMPTS: u32 = 5;
/// What a start is rejected with when the server cannot be reached (webchatservice.md, 9.3).
const UNREACHABLE: &[u8] = br#"{"statusCode":1}"#;
/// What is known of the link.
#[derive(Clone, Debug)]
pub(super) enum LinkState {
    /// Not wanted, or not up yet.
    Idle,
    Up,
    /// So many attempts in a row have failed.
    Failing(u32, Failure),
    /// The server forbids to go on.
    Refused(Failure),
}

/// Why the link does not come up.
enum Unconnected {
    /// Attempts fail; they are given up.
    Unreachable(Failure),
    /// There is no use in going on, or the server forbids it.
    Forbidden(Failure),
}

impl From<Unconnected> for Failure {
    fn from(unconnected: Unconnected) -> Self {
        match unconnected {
            Unconnected::Unreachable(failure) | Unconnected::Forbidden(failure) => failure,
        }
    }
}

impl Inner {
    pub(super) async fn operate(
        &self,
        operation: &Operation,
        session: &GmsSession,
    ) -> Result<Reply, Failure> {
        match operation {
            Operation::Start(_) => {
                let data = data::start(operation, self.config.endpoint.as_deref(), self.config.asynchronous);
                let started = self.start(&data).await.map_err(|failure| on_the_way(operation, failure));
                started.and_then(unless_refused).map_err(without_session)
            }
            Operation::Restore => {
                let restored = self.restore(session).await;
                restored.map_err(|failure| without_session(on_the_way(operation, failure)))
            }
            Operation::Poll { from, .. } => self.transcript(session, from).await,
            Operation::History { before } => {
                let from = before.order.saturating_sub(self.config.page_size).max(1);
                let data = data::history(session, from);
                let known = before.order.saturating_sub(1).max(1);
                self.ask(&data, Expects::Transcript { known, sure: true, missing: from }).await
            }
            Operation::End => self.end(session).await,
            other => self.tell(other, session).await,
        }
    }

    /// Starts a session.
    async fn start(&self, data: &JsonObject) -> Result<Reply, Failure> {
        let alone = self.starting.clone().lock_owned().await;
        self.exchanges().begin(&Private::default());
        match self.connect().await {
            Ok(()) => match self.publish(data, Expects::Session).await? {
                Wait::Told(reply) | Wait::Accepted(Published { accepted: Some(reply), .. }) => Ok(reply),
                Wait::Accepted(Published { outcomes, .. }) => {
                    Err(self.given_up(outcomes, silence(Instant::now()), alone))
                }
                Wait::Doubtful(outcomes, failure) => Err(self.given_up(outcomes, failure, alone)),
            },
            Err(Unconnected::Forbidden(failure)) => Err(failure),
            Err(Unconnected::Unreachable(failure)) => {
                log::warn!(target: "webchat", "the server cannot be reached: {}", failure.told());
                let body = Body(Bytes::from_static(UNREACHABLE));
                Ok(Reply { verdict: Verdict::Temporary, body, ..Reply::default() })
            }
        }
    }

    /// The failure of a start that is given up. Its outcome is waited for a little longer, before another start: it tells of a chat that
    /// nobody takes part in.
    fn given_up(&self, mut outcomes: Outcomes, failure: Failure, alone: OwnedMutexGuard<()>) -> Failure {
        let until = Instant::now() + LATE;
        self.exchanges().keep(&outcomes, until);
        let late = Late::new(async move {
            let _alone = alone;
            let outcome = async {
                loop {
                    match outcomes.recv().await {
                        Some(Told::Outcome(reply)) => return reply,
                        Some(_) => {}
                        None => return Reply::default(),
                    }
                }
            };
            Ok(timeout_at(until, outcome).await.unwrap_or_default())
        });
        Failure { late: Some(late), ..failure }
    }

    /// Takes up a session: with all its messages, or with the newest of an asynchronous one.
    async fn restore(&self, session: &GmsSession) -> Result<Reply, Failure> {
        // A start that was given up has its answer first: it tells of a chat that is to be ended.
        drop(self.starting.lock().await);
        self.exchanges().begin(&session.session_id);
        match self.connect().await {
            Ok(()) => self.replay(session).await,
            Err(unconnected) => Err(unconnected.into()),
        }
    }

    async fn replay(&self, session: &GmsSession) -> Result<Reply, Failure> {
        let all = |missing| Expects::Transcript { known: u64::MAX, sure: false, missing };
        let mut from = 1;
        if self.config.asynchronous {
            let newest = self.ask(&data::newest(session), all(from)).await?;
            if newest.verdict != Verdict::Done || newest.ended.is_none() {
                return Ok(newest);
            }
            let known = self.exchanges().newest();
            from = known.saturating_sub(self.config.page_size.saturating_sub(1)).max(1);
            if newest.ended == Some(true) {
                // The page is all that is still to be had.
                let page = self.ask(&data::notifications(session, from), all(from)).await;
                let page = page.ok().filter(|page| page.verdict == Verdict::Done);
                return Ok(page.map_or(newest, |page| Reply { ended: Some(true), ..page }));
            }
        }
        self.ask(&data::notifications(session, from), all(from)).await
    }

    /// The messages from a place on, and the newest one known: by that the answer is told from news. A server that has not answered the
    /// question before is not asked another one.
    async fn transcript(&self, session: &GmsSession, from: &Position) -> Result<Reply, Failure> {
        self.until_answered().await;
        let after = from.after.as_ref().map_or(from.order, |after| after.order);
        // An entry that the transcript has for certain; what lies before what is asked for is known and drops out.
        let anchor = self.exchanges().anchor_before(from.order);
        let known = anchor.unwrap_or(after).max(1);
        let data = data::notifications(session, from.order.min(known).max(1));
        let expects = Expects::Transcript { known, sure: anchor.is_some(), missing: from.order };
        self.ask(&data, expects).await
    }

    async fn end(&self, session: &GmsSession) -> Result<Reply, Failure> {
        self.client.start();
        let data = data::other(&Operation::End, session).unwrap_or_default();
        let mut ended = self.publish(&data, Expects::End).await;
        if let Err(Failure { kind: ErrorKind::Disconnected, applied: Applied::Unknown, .. }) = &ended {
            // Lost with its connection: ending twice does no harm.
            ended = self.publish(&data, Expects::End).await;
        }
        match ended? {
            Wait::Told(reply) if reply.verdict == Verdict::Refused && reply.ended == Some(true) => {
                Ok(Reply { ended: Some(true), ..taken() })
            }
            Wait::Told(reply) => Ok(reply),
            Wait::Doubtful(_, failure) => Err(failure),
            Wait::Accepted(published) => {
                let reply = published.accepted.unwrap_or_else(taken);
                Ok(Reply { ended: Some(true), ..reply })
            }
        }
    }

    /// An operation whose outcome is an event, or nothing.
    async fn tell(&self, operation: &Operation, session: &GmsSession) -> Result<Reply, Failure> {
        let unsupported =
            || local_failure(ErrorKind::Unsupported, format!("no such request: {}", operation.name()));
        let data = data::other(operation, session).ok_or_else(unsupported)?;
        let published = match self.publish(&data, expected(operation)).await? {
            Wait::Told(reply) => return Ok(reply),
            Wait::Doubtful(_, failure) => return Err(failure),
            Wait::Accepted(published) => published,
        };
        if !shows(operation) {
            return Ok(published.accepted.unwrap_or_else(taken));
        }
        // The server accepted it and shows nothing of it: the transcript tells.
        self.exchanges().mute = true;
        self.look_for(session, published).await
    }

    /// Asks the transcript for the event of a request, unless that comes meanwhile.
    async fn look_for(&self, session: &GmsSession, published: Published) -> Result<Reply, Failure> {
        let since = Instant::now();
        let Published { mut outcomes, mut accepted } = published;
        let from = self.exchanges().anchor().max(1);
        let data = data::notifications(session, from);
        let look = async {
            self.until_answered().await;
            self.ask(&data, Expects::CatchUp(from)).await
        };
        tokio::pin!(look);
        let caught_up = loop {
            tokio::select! {
                biased;
                Some(told) = outcomes.recv() => match told {
                    Told::Outcome(reply) => return Ok(accepted.unwrap_or_else(|| with_body(reply))),
                    Told::Accepted(reply) => accepted = Some(reply),
                    Told::Instead | Told::Lost => {}
                },
                caught_up = &mut look => break caught_up,
            }
        };
        accepted.ok_or_else(|| {
            // Whatever became of the question, the request itself has left.
            let failure = caught_up.err().unwrap_or_else(|| silence(since));
            Failure { applied: Applied::Unknown, ..failure }
        })
    }

    /// Brings the link up.
    async fn connect(&self) -> Result<(), Unconnected> {
        let mut link = self.link.subscribe();
        self.link.send_if_modified(|state| {
            let stale = !matches!(state, LinkState::Up);
            if stale {
                *state = LinkState::Idle;
            }
            stale
        });
        self.client.start();
        let settled = link
            .wait_for(|state| match state {
                LinkState::Idle => false,
                LinkState::Failing(attempts, failure) => *attempts >= ATTEMPTS || is_hopeless(failure),
                LinkState::Up | LinkState::Refused(_) => true,
            })
            .await;
        match settled.as_deref() {
            Ok(LinkState::Failing(_, failure)) if is_hopeless(failure) => {
                Err(Unconnected::Forbidden(failure.clone()))
            }
            Ok(LinkState::Failing(_, failure)) => Err(Unconnected::Unreachable(failure.clone())),
            Ok(LinkState::Refused(failure)) => Err(Unconnected::Forbidden(failure.clone())),
            _ => Ok(()),
        }
    }
}

/// The event that an operation brings about.
fn expected(operation: &Operation) -> Expects {
    match operation {
        Operation::Send(text) => Expects::Event(MessageType::Message, Some(text.text.clone())),
        Operation::Typing { started: true, .. } => Expects::Event(MessageType::TypingStarted, None),
        Operation::Typing { started: false, .. } => Expects::Event(MessageType::TypingStopped, None),
        Operation::CustomNotice { message } => {
            Expects::Event(MessageType::CustomNotice, Some(message.clone()))
        }
        Operation::PushUrl { url } => Expects::Event(MessageType::PushUrl, Some(url.as_str().into())),
        Operation::UpdateNickname { .. } => Expects::Event(MessageType::NicknameUpdated, None),
        _ => Expects::Nothing,
    }
}

/// Whether its event is worth asking for.
fn shows(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Send(_)
            | Operation::CustomNotice { .. }
            | Operation::PushUrl { .. }
            | Operation::UpdateNickname { .. }
    )
}

/// A refused start is what an HTTP failure is over REST: the command's, and told (webchatservice.md, 9.4).
fn unless_refused(reply: Reply) -> Result<Reply, Failure> {
    if reply.verdict != Verdict::Refused || reply.errors.is_empty() || reply.ended == Some(true) {
        return Ok(reply);
    }
    let cause = refusal_text(&reply.errors);
    let response = reply.body.refusal();
    let news = News::Error(Box::new(response.clone()));
    Err(Failure { status: 200, news, response, ..local_failure(ErrorKind::Rejected, cause) })
}

/// Without a session, nobody but the listener to errors is told of a lost connection (webchatservice.md, 9.3).
fn without_session(failure: Failure) -> Failure {
    let news = if failure.is_disconnect() { News::Disconnected } else { failure.news };
    Failure { news, ..failure }
}

/// Whether no attempt can succeed: the connection itself is refused for good, as where a certificate is not trusted; or one is not to be
/// waited for, because an HTTP status says why (webchatservice.md, 4 (startChat)).
fn is_hopeless(failure: &Failure) -> bool {
    is_of_http(failure) || failure.status == 0 && failure.retry == Retry::Never
}

/// An HTTP status that kept the link from coming up is what it is over REST.
fn on_the_way(operation: &Operation, failure: Failure) -> Failure {
    if is_of_http(&failure) { refusal_on_the_way(operation, failure) } else { failure }
}
