//! Whatever comes from outside, in every shape. [`TARGETS`] lists what a fuzzer calls: every decoder, the configuration, commands by name,
//! prefilters, the Bayeux engine, and a service with everything that can happen to it (`service`). `libfuzzer/` makes a program of each for
//! `cargo fuzz`; `tests/replay.rs` runs the kept inputs and small changes of them without a fuzzer.

#![forbid(unsafe_code)]

mod service;

use serde_json::Value;
use std::str;
use webchat_core::{Config, command::Command, fuzzing};
use webchat_prefilter::Prefilter;

/// Takes any bytes; panics if something is wrong with what reads them.
pub type Target = fn(&[u8]);

/// Every target by its name, which is that of the folder with its inputs.
pub const TARGETS: &[(&str, Target)] = &[
    ("bayeux_engine", fuzzing::bayeux_engine),
    ("bayeux_frame", fuzzing::bayeux_frame),
    ("command_by_name", command_by_name),
    ("configuration", configuration),
    ("gms_answer", fuzzing::gms_answer),
    ("http_headers", fuzzing::http_headers),
    ("json", fuzzing::json),
    ("nexus_answer", fuzzing::nexus_answer),
    ("prefilter", prefilter),
    ("service", service::play),
    ("stored_session", fuzzing::stored_session),
];

/// Runs the target of this name.
///
/// # Panics
/// If there is none, or if it finds something.
pub fn run(name: &str, data: &[u8]) {
    let found = TARGETS.iter().find(|(target, _)| *target == name);
    assert!(found.is_some(), "no target {name}");
    if let Some((_, target)) = found {
        target(data);
    }
}

/// A configuration as a program gives it: JSON text. What is read can be shown without showing a key.
fn configuration(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    if let Err(error) = Config::from_json_text(text) {
        assert!(!error.message().chars().any(char::is_control), "control characters in {error:?}");
    }
}

/// A command as a program gives it: its name, a line break, its options.
fn command_by_name(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (name, options) = text.split_once('\n').unwrap_or((text, ""));
    let options = serde_json::from_str(options).unwrap_or(Value::Null);
    match Command::from_json(name, &options) {
        Ok(command) => drop(format!("{command:?}")),
        Err(error) => assert!(!error.message().contains('\u{1b}'), "control characters in {error:?}"),
    }
}

/// A prefilter: flags, pattern and a text, a line each. What it shows as its source and flags makes the same prefilter again.
fn prefilter(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let mut lines = text.splitn(3, '\n');
    let (flags, source, text) = (lines.next(), lines.next(), lines.next());
    let (Some(flags), Some(source)) = (flags, source) else { return };
    if let Ok(prefilter) = Prefilter::new(source, flags) {
        let answer = prefilter.is_match(text.unwrap_or_default());
        let again = Prefilter::new(prefilter.source(), prefilter.flags());
        assert!(
            again.is_ok_and(|again| again.is_match(text.unwrap_or_default()) == answer),
            "another prefilter"
        );
    }
}
