//! Programs in Node.js in this folder.

use std::{
    path::Path,
    process::{Command, Stdio},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdin},
};
use webchat_support::in_time;

/// A program that runs until this is dropped.
pub(crate) struct Process {
    _child: Child,
    _input: ChildStdin,
}

/// Whether to leave the programs out. Fails when they are wanted and not there.
fn is_skipped(folder: &Path) -> bool {
    if std::env::var_os("WEBCHAT_SKIP_NODE").is_some() {
        return true;
    }
    let otherwise = "or set WEBCHAT_SKIP_NODE=1 to do without the reference servers";
    let node = Command::new("node").arg("--version").output();
    assert!(node.is_ok(), "there is no node: install Node.js 20 or later, {otherwise}");
    let installed = ["cometd-nodejs-server", "faye", "ws"]
        .iter()
        .all(|package| folder.join("node_modules").join(package).join("package.json").exists());
    assert!(
        installed,
        "the reference servers are not installed: run `npm ci` in {}, {otherwise}",
        folder.display()
    );
    false
}

/// Starts a program with its arguments, and returns the line by which it says where it listens. Nothing, when the tests are to do without
/// Node.js.
pub(crate) async fn start(arguments: &[&str]) -> Option<(Process, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    if is_skipped(folder) {
        return None;
    }
    let mut command = tokio::process::Command::new("node");
    command.current_dir(folder).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("node starts");
    let input = child.stdin.take().expect("it has an input");
    let mut output = BufReader::new(child.stdout.take().expect("it has an output")).lines();
    let line = in_time("a program in Node.js listens", output.next_line()).await;
    let line = line.expect("its output can be read").expect("it listens");
    Some((Process { _child: child, _input: input }, line))
}
