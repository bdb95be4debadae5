//! The options of a command given by its name: how each kind of option is read from JSON.

use super::{
    Commander,
    entry::{Absent, COMMANDER, Kind},
    texts,
};
use crate::{
    Error, ErrorKind, event::PUBLISHER, foreign, model::JsonObject, prefilter::Prefilter, private::Private,
};
use serde_json::Value;

/// The options given for a command.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) command: &'static str,
    pub(super) options: &'a JsonObject,
}

pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

impl Given<'_> {
    /// An optional text option; null counts as none.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, Error> {
        match self.options.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            other => {
                let (command, kind) = (self.command, type_name(other));
                Err(invalid(format!("{command}: option '{key}' has to be text, not {kind}")))
            }
        }
    }

    /// A text option where anything but text counts as none, as the specification's own rejections want it.
    pub(super) fn any_text(&self, key: &str) -> Option<Private> {
        self.options.get(key).and_then(Value::as_str).map(Private::from)
    }
}

/// How an option of a kind is read.
pub(super) trait Read {
    const KIND: Kind;
    const ABSENT: Absent;
    type Value;
    fn read(given: Given<'_>, key: &str, alias: Option<&str>) -> Result<Self::Value, Error>;
}

/// Text; empty without.
pub(super) struct TextOrEmpty;

impl Read for TextOrEmpty {
    const KIND: Kind = Kind::Text;
    const ABSENT: Absent = Absent::Or("");
    type Value = Private;
    fn read(given: Given<'_>, key: &str, _: Option<&str>) -> Result<Private, Error> {
        Ok(given.text(key)?.unwrap_or_default().into())
    }
}

/// Text that has to be there.
pub(super) struct TextNeeded<T>(std::marker::PhantomData<T>);

impl<T: From<String>> Read for TextNeeded<T> {
    const KIND: Kind = Kind::Text;
    const ABSENT: Absent = Absent::Needed;
    type Value = T;
    fn read(given: Given<'_>, key: &str, _: Option<&str>) -> Result<T, Error> {
        let text = given.text(key)?.filter(|text| !text.is_empty());
        text.map(T::from).ok_or_else(|| invalid(format!("{}: option '{key}' is missing", given.command)))
    }
}

/// Text, where anything else counts as none.
pub(super) struct AnyText;

impl Read for AnyText {
    const KIND: Kind = Kind::Text;
    const ABSENT: Absent = Absent::Nothing;
    type Value = Option<Private>;
    fn read(given: Given<'_>, key: &str, alias: Option<&str>) -> Result<Option<Private>, Error> {
        Ok(given.any_text(key).or_else(|| given.any_text(alias?)))
    }
}

/// The same, of which nothing comes without.
pub(super) struct WantedText;

impl Read for WantedText {
    const KIND: Kind = Kind::Text;
    const ABSENT: Absent = Absent::Needed;
    type Value = Option<Private>;
    fn read(given: Given<'_>, key: &str, alias: Option<&str>) -> Result<Option<Private>, Error> {
        AnyText::read(given, key, alias)
    }
}

/// A regular expression, of which nothing comes without.
pub(super) struct Regex;

impl Read for Regex {
    const KIND: Kind = Kind::Filter;
    const ABSENT: Absent = Absent::Needed;
    type Value = Option<Prefilter>;
    fn read(given: Given<'_>, key: &str, _: Option<&str>) -> Result<Option<Prefilter>, Error> {
        given.options.get(key).map(filter).transpose()
    }
}

/// Who gives a private command.
pub(super) struct By;

impl Read for By {
    const KIND: Kind = Kind::Commander;
    const ABSENT: Absent = Absent::Nothing;
    type Value = Commander;
    fn read(given: Given<'_>, _: &str, _: Option<&str>) -> Result<Commander, Error> {
        Ok(match given.text(COMMANDER)?.as_deref() {
            Some(PUBLISHER) => Commander::WebChatService,
            None | Some(_) => Commander::Program,
        })
    }
}

/// The session as text: a token, or an object with one.
pub(super) struct Session;

impl Read for Session {
    const KIND: Kind = Kind::Session;
    const ABSENT: Absent = Absent::Nothing;
    type Value = Option<Private>;
    fn read(given: Given<'_>, key: &str, _: Option<&str>) -> Result<Option<Private>, Error> {
        Ok(match given.options.get(key) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(Private::from(text.as_str())),
            Some(other) => Some(Private::from(other.to_string())),
        })
    }
}

/// A place in the transcript.
pub(super) struct Index;

impl Read for Index {
    const KIND: Kind = Kind::Index;
    const ABSENT: Absent = Absent::Nothing;
    type Value = Option<u64>;
    fn read(given: Given<'_>, key: &str, _: Option<&str>) -> Result<Option<u64>, Error> {
        let wrong =
            || invalid(format!("{}: option '{key}' has to be a whole number from 1 up", given.command));
        match given.options.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_u64().filter(|index| *index > 0).map(Some).ok_or_else(wrong),
        }
    }
}

pub(super) fn filters(value: Option<&Value>) -> Result<Vec<Prefilter>, Error> {
    match value {
        Some(Value::Array(filters)) if !filters.is_empty() => filters.iter().map(filter).collect(),
        Some(value @ (Value::String(_) | Value::Object(_))) => Ok(vec![filter(value)?]),
        _ => Err(invalid(texts::FILTERS)),
    }
}

fn filter(value: &Value) -> Result<Prefilter, Error> {
    match value {
        Value::String(_) | Value::Object(_) => Prefilter::from_json(value).map_err(|error| {
            log::warn!(target: "webchat::chat", "addPrefilter: {}", foreign::line(&error.to_string()));
            invalid(texts::FILTERS).with_source(error)
        }),
        _ => Err(invalid(texts::FILTERS)),
    }
}

/// The JavaScript name of a value's type.
pub(super) fn type_name(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::String(_)) => "string",
        Some(Value::Number(_)) => "number",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Null | Value::Array(_) | Value::Object(_)) => "object",
    }
}
