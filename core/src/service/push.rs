//! What a back end that pushes tells without having been asked (behaviour reference, sections 8 and 9.3).
//!
//! News are published as they come, unless messages before them may be missing: after a start, after a link that was lost, behind a gap
//! in the places of the transcript, while a message is in doubt. Then the service *catches up*: it fetches what is missing from the
//! known place on, until that succeeds, and holds back what is pushed meanwhile.

use super::{Effect, Service, Time, batch::Kind, exchange::Purpose, session::Session};
use crate::{
    Private,
    event::{Event, ResponseData},
    model::SessionData,
    store::key,
    transport::{Failure, Incoming, Reply, Verdict},
};
use std::time::Duration;

/// The pause after a fetch that failed (behaviour reference, section 8; GMS reference, section 8.4).
pub(super) const RETRY: Duration = Duration::from_secs(3);

impl Service {
    /// Takes what the transport was told without having asked.
    pub fn incoming(&mut self, time: Time, incoming: Incoming) {
        self.time = time;
        match incoming {
            Incoming::Batch(reply) => self.pushed(*reply),
            Incoming::Up { gap } => self.link_up(gap),
            Incoming::Alive => self.ping(),
            Incoming::Down(failure) if self.session.live().is_some() => self.report(&failure, &Purpose::Poll),
            Incoming::Refused(failure) if self.session.live().is_some() => self.link_refused(&failure),
            // Without a session, a request that waits for the link fails with it.
            Incoming::Down(_) | Incoming::Refused(_) => {}
        }
        self.pump();
    }

    fn link_up(&mut self, gap: bool) {
        if self.session.live().is_none() {
            return;
        }
        self.ping();
        if gap || self.is_behind() {
            self.catch_up();
        } else {
            self.reconnected();
        }
    }

    fn link_refused(&mut self, failure: &Failure) {
        self.publish(Event::Error(ResponseData::Failure(failure.response.clone())));
        self.session_lost(&failure.response);
    }

    /// Takes news. Those that come while a session starts are fetched once it has, those of another session are nobody's.
    fn pushed(&mut self, reply: Reply) {
        let of = reply.session.as_ref().map(SessionData::id).filter(|id| !id.is_empty());
        match &self.session {
            Session::Restoring(data, _) if is_of(of, data) => return self.held.push(reply),
            Session::Live(live) if is_of(of, &live.data) => {}
            Session::Idle | Session::Starting(_) | Session::Restoring(..) | Session::Live(_) => return,
        }
        match reply.verdict {
            Verdict::Temporary => {
                self.poll_exception();
                self.poll_again(Duration::ZERO);
            }
            Verdict::Refused => {
                self.report_refusal(&reply);
                if reply.ended == Some(true) {
                    self.session_lost(&reply.body.json());
                }
            }
            Verdict::Done => {
                self.keep_session_data(&reply);
                if self.is_behind() {
                    self.held.push(reply);
                } else if self.leaves_gap(&reply) {
                    self.held.push(reply);
                    self.catch_up();
                } else {
                    self.receive(Kind::Pushed, reply);
                }
            }
        }
    }

    /// Whether messages may be missing before the first of these.
    fn leaves_gap(&self, reply: &Reply) -> bool {
        let first = reply.messages.iter().map(|received| received.message.index.order).min();
        first > self.session.live().map(|live| live.position)
    }

    /// Whether messages are missing, as far as is known.
    fn is_behind(&self) -> bool {
        let wanted = self.session.live().is_some_and(|live| live.pace.is_on());
        !self.capabilities.polling && (wanted || self.exchanges.is_polling())
    }

    /// Fetches what may be missing, at once or after the fetch that is under way.
    pub(super) fn catch_up(&mut self) {
        let now = self.time.now;
        if let Some(live) = self.session.live_mut() {
            live.pace.want(now);
        }
        self.poll_due();
    }

    /// Takes what was held back, in order: what comes before it is there, or cannot be had.
    pub(super) fn take_held(&mut self) {
        for reply in std::mem::take(&mut self.held) {
            self.receive(Kind::Pushed, reply);
        }
    }

    /// Stores that the session was heard of just now.
    pub(super) fn ping(&mut self) {
        if self.session.live().is_some() {
            self.store(vec![(key::PING, Some(self.time.unix_ms.to_string()))]);
        }
    }

    /// Lets the transport go when there is no session left, nor one on its way.
    pub(super) fn release_unused(&mut self) {
        if self.linked && matches!(self.session, Session::Idle) && !self.exchanges.decides_session() {
            self.linked = false;
            self.effects.push_back(Effect::Release);
        }
    }
}

/// Whether news of the chat `of` belong to the session. A session whose id is not known, and news that name no chat, are taken for it.
fn is_of(of: Option<&Private>, session: &SessionData) -> bool {
    of.is_none_or(|id| session.id().is_empty() || id == session.id())
}
