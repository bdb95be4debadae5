//! The page of the commands.

use crate::{back_ends, names::line};
use std::fmt::Write;
use webchat_core::{
    ErrorKind,
    command::{ANY, Ability, Absent, Command, Entry, Kind, NeedOf, OptionDef, Resolves},
};

const HEAD: &str = "<!-- Made from the tables: `make tables`. -->
# Commands

Each command is given by its method or function, or by its name with JSON options, with or without `WebChatService.` before it. It has exactly one
outcome. Options that a command does not have are named in the log.

Every command can be rejected as `closed`, `cancelled`, `busy` (too many are under way), `timeout` (with a deadline) and `invalid_configuration` (the
chat was never configured); every one with wrong options as `invalid_argument`, whose text names the option. Where the server is asked, what it
answers, and what happens on the way, rejects as `rejected`, `unauthorized`, `rate_limited`, `unavailable`, `disconnected`, `protocol`, `not_found`
and `no_session`.
";

pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    for entry in Command::ALL {
        let _ = write!(page, "\n## {}\n\n{}\n", entry.name, line(entry.words));
        options(&mut page, entry);
        let _ = write!(page, "\nResolves with {}.\n", resolves(entry.resolves));
        rejections(&mut page, entry);
        availability(&mut page, entry);
        names(&mut page, entry);
    }
    page
}

fn options(page: &mut String, entry: &Entry) {
    if entry.options.is_empty() {
        return;
    }
    *page += "\n| Option | Takes | Without it | Meaning |\n|---|---|---|---|\n";
    for option in entry.options {
        let absent = match option.absent {
            Absent::Needed => "rejected, or nothing comes of it".to_owned(),
            Absent::Nothing => String::new(),
            Absent::Or("") => "empty".to_owned(),
            Absent::Or(value) => format!("`{value}`"),
        };
        let (name, kind, words) = (option_name(option), kind(option.kind), line(option.words));
        let _ = writeln!(page, "| {name} | {kind} | {absent} | {words} |");
    }
}

fn option_name(option: &OptionDef) -> String {
    match (option.name, option.alias) {
        (ANY, _) => "any other".to_owned(),
        (name, Some(alias)) => format!("`{name}`, also `{alias}`"),
        (name, None) => format!("`{name}`"),
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Commander => "text",
        Kind::Index => "a whole number from 1 up",
        Kind::Filter => "a regular expression",
        Kind::Filters => "a regular expression or an array of them",
        Kind::Object => "an object",
        Kind::ObjectOrText => "an object, or text that holds one as JSON",
        Kind::Config => "a configuration",
        Kind::Session => "an object or text",
        Kind::File => "a file",
        Kind::Path => "a path",
        Kind::Progress | Kind::Input | Kind::Preprocessor => "a function; not in JSON",
        Kind::Rest => "any value",
    }
}

fn resolves(resolves: Resolves) -> &'static str {
    match resolves {
        Resolves::Nothing => "nothing",
        Resolves::Answer => "the server's answer",
        Resolves::AnswerOrNothing => "the server's answer, or with nothing where no request was needed",
        Resolves::AnswerOrData => {
            "the server's answer, or without a session with the data that a chat will start with"
        }
        Resolves::Filters => "all registered filters, each `{source, flags}`",
        Resolves::Transcript => "`{messages, originalMessages}`",
        Resolves::Agents => "`{agents}`: the agents by their ids",
        Resolves::Stats => "`{agents, startTime, endTime, duration}`; a time is false while it is not known",
        Resolves::Outbox => "`{messages}`, each `{localID, state, restored, requestID, message}`",
        Resolves::SessionData => "the session's data, as the back end has them",
        Resolves::SessionActive => "`{sessionActive}`",
        Resolves::FileLimits => "the limits as the server tells them",
        Resolves::Downloaded => "`{fileName, size}`, with `bytes`, or with `path` where it was saved",
    }
}

/// In the order in which they are looked for.
fn rejections(page: &mut String, entry: &Entry) {
    if entry.needs.is_empty() && entry.rejects.is_empty() {
        return;
    }
    *page += "\n| Rejected as | With | Where |\n|---|---|---|\n";
    for need in entry.needs {
        let lack = match &need.of {
            NeedOf::Ability(ability) => format!("the back end lacks `{}`", camel(ability)),
            NeedOf::AbilityInSession(ability) => {
                format!("there is a session, and the back end lacks `{}`", camel(ability))
            }
            NeedOf::Session => "there is no session, or it is being ended".to_owned(),
            NeedOf::Connection => "the connection is lost".to_owned(),
            NeedOf::Service => "it is not given for the service".to_owned(),
        };
        let _ = writeln!(page, "| `{}` | {} | {lack} |", need.of.error().name(), need.text);
    }
    for (kind, text) in entry.rejects {
        let _ = writeln!(page, "| `{}` | {text} | |", ErrorKind::name(*kind));
    }
}

/// The ability's name as programs ask for it.
fn camel(ability: &Ability) -> String {
    let pascal = crate::names::pascal(ability.name);
    match pascal.split_at_checked(1) {
        Some((first, rest)) => first.to_lowercase() + rest,
        None => pascal,
    }
}

fn availability(page: &mut String, entry: &Entry) {
    let needed = entry.needs.iter().find_map(|need| match &need.of {
        NeedOf::Ability(ability) | NeedOf::AbilityInSession(ability) => Some(ability),
        _ => None,
    });
    let Some(ability) = needed else { return };
    let list = back_ends::with(ability.has);
    let _ = write!(page, "\nBack ends that have it: {list}.\n");
}

fn names(page: &mut String, entry: &Entry) {
    let snake = entry.snake;
    let _ = write!(
        page,
        "\nRust `Chat::{snake}` · C `webchat_{snake}` · C++ `Chat::{snake}` · Python `Chat.{snake}` · by name `{}`\n",
        entry.name
    );
}
