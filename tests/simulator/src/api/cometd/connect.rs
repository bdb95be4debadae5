//! `/meta/connect`: held until there is news or its time is over (Bayeux 1.0 section 4.2).

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::advice::Advice;
use super::client::{Bell, Farewell};
use super::message::{Message, Reply};
use super::meta;
use super::origin::Origin;
use crate::bayeux::{Carrier, Reconnect};
use crate::shared::Shared;
use crate::state::State;

/// What came of a connect.
#[derive(Debug)]
pub(super) enum Connected {
    /// An answer, and the messages that come with it.
    Answered { messages: Vec<Value>, reply: Reply },
    /// Another connect of the client has taken its place.
    Superseded,
    /// Its connection is gone.
    Cut,
}

impl From<Reply> for Connected {
    fn from(reply: Reply) -> Self {
        Self::Answered { messages: Vec::new(), reply }
    }
}

/// A connect being held.
struct Held {
    client: String,
    number: u64,
    until: Instant,
    /// It is answered as soon as there is news; over a WebSocket news can go alone.
    for_news: bool,
    multiple_clients: bool,
    bell: Arc<Bell>,
}

/// Carries out a connect. One that comes with other messages is not held: their answers must not wait.
pub(super) async fn connect(shared: &Shared, origin: &Origin, message: &Message, alone: bool) -> Connected {
    let held = match shared.change(|state, now| begin(state, origin, message, alone, now)) {
        Ok(held) => held,
        Err(refusal) => return (*refusal).into(),
    };
    let mut guard = Guard { shared, held: &held, answered: false };
    loop {
        let (ring, moved) = (held.bell.ring.notified(), shared.moved.notified());
        tokio::pin!(ring, moved);
        // From here on no ring is missed.
        ring.as_mut().enable();
        moved.as_mut().enable();
        if let Some(connected) = shared.change(|state, now| finish(state, &held, message, now)) {
            guard.answered = true;
            return connected;
        }
        tokio::select! {
            () = ring => {}
            () = shared.sleep_until(held.until) => {}
            () = moved => {}
        }
    }
}

fn begin(
    state: &mut State,
    origin: &Origin,
    message: &Message,
    alone: bool,
    now: Instant,
) -> Result<Held, Box<Reply>> {
    let number = state.apis.cometd.new_number();
    let carrier = meta::carrier_of(&state.apis.cometd.settings, message);
    let (timeout, holds) = (state.apis.cometd.settings.timeout, state.apis.cometd.settings.hold_connects);
    let id = match state.apis.cometd.admit(message.client_id(), origin, now) {
        None => return Err(Box::new(meta::unknown_client(message))),
        Some(client) => client.id.clone(),
    };
    if carrier.is_none() {
        let named = message.connection_type().unwrap_or_default();
        let reply = message.reply().with("clientId", id).refused(400, named, "Unsupported connection type");
        return Err(Box::new(reply));
    }
    let crowded = origin.carrier == Carrier::LongPolling && origin.is_http_1() && is_crowded(state, &id);
    let Some(client) = state.apis.cometd.get(&id) else {
        return Err(Box::new(meta::unknown_client(message)));
    };
    if let Some(batch) = message.ext("ack").and_then(Value::as_i64) {
        client.mailbox.acknowledge(batch);
    }
    client.connects += 1;
    client.expires = None;
    client.held = Some(number);
    let bell = Arc::clone(&client.bell);
    // The connect whose place it takes must know.
    bell.ring.notify_waiters();
    let wanted = message.advised_timeout().unwrap_or(timeout);
    // A client that comes over a new socket finds there what has waited for it.
    let at_once = !holds || client.connects == 1 || !alone || crowded || !client.mailbox.is_empty();
    let until = if at_once { now } else { now + wanted };
    let client = state.apis.cometd.find(&id);
    let for_news = origin.carrier == Carrier::LongPolling
        || client.is_some_and(|client| state.apis.cometd.only_by_connect(client));
    let multiple_clients = crowded && alone && !wanted.is_zero();
    Ok(Held { client: id, number, until, for_news, multiple_clients, bell })
}

/// Whether as many connects of the client's browser are held over HTTP/1.1 as may be.
fn is_crowded(state: &State, id: &str) -> bool {
    let Ok(most) = usize::try_from(state.apis.cometd.settings.max_sessions_per_browser) else { return false };
    let Some(client) = state.apis.cometd.find(id) else { return false };
    let others = state
        .apis
        .cometd
        .of_browser(&client.browser)
        .filter(|other| other.id != id && other.held.is_some() && other.carrier == Carrier::LongPolling);
    others.count() >= most
}

/// The answer, if it is time for it.
fn finish(state: &mut State, held: &Held, message: &Message, now: Instant) -> Option<Connected> {
    let settings = &state.apis.cometd.settings;
    let (usual, crowd_interval) = (Advice::usual(settings), settings.multi_session_interval);
    let silence = settings.interval + settings.max_interval;
    let Some(client) = state.apis.cometd.get(&held.client) else { return Some(part(held, message)) };
    if client.held != Some(held.number) {
        return Some(Connected::Superseded);
    }
    let has_news = held.for_news && !client.mailbox.is_empty();
    if now < held.until && !has_news {
        return None;
    }
    let (messages, batch) = client.take();
    let first = client.connects == 1;
    let advice = match (held.multiple_clients, crowd_interval.is_zero()) {
        (false, _) => usual,
        (true, false) => Advice { interval: crowd_interval, multiple_clients: true, ..usual },
        (true, true) => Advice { reconnect: Reconnect::None, multiple_clients: true, ..usual },
    };
    let mut reply = message.reply().with("clientId", held.client.as_str());
    reply = match advice.reconnect {
        Reconnect::None => reply.refused(403, &held.client, "Too many clients"),
        _ => reply.successful(),
    };
    if first || advice != client.told {
        reply = reply.advice(advice);
        client.told = advice;
    }
    if let Some(batch) = batch {
        reply = reply.with("ext", json!({ "ack": batch }));
    }
    client.held = None;
    let wait = if held.multiple_clients { crowd_interval } else { Duration::ZERO };
    state.apis.cometd.counted.delivered += messages.len() as u64;
    state.apis.cometd.forget_at(&held.client, now + silence + wait);
    Some(Connected::Answered { messages, reply })
}

/// The answer to a client that is no more.
fn part(held: &Held, message: &Message) -> Connected {
    match held.bell.farewell.get() {
        Some(Farewell::Cut) => Connected::Cut,
        Some(Farewell::Parted { messages, advice }) => {
            let reply = message.reply().with("clientId", held.client.as_str()).successful();
            let reply = advice.map_or(reply.clone(), |advice| reply.advice(advice));
            Connected::Answered { messages: messages.clone(), reply }
        }
        Some(Farewell::Removed) => {
            let advice = Advice::to(Reconnect::None, Duration::ZERO);
            let reply = message.reply().with("clientId", held.client.as_str());
            reply.with("successful", false).advice(advice).into()
        }
        Some(Farewell::Unknown) | None => meta::unknown_client(message).into(),
    }
}

/// Lets go of a connect whose client has hung up.
struct Guard<'a> {
    shared: &'a Shared,
    held: &'a Held,
    answered: bool,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.answered {
            return;
        }
        self.shared.change(|state, now| {
            let silence = state.apis.cometd.settings.interval + state.apis.cometd.settings.max_interval;
            let Some(client) = state.apis.cometd.get(&self.held.client) else { return };
            if client.held == Some(self.held.number) {
                client.held = None;
                state.apis.cometd.forget_at(&self.held.client, now + silence);
            }
        });
    }
}
