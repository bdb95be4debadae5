//! The commands in the stubs of Python's two faces and of `nowait`, and the exceptions.

use crate::names::{line, pascal, snake};
use webchat_core::{
    ErrorKind,
    command::{ANY, Absent, Command, Entry, Kind, OptionDef, Resolves},
};

/// The faces of a chat.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Blocking,
    Asyncio,
    NoWait,
}

/// The longest line.
pub(crate) const WIDTH: usize = 125;

/// A method for each command.
pub(crate) fn stubs(face: Face) -> String {
    Command::ALL.iter().map(|entry| method(entry, face)).collect()
}

fn method(entry: &Entry, face: Face) -> String {
    let name = entry.snake;
    let result = match face {
        Face::Blocking => result(entry).to_owned(),
        Face::NoWait => format!("Future[{}]", result(entry)),
        Face::Asyncio => format!("Coroutine[Any, Any, {}]", result(entry)),
    };
    let parameters = parameters(entry, face);
    let line = format!("    def {name}({}) -> {result}: ...\n", parameters.join(", "));
    if line.len() <= WIDTH + 1 {
        return line;
    }
    let parameters = parameters.join(",\n        ");
    format!("    def {name}(\n        {parameters},\n    ) -> {result}: ...\n")
}

/// What has to be there may be given by its place, and so may a single option; the others are named.
fn parameters(entry: &Entry, face: Face) -> Vec<String> {
    let options = || entry.options.iter().filter(|option| option.kind != Kind::Commander);
    let single = options().count() == 1;
    let is_placed = |option: &OptionDef| single || option.absent == Absent::Needed;
    let is_rest = |option: &OptionDef| option.kind == Kind::Rest && !single;
    let mut all = vec!["self".to_owned()];
    all.extend(options().filter(|option| is_placed(option)).map(|option| parameter(option, face)));
    all.push("*".to_owned());
    if options().any(|option| option.kind == Kind::File) {
        all.push("name: str | None = None".to_owned());
    }
    // One parameter for each place that a file can be saved in.
    if options().any(|option| option.kind == Kind::Path) {
        all.push("to: StrPath | Writable | None = None".to_owned());
    }
    let named = options().filter(|option| !is_placed(option) && !is_rest(option));
    all.extend(named.map(|option| parameter(option, face)));
    all.push("timeout: float | None = None".to_owned());
    all.extend(options().filter(|option| is_rest(option)).map(|option| format!("**{}: Any", called(option))));
    all
}

/// The name of a parameter: options of any name go together by the other name.
fn called(option: &OptionDef) -> String {
    match (option.kind, option.name) {
        (Kind::File, _) => "file".to_owned(),
        (_, ANY) => snake(option.alias.unwrap_or_default()),
        (_, name) => snake(name),
    }
}

fn parameter(option: &OptionDef, face: Face) -> String {
    let (name, kind) = (called(option), kind(option.kind, face));
    match option.absent {
        Absent::Needed => format!("{name}: {kind}"),
        Absent::Nothing | Absent::Or(_) => format!("{name}: {kind} | None = None"),
    }
}

fn kind(kind: Kind, face: Face) -> &'static str {
    match kind {
        Kind::Text | Kind::Commander => "str",
        Kind::Index => "int",
        Kind::Filter => "Prefilter",
        Kind::Filters => "Prefilter | Sequence[Prefilter]",
        Kind::Object | Kind::Rest => "Mapping[str, Any]",
        Kind::ObjectOrText | Kind::Session => "Mapping[str, Any] | str",
        Kind::Config => "Config",
        Kind::File => "StrPath | Bytes | Readable",
        Kind::Path => "StrPath",
        Kind::Progress => "Progress",
        Kind::Input if face == Face::Asyncio => "Callable[[], str | None | Awaitable[str | None]]",
        Kind::Input => "Callable[[], str | None]",
        Kind::Preprocessor => "_Preprocessor",
    }
}

fn result(entry: &Entry) -> &'static str {
    // It is also a decorator.
    if entry.options.iter().any(|option| option.kind == Kind::Preprocessor) {
        return "_Preprocessor";
    }
    match entry.resolves {
        Resolves::Nothing => "None",
        Resolves::Answer | Resolves::AnswerOrData => "Answer",
        Resolves::AnswerOrNothing => "Answer | None",
        Resolves::Filters => "list[dict[str, str]]",
        Resolves::Outbox => "dict[str, Any]",
        Resolves::SessionData => "dict[str, str]",
        Resolves::SessionActive => "bool",
        Resolves::Transcript => "Transcript",
        Resolves::Agents => "Agents",
        Resolves::Stats => "Stats",
        Resolves::FileLimits => "FileLimits",
        Resolves::Downloaded => "Downloaded",
    }
}

/// What makes of an outcome what the command's method returns, where that is not the outcome itself.
pub(crate) fn readers() -> String {
    let reader = |entry: &&Entry| {
        let reader = match entry.resolves {
            Resolves::Answer if entry.name == "sendMessage" => "_sent",
            Resolves::Answer | Resolves::AnswerOrData => "Answer",
            Resolves::AnswerOrNothing => "_answer_or_nothing",
            Resolves::SessionActive => "_is_active",
            Resolves::Transcript => "Transcript.from_raw",
            Resolves::Agents => "_agents",
            Resolves::Stats => "Stats.from_raw",
            Resolves::FileLimits => "FileLimits.from_raw",
            Resolves::Downloaded => "Downloaded.from_raw",
            Resolves::Nothing | Resolves::Filters | Resolves::Outbox | Resolves::SessionData => return None,
        };
        Some(format!("    \"{}\": {reader},\n", entry.name))
    };
    Command::ALL.iter().filter_map(reader).collect()
}

/// The names of all exceptions, in Python's order.
pub(crate) fn error_names() -> String {
    let mut names: Vec<_> =
        ErrorKind::ALL.iter().map(|kind| format!("{}Error", pascal(kind.name()))).collect();
    names.push("Error".to_owned());
    names.sort();
    // Python's own would be hidden where all of these are imported; it catches this one as well.
    names.retain(|name| name != "TimeoutError");
    let name = |name: &String| format!("    \"{name}\",\n");
    names.iter().map(name).collect()
}

/// A class for each kind of error.
pub(crate) fn errors() -> String {
    let class = |kind: &ErrorKind| {
        let (base, more) = in_python(*kind);
        let (name, words) = (kind.name(), line(kind.words()));
        format!(
            "class {}Error(Error{base}):\n    \"\"\"{words}{more}\"\"\"\n\n    kind = \"{name}\"\n\n\n",
            pascal(name)
        )
    };
    ErrorKind::ALL.iter().map(class).collect()
}

/// Python's own exception of the same meaning, and what is to be said in Python alone.
fn in_python(kind: ErrorKind) -> (&'static str, &'static str) {
    match kind {
        ErrorKind::InvalidArgument | ErrorKind::InvalidConfiguration => (", ValueError", ""),
        ErrorKind::Disconnected => (", ConnectionError", ""),
        ErrorKind::Timeout => (", builtins.TimeoutError", ""),
        ErrorKind::Cancelled => ("", " A cancelled task gets asyncio's own exception."),
        ErrorKind::Io => (", OSError", " See ``filename`` and ``errno``."),
        ErrorKind::WrongThread => (", RuntimeError", ""),
        _ => ("", ""),
    }
}
