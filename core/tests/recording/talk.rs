//! A chat of a customer and an agent, driven by what the customer sees, so that it goes the same way against a server and its recording.

use serde_json::{Value, json};
use std::{path::Path, time::Duration};
use webchat_core::{
    Chat, Config, Events,
    command::{SendMessage, StartChat},
    model::{Download, DownloadTarget, FileSource, Upload},
};
use webchat_simulator::{Fault, Operation, Simulator};

/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BackEnd {
    Gms,
    WebSocket,
    LongPolling,
    Nexus,
}

impl BackEnd {
    pub(crate) const ALL: [Self; 4] = [Self::Gms, Self::WebSocket, Self::LongPolling, Self::Nexus];

    /// The configuration for the addresses `urls`, in the words of the simulator's announcement.
    pub(crate) fn config(self, urls: &Value, recording: Option<&Path>) -> Value {
        let mut config = match self {
            Self::Gms => json!({"dataURL": urls["chatUrl"]}),
            Self::WebSocket | Self::LongPolling => json!({"cometD": {
                "enabled": true,
                "cometURL": urls["cometdUrl"],
                "channel": "/service/chatV2/customer-support",
                "apiURL": urls["cometdFileUrl"],
                "websocketEnabled": self == Self::WebSocket,
            }}),
            Self::Nexus => json!({"transport": {
                "type": "pureengage-v3-rest", "dataURL": urls["nexusUrl"], "endpoint": "support", "headers": {"x-api-key": "k"},
            }}),
        };
        config["ajaxTimeout"] = 1500.into();
        config["pollExceptionLimit"] = 100.into();
        config["connection"] = json!({"proxy": "none", "recording": recording});
        config
    }
}

/// A chat, and what it published.
pub(crate) struct Customer {
    pub(crate) chat: Chat,
    events: Events,
    /// Names of events, with the types and places of their messages.
    pub(crate) seen: Vec<String>,
}

impl Customer {
    pub(crate) fn new(config: &Value) -> Self {
        let chat = Chat::new(Config::from_json(config).unwrap()).unwrap();
        let events = chat.events();
        Self { chat, events, seen: Vec::new() }
    }

    /// Closes the chat; what it published.
    pub(crate) async fn leave(mut self) -> Vec<String> {
        self.chat.close();
        while let Some(envelope) = self.events.next().await {
            self.seen.push(words(envelope.event.name(), &envelope.event.data()));
        }
        self.chat.closed().await;
        self.seen
    }

    /// Waits for the next event that has `part` in its words.
    pub(crate) async fn sees(&mut self, part: &str) {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.events.next()).await;
            let envelope = next.unwrap_or_else(|_| panic!("{part} is not seen behind {:#?}", self.seen));
            let envelope = envelope.unwrap_or_else(|| panic!("{part} is not seen: {:#?}", self.seen));
            let words = words(envelope.event.name(), &envelope.event.data());
            let is_it = words.contains(part);
            self.seen.push(words);
            if is_it {
                return;
            }
        }
    }
}

/// The event's name; of messages their types, places and the lengths of their texts.
fn words(name: &str, data: &Value) -> String {
    let message = |message: &Value| {
        let text = message["text"].as_str().map(|text| text.chars().count());
        format!(
            " {}@{}:{}",
            message["type"].as_str().unwrap_or_default(),
            message["index"],
            text.unwrap_or_default()
        )
    };
    let messages: String = data["messages"].as_array().into_iter().flatten().map(message).collect();
    format!("{name}{messages}")
}

/// What happens at the server, where there is one that is not a recording.
pub(crate) struct Backstage<'a>(pub(crate) Option<&'a Simulator>);

impl Backstage<'_> {
    /// Does something with the newest chat.
    pub(crate) fn act<T>(&self, act: impl FnOnce(&Simulator, &str) -> T) {
        if let Some(simulator) = self.0 {
            act(simulator, &simulator.latest_chat_id().unwrap());
        }
    }

    pub(crate) fn says(&self, text: &str) {
        self.act(|simulator, chat| simulator.say(chat, agent(simulator, chat), text).unwrap());
    }
}

pub(crate) fn form() -> StartChat {
    StartChat {
        nickname: "Miaulina Holm".into(),
        email: "miaulina@example.test".into(),
        user_data: json!({ "Account": "QX4711ZJ" }),
        ..StartChat::default()
    }
}

pub(crate) fn upload() -> Upload {
    let bytes = FileSource::Bytes("the file's own bytes".into());
    Upload { name: "holiday.png".into(), source: bytes, user_data: serde_json::Map::new(), progress: None }
}

pub(crate) fn message(text: &str) -> SendMessage {
    SendMessage { message: Some(text.into()), message_type: None, parent_message_id: None }
}

pub(crate) fn download(file_id: String) -> Download {
    Download { file_id, file_name: None, target: DownloadTarget::Memory, progress: None }
}

/// A chat without trouble.
pub(crate) async fn plain(customer: &mut Customer, backstage: &Backstage<'_>) {
    customer.chat.start_chat(form()).await.unwrap();
    customer.sees("started").await;
    backstage.act(|simulator, chat| simulator.join_agent(chat, "Kimberlain Smith").unwrap());
    customer.sees("agentConnected").await;
    backstage.says("What can I do for you?");
    customer.sees(":22").await;
    customer.chat.send_message(message("My bill is wrong")).await.unwrap();
    customer.sees(":16").await;
    backstage.act(|simulator, chat| simulator.type_start(chat, agent(simulator, chat)).unwrap());
    customer.sees("agentTypingStarted").await;
    backstage.says("It is not");
    customer.sees(":9").await;
    let sent = customer.chat.send_file(upload()).await.unwrap();
    customer.sees("essage").await;
    if customer.chat.capabilities().is_some_and(|able| able.file_download) {
        let file_id = sent["userData"]["file-id"].as_str().unwrap_or_else(|| panic!("{sent}")).to_owned();
        let file = customer.chat.download_file(download(file_id)).await.unwrap();
        customer.seen.push(format!("a file of {} bytes", file.size));
    }
    customer.chat.end_chat().await.unwrap();
    customer.sees("ended").await;
}

/// A chat in which messages' answers are lost, polls fail, and nobody listens for a while.
pub(crate) async fn troubled(customer: &mut Customer, backstage: &Backstage<'_>) {
    customer.chat.start_chat(form()).await.unwrap();
    customer.sees("started").await;
    backstage.act(|simulator, chat| simulator.join_agent(chat, "Kimberlain Smith").unwrap());
    customer.sees("agentConnected").await;
    backstage.act(|simulator, _| simulator.faults().push(Fault::drop_after().on(Operation::Send)));
    customer.chat.send_message(message("An answer that is lost")).await.unwrap();
    customer.sees(":22").await;
    backstage.says("I have it");
    customer.sees(":9").await;
    if let Some(simulator) = backstage.0 {
        simulator.go_down().await.unwrap();
    }
    customer.sees("disconnected").await;
    if let Some(simulator) = backstage.0 {
        simulator.come_up().await.unwrap();
    }
    customer.sees("reconnected").await;
    backstage.says("Here I am again");
    customer.sees(":15").await;
    customer.chat.end_chat().await.unwrap();
    customer.sees("ended").await;
}

/// The one agent.
fn agent(simulator: &Simulator, chat: &str) -> webchat_simulator::ParticipantId {
    let chat = simulator.chats().into_iter().find(|found| found.id == chat).unwrap();
    chat.participants.iter().find(|somebody| somebody.nickname == "Kimberlain Smith").unwrap().id
}
