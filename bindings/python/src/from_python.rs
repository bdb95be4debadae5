//! JSON from Python values.

use crate::error::invalid_argument;
use pyo3::{
    exceptions::PyUnicodeEncodeError,
    prelude::*,
    types::{PyBool, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple},
};
use serde_json::{Number, Value};
use webchat_core::model::JsonObject;

/// How deep values may be nested; it also ends the reading of a list that contains itself.
const MAX_DEPTH: usize = 100;

/// The JSON of a Python value. What JSON cannot say is an `InvalidArgumentError` that names where it stands.
pub(crate) fn value(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    read(value, &Path { outer: None, step: Step::Key("value"), depth: 0 })
}

/// The JSON object of a mapping.
pub(crate) fn object(value: &Bound<'_, PyAny>) -> PyResult<JsonObject> {
    match self::value(value)? {
        Value::Object(members) => Ok(members),
        _ => Err(invalid_argument(format!("a dict was expected, not {}", type_name(value)))),
    }
}

/// Where in a value the reading is.
struct Path<'a> {
    outer: Option<&'a Path<'a>>,
    step: Step<'a>,
    depth: usize,
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl Path<'_> {
    fn text(&self) -> String {
        match (self.outer, &self.step) {
            (None, Step::Key(name)) => (*name).to_owned(),
            (None, Step::Index(index)) => format!("[{index}]"),
            (Some(outer), Step::Key(name)) => format!("{}.{name}", outer.text()),
            (Some(outer), Step::Index(index)) => format!("{}[{index}]", outer.text()),
        }
    }

    fn refuse<T>(&self, what: &str) -> PyResult<T> {
        Err(invalid_argument(format!("{}: {what}", self.text())))
    }
}

fn read(value: &Bound<'_, PyAny>, path: &Path<'_>) -> PyResult<Value> {
    if path.depth > MAX_DEPTH {
        return path.refuse("nested too deep");
    }
    if value.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(flag) = value.cast::<PyBool>() {
        return Ok(Value::Bool(flag.is_true()));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return read_text(text, path).map(Value::String);
    }
    if let Ok(number) = value.cast::<PyInt>() {
        let number =
            number.extract::<i64>().map(Number::from).or_else(|_| number.extract::<u64>().map(Number::from));
        return number.map(Value::Number).or_else(|_| path.refuse("the number is too large"));
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        let number = Number::from_f64(number.extract()?);
        return number.map(Value::Number).map_or_else(|| path.refuse("the number is not finite"), Ok);
    }
    if let Ok(items) = value.cast::<PyList>() {
        return read_items(items.iter(), path);
    }
    if let Ok(items) = value.cast::<PyTuple>() {
        return read_items(items.iter(), path);
    }
    if let Ok(members) = value.cast::<PyMapping>() {
        return read_members(members, path);
    }
    path.refuse(&format!("{} has no form in JSON", type_name(value)))
}

fn read_text(text: &Bound<'_, PyString>, path: &Path<'_>) -> PyResult<String> {
    match text.extract::<String>() {
        Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(text.py()) => {
            path.refuse("the text holds half a surrogate pair")
        }
        outcome => outcome,
    }
}

fn read_items<'py>(items: impl Iterator<Item = Bound<'py, PyAny>>, path: &Path<'_>) -> PyResult<Value> {
    let read = |(index, item)| {
        read(&item, &Path { outer: Some(path), step: Step::Index(index), depth: path.depth + 1 })
    };
    items.enumerate().map(read).collect::<PyResult<_>>().map(Value::Array)
}

fn read_members(members: &Bound<'_, PyMapping>, path: &Path<'_>) -> PyResult<Value> {
    let mut object = JsonObject::new();
    for member in members.items()?.iter() {
        let (key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = member.extract()?;
        let Ok(key) = key.cast::<PyString>() else {
            return path.refuse(&format!("a key is {}, not text", type_name(&key)));
        };
        let key = read_text(key, path)?;
        let value = read(&value, &Path { outer: Some(path), step: Step::Key(&key), depth: path.depth + 1 })?;
        object.insert(key, value);
    }
    Ok(Value::Object(object))
}

/// The name of a value's type, for error texts.
pub(crate) fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "an object".to_owned(), |name| name.to_string())
}
