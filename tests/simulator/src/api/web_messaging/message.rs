//! What a customer says and does in the conversation.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::actions::{self, Ask};
use super::files::Stage;
use super::limits::SECOND;
use super::line::Post;
use super::reply::{self, Refusal};
use super::session::Standing;
use super::sessions::Sessions;
use super::wire::{self, Sent};
use crate::api::Api;
use crate::chat::{CLIENT, Chat, ChatServer, Content, EndCause, EventType, NewChat};
use crate::state::State;

/// Takes an `onMessage`.
pub(super) fn take(state: &mut State, ask: Ask<'_>) -> Result<Vec<Post>, Refusal> {
    let (chats, desk) = (&mut state.chats, &mut state.apis.web_messaging);
    let message = ask.request.members.get("message").and_then(Value::as_object);
    let message = message.ok_or_else(|| Refusal::missing("message"))?;
    let clears = ask.request.presence() == Some("Clear");
    if clears {
        actions::session(desk, ask)?;
    } else {
        actions::open_session(desk, ask)?;
    }
    let attributes = attributes(desk, ask)?;
    let kind = message.get("type").and_then(Value::as_str);
    if kind == Some("Event") {
        return match ask.request.presence() {
            Some("Typing") => types(chats, desk, ask),
            Some("Join") => joins(chats, desk, ask, attributes),
            Some("Clear") => clear(chats, desk, ask),
            _ => Err(Refusal::new(reply::BAD_REQUEST, "Event is missing or not known")),
        };
    }
    if kind.is_some_and(|kind| kind != "Text" && kind != "Structured") {
        return Err(Refusal::new(reply::BAD_REQUEST, "Message type is not known"));
    }
    says(chats, desk, ask, message, attributes)
}

/// Custom attributes, not too many of them.
fn attributes(desk: &Sessions, ask: Ask<'_>) -> Result<BTreeMap<String, String>, Refusal> {
    let given = ask.request.attributes().into_iter().flatten();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let attributes: BTreeMap<String, String> = given.map(|(key, value)| (key.clone(), text(value))).collect();
    let size: usize = attributes.iter().map(|(key, value)| key.len() + value.len()).sum();
    let most = desk.settings.limits.custom_data_bytes;
    if size > most && most > 0 {
        return Err(Refusal::new(
            reply::DATA_LONG,
            format!("Custom attributes size {size} is larger than {most}"),
        ));
    }
    Ok(attributes)
}

/// One more message of the session.
fn count(desk: &mut Sessions, ask: Ask<'_>) -> Result<(), Refusal> {
    let (most, refused_count) =
        (desk.settings.limits.messages_per_second, desk.settings.limits.refused_count);
    let session = actions::session(desk, ask)?;
    session.messages.take(most, SECOND, refused_count, ask.now.instant).map_err(Refusal::too_many)
}

fn sent(ask: Ask<'_>, message: &Map<String, Value>) -> Sent {
    let metadata = message.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default();
    Sent { connection: Some(ask.line), tracing_id: ask.request.tracing_id(), metadata, ..Sent::default() }
}

/// The running conversation of a session, opened if there is none. The name and the subject of the customer come from the attributes.
fn conversation<'a>(
    chats: &'a mut ChatServer,
    desk: &mut Sessions,
    ask: Ask<'_>,
    attributes: BTreeMap<String, String>,
    joins: Option<&Sent>,
) -> Result<&'a mut Chat, Refusal> {
    let token = ask.request.token().unwrap_or_default();
    let session = actions::session(desk, ask)?;
    session.attributes.extend(attributes.clone());
    let running = session.chat.clone().filter(|id| chats.find(id).is_some_and(|chat| chat.ended.is_none()));
    let id = if let Some(id) = running {
        id
    } else {
        let named = |keys: &[&str]| keys.iter().find_map(|key| session.attributes.get(*key)).cloned();
        let new = NewChat {
            api: Api::WebMessaging,
            nickname: named(&["nickname", "firstname", "firstName", "name"])
                .unwrap_or_else(|| "Guest".to_owned()),
            subject: named(&["subject"]),
            email_address: named(&["email", "emailAddress"]),
            user_data: session.attributes.clone(),
        };
        let chat = chats.open(new, ask.now.instant);
        (session.chat, session.seen) = (Some(chat.id.clone()), 0);
        session.chats.push(chat.id.clone());
        session.expected.clear();
        // The joining of the customer is a message only where it was asked for.
        session.expected.insert(1, joins.cloned());
        desk.by_chat.insert(chat.id.clone(), token.to_owned());
        chat.id.clone()
    };
    let (chat, _) = chats.get_running(&id).map_err(|_| Refusal::unknown_session())?;
    chat.user_data.extend(attributes);
    Ok(chat)
}

fn joins(
    chats: &mut ChatServer,
    desk: &mut Sessions,
    ask: Ask<'_>,
    attributes: BTreeMap<String, String>,
) -> Result<Vec<Post>, Refusal> {
    count(desk, ask)?;
    let event = json!({ "eventType": "Presence", "presence": { "type": "Join" } });
    let message = ask.request.members.get("message").and_then(Value::as_object);
    let sent = Sent { event: Some(event), ..sent(ask, message.unwrap_or(&Map::new())) };
    let is_there = actions::session(desk, ask)?.chat.is_some();
    let chat = conversation(chats, desk, ask, attributes, Some(&sent))?;
    if is_there {
        // Who joins twice is told so, and nothing changes.
        let (id, token) = (desk.new_uuid().replace('-', ""), ask.request.token().unwrap_or_default());
        let body = wire::inbound(&sent, None, &id, ask.now.utc_ms);
        let session = actions::session(desk, ask)?;
        session.put(body, Some(sent), ask.now.instant);
        return Ok(desk.tell_newest(token, Some(ask.line), ask.now));
    }
    Ok(desk.absorb(chat, Some(ask.line), ask.now))
}

fn types(chats: &mut ChatServer, desk: &mut Sessions, ask: Ask<'_>) -> Result<Vec<Post>, Refusal> {
    if !desk.settings.deployment.user_typing {
        return Err(Refusal::new(reply::FORBIDDEN, "Typing indicator is disabled for this deployment"));
    }
    let limits = &desk.settings.limits;
    let (every, refused_count) = (limits.typing, limits.refused_count);
    count(desk, ask)?;
    let session = actions::session(desk, ask)?;
    if !every.is_zero() {
        session.typing.take(1, every, refused_count, ask.now.instant).map_err(Refusal::too_many)?;
    }
    // Before a conversation nobody is there to see it.
    let Some(id) = session.chat.clone() else { return Ok(Vec::new()) };
    if let Ok((chat, _)) = chats.get_running(&id) {
        let index = chat.append(CLIENT, EventType::TypingStarted, Content::default(), ask.now);
        session.expected.insert(index, None);
        return Ok(desk.absorb(chat, Some(ask.line), ask.now));
    }
    Ok(Vec::new())
}

fn clear(chats: &mut ChatServer, desk: &mut Sessions, ask: Ask<'_>) -> Result<Vec<Post>, Refusal> {
    if !desk.settings.deployment.clear {
        let text = "Presence events for conversation clear are not supported for this deployment";
        return Err(Refusal::new(reply::FORBIDDEN, text));
    }
    count(desk, ask)?;
    let token = ask.request.token().unwrap_or_default();
    let event = json!({ "eventType": "Presence", "presence": { "type": "Clear" } });
    let sent = Sent { event: Some(event), ..Sent::default() };
    let body = wire::inbound(&sent, None, &desk.new_uuid().replace('-', ""), ask.now.utc_ms);
    let echo = Post::now(reply::message(&desk.settings, body, ask.request.tracing_id()));
    let cleared = Post::now(reply::event("SessionClearedEvent", json!({})));
    let closed = Post::now(reply::event("ConnectionClosedEvent", json!({})));
    let echo_first = desk.settings.clear_echo_first;
    desk.clear(chats, token, Some(ask.line), ask.now);
    let mut posts = if echo_first { vec![echo, cleared] } else { vec![cleared, echo] };
    posts.extend([closed, Post::Close(1000)]);
    Ok(posts)
}

/// What a message has besides its text, and the files in it.
fn content(
    desk: &mut Sessions,
    ask: Ask<'_>,
    message: &Map<String, Value>,
) -> Result<(Vec<Value>, Vec<String>), Refusal> {
    let mut content = message.get("content").and_then(Value::as_array).cloned().unwrap_or_default();
    // An older form has the ids beside the message.
    let older = ask.request.members.get("attachmentIds").and_then(Value::as_array).into_iter().flatten();
    content.extend(older.map(|id| json!({ "contentType": "Attachment", "attachment": { "id": id } })));
    let mut files = Vec::new();
    for item in &content {
        let kind = item.get("contentType").and_then(Value::as_str);
        let kind = kind.ok_or_else(|| Refusal::new(reply::BAD_REQUEST, "Content without contentType"))?;
        if kind == "Attachment" {
            let id = item.pointer("/attachment/id").and_then(Value::as_str);
            files.push(id.ok_or_else(|| Refusal::missing("attachment.id"))?.to_owned());
        }
    }
    let session = actions::session(desk, ask)?;
    for id in &files {
        let upload = session.uploads.get(id);
        let upload = upload.ok_or_else(|| Refusal::new(reply::UNKNOWN_FILE, "Attachment not found"))?;
        match upload.stage {
            _ if upload.kept_until <= ask.now.instant => {
                return Err(Refusal::new(reply::EXPIRED_FILE, "Attachment has expired"));
            }
            Stage::Uploaded | Stage::Sent => {}
            _ => return Err(Refusal::new(reply::NOT_UPLOADED, "Attachment was not uploaded successfully")),
        }
    }
    content.retain(|item| item.get("contentType").and_then(Value::as_str) != Some("Attachment"));
    Ok((content, files))
}

fn says(
    chats: &mut ChatServer,
    desk: &mut Sessions,
    ask: Ask<'_>,
    message: &Map<String, Value>,
    attributes: BTreeMap<String, String>,
) -> Result<Vec<Post>, Refusal> {
    let text = message.get("text").and_then(Value::as_str).map(str::to_owned);
    let (size, most) = (text.as_ref().map_or(0, String::len), desk.settings.limits.text_bytes);
    if size > most && most > 0 {
        return Err(Refusal::new(reply::TEXT_LONG, format!("Message length {size} is larger than {most}")));
    }
    let (content, files) = content(desk, ask, message)?;
    if size == 0 && content.is_empty() && files.is_empty() {
        return Err(Refusal::new(reply::BAD_REQUEST, "Message has neither text nor content"));
    }
    count(desk, ask)?;
    let is_structured = message.get("type").and_then(Value::as_str) == Some("Structured");
    let mut sent = Sent { is_structured, text, content, ..sent(ask, message) };
    let session = actions::session(desk, ask)?;
    session.typing.clear();
    let (mut stored, mut remote) = (Vec::new(), BTreeMap::new());
    for id in &files {
        if let Some(upload) = session.uploads.get_mut(id) {
            upload.stage = Stage::Sent;
            remote.extend(upload.is_remote.then(|| (id.clone(), upload.size)));
            stored.push((id.clone(), upload.file()));
        }
    }
    let chat = conversation(chats, desk, ask, attributes, None)?;
    let mut expected = Vec::new();
    if stored.is_empty() {
        let answered = sent.content.iter().find_map(|item| item.pointer("/buttonResponse/text")?.as_str());
        let said = sent.text.clone().filter(|text| !text.is_empty()).or_else(|| answered.map(str::to_owned));
        let attributes = (!sent.content.is_empty()).then(|| json!({ "content": sent.content }));
        let content =
            Content { text: said.or(sent.text.clone()), event_attributes: attributes, ..Content::default() };
        expected.push(chat.append(CLIENT, EventType::Message, content, ask.now));
    }
    for (id, mut file) in stored {
        file.description = sent.text.clone().filter(|text| !text.is_empty()).filter(|_| expected.is_empty());
        expected.push(chat.upload(CLIENT, id.clone(), file, ask.now));
        sent.content.extend(chat.files.get(&id).map(|file| wire::attachment(file, remote.get(&id).copied())));
    }
    let session = actions::session(desk, ask)?;
    let mut sent = Some(sent);
    for index in expected {
        // The first event stands for the whole message.
        session.expected.insert(index, sent.take());
    }
    Ok(desk.absorb(chat, Some(ask.line), ask.now))
}

impl Sessions {
    /// A conversation is cleared: its messages are gone, and all connections but `asker` are told and closed.
    pub(super) fn clear(
        &mut self,
        chats: &mut ChatServer,
        token: &str,
        asker: Option<u64>,
        now: crate::chat::Moment,
    ) {
        let Some(mut session) = self.known.remove(token) else { return };
        session.standing = Standing::Expired;
        let running = session.chat.as_ref().and_then(|chat| chats.get_running(chat).ok());
        if let Some((chat, _)) = running {
            chat.leave(CLIENT, now);
            chat.end(EndCause::Client);
        }
        self.by_chat.retain(|_, of| of != token);
        session.lines.retain(|line| Some(*line) != asker);
        self.tell(&session, "SessionClearedEvent", &json!({}));
        for line in session.lines {
            self.close_line(line, None);
        }
        if let Some(line) = asker.and_then(|asker| self.lines.get_mut(&asker)) {
            line.token = None;
        }
    }
}
