//! Python's figures: a program of its own that has the library and its peers (`python/figures.py`), against servers of this process: the simulated one, and one that
//! only answers where what is compared is what it costs to ask.

use crate::{
    answerer::Answerer,
    back_end::{BACK_ENDS, BackEnd},
    server::Server,
};
use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

/// Runs it with the interpreter that `WEBCHAT_BENCH_PYTHON` names, whose environment has the module, built for release.
pub fn figures(server: &Server) {
    let Some(python) = std::env::var_os("WEBCHAT_BENCH_PYTHON") else {
        println!("\nPython: no figures without WEBCHAT_BENCH_PYTHON (make bench sets it)");
        return;
    };
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/figures.py");
    let config = |name: &str| {
        let back_end = BACK_ENDS.iter().find(|back_end: &&BackEnd| back_end.name == name).unwrap();
        server.config(back_end).to_string()
    };
    let answerer = Answerer::start();
    let mut running = Command::new(python)
        .arg(program)
        .args([config("gms-rest"), config("gms-cometd"), answerer.config().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut tell = running.stdin.take().unwrap();
    for line in BufReader::new(running.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        match line.strip_prefix("@say ") {
            Some(messages) => {
                let chat = server.latest_chat();
                let who = server.join(&chat);
                (0..messages.parse().unwrap()).for_each(|_: u32| server.say(&chat, who));
                tell.write_all(b"done\n").unwrap();
            }
            None => println!("{line}"),
        }
    }
    assert!(running.wait().unwrap().success(), "Python's figures failed");
}
