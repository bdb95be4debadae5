//! The `/meta` channels but for connect (Bayeux 1.0 sections 4 and 5).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::advice::Advice;
use super::client::{Bell, Client, Farewell};
use super::mailbox::Mailbox;
use super::message::{Message, Reply};
use super::origin::Origin;
use super::settings::{CometdSettings, Notification};
use crate::bayeux::{Carrier, Reconnect};
use crate::state::State;

/// A message names no client, or one that is not known (gms-v2.md, 8.2).
pub(super) fn unknown_client(message: &Message) -> Reply {
    let reply = message.reply();
    let reply = match message.client_id() {
        Some(_) => reply.refused(402, "", "Unknown client"),
        None => reply.refused(401, "", "No client ID"),
    };
    match message.channel() {
        "/meta/connect" => reply.advice(Advice::to(Reconnect::Handshake, std::time::Duration::ZERO)),
        _ => reply,
    }
}

/// What every answer to a handshake says of the server.
pub(super) fn introduce(reply: Reply, settings: &CometdSettings) -> Reply {
    let types: Vec<&str> = settings.connection_types.iter().map(|carrier| carrier.name()).collect();
    reply.with("version", "1.0").with("minimumVersion", "1.0").with("supportedConnectionTypes", types)
}

pub(super) fn handshake(state: &mut State, origin: &Origin, message: &Message, now: Instant) -> Reply {
    let reply = introduce(message.reply(), &state.apis.cometd.settings);
    let refused = |code, text| {
        let advice = Advice::to(Reconnect::None, std::time::Duration::ZERO);
        reply.clone().refused(code, "", text).advice(advice)
    };
    let major = |version: &str| version.split('.').next()?.parse::<u32>().ok();
    let minimum = message.minimum_version().map_or(Some(1), major);
    if message.version().and_then(major) != Some(1) || minimum.is_none_or(|minimum| minimum > 1) {
        return refused(400, "Unsupported version");
    }
    let offered = &state.apis.cometd.settings.connection_types;
    let known = |name: &&str| offered.iter().any(|carrier| carrier.name() == *name);
    if !message.connection_types().is_some_and(|types| types.iter().any(known)) {
        return refused(400, "No supported connection type");
    }
    if state.apis.cometd.settings.notification == Notification::Refused {
        return refused(403, "Handshake denied");
    }
    let acks = state.apis.cometd.settings.acks && message.asks_for_acks();
    let client = open(state, origin, acks, now);
    let reply =
        reply.successful().with("clientId", client).advice(Advice::usual(&state.apis.cometd.settings));
    if acks { reply.with("ext", json!({ "ack": true })) } else { reply }
}

/// A new client.
fn open(state: &mut State, origin: &Origin, acks: bool, now: Instant) -> String {
    let id = state.apis.cometd.new_name();
    let settings = &state.apis.cometd.settings;
    let expires = now + settings.interval + settings.max_interval;
    let client = Client {
        id: id.clone(),
        browser: origin.browser.clone().unwrap_or_default(),
        carrier: origin.carrier,
        socket: origin.socket,
        mailbox: Mailbox::new(acks),
        bell: Arc::new(Bell::default()),
        held: None,
        connects: 0,
        publishes: 0,
        delivered: 0,
        told: Advice::usual(settings),
        expires: Some(expires),
        subscriptions: BTreeSet::new(),
        feeds: std::collections::BTreeMap::new(),
        created_utc_ms: state.chats.moment(now).utc_ms,
    };
    state.apis.cometd.add(client);
    id
}

/// The channels of a `subscription`.
fn channels(subscription: &Value) -> Vec<&str> {
    match subscription {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

/// Subscribing changes nothing but the list: delivery goes to the one client anyway (gms-v2.md, 8.2).
pub(super) fn subscribe(
    state: &mut State,
    origin: &Origin,
    message: &Message,
    exists: impl Fn(&str) -> bool,
    now: Instant,
) -> Reply {
    let Some(client) = state.apis.cometd.admit(message.client_id(), origin, now) else {
        return unknown_client(message);
    };
    let subscription = message.subscription().cloned().unwrap_or_default();
    let reply =
        message.reply().with("clientId", client.id.as_str()).with("subscription", subscription.clone());
    let channels = channels(&subscription);
    if channels.is_empty() {
        return reply.refused(400, "", "No subscription");
    }
    if let Some(channel) = channels.iter().find(|channel| channel.starts_with("/meta/")) {
        return reply.refused(403, &format!("{},{channel}", client.id), "Subscription denied");
    }
    if let Some(channel) = channels.iter().find(|channel| !exists(channel)) {
        return reply.refused(404, channel, "Unknown channel");
    }
    client.subscriptions.extend(channels.into_iter().map(str::to_owned));
    reply.successful()
}

pub(super) fn unsubscribe(state: &mut State, origin: &Origin, message: &Message, now: Instant) -> Reply {
    let Some(client) = state.apis.cometd.admit(message.client_id(), origin, now) else {
        return unknown_client(message);
    };
    let subscription = message.subscription().cloned().unwrap_or_default();
    for channel in channels(&subscription) {
        client.subscriptions.remove(channel);
    }
    let reply = message.reply().with("clientId", client.id.as_str());
    reply.with("subscription", subscription).successful()
}

/// The end of the Bayeux session. With a position in `ext` the customer goes to the background, where the chat
/// stays (gms-v2.md, 8.4).
pub(super) fn disconnect(state: &mut State, origin: &Origin, message: &Message, now: Instant) -> Reply {
    let Some(client) = state.apis.cometd.admit(message.client_id(), origin, now) else {
        return unknown_client(message);
    };
    let (id, chats) = (client.id.clone(), client.feeds.keys().cloned().collect::<Vec<_>>());
    let position = |value: &Value| value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    let position = message.ext("transcriptPosition").and_then(position);
    let advice = Some(Advice::to(Reconnect::None, std::time::Duration::ZERO));
    let farewell = Farewell::Parted { messages: Vec::new(), advice };
    state.apis.cometd.remove(&id, farewell, &mut state.chats, now);
    for chat in chats {
        if let (Some(position), Ok((chat, _))) = (position, state.chats.get_mut(&chat)) {
            chat.background = Some(position);
        }
    }
    message.reply().with("clientId", id).successful()
}

/// Whether a client may connect in this way.
pub(super) fn carrier_of(settings: &CometdSettings, message: &Message) -> Option<Carrier> {
    let named = message.connection_type()?;
    settings.connection_types.iter().copied().find(|carrier| carrier.name() == named)
}
