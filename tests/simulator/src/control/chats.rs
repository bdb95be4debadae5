//! Chats and what happens in them.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::json::{Asked, Body, Refused};
use crate::chat::{Act, ParticipantId, ParticipantKind, TextChange, Upload};
use crate::error::Error;
use crate::simulator::{ChatInfo, Simulator};

type Outcome<T = Value> = Result<Json<T>, Refused>;
type Sim = State<Simulator>;

/// The chat a path means.
pub(crate) fn chat_id(simulator: &Simulator, name: String) -> Result<String, Error> {
    match name.as_str() {
        "latest" => simulator.latest_chat_id().ok_or(Error::UnknownChat { chat: name }),
        _ => Ok(name),
    }
}

/// Lets the participant act, or else whoever joined last.
fn act(simulator: &Simulator, chat: String, who: Option<ParticipantId>, act: Act) -> Outcome {
    let chat = chat_id(simulator, chat)?;
    let who = actor(simulator, &chat, who)?;
    let acted = simulator.act(&chat, who, act)?;
    let mut answer = json!({ "participantId": acted.participant, "index": acted.index });
    if let (Some(file_id), Value::Object(members)) = (acted.file_id, &mut answer) {
        members.insert("fileId".to_owned(), Value::String(file_id));
    }
    Ok(Json(answer))
}

/// The participant, or else whoever joined last.
fn actor(simulator: &Simulator, chat: &str, who: Option<ParticipantId>) -> Result<ParticipantId, Error> {
    who.map_or_else(|| latest_participant(&simulator.chat(chat)?), Ok)
}

fn latest_participant(chat: &ChatInfo) -> Result<ParticipantId, Error> {
    let mut latest_first = chat.participants.iter().rev();
    let other = latest_first.find(|p| p.present && p.kind != ParticipantKind::Client);
    other.map(|p| p.id).ok_or_else(|| Error::NobodyJoined { chat: chat.id.clone() })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Several {
    #[serde(default)]
    count: usize,
    #[serde(default)]
    wait_ms: u64,
}

/// With `waitMs`, waits until there are `count` chats, and answers with those that there are then.
pub(super) async fn all(State(simulator): Sim, Asked(asked): Asked<Several>) -> Outcome<Vec<ChatInfo>> {
    let enough = |simulator: &Simulator| (simulator.chats().len() >= asked.count).then_some(());
    let appear = simulator.wait_for(enough);
    // Whether they came in time or not, the answer is what is there.
    tokio::time::timeout(Duration::from_millis(asked.wait_ms), appear).await.unwrap_or_default();
    Ok(Json(simulator.chats()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wait {
    #[serde(default)]
    wait_ms: u64,
}

pub(super) async fn one(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Asked(asked): Asked<Wait>,
) -> Outcome<ChatInfo> {
    let find = |simulator: &Simulator| simulator.chat(&chat_id(simulator, chat.clone())?);
    let wait = Duration::from_millis(asked.wait_ms);
    let appears = simulator.wait_for(|simulator| find(simulator).ok());
    match tokio::time::timeout(wait, appears).await {
        Ok(chat) => Ok(Json(chat)),
        Err(_) => Ok(Json(find(&simulator)?)),
    }
}

/// In the form of the chat's own API.
pub(super) async fn transcript(State(simulator): Sim, Path(chat): Path<String>) -> Outcome<Vec<Value>> {
    let chat = chat_id(&simulator, chat)?;
    Ok(Json(simulator.wire_transcript(&chat)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Join {
    nickname: String,
    #[serde(default = "agent")]
    kind: ParticipantKind,
}

const fn agent() -> ParticipantKind {
    ParticipantKind::Agent
}

pub(super) async fn join(State(simulator): Sim, Path(chat): Path<String>, Body(join): Body<Join>) -> Outcome {
    let chat = chat_id(&simulator, chat)?;
    let id = simulator.join(&chat, &join.nickname, join.kind)?;
    Ok(Json(json!({ "participantId": id })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Transfer {
    nickname: String,
    #[serde(default = "agent")]
    kind: ParticipantKind,
    participant_id: Option<ParticipantId>,
}

pub(super) async fn transfer(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Body(transfer): Body<Transfer>,
) -> Outcome {
    let chat = chat_id(&simulator, chat)?;
    let who = actor(&simulator, &chat, transfer.participant_id)?;
    let id = simulator.transfer(&chat, who, &transfer.nickname, transfer.kind)?;
    Ok(Json(json!({ "participantId": id })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    changes: Vec<TextChange>,
}

pub(super) async fn texts(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Body(texts): Body<Texts>,
) -> Outcome {
    simulator.change_texts(&chat_id(&simulator, chat)?, &texts.changes)?;
    Ok(Json(json!({ "changes": texts.changes })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Say {
    text: String,
    participant_id: Option<ParticipantId>,
    message_type: Option<String>,
    event_attributes: Option<Value>,
}

pub(super) async fn say(State(simulator): Sim, Path(chat): Path<String>, Body(say): Body<Say>) -> Outcome {
    let Say { text, participant_id, message_type, event_attributes } = say;
    act(&simulator, chat, participant_id, Act::Say { text, message_type, event_attributes })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Typing {
    on: Option<bool>,
    text: Option<String>,
    participant_id: Option<ParticipantId>,
}

pub(super) async fn typing(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Body(typing): Body<Typing>,
) -> Outcome {
    let types = match (typing.on.unwrap_or(true), typing.text) {
        (true, text) => Act::TypingStarted { text },
        (false, None) => Act::TypingStopped,
        (false, Some(_)) => return Err(Refused::bad("text goes with on: true only")),
    };
    act(&simulator, chat, typing.participant_id, types)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PushUrl {
    url: String,
    participant_id: Option<ParticipantId>,
}

pub(super) async fn push_url(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Body(push): Body<PushUrl>,
) -> Outcome {
    act(&simulator, chat, push.participant_id, Act::PushUrl { url: push.url })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Notice {
    text: Option<String>,
    event_attributes: Option<Value>,
    participant_id: Option<ParticipantId>,
}

pub(super) async fn notice(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Body(notice): Body<Notice>,
) -> Outcome {
    let Notice { text, event_attributes, participant_id } = notice;
    act(&simulator, chat, participant_id, Act::CustomNotice { text, event_attributes })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SystemNotice {
    name: String,
    #[serde(default)]
    user_data: BTreeMap<String, String>,
    participant_id: Option<ParticipantId>,
}

pub(super) async fn system_notice(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Body(notice): Body<SystemNotice>,
) -> Outcome {
    let SystemNotice { name, user_data, participant_id } = notice;
    act(&simulator, chat, participant_id, Act::Notice { name, user_data })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Custom {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    event_attributes: Option<Value>,
    participant_id: Option<ParticipantId>,
}

pub(super) async fn event(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Body(event): Body<Custom>,
) -> Outcome {
    let Custom { kind, text, event_attributes, participant_id } = event;
    act(&simulator, chat, participant_id, Act::Custom { kind, text, event_attributes })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Nickname {
    nickname: String,
    participant_id: Option<ParticipantId>,
}

pub(super) async fn nickname(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Body(body): Body<Nickname>,
) -> Outcome {
    act(&simulator, chat, body.participant_id, Act::UpdateNickname { nickname: body.nickname })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewFile {
    name: String,
    text: Option<String>,
    base64: Option<String>,
    content_type: Option<String>,
    description: Option<String>,
    #[serde(default)]
    user_data: BTreeMap<String, String>,
    participant_id: Option<ParticipantId>,
}

pub(super) async fn upload(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Body(file): Body<NewFile>,
) -> Outcome {
    let NewFile { name, text, base64, content_type, description, user_data, participant_id } = file;
    let bytes = match (text, base64) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(base64)) => {
            STANDARD.decode(base64).map_err(|error| Refused::bad(format!("base64 is wrong: {error}")))?
        }
        _ => return Err(Refused::bad("give the file's content as text or as base64, and not as both")),
    };
    let upload = Upload { name, bytes: bytes.into(), content_type, description, user_data };
    act(&simulator, chat, participant_id, Act::Upload(upload))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeleteFile {
    file_id: String,
    participant_id: Option<ParticipantId>,
}

pub(super) async fn delete_file(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Body(file): Body<DeleteFile>,
) -> Outcome {
    act(&simulator, chat, file.participant_id, Act::DeleteFile { file_id: file.file_id })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Who {
    participant_id: Option<ParticipantId>,
}

pub(super) async fn leave(State(simulator): Sim, Path(chat): Path<String>, Body(who): Body<Who>) -> Outcome {
    act(&simulator, chat, who.participant_id, Act::Leave)
}

pub(super) async fn end(State(simulator): Sim, Path(chat): Path<String>, Body(who): Body<Who>) -> Outcome {
    act(&simulator, chat, who.participant_id, Act::End)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Alias {
    alias: Option<String>,
}

pub(super) async fn alias(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Body(body): Body<Alias>,
) -> Outcome {
    let chat = chat_id(&simulator, chat)?;
    let alias = simulator.change_alias(&chat, body.alias.as_deref())?;
    Ok(Json(json!({ "alias": alias })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expire {
    what: Expiring,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Expiring {
    Idle,
    Client,
    Tokens,
}

pub(super) async fn expire(
    State(simulator): Sim,
    Path(chat): Path<String>,
    Body(body): Body<Expire>,
) -> Outcome<ChatInfo> {
    let chat = chat_id(&simulator, chat)?;
    match body.what {
        Expiring::Idle => simulator.expire_idle(&chat)?,
        Expiring::Client => simulator.expire_client(&chat)?,
        Expiring::Tokens => simulator.expire_tokens(&chat)?,
    }
    Ok(Json(simulator.chat(&chat)?))
}
