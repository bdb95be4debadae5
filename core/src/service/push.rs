//! What a back end that pushes tells without having been asked (webchatservice.md, 8 and 9.3).
//!
//! News that stand at the next place of the transcript, or close up to it, are published as they come; where places are not counted, those
//! that come while nothing is known to be missing. Others are held back, and the service *catches up*: it fetches what is missing from the known place on, until that succeeds. It does so as well after a
//! start, after a link that was lost, and while a message is in doubt. The known place never passes a gap that was not fetched, and what is
//! held back is published in its order: when it is next, or when a look at the transcript that left after it came shows nothing before it.

use super::{
    Effect, Service, Time,
    state::{ExchangeId, Held, Kind, Over, Purpose, Session},
};
use crate::{
    Private,
    event::ResponseData,
    model::{Received, SessionData},
    transport::{Arrival, Body, Failure, Incoming, Places, Reply, Verdict},
};
use std::time::Duration;

/// The pause after a fetch that failed (webchatservice.md, 8; gms-v2.md, 8.4).
pub(super) const RETRY: Duration = Duration::from_secs(3);

/// After so many looks at the transcript in a row that were not up to date, what is held back is published all the same.
const FRUITLESS: u32 = 3;

impl Service {
    /// Takes what the transport was told without having asked.
    pub fn incoming(&mut self, time: Time, incoming: Incoming) {
        self.time = time;
        match incoming {
            Incoming::Batch(reply) => self.pushed(*reply),
            Incoming::Up { gap } => self.link_up(gap),
            Incoming::Alive => self.ping(),
            // Whatever the latest connection was, the link is lost.
            Incoming::Down(failure) if self.session.live().is_some() => {
                self.report(&Failure { kept: false, ..failure }, &Purpose::Poll(None));
            }
            Incoming::Refused(failure) if self.session.live().is_some() => self.link_refused(&failure),
            Incoming::Parted(failure) if self.session.live().is_some() => self.parted(&failure),
            // Without a session, a request that waits for the link fails with it.
            Incoming::Down(_) | Incoming::Refused(_) | Incoming::Parted(_) => {}
        }
        self.go_on();
    }

    fn link_up(&mut self, gap: bool) {
        if self.session.live().is_none() {
            return;
        }
        self.ping();
        let behind = gap || self.is_behind();
        if behind {
            self.catch_up();
        }
        if behind && self.is_congested() {
            self.look_besides();
        }
        if !behind || self.is_congested() {
            self.reconnected();
        }
    }

    fn link_refused(&mut self, failure: &Failure) {
        let response = failure.response.clone();
        let error = Some(ResponseData::Failure(response.clone()));
        self.session_over(Over { error, lost: Some(response), shown: true, ..Over::default() });
        self.have_last_words();
    }

    fn parted(&mut self, failure: &Failure) {
        self.session_over(Over { lost: None, kept: true, shown: true, ..Over::by(failure) });
        self.have_last_words();
    }

    /// Takes news. Those that come while a session starts are fetched once it has, those of another session are nobody's.
    fn pushed(&mut self, reply: Reply) {
        let of = reply.session.as_ref().map(SessionData::id).filter(|id| !id.is_empty());
        match &self.session {
            // What has no room is fetched afterwards.
            Session::Restoring(data, _) if is_of(of, data) => {
                if !self.is_waiting_room_full() {
                    self.hold(reply);
                }
                return;
            }
            Session::Live(live) if is_of(of, &live.data) => {}
            Session::Idle | Session::Starting(_) | Session::Restoring(..) | Session::Live(_) => return,
        }
        match reply.verdict {
            Verdict::Temporary => {
                self.take_untrusted(&reply);
                self.poll_exception();
                self.poll_again(Duration::ZERO);
            }
            Verdict::Refused => {
                if let Some(over) = self.over_by(&reply) {
                    self.keep_words(&reply);
                    self.session_over(Over { shown: true, ..over });
                } else {
                    self.take_untrusted(&reply);
                    self.report_refusal(&reply);
                }
            }
            Verdict::Done | Verdict::Accepted => {
                self.keep_session_data(&reply);
                if self.leave_for_later(&reply) {
                    return;
                }
                let over = reply.ended == Some(true);
                if self.closes_up(&reply) {
                    self.receive(Kind::Pushed, reply);
                    self.take_held(None);
                    self.heard_over_the_link();
                } else {
                    self.hold(reply);
                    if over {
                        return self.session_over(Over::default());
                    }
                    // A look that is under way may have what is missing; else there will be another.
                    if !self.exchanges.is_polling() {
                        self.catch_up();
                    }
                }
            }
        }
    }

    /// News without a gap before them show that the link is there: it is told before the outcome of a message makes the program give
    /// the next one.
    fn heard_over_the_link(&mut self) {
        if self.held.is_empty() {
            self.reconnected();
        }
    }

    pub(super) fn hold(&mut self, reply: Reply) {
        let since = self.exchanges.latest();
        let bytes = reply.messages.iter().map(Received::weight).sum();
        // Nobody asks for the answer itself.
        self.held.push(Held { reply: Reply { body: Body::default(), ..reply }, since, bytes });
    }

    /// The server has accepted what brings about an own event, which is still to come: some show it only to who asks.
    pub(super) fn await_own_event(&mut self) {
        let now = self.time.now;
        if let Some(live) = self.session.live_mut() {
            live.unshown.add(now);
        }
    }

    /// Asks for own events that have not come.
    pub(super) fn unshown_due(&mut self) {
        let now = self.time.now;
        let Some(live) = self.session.live_mut().filter(|live| live.farewell.is_none()) else { return };
        if live.unshown.is_due(now) {
            self.catch_up();
        }
    }

    /// Whether the back end pushes.
    pub(super) fn is_pushed(&self) -> bool {
        self.delivery.arrival == Arrival::Pushed
    }

    /// Whether nothing is missing before these messages, or among them. Where places do not tell, what a link brings while nothing is missing
    /// closes up; what comes with an answer to something else does not. Where the server gives no more of its transcript
    /// for now, what it pushes is told meanwhile.
    pub(super) fn closes_up(&self, reply: &Reply) -> bool {
        match self.delivery.places {
            Places::Counted => self.session.live().is_some_and(|live| live.is_next(reply)),
            Places::Opaque => {
                let loose = self.session.live().is_some_and(|live| live.tells_meanwhile);
                self.is_pushed() && self.session.live().is_some() && (loose || !self.is_behind())
            }
        }
    }

    /// Whether messages are missing, as far as is known.
    pub(super) fn is_behind(&self) -> bool {
        let wanted = self.session.live().is_some_and(|live| live.pace.is_on());
        self.is_pushed() && (wanted || self.exchanges.is_polling())
    }

    /// Fetches what may be missing, at once or after the fetch that is under way; where there are polls, by the next.
    pub(super) fn catch_up(&mut self) {
        let now = self.time.now;
        if !self.is_pushed() {
            return self.poll_now();
        }
        if let Some(live) = self.session.live_mut() {
            live.pace.want(now);
        }
        self.poll_due();
    }

    /// Publishes what of the news held back is next now, in order; and what is not, if `look` left after they came and is answered: then
    /// nothing is before them. Fetches what the others wait for.
    pub(super) fn take_held(&mut self, look: Option<ExchangeId>) {
        self.held.sort_by_key(Held::first);
        while let Some(at) = self.next_held(look) {
            let Held { reply, .. } = self.held.remove(at);
            self.receive(Kind::Pushed, reply);
        }
        if !self.held.is_empty() {
            self.catch_up();
        }
    }

    fn next_held(&self, look: Option<ExchangeId>) -> Option<usize> {
        let is_next = self.held.iter().position(|held| self.closes_up(&held.reply));
        let is_proven = |held: &&Held| look.is_some_and(|look| held.since < look);
        is_next.or_else(|| self.held.first().filter(is_proven).map(|_| 0))
    }

    /// Publishes all that is held back, in order: what comes before it cannot be had.
    pub(super) fn release_held(&mut self) {
        self.held.sort_by_key(Held::first);
        for held in std::mem::take(&mut self.held) {
            self.receive(Kind::Pushed, held.reply);
        }
    }

    /// The server gives no more of its transcript for now.
    pub(super) fn tell_meanwhile(&mut self) {
        if let Some(live) = self.session.live_mut() {
            live.tells_meanwhile = true;
        }
        self.release_held();
    }

    /// After a look that was not up to date: those held back wait for another one, unless there were too many such.
    pub(super) fn looked_in_vain(&mut self) {
        let now = self.time.now;
        let Some(live) = self.session.live_mut() else { return };
        live.unshown.looked_in_vain(now);
        live.fruitless = live.fruitless.saturating_add(1);
        if live.fruitless >= FRUITLESS && !self.held.is_empty() {
            self.warn("the server's transcript lacks what the server has pushed; it is told without what is missing");
            return self.release_held();
        }
        if !self.held.is_empty() {
            self.poll_again(Duration::ZERO);
        }
    }

    /// Stores that the session was heard of just now.
    pub(super) fn ping(&mut self) {
        if self.session.live().is_some() {
            self.store_own(vec![self.sign_of_life()]);
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
