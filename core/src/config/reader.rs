//! Takes typed values out of the configuration's JSON, by the tables of `option`. A value of the wrong type or range is noted under its key path and reading goes
//! on with the default, so that one error can name everything that is wrong. No note repeats a string of the configuration: it may be
//! a key or a password.

use super::option::{Absent, Kind, MAX_WHOLE, OptionDef};
use crate::{Error, ErrorKind, model::JsonObject};
use serde_json::{Number, Value};
use std::{cell::RefCell, fmt, time::Duration};
use url::Url;

/// What reading has found so far, in all sections.
#[derive(Default)]
pub(crate) struct Findings {
    problems: RefCell<Vec<String>>,
    refusal: RefCell<Option<&'static str>>,
    unknown: RefCell<Vec<String>>,
}

impl Findings {
    /// Notes that the value at `path` is not what it must be.
    pub(crate) fn problem(&self, path: &str, expected: &str, found: &str) {
        let problem = format!("{path}: expected {expected}, got {found}");
        let mut problems = self.problems.borrow_mut();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// Notes a key that nothing knows.
    pub(crate) fn unknown(&self, path: String) {
        self.unknown.borrow_mut().push(path);
    }

    /// Fails when there is any problem, and names them all; else with the refusal, if there is one.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match (self.problems.borrow().as_slice(), *self.refusal.borrow()) {
            ([], None) => Ok(()),
            ([], Some(refusal)) => Err(invalid(refusal)),
            (problems, _) => Err(invalid(format!("Invalid configuration: {}", problems.join("; ")))),
        }
    }
}

/// An error of kind `InvalidConfiguration`.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidConfiguration, message)
}

/// What `value` is, for a message: numbers as they are, anything else by its type alone.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Bool(_) => "a boolean".into(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "an empty string".into(),
        Value::String(_) => "a string".into(),
        Value::Array(_) => "an array".into(),
        Value::Object(_) => "an object".into(),
    }
}

/// The number as an integer, when it is a whole one, also when it is written like 3000.0.
pub(crate) fn whole(number: &Number) -> Option<u64> {
    number.as_u64().or_else(|| {
        let float = number.as_f64()?;
        #[allow(clippy::cast_precision_loss, reason = "exact up to 2^53")]
        let whole = float.fract() == 0.0 && (0.0..=MAX_WHOLE as f64).contains(&float);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
        whole.then_some(float as u64)
    })
}

/// Whether `url` is one of HTTP's; it then has a host.
pub(crate) fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// The `webchat` object of a configuration. A key with the value null counts as absent. A value of the wrong kind or range is noted under its
/// key path, and the default is returned. What is in no table that is read by is not known and has no effect, which the log says.
pub struct Webchat<'a> {
    object: Option<&'a JsonObject>,
    main: Option<&'a Value>,
    /// Where findings go.
    pub(crate) findings: &'a Findings,
}

impl fmt::Debug for Webchat<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webchat")
    }
}

impl<'a> Webchat<'a> {
    /// The object, with what stands beside it as `main`.
    pub(crate) fn new(
        object: Option<&'a JsonObject>,
        main: Option<&'a Value>,
        findings: &'a Findings,
    ) -> Self {
        Self { object, main, findings }
    }

    /// The value at `path`, keys with dots between, and nothing is noted. Null counts as absent.
    pub fn get(&self, path: &str) -> Option<&'a Value> {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let first = self.object?.get(first)?;
        let found = if rest.is_empty() {
            Some(first)
        } else {
            rest.split('.').try_fold(first, |at, key| at.get(key))
        };
        found.filter(|value| !value.is_null())
    }

    /// What stands beside `webchat` as `main`.
    pub(crate) fn main(&self) -> Option<&'a Value> {
        self.main
    }

    /// Notes that the value at `path` is not what it must be. Neither text may repeat a string of the configuration.
    pub fn problem(&self, path: &str, expected: &str, found: &str) {
        self.findings.problem(&format!("{ROOT}.{path}"), expected, found);
    }

    /// Notes that the value of `option` is not what it must be, but what `found` says.
    pub fn wrong(&self, option: &OptionDef, found: &str) {
        self.problem(option.path, &option.kind.expected(), found);
    }

    /// Notes that the configuration is of no use though each value is right; told when there is no problem.
    pub fn refuse(&self, text: &'static str) {
        self.findings.refusal.borrow_mut().get_or_insert(text);
    }

    /// Notes that `option` has no effect here.
    pub(crate) fn no_effect(&self, option: &OptionDef) {
        self.findings.unknown(format!("{ROOT}.{}", option.path));
    }

    /// The keys that are in none of `tables`, as key paths fit for one line of a log.
    pub(crate) fn unknown(&self, tables: &[&[OptionDef]]) -> Vec<String> {
        let known: Vec<_> = tables.iter().copied().flatten().map(|option| option.path).collect();
        find_unknown("", self.object, &known, self.findings);
        self.findings.unknown.take()
    }

    /// The value of `option`, whatever it is.
    pub fn value(&self, option: &OptionDef) -> Option<&'a Value> {
        let (object, key) = self.object_of(option)?;
        object.get(key).filter(|value| !value.is_null())
    }

    /// The object in which `option` stands, and its key there. What should be one and is something else is a problem.
    fn object_of(&self, option: &OptionDef) -> Option<(&'a JsonObject, &'static str)> {
        let mut object = self.object?;
        let (mut rest, mut begin) = (option.path, 0);
        while let Some((outer, inner)) = rest.split_once('.') {
            begin += outer.len();
            object = match object.get(outer)? {
                Value::Object(object) => object,
                Value::Null => return None,
                other => {
                    let path = option.path.get(..begin).unwrap_or(outer);
                    self.problem(path, &Kind::Object.expected(), &describe(other));
                    return None;
                }
            };
            (rest, begin) = (inner, begin + 1);
        }
        Some((object, rest))
    }

    /// What `take` makes of the value of `option`; when it can do nothing with it, that is a problem.
    fn typed<T>(&self, option: &OptionDef, take: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.value(option)?;
        let taken = take(value);
        if taken.is_none() {
            self.wrong(option, &describe(value));
        }
        taken
    }

    /// True or false.
    pub fn flag(&self, option: &OptionDef) -> bool {
        self.typed(option, Value::as_bool).unwrap_or(option.absent == Absent::Flag(true))
    }

    /// A string.
    pub fn text(&self, option: &OptionDef) -> Option<&'a str> {
        if option.absent == Absent::Needed {
            return self.needed_text(option);
        }
        self.typed(option, Value::as_str).filter(|text| !text.is_empty())
    }

    /// A string that must be there.
    pub fn needed_text(&self, option: &OptionDef) -> Option<&'a str> {
        let expected = "a string that is not empty";
        self.needed(option, expected);
        let value = self.value(option)?;
        let text = value.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.problem(option.path, expected, &describe(value));
        }
        text
    }

    /// One of the option's texts; by default the one that its table names, else the first.
    pub fn one_of(&self, option: &OptionDef) -> &'static str {
        let Kind::OneOf(texts) = option.kind else { return "" };
        let default = match option.absent {
            Absent::Text(text) => text,
            _ => texts.first().copied().unwrap_or_default(),
        };
        let Some(value) = self.value(option) else { return default };
        let found = texts.iter().copied().find(|text| value.as_str() == Some(text));
        if found.is_none() {
            let other = if value.is_string() { "another string".into() } else { describe(value) };
            self.wrong(option, &other);
        }
        found.unwrap_or(default)
    }

    /// An object.
    pub fn object(&self, option: &OptionDef) -> Option<&'a JsonObject> {
        self.typed(option, Value::as_object)
    }

    /// A whole number in the option's range.
    pub fn whole(&self, option: &OptionDef) -> Option<u64> {
        let given = if let Kind::Whole { from, to, .. } = option.kind {
            self.fitting(option, from, to)
        } else {
            None
        };
        given.or_else(|| option.default_whole())
    }

    fn fitting(&self, option: &OptionDef, from: u64, to: u64) -> Option<u64> {
        let value = self.value(option)?;
        let fitting = value.as_number().and_then(whole).filter(|number| (from..=to).contains(number));
        if fitting.is_none() {
            let fraction = value.as_f64().is_some_and(|number| number.fract() != 0.0);
            let note = if fraction { ", which is not whole" } else { "" };
            self.wrong(option, &format!("{}{note}", describe(value)));
        }
        fitting
    }

    /// A time.
    pub fn millis(&self, option: &OptionDef) -> Option<Duration> {
        self.whole(option).map(Duration::from_millis)
    }

    /// The growth of an interval.
    pub(crate) fn growth(&self, option: &OptionDef) -> f64 {
        let lowest = if option.kind == (Kind::Growth { or_none: true }) { 1.0 } else { 1.0_f64.next_up() };
        let given =
            self.typed(option, |value| value.as_f64().filter(|number| (lowest..=100.0).contains(number)));
        match option.absent {
            Absent::Number(number) => given.unwrap_or(number),
            _ => given.unwrap_or(1.0),
        }
    }

    /// The address of a service.
    pub fn url(&self, option: &OptionDef) -> Option<Url> {
        if option.absent == Absent::Needed {
            self.needed(option, &option.kind.expected());
        }
        let text = self.typed(option, Value::as_str)?;
        let found = match Url::parse(text) {
            Err(_) if text.is_empty() => "an empty string",
            Err(_) => "a string that is none",
            Ok(url) if !is_http(&url) => "another scheme",
            Ok(url) if url.query().is_some() => "one with a query",
            Ok(url) if url.fragment().is_some() => "one with a fragment",
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                "one with a user name or password"
            }
            Ok(url) => return Some(url),
        };
        self.wrong(option, found);
        None
    }

    /// Notes the absence of `option`, and the key that looks like it but for the case.
    pub(crate) fn needed(&self, option: &OptionDef, expected: &str) {
        if self.value(option).is_some() {
            return;
        }
        let (object, key) = self.object_of(option).unzip();
        let key = key.unwrap_or_default();
        let alike = object
            .into_iter()
            .flat_map(JsonObject::keys)
            .find(|other| *other != key && other.eq_ignore_ascii_case(key));
        let found = alike.map_or_else(
            || "nothing".to_owned(),
            |other| {
                let before = option.path.strip_suffix(key).unwrap_or_default();
                format!("nothing ({ROOT}.{before}{} is another key)", other.escape_debug())
            },
        );
        self.problem(option.path, expected, &found);
    }
}

/// Where the object stands.
const ROOT: &str = "webchat";

/// Notes those keys of `object`, which stands at `path`, that are not known, and in the objects there that hold known ones.
fn find_unknown(path: &str, object: Option<&JsonObject>, known: &[&str], findings: &Findings) {
    for (key, value) in object.into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let holds_known = |known: &&str| known.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.'));
        if known.contains(&path.as_str()) {
        } else if known.iter().any(holds_known) {
            find_unknown(&path, value.as_object(), known, findings);
        } else {
            findings.unknown(format!("{ROOT}.{}", path.escape_debug()));
        }
    }
}
