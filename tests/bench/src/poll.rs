//! A poll that brings nothing: what it costs the service when the transcript is short and when it is long.

use crate::{report, take_turns};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use webchat_core::{
    Config,
    backend::gms::{GmsForm, GmsSession},
    command::{Command, RequestId, StartChat},
    model::{Message, OriginalMessage, Received, Whose},
    service::{Effect, ExchangeId, Service, Setup, Time},
    transport::{Arrival, Capabilities, Delivery, Places, Reply},
};

/// A service with a chat, polling.
pub(crate) struct Polling {
    service: Service,
    time: Time,
    poll: ExchangeId,
    next: u64,
}

impl Polling {
    /// One that has seen this many messages.
    pub(crate) fn new(messages: u64) -> Self {
        let config = Config::from_json(&json!({
            "dataURL": "http://127.0.0.1/chat", "dynamicPolling": false, "maxTranscriptBytes": 1_u64 << 40,
        }));
        let config = config.unwrap();
        let mut service = Service::new();
        let time = Time::default();
        let capabilities = Capabilities { polling: true, ..Capabilities::default() };
        let delivery = Delivery { arrival: Arrival::Polled, places: Places::Counted };
        service.command(time, RequestId(1), Command::Configure(Box::new(config.clone())), None);
        service
            .configured(time, Ok(Setup { config: config.service, capabilities, delivery, form: &GmsForm }));
        service.loaded(time, Ok(std::collections::BTreeMap::new()));
        service.command(time, RequestId(2), Command::StartChat(StartChat::default()), None);
        service.loaded(time, Ok(std::collections::BTreeMap::new()));
        let start = request(&mut service).unwrap();
        let session =
            GmsSession { session_id: "1".into(), secure_key: "k".into(), ..GmsSession::default() }.into();
        service.replied(time, start, Ok(Reply { session: Some(session), ..Reply::default() }));
        let poll = request(&mut service).unwrap();
        let mut polling = Self { service, time, poll, next: 1 };
        polling.hear((1..=messages).map(message).collect());
        polling
    }

    /// A poll that brings messages.
    pub(crate) fn hear(&mut self, messages: Vec<Received>) {
        self.next += messages.len() as u64;
        self.answer(Reply { messages, next_position: Some(self.next), ..Reply::default() });
    }

    fn answer(&mut self, reply: Reply) {
        self.service.replied(self.time, self.poll, Ok(reply));
        self.time.now += Duration::from_secs(3);
        self.service.handle_timeout(self.time);
        self.poll = request(&mut self.service).unwrap();
    }

    fn poll(&mut self) {
        self.answer(Reply { next_position: Some(self.next), ended: Some(false), ..Reply::default() });
    }
}

/// Drains the effects and returns the last request among them.
fn request(service: &mut Service) -> Option<ExchangeId> {
    let mut found = None;
    while let Some(effect) = service.poll_effect() {
        if let Effect::Request { id, .. } = effect {
            found = Some(id);
        }
    }
    found
}

fn message(index: u64) -> Received {
    let message =
        Message { index: index.into(), text: Some("hello".into()), timestamp: index, ..Message::default() };
    let sent = json!({"index": index, "type": "Message", "text": "hello", "utcTime": index});
    let original = sent.as_object().map(OriginalMessage::from).unwrap_or_default();
    Received { message, original: Arc::new(original), whose: Whose::Untold }
}

/// Polls with a long and a short transcript.
pub fn nothing_new() {
    let (mut short, mut long) = (Polling::new(10), Polling::new(100_000));
    let mut contenders: Vec<crate::Contender<'_>> = vec![
        ("100,000 messages in the transcript", Box::new(|times| (0..times).for_each(|_| long.poll()))),
        ("10 messages in the transcript", Box::new(|times| (0..times).for_each(|_| short.poll()))),
    ];
    let medians = take_turns(&mut contenders, 200, 1_000);
    report("a poll that brings nothing (goal: the same)", "a poll", &contenders, &medians);
}
