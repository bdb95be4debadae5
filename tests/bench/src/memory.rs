//! What a message takes in memory beside its text, for as long as it is in the transcript.
#![allow(unsafe_code, reason = "the allocator is asked for its numbers")]

use crate::back_end::BackEnd;
use bytes::Bytes;
use serde_json::json;
use webchat_core::model::Received;

/// How much is received of each length, on the wire: enough that what else the process does makes no difference.
const ON_THE_WIRE: usize = 64 << 20;
/// How long an answer is: of short messages, 21,000 are as many as are read of one.
const ANSWER: usize = 1 << 20;

/// Messages of several lengths.
pub fn messages(back_end: &BackEnd) {
    let Some(decode) = back_end.decoder else { return };
    println!(
        "\n{}: what a message takes in memory beside its text (goal: at most 1.5 x its bytes on the wire)",
        back_end.name
    );
    for length in [20, 100, 500, 1_000, 10_000] {
        let message = json!({
            "from": {"nickname": "Mia Lund", "participantId": 1, "type": "Agent"}, "index": 100_000, "type": "Message",
            "messageType": "text", "utcTime": 1_700_000_000_000_u64, "text": "x".repeat(length),
        });
        let on_wire = message.to_string().len();
        let in_answer = vec![message; ANSWER / on_wire];
        let answer = Bytes::from(json!({"statusCode": 0, "messages": in_answer}).to_string());
        drop(in_answer);
        let before = allocated();
        let mut kept: Vec<Received> = Vec::with_capacity(ON_THE_WIRE / on_wire);
        while kept.len() + ANSWER / on_wire <= kept.capacity() {
            kept.extend(decode(Bytes::copy_from_slice(&answer)));
        }
        let taken = allocated().saturating_sub(before) / kept.len();
        let beside = taken.saturating_sub(length);
        #[allow(clippy::cast_precision_loss, reason = "some thousand")]
        let ratio = beside as f64 / on_wire as f64;
        println!(
            "  {length:>6} characters, {on_wire:>6} bytes on the wire {beside:>12} bytes   {ratio:>6.2} x"
        );
    }
}

/// The memory that is allocated: what was freed and is still the process' does not count.
fn allocated() -> usize {
    // SAFETY: it takes nothing and gives numbers.
    let info = unsafe { libc::mallinfo2() };
    info.uordblks + info.hblkhd
}
