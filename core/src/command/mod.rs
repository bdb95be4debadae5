//! What an application can ask: the commands of the specification, in one table. An entry has a command's variant, its names, its options,
//! what it resolves with, what it needs and what it is rejected with; the entries stand in a file for each concern. Made of them, here: the
//! type and the reading by name, as on the widget bus; in `client` the methods; in `service` the gate. `entry` has what is plain data.

mod data;
mod empty;
mod entry;
mod files;
mod given;
mod hooks;
mod messages;
mod polling;
mod resolution;
mod session;
pub(crate) mod texts;

pub use entry::{ANY, Ability, Absent, Entry, Kind, Need, NeedOf, OptionDef, Resolves};
pub use hooks::{Preprocessor, PreviewInput};
pub use messages::SendMessage;
pub(crate) use resolution::FromResolution;
pub use resolution::Resolution;
pub use session::StartChat;

pub(crate) use data::data_commands;
pub(crate) use files::files_commands;
pub(crate) use hooks::hooks_commands;
pub(crate) use messages::messages_commands;
pub(crate) use polling::polling_commands;
pub(crate) use session::session_commands;

use crate::{
    Error, ErrorKind,
    config::Config,
    event::plain_name,
    foreign,
    model::{
        Download, FileSource, JsonObject, Upload,
        weight::{of_object, of_value},
    },
    prefilter::Prefilter,
    private::Private,
};
use given::{
    AnyText, By, Given, Index, Read, Regex, Session, TextNeeded, TextOrEmpty, WantedText, invalid, type_name,
};
use serde_json::Value;
use std::fmt;

/// Identifies a command that was given to a service; unique within it. For `sendMessage` it is the message's local id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Who gives a command: what is private to the service is for the service alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Commander {
    /// Any program.
    #[default]
    Program,
    /// A program that speaks for `WebChatService`.
    WebChatService,
}

/// Hands all entries to a macro.
macro_rules! all_commands {
    ($make:ident) => {
        $crate::command::session_commands! {
            [messages_commands data_commands files_commands polling_commands hooks_commands $make]
        }
    };
}
pub(crate) use all_commands;

/// A need of the table.
macro_rules! need {
    (ability $ability:ident) => { NeedOf::Ability(need!(@ $ability)) };
    (ability_in_session $ability:ident) => { NeedOf::AbilityInSession(need!(@ $ability)) };
    (session) => { NeedOf::Session };
    (connection) => { NeedOf::Connection };
    (service) => { NeedOf::Service };
    (@ $ability:ident) => { Ability { name: stringify!($ability), has: |abilities| abilities.$ability } };
}

/// The first name given, where there are two.
macro_rules! alias {
    () => {
        None
    };
    ($alias:literal) => {
        Some($alias)
    };
}

macro_rules! command_type {
    ([] $(
        $(#[doc = $words:literal])*
        $variant:ident
        $({ $($(#[doc = $field_words:literal])*
            $field:ident: $type:ty $(| $from:ty)? = $key:literal $(| $alias:literal)? as $reader:ty,)* })?
        $(($payload_name:ident: $payload:ty $(| $payload_from:ty)? as $read:path {
            $($(#[doc = $option_words:literal])*
            $option:literal $(| $option_alias:literal)?: $kind:ident, $absent:expr;)* }))?
        as $name:literal, $method:ident => $resolves:ident as $result:ty,
        needs [$($need:ident $(($ability:ident))? else $need_text:expr),*],
        rejects [$($error:ident $error_text:expr),*];
    )*) => {
        /// A command with its options (specification, "API commands").
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum Command {
            $($(#[doc = $words])* $variant
                $({ $($(#[doc = $field_words])* $field: $type,)* })?
                $(($payload))?,)*
        }

        /// The entries, each under its command's name.
        mod entries {
            use super::{entry::{Absent::*, *}, given::*, texts};
            use crate::{ErrorKind, private::Private};

            $(#[allow(non_upper_case_globals, reason = "called as the command is")]
            pub(super) static $method: Entry = Entry {
                name: $name,
                snake: stringify!($method),
                words: concat!($($words, "\n"),*),
                options: &[
                    $($(OptionDef {
                        name: $key,
                        alias: alias!($($alias)?),
                        kind: <$reader as Read>::KIND,
                        absent: <$reader as Read>::ABSENT,
                        words: concat!($($field_words, "\n"),*),
                    },)*)?
                    $($(OptionDef {
                        name: $option,
                        alias: alias!($($option_alias)?),
                        kind: Kind::$kind,
                        absent: $absent,
                        words: concat!($($option_words, "\n"),*),
                    },)*)?
                ],
                resolves: Resolves::$resolves,
                needs: &[$(Need { of: need!($need $($ability)?), text: $need_text },)*],
                rejects: &[$((ErrorKind::$error, $error_text),)*],
            };)*
        }

        impl Command {
            /// The table of all commands.
            pub const ALL: &'static [&'static Entry] = &[$(&entries::$method),*];

            /// The names of all commands.
            pub const NAMES: [&'static str; Self::ALL.len()] = [$($name),*];

            /// The command's entry in the table.
            pub const fn entry(&self) -> &'static Entry {
                match self { $(Self::$variant { .. } => &entries::$method,)* }
            }

            /// The command of this entry with these options.
            fn read(entry: &Entry, given: Given<'_>) -> Result<Self, Error> {
                match entry.name {
                    $($name => Ok(Self::$variant
                        $({ $($field: <$reader as Read>::read(given, $key, alias!($($alias)?))?,)* })?
                        $(($read(given)?))?),)*
                    _ => Err(unknown(entry.name)),
                }
            }
        }
    };
}

all_commands!(command_type);

fn unknown(name: &str) -> Error {
    Error::new(ErrorKind::Unsupported, "Command does not exist")
        .with_detail(format!("'{}'", foreign::line(name)))
}

impl Command {
    /// The command's name.
    pub const fn name(&self) -> &'static str {
        self.entry().name
    }

    /// Reads the command called `name`, with or without `WebChatService.` before it. `options` is an object or null.
    ///
    /// Functions cannot be written in JSON: `registerPreProcessor` and `registerTypingPreviewInput` are rejected here with the
    /// specification's texts. The option `commander` names who gives the command, as on the widget bus: what is private to the service is
    /// carried out for `WebChatService`. Options that a command does not have are named in the log.
    pub fn from_json(name: &str, options: &Value) -> Result<Self, Error> {
        let name = plain_name(name);
        let empty = JsonObject::new();
        let options = match options {
            Value::Null => &empty,
            Value::Object(options) => options,
            other => {
                return Err(of(
                    name,
                    invalid(format!(
                        "{}: options have to be a JSON object, not {}",
                        foreign::line(name),
                        type_name(Some(other))
                    )),
                ));
            }
        };
        let entry = Self::ALL.iter().find(|entry| entry.name == name).ok_or_else(|| unknown(name))?;
        let command =
            Self::read(entry, Given { command: entry.name, options }).map_err(|error| of(name, error))?;
        for unknown in entry.unknown(options.keys().map(String::as_str)) {
            log::warn!(target: "webchat::chat", "{name}: unknown option '{}'", foreign::line(unknown));
        }
        Ok(command)
    }

    /// Who gives it.
    pub(crate) fn commander(&self) -> Commander {
        match self {
            Self::Poll { commander } | Self::Restore { commander, .. } => *commander,
            _ => Commander::Program,
        }
    }

    /// Roughly the bytes that its options take, where they can be many.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::StartChat(options) => of_value(&options.user_data) + of_object(&options.other),
            Self::SendMessage(options) => options.message.as_ref().map_or(0, |text| text.len()),
            Self::SendCustomNotice { message } => message.len(),
            Self::SendTyping { message } | Self::SendFilteredMessage { message, .. } => {
                message.as_ref().map_or(0, |text| text.len())
            }
            Self::UpdateUserData(data) => of_object(data),
            Self::SendFile(Upload { source: FileSource::Bytes(bytes), .. }) => bytes.len(),
            _ => 0,
        }
    }
}

/// The error of a command; that of a message says that it did not arrive.
fn of(name: &str, error: Error) -> Error {
    if name == "sendMessage" { error.of_message() } else { error }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Command(<private>)")
    }
}

#[cfg(test)]
mod tests;
