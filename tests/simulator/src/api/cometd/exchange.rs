//! The way of a Bayeux message, whatever carried it: log, faults, what it asks for, reply.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::advice::Advice;
use super::call::{Call, service_of};
use super::client::Farewell;
use super::connect::{self, Connected};
use super::message::{Message, Reply};
use super::meta;
use super::origin::Origin;
use super::publish::{self, Ask};
use super::work::{self, Work};
use crate::api::Api;
use crate::bayeux::{Carrier, Reconnect};
use crate::faults::{Course, FaultKind, Place, pause};
use crate::log::{Arrival, OpenEntry};
use crate::operation::Operation;
use crate::shared::Shared;
use crate::state::State;

/// Padding is held in memory here.
const MOST_PADDING: usize = 1 << 30;

/// What a message is answered with.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A reply and the messages that come before it, perhaps spoilt by a fault.
    Reply { messages: Vec<Value>, reply: Value, fault: Option<FaultKind> },
    /// A fault's answer, in place of all.
    Instead(FaultKind),
    /// Nothing, since another connect of the client has taken this one's place.
    Superseded,
    /// The connection is cut.
    Cut,
}

/// What a message asks for.
#[derive(Debug)]
enum Request {
    Handshake,
    Connect,
    Subscribe,
    Unsubscribe,
    Disconnect,
    /// A `/meta` channel that does not exist.
    Unknown,
    Publish(Box<Call>),
}

impl Request {
    fn of(message: &Message) -> Self {
        match message.channel() {
            "/meta/handshake" => Self::Handshake,
            "/meta/connect" => Self::Connect,
            "/meta/subscribe" => Self::Subscribe,
            "/meta/unsubscribe" => Self::Unsubscribe,
            "/meta/disconnect" => Self::Disconnect,
            channel if channel.starts_with("/meta/") => Self::Unknown,
            _ => Self::Publish(Box::new(Call::read(message))),
        }
    }

    fn operation(&self) -> Option<Operation> {
        Some(match self {
            Self::Handshake => Operation::Handshake,
            Self::Connect => Operation::Connect,
            Self::Subscribe => Operation::Subscribe,
            Self::Unsubscribe => Operation::Unsubscribe,
            Self::Disconnect => Operation::DisconnectClient,
            Self::Unknown => return None,
            Self::Publish(call) => return call.operation,
        })
    }

    /// The chat it is about: the client's, if it is about the connection.
    fn chat(&self, state: &State, message: &Message) -> Option<String> {
        match self {
            Self::Publish(call) => call.chat(&state.apis.gms),
            _ => state.apis.cometd.find(message.client_id()?)?.feeds.keys().next().cloned(),
        }
    }

    fn place(&self, carrier: Carrier) -> Place {
        match self {
            Self::Publish(_) => Place::Publish(carrier),
            _ => Place::Meta(carrier),
        }
    }
}

/// Carries out a message, or lets the fault in store for it happen. `alone`: no others came with it.
pub(super) async fn run(shared: &Arc<Shared>, origin: &Origin, message: Message, alone: bool) -> Outcome {
    let request = Request::of(&message);
    let _arrived = Arrived::count(shared, &request);
    let chat = shared.read(|state| request.chat(state, &message));
    let entry = open_entry(shared, origin, &message, &request, chat.clone());
    let course = request.operation().map(|operation| Course {
        faults: &shared.faults,
        entry: &entry,
        api: Api::GmsCometd,
        place: request.place(origin.carrier),
        operation,
        chat: chat.as_deref(),
    });
    let picked = match &course {
        Some(course) => course.begin().await,
        None => crate::faults::Picked::default(),
    };
    let (takes_effect, late) = (picked.takes_effect(), picked.after);
    let fault = picked.fault.map(|fault| fault.kind);
    let exchange = Exchange { shared, origin, message: &message, request: &request, entry: &entry };
    let outcome = exchange.outcome(fault, takes_effect, late, alone).await;
    entry.close(status(&outcome));
    outcome
}

/// The HTTP status of an answer; that of a good one if it goes over a WebSocket.
fn status(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Instead(FaultKind::Status { status, .. } | FaultKind::Redirect { status, .. }) => {
            Some(*status)
        }
        Outcome::Reply { .. } | Outcome::Instead(_) => Some(200),
        Outcome::Superseded => Some(500),
        Outcome::Cut => None,
    }
}

fn open_entry(
    shared: &Shared,
    origin: &Origin,
    message: &Message,
    request: &Request,
    chat_id: Option<String>,
) -> OpenEntry {
    let call = match request {
        Request::Publish(call) => Some(call),
        _ => None,
    };
    let mut fields = message.fields();
    fields.extend(call.into_iter().flat_map(|call| call.form.fields.clone()));
    let arrival = Arrival {
        utc_time: shared.utc_ms(),
        operation: request.operation(),
        service: call.and_then(|call| call.service.clone()),
        chat_id,
        client_id: message.client_id().map(str::to_owned),
        in_socket: origin.carrier == Carrier::WebSocket,
        fields,
        files: Vec::new(),
    };
    shared.log.open(&origin.parts, arrival)
}

/// Counts what arrives; and a handshake as under way, until dropped.
struct Arrived<'a>(Option<&'a Shared>);

impl<'a> Arrived<'a> {
    fn count(shared: &'a Shared, request: &Request) -> Self {
        shared.change(|state, _| {
            let counted = &mut state.apis.cometd.counted;
            match request {
                Request::Handshake => {
                    state.apis.cometd.handshakes_under_way += 1;
                    counted.handshakes += 1;
                    let most = counted.most_handshakes_at_once.max(state.apis.cometd.handshakes_under_way);
                    counted.most_handshakes_at_once = most;
                }
                Request::Connect => counted.connects += 1,
                Request::Subscribe | Request::Unsubscribe => counted.subscribes += 1,
                Request::Disconnect => counted.disconnects += 1,
                Request::Publish(_) => counted.publishes += 1,
                Request::Unknown => {}
            }
        });
        Self(matches!(request, Request::Handshake).then_some(shared))
    }
}

impl Drop for Arrived<'_> {
    fn drop(&mut self) {
        if let Some(shared) = self.0 {
            shared.change(|state, _| state.apis.cometd.handshakes_under_way -= 1);
        }
    }
}

struct Exchange<'a> {
    shared: &'a Arc<Shared>,
    origin: &'a Origin,
    message: &'a Message,
    request: &'a Request,
    entry: &'a OpenEntry,
}

impl Exchange<'_> {
    async fn outcome(
        &self,
        fault: Option<FaultKind>,
        takes_effect: bool,
        late: Duration,
        alone: bool,
    ) -> Outcome {
        // A handshake must give an id, and the others must do what they say, whatever they advise.
        let advised = matches!(fault, Some(FaultKind::Advice { .. }));
        let performs = takes_effect || advised && !matches!(self.request, Request::Connect);
        let (messages, reply) = match (performs, self.request) {
            (true, Request::Connect) => {
                match connect::connect(self.shared, self.origin, self.message, alone).await {
                    Connected::Answered { messages, reply } => {
                        self.entry.effect(reply.is_successful(), None);
                        (messages, reply)
                    }
                    Connected::Superseded => return Outcome::Superseded,
                    Connected::Cut => return Outcome::Cut,
                }
            }
            (true, Request::Publish(call)) => (Vec::new(), self.publish(call, fault.as_ref(), late).await),
            (true, _) => (Vec::new(), self.meta()),
            (false, _) => (Vec::new(), self.untaken(fault.as_ref())),
        };
        if late > Duration::ZERO && !matches!(self.request, Request::Publish(_)) {
            pause(late).await;
        }
        self.spoil(messages, reply, fault).await
    }

    /// Handshake, subscribe, unsubscribe and disconnect.
    fn meta(&self) -> Reply {
        let (origin, message) = (self.origin, self.message);
        let access = &self.shared.access;
        let exists = |channel: &str| service_of(channel).is_some_and(|service| access.knows(service));
        let reply = self.shared.change(|state, now| match self.request {
            Request::Handshake => meta::handshake(state, origin, message, now),
            Request::Subscribe => meta::subscribe(state, origin, message, exists, now),
            Request::Unsubscribe => meta::unsubscribe(state, origin, message, now),
            Request::Disconnect => meta::disconnect(state, origin, message, now),
            _ => message.reply().refused(404, message.channel(), "Unknown channel"),
        });
        self.entry.effect(reply.is_successful(), None);
        if let (Request::Handshake, Some(id)) = (self.request, reply.client_id()) {
            self.entry.client(id);
        }
        reply
    }

    /// Takes a publish and carries it out. Its outcome waits for the client when this returns, unless a fault ate it or
    /// the server is slow.
    async fn publish(&self, call: &Call, fault: Option<&FaultKind>, late: Duration) -> Reply {
        let (shared, origin) = (self.shared, self.origin);
        let access = &shared.access;
        let authorised =
            origin.authorised || call.user.as_deref().is_some_and(|user| access.admits_user(user));
        let served = call.service.as_deref().is_some_and(|service| access.knows(service));
        let ask = Ask { origin, message: self.message, call, served, authorised, fault };
        let place = shared.queue().await;
        let (ack, order, eaten) = shared.change(|state, now| {
            let (ack, order) = publish::accept(state, &ask, now);
            (ack, order, self.eats(state, fault))
        });
        let Some(order) = order else { return ack };
        let (note, carrier) = (self.entry.note(), origin.carrier);
        let work = Work { shared: Arc::clone(shared), note, order, carrier, eaten };
        match place {
            None => work.now(late).await,
            Some(place) => {
                work.in_turn(place);
                pause(late).await;
            }
        }
        ack
    }

    /// Whether a fault takes the outcome of a publish away with its answer.
    fn eats(&self, state: &State, fault: Option<&FaultKind>) -> bool {
        let client = self.message.client_id().and_then(|id| state.apis.cometd.find(id));
        let rides = client.is_some_and(|client| !state.apis.cometd.only_by_connect(client));
        let polling = self.origin.carrier == Carrier::LongPolling;
        rides
            && match fault {
                Some(FaultKind::Drop) => true,
                Some(
                    FaultKind::TruncatedBody
                    | FaultKind::Status { .. }
                    | FaultKind::NonJson
                    | FaultKind::WrongBody(_)
                    | FaultKind::Redirect { .. },
                ) => polling,
                _ => false,
            }
    }

    /// The reply to a message that has no effect.
    fn untaken(&self, fault: Option<&FaultKind>) -> Reply {
        let reply = self.message.reply();
        let reply = match self.message.client_id() {
            Some(id) => reply.with("clientId", id),
            None => reply,
        };
        if let (Request::Publish(_), Some(fault), Some(id)) = (self.request, fault, self.message.client_id())
            && let FaultKind::StatusCode1 | FaultKind::StatusCode2 { .. } = fault
        {
            self.shared.change(|state, _| {
                let chat = self.request.chat(state, self.message);
                if let Some(response) = crate::api::gms::fault_reply(fault, chat.as_deref()) {
                    let told = super::push::message(self.message.channel(), &response);
                    work::hand_over(state, self.origin.carrier, id, told);
                }
            });
        }
        reply.successful()
    }

    /// What a fault makes of the answer.
    async fn spoil(&self, messages: Vec<Value>, reply: Reply, fault: Option<FaultKind>) -> Outcome {
        let fine = |reply: Reply, fault| Outcome::Reply { messages, reply: reply.into(), fault };
        match fault {
            Some(FaultKind::Drop) => Outcome::Cut,
            Some(FaultKind::Hang) => std::future::pending().await,
            Some(FaultKind::Refuse { code, reconnect, interval }) => {
                fine(self.refuse(reply, code, reconnect, interval), None)
            }
            Some(FaultKind::Advice { reconnect, interval }) => {
                let reply = match reconnect {
                    Reconnect::Handshake => reply.refused(402, "", "Unknown client"),
                    _ => reply,
                };
                fine(reply.advice(Advice::to(reconnect, interval)), None)
            }
            Some(FaultKind::HugeBody(bytes)) => {
                let bytes = usize::try_from(bytes).unwrap_or(MOST_PADDING).min(MOST_PADDING);
                fine(reply.with("padding", "x".repeat(bytes)), None)
            }
            Some(fault @ (FaultKind::TruncatedBody | FaultKind::SetCookie(_))) => fine(reply, Some(fault)),
            Some(
                fault @ (FaultKind::Status { .. }
                | FaultKind::NonJson
                | FaultKind::WrongBody(_)
                | FaultKind::Redirect { .. }),
            ) => Outcome::Instead(fault),
            Some(_) | None => fine(reply, None),
        }
    }

    fn refuse(
        &self,
        reply: Reply,
        code: u16,
        reconnect: Option<Reconnect>,
        interval: Option<Duration>,
    ) -> Reply {
        let text = match code {
            401 => "No client ID",
            402 => "Unknown client",
            403 => "Forbidden",
            404 => "Unknown channel",
            _ => "Refused",
        };
        let mut reply = reply.refused(code, "", text);
        let is_meta = matches!(self.request, Request::Handshake | Request::Connect);
        let usual = (code == 402 && is_meta).then_some(Reconnect::Handshake);
        if let Some(reconnect) = reconnect.or(usual) {
            reply = reply.advice(Advice::to(reconnect, interval.unwrap_or_default()));
        }
        self.shared.change(|state, now| {
            if let (402, Some(id)) = (code, self.message.client_id()) {
                state.apis.cometd.remove(id, Farewell::Unknown, &mut state.chats, now);
            }
            match self.request {
                Request::Handshake => meta::introduce(reply, &state.apis.cometd.settings),
                _ => reply,
            }
        })
    }
}
