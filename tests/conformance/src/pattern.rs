//! Patterns: what a value is expected to be.
//!
//! An object matches when each of its members does; the value may have more. An array matches element by element, with the same
//! length. Anything else is equal; `${name}` in a text or a member's name stands for what was saved before. An object with one member that
//! begins with `$` is a matcher instead; [`matches()`] lists them.

use regex::Regex;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// What `${name}` stands for: values saved by `$save`, and those that are looked up at the moment they are needed.
#[derive(Clone, Default)]
pub struct Saved {
    values: BTreeMap<String, Value>,
    lookup: Option<Lookup>,
}

/// Finds what a name stands for at the moment.
pub type Lookup = Arc<dyn Fn(&str) -> Option<Value> + Send + Sync>;

impl Saved {
    /// Nothing saved, and a way to look names up.
    pub fn with_lookup(lookup: Lookup) -> Self {
        Self { values: BTreeMap::new(), lookup: Some(lookup) }
    }

    /// Keeps a value.
    pub fn insert(&mut self, name: impl Into<String>, value: Value) {
        self.values.insert(name.into(), value);
    }

    fn get(&self, name: &str) -> Option<Value> {
        self.values.get(name).cloned().or_else(|| self.lookup.as_ref()?(name))
    }
}

impl fmt::Debug for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.values).finish()
    }
}

/// Says why `value` is not as `pattern` expects; `None` stands for a member that is not there.
///
/// | Matcher | Matches |
/// |---|---|
/// | `{"$any": true}` | whatever is there |
/// | `{"$absent": true}` | only what is not there |
/// | `{"$save": "name"}` | whatever is there, and keeps it for `${name}` in later steps |
/// | `{"$type": "number"}` | a JSON type: `null`, `boolean`, `number`, `string`, `array`, `object` |
/// | `{"$regex": "^a"}` | text that the expression finds something in |
/// | `{"$length": 2}` | text, array or object of this length |
/// | `{"$min": 1}` | a number from here up |
/// | `{"$not": p}` | what `p` does not match |
/// | `{"$exactly": {...}}` | an object with these members and no others |
/// | `{"$contains": [p, q]}` | an array with elements that match, in this order |
pub fn matches(pattern: &Value, value: Option<&Value>, saved: &mut Saved) -> Result<(), String> {
    if let Some((name, argument)) = matcher(pattern) {
        return apply(name, argument, value, saved);
    }
    let Some(value) = value else { return Err("is missing".into()) };
    let filled = fill_leaf(pattern, saved)?;
    match (filled.as_ref().unwrap_or(pattern), value) {
        (Value::Object(members), Value::Object(object)) => all_members(members, object, saved),
        (Value::Array(patterns), Value::Array(values)) => {
            if patterns.len() != values.len() {
                return Err(format!("has {} elements instead of {}: {value}", values.len(), patterns.len()));
            }
            let pairs = patterns.iter().zip(values).enumerate();
            let each = pairs.map(|(at, (pattern, value))| {
                matches(pattern, Some(value), saved).map_err(|why| format!("[{at}] {why}"))
            });
            each.collect()
        }
        (pattern, value) if pattern == value => Ok(()),
        (pattern, value) => Err(format!("is {value} instead of {pattern}")),
    }
}

/// A text of a pattern with what was saved up to here.
fn fill_leaf(pattern: &Value, saved: &Saved) -> Result<Option<Value>, String> {
    match pattern {
        Value::String(text) if text.contains("${") => fill_text(text, saved).map(Some),
        _ => Ok(None),
    }
}

/// Name and argument, when the pattern is a matcher.
fn matcher(pattern: &Value) -> Option<(&str, &Value)> {
    let members = pattern.as_object().filter(|members| members.len() == 1)?;
    let (name, argument) = members.iter().next()?;
    let name = name.strip_prefix('$').filter(|name| !name.starts_with('{'))?;
    Some((name, argument))
}

fn all_members(
    members: &Map<String, Value>,
    object: &Map<String, Value>,
    saved: &mut Saved,
) -> Result<(), String> {
    for (name, pattern) in members {
        let name = fill_name(name, saved)?;
        matches(pattern, object.get(&name), saved).map_err(|why| format!(".{name} {why}"))?;
    }
    Ok(())
}

/// A member's name with what was saved up to here.
fn fill_name(name: &str, saved: &Saved) -> Result<String, String> {
    Ok(match fill_text(name, saved)? {
        Value::String(name) => name,
        other => other.to_string(),
    })
}

fn apply(name: &str, argument: &Value, value: Option<&Value>, saved: &mut Saved) -> Result<(), String> {
    if name == "absent" {
        return value.map_or(Ok(()), |value| Err(format!("is there: {value}")));
    }
    let Some(value) = value else { return Err("is missing".into()) };
    let filled = fill_leaf(argument, saved)?;
    let argument = filled.as_ref().unwrap_or(argument);
    let expect = |holds: bool| {
        if holds { Ok(()) } else { Err(format!("is {value}, which is not ${name} {argument}")) }
    };
    match (name, argument, value) {
        ("any", _, _) => Ok(()),
        ("save", Value::String(name), _) => {
            saved.insert(name.clone(), value.clone());
            Ok(())
        }
        ("type", Value::String(wanted), _) => expect(type_of(value) == wanted),
        ("regex", Value::String(regex), Value::String(text)) => {
            let regex = Regex::new(regex).map_err(|error| error.to_string())?;
            expect(regex.is_match(text))
        }
        ("length", _, _) => {
            expect(length(value).is_some_and(|length| Some(length as u64) == argument.as_u64()))
        }
        ("min", _, Value::Number(number)) => expect(number.as_f64() >= argument.as_f64()),
        ("not", _, _) => expect(matches(argument, Some(value), &mut saved.clone()).is_err()),
        ("exactly", Value::Object(members), Value::Object(object)) => {
            all_members(members, object, saved)?;
            let known = members.keys().map(|name| fill_name(name, saved)).collect::<Result<Vec<_>, _>>()?;
            match object.keys().find(|name| !known.contains(name)) {
                Some(other) => Err(format!("has another member {other:?}: {value}")),
                None => Ok(()),
            }
        }
        ("contains", Value::Array(patterns), Value::Array(values)) => contains(patterns, values, saved),
        ("regex" | "min" | "exactly" | "contains", _, _) => expect(false),
        _ => Err(format!("cannot be compared: there is no matcher ${name} with the argument {argument}")),
    }
}

fn contains(patterns: &[Value], values: &[Value], saved: &mut Saved) -> Result<(), String> {
    let mut rest = values.iter();
    for pattern in patterns {
        if !rest.any(|value| matches(pattern, Some(value), saved).is_ok()) {
            return Err(format!("has no {pattern} where it is expected: {}", Value::from(values)));
        }
    }
    Ok(())
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(values) => Some(values.len()),
        Value::Object(members) => Some(members.len()),
        _ => None,
    }
}

/// Replaces every `${name}` in the texts of `value`. A text that is nothing but one `${name}` becomes the saved value itself.
pub fn fill(value: &Value, saved: &Saved) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => fill_text(text, saved)?,
        Value::Array(values) => {
            Value::Array(values.iter().map(|value| fill(value, saved)).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let members =
                members.iter().map(|(name, value)| Ok((fill_name(name, saved)?, fill(value, saved)?)));
            Value::Object(members.collect::<Result<_, String>>()?)
        }
        other => other.clone(),
    })
}

fn fill_text(text: &str, saved: &Saved) -> Result<Value, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or_else(|| format!("{text:?}: ${{ without }}"))?;
        let value = saved.get(name).ok_or_else(|| format!("{text:?}: nothing was saved as {name:?}"))?;
        if before.is_empty() && after.is_empty() && filled.is_empty() {
            return Ok(value);
        }
        filled.push_str(before);
        filled.push_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        rest = after;
    }
    filled.push_str(rest);
    Ok(Value::String(filled))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(pattern: &Value, value: &Value) -> bool {
        matches(pattern, Some(value), &mut Saved::default()).is_ok()
    }

    #[test]
    fn what_matches_and_what_does_not() {
        let value = json!({"a": 1, "b": {"c": "text"}, "d": [1, 2, 3], "e": null});
        for (pattern, expected) in [
            (json!({}), true),
            (json!({"a": 1}), true),
            (json!({"a": 2}), false),
            (json!({"z": 1}), false),
            (json!({"z": {"$absent": true}}), true),
            (json!({"a": {"$absent": true}}), false),
            (json!({"e": {"$any": true}}), true),
            (json!({"z": {"$any": true}}), false),
            (json!({"b": {"$exactly": {"c": "text"}}}), true),
            (json!({"$exactly": {"a": 1}}), false),
            (json!({"d": [1, 2]}), false),
            (json!({"d": [1, {"$min": 2}, {"$type": "number"}]}), true),
            (json!({"d": {"$length": 3}}), true),
            (json!({"d": {"$length": 2}}), false),
            (json!({"d": {"$contains": [1, 3]}}), true),
            (json!({"d": {"$contains": [3, 1]}}), false),
            (json!({"b": {"c": {"$regex": "^te"}}}), true),
            (json!({"a": {"$regex": "1"}}), false),
            (json!({"b": {"c": {"$not": {"$regex": "^te"}}}}), false),
            (json!({"a": {"$min": 2}}), false),
            (json!({"a": {"$frobnicate": 2}}), false),
        ] {
            assert_eq!(check(&pattern, &value), expected, "{pattern}");
        }
    }

    #[test]
    fn reasons_name_the_place() {
        let why = matches(&json!({"a": [{"b": 1}]}), Some(&json!({"a": [{"b": 2}]})), &mut Saved::default());
        assert_eq!(why, Err(".a [0] .b is 2 instead of 1".into()));
    }

    #[test]
    fn names_are_looked_up_when_nothing_was_saved() {
        let mut saved = Saved::with_lookup(Arc::new(|name| (name == "two").then(|| json!(2))));
        assert_eq!(fill(&json!("${two}"), &saved), Ok(json!(2)));
        assert!(fill(&json!("${three}"), &saved).is_err());
        saved.insert("two", json!(3));
        assert_eq!(fill(&json!("${two}"), &saved), Ok(json!(3)));
    }

    #[test]
    fn saved_values_come_back() {
        let mut saved = Saved::default();
        matches(&json!({"id": {"$save": "it"}}), Some(&json!({"id": 7})), &mut saved).unwrap();
        assert_eq!(fill(&json!(["${it}", {"no. ${it}": 1}]), &saved), Ok(json!([7, {"no. 7": 1}])));
        assert_eq!(matches(&json!({"$exactly": {"${it}": 1}}), Some(&json!({"7": 1})), &mut saved), Ok(()));
        assert!(fill(&json!("${other}"), &saved).is_err());
    }
}
