//! The programs of `examples/c`: clean under each compiler, at work with a server, and with a word where none is. A compiler or library that
//! is not installed is left out; what needs nothing but the C library is always there.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/library.rs"]
mod library;
#[path = "support/workshop.rs"]
mod workshop;

use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    time::Duration,
};
use tokio::runtime::Runtime;
use webchat_simulator::{Script, Simulator};
use workshop::{Workshop, compilers, installed, root, successful};

/// The programs, as the README lists them, with what pkg-config knows of what they need besides; nothing where that is not installed.
fn programs() -> BTreeMap<String, Option<Vec<String>>> {
    let readme = fs::read_to_string(root().join("examples/c/README.md")).unwrap();
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| [`")?.split_once(".c`]"));
    let listed = rows.map(|(name, rest)| {
        let needs = rest.rsplit('|').nth(1).unwrap();
        let packages = needs.split_once(": `").map_or("", |(_, it)| it.trim_end().trim_end_matches('`'));
        (name.to_owned(), flags(packages))
    });
    listed.collect()
}

fn flags(packages: &str) -> Option<Vec<String>> {
    if packages.is_empty() {
        return Some(Vec::new());
    }
    let mut command = Command::new("pkg-config");
    let output = command.args(["--cflags", "--libs"]).args(packages.split_whitespace()).output().ok()?;
    let words = String::from_utf8(output.stdout).unwrap();
    // Warnings about the headers of others are theirs.
    let foreign = |word: &str| match word.strip_prefix("-I") {
        Some(directory) => format!("-isystem{directory}"),
        None => word.to_owned(),
    };
    output.status.success().then(|| words.split_whitespace().map(foreign).collect())
}

/// A program, or nothing where what it needs is not installed.
fn built(workshop: &Workshop, compiler: &str, name: &str, flags: Option<&Vec<String>>) -> Option<PathBuf> {
    let mut more = vec!["-std=c11", "-Wconversion", "-Wshadow"];
    more.extend(flags?.iter().map(String::as_str));
    Some(workshop.build_from(compiler, &root().join(format!("examples/c/{name}.c")), &more))
}

/// A server with an agent who is quick, and one program.
struct Stage {
    workshop: Workshop,
    program: PathBuf,
    simulator: Simulator,
    #[allow(dead_code, reason = "the simulator lives on its threads")]
    runtime: Runtime,
}

impl Stage {
    fn new(name: &str, script: Script) -> Option<Self> {
        let workshop = Workshop::new();
        let flags = programs().remove(name).expect("the README has it");
        let program = built(&workshop, compilers(&["gcc", "clang"])[0], name, flags.as_ref())?;
        let runtime = Runtime::new().unwrap();
        let simulator = runtime.block_on(Simulator::builder().script(script).start()).unwrap();
        Some(Self { workshop, program, simulator, runtime })
    }

    fn config(&self) -> Value {
        json!({
            "dataURL": self.simulator.chat_url(), "pollRateMin": 250, "pollRateMax": 250, "connection": {"proxy": "none"},
        })
    }

    /// What the program says, with this configuration and these arguments behind it; it ends well.
    fn says(&self, config: &Value, arguments: &[&Path]) -> String {
        let mut command = Command::new(&self.program);
        command.arg(config.to_string()).args(arguments).stdin(Stdio::null()).env_remove("LD_LIBRARY_PATH");
        String::from_utf8(successful(command).stdout).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.workshop.path().join(name)
    }

    /// So many chats were held, and each has ended.
    fn held(&self, count: usize) {
        let chats = self.simulator.chats();
        assert_eq!(chats.len(), count);
        assert!(chats.iter().all(|chat| chat.ended.is_some()), "{chats:?}");
    }
}

fn quick() -> Script {
    Script::demo().join_after(Duration::from_millis(20)).typing(Duration::from_millis(20))
}

fn contains(said: &str, lines: &[&str]) {
    for line in lines {
        assert!(said.contains(line), "{line} is missing:\n{said}");
    }
}

#[test]
fn all_are_listed_and_clean_under_each_compiler() {
    let listed = programs();
    let there = fs::read_dir(root().join("examples/c")).unwrap().map(|it| it.unwrap().path());
    let there = there.filter(|it| it.extension().is_some_and(|it| it == "c"));
    let there: BTreeSet<_> = there.map(|it| it.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(there, listed.keys().cloned().collect());
    let workshop = Workshop::new();
    for compiler in compilers(&["gcc", "clang"]) {
        for (name, flags) in &listed {
            built(&workshop, compiler, name, flags.as_ref());
        }
    }
}

/// Each program fails with this configuration, and says why, with these words among others.
fn all_say(config: &Value, why: &str) {
    let workshop = Workshop::new();
    for (name, flags) in &programs() {
        let Some(program) = built(&workshop, compilers(&["gcc", "clang"])[0], name, flags.as_ref()) else {
            continue;
        };
        let mut command = Command::new(program);
        command.arg(config.to_string()).current_dir(workshop.path());
        let output = command.stdin(Stdio::null()).env_remove("LD_LIBRARY_PATH").output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {output:?}");
        assert!(told.contains(why), "{name}: {told}");
    }
}

#[test]
fn all_say_where_no_server_is() {
    all_say(&json!({"dataURL": "http://127.0.0.1:1/chat", "connection": {"proxy": "none"}}), "127.0.0.1:1");
}

#[test]
fn all_say_that_the_server_knows_no_such_chat() {
    let runtime = Runtime::new().unwrap();
    let simulator = runtime.block_on(Simulator::builder().start()).unwrap();
    let url = simulator.chat_url().replace("/genesys/", "/nowhere/");
    all_say(&json!({"dataURL": url, "connection": {"proxy": "none"}}), "404");
}

/// With what is typed; the keyboard goes on when the text is over.
fn with_a_keyboard(stage: &Stage, typed: &str) -> (Child, ChildStdin) {
    let mut command = Command::new(&stage.program);
    command.arg(stage.config().to_string()).env_remove("LD_LIBRARY_PATH");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut keyboard = child.stdin.take().unwrap();
    keyboard.write_all(typed.as_bytes()).unwrap();
    (child, keyboard)
}

#[test]
fn poll_chats_with_whoever_types() {
    let stage = Stage::new("poll", quick()).unwrap();
    let (child, keyboard) = with_a_keyboard(&stage, "hello\nthanks\nbye\n");
    let output = child.wait_with_output().unwrap();
    drop(keyboard);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    contains(
        &said,
        &["Ann: hello\n", "Sam: You are welcome.\n", "Sam: Goodbye, Ann.\n", "(the chat has ended)\n"],
    );
    stage.held(1);
}

#[test]
fn poll_ends_the_chat_with_the_input() {
    let stage = Stage::new("poll", quick()).unwrap();
    let (child, keyboard) = with_a_keyboard(&stage, "one\nand no end of the line");
    drop(keyboard);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    contains(&String::from_utf8(output.stdout).unwrap(), &["(the chat has ended)\n"]);
    let transcript = stage.simulator.transcript(&stage.simulator.latest_chat_id().unwrap()).unwrap();
    let texts: Vec<_> = transcript.iter().filter_map(|entry| entry.text.as_deref()).collect();
    assert!(texts.contains(&"one") && texts.contains(&"and no end of the line"), "{texts:?}");
    stage.held(1);
}

#[test]
fn a_chat_by_asking_is_told_what_became_of_its_message() {
    let stage = Stage::new("asking", quick()).unwrap();
    contains(
        &stage.says(&stage.config(), &[]),
        &["Ann: Goodbye!\n", "(the message has arrived)\n", "Sam: Goodbye, Ann.\n"],
    );
    stage.held(1);
}

#[test]
fn epoll_holds_several_chats() {
    let stage = Stage::new("epoll", quick()).unwrap();
    let said = stage.says(&stage.config(), &[Path::new("5")]);
    for chat in 0..5 {
        contains(&said, &[&format!("chat {chat}: Ann: Is my order"), &format!("chat {chat}: Sam: ")]);
    }
    stage.held(5);
}

#[test]
fn the_loops_of_others_hold_a_chat() {
    for name in ["glib", "libuv", "libevent"] {
        let Some(stage) = Stage::new(name, quick()) else { continue };
        contains(&stage.says(&stage.config(), &[]), &["Ann: Is my order on its way?\n", "Sam: "]);
        stage.held(1);
    }
}

#[test]
fn the_kiosk_serves_one_visitor_after_the_other() {
    let stage = Stage::new("kiosk", quick()).unwrap();
    let said = stage.says(&stage.config(), &[Path::new("2")]);
    assert_eq!(said.matches("[Goodbye] Thank you.\n").count(), 2, "{said}");
    contains(&said, &["[Please wait] \n", "[You are connected] Hello Visitor, this is Sam."]);
    stage.held(2);
}

#[test]
fn the_bot_answers_until_the_agent_has_ended_the_chat() {
    let stage = Stage::new("bot", quick()).unwrap();
    contains(
        &stage.says(&stage.config(), &[]),
        &["Ann: I need my invoice, please.\n", "Sam: Goodbye, Ann.\n"],
    );
    stage.held(1);
}

#[test]
fn files_go_both_ways() {
    let stage = Stage::new("files", quick()).unwrap();
    let (sent, saved) = (stage.path("order.txt"), stage.path("saved"));
    fs::write(&sent, "x".repeat(200_000)).unwrap();
    fs::create_dir(&saved).unwrap();
    let said = stage.says(&stage.config(), &[&sent, &saved]);
    let invoice = saved.join("invoice.txt");
    let text = fs::read_to_string(&invoice).unwrap();
    assert!(text.starts_with("Invoice 1001"), "{text}");
    let told = format!("saved {} ({} bytes)\n", invoice.display(), text.len());
    contains(&said, &[&format!("sent {}\n", sent.display()), &told]);
    let files = stage.simulator.files(&stage.simulator.latest_chat_id().unwrap()).unwrap();
    assert!(files.iter().any(|file| file.name == "order.txt" && file.bytes.len() == 200_000));
    stage.held(1);
}

#[test]
fn a_chat_is_restored_by_the_second_start() {
    let stage = Stage::new("restore", quick()).unwrap();
    let mut config = stage.config();
    config["sessionStore"] = json!({"type": "file", "path": stage.path("session.json")});
    contains(&stage.says(&config, &[]), &["The chat goes on: start me again.\n"]);
    assert!(stage.simulator.chats()[0].ended.is_none());
    contains(&stage.says(&config, &[]), &["(before) Ann: I shall be back in a moment.\n"]);
    stage.held(1);
}

/// Three times: the agent speaks while the program is away.
fn comes_back(stage: &Stage, config: &Value) {
    let kept = stage.path("kept.json");
    let said = stage.says(config, &[&kept]);
    contains(&said, &["(a chat has begun)\n", "(start me again, any time)\n"]);
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    let chat = stage.simulator.latest_chat_id().unwrap();
    let agent = stage.simulator.join_agent(&chat, "Kim").unwrap();
    for number in 0..40 {
        stage.simulator.say(&chat, agent, &format!("while you were away: {number}")).unwrap();
    }
    let said = stage.says(config, &[&kept]);
    contains(&said, &["(the chat goes on)\n", "\nKim: while you were away: 39\n"]);
    contains(&said, &["(earlier) Kim: while you were away: 0\n", "Ann: Is there anything new?\n"]);
    stage.says(config, &[&kept, Path::new("end")]);
    stage.held(1);
}

#[test]
fn an_asynchronous_chat_goes_on_over_nexus() {
    let stage = Stage::new("asynchronous", Script::none()).unwrap();
    let config = json!({"connection": {"proxy": "none"}, "transport": {
        "type": "pureengage-v3-rest", "dataURL": stage.simulator.nexus_url(), "endpoint": "support",
        "headers": {"x-api-key": "key"}, "async": {"enabled": true},
    }});
    comes_back(&stage, &config);
}

#[test]
fn an_asynchronous_chat_goes_on_over_cometd() {
    let stage = Stage::new("asynchronous", Script::none()).unwrap();
    let config = json!({"connection": {"proxy": "none"}, "async": {"enabled": true}, "cometD": {
        "enabled": true, "cometURL": stage.simulator.cometd_url(), "channel": stage.simulator.cometd_channel(),
    }});
    comes_back(&stage, &config);
}

/// Those that share memory with the callback thread in the most ways.
#[test]
fn the_bot_and_the_files_are_clean_under_valgrind() {
    if !installed("valgrind") {
        return;
    }
    for name in ["bot", "files"] {
        let stage = Stage::new(name, quick()).unwrap();
        let sent = stage.path("order.txt");
        fs::write(&sent, "my order").unwrap();
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite"]);
        command.arg("--errors-for-leak-kinds=definite").arg(&stage.program).arg(stage.config().to_string());
        command.arg(&sent).arg(stage.workshop.path()).stdin(Stdio::null()).env_remove("LD_LIBRARY_PATH");
        successful(command);
        stage.held(1);
    }
}
