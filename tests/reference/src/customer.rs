//! A customer: a chat of the library, and what it has published.

use crate::{Carrier, LIMIT, Server};
use serde_json::Value;
use tokio::sync::watch;
use webchat_core::{
    Chat, ErrorKind,
    command::StartChat,
    event::{Envelope, Event, EventKind, MessageReceived},
    model::MessageType,
};

/// A customer in a chat.
#[derive(Debug)]
pub struct Customer {
    /// The chat.
    pub chat: Chat,
    nickname: String,
    id: String,
    heard: watch::Receiver<Heard>,
}

/// What a chat has published.
#[derive(Debug, Default)]
pub struct Heard {
    /// The events, in order.
    pub events: Vec<EventKind>,
    /// The messages in them, in order.
    pub lines: Vec<Line>,
    /// No outage has been told of, or its end has.
    pub is_connected: bool,
}

/// A message as it was published.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its place in the transcript.
    pub index: u64,
    /// What it is.
    pub kind: MessageType,
    /// Who it is from.
    pub nickname: String,
    /// Its text, where it has one.
    pub text: Option<String>,
}

impl Heard {
    fn take(&mut self, envelope: &Envelope) {
        self.events.push(envelope.event.kind());
        match &envelope.event {
            Event::MessageReceived(payload) => self.lines.extend(lines(payload)),
            Event::Disconnected => self.is_connected = false,
            Event::Reconnected => self.is_connected = true,
            _ => {}
        }
    }

    /// How often this event has come.
    pub fn count(&self, kind: EventKind) -> usize {
        self.events.iter().filter(|event| **event == kind).count()
    }

    /// The texts of the messages that have some.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| line.text.as_deref())
    }
}

fn lines(payload: &MessageReceived) -> impl Iterator<Item = Line> {
    payload.received.iter().map(|received| {
        let message = &received.message;
        Line {
            index: message.index.order,
            kind: message.kind.clone(),
            nickname: message.from.name.to_string(),
            text: message.text.as_deref().map(str::to_owned),
        }
    })
}

impl Customer {
    /// A customer of this name, whose chat has started.
    pub async fn start(server: &Server, carrier: Carrier, nickname: &str) -> Self {
        let chat = Chat::new(server.config(carrier)).expect("the configuration can be had");
        let (sender, heard) = watch::channel(Heard { is_connected: true, ..Heard::default() });
        chat.listen(move |envelope| sender.send_modify(|heard| heard.take(envelope)));
        let start = StartChat { nickname: nickname.into(), ..StartChat::default() };
        let started = chat.start_chat(start).await.expect("the chat starts");
        assert_eq!(started["statusCode"], 0, "{started}");
        let id = started["chatId"].as_str().expect("a chat has an id").to_owned();
        Self { chat, nickname: nickname.to_owned(), id, heard }
    }

    /// The chat's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What has been published so far.
    pub fn heard(&self) -> watch::Ref<'_, Heard> {
        self.heard.borrow()
    }

    /// What the customer is called.
    pub fn nickname(&self) -> &str {
        &self.nickname
    }

    /// Settled once a message with this text has been published.
    pub async fn until_told(&self, text: &str) {
        self.until(text, |heard| heard.texts().any(|heard| heard == text)).await;
    }

    /// Settled once what has been published is as `ready` says.
    pub async fn until(&self, what: &str, mut ready: impl FnMut(&Heard) -> bool) {
        let mut heard = self.heard.clone();
        let waited = tokio::time::timeout(LIMIT, heard.wait_for(|heard| ready(heard))).await.map(drop);
        assert!(waited.is_ok(), "{}: never {what}; {:?}", self.nickname, self.heard());
    }

    /// Sends a message as an application does: one that is told not to have been sent, because the connection is lost, is sent again
    /// when it is back. Every other command must resolve.
    pub async fn say(&self, text: &str) {
        while self.try_to_say(text).await["statusCode"] == 1 {
            self.until("connected", |heard| heard.is_connected).await;
        }
    }

    /// Sends a message once; what the command resolved with, or the response that says that it was not sent.
    pub async fn try_to_say(&self, text: &str) -> Value {
        let outcome = tokio::time::timeout(LIMIT, self.chat.send(text)).await;
        let outcome = outcome.unwrap_or_else(|_| panic!("{}: {text} has no outcome", self.nickname));
        match outcome {
            Ok(response) => response,
            Err(error) if error.kind() == ErrorKind::NotSent => error.response().cloned().unwrap_or_default(),
            Err(error) => panic!("{}: {text} was rejected: {error}", self.nickname),
        }
    }
}
