//! Answers that take many times their length when they are made into values.

use super::{LONGEST_ANSWER, list};
use crate::{attack::Attack, customer::Script, wire::Wire};

/// What is written around what an answer is filled with.
const FRAME: usize = 1_000;
const ROOM: usize = LONGEST_ANSWER - FRAME;

pub(super) fn all() -> Vec<Attack> {
    Wire::ALL.iter().copied().flat_map(of_wire).collect()
}

fn of_wire(wire: Wire) -> Vec<Attack> {
    let saying = |name, says: fn(Wire, u64) -> String| Attack::saying(name, wire, says);
    vec![
        saying("16 MiB of objects in user data", |wire, _| {
            wire.answer("", &user_data(&in_list(r#"{"":0}"#)))
        })
        .quick_over("gms-rest"),
        saying("1.5 million members of user data", |wire, _| wire.answer("", &user_data(&members())))
            .quick_over("gms-cometd"),
        saying("16 MiB of objects in a message", |wire, _| of_message(wire, &in_list(r#"{"":0}"#)))
            .quick_over("nexus-rest"),
        saying("1.5 million members in a message", |wire, _| of_message(wire, &members())),
        saying("16 MiB of objects in errors", |wire, _| {
            wire.answer("", &format!(r#""errors":{0},"error":{{}},"#, in_list(r#"{"":0}"#)))
        }),
        saying("16 MiB of nested lists", |wire, _| wire.answer("", &user_data(&nested("[", "]", "")))),
        saying("16 MiB of nested objects", |wire, _| of_message(wire, &nested(r#"{"":"#, "}", "0")))
            .quick_over("gms-cometd-polling"),
        saying("objects in text that is JSON", |wire, _| {
            let json = format!("[{}]", list(r#"{\"\":0}"#, ROOM));
            let attributes = format!(r#""eventAttributes":{{"structured-content":"{json}"}}"#);
            wire.answer(&wire.entry(2, &format!("{},{attributes}", wire.text("hi"))), "")
        }),
        saying("a million messages", |wire, _| wire.answer(&list(r#"{"index":2}"#, ROOM), ""))
            .quick_over("nexus-rest"),
        saying("five million empty messages", |wire, _| wire.answer(&list("{}", ROOM), "")),
        saying("as many messages as are read", |wire, _| {
            let messages: Vec<_> = (2..16_002).map(|index| wire.entry(index, &wire.text("x"))).collect();
            wire.answer(&messages.join(","), "")
        })
        .script(Script::Hears(16_000))
        .expects(&["16000 messages"]),
        saying("eight million things attached", |wire, _| {
            let content = format!(r#"{},"content":[{}]"#, wire.text("hi"), list("1", ROOM));
            wire.answer(&wire.entry(2, &content), "")
        }),
        saying("a message of 16 MiB", |wire, _| {
            wire.answer(&wire.entry(2, &wire.text(&"x".repeat(ROOM))), "")
        })
        .script(Script::Hears(1))
        .expects(&["1 messages"]),
        saying("a message of 16 MiB that is mended", |wire, _| {
            let message = format!(r#"{},"a":1e400,"b":"\ud83d""#, wire.text(&"x".repeat(ROOM)));
            wire.answer(&wire.entry(2, &message), "")
        })
        .script(Script::Hears(1))
        .expects(&["1 messages"]),
        saying("numbers beyond floats and deep values", |wire, _| {
            let members = format!(r#""a":1e400,"b":{},"#, "[".repeat(200) + &"]".repeat(200));
            wire.answer(&wire.entry(2, &wire.text("hi")), &members)
        })
        .script(Script::Hears(1))
        .expects(&["1 messages"])
        .quick_over("gms-rest"),
    ]
}

fn of_message(wire: Wire, value: &str) -> String {
    let message = format!(r#"{},"userData":{{"a":{value}}},"other":{{}}"#, wire.text("hi"));
    wire.answer(&wire.entry(2, &message), "")
}

fn user_data(value: &str) -> String {
    format!(r#""userData":{{"a":{value}}},"#)
}

fn in_list(entry: &str) -> String {
    format!("[{}]", list(entry, ROOM))
}

fn members() -> String {
    let members: Vec<_> = (0..1_500_000).map(|number| format!("\"{number:06x}\":0")).collect();
    let all = members.join(",");
    let fits = all.len().min(ROOM);
    format!("{{{}}}", &all[..all[..fits].rfind(',').unwrap_or(fits)])
}

fn nested(open: &str, close: &str, inner: &str) -> String {
    let depth = ROOM / (open.len() + close.len());
    [&open.repeat(depth), inner, &close.repeat(depth)].concat()
}
