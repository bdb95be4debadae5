//! Prints every figure; `figures NAME...` prints only those named.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what is measured is printed")]
#![allow(missing_docs, reason = "a program")]

use std::process::ExitCode;
use tokio::runtime::Runtime;
use webchat_bench::{
    back_end::{BACK_ENDS, BackEnd},
    decode, gap, idle, memory, poll, push, python,
    send::{self, Polling},
    server::Server,
    start, upload,
};

/// What is measured of a back end.
type Figure<'a> = &'a dyn Fn(&BackEnd);

const NAMES: [&str; 12] = [
    "size", "start", "send", "at-once", "push", "decode", "memory", "gap", "upload", "poll", "idle", "python",
];

fn main() -> ExitCode {
    // cargo adds --bench.
    let wanted: Vec<_> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let Some(stranger) = wanted.iter().find(|word| !NAMES.contains(&word.as_str())) {
        eprintln!("figures: {stranger} is no figure; there are: {}", NAMES.join(", "));
        return ExitCode::from(2);
    }
    // The library brings its own; the peer needs one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    let server = Server::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let Ok(runtime) = runtime else {
        eprintln!("figures: no threads to be had");
        return ExitCode::FAILURE;
    };
    measure(&server, &runtime, &wants);
    println!();
    ExitCode::SUCCESS
}

/// Each figure of each back end that is part of it.
fn measure(server: &Server, runtime: &Runtime, wants: &dyn Fn(&str) -> bool) {
    if wants("size") {
        start::size();
    }
    if let Some(first) = BACK_ENDS.first().filter(|_| wants("start")) {
        start::services(&server.config(first));
    }
    for back_end in BACK_ENDS {
        for polling in [Polling::Off, Polling::On] {
            if wants("send") {
                send::one_at_a_time(server, runtime, back_end, polling);
            }
            if wants("at-once") {
                send::at_once(server, runtime, back_end, polling);
            }
        }
    }
    let figures: [(&str, Figure<'_>); 8] = [
        ("send", &|back_end| send::one_poll_at_a_time(server, runtime, back_end)),
        ("send", &|back_end| send::one_at_a_time_by_socket(server, runtime, back_end)),
        ("push", &|back_end| push::one_at_a_time(server, runtime, back_end)),
        ("decode", &decode::transcripts),
        ("memory", &memory::messages),
        ("gap", &|back_end| gap::filled(server, runtime, back_end)),
        ("upload", &|back_end| upload::one_at_a_time(server, runtime, back_end)),
        ("idle", &|back_end| idle::chats(server, runtime, back_end)),
    ];
    for (_, figure) in figures.iter().filter(|(name, _)| wants(name)) {
        BACK_ENDS.iter().for_each(figure);
    }
    if wants("poll") {
        poll::nothing_new();
    }
    if wants("python") {
        python::figures(server);
    }
}
