//! Much of what is allowed: messages that come for as long as the chat lasts.

use super::list;
use crate::{attack::Attack, customer::Script, wire::Wire};
use serde_json::json;
use std::sync::Arc;

const MIB: usize = 1 << 20;

pub(super) fn all() -> Vec<Attack> {
    let mut attacks: Vec<_> = Wire::ALL.iter().copied().flat_map(of_wire).collect();
    attacks.extend(Wire::with(|wire| wire.images).map(behind_an_image));
    attacks
}

fn of_wire(wire: Wire) -> Vec<Attack> {
    // What is pushed beyond what the program has taken is left out, and this server does not tell it again.
    let kept: &'static [&'static str] = if wire.pushes { &[] } else { &["truncated"] };
    let flood = |name: &str, times: u64, members: fn(Wire, u64) -> String| {
        Attack::saying(name, wire, move |wire, number| one(wire, number, &members(wire, number))).times(times)
    };
    vec![
        flood("60 messages of 4 MiB", 60, |wire, _| wire.text(&"x".repeat(4 * MIB))).expects(kept),
        flood("20 messages of 15 MiB", 20, |wire, _| wire.text(&"x".repeat(15 * MIB))).expects(kept),
        flood("40 messages of 2 MiB of escapes", 40, |wire, _| wire.text(&r"\u0061".repeat(2 * MIB / 6))),
        flood("20 messages with small objects", 20, |wire, _| {
            format!(r#"{},"userData":{{"a":[{}]}}"#, wire.text("hi"), list(r#"{"":0}"#, MIB / 4))
        })
        .expects(kept)
        .quick_over("gms-rest"),
        Attack::saying("a million small messages", wire, |wire, number| {
            let messages = (0..16_000).map(|at| wire.entry(2 + number * 16_000 + at, &wire.text("hi")));
            wire.answer(&messages.collect::<Vec<_>>().join(","), "")
        })
        .times(63)
        .expects(kept),
        flood("messages for a program that takes none", if wire.pushes { 60 } else { 4 }, |wire, _| {
            wire.text(&"x".repeat(4 * MIB))
        })
        .script(Script::Idle),
    ]
}

/// Messages behind one whose image never comes.
fn behind_an_image(wire: Wire) -> Attack {
    let saying = |wire: Wire, number: u64| {
        let image = format!(
            r#"{},"content":[{{"type":"image","mime":"image/png","url":"/1"}}]"#,
            wire.text(&"x".repeat(12 * MIB))
        );
        one(wire, number, &image)
    };
    let mut attack = Attack::saying("12 MiB behind an image that never comes", wire, saying).times(20);
    // A body that does not come.
    attack.image = Some(Arc::new(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".to_vec()));
    attack.script(Script::Hears(2)).with(json!({"ajaxTimeout": 2_000}))
}

/// An answer with one message, the next.
fn one(wire: Wire, number: u64, members: &str) -> String {
    wire.answer(&wire.entry(2 + number, members), "")
}
