//! What answers mean, also those that are not quite the protocol's (nexus-v3.md, 12).

use super::*;
use crate::{
    backend::nexus_rest::wire::{Expected, Unusable, decode},
    model::{MessageType, ParticipantRole},
    transport::Verdict,
};
use proptest::prelude::*;

fn read_as(expected: Expected, json: &Value) -> Result<Reply, Unusable> {
    decode_body(json.to_string(), expected)
}

fn decode_body(body: impl Into<Bytes>, expected: Expected) -> Result<Reply, Unusable> {
    decode(body.into(), expected, &session(1), &config("https://h").data_url)
}

fn read(json: &Value) -> Reply {
    read_as(Expected::Messages, json).unwrap()
}

fn batch(messages: &Value) -> Reply {
    read(&json!({"status": {"code": "SUCCESS"}, "data": {"messages": messages}}))
}

/// The only message of an answer with `message`: as applications see it, and as the server sent it.
fn both(message: &Value) -> (Value, Value) {
    let reply = batch(&json!([message]));
    let [received] = reply.messages.as_slice() else { panic!("one message") };
    (json!(received.message), json!(*received.original))
}

fn message(message: &Value) -> Value {
    both(message).0
}

#[test]
fn a_message_in_both_its_shapes() {
    let (message, original) = both(&json!({
        "index": "1700000003000-0", "type": "Text", "text": "hi", "utcTime": 1_700_000_003_000_u64, "messageId": "m1",
        "from": {"nickname": "Mia", "firstName": "Maria", "participantId": "p1", "type": "Customer", "mood": 7},
    }));
    insta::assert_snapshot!(message, @r#"{"from":{"id":"p1","name":"Mia","participantId":"p1","type":"Client"},"index":"17000000030000","messageId":"m1","text":"hi","timestamp":1700000003000,"type":"Message","utcTime":1700000003000}"#);
    insta::assert_snapshot!(original, @r#"{"from":{"firstName":"Maria","mood":7,"nickname":"Mia","participantId":"p1","type":"Customer"},"index":"1700000003000-0","messageId":"m1","text":"hi","type":"Text","utcTime":1700000003000}"#);
}

#[test]
fn types() {
    for (sent, seen) in [
        ("Text", "Message"),
        ("text", "Message"),
        ("Message", "Message"),
        ("ParticipantJoined", "ParticipantJoined"),
        ("TypingStarted", "TypingStarted"),
        ("Notice", "Notice"),
        ("Structured", "Structured"),
        ("Hologram", "Hologram"),
    ] {
        let (message, original) = both(&json!({"index": "1-0", "type": sent}));
        assert_eq!((&message["type"], &original["type"]), (&json!(seen), &json!(sent)));
    }
    assert_eq!(message(&json!({"index": "1-0", "type": "TypingStopped"}))["isTyping"], false);
}

#[test]
fn senders() {
    for (sent, seen, role) in [
        ("Customer", "Client", ParticipantRole::Client),
        ("cUSTOMER", "Client", ParticipantRole::Client),
        ("client", "Client", ParticipantRole::Client),
        ("AGENT", "Agent", ParticipantRole::Agent),
        ("Supervisor", "Supervisor", ParticipantRole::Supervisor),
        ("Bot", "Bot", ParticipantRole::Bot),
        ("External", "External", ParticipantRole::External),
        ("System", "External", ParticipantRole::External),
        ("Robot", "Robot", ParticipantRole::Other("Robot".into())),
    ] {
        let reply = batch(&json!([{"index": "1-0", "type": "Text", "from": {"type": sent}}]));
        assert_eq!(reply.messages[0].message.from.role, role, "{sent}");
        assert_eq!(json!(reply.messages[0].message)["from"]["type"], seen);
    }
    let (_, original) = both(&json!({"index": "1-0", "type": "Text", "from": {"type": "Customer"}}));
    assert_eq!(original["from"], json!({"type": "Customer"}), "as it came");
    let name =
        |from: Value| message(&json!({"index": "1-0", "type": "Text", "from": from}))["from"]["name"].clone();
    assert_eq!(name(json!({"nickname": "", "firstName": "Maria"})), "Maria");
    assert_eq!(name(json!({"firstName": true})), "");
    for nobody in
        [json!({"index": "1-0", "type": "Text"}), json!({"index": "1-0", "type": "Text", "from": null})]
    {
        let (message, original) = both(&nobody);
        assert_eq!((&message["from"], original), (&json!({"type": "", "name": ""}), nobody), "no id");
    }
}

#[test]
fn times() {
    let time = |message: Value| {
        let (told, original) = both(&message);
        assert_eq!((told.get("utcTime"), &original), (message.get("utcTime"), &message), "as it came");
        told["timestamp"].as_u64().unwrap()
    };
    let entry = |index: &str, utc_time: Value| json!({"index": index, "type": "Text", "utcTime": utc_time});
    assert_eq!(time(entry("5-0", json!("1700000003456"))), 1_700_000_003_456);
    assert_eq!(time(entry("5-0", json!("2023-11-14T22:13:23.456Z"))), 1_700_000_003_456);
    assert_eq!(time(entry("1700000003000-1", json!("yesterday"))), 1_700_000_003_000, "the place tells");
    assert_eq!(time(json!({"index": "1700000003000-1", "type": "Text"})), 1_700_000_003_000);
    assert_eq!(time(entry("17", json!(null))), 0);
}

#[test]
fn places() {
    let reply = batch(&json!([
        {"index": "1700000003000-9", "type": "Text"}, {"index": "1700000003000-10", "type": "Text"},
        {"index": 1_700_000_004_000_u64, "type": "Text"}, {"index": "1700000003000-9", "type": "Text"},
        {"index": "later", "type": "Text", "utcTime": 1_700_000_005_000_u64}, {"type": "Text", "utcTime": 1_700_000_006_000_u64},
    ]));
    let orders: Vec<_> =
        reply.messages.iter().map(|received| received.message.index.order().unwrap()).collect();
    assert!(
        [0, 1, 2, 4, 5].is_sorted_by(|one: &usize, next: &usize| orders[*one] < orders[*next]),
        "{orders:?}"
    );
    assert_eq!(orders[0], orders[3], "the same place is the same entry");
    let texts: Vec<_> = reply.messages.iter().map(|received| received.message.index.text()).collect();
    assert_eq!(
        texts[1..6],
        [Some("1700000003000-10"), Some("1700000004000"), Some("1700000003000-9"), Some("later"), None]
    );
    assert_eq!(json!(reply.messages[1].message)["index"], "170000000300010", "without its dash");
    assert_eq!(json!(*reply.messages[1].original)["index"], "1700000003000-10");
}

#[test]
fn pushed_addresses_are_the_text() {
    let (message, original) =
        both(&json!({"index": "1-0", "type": "PushUrl", "url": "https://shop.test/", "text": "look"}));
    assert_eq!(
        (&message["text"], &message["url"]),
        (&json!("https://shop.test/"), &json!("https://shop.test/"))
    );
    assert_eq!(original["text"], "look");
}

#[test]
fn rich_content_brings_its_own_text() {
    let content = json!({"text": "Choose:", "contentType": "quick-replies"});
    for content in [content.clone(), json!(content.to_string())] {
        let attributes = json!({"structured-content": {"genesys-chat": {"content": content}}});
        let (message, original) =
            both(&json!({"index": "1-0", "type": "Text", "text": "fallback", "eventAttributes": attributes}));
        assert_eq!((&message["text"], &original["text"]), (&json!("Choose:"), &json!("fallback")));
        assert_eq!((&message["eventAttributes"], &original["eventAttributes"]), (&attributes, &attributes));
    }
}

#[test]
fn attachments() {
    let content = json!([
        {"type": "image", "mime": "image/png", "url": "/sessions/s1/images/7", "width": 3, "data": "x", "unavailable": "y"},
        "no object", {"mime": 7},
    ]);
    let (message, original) = both(&json!({"index": "1-0", "type": "Text", "text": "", "content": content}));
    let expected = json!([
        {"type": "image", "mime": "image/png", "url": "https://h/nexus/v3/chat/sessions/s1/images/7", "width": 3}, "no object", {"mime": 7},
    ]);
    assert_eq!((&message["content"], &original["content"]), (&expected, &content));
    let rich = json!({"contentType": "quick-replies", "content": [{"url": "/x"}]});
    for odd in [rich, json!({}), json!("x"), json!([]), json!(null)] {
        let (message, original) = both(&json!({"index": "1-0", "type": "Text", "content": odd}));
        assert_eq!((&message["content"], &original["content"]), (&odd, &odd));
    }
    for (sent, told) in [
        (json!({"url": "/a?b=c#d"}), json!({"url": "https://h/nexus/v3/chat/a?b=c#d"})),
        (json!({"url": "//evil.test/a"}), json!({"url": "https://h/nexus/v3/chat//evil.test/a"})),
        (json!({"url": "a"}), json!({"url": "a"})),
        (json!({"url": "https://elsewhere.test/a"}), json!({"url": "https://elsewhere.test/a"})),
        (json!({"url": 7}), json!({"url": 7})),
        (json!({"url": ""}), json!({"url": ""})),
        (json!({"type": 7}), json!({"type": 7})),
    ] {
        let (message, original) = both(&json!({"index": "1-0", "type": "Text", "content": [sent]}));
        assert_eq!((&message["content"], &original["content"]), (&json!([told]), &json!([sent])));
    }
}

#[test]
fn unknown_members_pass_through() {
    let (message, original) = both(&json!({
        "index": "1-0", "type": "Text", "text": "hi", "visibility": "ALL", "userData": {"a": 1}, "messageType": "quick",
        "eventAttributes": {"a": 2}, "timestamp": 5, "restoring": true, "html": true, "bubble": 1, "fileDetails": {},
    }));
    for shape in [&message, &original] {
        assert_eq!((&shape["visibility"], &shape["userData"]), (&json!("ALL"), &json!({"a": 1})));
        assert_eq!((&shape["eventAttributes"], &shape["messageType"]), (&json!({"a": 2}), &json!("quick")));
    }
    assert_eq!((&message["timestamp"], &original["timestamp"]), (&json!(0), &json!(5)), "ours to say");
    for ours in ["restoring", "html", "bubble", "fileDetails"] {
        assert_eq!(message.get(ours), None, "{ours}");
    }
}

#[test]
fn texts_of_any_kind() {
    for (sent, told) in [(json!(5), json!("5")), (json!(false), json!("false")), (json!(1.5), json!("1.5"))] {
        assert_eq!(message(&json!({"index": "1-0", "type": "Text", "text": sent}))["text"], told);
    }
    for sent in [json!({"a": 1}), json!(["a"]), json!(null)] {
        let (message, original) = both(&json!({"index": "1-0", "type": "Text", "text": sent}));
        assert_eq!((message.get("text"), &original["text"]), (None, &sent));
    }
}

#[test]
fn what_cannot_be_read_costs_no_more_than_itself() {
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    for odd in ["1e400", r#""\ud83d""#, deep.as_str(), "{\"a\":1e999}"] {
        let body = r#"{"unread":ODD,"operationId":ODD,"data":{"unread":ODD,"entity":ODD,"chatEnded":false,"messages":[{"index":"1-0","type":"Text","text":"hi","unread":ODD,"content":[{"a":ODD}],"from":{"a":ODD}},{"index":"2-0","type":"Text"}]}}"#;
        let reply = decode_body(body.replace("ODD", odd), Expected::Messages).unwrap();
        let texts: Vec<_> = reply.messages.iter().map(|received| received.message.text.as_deref()).collect();
        assert_eq!(texts, [Some("hi"), None], "{odd}");
        assert_eq!(json!(*reply.messages[0].original)["text"], "hi");
        assert_eq!(reply.body.json()["data"]["messages"][1]["index"], "2-0", "and the whole can be read");
        let body = r#"{"status":ODD,"data":{"clientToken":"opaque","unread":ODD}}"#.replace("ODD", odd);
        assert!(decode_body(body, Expected::Session).is_ok(), "{odd}");
    }
}

#[test]
fn one_malformed_entry_loses_no_other() {
    let reply = batch(&json!([
        {"index": "1-0", "type": "Text", "text": "first"}, "no object", 7, null, {}, {"text": "of nowhere"},
        {"index": "2-0", "type": {}, "text": ["?"], "userData": "x", "from": 5, "utcTime": {}, "messageType": 3, "content": 1},
        {"index": "3-0", "type": "Text", "text": 5, "from": {"nickname": {}, "participantId": [], "type": "Agent"}},
        {"index": {}, "type": "Text", "text": "last"},
    ]));
    let [first, second, third, last] = [0, 1, 2, 3].map(|place: usize| &reply.messages[place].message);
    assert_eq!(reply.messages.len(), 4);
    assert_eq!((first.text.as_deref(), last.text.as_deref()), (Some("first"), Some("last")));
    assert_eq!((&second.kind, &second.text, second.timestamp), (&MessageType::Other("".into()), &None, 0));
    assert_eq!((third.text.as_deref(), &third.from.role), (Some("5"), &ParticipantRole::Agent));
    for messages in [json!(null), json!({}), json!("x")] {
        assert_eq!(batch(&messages).messages.len(), 0);
    }
}

#[test]
fn ends() {
    for (data, top, ended) in [
        (json!(null), json!(null), false),
        (json!(false), json!(false), false),
        (json!(0), json!("false"), false),
        (json!(true), json!(null), true),
        (json!(1), json!(null), true),
        (json!("true"), json!(null), true),
        (json!(false), json!(true), true),
    ] {
        let answer = json!({"data": {"chatEnded": data, "messages": [{"index": "1-0", "type": "Text"}]}, "chatEnded": top});
        let reply = read(&answer);
        assert_eq!(
            (reply.ended, reply.messages.len(), reply.verdict),
            (Some(ended), 1, Verdict::Done),
            "{answer}"
        );
        assert_eq!(read_as(Expected::Nothing, &answer).unwrap().ended, ended.then_some(true));
    }
}

#[test]
fn a_success_needs_only_what_was_asked_for() {
    let messages = |json: Value| read_as(Expected::Messages, &json).map(|reply| reply.messages.len());
    let nothing = |json: Value| read_as(Expected::Nothing, &json).map(drop);
    for code in [json!("SUCCESS"), json!(0), json!("0"), json!(""), json!(null)] {
        assert_eq!(messages(json!({"status": {"code": code}})), Ok(0));
        assert_eq!(nothing(json!({"status": {"code": code}, "operationId": "x"})), Ok(()));
    }
    for code in [
        json!(1),
        json!("1"),
        json!("INVALID_SESSION"),
        json!("LIMIT_FILE_SIZE"),
        json!("AUTHENTICATION_REQUIRED"),
    ] {
        assert_eq!(messages(json!({"status": {"code": code}})), Err(Unusable::Refused));
        assert_eq!(
            messages(json!({"status": {"code": code}, "data": {"messages": []}})),
            Ok(0),
            "what was asked for is there"
        );
        assert_eq!(nothing(json!({"status": {"code": code}})), Err(Unusable::Refused));
    }
    assert_eq!(nothing(json!({"status": {"code": "ACCEPTED"}})), Ok(()), "another word for success");
    assert_eq!(messages(json!({"status": "ok"})), Ok(0));
    for empty in ["", " \n", "{}"] {
        assert!(decode_body(empty, Expected::Messages).is_ok());
        assert!(decode_body(empty, Expected::Nothing).is_ok());
        assert_eq!(decode_body(empty, Expected::Session).unwrap_err(), Unusable::NoToken);
    }
    for foreign in ["<html>Please log in</html>", "[]", "null", "7", "\"x\"", "{\"status\""] {
        for expected in [Expected::Session, Expected::Messages, Expected::Nothing] {
            let unusable = decode_body(foreign, expected).unwrap_err();
            assert_eq!(unusable, Unusable::NotTheProtocol, "{foreign}");
        }
    }
}

#[test]
fn sessions() {
    let opened = |data: Value| {
        let before = NexusSession::default();
        decode(
            json!({"data": data}).to_string().into(),
            Expected::Session,
            &before,
            &config("https://h").data_url,
        )
        .map(|reply| reply.session)
    };
    assert_eq!(opened(json!({"clientToken": token(2)})), Ok(Some(session(2).into())));
    let by_entity =
        NexusSession { session_id: "e1".into(), token: "opaque".into(), ..NexusSession::default() };
    assert_eq!(opened(json!({"clientToken": "opaque", "entity": {"id": "e1"}})), Ok(Some(by_entity.into())));
    for token in [json!(null), json!(""), json!({})] {
        assert_eq!(opened(json!({"clientToken": token})), Err(Unusable::NoToken));
    }
    assert_eq!(opened(json!("x")), Err(Unusable::NoToken));
    // An opaque token of a known session opens that session.
    let reply = read_as(Expected::Session, &json!({"data": {"clientToken": "opaque"}})).unwrap();
    let kept = NexusSession::of(&reply.session.unwrap()).unwrap();
    assert_eq!(
        (kept.session_id.as_str(), kept.participant_id.as_str(), kept.token.as_str()),
        ("s1", "p1", "opaque")
    );
    assert_eq!(kept.transport_id, "", "a new attachment");
}

#[test]
fn uploads_have_ids() {
    let reply = read_as(Expected::Nothing, &json!({"data": {"mediaId": "m9", "url": "/x"}})).unwrap();
    assert_eq!(reply.file_id.as_deref(), Some("m9"));
}

#[test]
fn broken_characters_lose_nothing() {
    let body = br#"{"data":{"messages":[{"index":"1-0","type":"Text","text":"half \ud83d"},{"index":"2-0","type":"Text","text":"latin1 "#;
    let body = [body.as_slice(), b"\xe9\"}]}}"].concat();
    let reply = decode_body(body, Expected::Messages).unwrap();
    let texts: Vec<_> =
        reply.messages.iter().filter_map(|received| received.message.text.as_deref()).collect();
    assert_eq!(texts, ["half \u{fffd}", "latin1 \u{fffd}"]);
    assert_eq!(reply.body.json()["data"]["messages"][0]["index"], "1-0", "the body can be read as well");
}

/// JSON that looks like an entry, often enough.
fn almost_an_entry() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(
        &[
            "index",
            "type",
            "text",
            "utcTime",
            "from",
            "participantId",
            "content",
            "url",
            "mime",
            "eventAttributes",
            "userData",
            "x",
        ][..],
    );
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 2.0)),
        "[a-zT0-9:-]{0,14}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(key.clone().prop_map(str::to_owned), inner, 0..7)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_survived(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for expected in [Expected::Session, Expected::Messages, Expected::Nothing] {
            let _ = decode_body(body.clone(), expected);
        }
    }

    #[test]
    fn any_entry_is_survived_and_loses_no_other(entry in almost_an_entry()) {
        let reply = batch(&json!([{"index": "1-0", "type": "Text"}, entry, {"index": "2-0", "type": "Text"}]));
        prop_assert!((2..=3).contains(&reply.messages.len()));
        for received in &reply.messages {
            // Each key once, or the object would not read back as it was written.
            for json in [serde_json::to_string(&received.message).unwrap(), json!(*received.original).to_string()] {
                prop_assert_eq!(serde_json::from_str::<Value>(&json).unwrap().to_string().len(), json.len());
            }
        }
    }
}
