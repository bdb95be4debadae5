//! C++'s enumerations and exceptions, and the methods of commands that need no more than text.

use crate::names::{line, pascal, snake, wrap};
use std::collections::BTreeSet;
use webchat_core::{
    ErrorKind,
    command::{ANY, Absent, Command, Entry, Kind, OptionDef, Resolves},
    event::EventKind,
};

/// The longest line.
pub(crate) const WIDTH: usize = 140;

pub(crate) fn events() -> String {
    let line = |kind: &EventKind| {
        let name = snake(kind.name());
        format!("    {name} = WEBCHAT_EVENT_{},\n", name.to_uppercase())
    };
    EventKind::ALL.iter().map(line).collect()
}

pub(crate) fn statuses() -> String {
    let line =
        |kind: &ErrorKind| format!("    {} = WEBCHAT_ERR_{},\n", kind.name(), kind.name().to_uppercase());
    ErrorKind::ALL.iter().map(line).collect()
}

pub(crate) fn exceptions() -> String {
    let exception = |kind: &ErrorKind| {
        let name = kind.name();
        wrap(&line(kind.words()), "/// ", WIDTH)
            + &format!("using {}Error = ErrorOf<Status::{name}>;\n", pascal(name))
    };
    ErrorKind::ALL.iter().map(exception).collect()
}

pub(crate) fn throws() -> String {
    let case = |kind: &ErrorKind| {
        let name = kind.name();
        format!("    case Status::{name}: throw_it({}Error(std::move(failure)));\n", pascal(name))
    };
    ErrorKind::ALL.iter().map(case).collect()
}

/// The methods of all commands without options, or with one that C takes as text.
pub(crate) fn commands() -> String {
    Command::ALL.iter().filter_map(|entry| method(entry)).collect::<Vec<_>>().join("\n")
}

fn method(entry: &Entry) -> Option<String> {
    let mut options = entry.options.iter().filter(|option| option.kind != Kind::Commander);
    let words = wrap(&words(entry), "    /// ", WIDTH);
    match (options.next(), options.next()) {
        (None, _) => Some(words + &plain(entry, "plain")),
        (Some(option), None) => {
            let name = parameter(option)?;
            let option_words = line(option.words);
            let with = words
                + &wrap(&format!("`{name}`: {option_words}"), "    /// ", WIDTH)
                + &with_text(entry, &name);
            Some(match option.absent {
                Absent::Needed => with,
                _ => with + "\n    /// The same without it.\n" + &without(entry),
            })
        }
        _ => None,
    }
}

/// The name of a parameter that is text in C.
fn parameter(option: &OptionDef) -> Option<String> {
    match option.kind {
        Kind::Text | Kind::Session => Some(snake(option.name)),
        Kind::Rest | Kind::Config if option.name == ANY => Some(snake(option.alias?) + "_json"),
        _ => None,
    }
}

fn plain(entry: &Entry, way: &str) -> String {
    let (name, result) = (entry.snake, result(entry.resolves));
    format!(
        "    template <class... How>\n    Given<{result}, How...> {name}(How&&... how) {{\n        return {way}<{result}>(webchat_{name}, std::forward<How>(how)...);\n    }}\n"
    )
}

fn without(entry: &Entry) -> String {
    let hows = format!("<class... How, detail::Hows<{}, How...> = 0>", result(entry.resolves));
    plain(entry, "without_text").replace("<class... How>", &hows)
}

fn with_text(entry: &Entry, option: &str) -> String {
    let (name, result) = (entry.snake, result(entry.resolves));
    format!(
        "    template <class... How>\n    Given<{result}, How...> {name}(const std::string& {option}, How&&... how) {{\n        return with_text<{result}>(webchat_{name}, {option}, std::forward<How>(how)...);\n    }}\n"
    )
}

/// What it does, what it resolves with, and the exceptions that it throws.
fn words(entry: &Entry) -> String {
    let needs = entry.needs.iter().map(|need| need.of.error());
    let rejects = entry.rejects.iter().map(|(kind, _)| *kind);
    let kinds: BTreeSet<_> = needs.chain(rejects).map(ErrorKind::code).collect();
    let mut thrown: Vec<_> = kinds
        .into_iter()
        .filter_map(ErrorKind::from_code)
        .map(|kind| format!("{}Error", pascal(kind.name())))
        .collect();
    if matches!(entry.resolves, Resolves::Answer | Resolves::AnswerOrNothing | Resolves::AnswerOrData) {
        thrown.push("what the server answers".to_owned());
    }
    let thrown = if thrown.is_empty() { String::new() } else { format!(" {}.", thrown.join(", ")) };
    format!("{} {}{thrown}", line(entry.words), resolves(entry.resolves))
}

/// What a command returns.
fn result(resolves: Resolves) -> &'static str {
    match resolves {
        Resolves::Transcript => "Result<Transcript>",
        Resolves::Agents => "Result<std::vector<Agent>>",
        Resolves::Stats => "Result<Stats>",
        Resolves::SessionData => "Result<Session>",
        Resolves::SessionActive => "Result<bool>",
        Resolves::FileLimits => "Result<FileLimits>",
        Resolves::Downloaded => "Result<Download>",
        Resolves::Nothing
        | Resolves::Answer
        | Resolves::AnswerOrNothing
        | Resolves::AnswerOrData
        | Resolves::Outbox
        | Resolves::Filters => "Outcome",
    }
}

fn resolves(resolves: Resolves) -> &'static str {
    match resolves {
        Resolves::Nothing => "Resolves with nothing.",
        Resolves::Answer => "Resolves with the server's answer.",
        Resolves::AnswerOrNothing => {
            "Resolves with the server's answer, or with nothing where no request was needed."
        }
        Resolves::AnswerOrData => {
            "Resolves with the server's answer, or without a session with the data that a chat will start with."
        }
        Resolves::Filters => "Resolves with all registered filters.",
        Resolves::Transcript => "Resolves with a Transcript.",
        Resolves::Agents => "Resolves with a vector of Agent.",
        Resolves::Stats => "Resolves with Stats.",
        Resolves::Outbox => "Resolves with `{messages}`, as its JSON shows them.",
        Resolves::SessionData => "Resolves with a Session.",
        Resolves::SessionActive => "Resolves with a bool.",
        Resolves::FileLimits => "Resolves with FileLimits.",
        Resolves::Downloaded => "Resolves with a Download.",
    }
}
