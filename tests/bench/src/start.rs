//! Making a service: from `webchat_service_new` to `ready`.
#![allow(unsafe_code, reason = "the C interface is what is measured")]
#![allow(clippy::cast_precision_loss, reason = "a size in MiB, rounded")]

use crate::c_chat::CChat;
use serde_json::Value;
use std::{
    ptr,
    time::{Duration, Instant},
};
use webchat::{event::read::webchat_event_free, next_event::webchat_next_event};

/// Prints the size of the shared library, which is built along with this program.
pub fn size() {
    let program = std::env::current_exe().unwrap();
    let library = program.with_file_name("libwebchat.so");
    let bytes = std::fs::metadata(library).unwrap().len();
    println!("\nlibwebchat.so, stripped\n  {:<34} {:>9.2} MiB", "size", bytes as f64 / 1_048_576.0);
}

fn ready(config: &Value) -> Duration {
    let begin = Instant::now();
    let chat = CChat::service(config);
    let mut event = ptr::null_mut();
    // SAFETY: a live service and a place for the event.
    let status = unsafe { webchat_next_event(chat.handle(), 10_000, &raw mut event) };
    let took = begin.elapsed();
    assert_eq!(status, 0);
    webchat_event_free(event);
    took
}

/// The first service of the process, and those made while another one keeps the runtime going.
pub fn services(config: &Value) {
    let first = ready(config);
    let _kept = CChat::service(config);
    let mut others: Vec<_> = (0..200).map(|_| ready(config)).collect();
    println!("\nwebchat_service_new to ready\n  {:<34} {first:>12.2?}", "the first service of a process");
    println!("  {:<34} {:>12.2?}", "another one, median of 200", crate::median(&mut others));
}
