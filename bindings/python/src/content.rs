//! Messages as Python values. What is attached to them has its bytes as `bytes`, which JSON does not know.

use crate::to_python;
use pyo3::{
    intern,
    prelude::*,
    types::{PyBytes, PyDict, PyList},
};
use serde_json::json;
use webchat_core::{
    command::Resolution,
    event::{Event, Messages},
    model::{Content, Message, Received, Transcript},
};

/// An event's data.
pub(crate) fn event_data<'py>(py: Python<'py>, event: &Event) -> PyResult<Bound<'py, PyAny>> {
    if let Event::MessageReceived(payload) = event
        && has_bytes(&payload.received)
    {
        let mut light = payload.clone();
        light.received = without_bytes(&payload.received);
        let data = to_python::value(py, &Event::MessageReceived(light).data())?;
        fill(&data, &payload.received)?;
        return Ok(data);
    }
    to_python::value(py, &event.data())
}

/// Messages alone.
pub(crate) fn messages<'py>(py: Python<'py>, messages: Messages<'_>) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for (message, _) in (0..messages.count()).filter_map(|place| messages.get(place)) {
        list.append(one(py, message)?)?;
    }
    Ok(list)
}

fn one<'py>(py: Python<'py>, message: &Message) -> PyResult<Bound<'py, PyAny>> {
    if message.content.iter().all(|content| content.data.is_none()) {
        return to_python::value(py, &json!(message));
    }
    let dict = to_python::value(py, &json!(without_bytes_of(message)))?;
    fill_one(&dict, message)?;
    Ok(dict)
}

/// What `getTranscript` resolved with.
pub(crate) fn transcript(py: Python<'_>, transcript: Transcript) -> PyResult<Bound<'_, PyAny>> {
    if !has_bytes(&transcript.received) {
        return to_python::value(py, &Resolution::Transcript(transcript).to_json());
    }
    let light = Transcript { received: without_bytes(&transcript.received).into(), ..transcript };
    let data = to_python::value(py, &Resolution::Transcript(light).to_json())?;
    fill(&data, &transcript.received)?;
    Ok(data)
}

fn has_bytes(received: &[Received]) -> bool {
    received.iter().flat_map(|entry| entry.message.content.iter()).any(|content| content.data.is_some())
}

/// The same messages, whose bytes need not be written as text.
fn without_bytes(received: &[Received]) -> Vec<Received> {
    let mut received = received.to_vec();
    for Received { message, .. } in &mut received {
        *message = without_bytes_of(message);
    }
    received
}

fn without_bytes_of(message: &Message) -> Message {
    let content = message.content.iter().map(|content| Content { data: None, ..content.clone() }).collect();
    Message { content, ..message.clone() }
}

/// Puts the bytes into `data["messages"]`.
fn fill(data: &Bound<'_, PyAny>, received: &[Received]) -> PyResult<()> {
    let messages = data.get_item(intern!(data.py(), "messages"))?;
    messages
        .cast::<PyList>()?
        .iter()
        .zip(received)
        .try_for_each(|(message, entry)| fill_one(&message, &entry.message))
}

fn fill_one(message: &Bound<'_, PyAny>, from: &Message) -> PyResult<()> {
    let py = message.py();
    let Some(content) = message.cast::<PyDict>()?.get_item(intern!(py, "content"))? else { return Ok(()) };
    let Ok(content) = content.cast::<PyList>() else { return Ok(()) };
    for (item, from) in content.iter().zip(from.content.iter()) {
        if let (Ok(item), Some(data)) = (item.cast::<PyDict>(), &from.data) {
            item.set_item(intern!(py, "data"), PyBytes::new(py, data))?;
        }
    }
    Ok(())
}
