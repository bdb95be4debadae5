//! A chat in the terminal, line by line: what you type is sent, what the agent writes and does is shown.
//!
//! `chat URL` talks to the GMS chat at that URL; `chat CONFIG.json` takes the whole configuration. An empty line shows the commands.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::{error::Error, io::IsTerminal, process::ExitCode};
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin};
use webchat_core::{
    Chat, Config,
    command::StartChat,
    event::Event,
    foreign,
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
                Some(event) => words(&event.event).into_iter().for_each(|words| println!("{words}")),
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
        println!("* {} is in the chat.", name(&agent.name));
    }
}

/// What happened, line by line; most events speak for themselves through their messages.
fn words(event: &Event) -> Vec<String> {
    let line = match event {
        Event::MessageReceived(payload) => {
            return payload.received.iter().filter_map(|entry| words_of_message(&entry.message)).collect();
        }
        Event::AgentTypingStarted(message) => format!("* {} is typing...", name(&message.from.name)),
        Event::Disconnected => "* The connection is lost; trying again.".to_owned(),
        Event::Reconnected => "* The connection is back.".to_owned(),
        Event::ChatServerWentOffline => "* The chat server is offline; trying again.".to_owned(),
        Event::ChatServerBackOnline => "* The chat server is back.".to_owned(),
        _ => return Vec::new(),
    };
    vec![line]
}

fn words_of_message(message: &Message) -> Option<String> {
    let from = name(&message.from.name);
    let text = text(message.text.as_deref().unwrap_or_default());
    Some(match &message.kind {
        MessageType::Message => format!("{from}: {text}"),
        MessageType::ParticipantJoined => format!("* {from} has joined."),
        MessageType::ParticipantLeft => format!("* {from} has left."),
        MessageType::PushUrl => format!("* {from} sends a link: {text}"),
        MessageType::FileUploaded => {
            let file =
                message.file_details().and_then(|file| file.get("file-name")).and_then(|name| name.as_str());
            format!("* {from} sends a file: {}", name(file.unwrap_or("(no name)")))
        }
        MessageType::TypingStarted | MessageType::TypingStopped => return None,
        other => format!("* {}: {text}", name(other.as_str())),
    })
}

/// Somebody else's text. Its further lines are indented: none of them looks like something that the chat says.
fn text(foreign: &str) -> String {
    foreign::visible(foreign).replace('\n', "\n    ")
}

/// Somebody else's words where one line is wanted.
fn name(foreign: &str) -> String {
    foreign::visible(foreign).replace('\n', "\\u{a}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an agent can write into a name, a text and the name of a file: a terminal's commands, and marks that turn text around.
    const UGLY: &str = "\u{1b}]0;x\u{7}\r\n* Bob\u{202e}moc\u{2066}\u{200f}\u{61c}\u{9b}31m";

    fn message(kind: MessageType) -> Message {
        let mut message = Message { kind, text: Some(UGLY.into()), ..Message::default() };
        message.from.name = UGLY.into();
        message
    }

    #[test]
    fn nobody_else_writes_on_the_terminal_but_in_letters() {
        let kinds = [
            MessageType::Message,
            MessageType::ParticipantJoined,
            MessageType::ParticipantLeft,
            MessageType::PushUrl,
            MessageType::FileUploaded,
            MessageType::from(UGLY),
        ];
        let mut lines: Vec<_> =
            kinds.into_iter().filter_map(|kind| words_of_message(&message(kind))).collect();
        lines.extend(words(&Event::AgentTypingStarted(message(MessageType::TypingStarted))));
        assert_eq!(lines.len(), 7);
        for line in lines {
            let acting = |char: char| {
                char != '\n' && (char.is_control() || "\u{202e}\u{2066}\u{200f}\u{61c}".contains(char))
            };
            assert!(!line.contains(acting), "{line:?}");
            assert!(line.contains(r"\u{1b}") && line.contains(r"\u{202e}"), "{line:?}");
            assert!(line.lines().skip(1).all(|line| line.starts_with("    ")), "{line:?}");
        }
    }
}
