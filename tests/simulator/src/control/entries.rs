//! The transcript whatever the chat's API, and the files in it: what a person looks at.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::chats::chat_id;
use super::json::{Asked, Refused};
use crate::chat::{Chat, Event, EventType, ParticipantId, ParticipantKind};
use crate::error::Error;
use crate::simulator::Simulator;

/// An entry of a transcript in one form for all APIs, in which a bot is called one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    index: u64,
    #[serde(rename = "type")]
    kind: EventType,
    utc_time: u64,
    from: From,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_type: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    user_data: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_attributes: Option<Value>,
    /// The file of an upload, while the chat has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<File>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct From {
    id: ParticipantId,
    nickname: String,
    kind: ParticipantKind,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct File {
    id: String,
    name: String,
    content_type: String,
    size: usize,
}

/// The entries of a chat behind this many.
pub(super) fn behind(chat: &Chat, known: u64) -> Vec<Entry> {
    chat.transcript_from(known.saturating_add(1)).iter().map(|event| entry(chat, event)).collect()
}

fn entry(chat: &Chat, event: &Event) -> Entry {
    let Event { from, index, kind, utc_time, text, message_type, user_data, event_attributes, .. } =
        event.clone();
    let uploaded = kind == EventType::FileUploaded;
    let file = user_data.get("file-id").filter(|_| uploaded).and_then(|id| chat.files.get(id));
    let file = file.map(|file| File {
        id: file.id.clone(),
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size: file.bytes.len(),
    });
    let from = From { id: from.participant_id, nickname: from.nickname, kind: from.kind };
    let index = index.unwrap_or_default();
    Entry { index, kind, utc_time, from, text, message_type, user_data, event_attributes, file }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Known {
    #[serde(default)]
    after: u64,
    #[serde(default)]
    wait_ms: u64,
}

/// The entries behind the first `after`, and why the chat is over, if it is. With `waitMs`, waits for the next one, or the end of the chat.
pub(super) async fn list(
    State(simulator): State<Simulator>,
    Path(chat): Path<String>,
    Asked(known): Asked<Known>,
) -> Result<Json<Value>, Refused> {
    let chat = chat_id(&simulator, chat)?;
    let look = |simulator: &Simulator| {
        simulator.shared.read(|state| {
            let chat = state.chats.get(&chat)?;
            Ok::<_, Error>((behind(chat, known.after), chat.ended))
        })
    };
    let news = simulator.wait_for(|simulator| match look(simulator) {
        Ok((entries, None)) if entries.is_empty() => None,
        _ => Some(()),
    });
    tokio::time::timeout(Duration::from_millis(known.wait_ms), news).await.unwrap_or_default();
    let (entries, ended) = look(&simulator)?;
    let next = known.after.saturating_add(entries.len() as u64);
    Ok(Json(json!({ "entries": entries, "next": next, "ended": ended })))
}

/// The bytes of a file. Whatever its sender calls it, no browser shows it as a page of this server.
pub(super) async fn file(
    State(simulator): State<Simulator>,
    Path((chat, file)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let chat = chat_id(&simulator, chat)?;
    let stored =
        simulator.shared.read(|state| Ok::<_, Error>(state.chats.get(&chat)?.files.get(&file).cloned()));
    let stored = stored?.ok_or(Error::UnknownFile { chat, file })?;
    let kind = HeaderValue::from_str(&stored.content_type);
    let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let name = utf8_percent_encode(&stored.name, NON_ALPHANUMERIC);
    let disposition = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}"));
    let mut response = Body::from(stored.bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.extend(disposition.map(|disposition| (header::CONTENT_DISPOSITION, disposition)));
    let sealed = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(header::CONTENT_SECURITY_POLICY, sealed);
    Ok(response)
}
