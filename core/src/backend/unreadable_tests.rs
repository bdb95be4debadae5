//! A member with a known name and a value that cannot be read costs that member, on every wire: the other members, the other messages and
//! the outcome are told.

#![allow(clippy::unwrap_used, reason = "a broken test must fail loudly")]

use crate::{
    backend::{
        gms,
        nexus_rest::{
            NexusSession,
            wire::{Expected, decode as decode_nexus},
        },
    },
    carrier::bayeux,
    transport::Reply,
};
use bytes::Bytes;
use reqwest::Url;

const OF_GMS: [&str; 11] = [
    "statusCode",
    "chatId",
    "alias",
    "userId",
    "secureKey",
    "chatEnded",
    "nextPosition",
    "userData",
    "errors",
    "error",
    "idleTimerExpire",
];
const OF_NEXUS: [&str; 2] = ["status", "chatEnded"];
const OF_NEXUS_DATA: [&str; 4] = ["clientToken", "entity", "mediaId", "chatEnded"];
const OF_MESSAGE: [&str; 11] = [
    "index",
    "type",
    "text",
    "messageType",
    "utcTime",
    "from",
    "userData",
    "eventAttributes",
    "content",
    "url",
    "more",
];
const OF_SENDER: [&str; 4] = ["nickname", "firstName", "participantId", "type"];
const OF_BAYEUX: [&str; 8] =
    ["id", "clientId", "successful", "error", "advice", "supportedConnectionTypes", "ext", "version"];
const OF_ADVICE: [&str; 4] = ["reconnect", "interval", "timeout", "multiple-clients"];

/// Values that are of no use, or not even JSON for every reader.
fn values() -> Vec<String> {
    let plain = ["1e400", "-1", "1.5", "true", "null", "{}", "[]", "[[1]]", "\"x\"", "\"\"", r#""\ud83d""#];
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(300), close.repeat(300));
    let odd = ["9".repeat(400), "99999999999999999999".into(), deep("[", "]"), deep(r#"{"a":"#, "}")];
    let within = r#"{"a":[{"b":-1e999}]}"#.to_owned();
    plain.iter().map(|value| (*value).to_owned()).chain(odd).chain([within]).collect()
}

/// A message of this text, with this member changed or added.
fn message(index: &str, kind: &str, text: &str, member: &str, value: &str) -> String {
    let sender = OF_SENDER.iter().filter(|name| member == format!("from.{name}"));
    let sender: Vec<_> = sender.map(|name| format!(r#","{name}":{value}"#)).collect();
    let sender = sender.concat();
    let members = [
        ("index", index.to_owned()),
        ("type", format!("\"{kind}\"")),
        ("text", format!("\"{text}\"")),
        ("from", format!(r#"{{"a":1{sender}}}"#)),
    ];
    let known = members.into_iter().filter(|(name, _)| *name != member);
    let mut all: Vec<_> = known.map(|(name, value)| format!("\"{name}\":{value}")).collect();
    if sender.is_empty() && !member.is_empty() {
        all.insert(0, format!("\"{member}\":{value}"));
    }
    format!("{{{}}}", all.join(","))
}

fn texts(reply: &Reply) -> Vec<&str> {
    reply.messages.iter().filter_map(|received| received.message.text.as_deref()).collect()
}

/// The names of the members of a message, and of its sender.
fn members() -> impl Iterator<Item = String> {
    let sender = OF_SENDER.iter().map(|name| format!("from.{name}"));
    OF_MESSAGE.iter().map(|name| (*name).to_owned()).chain(sender)
}

/// What an answer tells whose first message has one member that is of no use.
fn tells(read: impl Fn(&str) -> Reply, index: [&str; 2], kind: &str) {
    for member in members() {
        for value in values() {
            let odd = message(index[0], kind, "odd", &member, &value);
            let reply = read(&format!("[{odd},{}]", message(index[1], kind, "good", "", "")));
            let told = texts(&reply);
            assert_eq!(told.last(), Some(&"good"), "{member}: {value}");
            if !["text", "index", "type"].contains(&&*member) {
                assert_eq!(reply.messages.len(), 2, "{member}: {value}");
                // A pushed address, and the text of rich content, stand for the text.
                assert!(
                    told.first() == Some(&"odd") || ["url", "eventAttributes"].contains(&&*member),
                    "{member}"
                );
            }
        }
    }
}

fn gms(members: &str, messages: &str) -> Reply {
    let answer = format!(r#"{{{members}"statusCode":0,"chatId":"c","secureKey":"k","messages":{messages}}}"#);
    gms::decode(Bytes::from(answer)).unwrap()
}

fn nexus(members: &str, of_data: &str, messages: &str) -> Reply {
    let answer = format!(r#"{{{members}"data":{{{of_data}"messages":{messages}}}}}"#);
    let url = Url::parse("http://a.test/sessions").unwrap();
    decode_nexus(Bytes::from(answer), Expected::Messages, &NexusSession::default(), &url).unwrap()
}

/// What is delivered in a payload whose first message, of Bayeux, has one member that is of no use.
fn delivered(odd: &str, data: &str) -> Reply {
    let payload = format!(r#"[{odd},{{"channel":"/chat","data":{data}}}]"#);
    let mut messages = bayeux::read(&Bytes::from(payload)).unwrap();
    assert_eq!(messages.len(), 2, "{odd}");
    gms::decode(messages.remove(1).take_data().unwrap()).unwrap()
}

#[test]
fn of_messages() {
    tells(|messages| gms("", messages), ["1", "2"], "Message");
    tells(|messages| nexus("", "", messages), ["\"1700000000000-1\"", "\"1700000000000-2\""], "Text");
    let over_bayeux = |messages: &str| {
        delivered(
            r#"{"channel":"/a"}"#,
            &format!(r#"{{"statusCode":0,"chatEnded":false,"messages":{messages}}}"#),
        )
    };
    tells(over_bayeux, ["1", "2"], "Message");
}

#[test]
fn of_answers() {
    let messages = format!("[{}]", message("1", "Message", "good", "", ""));
    let text = format!("[{}]", message("\"1700000000000-1\"", "Text", "good", "", ""));
    for value in values() {
        for member in OF_GMS {
            let odd = format!(r#"{{"{member}":{value},"nextPosition":2,"messages":{messages}}}"#);
            let reply = gms::decode(Bytes::from(odd)).unwrap();
            assert_eq!(texts(&reply), ["good"], "{member}: {value}");
        }
        for member in OF_NEXUS {
            let odd = format!(r#""{member}":{value},"#);
            assert_eq!(texts(&nexus(&odd, "", &text)), ["good"], "{member}: {value}");
        }
        for member in OF_NEXUS_DATA {
            let odd = format!(r#""{member}":{value},"#);
            assert_eq!(texts(&nexus("", &odd, &text)), ["good"], "{member}: {value}");
        }
    }
}

#[test]
fn of_bayeux() {
    let data = format!(r#"{{"statusCode":0,"messages":[{}]}}"#, message("1", "Message", "good", "", ""));
    for value in values() {
        for member in OF_BAYEUX {
            let odd = format!(r#"{{"channel":"/meta/connect","{member}":{value}}}"#);
            assert_eq!(texts(&delivered(&odd, &data)), ["good"], "{member}: {value}");
        }
        for member in OF_ADVICE {
            let odd = format!(r#"{{"channel":"/meta/connect","advice":{{"{member}":{value}}}}}"#);
            assert_eq!(texts(&delivered(&odd, &data)), ["good"], "{member}: {value}");
        }
    }
}
