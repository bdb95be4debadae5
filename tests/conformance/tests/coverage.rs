//! The table is complete: every command, event and rejection text of the specification occurs in it, over a transport that can give it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test: it fails by panicking")]

use serde_json::Value;
use std::collections::BTreeSet;
use webchat_conformance::{
    GMS_COMETD, GMS_COMETD_POLLING, GMS_REST, NEXUS_REST, Scenario, Table, Transport,
    scenario::{Entry, EventStep, Expectation, Step},
};
use webchat_core::{command::Command, event::EventKind};

/// Commands that never resolve over a transport.
const NEVER_RESOLVED_OVER: [(Transport, &[&str]); 4] = [
    (GMS_REST, &["fetchHistory"]),
    (GMS_COMETD, &["poll", "startPoll", "stopPoll"]),
    (GMS_COMETD_POLLING, &["poll", "startPoll", "stopPoll"]),
    (
        NEXUS_REST,
        &[
            "sendCustomNotice",
            "resetPollExceptions",
            "downloadFile",
            "deleteFile",
            "getFileLimits",
            "pushUrl",
            "updateNickname",
            "readReceipt",
        ],
    ),
];

/// Commands that the specification never has rejected where the transport supports them.
const NEVER_REJECTED: [&str; 5] =
    ["getTranscript", "getAgents", "getStats", "getSessionData", "verifySession"];

/// The specification's texts that every transport can give, by command.
const TEXTS: [(&str, &str); 18] = [
    ("startChat", "There is already an active chat session"),
    ("startChat", "malformed data object provided in userData property"),
    ("endChat", "There is no active chat session"),
    ("sendMessage", "No message text provided"),
    ("sendMessage", "There is no active chat session"),
    ("sendTyping", "There is no active chat session"),
    ("sendFilteredMessage", "No active chat session"),
    (
        "addPrefilter",
        "Missing or invalid filters provided. Please provide a regular expression or an array of regular expressions.",
    ),
    ("restore", "Already restoring. Ignoring request."),
    ("restore", "Chat session is already active, ignoring restore command."),
    (
        "restore",
        "Access Denied to private command. Only WebChatService is allowed to invoke this command in Non-Async mode.",
    ),
    ("sendFile", "There is no active chat session"),
    ("fetchHistory", "Fetching history messages applies only to Asynchronous chat"),
    (
        "registerTypingPreviewInput",
        "Invalid value provided for the 'input' property. An HTML element reference to a textarea or text input is required.",
    ),
    ("registerPreProcessor", "No preprocessor function provided. Type provided was 'undefined'."),
    ("configure", "Invalid transport configuration"),
    ("configure", "Invalid configuration"),
    ("configure", "Invalid configuration. WebChatService supports Async chat only in CometD mode."),
];

/// Those that some of them can give: the command, the text, and what the transport can do or not. What no transport of this build lacks
/// has no scenario: user data during a chat, `verifySession`.
const TEXTS_OF: [(&str, &str, Needs); 15] = [
    (
        "poll",
        "Access Denied to private command. Only WebChatService is allowed to invoke this command.",
        Has("polling"),
    ),
    ("poll", "previous poll has not finished.", Has("polling")),
    ("startPoll", "No active chat session", Has("polling")),
    ("stopPoll", "No active chat session", Has("polling")),
    ("poll", "This transport doesn't support polling.", Lacks("polling")),
    ("startPoll", "This transport doesn't support polling", Lacks("polling")),
    ("stopPoll", "This transport doesn't support polling", Lacks("polling")),
    ("sendCustomNotice", "There is no active chat session", Has("customNotice")),
    ("sendCustomNotice", "This transport doesn't support sendCustomNotice command.", Lacks("customNotice")),
    (
        "resetPollExceptions",
        "This transport doesn't support resetPollExceptions command.",
        Lacks("serverOutage"),
    ),
    ("downloadFile", "There is no active chat session", Has("fileDownload")),
    ("downloadFile", "This transport doesn't support file download.", Lacks("fileDownload")),
    ("sendFile", "This transport doesn't support file uploads", Has("push")),
    ("fetchHistory", "No more messages to fetch", Has("history")),
    ("restore", "No chat session found to restore.", Has("async")),
];

/// What a transport must (not) be able to do.
#[derive(Clone, Copy)]
enum Needs {
    Has(&'static str),
    Lacks(&'static str),
}
use Needs::{Has, Lacks};

impl Needs {
    fn meet(self, transport: &Transport) -> bool {
        match self {
            Has(ability) => transport.has(ability),
            Lacks(ability) => !transport.has(ability),
        }
    }
}

/// Commands whose requests the server can fail, with the capability they need: each must be rejected with a response somewhere.
const WITH_RESPONSE: [(&str, Option<&str>); 15] = [
    ("startChat", None),
    ("endChat", None),
    ("sendMessage", None),
    ("sendTyping", None),
    ("updateUserData", None),
    ("sendFile", None),
    ("sendCustomNotice", Some("customNotice")),
    ("downloadFile", Some("fileDownload")),
    ("deleteFile", Some("fileDeletion")),
    ("getFileLimits", Some("fileLimits")),
    ("pushUrl", Some("pushUrl")),
    ("updateNickname", Some("updateNickname")),
    ("readReceipt", Some("readReceipt")),
    ("fetchHistory", Some("history")),
    ("restore", Some("async")),
];

/// The error codes that Nexus is known to answer with (nexus-v3.md, 7.2).
const CODES: [&str; 8] = [
    "INVALID_CONTACT_CENTER",
    "INVALID_ENDPOINT",
    "INVALID_NICKNAME",
    "AUTHENTICATION_REQUIRED",
    "INVALID_FILE_TYPE",
    "LIMIT_FILE_SIZE",
    "LIMIT_FILE_COUNT",
    "INVALID_SESSION",
];

/// The events of transports that poll.
const POLLING: [&str; 2] = ["pollingStarted", "pollingStopped"];
/// What only GMS tells of bots.
const BOTS: [&str; 2] = ["botConnected", "botDisconnected"];

/// The events that only GMS can give.
const OUTAGE: [&str; 6] = [
    "restoreTimeout",
    "restoredOffline",
    "chatServerWentOffline",
    "chatServerBackOnline",
    "connectionPending",
    "connectionRestored",
];

/// The scenarios that apply to a transport.
fn scenarios(transport: &Transport) -> Vec<Scenario> {
    let mut scenarios = Table::load(transport).unwrap().scenarios;
    scenarios.retain(|scenario| scenario.applies_to(transport.capabilities));
    scenarios
}

/// Every command with its outcomes: whether it resolves, else the rejection's pattern.
fn outcomes(transport: &Transport) -> Vec<(String, Option<Value>)> {
    let scenarios = scenarios(transport);
    let outcomes = scenarios.iter().flat_map(|scenario| {
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

/// The events of a scenario with their payloads.
fn events(scenario: &Scenario) -> Vec<EventStep> {
    let of_step = |step: &Step| match step {
        Step::Event(event) => vec![event.clone()],
        Step::Events(events) => {
            let events = events.events.iter().filter_map(|entry| match entry {
                Entry::Event(event) => Some(event.clone()),
                _ => None,
            });
            events.collect()
        }
        _ => Vec::new(),
    };
    scenario.steps.iter().flat_map(|written| of_step(&written.step)).collect()
}

#[test]
fn every_command_resolves_and_is_rejected() {
    for (transport, never_resolved) in NEVER_RESOLVED_OVER {
        let outcomes = outcomes(&transport);
        for command in Command::NAMES {
            let of_it = || outcomes.iter().filter(|(name, _)| name == command);
            let resolves = of_it().any(|(_, rejects)| rejects.is_none());
            let rejects = of_it().any(|(_, rejects)| rejects.is_some());
            let never = never_resolved.contains(&command);
            assert_eq!(resolves, !never, "{command} resolves over {}", transport.name);
            let never = NEVER_REJECTED.contains(&command)
                || (command == "resetPollExceptions" && transport.has("serverOutage"));
            assert_eq!(rejects, !never, "{command} is rejected over {}", transport.name);
        }
    }
}

#[test]
fn every_text_of_the_specification_occurs() {
    for transport in Transport::ALL {
        let outcomes = outcomes(&transport);
        let of_some = TEXTS_OF.into_iter().filter(|(_, _, needs)| needs.meet(&transport));
        for (command, text) in TEXTS.into_iter().chain(of_some.map(|(command, text, _)| (command, text))) {
            let found = outcomes
                .iter()
                .filter(|(name, _)| name == command)
                .any(|(_, rejects)| rejects.as_ref().is_some_and(|pattern| pattern["value"] == text));
            assert!(found, "{command} over {}: {text}", transport.name);
        }
    }
}

#[test]
fn every_request_fails_somewhere() {
    for transport in Transport::ALL {
        let outcomes = outcomes(&transport);
        for (command, needs) in WITH_RESPONSE {
            if needs.is_some_and(|needs| !transport.has(needs)) {
                continue;
            }
            let found = outcomes.iter().any(|(name, rejects)| {
                name == command && rejects.as_ref().is_some_and(|pattern| pattern["value"].is_object())
            });
            assert!(found, "{command} over {}", transport.name);
        }
    }
}

#[test]
fn every_code_of_nexus_is_told() {
    let scenarios = scenarios(&NEXUS_REST);
    let told: Vec<_> = scenarios
        .iter()
        .flat_map(events)
        .filter(|event| event.event == "error")
        .map(|event| event.data.to_string())
        .collect();
    for code in CODES {
        let code = format!("\"pureengage-v3-rest-{code}\"");
        assert!(told.iter().any(|data| data.contains(&code)), "{code}");
    }
}

#[test]
fn every_event_occurs_with_its_payload() {
    for transport in Transport::ALL {
        let scenarios = scenarios(&transport);
        let named: BTreeSet<String> = scenarios.iter().flat_map(Scenario::events).collect();
        let with_data: BTreeSet<String> = scenarios
            .iter()
            .flat_map(events)
            .filter(|event| event.data != serde_json::json!({}))
            .map(|event| event.event)
            .collect();
        for kind in EventKind::ALL {
            let has_none = |names: &[&str], ability| names.contains(&kind.name()) && !transport.has(ability);
            let untold = [
                has_none(&OUTAGE, "serverOutage"),
                has_none(&POLLING, "polling"),
                has_none(&BOTS, "eventAttributes"),
            ];
            if untold.contains(&true) {
                continue;
            }
            assert!(named.contains(kind.name()), "{} over {}", kind.name(), transport.name);
            assert!(with_data.contains(kind.name()), "payload of {} over {}", kind.name(), transport.name);
        }
        let unknown: Vec<_> =
            named.iter().filter(|name| EventKind::ALL.iter().all(|kind| kind.name() != *name)).collect();
        assert!(unknown.is_empty(), "no such events: {unknown:?}");
    }
}

#[test]
fn every_capability_is_a_known_one_and_every_scenario_applies_somewhere() {
    let of_all = Transport::ALL.iter().flat_map(|transport| transport.capabilities.iter().copied());
    let known: BTreeSet<&str> = of_all.chain(["cancelledOutcome"]).collect();
    for scenario in Table::load(&GMS_REST).unwrap().scenarios {
        for name in scenario.needs.iter().chain(&scenario.lacks) {
            assert!(known.contains(name.as_str()), "scenario {:?} speaks of {name:?}", scenario.name);
        }
        let applies = |transport: &Transport| {
            let capabilities = [transport.capabilities, &["cancelledOutcome"]].concat();
            scenario.applies_to(&capabilities)
        };
        assert!(Transport::ALL.iter().any(applies), "scenario {:?} applies nowhere", scenario.name);
    }
}
