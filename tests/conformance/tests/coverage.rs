//! The table is complete: every command, event and rejection text of the specification occurs in it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test: it fails by panicking")]

use serde_json::Value;
use std::collections::BTreeSet;
use webchat_conformance::{
    GMS_REST, Table,
    scenario::{Entry, Expectation, Step},
};
use webchat_core::{command::Command, event::EventKind};

/// Commands that never resolve on GMS v2 over REST.
const NEVER_RESOLVED: [&str; 3] = ["poll", "restore", "fetchHistory"];

/// Commands that the specification never has rejected.
const NEVER_REJECTED: [&str; 6] =
    ["resetPollExceptions", "getTranscript", "getAgents", "getStats", "getSessionData", "verifySession"];

/// The specification's texts that a transport with all of [`GMS_REST`] can give, by command.
const TEXTS: [(&str, &str); 23] = [
    ("startChat", "There is already an active chat session"),
    ("startChat", "malformed data object provided in userData property"),
    ("endChat", "There is no active chat session"),
    ("sendMessage", "No message text provided"),
    ("sendMessage", "There is no active chat session"),
    ("sendCustomNotice", "There is no active chat session"),
    ("sendTyping", "There is no active chat session"),
    ("sendFilteredMessage", "No active chat session"),
    (
        "addPrefilter",
        "Missing or invalid filters provided. Please provide a regular expression or an array of regular expressions.",
    ),
    ("poll", "Access Denied to private command. Only WebChatService is allowed to invoke this command."),
    ("startPoll", "No active chat session"),
    ("stopPoll", "No active chat session"),
    ("restore", "Already restoring. Ignoring request."),
    ("restore", "Chat session is already active, ignoring restore command."),
    (
        "restore",
        "Access Denied to private command. Only WebChatService is allowed to invoke this command in Non-Async mode.",
    ),
    ("sendFile", "There is no active chat session"),
    ("downloadFile", "There is no active chat session"),
    ("fetchHistory", "Fetching history messages applies only to Asynchronous chat"),
    (
        "registerTypingPreviewInput",
        "Invalid value provided for the 'input' property. An HTML element reference to a textarea or text input is required.",
    ),
    ("registerPreProcessor", "No preprocessor function provided. Type provided was 'undefined'."),
    ("configure", "Invalid configuration"),
    ("configure", "Invalid configuration. WebChatService supports Async chat only in CometD mode."),
    ("configure", "Invalid transport configuration"),
];

/// Commands whose requests the server can fail: each must be rejected with a response somewhere.
const WITH_RESPONSE: [&str; 13] = [
    "startChat",
    "endChat",
    "sendMessage",
    "sendCustomNotice",
    "sendTyping",
    "updateUserData",
    "sendFile",
    "downloadFile",
    "deleteFile",
    "getFileLimits",
    "pushUrl",
    "updateNickname",
    "readReceipt",
];

/// Every command with its outcomes: whether it resolves, else the rejection's pattern.
fn outcomes() -> Vec<(String, Option<Value>)> {
    let table = Table::load().unwrap();
    let scenarios = table.scenarios.iter().filter(|scenario| scenario.applies_to(GMS_REST));
    let outcomes = scenarios.flat_map(|scenario| {
        scenario.outcomes().map(|(command, expectation)| {
            let rejects = match expectation {
                Expectation::Resolves(_) => None,
                Expectation::Rejects(pattern) => Some(pattern.clone()),
            };
            (command.trim_start_matches("WebChatService.").to_owned(), rejects)
        })
    });
    outcomes.collect()
}

#[test]
fn every_command_resolves_and_is_rejected() {
    let outcomes = outcomes();
    for command in Command::NAMES {
        let of_it = || outcomes.iter().filter(|(name, _)| name == command);
        let resolves = of_it().any(|(_, rejects)| rejects.is_none());
        let rejects = of_it().any(|(_, rejects)| rejects.is_some());
        assert_eq!(resolves, !NEVER_RESOLVED.contains(&command), "{command} resolves");
        assert_eq!(rejects, !NEVER_REJECTED.contains(&command), "{command} is rejected");
    }
}

#[test]
fn every_text_of_the_specification_occurs() {
    let outcomes = outcomes();
    for (command, text) in TEXTS {
        let found = outcomes.iter().any(|(name, rejects)| {
            name == command && rejects.as_ref().is_some_and(|pattern| pattern["value"] == text)
        });
        assert!(found, "{command}: {text}");
    }
}

#[test]
fn every_request_fails_somewhere() {
    let outcomes = outcomes();
    for command in WITH_RESPONSE {
        let found = outcomes.iter().any(|(name, rejects)| {
            name == command && rejects.as_ref().is_some_and(|pattern| pattern["value"].is_object())
        });
        assert!(found, "{command}");
    }
}

#[test]
fn every_event_occurs_with_its_payload() {
    let table = Table::load().unwrap();
    let mut named = BTreeSet::new();
    let mut with_data = BTreeSet::new();
    for scenario in table.scenarios.iter().filter(|scenario| scenario.applies_to(GMS_REST)) {
        named.extend(scenario.events());
        for written in &scenario.steps {
            let events = match &written.step {
                Step::Event(event) => vec![event.clone()],
                Step::Events(events) => events
                    .events
                    .iter()
                    .filter_map(
                        |entry| if let Entry::Event(event) = entry { Some(event.clone()) } else { None },
                    )
                    .collect(),
                _ => Vec::new(),
            };
            with_data.extend(
                events
                    .into_iter()
                    .filter(|event| event.data != serde_json::json!({}))
                    .map(|event| event.event),
            );
        }
    }
    for kind in EventKind::ALL {
        assert!(named.contains(kind.name()), "{}", kind.name());
    }
    for kind in EventKind::ALL {
        assert!(with_data.contains(kind.name()), "payload of {}", kind.name());
    }
    let unknown: Vec<_> =
        named.iter().filter(|name| EventKind::ALL.iter().all(|kind| kind.name() != *name)).collect();
    assert!(unknown.is_empty(), "no such events: {unknown:?}");
}

#[test]
fn every_capability_is_a_known_one() {
    let known: BTreeSet<&str> = GMS_REST.iter().copied().chain(["history", "cancelledOutcome"]).collect();
    for scenario in Table::load().unwrap().scenarios {
        for name in scenario.needs.iter().chain(&scenario.lacks) {
            assert!(known.contains(name.as_str()), "scenario {:?} speaks of {name:?}", scenario.name);
        }
    }
}
