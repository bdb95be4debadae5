//! The native half of the Python package `webchat`, private to it as `webchat._webchat`. The package's own Python code, in
//! `python/webchat`, is the public face; this crate binds [`webchat_core`] and decides nothing about chats.
//!
//! `chat` is one chat, `command` reads commands from Python values, `event` and `stream` carry events, `callbacks` holds the
//! application's callables, `calls` brings them to the thread that calls them, `store` and `keeper` let Python keep session data, `wait`
//! is the one place that blocks, `runtime` and `fork` are about threads, `content`, `error` and `json` convert.

mod callbacks;
mod calls;
mod chat;
mod command;
mod content;
mod error;
mod event;
mod fork;
mod json;
mod keeper;
mod runtime;
mod store;
mod stream;
mod wait;

/// Native half of `webchat`.
#[pyo3::pymodule(gil_used = true)]
mod _webchat {
    use super::error;
    use pyo3::{prelude::*, types::PyList};
    use webchat_core::{ErrorKind, command::Command, event::EventKind, prefilter::Prefilter};

    #[pymodule_export]
    use super::{
        callbacks::Reply,
        calls::{Requested, report},
        chat::Chat,
        event::Event,
        fork::after_fork,
        runtime::Runtime,
        stream::Events,
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let kinds: Vec<_> =
            ErrorKind::ALL.iter().map(|kind| (kind.name(), kind.code(), kind.description())).collect();
        let events: Vec<_> = EventKind::ALL.iter().map(|kind| kind.name()).collect();
        module.add("ERROR_KINDS", kinds)?;
        module.add("EVENT_NAMES", events)?;
        module.add("COMMAND_NAMES", Command::NAMES.to_vec())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }

    /// Which of `texts` a prefilter, given by source and flags, hides.
    #[pyfunction]
    fn hidden(source: &str, flags: &str, texts: &Bound<'_, PyList>) -> PyResult<Vec<bool>> {
        let filter =
            Prefilter::new(source, flags).map_err(|error| error::invalid_argument(error.to_string()))?;
        texts.iter().map(|text| Ok(filter.is_match(&text.extract::<String>()?).hides())).collect()
    }
}
