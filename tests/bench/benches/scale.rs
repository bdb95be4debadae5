//! Prints what many chats in one process cost: `scale [FIGURE...]`, with as many chats as `CHATS` says.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what is measured is printed")]
#![allow(missing_docs, reason = "a program")]

use std::process::ExitCode;
use webchat_bench::scale::{
    fleet,
    served::{self, Served},
};

const NAMES: [&str; 4] = ["polls", "sockets", "away", "cycles"];

fn main() -> ExitCode {
    // cargo adds --bench.
    let wanted: Vec<_> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if wanted == [served::WORD] {
        served::serve();
        return ExitCode::SUCCESS;
    }
    if let Some(stranger) = wanted.iter().find(|word| !NAMES.contains(&word.as_str())) {
        eprintln!("scale: {stranger} is no figure; there are: {}", NAMES.join(", "));
        return ExitCode::from(2);
    }
    let chats = std::env::var("CHATS").ok().and_then(|chats| chats.parse().ok()).unwrap_or(50_000);
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    // Each has a server of its own: chats of others that it remembers would cost.
    if wants("polls") {
        fleet::polls(&Served::start(), chats);
    }
    if wants("sockets") {
        fleet::sockets(&mut Served::start(), chats.min(8_000));
    }
    if wants("away") {
        fleet::away(&mut Served::start(), chats.min(8_000));
    }
    if wants("cycles") {
        fleet::cycles(&Served::start(), chats * 2);
    }
    println!();
    ExitCode::SUCCESS
}
