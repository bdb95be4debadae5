//! The simulated server in a process of its own: this program once more, which is told by lines what to do.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};
use webchat_simulator::{IdleSettings, Script, Simulator};

/// The word that makes this program the server.
pub const WORD: &str = "serve";

/// The server, as the process that measures holds it.
#[derive(Debug)]
pub struct Served {
    process: Child,
    tell: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Its addresses.
    pub urls: Value,
}

impl Served {
    /// Starts it.
    pub fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg(WORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, answers) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let mut served = Self { process, tell, answers: BufReader::new(answers), urls: Value::Null };
        served.urls = serde_json::from_str(&served.answer()).unwrap();
        served
    }

    /// Has it do `what`, and waits until it has.
    pub fn tell(&mut self, what: &str) -> String {
        writeln!(self.tell, "{what}").unwrap();
        self.answer()
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until the input ends: `down` and `up` take it from the network and bring it back.
pub fn serve() {
    let thread = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let builder = Simulator::builder()
        .script(Script::none())
        .idle(IdleSettings::off())
        .client_timeout(Duration::ZERO)
        .log_limit(0);
    let simulator = thread.block_on(builder.start()).unwrap();
    println!("{}", simulator.urls());
    for line in std::io::stdin().lines().map_while(Result::ok) {
        match line.as_str() {
            "down" => thread.block_on(simulator.go_down()).unwrap(),
            "up" => thread.block_on(simulator.come_up()).unwrap(),
            _ => {}
        }
        println!("{line}");
    }
}
