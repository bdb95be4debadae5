//! Reading a transcript: the transport's decoder beside `serde_json` into plain structs of the same shape.

use crate::{back_end::BackEnd, report, take_turns};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use std::hint::black_box;

/// How many messages the transcript has.
pub const MESSAGES: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read as a whole")]
struct Plain {
    status_code: u32,
    chat_id: String,
    alias: String,
    user_id: String,
    secure_key: String,
    chat_ended: bool,
    next_position: u64,
    messages: Vec<PlainMessage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read as a whole")]
struct PlainMessage {
    from: PlainFrom,
    index: u64,
    text: String,
    #[serde(rename = "type")]
    kind: String,
    message_type: String,
    utc_time: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "read as a whole")]
struct PlainFrom {
    nickname: String,
    participant_id: u64,
    #[serde(rename = "type")]
    kind: String,
}

fn transcript() -> Bytes {
    let messages: Vec<_> = (1..=MESSAGES)
        .map(|index| {
            json!({
                "from": {"nickname": "Mia Lund", "participantId": 1 + index % 2, "type": if index % 2 == 0 { "Client" } else { "Agent" }},
                "index": index, "type": "Message", "messageType": "text", "utcTime": 1_700_000_000_000_u64 + index as u64,
                "text": format!("Message number {index}: where is my parcel, and when will it be here?"),
            })
        })
        .collect();
    let body = json!({
        "statusCode": 0, "chatId": "0004aB1", "alias": "117", "userId": "00755A0B1", "secureKey": "k/+=",
        "chatEnded": false, "nextPosition": MESSAGES + 1, "messages": messages,
    });
    Bytes::from(body.to_string())
}

/// Decodes the transcript.
pub fn transcripts(back_end: &BackEnd) {
    let Some(decode) = back_end.decoder else { return };
    let body = transcript();
    let mut contenders: Vec<crate::Contender<'_>> = vec![
        (
            "the transport's decoder",
            Box::new(|times| {
                for _ in 0..times {
                    let messages = decode(black_box(body.clone()));
                    assert_eq!(black_box(messages).len(), MESSAGES);
                }
            }),
        ),
        (
            "serde_json into plain structs",
            Box::new(|times| {
                for _ in 0..times {
                    let plain: Plain = serde_json::from_slice(black_box(&body)).unwrap();
                    assert_eq!(black_box(plain).messages.len(), MESSAGES);
                }
            }),
        ),
    ];
    let medians = take_turns(&mut contenders, 60, 3);
    let title = format!(
        "{} decoding {MESSAGES} messages, {} KiB (goal: at most 1.43 x, 0.7 x the speed)",
        back_end.name,
        body.len() / 1024
    );
    report(&title, "a transcript", &contenders, &medians);
}
