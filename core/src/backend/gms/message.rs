//! A transcript entry (gms-v2.md, 4): read straight into the model, without an intermediate JSON tree. What the server sent stays beside it
//! as it is.

use crate::{
    Private,
    json::{self, Number, Passed, Text, descend, object, rich_text, take},
    model::{
        Index, JsonObject, Message, MessageType, OriginalMessage, Participant, ParticipantId,
        ParticipantRole, Received, Whose,
    },
};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess},
};
use serde_json::Value;
use std::{borrow::Cow, fmt, sync::Arc};

/// A transcript entry as the server writes it.
#[derive(Debug, Default)]
pub(super) struct WireMessage {
    /// Null where it has none.
    index: Value,
    kind: Option<MessageType>,
    text: Text,
    utc_time: Number,
    from: WireFrom,
    pub(super) user_data: Option<JsonObject>,
    event_attributes: Option<Value>,
    /// Members that the protocol does not name.
    other: JsonObject,
}

#[derive(Debug, Default)]
struct WireFrom {
    nickname: Option<Private>,
    participant_id: Option<ParticipantId>,
    role: Option<ParticipantRole>,
}

/// The members of an entry.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Member {
    Index,
    Type,
    Text,
    MessageType,
    UtcTime,
    From,
    UserData,
    EventAttributes,
    Other(String),
}

/// The members of a sender.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum FromMember {
    Nickname,
    ParticipantId,
    Type,
    #[serde(other)]
    Other,
}

impl<'de> Deserialize<'de> for WireMessage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = WireMessage;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a transcript entry")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WireMessage, A::Error> {
                let mut entry = WireMessage::default();
                while let Some(member) = map.next_key()? {
                    match member {
                        Member::Index => entry.index = map.next_value()?,
                        Member::Type => entry.kind = map.next_value()?,
                        Member::Text => entry.text = map.next_value()?,
                        Member::MessageType => {
                            let Passed = map.next_value()?;
                        }
                        Member::UtcTime => entry.utc_time = map.next_value()?,
                        Member::From => entry.from = map.next_value::<Option<_>>()?.unwrap_or_default(),
                        Member::UserData => entry.user_data = map.next_value()?,
                        Member::EventAttributes => entry.event_attributes = map.next_value()?,
                        Member::Other(name) => drop(entry.other.insert(name, map.next_value()?)),
                    }
                }
                Ok(entry)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

impl<'de> Deserialize<'de> for WireFrom {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = WireFrom;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sender")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WireFrom, A::Error> {
                let mut from = WireFrom::default();
                while let Some(member) = map.next_key()? {
                    match member {
                        FromMember::Nickname => from.nickname = map.next_value()?,
                        FromMember::ParticipantId => from.participant_id = map.next_value()?,
                        FromMember::Type => from.role = map.next_value()?,
                        FromMember::Other => {
                            let Passed = map.next_value()?;
                        }
                    }
                }
                Ok(from)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

impl WireMessage {
    /// Reads an entry, mended where it has to be; with its JSON text as it can be read. Nothing, if it is no object.
    pub(super) fn read(json: &str) -> Option<(Self, Cow<'_, str>)> {
        if let Ok(message) = serde_json::from_str(json) {
            return Some((message, json.into()));
        }
        let (value, mended) = json::read(json.as_bytes())?;
        let Value::Object(entry) = value else { return None };
        // What has to be mended may be of no interest, but somebody may want to read it.
        let json =
            mended.and_then(|mended| String::from_utf8(mended.into()).ok()).map_or(json.into(), Cow::Owned);
        Some((Self::salvage(entry), json))
    }

    /// Takes what is usable of an entry that is not quite the protocol's.
    fn salvage(mut entry: JsonObject) -> Self {
        let mut from = entry.remove("from").and_then(object).unwrap_or_default();
        let text = entry.remove("text").map(|text| Text::of(&text)).unwrap_or_default();
        entry.remove("messageType");
        Self {
            index: entry.remove("index").unwrap_or_default(),
            kind: take(&mut entry, "type"),
            text,
            utc_time: take(&mut entry, "utcTime").unwrap_or_default(),
            from: WireFrom {
                nickname: take(&mut from, "nickname"),
                participant_id: take(&mut from, "participantId"),
                role: take(&mut from, "type"),
            },
            user_data: take(&mut entry, "userData"),
            event_attributes: entry.remove("eventAttributes"),
            other: entry,
        }
    }

    fn index(&self) -> Index {
        let place = Number::deserialize(&self.index).unwrap_or_default().place();
        place.map_or_else(|| Index::odd(self.index.clone()), Index::from)
    }

    /// Whether this is the notice with file limits.
    pub(super) fn is_notice(&self, text: &str) -> bool {
        self.text.0.as_deref() == Some(text)
    }

    /// Whether it has data and no place in the transcript.
    pub(super) fn is_unplaced_data(&self) -> bool {
        self.index().place().is_none() && self.user_data.is_some()
    }

    /// The entry in both its shapes; `json` is what the server sent. Nothing, if it has neither a place nor a type: it is no entry.
    pub(super) fn received(mut self, json: &str) -> Option<Received> {
        if self.index.is_null() && self.kind.is_none() {
            return None;
        }
        let attributes = self.event_attributes.as_ref();
        let role = self.from.role.take().unwrap_or_else(|| ParticipantRole::Other("".into()));
        self.other.retain(|name, _| !Message::RESERVED.contains(&name.as_str()));
        let message = Message {
            index: self.index(),
            text: attributes.and_then(rich_text).or_else(|| self.text.0.clone()),
            timestamp: self.utc_time.unsigned().unwrap_or_default(),
            from: Participant {
                id: self.from.participant_id.unwrap_or_default(),
                role: if attributes.is_some_and(is_bot) { ParticipantRole::Bot } else { role },
                name: self.from.nickname.unwrap_or_default(),
            },
            kind: self.kind.unwrap_or_else(|| MessageType::Other("".into())),
            user_data: self.user_data.map(Arc::new),
            content: Arc::default(),
            extra: Some(self.other).filter(|other| !other.is_empty()).map(Arc::new),
            restoring: false,
        };
        let original = Arc::new(OriginalMessage::new(json, self.text.0));
        Some(Received { message, original, whose: Whose::Untold })
    }
}

/// Whether the sender's party style is `BOT`. The value can itself be JSON text, in quotes.
fn is_bot(attributes: &Value) -> bool {
    descend(attributes, &["GCTI_SYSTEM", "party-info", "style"]).is_some_and(|style| {
        style.as_str().is_some_and(|style| style.trim_matches('"').eq_ignore_ascii_case("BOT"))
    })
}
