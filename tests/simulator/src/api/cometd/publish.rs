//! A publish on a chat's channel: the chat operation, and what is told of its outcome (gms-v2.md, 8.4).

use serde_json::Value;
use tokio::time::Instant;

use super::call::Call;
use super::message::{Message, Reply};
use super::origin::Origin;
use super::settings::{Echo, Notification};
use super::{meta, push};
use crate::api::Api;
use crate::api::gms::{self, Answer, Reply as Response, Target};
use crate::chat::Event;
use crate::faults::{FaultKind, Faults, disturb};
use crate::operation::Operation;
use crate::refusal::ApiError;
use crate::state::State;

/// The simulator's own codes: for what has no sense, and for a user that is not known.
const BAD_REQUEST: u32 = 400;
const UNAUTHORISED: u32 = 401;
const NOT_FOUND: u32 = 404;

/// What came of a publish.
#[derive(Debug)]
pub(super) struct Published {
    /// The message that tells the outcome, and the client it is for.
    pub(super) outcome: Option<(String, Value)>,
    pub(super) chat: Option<String>,
    pub(super) effect: bool,
    /// The fault that befell the messages of the outcome.
    pub(super) fault: Option<&'static str>,
}

/// What a publish is judged by before it is taken.
pub(super) struct Ask<'a> {
    pub(super) origin: &'a Origin,
    pub(super) message: &'a Message,
    pub(super) call: &'a Call,
    /// The service exists.
    pub(super) served: bool,
    /// The user that on-premises requests need is shown.
    pub(super) authorised: bool,
    pub(super) fault: Option<&'a FaultKind>,
}

/// A publish that has been taken, to be carried out now or later.
#[derive(Debug)]
pub(super) struct Order {
    client: String,
    channel: String,
    service: String,
    call: Call,
    authorised: bool,
    fault: Option<FaultKind>,
}

/// Takes a publish: the acknowledgement, and what is to be carried out unless that refuses it.
pub(super) fn accept(state: &mut State, ask: &Ask<'_>, now: Instant) -> (Reply, Option<Order>) {
    let message = ask.message;
    let Some(client) = state.apis.cometd.admit(message.client_id(), ask.origin, now) else {
        return (meta::unknown_client(message), None);
    };
    client.publishes += 1;
    let client = client.id.clone();
    let ack = message.reply().with("clientId", client.as_str());
    let Some(service) = ask.call.service.clone().filter(|_| ask.served) else {
        return (ack.refused(404, message.channel(), "Unknown channel"), None);
    };
    if ask.call.name.is_none() {
        return (ack.refused(400, message.channel(), "No operation in data"), None);
    }
    let silent = state.apis.cometd.settings.notification == Notification::Silent;
    let order = Order {
        client,
        channel: message.channel().to_owned(),
        service,
        call: ask.call.clone(),
        authorised: ask.authorised,
        fault: ask.fault.cloned(),
    };
    (ack.successful(), (!silent).then_some(order))
}

/// Carries out a publish that has been taken.
pub(super) fn perform(state: &mut State, order: Order, faults: &Faults, now: Instant) -> Published {
    let chat = order.call.chat(&state.apis.gms);
    let name = order.call.name.as_deref().unwrap_or_default();
    let mut response = match (order.call.operation, &chat) {
        (None, _) => invalid(chat.as_deref(), BAD_REQUEST, &format!("there is no operation {name:?}")),
        (Some(Operation::RequestChat), _) if !order.authorised => {
            invalid(None, UNAUTHORISED, "the user is missing or wrong")
        }
        (Some(operation), None) if operation != Operation::RequestChat => {
            Response::ended("", ApiError::new(NOT_FOUND, "there is no such session"))
        }
        (Some(operation), _) => {
            let (service, file_id) = (Some(order.service.clone()), None);
            let target = Target { operation, service, chat_id: chat, file_id };
            carry_out(state, &order, &target, now)
        }
    };
    let fault = order.call.operation.filter(|_| order.fault.is_none()).and_then(|operation| {
        let chat = Some(response.chat_id.as_str());
        disturb(faults, Api::GmsCometd, operation, chat, &mut response.messages)
    });
    let effect = response.is_done();
    let chat = Some(response.chat_id.clone()).filter(|id| !id.is_empty());
    let spoilt = order.fault.as_ref().and_then(|fault| match fault {
        FaultKind::StatusCode1 | FaultKind::StatusCode2 { .. } => gms::fault_reply(fault, chat.as_deref()),
        _ => None,
    });
    let told = push::message(&order.channel, &spoilt.unwrap_or(response));
    Published { outcome: Some((order.client, told)), chat, effect, fault }
}

fn invalid(chat: Option<&str>, code: u32, text: &str) -> Response {
    Response::invalid(chat, ApiError::new(code, text))
}

/// Carries out the operation, and lets the client follow the chat that it opens.
fn carry_out(state: &mut State, order: &Order, target: &Target, now: Instant) -> Response {
    let (operation, client) = (target.operation, order.client.as_str());
    let position = |state: &State| {
        let chat = state.chats.find(target.chat_id.as_deref()?)?;
        Some(chat.next_position())
    };
    let before = position(state).unwrap_or(1);
    let form = order.call.to_form();
    let user_data: Vec<_> = form.user_data().collect();
    let answer = gms::carry_out(state, Api::GmsCometd, target, form, order.fault.as_ref(), now);
    let mut response = match answer {
        Answer::Reply(response) => *response,
        // No operation that has a channel brings a file.
        Answer::File(_) => return invalid(target.chat_id.as_deref(), BAD_REQUEST, "files come by HTTP"),
    };
    let hidden = matches!(order.fault, Some(FaultKind::StatusCode1 | FaultKind::StatusCode2 { .. }));
    let echo = if hidden { Echo::Push } else { state.apis.cometd.settings.echo };
    let Ok((chat, _)) = state.chats.get_mut(&response.chat_id) else { return response };
    if !response.is_done() {
        return response;
    }
    match operation {
        Operation::RequestChat | Operation::Refresh if hidden => {}
        Operation::RequestChat | Operation::Refresh => {
            if operation == Operation::Refresh {
                chat.user_data.extend(user_data);
            }
            if chat.ended.is_none() {
                state.apis.cometd.follow(client, chat, &order.channel, chat.next_position());
            }
        }
        Operation::History => {}
        _ => {
            let own = chat.transcript_from(before).to_vec();
            response.messages = tell(state, client, &response.chat_id, own, echo);
            if echo == Echo::Ahead {
                state.follow_up(now);
            }
        }
    }
    if response.chat_ended
        && let Ok((chat, _)) = state.chats.get_mut(&response.chat_id)
    {
        state.apis.cometd.unfollow(client, chat, now);
    }
    response
}

/// What of the events that an operation brought about stands in its outcome. What does is not pushed too.
fn tell(state: &mut State, client: &str, chat: &str, own: Vec<Event>, echo: Echo) -> Vec<Event> {
    let feed = state.apis.cometd.get(client).and_then(|client| client.feeds.get_mut(chat));
    if let (Some(feed), Echo::Reply | Echo::Never) = (feed, echo) {
        feed.next += own.len() as u64;
    }
    if echo == Echo::Reply { own } else { Vec::new() }
}
