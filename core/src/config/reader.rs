//! Takes typed values out of the configuration's JSON. A value of the wrong type or range is noted under its key path and reading goes
//! on with the default, so that one error can name everything that is wrong. No note repeats a string of the configuration: it may be
//! a key or a password.

use crate::{Error, ErrorKind, model::JsonObject};
use serde_json::{Number, Value};
use std::{cell::RefCell, collections::BTreeSet, fmt, ops::RangeInclusive, time::Duration};
use url::Url;

/// The largest whole number that JavaScript writes without loss; the upper end where an option has no other.
pub(crate) const MAX_WHOLE: u64 = (1 << 53) - 1;

/// The longest timer of a browser, in milliseconds, about 25 days; the upper end of time limits.
pub(crate) const MAX_TIMER: u64 = (1 << 31) - 1;

/// What reading has found so far, in all sections.
#[derive(Default)]
pub(crate) struct Findings {
    problems: RefCell<Vec<String>>,
    refusal: RefCell<Option<&'static str>>,
    /// The key paths that somebody has asked for.
    known: RefCell<BTreeSet<String>>,
    /// Those that were read as sections.
    sections: RefCell<BTreeSet<String>>,
    unknown: RefCell<Vec<String>>,
}

impl Findings {
    /// Notes that the value at `path` is not what it must be.
    pub(crate) fn problem(&self, path: &str, expected: &str, found: &str) {
        self.problems.borrow_mut().push(format!("{path}: expected {expected}, got {found}"));
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

    /// Notes those keys of `object`, which stands at `path`, that nobody has asked for, and in its sections.
    fn find_unknown(&self, path: &str, object: &JsonObject) {
        for (key, value) in object {
            let path = key_path(path, key);
            if !self.known.borrow().contains(&path) {
                self.unknown(path);
            } else if let (Some(object), true) = (value.as_object(), self.sections.borrow().contains(&path)) {
                self.find_unknown(&path, object);
            }
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

/// The key path of `key` in the object at `path`, fit for one line of a log.
fn key_path(path: &str, key: &str) -> String {
    format!("{path}.{}", key.escape_debug())
}

/// One object of the configuration. A key with the value null counts as absent. What is asked for is known; all else has no effect, which
/// the log says.
pub struct Section<'a> {
    path: String,
    object: Option<&'a JsonObject>,
    main: Option<&'a Value>,
    /// Where findings go.
    pub(crate) findings: &'a Findings,
}

impl fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Section").field("path", &self.path).finish_non_exhaustive()
    }
}

impl<'a> Section<'a> {
    /// The `webchat` object, with what stands beside it as `main`.
    pub(crate) fn of(
        webchat: Option<&'a JsonObject>,
        main: Option<&'a Value>,
        findings: &'a Findings,
    ) -> Self {
        Self { path: "webchat".into(), object: webchat, main, findings }
    }

    /// The object under `key`; it counts as empty when it is absent or something else.
    #[must_use]
    pub fn section(&self, key: &'static str) -> Self {
        let path = self.path(key);
        self.findings.sections.borrow_mut().insert(path.clone());
        Self { path, object: self.object(key), ..*self }
    }

    /// The value at `path`, keys with dots between, and nothing is noted. Null counts as absent.
    pub fn get(&self, path: &str) -> Option<&'a Value> {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let first = self.object?.get(first);
        let found =
            if rest.is_empty() { first } else { rest.split('.').try_fold(first?, |at, key| at.get(key)) };
        found.filter(|value| !value.is_null())
    }

    /// What stands beside `webchat` as `main`.
    pub(crate) fn main(&self) -> Option<&'a Value> {
        self.main
    }

    /// The key path of `key`, fit for one line of a log.
    pub(crate) fn path(&self, key: &str) -> String {
        key_path(&self.path, key)
    }

    /// Notes that the value of `key` is not what it must be. Neither text may repeat a string of the configuration.
    pub fn problem(&self, key: &str, expected: &str, found: &str) {
        self.findings.problem(&self.path(key), expected, found);
    }

    /// Notes that the configuration is of no use though each value is right; told when there is no problem.
    pub fn refuse(&self, text: &'static str) {
        self.findings.refusal.borrow_mut().get_or_insert(text);
    }

    /// Accepts `keys` whatever their values are.
    pub fn ignore(&self, keys: &[&'static str]) {
        self.findings.known.borrow_mut().extend(keys.iter().map(|key| self.path(key)));
    }

    /// The key paths that nobody has asked for.
    pub(crate) fn unknown(&self) -> Vec<String> {
        if let Some(object) = self.object {
            self.findings.find_unknown(&self.path, object);
        }
        self.findings.unknown.take()
    }

    /// The value of `key`, whatever it is.
    pub fn value(&self, key: &'static str) -> Option<&'a Value> {
        self.ignore(&[key]);
        self.object?.get(key).filter(|value| !value.is_null())
    }

    /// What `take` makes of the value of `key`; when it can do nothing with it, that is a problem.
    fn typed<T>(
        &self,
        key: &'static str,
        expected: &str,
        take: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let taken = take(value);
        if taken.is_none() {
            self.problem(key, expected, &describe(value));
        }
        taken
    }

    /// True or false.
    pub fn flag(&self, key: &'static str, default: bool) -> bool {
        self.typed(key, "true or false", Value::as_bool).unwrap_or(default)
    }

    /// A string; an empty one counts as absent.
    pub fn text(&self, key: &'static str) -> Option<&'a str> {
        self.typed(key, "a string", Value::as_str).filter(|text| !text.is_empty())
    }

    /// A string that must be there.
    pub fn required_text(&self, key: &'static str) -> Option<&'a str> {
        let expected = "a string that is not empty";
        self.required(key, expected);
        self.typed(key, expected, |value| value.as_str().filter(|text| !text.is_empty()))
    }

    /// An object.
    pub fn object(&self, key: &'static str) -> Option<&'a JsonObject> {
        self.typed(key, "an object", Value::as_object)
    }

    /// A whole number in `range`; `what` names it.
    pub fn whole(&self, key: &'static str, what: &str, range: &RangeInclusive<u64>) -> Option<u64> {
        let expected = match (*range.start(), *range.end()) {
            (start, MAX_WHOLE) => format!("{what} from {start} on"),
            (start, end) => format!("{what} from {start} to {end}"),
        };
        let value = self.value(key)?;
        let number = value.as_number().and_then(whole);
        let fitting = number.filter(|number| range.contains(number));
        if fitting.is_none() {
            let fraction = value.as_f64().is_some_and(|number| number.fract() != 0.0);
            let note = if fraction { ", which is not whole" } else { "" };
            self.problem(key, &expected, &format!("{}{note}", describe(value)));
        }
        fitting
    }

    /// A time in milliseconds in `range`.
    pub fn millis(&self, key: &'static str, range: &RangeInclusive<u64>) -> Option<Duration> {
        self.whole(key, "a number of milliseconds", range).map(Duration::from_millis)
    }

    /// The growth of an interval; with `or_none` it may stay as it is.
    pub(crate) fn multiplier(&self, key: &'static str, or_none: bool) -> Option<f64> {
        let (expected, lowest) = if or_none {
            ("a number from 1 to 100", 1.0)
        } else {
            ("a number above 1, at most 100", 1.0_f64.next_up())
        };
        self.typed(key, expected, |value| value.as_f64().filter(|number| (lowest..=100.0).contains(number)))
    }

    /// The address of a service: absolute, `http` or `https`, without query, fragment, user name and password.
    pub fn url(&self, key: &'static str) -> Option<Url> {
        let expected = "an absolute http or https URL";
        let text = self.typed(key, expected, Value::as_str)?;
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
        self.problem(key, expected, found);
        None
    }

    /// The address of a service that must be there.
    pub fn required_url(&self, key: &'static str) -> Option<Url> {
        self.required(key, "an absolute http or https URL");
        self.url(key)
    }

    /// Notes the absence of `key`, and the key that looks like it but for the case.
    fn required(&self, key: &'static str, expected: &str) {
        if self.value(key).is_some() {
            return;
        }
        let alike = self
            .object
            .into_iter()
            .flat_map(JsonObject::keys)
            .find(|other| *other != key && other.eq_ignore_ascii_case(key));
        match alike {
            Some(other) => {
                self.problem(key, expected, &format!("nothing ({} is another key)", self.path(other)));
            }
            None => self.problem(key, expected, "nothing"),
        }
    }
}
