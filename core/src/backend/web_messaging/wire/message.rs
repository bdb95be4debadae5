//! An entry of the conversation, live or from the history. Every part of it can be missing or odd: what is usable is taken, the rest passes
//! through. What the server sent stays beside it as it is.

use crate::{
    Private,
    json::{self, Text},
    model::{
        Index, JsonObject, Message, MessageType, OriginalMessage, Participant, ParticipantId,
        ParticipantRole, Received, Whose,
    },
    private::debug_only,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// How long somebody types where the server does not say it.
const TYPING: Duration = Duration::from_secs(5);

/// An entry.
#[derive(Clone)]
pub(crate) struct Entry {
    /// The server's id.
    pub(crate) id: Option<Box<str>>,
    /// The id of a customer's message on its channel.
    pub(crate) message_id: Option<Box<str>>,
    /// The name that its sender gave it.
    pub(crate) name: Option<Box<str>>,
    /// When, in milliseconds since 1970 UTC.
    pub(crate) time: Option<u64>,
    /// The customer wrote it, on whichever device.
    pub(crate) is_own: bool,
    pub(crate) kind: Kind,
    /// The files in it.
    pub(crate) files: Vec<Attached>,
    /// In both its shapes, its place still to be found.
    pub(crate) received: Received,
}

debug_only!(Entry { time, is_own, kind });

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text, a file, something to choose from.
    Said,
    /// The customer joins.
    Joined,
    /// The agent, or the flow, has left; whether the conversation can only be read from then on.
    Left { read_only: bool },
    /// The customer has cleared the conversation.
    Cleared,
    /// Somebody types, for so long.
    Typing(Duration),
    /// Somebody types no more.
    TypingOver,
    /// Anything else.
    Other,
}

/// A file in an entry.
#[derive(Clone)]
pub(crate) struct Attached {
    pub(crate) id: Box<str>,
    /// Where it can be fetched, for some time.
    pub(crate) url: Private,
}

debug_only!(Attached { id });

impl Entry {
    /// Reads an entry, mended where it has to be. Nothing, if it is no object.
    pub(crate) fn read(json: &str) -> Option<Self> {
        if let Ok(body) = serde_json::from_str(json) {
            return Some(Self::of(body, json));
        }
        let (value, mended) = json::read(json.as_bytes())?;
        let Value::Object(body) = value else { return None };
        let mended = mended.and_then(|mended| String::from_utf8(mended.into()).ok());
        Some(Self::of(body, mended.as_deref().unwrap_or(json)))
    }

    fn of(body: JsonObject, json: &str) -> Self {
        let channel = body.get("channel").and_then(Value::as_object);
        let word = |object: Option<&JsonObject>, name: &str| {
            object?.get(name)?.as_str().filter(|word| !word.is_empty()).map(Box::from)
        };
        let is_own = is(&body, "direction", "Inbound");
        let metadata = body.get("metadata").and_then(Value::as_object);
        let kind = kind(&body, metadata);
        let files = files(&body);
        let time = channel.and_then(|channel| json::millis(channel.get("time")?));
        Self {
            id: word(Some(&body), "id"),
            message_id: word(channel, "messageId"),
            name: word(metadata, "id"),
            time,
            is_own,
            kind,
            files: files.iter().map(|(file, _)| file.clone()).collect(),
            received: received(body, json, kind, is_own, time, files),
        }
    }

    /// The same, at its place.
    pub(crate) fn at(mut self, index: Index) -> Received {
        self.received.message.index = index;
        self.received
    }

    /// That whoever types in it types no more, as if the server had said so.
    pub(crate) fn typing_over(&self) -> Received {
        let mut over = self.received.clone();
        over.message.kind = MessageType::TypingStopped;
        over.message.index = Index::odd(Value::Null);
        let json = self.received.original.as_json().replacen("\"On\"", "\"Off\"", 1);
        over.original = Arc::new(OriginalMessage::new(json, None));
        over
    }

    /// Whether it is called so.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        [&self.id, &self.message_id].into_iter().any(|known| known.as_deref() == Some(name))
    }

    /// The text that it shows.
    pub(crate) fn text(&self) -> &str {
        self.received.original.text().map(|text| &**text).unwrap_or_default()
    }
}

/// Whether a member is this word, in whatever case.
fn is(object: &JsonObject, name: &str, word: &str) -> bool {
    object.get(name).and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case(word))
}

fn kind(body: &JsonObject, metadata: Option<&JsonObject>) -> Kind {
    if !is(body, "type", "Event") {
        return if is(body, "type", "Receipt") { Kind::Other } else { Kind::Said };
    }
    let event = body.get("events").and_then(|events| events.get(0)).and_then(Value::as_object);
    let part = |name: &str| event?.get(name)?.as_object();
    if let Some(presence) = part("presence") {
        let read_only = metadata.and_then(|metadata| metadata.get("readOnly"));
        let read_only = read_only.is_some_and(|it| *it == true || it.as_str() == Some("true"));
        return match presence.get("type").and_then(Value::as_str) {
            Some("Join") => Kind::Joined,
            Some("Disconnect") => Kind::Left { read_only },
            Some("Clear") => Kind::Cleared,
            _ => Kind::Other,
        };
    }
    match part("typing") {
        Some(typing) if is(typing, "type", "On") => Kind::Typing(duration(typing)),
        Some(typing) if is(typing, "type", "Off") => Kind::TypingOver,
        _ => Kind::Other,
    }
}

fn duration(typing: &JsonObject) -> Duration {
    let told = ["duration", "durationMs"].iter().find_map(|name| json::millis(typing.get(*name)?));
    told.filter(|ms| *ms > 0).map_or(TYPING, Duration::from_millis)
}

/// The files in an entry, with what is said of each.
fn files(body: &JsonObject) -> Vec<(Attached, JsonObject)> {
    let content = body.get("content").and_then(Value::as_array).into_iter().flatten();
    let attachments = content.filter_map(|item| item.get("attachment")?.as_object());
    attachments
        .filter_map(|file| {
            let text = |name: &str| file.get(name).and_then(Value::as_str);
            let id = text("id").filter(|id| !id.is_empty())?;
            Some((Attached { id: id.into(), url: text("url").unwrap_or_default().into() }, file.clone()))
        })
        .collect()
}

fn received(
    mut body: JsonObject,
    json: &str,
    kind: Kind,
    is_own: bool,
    time: Option<u64>,
    files: Vec<(Attached, JsonObject)>,
) -> Received {
    let text = body.remove("text").map(|text| Text::of(&text)).unwrap_or_default().0;
    let file = files.into_iter().next().filter(|_| text.as_deref().unwrap_or_default().is_empty());
    let shown = match kind {
        Kind::Said if file.is_some() => MessageType::FileUploaded,
        Kind::Said => MessageType::Message,
        Kind::Joined => MessageType::ParticipantJoined,
        Kind::Left { .. } => MessageType::ParticipantLeft,
        Kind::Typing(_) => MessageType::TypingStarted,
        Kind::TypingOver => MessageType::TypingStopped,
        Kind::Cleared | Kind::Other => other(&body),
    };
    let from = sender(&body, kind, is_own);
    body.retain(|name, _| !Message::RESERVED.contains(&name.as_str()));
    let message = Message {
        index: Index::odd(Value::Null),
        kind: shown,
        text: text.clone(),
        timestamp: time.unwrap_or_default(),
        from,
        user_data: file.map(|(_, file)| Arc::new(details(&file))),
        content: Arc::default(),
        extra: Some(body).filter(|body| !body.is_empty()).map(Arc::new),
        restoring: false,
    };
    Received { message, original: Arc::new(OriginalMessage::new(json, text)), whose: Whose::Untold }
}

/// An event that has no name in the specification keeps its own.
fn other(body: &JsonObject) -> MessageType {
    let event = body.get("events").and_then(|events| events.get(0));
    let name = event.and_then(|event| event.get("eventType")).or_else(|| body.get("type"));
    MessageType::Other(name.and_then(Value::as_str).unwrap_or_default().into())
}

/// Nobody has an id on this wire: agents are known by their names, and one without a name is one agent.
fn sender(body: &JsonObject, kind: Kind, is_own: bool) -> Participant {
    let name = body.get("channel").and_then(|channel| channel.pointer("/from/nickname"));
    let name = name.and_then(Value::as_str).unwrap_or_default();
    let role = match body.get("originatingEntity").and_then(Value::as_str) {
        _ if is_own => ParticipantRole::Client,
        Some("Bot") => ParticipantRole::Bot,
        _ => ParticipantRole::Agent,
    };
    let id = match kind {
        // Whoever was there.
        Kind::Left { .. } if !is_own => ParticipantId::Missing,
        _ if is_own || name.is_empty() => ParticipantId::Text(role.as_str().into()),
        _ => ParticipantId::Text(name.into()),
    };
    Participant { id, role, name: name.into() }
}

/// A file's data under the names that they have everywhere.
fn details(file: &JsonObject) -> JsonObject {
    let names =
        [("id", "file-id"), ("filename", "file-name"), ("fileSize", "file-size"), ("mime", "file-type")];
    let mut details = JsonObject::new();
    for (theirs, ours) in names {
        if let Some(value) = file.get(theirs) {
            details.insert(
                ours.to_owned(),
                match value {
                    Value::Number(number) => json!(number.to_string()),
                    other => other.clone(),
                },
            );
        }
    }
    details
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(body: &Value) -> Entry {
        Entry::read(&body.to_string()).unwrap()
    }

    fn shown(body: &Value) -> Value {
        let mut shown = json!(entry(body).received.message);
        shown.as_object_mut().unwrap().retain(|name, _| {
            ["type", "text", "from", "timestamp", "fileDetails", "isTyping"].contains(&&**name)
        });
        shown
    }

    #[test]
    fn an_agents_text() {
        let body = json!({"id": "m1", "type": "Text", "direction": "Outbound", "text": "Hello", "originatingEntity": "Human",
            "channel": {"time": "2023-11-14T22:13:23.456Z", "from": {"nickname": "Ann"}}, "metadata": {"correlationId": "c"}});
        let from = json!({"id": "Ann", "participantId": "Ann", "type": "Agent", "name": "Ann"});
        assert_eq!(
            shown(&body),
            json!({"type": "Message", "text": "Hello", "timestamp": 1_700_000_003_456_u64, "from": from})
        );
        let entry = entry(&body);
        assert_eq!((entry.id.as_deref(), entry.is_own, entry.kind), (Some("m1"), false, Kind::Said));
        assert_eq!((entry.message_id, entry.name), (None, None));
        assert_eq!(
            json!(entry.received.message)["originatingEntity"],
            "Human",
            "what has no name here passes through"
        );
        assert_eq!(json!(&*entry.received.original), body);
    }

    #[test]
    fn the_customers_own_with_its_names() {
        let body = json!({"id": "m2", "type": "Text", "direction": "Inbound", "text": "Hi",
            "channel": {"time": null, "messageId": "c2", "from": {}}, "metadata": {"id": "n2"}});
        let entry = entry(&body);
        assert_eq!(
            (entry.message_id.as_deref(), entry.name.as_deref(), entry.time),
            (Some("c2"), Some("n2"), None)
        );
        assert!(entry.is_own && entry.text() == "Hi");
        assert_eq!(shown(&body)["from"]["type"], "Client");
    }

    #[test]
    fn bots_and_agents_without_names() {
        let from = |body: Value| shown(&body)["from"].clone();
        let bot = json!({"type": "Text", "direction": "Outbound", "text": "x", "originatingEntity": "Bot", "channel": {"from": {}}});
        assert_eq!(from(bot), json!({"id": "Bot", "participantId": "Bot", "type": "Bot", "name": ""}));
        let agent = json!({"type": "Text", "direction": "Outbound", "text": "x"});
        assert_eq!(from(agent)["type"], "Agent");
    }

    #[test]
    fn what_is_structured_shows_its_text_whatever_it_holds() {
        let body = json!({"type": "Structured", "direction": "Outbound", "text": "Choose", "content": [{"contentType": "Never seen", "neverSeen": {"a": 1}}]});
        assert_eq!((&shown(&body)["type"], &shown(&body)["text"]), (&json!("Message"), &json!("Choose")));
        assert_eq!(json!(entry(&body).received.message)["content"], body["content"]);
    }

    #[test]
    fn a_file_without_a_text() {
        let file = json!({"id": "f1", "url": "https://files.test/f1?key=1", "filename": "a.png", "fileSize": 7, "mime": "image/png"});
        let body = json!({"type": "Text", "direction": "Outbound", "content": [{"contentType": "Attachment", "attachment": file}]});
        let details =
            json!({"file-id": "f1", "file-name": "a.png", "file-size": "7", "file-type": "image/png"});
        assert_eq!((&shown(&body)["type"], &shown(&body)["fileDetails"]), (&json!("FileUploaded"), &details));
        assert_eq!(
            (&*entry(&body).files[0].id, entry(&body).files[0].url.as_str()),
            ("f1", "https://files.test/f1?key=1")
        );
        assert!(!format!("{:?}", entry(&body)).contains("key"));
        let mut with_text = body.clone();
        with_text["text"] = "see".into();
        assert_eq!(shown(&with_text)["type"], "Message");
    }

    #[test]
    fn events() {
        let event = |event: Value, metadata: Value| {
            entry(&json!({"type": "Event", "direction": "Outbound", "events": [event], "metadata": metadata}))
        };
        let presence = |kind: &str| json!({"eventType": "Presence", "presence": {"type": kind}});
        let typing = |typing: Value| event(json!({"eventType": "Typing", "typing": typing}), json!({})).kind;
        let seconds = |count| Kind::Typing(Duration::from_secs(count));
        assert_eq!(event(presence("Join"), json!({})).kind, Kind::Joined);
        assert_eq!(
            event(presence("Disconnect"), json!({"readOnly": "true"})).kind,
            Kind::Left { read_only: true }
        );
        assert_eq!(event(presence("Disconnect"), json!(null)).kind, Kind::Left { read_only: false });
        assert_eq!(event(presence("SignIn"), json!({})).kind, Kind::Other);
        assert_eq!(typing(json!({"type": "On", "duration": 2000})), seconds(2));
        assert_eq!(typing(json!({"type": "On", "durationMs": 3000.0})), seconds(3));
        assert_eq!(typing(json!({"type": "On"})), seconds(5));
        assert_eq!(typing(json!({"type": "Off", "duration": 1000})), Kind::TypingOver);
        assert_eq!(
            event(json!({"eventType": "CoBrowse"}), json!({})).received.message.kind.as_str(),
            "CoBrowse"
        );
        assert_eq!(entry(&json!({"type": "Event", "events": []})).kind, Kind::Other);
    }

    #[test]
    fn typing_that_is_over_is_an_entry_of_its_own() {
        let on = entry(
            &json!({"id": "t", "type": "Event", "direction": "Outbound", "events": [{"eventType": "Typing", "typing": {"type": "On"}}]}),
        );
        let over = on.typing_over();
        assert_eq!(over.message.kind, MessageType::TypingStopped);
        assert!(over.original.as_json() != on.received.original.as_json());
    }

    #[test]
    fn odd_members_cost_themselves_alone() {
        let body = json!({"id": 7, "type": ["x"], "direction": {}, "text": 5, "channel": [], "metadata": "m", "content": {}, "events": 1});
        let entry = entry(&body);
        assert_eq!(
            (entry.id.as_deref(), entry.text_of(), entry.kind),
            (None, Some("5".to_owned()), Kind::Said)
        );
        assert!(Entry::read("[1]").is_none() && Entry::read("no").is_none());
    }

    impl Entry {
        fn text_of(&self) -> Option<String> {
            self.received.message.text.as_ref().map(|text| text.as_str().to_owned())
        }
    }
}
