//! What GMS v2 says, whatever carries it.

use super::{AGENT, Wire};
use crate::attack::Moment;
use serde_json::Value;

/// One without a carrier.
pub(super) const GMS: Wire = Wire {
    name: "",
    http: true,
    pushes: false,
    files: true,
    images: false,
    text: "Message",
    config: |_| Value::Null,
    moment: |_, path| if path.contains("/file") { Moment::File } else { Moment::Never },
    honest,
    answer,
    entry,
};

fn honest(moment: Moment) -> String {
    match moment {
        Moment::Start => answer(&entry(1, r#""type":"ParticipantJoined""#), ""),
        _ => answer("", ""),
    }
}

pub(super) fn answer(messages: &str, members: &str) -> String {
    format!(
        r#"{{"statusCode":0,"chatId":"c1","userId":"u","secureKey":"k","alias":"1","chatEnded":false,{members}"messages":[{messages}]}}"#
    )
}

fn entry(index: u64, members: &str) -> String {
    format!(r#"{{"index":{index},"utcTime":1700000000000,"from":{AGENT},{members}}}"#)
}
