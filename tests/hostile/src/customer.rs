//! The program that is attacked: it starts a chat, does what its script says, and tells what came of it.

use crate::{attack::Attack, memory, wire::merge};
use futures_util::{FutureExt, future::join_all};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::watch, time::sleep};
use webchat_core::{
    Chat, Error, ErrorKind,
    command::StartChat,
    config::Config,
    event::Event,
    model::{Download, DownloadTarget, Transcript},
};

/// What the program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Starts a chat, and waits for the outcome.
    Start,
    /// Starts a chat and takes what it is told until the attack is over.
    Chat,
    /// The same until it has been told of this many messages.
    Hears(usize),
    /// The same as `Chat`, but takes nothing before that.
    Idle,
    /// Fetches a file to disk.
    ToDisk,
    /// Fetches a file into memory.
    ToMemory,
    /// Gives this many commands at once.
    Asks(usize),
    /// Gives this many commands, of which none can have an outcome, with this many bytes each.
    Pends(usize, usize),
    /// Configures a chat with a session file in whose place something else is.
    Stores,
}

/// How an attack ended, in the process that was attacked.
#[derive(Debug)]
pub struct Told {
    /// What came of it, in words.
    pub outcome: String,
    /// The peak of memory beyond what was held before, in bytes.
    pub beyond: u64,
}

/// What the program has been told.
#[derive(Default)]
struct Heard {
    messages: watch::Sender<usize>,
    others: Mutex<BTreeMap<String, usize>>,
}

impl Heard {
    fn note(&self, event: &Event) {
        if let Event::MessageReceived(batch) = event {
            self.messages.send_modify(|count| *count += batch.received.len());
        } else {
            *self.others.lock().unwrap().entry(event.name().to_owned()).or_default() += 1;
        }
    }
}

/// Runs the attack's script against the server at `url`; `enough` is ready when the attack is over.
pub async fn run(attack: &Attack, url: &str, enough: impl Future<Output = ()>) -> Told {
    let mut config = attack.wire.config(url);
    merge(&mut config, attack.options.clone());
    let directory = tempfile::tempdir().unwrap();
    if let Some(prepare) = attack.prepare {
        let path = directory.path().join("sessions.json");
        prepare(&path);
        config["sessionStore"] = json!({"type": "file", "path": path});
    }
    // What was needed to prepare it is not the chat's.
    memory::forget_peak();
    let before = memory::now();
    let outcome = match attack.script {
        Script::Stores => stores(&config).await,
        Script::Pends(count, size) => pends(count, size).await,
        _ => chats(attack.script, &config, enough).await,
    };
    Told { outcome, beyond: memory::peak().saturating_sub(before) }
}

async fn chats(script: Script, config: &Value, enough: impl Future<Output = ()>) -> String {
    let chat = Chat::new(Config::from_json(config).unwrap()).unwrap();
    let events = chat.events();
    let heard = Arc::new(Heard::default());
    let listening = heard.clone();
    let listener = tokio::spawn({
        let takes_nothing = script == Script::Idle;
        async move {
            if takes_nothing {
                return events;
            }
            while let Some(event) = events.next().await {
                listening.note(&event.event);
            }
            events
        }
    });
    let started = chat.start_chat(StartChat { nickname: "Mia".into(), ..StartChat::default() }).await;
    if let Err(error) = started.as_ref().map(drop) {
        return told(error);
    }
    let outcome = match script {
        Script::ToDisk | Script::ToMemory => download(&chat, script).await,
        Script::Asks(count) => asks(&chat, count).await,
        _ => {
            match script {
                Script::Hears(count) => {
                    drop(heard.messages.subscribe().wait_for(|heard| *heard >= count).await);
                }
                _ => enough.await,
            }
            let kept = transcript(&chat).await;
            let truncated = if kept.truncated { ", truncated" } else { "" };
            format!("kept {}{truncated}", kept.received.len())
        }
    };
    chat.close();
    let events = listener.await.unwrap();
    while let Some(event) = events.next().await {
        heard.note(&event.event);
    }
    let messages = *heard.messages.borrow();
    let others: Vec<_> =
        heard.others.lock().unwrap().iter().map(|(name, count)| format!("{count} {name}")).collect();
    format!("{outcome}; {messages} messages, {}", others.join(", "))
}

/// The transcript, as soon as the events that wait are few enough.
async fn transcript(chat: &Chat) -> Transcript {
    loop {
        match chat.get_transcript().await {
            Err(error) if error.kind() == ErrorKind::Busy => sleep(Duration::from_millis(10)).await,
            kept => return kept.unwrap(),
        }
    }
}

async fn download(chat: &Chat, script: Script) -> String {
    let directory = tempfile::tempdir().unwrap();
    let target = match script {
        Script::ToDisk => DownloadTarget::File(directory.path().join("file")),
        _ => DownloadTarget::Memory,
    };
    let download = Download { file_id: "1".into(), file_name: None, target, progress: None };
    match chat.download_file(download).await {
        Ok(file) => format!("{} bytes", file.size),
        Err(error) => told(&error),
    }
}

async fn asks(chat: &Chat, count: usize) -> String {
    // What they resolve with is let go at once.
    let asked = (0..count).map(|_| chat.send_custom_notice("notice").map(Result::err));
    let refused: Vec<_> = join_all(asked).await.into_iter().flatten().collect();
    let why = refused.first().map(told).unwrap_or_default();
    format!("{} of {count} refused: {why}", refused.len())
}

/// Without a configuration every command waits.
async fn pends(count: usize, size: usize) -> String {
    let chat = Chat::builder().build().unwrap();
    let text = "x".repeat(size);
    let (mut pending, mut busy, mut why) = (Vec::new(), 0, String::new());
    for _ in 0..count {
        let mut given = chat.send(text.clone());
        match tokio::task::unconstrained(&mut given).now_or_never() {
            Some(Err(error)) if error.kind() == ErrorKind::Busy => {
                busy += 1;
                why = told(&error);
            }
            _ => pending.push(given),
        }
    }
    chat.close();
    join_all(pending).await;
    format!("{busy} of {count} refused: {why}")
}

async fn stores(config: &Value) -> String {
    let chat = match Chat::new(Config::from_json(config).unwrap()) {
        Ok(chat) => chat,
        Err(error) => return told(&error),
    };
    let events = chat.events();
    let mut names = Vec::new();
    while let Some(event) = events.next().await {
        names.push(match &event.event {
            Event::Error(response) => response.json().to_string(),
            other => other.name().to_owned(),
        });
        if matches!(event.event, Event::Error(_) | Event::Ready) {
            chat.close();
        }
    }
    names.join(", ")
}

fn told(error: &Error) -> String {
    format!("{}: {}", error.kind().name(), error.message())
}

/// What [`Told`] is between processes.
pub fn line(told: &Told) -> String {
    json!([told.outcome, told.beyond]).to_string()
}

/// Reads [`line()`].
pub fn read(line: &str) -> Option<Told> {
    let read: Value = serde_json::from_str(line).ok()?;
    Some(Told { outcome: read[0].as_str()?.to_owned(), beyond: read[1].as_u64()? })
}
