//! Files, images, and many answers at once.

use super::{LONGEST_ANSWER, list};
use crate::{
    attack::{Attack, Moment},
    customer::Script,
    server::Line,
    wire::Wire,
};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use std::{io::Write, sync::Arc};

const FILE: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment\r\n";

/// What comes beside an answer: the replies to all messages that were sent together.
const BESIDE: usize = 8_000;

pub(super) fn all() -> Vec<Attack> {
    let files = Wire::with(|wire| wire.files).flat_map(files);
    let asks = Wire::with(|wire| wire.files).map(asks);
    let with_events = Wire::with(|wire| wire.pushes).map(asks_with_events);
    let images = Wire::with(|wire| wire.images).flat_map(images);
    files.chain(asks).chain(with_events).chain(images).collect()
}

fn files(wire: Wire) -> Vec<Attack> {
    let attack = |name: &str, does: fn(Line, u64) -> crate::attack::Deed| {
        Attack::doing(name, wire, does)
            .at(Moment::File)
            .times(u64::MAX)
            .with(json!({"connection": {"maxDownloadBytes": 256 << 20}}))
    };
    vec![
        attack("a file without end to disk", |mut line, _| {
            Box::pin(async move {
                line.write(format!("{FILE}\r\n")).await;
                line.repeat(b"x", 8 << 30).await;
            })
        })
        .script(Script::ToDisk)
        .expects(&["maxDownloadBytes"])
        .quick_over("gms-rest"),
        attack("a file that says that it is too long", |mut line, _| {
            Box::pin(async move {
                line.write(format!("{FILE}Content-Length: {}\r\n\r\n", 1_u64 << 40)).await;
                line.repeat(b"x", 1 << 20).await;
                std::future::pending::<()>().await;
            })
        })
        .script(Script::ToDisk)
        .expects(&["maxDownloadBytes"])
        .quick_over("gms-cometd"),
        attack("a file without end into memory", |mut line, _| {
            Box::pin(async move {
                line.write(format!("{FILE}\r\n")).await;
                line.repeat(b"x", 8 << 30).await;
            })
        })
        .script(Script::ToMemory)
        .expects(&["16777216 bytes"])
        .quick_over("gms-rest"),
    ]
}

/// Commands that are under way together, each of which is answered with as much as is taken.
fn asks(wire: Wire) -> Attack {
    let body = |wire: Wire| {
        let filler = "x".repeat(LONGEST_ANSWER - BESIDE);
        wire.answer("", &format!(r#""x":"{filler}","#))
    };
    Attack::saying("16 MiB for each of 20 commands", wire, move |wire, _| body(wire))
        .at(Moment::Notice)
        .times(u64::MAX)
        .script(Script::Asks(20))
}

/// The same, and each answer has the event of its command.
fn asks_with_events(wire: Wire) -> Attack {
    let body = |wire: Wire, number: u64| {
        let filler = "x".repeat(LONGEST_ANSWER - BESIDE);
        let from = r#""from":{"nickname":"Mia","participantId":1,"type":"Client"}"#;
        let event = format!(r#"{{"index":{},"type":"CustomNotice","text":"notice",{from}}}"#, 2 + number);
        wire.answer(&event, &format!(r#""x":"{filler}","#))
    };
    Attack::saying("16 MiB and an event for each of 20 commands", wire, body)
        .at(Moment::Notice)
        .times(u64::MAX)
        .script(Script::Asks(20))
        .expects(&["0 of 20 refused"])
}

fn images(wire: Wire) -> Vec<Attack> {
    let naming = |count: usize| {
        let names = list(r#"{"type":"image","mime":"image/png","url":"/1"}"#, count * 47);
        wire.answer(&wire.entry(2, &format!(r#""type":"Text","text":"","content":[{names}]"#)), "")
    };
    vec![
        served(wire, "150 images of 15 KB that unpack to 15 MiB", naming(150), packed())
            .quick_over("nexus-rest"),
        served(wire, "150 images of 15 MiB", naming(150), plain(15 << 20)),
        served(wire, "30,000 images", naming(30_000), plain(10)),
    ]
}

/// A poll that tells of images, each of which is this answer.
fn served(wire: Wire, name: &str, says: String, image: Vec<u8>) -> Attack {
    let image = Arc::new(image);
    let mut attack = Attack::saying(name, wire, move |_, _| says.clone());
    attack.image = Some(image);
    attack.script(Script::Hears(1)).expects(&["1 messages"])
}

fn plain(size: usize) -> Vec<u8> {
    answer("", vec![b'x'; size])
}

fn packed() -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&vec![b'x'; 15 << 20]).unwrap();
    answer("Content-Encoding: gzip\r\n", packed.finish().unwrap())
}

fn answer(headers: &str, body: Vec<u8>) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body].concat()
}
