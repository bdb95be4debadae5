//! A customer: a chat of the library, and what it has published.

use crate::{LIMIT, in_time};
use serde_json::Value;
use tokio::sync::watch;
use webchat_core::{
    Chat, Config, Error, ErrorKind,
    command::StartChat,
    event::{Envelope, Event, EventKind},
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
    /// An outage has been told of, and its end has not.
    pub is_cut_off: bool,
}

/// A message as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its place in the transcript; 0 where it has none.
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
            Event::MessageReceived(payload) => {
                self.lines.extend(payload.received.iter().map(|received| Line {
                    index: received.message.index.order().unwrap_or_default(),
                    kind: received.message.kind.clone(),
                    nickname: received.message.from.name.to_string(),
                    text: received.message.text.as_deref().map(str::to_owned),
                }));
            }
            Event::Disconnected => self.is_cut_off = true,
            Event::Reconnected => self.is_cut_off = false,
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

    /// Whether this text has been heard.
    pub fn has(&self, text: &str) -> bool {
        self.texts().any(|heard| heard == text)
    }
}

impl Customer {
    /// A customer of this name, whose chat has started.
    pub async fn start(options: &Value, nickname: &str) -> Self {
        Self::try_to_start(options, nickname).await.expect("the chat starts")
    }

    /// The same; why not, if the chat does not start.
    pub async fn try_to_start(options: &Value, nickname: &str) -> Result<Self, Error> {
        let chat = Chat::new(Config::from_json(options).expect("the configuration is right"))?;
        let (sender, heard) = watch::channel(Heard::default());
        chat.listen(move |envelope| sender.send_modify(|heard| heard.take(envelope)));
        let start = StartChat { nickname: nickname.into(), ..StartChat::default() };
        let started = in_time("a chat starts", chat.start_chat(start)).await?;
        // Some servers name the chat, others the session, and others nothing that would not be a secret.
        let id = started.get("chatId").or_else(|| started.pointer("/data/entity/id"));
        let id = id.and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self { chat, nickname: nickname.to_owned(), id, heard })
    }

    /// What the customer is called.
    pub fn nickname(&self) -> &str {
        &self.nickname
    }

    /// The chat's id; empty where the server does not tell it, and nobody has.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The same customer, of whose chat the server's owner knows the id.
    #[must_use]
    pub fn with_id(self, id: String) -> Self {
        Self { id, ..self }
    }

    /// What has been published so far.
    pub fn heard(&self) -> watch::Ref<'_, Heard> {
        self.heard.borrow()
    }

    /// How often this event has come so far.
    pub fn count(&self, kind: EventKind) -> usize {
        self.heard().count(kind)
    }

    /// Settled once a message with this text has been published.
    pub async fn until_told(&self, text: &str) {
        self.until(text, |heard| heard.has(text)).await;
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
            self.until("connected", |heard| !heard.is_cut_off).await;
        }
    }

    /// Sends a message once; what the command resolved with, or the response that says that it was not sent.
    pub async fn try_to_say(&self, text: &str) -> Value {
        let outcome = tokio::time::timeout(LIMIT, self.chat.send(text)).await;
        let outcome = outcome
            .unwrap_or_else(|_| panic!("{}: {text} has no outcome; {:?}", self.nickname, self.heard()));
        match outcome {
            Ok(response) => response,
            Err(error) if error.kind() == ErrorKind::NotSent => error.response().cloned().unwrap_or_default(),
            Err(error) => panic!("{}: {text} was rejected: {error}", self.nickname),
        }
    }
}
