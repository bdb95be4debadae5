//! Commands from Python values, and what they resolve with as Python values.

use crate::{
    callbacks::{Callbacks, Target, tuple},
    from_python, to_python,
};
use bytes::Bytes;
use pyo3::{
    intern,
    prelude::*,
    types::{PyByteArray, PyBytes, PyDict, PyString},
};
use serde_json::Value;
use std::{
    ffi::OsString,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use webchat_core::{
    Config, Error, Private,
    command::{Command, Preprocessor, PreviewInput, Resolution},
    event::plain_name,
    model::{DownloadTarget, FileSource, JsonObject, Progress, ProgressListener},
};

/// Reads the command called `name`. What JSON cannot say is taken from `options` first: callables (each called with an argument and a
/// reply, as [`Target::ask`] does) and the bytes of files.
pub(crate) fn read(
    py: Python<'_>,
    name: &str,
    options: Option<&Bound<'_, PyAny>>,
    callbacks: &Arc<Callbacks>,
) -> PyResult<Command> {
    let Some(options) = options else { return from_json(py, name, &Value::Null) };
    let short = plain_name(name);
    if let ("configure", Ok(text)) = (short, options.cast::<PyString>()) {
        let config = Config::from_json_text(&text.to_cow()?);
        return config
            .map(|config| Command::Configure(Box::new(config)))
            .map_err(|error| to_error(py, &error));
    }
    let Ok(options) = options.cast::<PyDict>() else {
        return from_json(py, name, &from_python::value(options)?);
    };
    let options = options.copy()?;
    let take = |key| take_callable(&options, key, callbacks);
    match short {
        "registerPreProcessor" => {
            if let Some(target) = take("preprocessor")? {
                return Ok(Command::RegisterPreProcessor(preprocessor(target)));
            }
        }
        "registerTypingPreviewInput" => {
            if let Some(target) = take("input")? {
                return Ok(Command::RegisterTypingPreviewInput(preview_input(target)));
            }
        }
        "sendFile" | "downloadFile" => {
            let progress = take("progress")?.map(progress_listener);
            let bytes = take_bytes(&options)?;
            let path = take_path(&options)?;
            let mut command = from_json(py, name, &from_python::value(&options)?)?;
            match &mut command {
                Command::SendFile(upload) => {
                    upload.progress = progress;
                    if let Some(bytes) = bytes {
                        upload.source = FileSource::Bytes(bytes);
                    } else if let Some(path) = path {
                        upload.source = FileSource::Path(path);
                    }
                }
                Command::DownloadFile(download) => {
                    download.progress = progress;
                    if let (DownloadTarget::File(place) | DownloadTarget::Directory(place), Some(path)) =
                        (&mut download.target, path)
                    {
                        *place = path;
                    }
                }
                _ => {}
            }
            return Ok(command);
        }
        _ => {}
    }
    from_json(py, name, &from_python::value(&options)?)
}

fn from_json(py: Python<'_>, name: &str, options: &Value) -> PyResult<Command> {
    Command::from_json(name, options).map_err(|error| to_error(py, &error))
}

fn to_error(py: Python<'_>, error: &Error) -> PyErr {
    crate::error::to_python(py, error, None)
}

/// Takes the callable under `key` out of `options`. Anything but a callable stays.
fn take_callable(
    options: &Bound<'_, PyDict>,
    key: &str,
    callbacks: &Arc<Callbacks>,
) -> PyResult<Option<Target>> {
    let Some(callable) = options.get_item(key)?.filter(Bound::is_callable) else { return Ok(None) };
    options.del_item(key)?;
    Ok(Some(callbacks.register(options.py(), callable.unbind())))
}

/// Takes the bytes of `{files: {name, bytes}}` out of `options`, with empty base64 text in their place.
fn take_bytes(options: &Bound<'_, PyDict>) -> PyResult<Option<Bytes>> {
    let py = options.py();
    let (files, key) = (intern!(py, "files"), intern!(py, "bytes"));
    let Some(file) = options.get_item(files)? else { return Ok(None) };
    let Ok(file) = file.cast::<PyDict>() else { return Ok(None) };
    let Some(bytes) = file.get_item(key)? else { return Ok(None) };
    if !bytes.is_instance_of::<PyBytes>() && !bytes.is_instance_of::<PyByteArray>() {
        return Ok(None);
    }
    let file = file.copy()?;
    file.set_item(key, "")?;
    options.set_item(files, file)?;
    Ok(Some(Bytes::from(bytes.extract::<Vec<u8>>()?)))
}

/// Takes a path out of `options` that JSON cannot say, because it is not UTF-8 (Python has half surrogate pairs for its bytes), with a
/// readable one in its place.
fn take_path(options: &Bound<'_, PyDict>) -> PyResult<Option<PathBuf>> {
    let take = |holder: &Bound<'_, PyDict>, key: &str| -> PyResult<Option<PathBuf>> {
        let Some(text) = holder.get_item(key)? else { return Ok(None) };
        let Ok(text) = text.cast::<PyString>() else { return Ok(None) };
        let path = text.extract::<OsString>().map(PathBuf::from).unwrap_or_default();
        if path.to_str().is_some() {
            return Ok(None);
        }
        holder.set_item(key, path.to_string_lossy())?;
        Ok(Some(path))
    };
    for key in ["files", "path", "directory"] {
        if let Some(path) = take(options, key)? {
            return Ok(Some(path));
        }
    }
    let Some(file) = options.get_item("files")? else { return Ok(None) };
    let Ok(file) = file.cast::<PyDict>() else { return Ok(None) };
    let file = file.copy()?;
    let path = take(&file, "path")?;
    if path.is_some() {
        options.set_item("files", file)?;
    }
    Ok(path)
}

/// What the callable returns replaces the message. What is false (nothing, above all) keeps it with the changes made in place.
fn preprocessor(target: Target) -> Preprocessor {
    fn read(message: &Bound<'_, PyAny>, answer: &Bound<'_, PyAny>) -> PyResult<JsonObject> {
        from_python::object(if answer.is_truthy()? { answer } else { message })
    }
    Preprocessor(Arc::new(move |message| {
        let message = move |py: Python<'_>| Ok(to_python::object(py, &message)?.into_any().unbind());
        let answer = target.ask(message, read);
        Box::pin(async move { answer.await.ok() })
    }))
}

fn preview_input(target: Target) -> PreviewInput {
    fn read(_: &Bound<'_, PyAny>, answer: &Bound<'_, PyAny>) -> PyResult<Option<Private>> {
        let text: Option<String> = answer.extract()?;
        Ok(text.map(Private::from))
    }
    PreviewInput(Arc::new(move || {
        let answer = target.ask(|py| Ok(py.None()), read);
        Box::pin(async move { answer.await.ok().flatten() })
    }))
}

/// One call at most is on its way: steps that come meanwhile replace each other.
fn progress_listener(target: Target) -> ProgressListener {
    let newest: Arc<Mutex<Option<Progress>>> = Arc::default();
    let of = |newest: &Mutex<Option<Progress>>, step| {
        std::mem::replace(&mut *newest.lock().unwrap_or_else(PoisonError::into_inner), step)
    };
    ProgressListener(Arc::new(move |step| {
        if of(&newest, Some(step)).is_none() {
            let newest = newest.clone();
            target.post(move |py| {
                let (transferred, total) =
                    of(&newest, None).map_or((0, None), |step| (step.transferred, step.total));
                tuple(py, (transferred, total))
            });
        }
    }))
}

/// What a command resolved with, in the shapes of JSON; the bytes of files and images are `bytes`.
pub(crate) fn resolved(py: Python<'_>, resolution: Resolution) -> PyResult<Bound<'_, PyAny>> {
    let mut file = match resolution {
        Resolution::Downloaded(file) => file,
        other => return to_python::of(py, &other),
    };
    let bytes = file.bytes.take();
    let path = file.path.clone();
    let dict = to_python::of(py, &Resolution::Downloaded(file))?;
    if let Some(path) = path {
        dict.set_item(intern!(py, "path"), path.as_os_str())?;
    }
    if let Some(bytes) = bytes {
        dict.set_item(intern!(py, "bytes"), PyBytes::new(py, &bytes))?;
    }
    Ok(dict)
}
