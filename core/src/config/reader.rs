//! Takes typed values out of the configuration's JSON. A value of the wrong type or range is noted under its key path and reading goes
//! on with the default, so that one error can name everything that is wrong. No note repeats a string of the configuration: it may be
//! a key or a password.

use crate::{Error, ErrorKind, model::JsonObject};
use serde_json::{Number, Value};
use std::{cell::RefCell, ops::RangeInclusive, time::Duration};
use url::Url;

/// The largest whole number that JavaScript writes without loss; the upper end where an option has no other.
pub(super) const MAX_WHOLE: u64 = (1 << 53) - 1;

/// The longest timer of a browser, in milliseconds, about 25 days; the upper end of time limits.
pub(super) const MAX_TIMER: u64 = (1 << 31) - 1;

/// What reading has found so far, in all sections.
#[derive(Default)]
pub(super) struct Findings {
    problems: RefCell<Vec<String>>,
    unknown: RefCell<Vec<String>>,
}

impl Findings {
    /// Notes that the value at `path` is not what it must be.
    pub(super) fn problem(&self, path: &str, expected: &str, found: &str) {
        self.problems.borrow_mut().push(format!("{path}: expected {expected}, got {found}"));
    }

    /// Notes a key that nothing knows.
    pub(super) fn unknown(&self, path: String) {
        self.unknown.borrow_mut().push(path);
    }

    /// Fails when there is any problem, and names them all.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.problems.borrow().as_slice() {
            [] => Ok(()),
            problems => Err(invalid(format!("Invalid configuration: {}", problems.join("; ")))),
        }
    }

    /// The key paths that nothing knows.
    pub(super) fn into_unknown(self) -> Vec<String> {
        self.unknown.into_inner()
    }
}

/// An error of kind `InvalidConfiguration`.
pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidConfiguration, message)
}

/// An error of kind `Unsupported`: `what` chooses a transport that is not in this build.
pub(super) fn unsupported(what: &str) -> Error {
    let advice = "this build has no transport for it, only GMS v2 over REST, which needs nothing but webchat.dataURL, GMS v2 over \
        CometD, which webchat.cometD asks for, and pureengage-v3-rest";
    Error::new(ErrorKind::Unsupported, format!("{what}: {advice}"))
}

/// What `value` is, for a message: numbers as they are, anything else by its type alone.
pub(super) fn describe(value: &Value) -> String {
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
pub(super) fn whole(number: &Number) -> Option<u64> {
    number.as_u64().or_else(|| {
        let float = number.as_f64()?;
        #[allow(clippy::cast_precision_loss, reason = "exact up to 2^53")]
        let whole = float.fract() == 0.0 && (0.0..=MAX_WHOLE as f64).contains(&float);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
        whole.then_some(float as u64)
    })
}

/// Whether `url` is one of HTTP's; it then has a host.
pub(super) fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// One object of the configuration. A key with the value null counts as absent.
pub(super) struct Section<'a> {
    path: String,
    object: Option<&'a JsonObject>,
    known: RefCell<Vec<&'static str>>,
    /// Where findings go.
    pub(super) findings: &'a Findings,
}

impl<'a> Section<'a> {
    /// The object at `path`.
    pub(super) fn new(
        path: impl Into<String>,
        object: Option<&'a JsonObject>,
        findings: &'a Findings,
    ) -> Self {
        Self { path: path.into(), object, known: RefCell::default(), findings }
    }

    /// The object under `key`; it counts as empty when it is absent or something else.
    pub(super) fn section(&self, key: &'static str) -> Self {
        Self::new(self.path(key), self.object(key), self.findings)
    }

    /// The key path of `key`, fit for one line of a log.
    pub(super) fn path(&self, key: &str) -> String {
        format!("{}.{}", self.path, key.escape_debug())
    }

    /// Notes that the value of `key` is not what it must be.
    pub(super) fn problem(&self, key: &str, expected: &str, found: &str) {
        self.findings.problem(&self.path(key), expected, found);
    }

    /// Accepts `keys` whatever their values are.
    pub(super) fn ignore(&self, keys: &[&'static str]) {
        self.known.borrow_mut().extend(keys);
    }

    /// Ends reading: what nobody has asked for is unknown.
    pub(super) fn close(self) {
        let known = self.known.into_inner();
        for key in self.object.into_iter().flat_map(JsonObject::keys) {
            if !known.contains(&key.as_str()) {
                self.findings.unknown(format!("{}.{}", self.path, key.escape_debug()));
            }
        }
    }

    /// The value of `key`, whatever it is.
    pub(super) fn value(&self, key: &'static str) -> Option<&'a Value> {
        self.known.borrow_mut().push(key);
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
    pub(super) fn flag(&self, key: &'static str, default: bool) -> bool {
        self.typed(key, "true or false", Value::as_bool).unwrap_or(default)
    }

    /// A string; an empty one counts as absent.
    pub(super) fn text(&self, key: &'static str) -> Option<&'a str> {
        self.typed(key, "a string", Value::as_str).filter(|text| !text.is_empty())
    }

    /// A string that must be there.
    pub(super) fn required_text(&self, key: &'static str) -> Option<&'a str> {
        let expected = "a string that is not empty";
        self.required(key, expected);
        self.typed(key, expected, |value| value.as_str().filter(|text| !text.is_empty()))
    }

    /// An object.
    pub(super) fn object(&self, key: &'static str) -> Option<&'a JsonObject> {
        self.typed(key, "an object", Value::as_object)
    }

    /// A whole number in `range`; `what` names it.
    pub(super) fn whole(&self, key: &'static str, what: &str, range: &RangeInclusive<u64>) -> Option<u64> {
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
    pub(super) fn millis(&self, key: &'static str, range: &RangeInclusive<u64>) -> Option<Duration> {
        self.whole(key, "a number of milliseconds", range).map(Duration::from_millis)
    }

    /// The growth of an interval; with `or_none` it may stay as it is.
    pub(super) fn multiplier(&self, key: &'static str, or_none: bool) -> Option<f64> {
        let (expected, lowest) = if or_none {
            ("a number from 1 to 100", 1.0)
        } else {
            ("a number above 1, at most 100", 1.0_f64.next_up())
        };
        self.typed(key, expected, |value| value.as_f64().filter(|number| (lowest..=100.0).contains(number)))
    }

    /// The address of a service: absolute, `http` or `https`, without query, fragment, user name and password.
    pub(super) fn url(&self, key: &'static str) -> Option<Url> {
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
    pub(super) fn required_url(&self, key: &'static str) -> Option<Url> {
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
