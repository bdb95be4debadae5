//! What a configuration means, and the gate for text of others on its way to a terminal: for the command `webchat`.

use crate::{chat::read_config, error};
use pyo3::{prelude::*, types::PyDict};
use webchat_core::{
    backend::{BACK_ENDS, EVERY_CHAT},
    config::{Absent, OptionDef},
    foreign,
};

/// The back end that a configuration is for, the keys in it that mean nothing, and the options there are, each as key path, what it may be,
/// what holds without it (None where nothing does) and what it is for. Raises what a chat with this configuration would.
#[pyfunction]
pub(crate) fn describe_config<'py>(
    py: Python<'py>,
    config: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let config = read_config(py, config)?;
    let chosen = BACK_ENDS.iter().find(|back_end| back_end.name() == config.back_end());
    let tables = EVERY_CHAT.iter().chain(chosen.map(|back_end| back_end.options()).unwrap_or_default());
    let options: Vec<_> = tables
        .copied()
        .flatten()
        .map(|option| (option.path, option.kind.expected(), without(option), option.words.trim()))
        .collect();
    let about = PyDict::new(py);
    about.set_item("back_end", config.back_end())?;
    about.set_item("chosen_by", chosen.map(|back_end| back_end.chosen_by()))?;
    about.set_item("unknown_keys", &config.unknown_keys)?;
    about.set_item("options", options)?;
    Ok(about)
}

/// What holds without an option, in words.
fn without(option: &OptionDef) -> Option<String> {
    match option.absent {
        Absent::Needed | Absent::Nothing => None,
        Absent::Flag(flag) => Some(flag.to_string()),
        Absent::Whole(number) => Some(number.to_string()),
        Absent::Number(number) => Some(number.to_string()),
        Absent::Text(text) | Absent::Words(text) => Some(text.to_owned()),
    }
}

/// `text` of others for a person at a terminal: whole, with its line breaks, and nothing in it that acts on the terminal or turns text around.
#[pyfunction]
pub(crate) fn visible(text: &Bound<'_, PyAny>) -> PyResult<String> {
    // Half of a surrogate pair is no character, and Python's texts may hold one.
    match text.extract::<String>() {
        Ok(text) => Ok(foreign::visible(&text)),
        Err(_) => text
            .call_method1("encode", ("utf-8", "backslashreplace"))?
            .extract::<Vec<u8>>()
            .map(|bytes| foreign::visible(&String::from_utf8_lossy(&bytes)))
            .map_err(|_| error::invalid_argument("not a text")),
    }
}
