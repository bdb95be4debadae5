//! Any other language: a program that speaks the line protocol of README.md on its standard input and output.

use super::{Adapter, Ask, Language, Launch, Told};
use futures_util::future::BoxFuture;
use serde_json::Value;
use std::{path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, Command},
    sync::mpsc,
};

/// How long a program may take to end after its chat has been closed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program that is an adapter.
#[derive(Debug, Clone)]
pub struct Program {
    name: String,
    path: PathBuf,
    arguments: Vec<String>,
    awaits_outcomes: bool,
    lacks: &'static [&'static str],
}

impl Program {
    /// The program at `path` with these first arguments; the configuration is the last one.
    pub fn new(name: &str, path: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { name: name.into(), path: path.into(), arguments, awaits_outcomes: false, lacks: &[] }
    }

    /// The same, where the application awaits outcomes (see [`Language::awaits_outcomes`]).
    #[must_use]
    pub fn awaiting_outcomes(self) -> Self {
        Self { awaits_outcomes: true, ..self }
    }

    /// The same, where the package does not offer all (see [`Language::lacks`]).
    #[must_use]
    pub fn lacking(self, lacks: &'static [&'static str]) -> Self {
        Self { lacks, ..self }
    }
}

struct Running {
    child: Child,
    orders: mpsc::UnboundedSender<String>,
}

impl Language for Program {
    fn name(&self) -> &str {
        &self.name
    }

    fn awaits_outcomes(&self) -> bool {
        self.awaits_outcomes
    }

    fn lacks(&self) -> &[&'static str] {
        self.lacks
    }

    fn launch(
        &self,
        launch: Launch<'_>,
        told: mpsc::UnboundedSender<Told>,
    ) -> Result<Box<dyn Adapter>, String> {
        let config = launch.config.map_or_else(|| "-".to_owned(), Value::to_string);
        let mut command = Command::new(&self.path);
        if let Some(file) = launch.keeper {
            command.env("WEBCHAT_KEEPER_FILE", file);
        }
        let mut child = command
            .args(&self.arguments)
            .arg(config)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", self.path.display()))?;
        let no_pipe = "the program has no pipe";
        let output = child.stdout.take().ok_or(no_pipe)?;
        let errors = child.stderr.take().ok_or(no_pipe)?;
        let input = child.stdin.take().ok_or(no_pipe)?;
        let (orders, received) = mpsc::unbounded_channel();
        tokio::spawn(write(input, received));
        tokio::spawn(read(output, told.clone(), parse));
        tokio::spawn(read(errors, told, |line| Told::Note(line.to_owned())));
        Ok(Box::new(Running { child, orders }))
    }
}

async fn write(mut input: ChildStdin, mut orders: mpsc::UnboundedReceiver<String>) {
    while let Some(line) = orders.recv().await {
        // A program that has gone says why on its standard error; its outcomes are then missing.
        if input.write_all(line.as_bytes()).await.is_err() || input.flush().await.is_err() {
            return;
        }
    }
}

async fn read(from: impl AsyncRead + Unpin, told: mpsc::UnboundedSender<Told>, parse: fn(&str) -> Told) {
    let mut lines = BufReader::new(from).lines();
    loop {
        let message = match lines.next_line().await {
            Ok(Some(line)) => parse(&line),
            Ok(None) => return,
            Err(error) => Told::Broken(error.to_string()),
        };
        if told.send(message).is_err() {
            return;
        }
    }
}

/// One line of output.
fn parse(line: &str) -> Told {
    let parsed = || -> Option<Told> {
        let (word, rest) = line.split_once(' ')?;
        Some(match word {
            "resolved" => {
                let (id, value) = rest.split_once(' ')?;
                Told::Resolved(id.parse().ok()?, serde_json::from_str(value).ok()?)
            }
            "rejected" => {
                let (id, rest) = rest.split_once(' ')?;
                let (kind, value) = rest.split_once(' ')?;
                Told::Rejected(id.parse().ok()?, kind.into(), serde_json::from_str(value).ok()?)
            }
            "event" => {
                let (name, envelope) = rest.split_once(' ')?;
                Told::Event(name.into(), serde_json::from_str(envelope).ok()?)
            }
            "note" => Told::Note(rest.into()),
            _ => return None,
        })
    };
    parsed().unwrap_or_else(|| Told::Broken(line.to_owned()))
}

impl Running {
    fn order(&self, line: String) -> Result<(), String> {
        self.orders.send(line).map_err(|_| "the program does not listen any more".to_owned())
    }
}

impl Adapter for Running {
    fn command(&mut self, ask: Ask) -> Result<(), String> {
        let within = ask.within.map_or(0, |limit| limit.as_millis());
        let function = ask.function.map(|function| format!(":{function}")).unwrap_or_default();
        let word = if ask.in_background { "begin" } else { "command" };
        self.order(format!("{word} {} {within} {}{function} {}\n", ask.id, ask.name, ask.options))
    }

    fn cancel(&mut self, id: u64) -> Result<(), String> {
        self.order(format!("cancel {id}\n"))
    }

    fn close(mut self: Box<Self>) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(async move {
            self.order("close\n".into())?;
            let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
            match ended.map_err(|_| "the program does not end".to_owned())? {
                Ok(status) if status.success() => Ok(()),
                Ok(status) => Err(format!("the program ended with {status}")),
                Err(error) => Err(format!("the program's end: {error}")),
            }
        })
    }

    fn kill(mut self: Box<Self>) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(
            async move { self.child.kill().await.map_err(|error| format!("killing the program: {error}")) },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lines_of_the_protocol() {
        assert_eq!(parse("resolved 3 null"), Told::Resolved(3, json!(null)));
        assert_eq!(
            parse(r#"rejected 4 no_session "No!""#),
            Told::Rejected(4, "no_session".into(), json!("No!"))
        );
        assert_eq!(parse(r#"event ended {"data": {}}"#), Told::Event("ended".into(), json!({"data": {}})));
        assert_eq!(parse("note a b"), Told::Note("a b".into()));
        for broken in ["", "resolved", "resolved x null", "resolved 1 {", "event ended", "hello world"] {
            assert_eq!(parse(broken), Told::Broken(broken.into()));
        }
    }
}
