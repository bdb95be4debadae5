//! Measurements of libwebchat beside its peers, in the same process, against the same simulated server and in the same run.
//!
//! Contenders take turns in short rounds, so that whatever else the machine does befalls all of them alike; what is compared is the
//! median over the rounds. `send` measures sending a message, `push` receiving one, `decode` reading a transcript, `memory` what a message takes, `upload` sending a file,
//! `gap` reading what was missed, `poll` a poll that brings nothing, `idle` chats in which nothing happens, `keep` what a kept outbox costs, `start` making a service, `python` Python's figures; `server` is the simulated server, `answerer` one that only answers, `back_end` has the back ends and the chats that peers hold over them, `c_chat` a chat through the C interface, and `latch` waits.
#![allow(clippy::print_stdout, reason = "what is measured is printed")]
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a measurement that cannot be made has to stop"
)]

pub mod answerer;
pub mod back_end;
pub mod c_chat;
pub mod decode;
pub mod gap;
pub mod idle;
pub mod keep;
pub mod latch;
pub mod memory;
pub mod poll;
pub mod push;
pub mod python;
pub mod send;
pub mod server;
pub mod sink;
pub mod start;
pub mod upload;

use std::time::{Duration, Instant};

/// One of the things compared: its name, and what does it a number of times.
pub type Contender<'a> = (&'static str, Box<dyn FnMut(u32) + 'a>);

/// Lets the contenders take turns: `rounds` rounds of `times` repetitions each, after one round to warm up. Returns for each the
/// median time of one repetition.
pub fn take_turns(contenders: &mut [Contender<'_>], rounds: usize, times: u32) -> Vec<Duration> {
    let mut took = vec![Vec::with_capacity(rounds); contenders.len()];
    for round in 0..=rounds {
        for ((_, run), took) in contenders.iter_mut().zip(&mut took) {
            let begin = Instant::now();
            run(times);
            if round > 0 {
                took.push(begin.elapsed() / times);
            }
        }
    }
    took.iter_mut().map(|took| median(took)).collect()
}

fn median(took: &mut [Duration]) -> Duration {
    took.sort_unstable();
    took.get(took.len() / 2).copied().unwrap_or_default()
}

/// Prints a table: each contender's time, and how it relates to the second one, the peer.
pub fn report(title: &str, unit: &str, contenders: &[Contender<'_>], medians: &[Duration]) {
    println!("\n{title}");
    let peer = medians.get(1).copied().unwrap_or_default();
    for ((name, _), median) in contenders.iter().zip(medians) {
        let ratio = median.as_secs_f64() / peer.as_secs_f64();
        println!("  {name:<34} {median:>12.2?} {unit}   {ratio:>6.2} x");
    }
}
