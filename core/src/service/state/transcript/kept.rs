//! A message as the transcript keeps it: small, because a chat has many and hardly anybody asks for them.

use super::pattern::{Patterned, Patterns};
use crate::{
    Private,
    model::{
        Content, Index, JsonObject, Message, MessageType, OriginalMessage, Participant, Place, Received,
        Whose, weight::of_object,
    },
    private::debug_only,
};
use std::sync::Arc;

/// How many senders are known.
const SENDERS: usize = 16;
/// Objects that take more, in bytes, are kept as they are: reading them again would take long.
const LARGE: usize = 64 << 10;

/// What messages have in common, each kept once.
#[derive(Debug, Default)]
pub(super) struct Common {
    /// The one that was used last first.
    senders: Vec<Arc<Sender>>,
    originals: Patterns,
    objects: Patterns,
}

/// What all messages have in common that somebody says in some way.
#[derive(Debug, PartialEq)]
struct Sender {
    from: Participant,
    kind: MessageType,
    restoring: bool,
}

/// A message.
pub(super) struct Kept {
    /// Of its place.
    order: u64,
    timestamp: u64,
    text: Option<Private>,
    sender: Arc<Sender>,
    original: Patterned,
    rare: Option<Box<Rare>>,
    /// In bytes, as it would be told.
    weight: u32,
}

debug_only!(Kept { order, sender });

/// What hardly any message has.
struct Rare {
    /// Where it is more than a number.
    index: Option<Index>,
    user_data: Option<Object>,
    extra: Option<Object>,
    content: Arc<[Content]>,
    whose: Whose,
    sent: Sent,
}

/// The text that the server sent.
enum Sent {
    AsShown,
    Other(Option<Private>),
}

/// An object.
enum Object {
    AsText(Patterned),
    AsItIs(Arc<JsonObject>),
}

impl Common {
    fn sender(&mut self, sender: Sender) -> Arc<Sender> {
        let known = self.senders.iter().position(|known| **known == sender);
        let sender = known.map_or_else(|| Arc::new(sender), |at| self.senders.remove(at));
        self.senders.truncate(SENDERS - 1);
        self.senders.insert(0, sender.clone());
        sender
    }

    fn object(&mut self, object: &Arc<JsonObject>) -> Object {
        let as_text = || {
            let text = serde_json::to_string(object).ok().filter(|_| of_object(object) <= LARGE)?;
            // Not every number does.
            let reads_the_same = serde_json::from_str::<JsonObject>(&text).ok()? == **object;
            reads_the_same.then_some(text)
        };
        match as_text() {
            Some(text) => Object::AsText(self.objects.keep(&text, None)),
            None => Object::AsItIs(object.clone()),
        }
    }
}

impl Object {
    fn read(&self) -> Arc<JsonObject> {
        match self {
            Self::AsText(text) => Arc::new(serde_json::from_str(&text.text().0).unwrap_or_default()),
            Self::AsItIs(object) => object.clone(),
        }
    }
}

impl Kept {
    /// Makes it small.
    pub(super) fn new(received: &Received, common: &mut Common) -> Self {
        let Received { message, original, whose } = received;
        let Message { index, kind, text, timestamp, from, user_data, content, extra, restoring } = message;
        let rare = Rare {
            index: (*index != Index::from(index.order().unwrap_or_default()) || index.text().is_some())
                .then(|| index.clone()),
            user_data: user_data.as_ref().map(|object| common.object(object)),
            extra: extra.as_ref().map(|object| common.object(object)),
            content: content.clone(),
            whose: *whose,
            sent: if original.text() == text.as_ref() {
                Sent::AsShown
            } else {
                Sent::Other(original.text().cloned())
            },
        };
        let (rest, text_at) = original.apart();
        Self {
            order: index.order().unwrap_or_default(),
            timestamp: *timestamp,
            text: text.clone(),
            sender: common.sender(Sender { from: from.clone(), kind: kind.clone(), restoring: *restoring }),
            original: common.originals.keep(&rest, text_at),
            rare: (!rare.is_empty()).then(|| Box::new(rare)),
            weight: u32::try_from(received.weight()).unwrap_or(u32::MAX),
        }
    }

    /// It as it was.
    pub(super) fn received(&self) -> Received {
        let Sender { from, kind, restoring } = &*self.sender;
        let rare = self.rare.as_deref();
        let read = |object: Option<&Object>| object.map(Object::read);
        let message = Message {
            index: self.index(),
            kind: kind.clone(),
            text: self.text.clone(),
            timestamp: self.timestamp,
            from: from.clone(),
            user_data: rare.and_then(|rare| read(rare.user_data.as_ref())),
            content: rare.map(|rare| rare.content.clone()).unwrap_or_default(),
            extra: rare.and_then(|rare| read(rare.extra.as_ref())),
            restoring: *restoring,
        };
        let (rest, text_at) = self.original.text();
        let sent = match rare.map(|rare| &rare.sent) {
            Some(Sent::Other(sent)) => sent.clone(),
            Some(Sent::AsShown) | None => self.text.clone(),
        };
        let original = Arc::new(OriginalMessage::joined(sent, rest, text_at));
        Received { message, original, whose: rare.map(|rare| rare.whose).unwrap_or_default() }
    }

    /// Where it stands, where anybody can tell.
    pub(super) fn place(&self) -> Option<Place> {
        self.index().place().cloned()
    }

    /// What it would take as it is told, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.weight.try_into().unwrap_or(usize::MAX)
    }

    fn index(&self) -> Index {
        let odd = self.rare.as_ref().and_then(|rare| rare.index.clone());
        odd.unwrap_or_else(|| self.order.into())
    }
}

impl Rare {
    fn is_empty(&self) -> bool {
        let Self { index, user_data, extra, content, whose, sent } = self;
        index.is_none()
            && user_data.is_none()
            && extra.is_none()
            && content.is_empty()
            && *whose == Whose::Untold
            && matches!(sent, Sent::AsShown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EntryId, ParticipantId, ParticipantRole};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// What it holds beside what messages share, in bytes.
    fn size(kept: &Kept) -> usize {
        size_of_val(kept) + kept.original.own() + kept.rare.as_ref().map_or(0, |_| size_of::<Rare>())
    }

    fn said(index: u64, text: &str) -> Received {
        let sent = json!({
            "from": {"nickname": "Mia Lund", "participantId": 1, "type": "Agent"}, "index": index, "type": "Message",
            "messageType": "text", "utcTime": 1_700_000_000_000 + index, "text": text,
        });
        let from = Participant {
            id: ParticipantId::Number(1),
            role: ParticipantRole::Agent,
            name: "Mia Lund".into(),
        };
        let text = Some(Private::new(text));
        let message = Message { index: index.into(), text, timestamp: index, from, ..Message::default() };
        let original = Arc::new(OriginalMessage::from(sent.as_object().unwrap()));
        Received { message, original, whose: Whose::Untold }
    }

    #[test]
    fn a_message_is_small_and_comes_back_as_it_was() {
        let mut common = Common::default();
        for (index, text) in ["hello", "", "Grüße \"\n", &"long ".repeat(100)].into_iter().enumerate() {
            let received = said(100_000 + index as u64, text);
            let kept = Kept::new(&received, &mut common);
            assert_eq!(kept.received(), received);
            assert!(size(&kept) <= 128, "{}", size(&kept));
        }
        assert_eq!(common.senders.len(), 1);
    }

    #[test]
    fn a_float_that_would_be_read_as_another_is_kept_as_it_is() {
        // 17 digits that serde_json reads one bit off unless it is told to be exact.
        let numbers = (0..10_000_u64).map(|number| f64::from_bits(0x3ff1_2345_6789_0000 + number * 7_919));
        let objects = numbers.map(|number| Arc::new(json!({"a": number}).as_object().unwrap().clone()));
        let mut common = Common::default();
        assert!(objects.into_iter().all(|object| *common.object(&object).read() == *object));
    }

    #[test]
    fn a_large_object_is_kept_as_it_is() {
        let mut common = Common::default();
        let object = |length: usize| Arc::new(json!({"a": "x".repeat(length)}).as_object().unwrap().clone());
        assert!(matches!(common.object(&object(LARGE)), Object::AsItIs(_)));
        assert!(matches!(common.object(&object(LARGE / 2)), Object::AsText(_)));
    }

    fn index() -> impl Strategy<Value = Index> {
        let named = ("[a-c0-9-]{1,5}", any::<bool>()).prop_map(|(text, is_name)| {
            let text: Arc<str> = text.into();
            let id = if is_name { EntryId::Name(text.clone()) } else { EntryId::Order };
            Index::Place(Place { order: 7, id, text: Some(text) })
        });
        prop_oneof![
            (0..3_u64).prop_map(Index::from),
            named,
            prop::sample::select(vec![Value::Null, json!("x"), json!(1.5)]).prop_map(Index::odd),
        ]
    }

    fn object() -> impl Strategy<Value = Option<Arc<JsonObject>>> {
        prop::option::of(prop::collection::btree_map("[ab]", any::<u16>(), 0..3).prop_map(|members| {
            Arc::new(members.into_iter().map(|(name, value)| (name, value.into())).collect())
        }))
    }

    prop_compose! {
        fn received()(
            index in index(), texts in prop::array::uniform2(prop::option::of("[a\"é]{0,3}|x{300}")), kind in "Message|Odd",
            id in "[12a]", user_data in object(), extra in object(), has_content in any::<bool>(), restoring in any::<bool>(),
            whose in prop::sample::select(vec![Whose::Untold, Whose::Other, Whose::Sent(3)]), same in any::<bool>(),
        ) -> Received {
            let [shown, sent] = texts.map(|text| text.map(Private::from));
            let shown = if same { sent.clone() } else { shown };
            let from = Participant { id: id.as_str().into(), role: ParticipantRole::Client, name: id.as_str().into() };
            let content = if has_content { Arc::new([Content { wanted: true, ..Content::default() }]) } else { Arc::default() as Arc<[Content]> };
            let json = json!({"index": index, "text": sent, "z": extra}).to_string();
            let message = Message {
                index, kind: MessageType::from(kind.as_str()), text: shown, timestamp: 5, from, user_data, content, extra, restoring,
            };
            Received { message, original: Arc::new(OriginalMessage::new(json, sent)), whose }
        }
    }

    proptest! {
        #[test]
        fn every_message_comes_back(all in prop::collection::vec(received(), 0..20)) {
            let mut common = Common::default();
            for received in all {
                let kept = Kept::new(&received, &mut common);
                let again = kept.received();
                prop_assert_eq!(again.message.index.text(), received.message.index.text());
                prop_assert_eq!(kept.place(), received.message.index.place().cloned());
                prop_assert_eq!(kept.weight(), received.weight());
                prop_assert_eq!(again, received);
            }
        }
    }
}
