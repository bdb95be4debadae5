//! Prints every figure; `figures NAME...` prints only those named.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what is measured is printed")]
#![allow(missing_docs, reason = "a program")]

use std::process::ExitCode;
use webchat_bench::{
    decode, idle, memory, poll, push,
    send::{self, Polling},
    server::{Api, Server},
    start,
};

const NAMES: [&str; 9] = ["size", "start", "send", "at-once", "push", "decode", "memory", "poll", "idle"];

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
    if wants("size") {
        start::size();
    }
    if wants("start") {
        start::services(&server.config(Api::Gms));
    }
    for (api, polling) in Api::ALL.into_iter().flat_map(|api| [(api, Polling::Off), (api, Polling::On)]) {
        if wants("send") {
            send::one_at_a_time(&server, &runtime, api, polling);
        }
        if wants("at-once") {
            send::at_once(&server, &runtime, api, polling);
        }
    }
    if wants("send") {
        send::one_poll_at_a_time(&server, &runtime);
    }
    if wants("push") {
        push::one_at_a_time(&server, &runtime);
    }
    if wants("decode") {
        decode::transcripts();
    }
    if wants("memory") {
        memory::messages();
    }
    if wants("poll") {
        poll::nothing_new();
    }
    if wants("idle") {
        idle::chats(&server);
    }
    println!();
    ExitCode::SUCCESS
}
