//! Answers that HTTP allows, or does not.

use super::LONGEST_ANSWER;
use crate::{
    attack::{Attack, Moment},
    customer::Script,
    server::Line,
    wire::Wire,
};
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
/// More than anybody takes.
const ENDLESS: u64 = 8 << 30;

pub(super) fn all() -> Vec<Attack> {
    Wire::with(|wire| wire.http).flat_map(|wire| [at_polls(wire), at_starts(wire)].concat()).collect()
}

/// What befalls the start of a chat: its outcome tells how.
fn at_starts(wire: Wire) -> Vec<Attack> {
    let attack = |name: &str, does: fn(Line, u64) -> crate::attack::Deed| {
        Attack::doing(&format!("{name} at the start"), wire, does)
            .at(Moment::Start)
            .times(u64::MAX)
            .script(Script::Start)
    };
    if wire.pushes {
        return Vec::new();
    }
    vec![
        attack("gzip of 256 MiB", |line, _| Box::pin(gzip(line)))
            .expects(&["16777216 bytes"])
            .quick_over("gms-rest"),
        attack("a body without end", |line, _| Box::pin(endless_body(line)))
            .expects(&["16777216 bytes"])
            .quick_over("nexus-rest"),
        attack("headers without end", |line, _| Box::pin(endless_headers(line))).quick_over("gms-rest"),
        attack("redirects in a circle", |mut line, _| {
            Box::pin(async move {
                while line
                    .write("HTTP/1.1 307 Temporary Redirect\r\nLocation: /chat/\r\nContent-Length: 0\r\n\r\n")
                    .await
                    && line.request().await.is_some()
                {}
            })
        })
        .expects(&["redirects", "redirect"])
        .quick_over("gms-rest"),
        attack("user data beyond the bound", |mut line, _| {
            Box::pin(async move {
                let body = format!(r#"{{"userData":[{}]}}"#, super::list(r#"{"":0}"#, LONGEST_ANSWER - 100));
                line.answer("application/json", body.as_bytes()).await;
            })
        })
        .expects(&["40 MiB of memory", "50000 entries"])
        .quick_over("nexus-rest"),
    ]
}

fn at_polls(wire: Wire) -> Vec<Attack> {
    let attack =
        |name: &str, does: fn(Line, u64) -> crate::attack::Deed| Attack::doing(name, wire, does).times(2);
    vec![
        attack("gzip of 256 MiB", |line, _| Box::pin(gzip(line))),
        attack("a body without end", |line, _| Box::pin(endless_body(line))),
        attack("a body of a length without end", |mut line, _| {
            Box::pin(async move {
                line.write(format!("{OK}Content-Length: {}\r\n\r\n", u64::MAX / 2)).await;
                line.repeat(b" ", ENDLESS).await;
            })
        }),
        attack("headers without end", |line, _| Box::pin(endless_headers(line))),
        attack("a header without end", |mut line, _| {
            Box::pin(async move {
                line.write(format!("{OK}X: ")).await;
                line.repeat(b"x", ENDLESS).await;
            })
        }),
        attack("provisional answers without end", |mut line, _| {
            Box::pin(async move {
                line.repeat(b"HTTP/1.1 100 Continue\r\n\r\n", 4_000_000).await;
            })
        }),
        attack("50 MB of chunk extensions", |mut line, _| {
            Box::pin(async move {
                line.write(format!("{OK}Transfer-Encoding: chunked\r\n\r\n1;")).await;
                line.repeat(b"x=y;", 12_500_000).await;
                line.write("\r\n{\r\n0\r\n\r\n").await;
            })
        })
        .quick_over("gms-cometd-polling"),
        attack("a million trailers", |mut line, _| {
            Box::pin(async move {
                line.write(format!("{OK}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n")).await;
                line.repeat(b"Trailer: x\r\n", 1_000_000).await;
                line.write("\r\n").await;
            })
        }),
        attack("chunks of a byte without end", |mut line, _| {
            Box::pin(async move {
                line.write(format!("{OK}Transfer-Encoding: chunked\r\n\r\n")).await;
                line.repeat(b"1\r\n \r\n", LONGEST_ANSWER as u64 + 1_000).await;
            })
        }),
        attack("90 cookies of 4 KB in every answer", |mut line, number| {
            Box::pin(async move {
                let value = "x".repeat(4_000);
                let cookies: Vec<_> =
                    (0..90).map(|at| format!("Set-Cookie: n{number}_{at}={value}; Path=/\r\n")).collect();
                let cookies = cookies.concat();
                line.write(format!("{OK}{cookies}Content-Length: 2\r\n\r\n{{}}")).await;
            })
        })
        .times(if wire.pushes { 4 } else { 20 }),
        attack("texts of another charset that grow", |mut line, _| {
            Box::pin(async move {
                let body = vec![0x80; LONGEST_ANSWER - 100];
                line.answer("application/json; charset=windows-1252", &body).await;
            })
        }),
        attack("16 MiB in every refusal", |mut line, _| {
            Box::pin(async move {
                let body = format!("[{}]", super::list(r#"{"":0}"#, LONGEST_ANSWER - 100));
                line.write(format!(
                    "{}Content-Length: {}\r\n\r\n{body}",
                    OK.replace("200 OK", "500 Broken"),
                    body.len()
                ))
                .await;
            })
        })
        .times(5),
        attack("a refusal with 16 MiB of errors", |mut line, _| {
            Box::pin(async move {
                let errors = super::list(r#"{"code":1}"#, 1 << 19);
                let filler = "x".repeat(LONGEST_ANSWER - (1 << 20));
                let body = format!(r#"{{"statusCode":2,"errors":[{errors}],"x":"{filler}"}}"#);
                line.answer("application/json", body.as_bytes()).await;
            })
        })
        .times(5),
    ]
}

async fn endless_body(mut line: Line) {
    line.write(format!("{OK}\r\n")).await;
    line.repeat(b"[[[", ENDLESS).await;
}

async fn endless_headers(mut line: Line) {
    line.write(OK).await;
    line.repeat(b"X-Header: some value\r\n", ENDLESS).await;
}

/// A body that is hundreds of times as long when it is unpacked.
async fn gzip(mut line: Line) {
    let mebibyte = vec![b' '; 1 << 20];
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..256 {
        packed.write_all(&mebibyte).unwrap();
    }
    let packed = packed.finish().unwrap();
    line.write(format!("{OK}Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len())).await;
    line.write(packed).await;
}
