//! A chat in the terminal, line by line: what you type is sent, what the agent writes and does is shown.
//!
//! `chat URL` talks to the GMS chat at that URL; `chat CONFIG.json` takes the whole configuration. An empty line shows the commands.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::{error::Error, io::IsTerminal, process::ExitCode};
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};
use webchat_core::{
    Chat, Config,
    command::StartChat,
    event::{Envelope, Event},
    model::{FileSource, Message, MessageType, Upload},
};

const HELP: &str =
    "Type a line to send it. /file PATH sends a file, /who lists the agents, /end or end of input leaves.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(target) = std::env::args().nth(1).filter(|target| !target.starts_with('-')) else {
        eprintln!("usage: chat URL | chat CONFIG.json\n\n{HELP}");
        return ExitCode::from(2);
    };
    match talk(&target).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chat: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read_config(target: &str) -> Result<Config, Box<dyn Error>> {
    if target.starts_with("http://") || target.starts_with("https://") {
        return Ok(Config::from_json(&serde_json::json!({"dataURL": target}))?);
    }
    let text = std::fs::read_to_string(target).map_err(|error| format!("cannot read {target}: {error}"))?;
    Ok(Config::from_json_text(&text)?)
}

async fn talk(target: &str) -> Result<(), Box<dyn Error>> {
    let chat = Chat::new(read_config(target)?)?;
    let events = chat.events();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let nickname = ask(&mut lines, "Your name: ").await?;
    let mut start = StartChat { nickname: nickname.as_str().into(), ..StartChat::default() };
    start.firstname = start.nickname.clone();
    start.lastname = start.nickname.clone();
    chat.start_chat(start).await?;
    println!("{HELP}");
    loop {
        tokio::select! {
            line = lines.next_line() => match line?.as_deref() {
                None | Some("/end") => break,
                Some(line) => obey(&chat, line).await,
            },
            event = events.next() => match event {
                Some(event) if matches!(event.event, Event::Ended) => {
                    println!("* The chat has ended.");
                    return Ok(());
                }
                Some(event) => show(&event),
                None => return Ok(()),
            },
        }
    }
    chat.end_chat().await?;
    println!("* You have left the chat.");
    Ok(())
}

async fn ask(lines: &mut Lines<BufReader<Stdin>>, prompt: &str) -> Result<String, Box<dyn Error>> {
    if std::io::stdin().is_terminal() {
        eprint!("{prompt}");
    }
    let name = lines.next_line().await?.unwrap_or_default();
    Ok(if name.trim().is_empty() { "Guest".to_owned() } else { name })
}

async fn obey(chat: &Chat, line: &str) {
    let outcome = match line.split_once(' ').unwrap_or((line, "")) {
        ("", _) => return println!("{HELP}"),
        ("/who", _) => return who(chat).await,
        ("/file", path) => {
            let name =
                std::path::Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned();
            let source = FileSource::Path(path.into());
            chat.send_file(Upload { name, source, user_data: serde_json::Map::new(), progress: None }).await
        }
        _ => chat.send(line).await,
    };
    match outcome {
        Ok(answer) if answer.get("statusCode").is_some_and(|code| code == 1) => {
            println!("! Not sent: the connection is lost. Try again later.");
        }
        Ok(_) => {}
        Err(error) => println!("! Not sent: {error}"),
    }
}

async fn who(chat: &Chat) {
    let Ok(agents) = chat.get_agents().await else { return };
    for agent in agents.0.values().filter(|agent| agent.connected()) {
        println!("* {} is in the chat.", agent.name.as_str());
    }
}

/// Shows what happened in words; most events speak for themselves through their messages.
fn show(envelope: &Envelope) {
    match &envelope.event {
        Event::MessageReceived(payload) => {
            for entry in &payload.received {
                show_message(&entry.message);
            }
        }
        Event::AgentTypingStarted(message) => println!("* {} is typing...", message.from.name.as_str()),
        Event::Disconnected => println!("* The connection is lost; trying again."),
        Event::Reconnected => println!("* The connection is back."),
        Event::ChatServerWentOffline => println!("* The chat server is offline; trying again."),
        Event::ChatServerBackOnline => println!("* The chat server is back."),
        _ => {}
    }
}

fn show_message(message: &Message) {
    let name = message.from.name.as_str();
    let text = message.text.as_deref().unwrap_or_default();
    match &message.kind {
        MessageType::Message => println!("{name}: {text}"),
        MessageType::ParticipantJoined => println!("* {name} has joined."),
        MessageType::ParticipantLeft => println!("* {name} has left."),
        MessageType::PushUrl => println!("* {name} sends a link: {text}"),
        MessageType::FileUploaded => {
            let file =
                message.file_details().and_then(|file| file.get("file-name")).and_then(|name| name.as_str());
            println!("* {name} sends a file: {}", file.unwrap_or("(no name)"));
        }
        MessageType::TypingStarted | MessageType::TypingStopped => {}
        other => println!("* {}: {text}", other.as_str()),
    }
}
