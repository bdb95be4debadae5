//! What the table knows of a command besides its type: the service's gate goes by it, and pages, stubs and methods of other languages are
//! made from it.

use crate::{ErrorKind, transport::Capabilities};

/// A command of the table.
#[derive(Debug)]
pub struct Entry {
    /// The specification's name.
    pub name: &'static str,
    /// The name in `snake_case`, as methods and functions have it.
    pub snake: &'static str,
    /// What it does. Lines of Markdown.
    pub words: &'static str,
    /// Its options, in the order in which they are documented.
    pub options: &'static [OptionDef],
    /// What it resolves with.
    pub resolves: Resolves,
    /// What it needs, in the order in which it is looked for.
    pub needs: &'static [Need],
    /// What else it is rejected with, apart from what options, files, the connection and the server bring about.
    pub rejects: &'static [(ErrorKind, &'static str)],
}

impl Entry {
    /// The names in `options` that the command does not have, whose effect nobody would see. `commander` may stand beside the options of
    /// any command; where those are data of any name, it is one of them.
    pub(super) fn unknown<'a>(&self, names: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
        let any = self.options.iter().any(|option| option.name == ANY);
        names.filter(move |name| {
            !any && *name != COMMANDER && !self.options.iter().any(|option| option.is_called(name))
        })
    }
}

/// Who gives the command.
pub(super) const COMMANDER: &str = "commander";

/// The name that stands for any.
pub const ANY: &str = "*";

/// An option of a command.
#[derive(Debug)]
pub struct OptionDef {
    /// Its name in JSON; [`ANY`] for options of any other name.
    pub name: &'static str,
    /// Another name that it goes by; of [`ANY`], what all of them are called where a language takes them together.
    pub alias: Option<&'static str>,
    /// What it takes.
    pub kind: Kind,
    /// What its absence means.
    pub absent: Absent,
    /// What it means. Lines of Markdown.
    pub words: &'static str,
}

impl OptionDef {
    /// Whether JSON can give it under this name.
    fn is_called(&self, name: &str) -> bool {
        self.kind != Kind::Progress && (self.name == name || self.alias == Some(name))
    }
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// The place of a message in the transcript: a whole number from 1 up.
    Index,
    /// A regular expression.
    Filter,
    /// One regular expression, or an array of them.
    Filters,
    /// An object.
    Object,
    /// An object, or text that holds one as JSON.
    ObjectOrText,
    /// A configuration.
    Config,
    /// A session: an object, or text.
    Session,
    /// Who gives the command: text.
    Commander,
    /// A file to send.
    File,
    /// A path on this machine.
    Path,
    /// A function that is told how far a transfer is; not in JSON.
    Progress,
    /// A function that returns the text being typed; not in JSON.
    Input,
    /// A function that changes messages; not in JSON.
    Preprocessor,
    /// Options of any other name.
    Rest,
}

/// What the absence of an option means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It has to be there.
    Needed,
    /// Nothing takes its place.
    Nothing,
    /// This does.
    Or(&'static str),
}

/// What a command resolves with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolves {
    /// Nothing.
    Nothing,
    /// The server's answer.
    Answer,
    /// The server's answer, or nothing where no request was needed.
    AnswerOrNothing,
    /// The server's answer, or the data that a chat will start with.
    AnswerOrData,
    /// All registered filters.
    Filters,
    /// The messages of the chat.
    Transcript,
    /// The agents of the chat.
    Agents,
    /// Figures of the chat.
    Stats,
    /// The messages that have no outcome yet.
    Outbox,
    /// The session's data.
    SessionData,
    /// Whether a session exists.
    SessionActive,
    /// What may be uploaded.
    FileLimits,
    /// A file that arrived.
    Downloaded,
}

/// What a command needs, and the text that it is rejected with where that is missing.
#[derive(Debug)]
pub struct Need {
    /// What has to be there.
    pub of: NeedOf,
    /// The rejection's text.
    pub text: &'static str,
}

/// What can be needed.
#[derive(Debug)]
pub enum NeedOf {
    /// An ability of the back end.
    Ability(Ability),
    /// The same, while there is a session.
    AbilityInSession(Ability),
    /// A chat session.
    Session,
    /// That the connection has not just been lost.
    Connection,
    /// That the service's own name is given as the one that gives the command.
    Service,
}

impl NeedOf {
    /// The kind of rejection where it is missing.
    pub const fn error(&self) -> ErrorKind {
        match self {
            Self::Ability(_) | Self::AbilityInSession(_) => ErrorKind::Unsupported,
            Self::Session => ErrorKind::NoSession,
            Self::Connection => ErrorKind::NotSent,
            Self::Service => ErrorKind::AccessDenied,
        }
    }
}

/// An ability that a command needs.
#[derive(Debug)]
pub struct Ability {
    /// The name of its field in [`Capabilities`].
    pub name: &'static str,
    /// Whether a back end has it.
    pub has: fn(&Capabilities) -> bool,
}
