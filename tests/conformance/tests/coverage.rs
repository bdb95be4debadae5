//! The table is complete: every command, event and rejection text of the specification occurs in it, over a back end that can give it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test: it fails by panicking")]

use serde_json::Value;
use std::collections::BTreeSet;
use webchat_conformance::{
    BackEnd, Scenario, Table,
    scenario::{Entry, EventStep, Expectation, Step},
};
use webchat_core::{command::Command, event::EventKind};

/// Commands that the specification never has rejected where the back end supports them.
const NEVER_REJECTED: [&str; 6] =
    ["getTranscript", "getAgents", "getStats", "getOutbox", "getSessionData", "verifySession"];

/// The specification's texts that every back end can give, by command.
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

/// Those that some of them can give: the command, the text, and what the back end can do or not. What no back end of this build lacks
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

/// What a back end must (not) be able to do.
#[derive(Clone, Copy)]
enum Needs {
    Has(&'static str),
    Lacks(&'static str),
}
use Needs::{Has, Lacks};

impl Needs {
    fn meet(self, back_end: &BackEnd) -> bool {
        match self {
            Has(ability) => back_end.has(ability),
            Lacks(ability) => !back_end.has(ability),
        }
    }
}

/// Commands whose requests the server can fail, and over what: each must be rejected with a response somewhere. Where a deployment decides
/// how a chat ends, the customer leaves whatever it says; where typing is not told again, nothing answers it.
const WITH_RESPONSE: [(&str, Option<Needs>); 15] = [
    ("startChat", None),
    ("endChat", Some(Lacks("deployment"))),
    ("sendMessage", None),
    ("sendTyping", Some(Has("ownTyping"))),
    ("updateUserData", None),
    ("sendFile", None),
    ("sendCustomNotice", Some(Has("customNotice"))),
    ("downloadFile", Some(Has("fileDownload"))),
    ("deleteFile", Some(Has("fileDeletion"))),
    ("getFileLimits", Some(Has("files"))),
    ("pushUrl", Some(Has("pushUrl"))),
    ("updateNickname", Some(Has("updateNickname"))),
    ("readReceipt", Some(Has("readReceipt"))),
    ("fetchHistory", Some(Has("history"))),
    ("restore", Some(Has("async"))),
];

/// The events of back ends that poll.
const POLLING: [&str; 2] = ["pollingStarted", "pollingStopped"];
/// What is told of supervisors, where the server tells who joins.
const SUPERVISORS: [&str; 2] = ["supervisorConnected", "supervisorDisconnected"];
/// What only some servers tell of bots.
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

/// The scenarios that apply to a back end.
fn scenarios(back_end: &BackEnd) -> Vec<Scenario> {
    let mut scenarios = Table::load(back_end).unwrap().scenarios;
    scenarios.retain(|scenario| scenario.applies_to(back_end.abilities));
    scenarios
}

/// Every command with its outcomes: whether it resolves, else the rejection's pattern.
fn outcomes(back_end: &BackEnd) -> Vec<(String, Option<Value>)> {
    let scenarios = scenarios(back_end);
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
    for back_end in BackEnd::ALL {
        let outcomes = outcomes(back_end);
        for command in Command::NAMES {
            let of_it = || outcomes.iter().filter(|(name, _)| name == command);
            let resolves = of_it().any(|(_, rejects)| rejects.is_none());
            let rejects = of_it().any(|(_, rejects)| rejects.is_some());
            let never = back_end.never_resolves.contains(&command);
            assert_eq!(resolves, !never, "{command} resolves over {}", back_end.name);
            let never = NEVER_REJECTED.contains(&command)
                || (command == "resetPollExceptions" && back_end.has("serverOutage"));
            assert_eq!(rejects, !never, "{command} is rejected over {}", back_end.name);
        }
    }
}

#[test]
fn every_text_of_the_specification_occurs() {
    for back_end in BackEnd::ALL {
        let outcomes = outcomes(back_end);
        let of_some = TEXTS_OF.into_iter().filter(|(_, _, needs)| needs.meet(back_end));
        for (command, text) in TEXTS.into_iter().chain(of_some.map(|(command, text, _)| (command, text))) {
            let found = outcomes
                .iter()
                .filter(|(name, _)| name == command)
                .any(|(_, rejects)| rejects.as_ref().is_some_and(|pattern| pattern["value"] == text));
            assert!(found, "{command} over {}: {text}", back_end.name);
        }
    }
}

#[test]
fn every_request_fails_somewhere() {
    for back_end in BackEnd::ALL {
        let outcomes = outcomes(back_end);
        for (command, needs) in WITH_RESPONSE {
            if needs.is_some_and(|needs| !needs.meet(back_end)) {
                continue;
            }
            let found = outcomes.iter().any(|(name, rejects)| {
                name == command && rejects.as_ref().is_some_and(|pattern| pattern["value"].is_object())
            });
            assert!(found, "{command} over {}", back_end.name);
        }
    }
}

#[test]
fn every_error_with_a_name_is_told() {
    for back_end in BackEnd::ALL {
        let errors = scenarios(back_end);
        let errors = errors.iter().flat_map(events).filter(|event| event.event == "error");
        let told: Vec<_> = errors.map(|event| event.data.to_string()).collect();
        assert_eq!(back_end.codes().is_empty(), !back_end.has("namedCodes"), "{}", back_end.name);
        for code in back_end.codes() {
            let code = format!("\"{code}\"");
            assert!(told.iter().any(|data| data.contains(&code)), "{code} over {}", back_end.name);
        }
    }
}

#[test]
fn every_event_occurs_with_its_payload() {
    for back_end in BackEnd::ALL {
        let scenarios = scenarios(back_end);
        let named: BTreeSet<String> = scenarios.iter().flat_map(Scenario::events).collect();
        let with_data: BTreeSet<String> = scenarios
            .iter()
            .flat_map(events)
            .filter(|event| event.data != serde_json::json!({}))
            .map(|event| event.event)
            .collect();
        for kind in EventKind::ALL {
            let has_none = |names: &[&str], ability| names.contains(&kind.name()) && !back_end.has(ability);
            let untold = [
                has_none(&OUTAGE, "serverOutage"),
                has_none(&POLLING, "polling"),
                has_none(&BOTS, "botEvents"),
                has_none(&SUPERVISORS, "joins"),
            ];
            if untold.contains(&true) {
                continue;
            }
            assert!(named.contains(kind.name()), "{} over {}", kind.name(), back_end.name);
            assert!(with_data.contains(kind.name()), "payload of {} over {}", kind.name(), back_end.name);
        }
        let unknown: Vec<_> =
            named.iter().filter(|name| EventKind::ALL.iter().all(|kind| kind.name() != *name)).collect();
        assert!(unknown.is_empty(), "no such events: {unknown:?}");
    }
}

#[test]
fn every_ability_is_a_known_one_and_every_scenario_applies_somewhere() {
    let of_all = BackEnd::ALL.iter().flat_map(|back_end| back_end.abilities.iter().copied());
    let known: BTreeSet<&str> = of_all.chain(["cancelledOutcome"]).collect();
    for scenario in Table::load(&BackEnd::ALL[0]).unwrap().scenarios {
        for name in scenario.needs.iter().chain(&scenario.lacks) {
            assert!(known.contains(name.as_str()), "scenario {:?} speaks of {name:?}", scenario.name);
        }
        let applies = |back_end: &BackEnd| {
            let abilities = [back_end.abilities, &["cancelledOutcome"]].concat();
            scenario.applies_to(&abilities)
        };
        assert!(BackEnd::ALL.iter().any(applies), "scenario {:?} applies nowhere", scenario.name);
    }
}

fn source(path: &str) -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path))
        .unwrap()
}

/// The functions of the header that give a command: they take a completion.
fn functions_of_commands() -> Vec<String> {
    let header = source("include/webchat.h");
    let prototypes = header.split(';').filter(|text| text.contains("const webchat_completion *completion"));
    let names = prototypes.filter_map(|text| text.rsplit_once("webchat_status webchat_")?.1.split_once('('));
    names.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn every_command_goes_through_its_own_function_in_c_and_cpp() {
    let c = source("tests/c/conformance.c") + &source("tests/c/typed.h");
    let cpp = source("tests/cpp/conformance.cpp");
    let functions = functions_of_commands();
    assert!(functions.len() > Command::NAMES.len(), "{functions:?}");
    for function in functions {
        let called = |text: &str| {
            [format!("webchat_{function}("), format!("webchat_{function}}}")]
                .iter()
                .any(|call| text.contains(call))
        };
        assert!(called(&c), "webchat_{function} is not called by the C adapter");
        assert!(cpp.contains(&format!("chat_.{function}(")), "{function} is not called by the C++ adapter");
    }
}
