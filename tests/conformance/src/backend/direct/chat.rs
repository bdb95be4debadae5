//! A chat: requests are carried out at once, and what happens at the server is pushed.

use super::library::{Form, session};
use futures_util::{StreamExt, stream, stream::BoxStream};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    future::pending,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;
use webchat_core::{
    Private,
    model::{
        EntryId, Index, JsonObject, Message, MessageType, OriginalMessage, Participant, ParticipantId,
        ParticipantRole, Place, Received, Whose,
    },
    transport::{
        Arrival, BoxFuture, Capabilities, Delivery, Failure, Incoming, Operation, Places, Reply, Request,
        SessionForm, Start, Transport, Verdict,
    },
};
use webchat_simulator::{Act, Api, Customer, Event, Simulator};

/// A chat of the simulator's that is followed, and how many of its events are known.
type Followed = Option<(String, usize)>;

pub(super) struct Chat {
    server: Simulator,
    followed: watch::Sender<Followed>,
    /// Until it is asked for.
    news: Mutex<Option<News>>,
}

impl Chat {
    pub(super) fn new(server: Simulator) -> Self {
        let (followed, follow) = watch::channel(None);
        let news = News { server: server.clone(), follow, known: 0, end_known: false, is_up: false };
        Self { server, followed, news: Mutex::new(Some(news)) }
    }

    fn start(&self, start: &Start) -> Reply {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let user_data: BTreeMap<_, _> =
            start.user_data.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        let given = |text: &Private| (!text.is_empty()).then(|| text.as_str().to_owned());
        let chat = self.server.open(
            Api::GmsRest,
            Customer {
                nickname: start.nickname.as_str().to_owned(),
                subject: given(&start.subject),
                email_address: given(&start.email),
                user_data,
            },
        );
        Reply { session: Some(session(&chat)), ..self.entries(&chat, 0) }
    }

    /// The entries of a chat after this one, which are known from now on.
    fn entries(&self, chat: &str, after: u64) -> Reply {
        let Ok(events) = self.server.transcript(chat) else { return refused() };
        self.followed.send_replace(Some((chat.to_owned(), events.len())));
        let known = usize::try_from(after).unwrap_or(usize::MAX);
        reply(&self.server, chat, events.get(known..).unwrap_or_default())
    }

    fn act(&self, chat: &str, act: Act) -> Reply {
        match self.server.customer_does(chat, act) {
            Ok(_) => Reply { body: Form.success(false), ..Reply::default() },
            Err(_) => refused(),
        }
    }

    fn carry_out(&self, request: &Request) -> Reply {
        let chat = request.session.id().as_str();
        match &request.operation {
            Operation::Start(start) => self.start(start),
            Operation::Restore => self.entries(chat, 0),
            Operation::Poll { from, .. } => self.entries(chat, from.after.as_ref().map_or(0, number)),
            Operation::Send(text) => self.act(
                chat,
                Act::Say {
                    text: text.text.as_str().to_owned(),
                    message_type: text.message_type.clone(),
                    event_attributes: None,
                },
            ),
            Operation::Typing { started: true, preview } => self.act(
                chat,
                Act::TypingStarted { text: preview.as_ref().map(|text| text.as_str().to_owned()) },
            ),
            Operation::Typing { .. } => self.act(chat, Act::TypingStopped),
            Operation::End => Reply { ended: Some(true), ..self.act(chat, Act::End) },
            _ => Reply { verdict: Verdict::Refused, ..Reply::default() },
        }
    }
}

impl Transport for Chat {
    fn capabilities(&self) -> Capabilities {
        Capabilities { verify_session: true, ..Capabilities::default() }
    }

    fn delivery(&self) -> Delivery {
        Delivery { arrival: Arrival::Pushed, places: Places::Opaque }
    }

    fn session_form(&self) -> &'static dyn SessionForm {
        &Form
    }

    fn perform(&self, request: Request) -> BoxFuture<Result<Reply, Failure>> {
        let reply = self.carry_out(&request);
        Box::pin(async move { Ok(reply) })
    }

    fn incoming(&self) -> Option<BoxStream<'static, Incoming>> {
        let news = self.news.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(stream::unfold(news, async |mut news| Some((news.next().await, news))).boxed())
    }
}

/// What the server pushes.
struct News {
    server: Simulator,
    follow: watch::Receiver<Followed>,
    known: usize,
    end_known: bool,
    is_up: bool,
}

impl News {
    async fn next(&mut self) -> Incoming {
        if !std::mem::replace(&mut self.is_up, true) {
            return Incoming::Up { gap: false };
        }
        loop {
            let followed = self.follow.borrow().clone();
            if self.follow.has_changed().unwrap_or_default() {
                self.follow.mark_unchanged();
                self.end_known = false;
                self.known = followed.as_ref().map_or(0, |(_, known)| *known);
            }
            let Some((chat, _)) = followed else {
                self.changed().await;
                continue;
            };
            let (known, end_known) = (self.known, self.end_known);
            let server = self.server.clone();
            let news = server.wait_for(|server| {
                let events = server.transcript(&chat).ok()?;
                let ended = server.chat(&chat).is_ok_and(|chat| chat.ended.is_some());
                (events.len() > known || (ended && !end_known)).then_some((events, ended))
            });
            tokio::select! {
                biased;
                () = self.changed() => {}
                (events, ended) = news => {
                    self.known = events.len();
                    self.end_known = ended;
                    let new = events.get(known..).unwrap_or_default();
                    return Incoming::Batch(Box::new(reply(&self.server, &chat, new)));
                }
            }
        }
    }

    async fn changed(&mut self) {
        let Ok(followed) = self.follow.changed().await.map(|()| self.follow.borrow().clone()) else {
            return pending().await;
        };
        self.end_known = false;
        self.known = followed.map_or(0, |(_, known)| known);
    }
}

fn reply(server: &Simulator, chat: &str, events: &[Event]) -> Reply {
    let ended = server.chat(chat).is_ok_and(|chat| chat.ended.is_some());
    Reply {
        ended: Some(ended),
        messages: events.iter().filter_map(received).collect(),
        body: Form.success(ended),
        ..Reply::default()
    }
}

/// The chat is over, or there never was one.
fn refused() -> Reply {
    Reply { verdict: Verdict::Refused, ended: Some(true), ..Reply::default() }
}

/// How far places are apart: that there is one between two others is no sign that anything is missing.
const APART: u64 = 1000;

/// The place of the entry with this number. It tells which entry is the newer, and no more.
fn place(number: u64) -> Place {
    Place { order: number * APART, id: EntryId::Order, text: Some(format!("place {number}").into()) }
}

/// The number of the entry at a place.
fn number(place: &Place) -> u64 {
    place.order / APART
}

fn received(event: &Event) -> Option<Received> {
    let Value::Object(original) = json!(event) else { return None };
    let role = original.get("from").and_then(|from| from["type"].as_str()).unwrap_or_default();
    let user_data: JsonObject =
        event.user_data.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let message = Message {
        index: Index::Place(place(event.index?)),
        kind: MessageType::from(event.kind.to_string().as_str()),
        text: event.text.as_deref().map(Into::into),
        timestamp: event.utc_time,
        from: Participant {
            id: ParticipantId::Number(event.from.participant_id.into()),
            role: ParticipantRole::from(role),
            name: event.from.nickname.as_str().into(),
        },
        user_data: Some(Arc::new(user_data)).filter(|data| !data.is_empty()),
        ..Message::default()
    };
    Some(Received { message, original: Arc::new(OriginalMessage::from(&original)), whose: Whose::Untold })
}
