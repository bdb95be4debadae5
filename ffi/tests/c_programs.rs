//! The C programs of `tests/c`, as their users would build and run them: under gcc and clang, with sanitizers, under valgrind. A
//! compiler or tool that is not installed is left out; one of the compilers has to be there.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/library.rs"]
mod library;

#[path = "support/workshop.rs"]
mod workshop;

use std::{ffi::OsStr, process::Command, time::Duration};
use tokio::runtime::Runtime;
use webchat_simulator::{Regex, Rule, Script, Simulator, Upload};
use workshop::{WARNINGS, Workshop, compilers, installed, root, run, successful};

/// A chat server with an agent who is quick.
struct Server {
    #[allow(dead_code, reason = "the simulator lives on its threads")]
    runtime: Runtime,
    simulator: Simulator,
}

impl Server {
    fn start() -> Self {
        let quick = Duration::from_millis(20);
        Self::with(Script::demo().join_after(quick).typing(quick))
    }

    /// One whose agent echoes, and has an image for who asks for a picture.
    fn with_images() -> Self {
        let image = Upload::new("picture.png", b"\x89PNG\r\n\x1a\n\0the agent's".as_slice());
        let picture = Rule::new(Regex::new("picture").unwrap(), "Here it is.");
        Self::with(Script::echo().rule(Rule { file: Some(image), ..picture }))
    }

    fn with(script: Script) -> Self {
        let runtime = Runtime::new().unwrap();
        let simulator = runtime.block_on(Simulator::builder().script(script).start()).unwrap();
        Self { runtime, simulator }
    }
}

/// Builds and runs the test programs.
fn run_all(compiler: &str, flags: &[&str], through: &[&str]) {
    let workshop = Workshop::new();
    let server = Server::start();
    let url = server.simulator.chat_url();
    let url = OsStr::new(&url);
    let directory = workshop.path().join("files");
    std::fs::create_dir(&directory).unwrap();
    let run = |program: &str, arguments: &[&OsStr]| {
        let output = run(through, &workshop.build(compiler, program, flags), arguments);
        assert_eq!(output, format!("{program}: passed\n"));
    };
    run("abuse", &[]);
    run("lifetimes", &[]);
    run("events", &[url, directory.as_os_str()]);
    run("commands", &[url, directory.as_os_str()]);
    run("outcomes", &[url]);
    let nexus = Server::with_images();
    run("nexus", &[OsStr::new(&nexus.simulator.nexus_url())]);
}

#[test]
fn the_header_is_clean_c99_and_cpp17() {
    let workshop = Workshop::new();
    let source = workshop.path().join("only.c");
    std::fs::write(&source, "#include <webchat.h>\n#include <webchat.h>\n").unwrap();
    let languages: [(&[&'static str], [&str; 3]); 2] =
        [(&["gcc", "clang"], ["-x", "c", "-std=c99"]), (&["g++", "clang++"], ["-x", "c++", "-std=c++17"])];
    for (names, language) in languages {
        for compiler in compilers(names) {
            let mut command = Command::new(compiler);
            command.args(language).args(WARNINGS).arg("-fsyntax-only");
            command.arg("-I").arg(root().join("include")).arg(&source);
            successful(command);
        }
    }
}

#[test]
fn programs_run_when_built_by_gcc_or_clang() {
    for compiler in compilers(&["gcc", "clang"]) {
        run_all(compiler, &[], &[]);
    }
}

#[test]
fn programs_run_with_sanitizers() {
    let flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let compiler = compilers(&["clang", "gcc"])[0];
    let workshop = Workshop::new();
    let mut nm = Command::new("nm");
    nm.arg(workshop.build(compiler, "abuse", &flags));
    let symbols = String::from_utf8(successful(nm).stdout).unwrap();
    assert!(
        symbols.contains("__asan_init") && symbols.contains("__ubsan_"),
        "the sanitizers are in the program"
    );
    run_all(compiler, &flags, &[]);
}

#[test]
fn programs_run_under_valgrind() {
    if installed("valgrind") {
        let options = [
            "valgrind",
            "--quiet",
            "--error-exitcode=99",
            "--leak-check=full",
            "--show-leak-kinds=definite",
            "--errors-for-leak-kinds=definite",
        ];
        run_all(compilers(&["gcc", "clang"])[0], &[], &options);
    }
}

#[test]
fn the_first_program_holds_a_chat() {
    let workshop = Workshop::new();
    let server = Server::start();
    let config = format!("{{\"dataURL\": \"{}\"}}", server.simulator.chat_url());
    for compiler in compilers(&["gcc", "clang"]) {
        let output = run(&[], &workshop.build(compiler, "first", &[]), &[OsStr::new(&config)]);
        assert!(output.contains("Goodbye, Ann."), "{output}");
    }
}

#[test]
fn the_demonstration_prints_its_events() {
    let workshop = Workshop::new();
    let server = Server::start();
    let config = format!("{{\"dataURL\": \"{}\"}}", server.simulator.chat_url());
    for compiler in compilers(&["gcc", "clang"]) {
        let output = run(&[], &workshop.build(compiler, "demo", &[]), &[OsStr::new(&config)]);
        let names: Vec<&str> = output.lines().filter_map(|line| line.split('\t').nth(1)).collect();
        for event in ["ready", "started", "agentConnected", "messageReceived", "agentTypingStarted", "ended"]
        {
            assert!(names.contains(&event), "{event} is missing:\n{output}");
        }
        assert!(output.contains("\tSam\tinvoice.txt\n"), "the file is missing:\n{output}");
        assert!(output.lines().all(|line| line.matches('\t').count() == 3), "{output}");
    }
}
