//! The program as a playback of a recording.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;

use webchat_simulator::{Address, Pace, RecordedChat, Replay};

use crate::cli::{Arguments, Tempo};
use crate::{Signals, announce, end_of_input};

/// Plays the recording at `path` back until told to stop.
pub(crate) async fn run(
    path: &Path,
    arguments: &Arguments,
    address: SocketAddr,
    signals: &mut Signals,
) -> Result<(), String> {
    let chat = choose(path, arguments.replay_chat)?;
    let pace = if arguments.pace == Tempo::Recorded { Pace::Recorded } else { Pace::Fast };
    let replay = Replay::start(chat, address, pace).await.map_err(|error| error.to_string())?;
    announce(&replay.urls(), arguments, || in_words(&replay))?;
    tokio::select! {
        () = signals.arrival() => {}
        () = end_of_input(), if arguments.stop_at_eof => {}
        () = tell(&replay) => {}
    }
    replay.shutdown().await;
    Ok(())
}

fn choose(path: &Path, number: Option<usize>) -> Result<RecordedChat, String> {
    let mut chats = RecordedChat::read(path).map_err(|error| error.to_string())?;
    let count = chats.len();
    let number = match number {
        None if count > 1 => {
            return Err(format!("{} has {count} chats: choose one with --replay-chat", path.display()));
        }
        number => number.unwrap_or(1),
    };
    if !(1..=count).contains(&number) {
        return Err(format!("--replay-chat {number}: {} has {count}", path.display()));
    }
    Ok(chats.swap_remove(number - 1))
}

/// Prints for ever what a person should know.
async fn tell(replay: &Replay) {
    loop {
        let note = replay.note().await;
        // A closed error stream is no reason to stop serving.
        writeln!(io::stderr(), "{note}").unwrap_or_default();
    }
}

fn in_words(replay: &Replay) -> String {
    let line = |(at, address): (usize, Address)| match at {
        0 => format!("listening on {}\n", address.url),
        _ => format!("{}: {}\n", address.label, address.url),
    };
    let lines: String = replay.addresses().into_iter().enumerate().map(line).collect();
    format!("{lines}playing back a chat over {}\nstop with Ctrl-C\n", replay.api())
}
