//! What the header declares, for tests that are made from it.

use regex::Regex;

/// A parameter or a field: its C type, with single spaces, and its name.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) kind: String,
    pub(crate) name: String,
}

/// A function.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) returns: String,
    pub(crate) name: String,
    pub(crate) parameters: Vec<Variable>,
}

/// A structure with fields.
#[derive(Debug)]
pub(crate) struct Structure {
    pub(crate) name: String,
    pub(crate) fields: Vec<Variable>,
}

pub(crate) struct Header(String);

impl Header {
    /// `text` without its comments.
    pub(crate) fn new(text: &str) -> Self {
        let comments = Regex::new(r"(?s)/\*.*?\*/").unwrap();
        Self(comments.replace_all(text, "").into_owned())
    }

    pub(crate) fn functions(&self) -> Vec<Function> {
        let prototype = Regex::new(r"WEBCHAT_API\s+([^;(]*?)(webchat_\w+)\(([^;]*?)\);").unwrap();
        let read = |found: regex::Captures<'_>| Function {
            returns: spaced(&found[1]),
            name: found[2].to_owned(),
            parameters: found[3].split(',').filter(|it| it.trim() != "void").map(variable).collect(),
        };
        prototype.captures_iter(&self.0).map(read).collect()
    }

    pub(crate) fn structures(&self) -> Vec<Structure> {
        let structure = Regex::new(r"(?s)typedef struct (webchat_\w+) \{(.*?)\}").unwrap();
        let read = |found: regex::Captures<'_>| Structure {
            name: found[1].to_owned(),
            fields: found[2].split(';').filter(|it| !it.trim().is_empty()).map(variable).collect(),
        };
        structure.captures_iter(&self.0).map(read).collect()
    }
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn variable(text: &str) -> Variable {
    let text = spaced(text);
    let name = text.rfind(|it: char| !(it.is_alphanumeric() || it == '_')).map_or(0, |before| before + 1);
    Variable { kind: text[..name].trim().to_owned(), name: text[name..].to_owned() }
}
