//! What the library owes to the program that it lives in: it dies of nothing that happens to the library.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/library.rs"]
mod library;
#[path = "support/workshop.rs"]
mod workshop;
#[path = "support/wrecker.rs"]
mod wrecker;

use serde_json::{Value, json};
use std::{
    ffi::{OsStr, OsString},
    net::SocketAddr,
    path::Path,
};
use tokio::runtime::Runtime;
use webchat_simulator::{Script, Simulator};
use workshop::{Workshop, compilers, root, run};

/// A configuration for each back end at `origin`, a server that stands before the simulator.
fn back_ends(simulator: &Simulator, origin: &str) -> [Value; 4] {
    let at = |url: String| url.replace(&format!("http://{}", simulator.address()), origin);
    let comet = |websocket: bool| {
        json!({"cometD": {
            "enabled": true,
            "cometURL": at(simulator.cometd_url()),
            "channel": simulator.cometd_channel(),
            "apiURL": at(simulator.cometd_file_url()),
            "websocketEnabled": websocket,
        }})
    };
    [
        json!({"dataURL": at(simulator.chat_url()), "pollRateMin": 250, "pollRateMax": 250}),
        json!({"transport": {
            "type": "pureengage-v3-rest",
            "dataURL": at(simulator.nexus_url()),
            "endpoint": "Sales",
            "headers": {"x-api-key": "n3eNkg"},
        }}),
        comet(true),
        comet(false),
    ]
}

fn with(mut configuration: Value, connection: Value) -> OsString {
    configuration["connection"] = connection;
    configuration.to_string().into()
}

/// Configurations for which connections break in every way: with TLS and without, TLS where there is none and the reverse, and through a
/// proxy that breaks them.
fn breaking(runtime: &Runtime, simulator: &Simulator, certificate: &Path) -> Vec<OsString> {
    let healthy: SocketAddr = simulator.address();
    let (acceptor, pem) = wrecker::tls();
    std::fs::write(certificate, pem).unwrap();
    let plain = wrecker::start(runtime, healthy, None);
    let tls = wrecker::start(runtime, healthy, Some(acceptor));
    let direct = json!({"proxy": "none", "rootCertificates": [certificate]});
    let mut all = Vec::new();
    for origin in [format!("https://{tls}"), format!("http://{plain}")] {
        all.extend(back_ends(simulator, &origin).into_iter().map(|it| with(it, direct.clone())));
    }
    let [rest, _, websocket, _] = back_ends(simulator, &format!("https://{plain}"));
    all.extend([with(rest, direct.clone()), with(websocket, direct.clone())]);
    let [rest, ..] = back_ends(simulator, &format!("http://{tls}"));
    all.push(with(rest, direct));
    // A proxy carries what is asked for without TLS as it is, so the simulator behind it can answer.
    let through = json!({"proxy": format!("http://{plain}")});
    let [rest, _, websocket, _] = back_ends(simulator, "http://chat.test");
    all.extend([with(rest, through.clone()), with(websocket, through)]);
    all
}

#[test]
fn a_program_with_sigpipe_at_its_default_lives_through_broken_connections() {
    let runtime = Runtime::new().unwrap();
    let simulator = runtime.block_on(Simulator::builder().script(Script::echo()).start()).unwrap();
    let workshop = Workshop::new();
    let configurations = breaking(&runtime, &simulator, &workshop.path().join("roots.pem"));
    let milliseconds = std::env::var_os("WEBCHAT_BROKEN_PIPES_MS").unwrap_or_else(|| "3000".into());
    let mut arguments = vec![milliseconds.as_os_str()];
    arguments.extend(configurations.iter().map(OsString::as_os_str));
    let program = workshop.build(compilers(&["gcc", "clang"])[0], "broken_pipes", &[]);
    assert_eq!(run(&[], &program, &arguments), "broken_pipes: passed\n");
}

/// Builds and runs a program with a chat server to talk to.
fn with_a_server(program: &str, more: &[&str], flags: &[&str], through: &[&str]) {
    let runtime = Runtime::new().unwrap();
    let simulator = runtime.block_on(Simulator::builder().script(Script::echo()).start()).unwrap();
    let workshop = Workshop::new();
    let url = OsString::from(simulator.chat_url());
    let arguments: Vec<_> = [url.as_os_str()].into_iter().chain(more.iter().map(OsStr::new)).collect();
    let built = workshop.build(compilers(&["clang", "gcc"])[0], program, flags);
    assert_eq!(run(through, &built, &arguments), format!("{program}: passed\n"));
}

#[test]
fn a_forked_process_is_told_by_every_function_and_hangs_in_none() {
    with_a_server("forks", &[], &[], &[]);
}

#[test]
fn a_program_that_closes_the_descriptors_of_the_library_hangs_in_no_call() {
    with_a_server("closed", &[], &[], &[]);
}

#[test]
fn threads_can_be_cancelled_in_every_function_and_need_no_more_stack_than_is_said() {
    let workshop = Workshop::new();
    let program = workshop.build(compilers(&["gcc", "clang"])[0], "threads", &[]);
    assert_eq!(run(&[], &program, &[]), "threads: passed\n");
}

#[test]
fn two_copies_of_the_library_do_not_take_each_others_handles() {
    let workshop = Workshop::new();
    let copies = ["first.so", "second.so"].map(|name| workshop.path().join(name));
    for copy in &copies {
        std::fs::copy(library::shared(), copy).unwrap();
    }
    let program = workshop.build(compilers(&["gcc", "clang"])[0], "copies", &["-ldl"]);
    let arguments: Vec<_> = copies.iter().map(|copy| copy.as_os_str()).collect();
    assert_eq!(run(&[], &program, &arguments), "copies: passed\n");
}

#[test]
fn eight_threads_use_everything_at_once() {
    with_a_server("stress", &["200"], &[], &[]);
    let sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    with_a_server("stress", &["100"], &sanitizers, &[]);
}

/// The library itself is not built for it: what is seen is what the library does to the program's threads and memory.
#[test]
fn the_thread_sanitizer_finds_nothing_between_eight_threads() {
    let suppressions = root().join("tests/c/tsan.supp");
    let options = format!("TSAN_OPTIONS=suppressions={} halt_on_error=1", suppressions.display());
    with_a_server("stress", &["40"], &["-fsanitize=thread"], &["env", &options]);
}

#[test]
fn a_program_with_sigxfsz_at_its_default_lives_where_no_file_may_grow() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("session.json");
    with_a_server("file_limit", &[store.to_str().unwrap()], &[], &[]);
}
