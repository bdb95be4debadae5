//! What a message takes in memory beside its text, for as long as it is in the transcript.
#![allow(unsafe_code, reason = "the allocator is asked for its numbers")]

use crate::{back_end::BackEnd, poll::Polling};
use bytes::Bytes;
use serde_json::json;

/// How much is received of each length, on the wire: enough that what else the process does makes no difference.
const ON_THE_WIRE: usize = 64 << 20;

/// Messages of several lengths, each by a poll of its own, from an agent and the customer in turn.
pub fn messages(back_end: &BackEnd) {
    let Some(decode) = back_end.decoder else { return };
    println!(
        "\n{}: what a message takes in memory beside its text (goal: at most 1.5 x its bytes on the wire)",
        back_end.name
    );
    for length in [20, 100, 500, 1_000, 10_000] {
        let mut chat = Polling::new(0);
        let (mut on_wire, mut count) = (0, 0);
        let before = allocated();
        while on_wire < ON_THE_WIRE {
            count += 1;
            let message = message(count, length);
            on_wire += message.len();
            let answer = format!(r#"{{"statusCode":0,"messages":[{message}]}}"#);
            chat.hear(decode(Bytes::from(answer)));
        }
        let (on_wire, taken) = (on_wire / count, allocated().saturating_sub(before) / count);
        drop(chat);
        let beside = taken.saturating_sub(length);
        #[allow(clippy::cast_precision_loss, reason = "some thousand")]
        let ratio = beside as f64 / on_wire as f64;
        println!(
            "  {length:>6} characters, {on_wire:>6} bytes on the wire {beside:>12} bytes   {ratio:>6.2} x"
        );
    }
}

/// A message as it is on the wire.
fn message(index: usize, length: usize) -> String {
    let (name, kind) = if index.is_multiple_of(2) { ("Mia Lund", "Client") } else { ("Jonas Berg", "Agent") };
    json!({
        "from": {"nickname": name, "participantId": 1 + index % 2, "type": kind}, "index": index, "type": "Message",
        "messageType": "text", "utcTime": 1_700_000_000_000 + 3_000 * index, "text": "x".repeat(length),
    })
    .to_string()
}

/// The memory that is allocated: what was freed and is still the process' does not count.
pub fn allocated() -> usize {
    // SAFETY: it takes nothing and gives numbers.
    let info = unsafe { libc::mallinfo2() };
    info.uordblks + info.hblkhd
}
