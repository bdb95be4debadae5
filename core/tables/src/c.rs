//! C's numbers of events and errors, from which the header is made.

use crate::names::{line, snake, wrap};
use webchat_core::{
    ErrorKind,
    event::{Entry, EventKind},
};

/// The longest line.
const WIDTH: usize = 140;

pub(crate) fn events() -> String {
    let constant = |entry: &Entry| {
        let (name, code) = (entry.kind.name(), entry.kind as u32);
        let words = wrap(&format!("`{name}`: {}", line(entry.words)), "/// ", WIDTH);
        format!("{words}pub const WEBCHAT_EVENT_{}: u32 = {code};\n", snake(name).to_uppercase())
    };
    EventKind::entries().iter().map(constant).collect()
}

pub(crate) fn statuses() -> String {
    let constant = |kind: &ErrorKind| {
        let words = wrap(&line(kind.words()), "/// ", WIDTH);
        let (name, code) = (kind.name().to_uppercase(), kind.code());
        format!("{words}pub const WEBCHAT_ERR_{name}: webchat_status = {code};\n")
    };
    ErrorKind::ALL.iter().map(constant).collect()
}
