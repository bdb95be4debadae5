//! A customer with a whole chat, and the simulator at the other end.

use crate::{Chat, Config, Error, command::StartChat, driver::Events};
use serde_json::{Value, json};
use std::time::Duration;
use webchat_simulator::{Simulator, api::web_messaging::WebMessagingSettings};

/// No test waits longer: it has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// The API in the simulator's list.
pub(super) async fn simulator(change: impl FnOnce(&mut WebMessagingSettings)) -> Simulator {
    let mut settings = WebMessagingSettings::default();
    change(&mut settings);
    Simulator::builder().seed(7).web_messaging(settings).start().await.unwrap()
}

pub(super) fn config(simulator: &Simulator, change: impl FnOnce(&mut Value)) -> Value {
    let base = format!("http://{}", simulator.address());
    let mut config = json!({
        "transport": {
            "type": "genesyscloud-webmessaging",
            "deploymentId": "9e1b7c1e-3d5f-4a82-8c66-0d7b5a4f2e10",
            "socketURL": base.replacen("http", "ws", 1), "apiURL": base, "configURL": base,
        },
        "connection": {"proxy": "none"},
    });
    change(&mut config);
    config
}

/// What comes of work.
pub(super) async fn within<T>(work: impl Future<Output = T>) -> T {
    crate::carrier::http::within(PATIENCE, work).await.unwrap()
}

pub(super) struct Customer {
    pub(super) chat: Chat,
    events: Events,
    /// What was published, in order.
    pub(super) told: Vec<(String, Value)>,
}

impl Customer {
    pub(super) fn new(config: &Value) -> Self {
        let chat = Chat::new(Config::from_json(config).unwrap()).unwrap();
        Self { events: chat.events(), chat, told: Vec::new() }
    }

    /// In a chat that has begun.
    pub(super) async fn started(config: &Value) -> Self {
        let mut customer = Self::new(config);
        customer.start().await.unwrap();
        customer.hear("clientConnected").await;
        customer
    }

    pub(super) async fn start(&self) -> Result<Value, Error> {
        let start = StartChat { nickname: "Mia".into(), subject: "Bikes".into(), ..StartChat::default() };
        self.within(self.chat.start_chat(start)).await
    }

    pub(super) async fn send(&self, text: &str) -> Result<Value, Error> {
        self.within(self.chat.send(text)).await
    }

    pub(super) async fn within<T>(&self, work: impl Future<Output = T>) -> T {
        within(work).await
    }

    /// Takes events until one of this name comes; its payload.
    pub(super) async fn hear(&mut self, name: &str) -> Value {
        loop {
            let event = crate::carrier::http::within(PATIENCE, self.events.next()).await;
            let event = event.unwrap_or_else(|| panic!("no {name} after {:?}", self.names())).unwrap();
            let (of, data) = (event.event.name().to_owned(), event.event.data());
            self.told.push((of.clone(), data.clone()));
            if of == name {
                return data;
            }
        }
    }

    /// Takes events until a message with this text has come.
    pub(super) async fn hear_text(&mut self, text: &str) {
        while !self.texts().iter().any(|told| told == text) {
            self.hear("messageReceived").await;
        }
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.told.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// All messages, in the order in which they were told.
    pub(super) fn messages(&self) -> Vec<Value> {
        let received = self.told.iter().filter(|(name, _)| name == "messageReceived");
        received.flat_map(|(_, data)| data["messages"].as_array().unwrap().clone()).collect()
    }

    /// Texts of messages.
    pub(super) fn texts(&self) -> Vec<String> {
        let messages = self.messages().into_iter().filter(|message| message["type"] == "Message");
        messages.map(|message| message["text"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
