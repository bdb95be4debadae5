//! What answers mean.

use super::*;
use crate::{
    backend::gms::{Trouble, Unreadable, decode, decode_limits, decode_trouble},
    model::{MessageType, ParticipantId, ParticipantRole},
    transport::ServerError,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(json: &Value) -> Reply {
    decode(Bytes::from(json.to_string())).unwrap()
}

/// The only message of an answer with `message`.
fn message(message: &Value) -> Value {
    let reply = read(&json!({"statusCode": 0, "messages": [message]}));
    assert_eq!(reply.messages.len(), 1);
    serde_json::to_value(&reply.messages[0].message).unwrap()
}

#[test]
fn a_start() {
    let reply = decode(Bytes::from_static(MIA.as_bytes())).unwrap();
    assert_eq!((reply.verdict, reply.ended, reply.next_position), (Verdict::Done, Some(false), Some(2)));
    let expected =
        json!({"sessionID": "0004aB1", "secureKey": "9f21c0", "alias": "117", "userId": "00755A0B1"});
    assert_eq!(json!(reply.session), expected);
    let [joined] = reply.messages.as_slice() else { panic!("one message") };
    insta::assert_snapshot!(serde_json::to_string(&joined.message).unwrap(), @r#"{"index":1,"type":"ParticipantJoined","timestamp":1700000000000,"from":{"id":1,"type":"Client","name":"Mia Lund"}}"#);
    assert!(MIA.contains(&*joined.original.as_json()), "as it came");
    assert_eq!(reply.body.0, MIA.as_bytes());
}

#[test]
fn verdicts() {
    for (answer, verdict) in [
        (json!({"statusCode": 0}), Verdict::Done),
        (json!({"statusCode": "0"}), Verdict::Done),
        (json!({"statusCode": 1}), Verdict::Temporary),
        (json!({"statusCode": 2}), Verdict::Refused),
        (json!({"statusCode": -3}), Verdict::Refused),
        (json!({"chatEnded": false, "messages": []}), Verdict::Done),
        (json!({"statusCode": null, "chatId": "c"}), Verdict::Done),
        (json!({"errors": [{"code": 1}]}), Verdict::Refused),
        (json!({"error": {"code": 1}}), Verdict::Refused),
    ] {
        assert_eq!(read(&answer).verdict, verdict, "{answer}");
    }
    for foreign in [
        "{}",
        "[]",
        "[0]",
        "0",
        "null",
        "\"statusCode\"",
        r#"{"status":0}"#,
        "",
        "<html>",
        r#"{"statusCode":0"#,
    ] {
        assert_eq!(decode(Bytes::from(foreign)).unwrap_err(), Unreadable::NotTheProtocol, "{foreign}");
    }
}

#[test]
fn only_a_success_is_trusted_with_keys_and_places() {
    for code in [1, 2] {
        let reply = read(&json!({
            "statusCode": code, "chatId": "c", "alias": "9", "secureKey": "k", "userId": "u", "nextPosition": 7,
            "chatEnded": true, "messages": [{"index": 1, "type": "Message"}],
            "errors": [{"code": 204, "advice": "1000"}], "userData": {"file-id": "f"}
        }));
        assert_eq!((reply.session, reply.next_position, reply.file_id), (None, None, None));
        assert_eq!(reply.messages.len(), 1, "what was said was said");
        assert_eq!(reply.ended, Some(true));
        let meaning = Some("the message is too long".into());
        assert_eq!(reply.errors, [ServerError { code: 204, advice: Some("1000".into()), meaning }]);
    }
}

#[test]
fn empty_ids_are_no_ids() {
    let reply = read(&json!({"statusCode": 0, "alias": "", "userId": null, "secureKey": 12}));
    assert_eq!(json!(reply.session), json!({"sessionID": "", "secureKey": "12", "alias": "", "userId": ""}));
}

#[test]
fn numbers_as_text_and_types_in_any_case() {
    let lenient = message(&json!({
        "index": "7", "type": "MESSAGE", "utcTime": "1700000000000", "text": "hi", "unknown": [1],
        "from": {"participantId": "3", "type": "aGENT", "nickname": "Ann", "more": {}}
    }));
    let strict = json!({
        "index": 7, "type": "Message", "timestamp": 1_700_000_000_000_u64, "text": "hi", "unknown": [1],
        "from": {"id": 3, "type": "Agent", "name": "Ann"}
    });
    assert_eq!(lenient, strict);
    let odd =
        message(&json!({"index": 1, "type": "Hologram", "from": {"type": "Robot", "participantId": "p-1"}}));
    assert_eq!(odd["type"], "Hologram");
    assert_eq!((&odd["from"]["type"], &odd["from"]["id"]), (&json!("Robot"), &json!("p-1")));
}

#[test]
fn bots_are_told_by_their_style() {
    for style in [json!("BOT"), json!("bot"), json!("\"BOT\"")] {
        for party in [json!({"style": style}), json!(json!({"style": style}).to_string())] {
            let attributes = json!({"GCTI_SYSTEM": {"party-info": party}});
            let bot = json!({"index": 1, "type": "Message", "from": {"type": "External"}, "eventAttributes": attributes});
            let reply = read(&json!({"statusCode": 0, "messages": [bot.clone()]}));
            assert_eq!(reply.messages[0].message.from.role, ParticipantRole::Bot);
            assert_eq!(json!(*reply.messages[0].original), bot);
        }
    }
    let human = json!({"GCTI_SYSTEM": {"party-info": {"style": "HUMAN"}}});
    let from =
        message(&json!({"index": 1, "from": {"type": "Agent"}, "eventAttributes": human}))["from"].clone();
    assert_eq!(from["type"], "Agent");
}

#[test]
fn rich_content_brings_its_own_text() {
    let content = json!({"text": "Choose:", "contentType": "quick-replies", "id": "e1"});
    for content in [content.clone(), json!(content.to_string())] {
        let attributes = json!({"structured-content": {"genesys-chat": {"content": content}}});
        let original =
            json!({"index": 1, "type": "Message", "text": "fallback", "eventAttributes": attributes});
        let reply = read(&json!({"statusCode": 0, "messages": [original]}));
        assert_eq!(reply.messages[0].message.text.as_deref(), Some("Choose:"));
        assert_eq!(reply.messages[0].original.text().map(|text| &**text), Some("fallback"));
    }
    let broken = json!({"structured-content": {"genesys-chat": {"content": "{not json"}}});
    assert_eq!(
        message(&json!({"index": 1, "text": "fallback", "eventAttributes": broken}))["text"],
        "fallback"
    );
}

#[test]
fn file_messages_have_details() {
    let data = json!({"file-id": "f1", "file-name": "a.png", "file-size": "12"});
    let file = message(&json!({"index": 4, "type": "FileUploaded", "userData": data}));
    assert_eq!((&file["userData"], &file["fileDetails"]), (&data, &data));
}

#[test]
fn one_malformed_entry_loses_no_other() {
    let reply = read(&json!({
        "statusCode": 0, "chatEnded": "true", "nextPosition": "9", "messages": [
            {"index": 1, "type": "Message", "text": "first"},
            "no object", 7, null,
            {"index": 2, "type": {}, "text": ["?"], "userData": "x", "from": 5, "utcTime": {}, "messageType": 3},
            {"index": 3, "type": "Message", "text": 5, "from": {"nickname": {}, "participantId": [], "type": "Agent"}},
            {"type": "Message", "text": "without a place"},
            {"index": -4, "type": "Message"},
            {"index": 5, "type": "Message", "text": "last"}
        ]
    }));
    let places: Vec<_> = reply.messages.iter().map(|received| received.message.index.order()).collect();
    assert_eq!(places, [Some(1), Some(2), Some(3), None, None, Some(5)]);
    assert_eq!((reply.ended, reply.next_position), (Some(true), Some(9)));
    let [first, second, third, last] = [0, 1, 2, 5].map(|place| &reply.messages[place].message);
    assert_eq!((first.text.as_deref(), last.text.as_deref()), (Some("first"), Some("last")));
    assert_eq!((&second.kind, &second.text, second.timestamp), (&MessageType::Other("".into()), &None, 0));
    assert_eq!((third.text.as_deref(), &third.from.role), (Some("5"), &ParticipantRole::Agent));
    assert_eq!(third.from.id, ParticipantId::Missing);
}

#[test]
fn broken_characters_lose_nothing() {
    let body = br#"{"statusCode":0,"chatId":"c","messages":[{"index":1,"type":"Message","text":"half \ud83d"},{"index":2,"type":"Message","text":"latin1 "#;
    let body = [body.as_slice(), b"\xe9\"}]}"].concat();
    let reply = decode(Bytes::from(body)).unwrap();
    let texts: Vec<_> =
        reply.messages.iter().filter_map(|received| received.message.text.as_deref()).collect();
    assert_eq!(texts, ["half \u{fffd}", "latin1 \u{fffd}"]);
    assert_eq!(reply.body.json()["chatId"], "c", "the body can be read as well");
}

#[test]
fn indexes() {
    for (index, place) in [
        (json!(4), Some(4)),
        (json!("4"), Some(4)),
        (json!("4.0"), Some(4)),
        (json!(4.0), Some(4)),
        (json!(i64::MAX), Some(i64::MAX.unsigned_abs())),
        (json!(-1), None),
        (json!(1_u64 << 63), None),
        (json!(1.5e19), None),
        (json!(1.5), None),
        (json!("a"), None),
        (json!({}), None),
        (json!(null), None),
    ] {
        let said = json!({"index": index, "type": "Message", "text": "hi"});
        let reply = read(&json!({"statusCode": 0, "messages": [said.clone()]}));
        assert_eq!(reply.messages[0].message.index.order(), place, "{index}");
        let told = json!(reply.messages[0].message);
        match place {
            Some(place) => assert_eq!(told["index"], place),
            None => assert_eq!(told.get("index").unwrap_or(&Value::Null), &index, "as it came"),
        }
        assert_eq!(json!(*reply.messages[0].original), said);
    }
}

#[test]
fn next_positions() {
    for (next, position) in [
        (json!(7), Some(7)),
        (json!("7.0"), Some(7)),
        (json!(7.5), None),
        (json!(-1), None),
        (json!(1e300), None),
        (json!(1.5e19), None),
        (json!(1_u64 << 53), None),
        (json!([]), None),
    ] {
        assert_eq!(read(&json!({"statusCode": 0, "nextPosition": next})).next_position, position, "{next}");
    }
}

#[test]
fn members_that_nobody_knows_stay() {
    let sent = json!({
        "index": 1, "type": "Message", "text": "hi", "utcTime": 1, "messageType": "text", "from": {"nickname": "Ann", "mood": "fine"},
        "contentType": "text/plain", "content": {"a": [1]}, "visibility": "ALL", "eventId": "e1", "messageId": 7,
        "timestamp": "now", "isTyping": true, "fileDetails": 5, "html": true, "bubble": {}, "restoring": true, "name": null,
    });
    let told = json!({
        "index": 1, "type": "Message", "text": "hi", "timestamp": 1, "from": {"type": "", "name": "Ann"},
        "contentType": "text/plain", "content": {"a": [1]}, "visibility": "ALL", "eventId": "e1", "messageId": 7, "name": null,
    });
    assert_eq!(message(&sent), told);
}

#[test]
fn texts_of_any_kind() {
    for (sent, told) in [
        (json!(5), json!("5")),
        (json!(-1.5), json!("-1.5")),
        (json!(true), json!("true")),
        (json!(""), json!("")),
    ] {
        assert_eq!(message(&json!({"index": 1, "type": "Message", "text": sent}))["text"], told);
    }
    for sent in [json!({"a": 1}), json!(["a"]), json!(null)] {
        let told = message(&json!({"index": 1, "type": "Message", "text": sent, "eventId": "e"}));
        assert_eq!((told.get("text"), &told["eventId"]), (None, &json!("e")), "{sent}");
    }
}

#[test]
fn a_message_of_nobody() {
    for from in [json!(null), json!({}), json!(5)] {
        let told = message(&json!({"index": 1, "type": "Message", "text": "hi", "from": from}));
        assert_eq!(told["from"], json!({"type": "", "name": ""}), "{from}");
    }
}

/// Nested deeper than any reader of JSON goes.
fn deep() -> String {
    format!("{}{}", "[".repeat(300), "]".repeat(300))
}

#[test]
fn what_cannot_be_read_costs_no_more_than_itself() {
    let deep = deep();
    for odd in ["1e400", "-1e400", r#""\ud83d""#, deep.as_str(), "{\"a\":1e999}"] {
        for place in [
            r#""unread":ODD,"#,
            r#""alias":ODD,"#,
            r#""userData":ODD,"#,
            r#""nextPosition":ODD,"#,
            r#""idleTimerExpire":ODD,"#,
            r#""errors":ODD,"#,
            r#""monitored":{"a":[ODD]},"#,
        ] {
            let place = place.replace("ODD", odd);
            let body = format!(
                r#"{{"statusCode":0,{place}"secureKey":"k","chatEnded":false,"messages":[{{"index":1,"type":"Message","text":"hi"}}]}}"#
            );
            let reply = decode(Bytes::from(body.clone())).unwrap();
            assert_eq!(reply.messages.len(), 1, "{body}");
            assert_eq!((reply.session.unwrap().key().as_str(), reply.ended), ("k", Some(false)));
            assert_eq!(reply.body.json()["secureKey"], "k", "and the whole can be read: {body}");
        }
        for place in [
            r#""unread":ODD"#,
            r#""userData":{"a":ODD}"#,
            r#""from":{"unread":ODD,"nickname":"Ann"}"#,
            r#""from":{"nickname":ODD}"#,
            r#""eventAttributes":{"a":ODD}"#,
            r#""messageType":ODD"#,
            r#""utcTime":ODD"#,
        ] {
            let place = place.replace("ODD", odd);
            let body = format!(
                r#"{{"statusCode":0,"messages":[{{"index":1,"type":"Message","text":"hi",{place}}},{{"index":2,"type":"Message"}}]}}"#
            );
            let reply = decode(Bytes::from(body.clone())).unwrap();
            let texts: Vec<_> =
                reply.messages.iter().map(|received| received.message.text.as_deref()).collect();
            assert_eq!(texts, [Some("hi"), None], "{body}");
            assert_eq!(json!(*reply.messages[0].original)["text"], "hi", "{body}");
            let _ = json!(reply.messages[0].message);
        }
    }
}

#[test]
fn limits() {
    let notice = |text: &str| {
        json!({"type": "Notice", "text": text, "from": {"type": "Client"}, "userData": {
            "upload-max-files": "5", "upload-max-file-size": "10485760", "upload-max-total-size": 99_614_720,
            "upload-file-types": "jpeg:JPG:.pdf", "upload-need-agent": "TRUE", "used-upload-max-files": "1",
            "used-upload-max-total-size": "77", "delete-file": "odd"
        }})
    };
    let named = json!({"statusCode": 0, "chatEnded": false, "messages": [
        {"index": 3, "type": "Message", "userData": {"upload-max-files": "0"}}, notice("file-client-cfg-get")
    ]});
    for reply in [read(&named), decode_limits(Bytes::from(named.to_string())).unwrap()] {
        let limits = reply.limits.unwrap();
        assert_eq!((limits.max_files, limits.max_file_size), (Some(5), Some(10_485_760)));
        assert_eq!((limits.max_total_size, limits.need_agent), (Some(99_614_720), true));
        assert_eq!(limits.file_types, ["jpeg", "jpg", "pdf"]);
        assert_eq!((limits.used_files, limits.used_total_size), (1, 77));
        assert_eq!(limits.raw["delete-file"], "odd");
        assert_eq!(reply.messages.len(), 1, "the notice is no entry of the transcript");
    }
    let unnamed = json!({"statusCode": 0, "messages": [{"type": "Notice"}, notice("other")]});
    assert_eq!(read(&unnamed).limits, None);
    let reply = decode_limits(Bytes::from(unnamed.to_string())).unwrap();
    assert_eq!(reply.limits.unwrap().max_files, Some(5));
}

#[test]
fn uploads_and_countdowns() {
    let reply = read(&json!({"statusCode": 0, "userData": {"file-id": "f9"}, "idleTimerExpire": "45"}));
    assert_eq!((reply.file_id.as_deref(), reply.idle_countdown), (Some("f9"), Some(json!("45"))));
    assert_eq!(read(&json!({"statusCode": 0, "idleTimerExpire": null})).idle_countdown, None);
}

#[test]
fn errors_in_failure_bodies() {
    let meaning = |code| match code {
        161 => Some("a name is missing".into()),
        201 => Some("too many files, at most 3".into()),
        202 => Some("the file, or all files together, are too large".into()),
        _ => None,
    };
    let error = |code, advice: Option<&str>| ServerError {
        code,
        advice: advice.map(Into::into),
        meaning: meaning(code),
    };
    for (body, errors) in [
        (
            r#"{"errors":[{"code":"201","advice":3},{"code":202,"text":"too big"}]}"#,
            vec![error(201, Some("3")), error(202, Some("too big"))],
        ),
        (r#"{"errors":{"code":161}}"#, vec![error(161, None)]),
        (r#"{"error":{"code":"x"}}"#, vec![error(0, None)]),
        (r#"{"errors":["x",null]}"#, vec![]),
        ("Forbidden", vec![]),
    ] {
        assert_eq!(decode_trouble(body.as_bytes()), Trouble { ended: None, errors }, "{body}");
    }
    assert_eq!(decode_trouble(br#"{"statusCode":2,"chatEnded":true}"#).ended, Some(true));
}

/// Text that looks like an answer, often enough.
fn almost_an_answer() -> impl Strategy<Value = String> {
    let key = prop::sample::select(
        &[
            "statusCode",
            "chatEnded",
            "messages",
            "errors",
            "index",
            "type",
            "from",
            "userData",
            "eventAttributes",
            "x",
        ][..],
    );
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| number.to_string()),
        Just("1e999".to_owned()),
        Just(deep()),
        "[a-z0-9\\\\ud83]{0,8}".prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|all| format!("[{}]", all.join(","))),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|all| {
                let fields: Vec<_> = all.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_survived(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(Bytes::from(body.clone()));
        decode_trouble(&body);
    }

    #[test]
    fn any_answer_is_survived(messages in almost_an_answer(), rest in almost_an_answer()) {
        let body = format!("{{\"statusCode\":0,\"messages\":{messages},\"userData\":{rest}}}");
        if let Ok(reply) = decode(Bytes::from(body.clone())) {
            prop_assert_eq!(reply.verdict, Verdict::Done);
            for received in reply.messages {
                let (_, original) = (json!(received.message), json!(*received.original));
                prop_assert!(original.is_object(), "{}", original);
            }
        }
        decode_trouble(rest.as_bytes());
        let _ = decode_limits(Bytes::from(rest));
    }

    #[test]
    fn messages_read_back_as_they_were_written(index in 1u64..1_000_000, text in any::<String>(), name in any::<String>()) {
        let sent = json!({"index": index, "type": "Message", "text": text, "utcTime": 1, "from": {"nickname": name, "participantId": 2, "type": "Agent"}});
        let reply = read(&json!({"statusCode": 0, "messages": [sent.clone()]}));
        prop_assert_eq!(serde_json::to_value(&*reply.messages[0].original).unwrap(), sent);
    }
}
