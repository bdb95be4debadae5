//! What a recording shows instead of what is private: the same for the same value as long as a section is written, of the same kind and
//! length, and found out by nobody who has the recording alone.
//!
//! Nothing is looked for that would have to be hidden. What is shown as it is stands in `rules`: fields that are known to hold nothing
//! private, and of these the values that look as they should. All else is replaced: texts, ids, numbers, and names of fields.

mod address;
mod headers;
mod placeholders;
mod rules;
mod token;
mod words;

#[cfg(test)]
mod tests;

use placeholders::Placeholders;
use reqwest::Url;
use rules::{Rule, Table};
use serde_json::{Map, Value};

/// Replaces what is private. Each has a secret of its own, which what stands for a value depends on.
pub(crate) struct Redactor {
    placeholders: Placeholders,
}

impl Redactor {
    pub(crate) fn new() -> Self {
        Self { placeholders: Placeholders::new() }
    }

    /// A text of the same length, in characters and in bytes.
    pub(crate) fn text(&self, text: &str) -> String {
        self.placeholders.text(text)
    }

    /// A body or a frame of an exchange with `server`.
    pub(crate) fn json(&self, value: Value, server: &Url) -> Value {
        let rule = if value.is_object() || value.is_array() { Rule::Members } else { Rule::Unknown };
        self.value(value, rule, Table::Wire, server)
    }

    /// The name and the value of a form's field, or of a query's; names can have parts in brackets.
    pub(crate) fn field(&self, name: &str, value: &str, server: &Url) -> (String, String) {
        let mut table = Table::Wire;
        let mut rule = Rule::Unknown;
        let mut shown = String::new();
        for (position, part) in name.split('[').enumerate() {
            let closed = part.strip_suffix(']').filter(|_| position > 0);
            let part = closed.unwrap_or(part);
            let (name, next) = self.member(part, table);
            (rule, table) = (next, next.table(table));
            let (open, close) = if position > 0 { ("[", "]") } else { ("", "") };
            shown.extend([open, &name, close]);
        }
        let value = match self.value(value.into(), rule, table, server) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        (shown, value)
    }

    /// The name of a member as it is shown, and what holds for its value.
    fn member(&self, name: &str, table: Table) -> (String, Rule) {
        match rules::of(name, table) {
            Rule::Unknown => (format!("key-{}", self.placeholders.id(name)), Rule::Unknown),
            known => (name.to_owned(), known),
        }
    }

    fn value(&self, value: Value, rule: Rule, table: Table, server: &Url) -> Value {
        match value {
            Value::Null => Value::Null,
            Value::Array(entries) => {
                entries.into_iter().map(|entry| self.value(entry, rule, table, server)).collect()
            }
            Value::Object(members) => self.object(members, rule.table(table), server),
            scalar => self.scalar(scalar, rule, server),
        }
    }

    fn object(&self, members: Map<String, Value>, table: Table, server: &Url) -> Value {
        // The ids of Bayeux' messages are our own counter.
        let is_bayeux = members.get("channel").is_some_and(Value::is_string);
        let shown = members.into_iter().map(|(name, value)| {
            let (shown, rule) = self.member(&name, table);
            let rule = match (is_bayeux, shown.as_str()) {
                (true, "id") => Rule::Number,
                (true, "error") => Rule::BayeuxError,
                _ => rule,
            };
            (shown, self.value(value, rule, rule.table(table), server))
        });
        Value::Object(shown.collect())
    }

    fn scalar(&self, value: Value, rule: Rule, server: &Url) -> Value {
        if rules::is_harmless(&value, rule) {
            return value;
        }
        match (value, rule) {
            (Value::String(text), _) => self.string(&text, rule, server).into(),
            (Value::Number(number), _) => self.placeholders.number(&number).into(),
            (Value::Bool(_), _) => true.into(),
            (other, _) => other,
        }
    }

    fn string(&self, text: &str, rule: Rule, server: &Url) -> String {
        match rule {
            Rule::Id => self.placeholders.token(text, |claims| self.json(claims, server)),
            Rule::Address => self.address(text, server),
            Rule::Channel => self.channel(text),
            Rule::BayeuxError => self.bayeux_error(text),
            Rule::ErrorCode => self.error_code(text),
            Rule::JsonText => match serde_json::from_str(text) {
                Ok(value @ (Value::Object(_) | Value::Array(_))) => self.json(value, server).to_string(),
                _ => self.text(text),
            },
            _ => self.text(text),
        }
    }

    /// What follows the known beginning of an error's code is replaced.
    fn error_code(&self, code: &str) -> String {
        let known = words::CODE_BEGINNINGS.iter().find_map(|known| Some((*known, code.strip_prefix(known)?)));
        known.map_or_else(
            || self.text(code),
            |(known, rest)| format!("{known}{}", self.text(rest).to_uppercase()),
        )
    }

    /// `code:arguments:text`, of which the code is shown.
    fn bayeux_error(&self, error: &str) -> String {
        let mut parts = error.splitn(3, ':');
        let code = parts.next().filter(|code| rules::is_number(code, 3));
        match (code, parts.next(), parts.next()) {
            (Some(code), Some(arguments), Some(text)) => {
                let arguments =
                    if arguments.is_empty() { String::new() } else { self.placeholders.id(arguments) };
                format!("{code}:{arguments}:{}", self.text(text))
            }
            _ => self.text(error),
        }
    }
}
