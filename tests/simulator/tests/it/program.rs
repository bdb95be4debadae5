//! The simulator as a program.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json as value};
use webchat_simulator::Carrier;

use crate::cometd::bayeux::{Bayeux, lines};
use crate::customer::Customer;

/// A running program, killed if a test fails before it stops.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().unwrap_or_default();
        self.0.wait().ok();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_webchat-simulator"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts it and reads its first line.
fn start(arguments: &[&str]) -> (Program, String) {
    let mut child = command(arguments).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (Program(child), line)
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[cfg(unix)]
fn stop(mut program: Program, signal: &str) -> Option<i32> {
    let sent = Command::new("kill").args([signal, &program.0.id().to_string()]).status().unwrap();
    assert!(sent.success());
    program.0.wait().unwrap().code()
}

#[cfg(unix)]
#[tokio::test]
async fn it_serves_until_told_to_stop() {
    for signal in ["-TERM", "-INT"] {
        let (program, line) = start(&["--port", "0", "--script", "echo"]);
        let url = line.trim_end().strip_prefix("listening on ").unwrap();
        let customer = Customer::start(url).await;
        assert_eq!(customer.refresh("1").await["statusCode"], 0);
        assert_eq!(stop(program, signal), Some(0), "{signal}");
    }
}

#[test]
fn it_stops_with_who_started_it_where_it_is_told_to() {
    let mut child = command(&["-p", "0", "--stop-at-eof"]).stdin(Stdio::piped()).spawn().unwrap();
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take().unwrap());
    let mut program = Program(child);
    let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
    assert!(lines.next().unwrap().starts_with("listening on "));
    assert!(program.0.try_wait().unwrap().is_none(), "it runs while the pipe is open");
    drop(stdin);
    assert_eq!(program.0.wait().unwrap().code(), Some(0));
}

#[test]
fn it_tells_people_where_it_is() {
    let mut program = Program(command(&["--port", "0"]).spawn().unwrap());
    let lines: Vec<String> =
        BufReader::new(program.0.stdout.take().unwrap()).lines().take(5).map(Result::unwrap).collect();
    let start = |line: &String| line.split(" http").next().unwrap().to_owned();
    let starts: Vec<String> = lines.iter().map(start).collect();
    let wanted = ["listening on", "Multicloud chat URL:", "control API:", "console:", "stop with Ctrl-C"];
    assert_eq!(starts, wanted, "{lines:?}");
    assert!(lines[3].ends_with("/console"), "{lines:?}");
}

#[tokio::test]
async fn it_tells_programs_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let ready = folder.path().join("ready.json");
    let arguments = ["-p", "0", "--json", "--ready-file", ready.to_str().unwrap(), "--fault", "nonJson"];
    let (_program, line) = start(&arguments);
    let printed: Value = serde_json::from_str(&line).unwrap();
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&ready).unwrap()).unwrap();
    assert_eq!(printed, written);
    let console = crate::customer::client().get(printed["console"].as_str().unwrap()).send().await.unwrap();
    assert!(console.text().await.unwrap().contains("Agent's console"));
    let url = printed["gesUrl"].as_str().unwrap();
    let page = crate::customer::client_builder().build().unwrap().post(url).send().await.unwrap();
    assert!(page.text().await.unwrap().starts_with("<html>"), "the fault of the command line");
    Customer::start(url).await;
}

#[tokio::test]
async fn it_serves_the_apis_it_is_told_to() {
    let (_program, line) =
        start(&["-p", "0", "--api", "nexus-rest", "--api", "gms-rest", "--set", "nexus-rest.window=1"]);
    let url = line.trim_end().strip_prefix("listening on ").unwrap();
    assert!(url.ends_with("/nexus/v3/chat/sessions"), "{url}");
    let form = [("data[endpoint]", "x"), ("data[nickname]", "Mia")];
    assert_eq!(crate::customer::client().post(url).form(&form).send().await.unwrap().status(), 200);
    Customer::start(&url.replace("/nexus/v3/chat/sessions", "/genesys/2/chat/support")).await;
    let (_program, line) = start(&["-p", "0", "--json"]);
    let urls: Value = serde_json::from_str(&line).unwrap();
    assert!(urls["nexusUrl"].is_null() && urls["chatUrl"].is_string(), "GMS alone is the default: {urls}");
    let port = &urls["port"];
    let url = format!("http://127.0.0.1:{port}/nexus/v3/chat/sessions");
    assert_eq!(crate::customer::client().post(url).form(&form).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn it_listens_where_a_name_says() {
    let (_program, line) =
        start(&["--port", "0", "--host", "localhost", "--short-keys", "--text-changes", "trim"]);
    let customer = Customer::start(line.trim_end().strip_prefix("listening on ").unwrap()).await;
    assert_eq!(customer.key.len(), 16);
    customer.call("send", &[("message", " hi ")]).await;
    assert_eq!(customer.refresh("2").await["messages"][0]["text"], "hi");
    let (code, _, error) = run(&["--port", "0", "--host", "no host"]);
    assert_eq!(code, Some(1));
    assert!(error.starts_with("webchat-simulator: --host no host: "), "{error}");
}

#[tokio::test]
async fn it_serves_cometd() {
    let (_program, line) = start(&["-p", "0", "--api", "gms-cometd,gms-rest"]);
    assert!(line.trim_end().ends_with("/genesys/cometd"), "the URL of the first: {line}");
    let settings = ["--set", "gms-cometd.timeoutMs=50", "--fault", "refuse,code=403,operation=send"];
    let serve = ["-p", "0", "--json", "--api", "gms-cometd", "--script", "echo"];
    let (_program, line) = start(&[&serve[..], &settings[..]].concat());
    let urls: Value = serde_json::from_str(&line).unwrap();
    assert!(urls["chatUrl"].is_null() && urls["url"] == urls["cometdUrl"]);
    let text = |name: &str| urls[name].as_str().unwrap().to_owned();
    let (url, channel) = (text("cometdUrl"), text("cometdChannel"));
    for carrier in crate::cometd::bayeux::BOTH {
        let mut mia = Bayeux::at(url.clone(), channel.clone(), carrier).await;
        let advice = mia.handshake(value!({})).await["advice"].take();
        assert_eq!(advice["timeout"], 50);
        mia.connect().await;
        mia.request_chat(value!({})).await;
        assert_eq!(lines(&mia.told().await), ["ParticipantJoined -"]);
        let say = value!({"operation": "sendMessage", "message": "hello"});
        if carrier == Carrier::LongPolling {
            assert_eq!(
                mia.publish(say.clone()).await["error"],
                "403::Forbidden",
                "the fault of the command line"
            );
        }
        assert_eq!(lines(&mia.ask(say).await), ["Message hello"]);
        assert_eq!(lines(&mia.told().await), ["Message hello"], "the echo");
    }
}

#[test]
fn help_teaches() {
    let (code, help, _) = run(&["--help"]);
    assert_eq!(code, Some(0));
    for part in
        ["--script", "--rules", "--apikey", "--idle-alert", "/control/chats/latest/say", "truncatedBody"]
            .into_iter()
            .chain(["--api nexus-rest", "x-nexus-client-key", "errorCode", "holdMs", "--set nexus-rest."])
            .chain([
                "--api gms-cometd",
                "/genesys/cometd/handshake",
                "disconnectClient",
                "--set gms-cometd.",
                "holdConnects",
                "--text-changes",
                "maskCards",
                "--slow",
                "maxIntervalMs",
            ])
    {
        assert!(help.contains(part), "{part}");
    }
    assert_eq!(run(&["--version"]).0, Some(0));
}

#[test]
fn mistakes_are_named() {
    let (code, _, error) = run(&["--prot", "1"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("--prot") && error.contains("--port"), "{error}");
    let (code, _, error) = run(&["--rules", "/nowhere/rules.toml"]);
    assert_eq!(code, Some(1));
    assert!(error.starts_with("webchat-simulator: script /nowhere/rules.toml: "), "{error}");
    let (code, _, error) = run(&["--port", "0", "--api", "nexus-rest", "--rate", "newAlias,rate=0.5"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("newAlias is a fault of GMS v2, which is not served here"), "{error}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let (code, _, error) = run(&["--port", &address.port().to_string()]);
    assert_eq!(code, Some(1));
    assert!(error.contains(&format!("cannot listen on {address}")), "{error}");
}

#[test]
fn it_plays_a_recording_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wire.jsonl");
    let asks = |chat: u8| {
        let request =
            value!({"method": "POST", "path": "/genesys/2/chat/abc/", "headers": [], "body": {"form": []}});
        value!({"at": 1, "chat": chat, "exchange": 1, "request": request}).to_string()
    };
    let version = "{\"webchatRecording\":1,\"began\":5}";
    let replay = path.to_str().unwrap();
    std::fs::write(&path, [version, &asks(1), &asks(2), "{\"at\":"].join("\n")).unwrap();
    let (code, _, error) = run(&["--replay", replay]);
    assert!(code == Some(1) && error.contains("has 2 chats: choose one with --replay-chat"), "{error}");
    let (_program, line) = start(&["-p", "0", "--json", "--replay", replay, "--replay-chat", "2"]);
    let urls: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(urls["replay"]["api"], "gms-rest");
    assert!(urls["chatUrl"] == urls["url"] && urls["nexusUrl"].is_null(), "{urls}");
    for (content, part) in [
        ("", "no chat"),
        ("{}", "does not begin"),
        ("{\"webchatRecording\":2}", "version 2 is not known"),
        (&*asks(1), "does not begin"),
    ] {
        std::fs::write(&path, content).unwrap();
        let (code, _, error) = run(&["--replay", replay]);
        assert!(code == Some(1) && error.contains(part), "{content}: {error}");
    }
}
