//! What is published, and what became of it. Each publish has one outcome, within its time limit.

use super::{
    Carrier, Engine, Event, ExchangeId, Output, Purpose,
    session::subscriptions,
    state::{Asked, State},
};
use crate::{
    carrier::{
        bayeux::{
            failure,
            message::{self, Message, Outgoing, Reconnect},
        },
        http::in_words,
    },
    transport::{Applied, Failure},
};
use serde_json::value::RawValue;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// Bytes in a millisecond of the slowest line that a publish has the time for.
const SLOWEST_LINE: u64 = 10;

/// Identifies a publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PublishId(u64);

/// Something to publish.
struct Publish {
    channel: Arc<str>,
    data: Box<RawValue>,
    limit: Duration,
    /// How long its answer may take from when it has left.
    time: Duration,
    /// By when there has to be a link for it.
    deadline: Duration,
    /// It has been on its way, and had not arrived.
    again: bool,
    /// It was too large for the WebSocket: it goes by long-polling, alone.
    large: bool,
}

/// One on its way.
#[derive(Debug)]
struct Flying {
    id: PublishId,
    publish: Publish,
    exchange: Option<ExchangeId>,
    /// When it left.
    since: Duration,
    /// It has not left after all: a connection is being made for it.
    connecting: bool,
}

impl Flying {
    /// By when its answer has to come.
    fn deadline(&self) -> Option<Duration> {
        (!self.connecting).then(|| self.since.saturating_add(self.publish.time))
    }
}

crate::private::debug_only!(Publish { channel, deadline });

/// What is to be published, in order, and what is on its way, by message id.
#[derive(Debug, Default)]
pub(super) struct Publishes {
    waiting: BTreeMap<PublishId, Publish>,
    flying: BTreeMap<u64, Flying>,
}

impl Publishes {
    /// When the first has had its time. Where the link is up, those that wait do so for what is before them.
    pub(super) fn deadline(&self, is_up: bool) -> Option<Duration> {
        let flying = self.flying.values().filter_map(Flying::deadline);
        let waiting = self.waiting.values().filter(|_| !is_up).map(|publish| publish.deadline);
        waiting.chain(flying).min()
    }

    /// The link is lost at `now`: what has only waited has its time for another.
    pub(super) fn lose_link(&mut self, now: Duration) {
        for publish in self.waiting.values_mut().filter(|publish| !publish.again) {
            publish.deadline = now.saturating_add(publish.time);
        }
    }

    /// When half the time of one is over that left after something was `heard` last.
    pub(super) fn doubtful_at(&self, heard: Duration) -> Option<Duration> {
        let unheard = self.flying.values().filter(|flying| flying.since >= heard);
        unheard.map(|flying| flying.since.saturating_add(flying.publish.time / 2)).min()
    }

    /// Takes out what goes next: large ones one by one.
    fn next(&mut self, carrier: Carrier) -> BTreeMap<PublishId, Publish> {
        let large = self.waiting.iter().find(|(_, publish)| publish.large).map(|(id, _)| *id);
        let Some(large) = large.filter(|_| carrier == Carrier::LongPolling) else {
            return std::mem::take(&mut self.waiting);
        };
        let from_large = self.waiting.split_off(&large);
        let before = std::mem::replace(&mut self.waiting, from_large);
        if before.is_empty() { self.waiting.pop_first().into_iter().collect() } else { before }
    }

    /// It has certainly not arrived: it is to be sent again, in its place.
    fn take_back(&mut self, message: u64) {
        if let Some(flying) = self.flying.remove(&message) {
            self.waiting.insert(flying.id, Publish { again: true, ..flying.publish });
        }
    }
}

impl Engine {
    pub(super) fn enqueue(&mut self, channel: Arc<str>, data: Box<RawValue>, limit: Duration) -> PublishId {
        let id = PublishId(self.next_id());
        if matches!(self.state, State::Idle | State::Ending { again: false, .. }) {
            let failure = failure::lost(Applied::No, "the client is not connected");
            self.emit(Event::Published(id, Err(failure)));
            return id;
        }
        let on_the_line = Duration::from_millis(data.get().len() as u64 / SLOWEST_LINE);
        let time = limit.saturating_add(on_the_line);
        let deadline = self.now.saturating_add(time);
        let publish = Publish { channel, data, limit, time, deadline, again: false, large: false };
        self.publishes.waiting.insert(id, publish);
        self.flush();
        id
    }

    /// Sends what waits, if it can be sent now.
    pub(super) fn flush(&mut self) {
        let busy = self.exchanges.values().any(|exchange| exchange.purpose == Purpose::Other);
        if !self.state.is_up() || (self.carrier == Carrier::LongPolling && busy) {
            return;
        }
        let mut ids = self.last_id;
        let Some(session) = &mut self.session else { return };
        let mut messages = subscriptions(&self.channels, session, &mut ids);
        let sent = self.publishes.next(self.carrier);
        let first = ids + 1;
        for publish in sent.values() {
            ids += 1;
            let message = session.message();
            let (channel, data) = (&*publish.channel, Some(&*publish.data));
            messages.push(Outgoing { id: ids.to_string(), channel, data, ..message });
        }
        if messages.is_empty() {
            return;
        }
        let payload = message::payload(&messages);
        self.last_id = ids;
        self.send(Purpose::Other, payload);
        let exchange =
            self.exchanges.keys().next_back().copied().filter(|_| self.carrier == Carrier::LongPolling);
        // It has the time that its publishes have.
        if let Some(exchange) =
            exchange.filter(|_| !sent.is_empty()).and_then(|id| self.exchanges.get_mut(&id))
        {
            exchange.deadline = None;
        }
        let since = self.now;
        for id in sent.keys() {
            self.emit(Event::Left(*id, true));
        }
        let flying =
            sent.into_iter().map(|(id, publish)| Flying { id, publish, exchange, since, connecting: false });
        self.publishes.flying.extend((first..).zip(flying));
    }

    /// What is in `exchange` has left, or not after all.
    pub(super) fn publishes_leave(&mut self, exchange: ExchangeId, has_left: bool) {
        let flying = self.publishes.flying.values_mut();
        let mine = flying.filter(|flying| flying.exchange == Some(exchange)).map(|flying| {
            (flying.since, flying.connecting) = (self.now, !has_left);
            Event::Left(flying.id, has_left)
        });
        self.outputs.extend(mine.map(Output::Event));
    }

    /// Sets the largest publish on its way aside, which the WebSocket did not bear; false, if there is none.
    pub(super) fn set_aside(&mut self) -> bool {
        let flying = self.publishes.flying.iter();
        let largest =
            flying.max_by_key(|(_, flying)| flying.publish.data.get().len()).map(|(message, _)| *message);
        let Some(mut flying) = largest.and_then(|message| self.publishes.flying.remove(&message)) else {
            return false;
        };
        flying.publish.large = true;
        self.publishes.waiting.insert(flying.id, flying.publish);
        true
    }

    /// Takes the reply to a publish.
    pub(super) fn published(&mut self, reply: &Message) -> Option<Asked> {
        let successful = reply.successful?;
        self.advised(reply.advice.as_ref());
        let message = reply.id.as_ref()?.parse().ok()?;
        if successful {
            let flying = self.publishes.flying.remove(&message)?;
            self.emit(Event::Published(flying.id, Ok(())));
            return None;
        }
        let failure = failure::refused("publish", reply);
        let renew = reply.advice.as_ref().and_then(super::Advice::reconnect) == Some(Reconnect::Handshake);
        if renew || failure.status == failure::UNKNOWN_CLIENT {
            self.publishes.take_back(message);
            return Some(Asked::Handshake(failure));
        }
        let flying = self.publishes.flying.remove(&message)?;
        self.emit(Event::Published(flying.id, Err(failure)));
        None
    }

    /// The HTTP exchange `exchange` failed: what was in it and has certainly not arrived goes again, or is refused where the server
    /// answered so.
    pub(super) fn settle_exchange(&mut self, exchange: ExchangeId, failure: &Failure) {
        let too_large = matches!(failure.status, 400 | 413 | 431 | 500);
        if failure.applied != Applied::No && !too_large {
            return;
        }
        let mine: Vec<u64> = self
            .publishes
            .flying
            .iter()
            .filter(|(_, flying)| flying.exchange == Some(exchange))
            .map(|(message, _)| *message)
            .collect();
        for message in mine {
            let large = self.publishes.flying.get(&message).is_some_and(|flying| flying.publish.large);
            if large && too_large {
                if let Some(flying) = self.publishes.flying.remove(&message) {
                    self.emit(Event::Published(flying.id, Err(failure::too_large(failure))));
                }
            } else if failure.applied != Applied::No {
                // Nobody knows: its time limit tells.
            } else if failure.status == 0 {
                self.publishes.take_back(message);
            } else if let Some(flying) = self.publishes.flying.remove(&message) {
                self.emit(Event::Published(flying.id, Err(failure.clone())));
            }
        }
    }

    /// The connection is lost: nobody will ever tell what became of what is on its way.
    pub(super) fn drop_flying(&mut self, failure: &Failure) {
        for flying in std::mem::take(&mut self.publishes.flying).into_values() {
            let lost = failure::lost(Applied::Unknown, failure.cause.clone());
            self.emit(Event::Published(flying.id, Err(lost)));
        }
    }

    /// Nothing will be sent any more.
    pub(super) fn give_up_publishes(&mut self) {
        self.drop_flying(&failure::lost(Applied::Unknown, "the client was stopped"));
        for id in std::mem::take(&mut self.publishes.waiting).into_keys() {
            self.emit(Event::Published(id, Err(failure::lost(Applied::No, "the client was stopped"))));
        }
    }

    /// Tells of what took too long.
    pub(super) fn expire_publishes(&mut self) {
        let (now, is_up) = (self.now, self.state.is_up());
        let waiting = self.publishes.waiting.extract_if(.., |_, publish| !is_up && publish.deadline <= now);
        let late = waiting.map(|(id, publish)| {
            let cause = format!("there was no connection within {}", in_words(publish.limit));
            (id, failure::lost(Applied::No, cause))
        });
        let flying = self
            .publishes
            .flying
            .extract_if(.., |_, flying| flying.deadline().is_some_and(|deadline| deadline <= now));
        let mut exchanges = BTreeSet::new();
        let mut missed = None;
        let silent = flying.map(|(_, flying)| {
            missed = missed.max(Some((flying.since, flying.publish.limit)));
            exchanges.extend(flying.exchange);
            let limit = flying.publish.limit;
            (flying.id, failure::silence(Applied::Unknown, "the publish was not answered", limit))
        });
        for (id, failure) in late.chain(silent).collect::<Vec<_>>() {
            self.emit(Event::Published(id, Err(failure)));
        }
        if let Some((since, limit)) = missed {
            self.missed(since, limit);
        }
        self.abandon(exchanges);
    }

    /// Gives up those of the exchanges that have no publish left, and goes on to the next.
    fn abandon(&mut self, mut exchanges: BTreeSet<ExchangeId>) {
        for flying in self.publishes.flying.values() {
            exchanges.retain(|exchange| flying.exchange != Some(*exchange));
        }
        for exchange in exchanges {
            if self.exchanges.remove(&exchange).is_some() {
                self.outputs.push_back(Output::Abandon(exchange));
            }
            self.flush();
        }
    }
}
