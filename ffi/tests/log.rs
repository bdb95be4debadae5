//! What `webchat_set_log` tells a C program of a whole chat: few entries worth reading, and nobody's text, name or key.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/library.rs"]
mod library;
#[path = "support/workshop.rs"]
mod workshop;

use serde_json::{Value, json};
use std::process::Command;
use tokio::runtime::Runtime;
use webchat_simulator::{Script, Simulator};
use workshop::{Workshop, compilers, successful};

/// A configuration for each back end, with its name.
fn back_ends(simulator: &Simulator) -> [(&'static str, Value); 3] {
    let connection = json!({"proxy": "none"});
    [
        (
            "gms-rest",
            json!({"connection": connection, "dataURL": simulator.chat_url(), "pollRateMin": 250, "pollRateMax": 250}),
        ),
        (
            "gms-cometd",
            json!({"connection": connection, "cometD": {
                "enabled": true, "cometURL": simulator.cometd_url(), "channel": simulator.cometd_channel(),
            }}),
        ),
        (
            "nexus-rest",
            json!({"connection": connection, "transport": {
                "type": "pureengage-v3-rest", "dataURL": simulator.nexus_url(), "endpoint": "Sales",
                "headers": {"x-api-key": "n3eNkg"},
            }}),
        ),
    ]
}

/// What the program prints at a level: its entries, and the secrets.
fn told(level: u32, test: impl Fn(&str, &[&str], &[&str])) {
    let runtime = Runtime::new().unwrap();
    let simulator = runtime.block_on(Simulator::builder().script(Script::echo()).start()).unwrap();
    let workshop = Workshop::new();
    let program = workshop.build(compilers(&["gcc", "clang"])[0], "log", &[]);
    for (name, config) in back_ends(&simulator) {
        let mut command = Command::new(&program);
        command.arg(level.to_string()).arg(config.to_string()).env_remove("LD_LIBRARY_PATH");
        let output = successful(command);
        let (entries, secrets) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        let secrets: Vec<_> = secrets.lines().collect();
        assert!(secrets.len() == 6 && secrets.iter().all(|it| it.len() > 6), "{secrets:?}");
        test(name, &entries.lines().collect::<Vec<_>>(), &secrets);
    }
}

#[test]
fn info_tells_a_chat_in_a_few_lines() {
    told(3, |back_end, entries, _| {
        let expected = [
            format!("INFO chat 1: connected ({back_end})"),
            "INFO chat 1: started".into(),
            "INFO chat 1: an agent has joined (agents: 1)".into(),
            "INFO chat 1: an agent has left (agents: 0)".into(),
            "INFO chat 1: ended by endChat".into(),
        ];
        assert_eq!(entries, expected, "{back_end}");
    });
}

#[test]
fn debug_tells_commands_and_their_outcomes_and_events() {
    told(4, |back_end, entries, _| {
        let number = |words: &str| {
            let entry = entries.iter().find(|it| it.ends_with(words)).expect(words);
            let (_, rest) = entry.split_once("command ").unwrap();
            rest.split_once(':').unwrap().0.to_owned()
        };
        for command in ["startChat", "sendMessage", "endChat", "sendTyping"] {
            let resolved = format!("DEBUG chat 1: command {}: resolved", number(&format!(": {command}")));
            assert!(entries.contains(&resolved.as_str()), "{back_end}: {resolved}: {entries:#?}");
        }
        for line in ["ready", "the customer has joined", "the customer types"] {
            assert!(
                entries.contains(&format!("DEBUG chat 1: {line}").as_str()),
                "{back_end}: {line}: {entries:#?}"
            );
        }
        assert!(entries.iter().any(|it| it.ends_with("received")), "{entries:#?}");
    });
}

#[test]
fn no_entry_holds_a_text_a_name_or_a_key() {
    told(5, |back_end, entries, secrets| {
        assert!(
            entries.iter().any(|it| it.starts_with("TRACE chat 1: request ")),
            "{back_end}: {entries:#?}"
        );
        for entry in entries {
            for secret in secrets {
                assert!(!entry.contains(secret), "{back_end}: {entry}");
            }
        }
    });
}
