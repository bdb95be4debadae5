//! Nexus v3 over REST.

use super::{AGENT, Wire};
use crate::attack::Moment;
use serde_json::json;

pub(super) const NEXUS_REST: Wire = Wire {
    name: "nexus-rest",
    http: true,
    pushes: false,
    files: false,
    images: true,
    text: "Text",
    config: |url| {
        json!({"transport": {
            "type": "pureengage-v3-rest", "dataURL": format!("{url}/api/sessions"), "endpoint": "x",
            "headers": {"x-api-key": "key"}, "pollTimeout": 100,
        }})
    },
    moment: |method, path| match (method, path) {
        ("POST", "/api/sessions") => Moment::Start,
        ("GET", "/api/sessions/s1/messages") => Moment::Poll,
        ("POST", "/api/sessions/s1/messages") => Moment::Send,
        (_, "/api/1") => Moment::File,
        _ => Moment::Never,
    },
    honest: |moment| match moment {
        Moment::Start => {
            json!({"status": {"code": "SUCCESS"}, "data": {"clientToken": "t1", "entity": {"id": "s1"}}})
                .to_string()
        }
        _ => answer("", ""),
    },
    answer,
    entry: |index, members| {
        let from = AGENT.replace('2', "\"p2\"");
        format!(r#"{{"index":"{}-1","from":{from},{members}}}"#, 1_700_000_000_000 + index)
    },
};

fn answer(messages: &str, members: &str) -> String {
    format!(r#"{{"status":{{"code":"SUCCESS"}},{members}"data":{{{members}"messages":[{messages}]}}}}"#)
}
