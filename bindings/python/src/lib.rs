//! The native half of the Python package `webchat`, private to it as `webchat._webchat`. The package's own Python code, in
//! `python/webchat`, is the public face; this crate binds [`webchat_core`] and decides nothing about chats.
//!
//! `chat` is one chat, `command` reads commands from Python values, `event`, `stream` and `recent` carry events, `callbacks` holds the
//! application's callables, `calls` brings them to the thread that calls them, `logging` hands over the log, `held` is what
//! waits in Python's hands, `store` and `keeper` let Python keep session data, `config` says what a configuration means, `waiting` is the
//! one place that blocks, `native` is about forks, `exit` about the end of the interpreter, `error`, `from_python` and `to_python` convert.

#![allow(unsafe_code, reason = "the interpreter's own interface, where there is no other way")]

mod callbacks;
mod calls;
mod chat;
mod command;
mod config;
mod error;
mod event;
mod exit;
mod from_python;
mod held;
mod keeper;
mod logging;
mod native;
mod recent;
mod runtime;
mod store;
mod stream;
mod to_python;
mod waiting;

/// Native half of `webchat`.
#[pyo3::pymodule(gil_used = true)]
mod _webchat {
    use super::{error, exit, native};
    use pyo3::{exceptions::PyImportError, ffi, prelude::*, types::PyList};
    use webchat_core::{ErrorKind, command::Command, event::EventKind, prefilter::Prefilter};

    #[pymodule_export]
    use super::{
        callbacks::Reply,
        calls::{Calls, Requested},
        chat::Chat,
        config::{describe_config, visible},
        event::Published,
        exit::{leave, take_leave},
        held::Held,
        logging::{when_written, write_log},
        native::{check_process, is_forked},
        recent::Look,
        runtime::Runtime,
        stream::Events,
        waiting::Waiting,
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        refuse_sub_interpreters()?;
        exit::begin();
        native::watch_forks();
        webchat_core::driver::quiet_panics(true);
        let kinds: Vec<_> =
            ErrorKind::ALL.iter().map(|kind| (kind.name(), kind.code(), kind.description())).collect();
        let events: Vec<_> = EventKind::ALL.iter().map(|kind| kind.name()).collect();
        module.add("ERROR_KINDS", kinds)?;
        module.add("EVENT_NAMES", events)?;
        module.add("COMMAND_NAMES", Command::NAMES.to_vec())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }

    /// Classes and threads of this module are those of the whole process: in a second interpreter objects of the first would come up.
    fn refuse_sub_interpreters() -> PyResult<()> {
        // SAFETY: a module is initialized by a thread that is attached to its interpreter.
        let interpreter = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
        if interpreter == 0 {
            return Ok(());
        }
        Err(PyImportError::new_err(
            "webchat works in the main interpreter of a process only, not in a sub-interpreter (with mod_wsgi set \
             WSGIApplicationGroup %{GLOBAL}, with Jep use a SharedInterpreter)",
        ))
    }

    /// Which of `texts` a prefilter, given by source and flags, hides.
    #[pyfunction]
    fn hidden(source: &str, flags: &str, texts: &Bound<'_, PyList>) -> PyResult<Vec<bool>> {
        let filter =
            Prefilter::new(source, flags).map_err(|error| error::invalid_argument(error.to_string()))?;
        texts.iter().map(|text| Ok(filter.is_match(&text.extract::<String>()?).hides())).collect()
    }
}
