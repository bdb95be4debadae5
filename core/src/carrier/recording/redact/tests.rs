use super::*;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use proptest::{collection::vec, prelude::*, sample::select};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

/// No placeholder has digits beside letters.
const SECRET: &str = "s3cr3t";

fn server() -> Url {
    Url::parse("https://gms.example:8443/genesys/2/chat/support").unwrap()
}

fn shown(value: Value) -> Value {
    Redactor::new().json(value, &server())
}

#[test]
fn an_answer_keeps_what_is_nobodys() {
    let redactor = Redactor::new();
    let answer = json!({
        "statusCode": 0, "chatEnded": false, "nextPosition": 3, "chatId": "000ABC", "secureKey": "a7f3", "alias": "117",
        "userId": "007",
        "messages": [
            {"index": 1, "type": "ParticipantJoined", "utcTime": 1_432_845_088_000_u64, "from": {"nickname": "Ann", "participantId": 1, "type": "Client"}},
            {"index": 2, "type": "Message", "messageType": "text", "text": "Grüße, Ann", "from": {"nickname": "Ann", "participantId": 1, "type": "Client"}},
        ],
        "errors": [{"code": 201, "advice": "3"}],
    });
    let shown = redactor.json(answer.clone(), &server());
    for known in ["statusCode", "chatEnded", "nextPosition", "errors"] {
        assert_eq!(shown[known], answer[known]);
    }
    for number in 0..2 {
        for known in ["index", "type", "utcTime"] {
            assert_eq!(shown["messages"][number][known], answer["messages"][number][known]);
        }
        assert_eq!(shown["messages"][number]["from"]["type"], "Client");
        assert_eq!(shown["messages"][number]["from"], shown["messages"][0]["from"], "the same for the same");
    }
    let text = shown["messages"][1]["text"].as_str().unwrap();
    assert_eq!((text.chars().count(), text.len()), (10, 12));
    assert_ne!(text, "Grüße, Ann");
    assert_ne!(shown["chatId"], shown["secureKey"]);
    assert!(shown["alias"].as_str().unwrap().bytes().all(|byte| byte.is_ascii_digit()));
    assert_ne!(shown["messages"][0]["from"]["participantId"], 1);
    let (_, form) = redactor.field("secureKey", "a7f3", &server());
    assert_eq!(shown["secureKey"], form, "requests and answers are told in the same words");
    let id = shown["chatId"].as_str().unwrap();
    assert_eq!(redactor.path("/genesys/2/chat/support/000ABC/refresh").split('/').nth(5), Some(id));
    assert!(redactor.path("/genesys/2/chat/support/000ABC/refresh").starts_with("/genesys/2/chat/"));
}

#[test]
fn another_recording_has_other_placeholders() {
    assert_ne!(Redactor::new().text("a long enough text"), Redactor::new().text("a long enough text"));
}

#[test]
fn forms_keep_their_names() {
    let redactor = Redactor::new();
    let field = |name, value| redactor.field(name, value, &server());
    assert_eq!(field("transcriptPosition", "7"), ("transcriptPosition".into(), "7".into()));
    assert_eq!(field("data[type]", "TypingStarted"), ("data[type]".into(), "TypingStarted".into()));
    assert_eq!(field("index", "1700000000000-12").1, "1700000000000-12");
    for name in ["userData[Account]", "data[userData][Account]", "userData[", "Account", "]["] {
        let (shown, value) = field(name, SECRET);
        assert!(
            !shown.contains("Account") && value.len() == SECRET.len() && value != SECRET,
            "{shown} {value}"
        );
    }
    let (_, attributes) = field("eventAttributes", r#"{"general-properties":{"related-event-id":"s3cr3t"}}"#);
    assert!(
        attributes.starts_with(r#"{"general-properties":{"related-event-id":""#)
            && !attributes.contains(SECRET)
    );
}

#[test]
fn a_token_stays_one() {
    let claims =
        BASE64_URL_SAFE_NO_PAD.encode(r#"{"sessionId":"s3cr3t","participantId":"p","exp":1700000000}"#);
    let redactor = Redactor::new();
    let answer = redactor.json(json!({"data": {"clientToken": format!("e30.{claims}.s3cr3t")}}), &server());
    let claims = token::claims(answer["data"]["clientToken"].as_str().unwrap()).unwrap();
    assert_eq!(claims["exp"], 1_700_000_000);
    let path = redactor.path("/sessions/s3cr3t/messages");
    assert_eq!(path, format!("/sessions/{}/messages", claims["sessionId"].as_str().unwrap()));
}

#[test]
fn addresses_of_the_server_are_told_from_others() {
    let redactor = Redactor::new();
    let address = |url: &str| redactor.address(url, &server());
    assert_eq!(
        address("https://gms.example:8443/genesys/2/chat/"),
        "https://recorded.invalid/genesys/2/chat/"
    );
    let other = address("https://s3cr3t.example/images/s3cr3t.png?count=3&s3cr3t=s3cr3t");
    assert!(
        other.starts_with("https://") && other.contains(".invalid/images/") && !other.contains(SECRET),
        "{other}"
    );
    assert_eq!(address("/sessions").as_str(), "/sessions");
    assert_eq!(address("javascript:1").len(), "javascript:1".len());
}

#[test]
fn bayeux_keeps_its_words_and_numbers() {
    let sent = json!([
        {"channel": "/meta/handshake", "id": "1", "version": "1.0", "supportedConnectionTypes": ["websocket", "long-polling"], "ext": {"ack": true}},
        {"channel": "/meta/connect", "id": "3", "ext": {"ack": -1}},
        {"channel": "/meta/connect", "id": "2", "advice": {"reconnect": "retry", "interval": 0, "timeout": 30000}, "successful": false},
    ]);
    assert_eq!(shown(sent.clone()), sent);
    let refused = shown(
        json!([{"channel": "/service/chatV2/s3cr3t", "error": "402:s3cr3t:s3cr3t", "clientId": "s3cr3t", "data": {"operation": "sendMessage"}}]),
    );
    assert!(refused[0]["error"].as_str().unwrap().starts_with("402:"));
    assert_eq!(refused[0]["data"]["operation"], "sendMessage");
    assert!(refused[0]["channel"].as_str().unwrap().starts_with("/channel/"));
}

#[test]
fn codes_are_told() {
    for code in [json!("INVALID_SESSION"), json!(0), json!("SUCCESS"), json!("1")] {
        assert_eq!(shown(json!({"status": {"code": code}}))["status"]["code"], code);
    }
    let other = shown(json!({"status": {"code": "LIMIT_JOHN", "message": "John"}}));
    let code = other["status"]["code"].as_str().unwrap();
    assert!(code.starts_with("LIMIT_") && code != "LIMIT_JOHN", "{code}");
}

#[test]
fn headers_show_few_values() {
    let headers: HeaderMap = [
        ("content-type", "application/json; charset=utf-8; x=s3cr3t"),
        ("retry-after", "9"),
        ("set-cookie", "a=s3cr3t"),
        ("x-s3cr3t", "s3cr3t"),
        ("cache-control", "no-cache, s3cr3t"),
        ("location", "https://gms.example:8443/s3cr3t"),
        ("content-disposition", "attachment; filename=\"s3cr3t\""),
    ]
    .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
    .into_iter()
    .collect();
    let shown = Redactor::new().headers(&headers, &server());
    let value =
        |name: &str| shown.as_array().unwrap().iter().find(|pair| pair[0] == name).unwrap()[1].clone();
    assert_eq!(value("content-type"), "application/json;charset=utf-8");
    assert_eq!(value("retry-after"), "9");
    assert_eq!(value("content-disposition"), "attachment");
    assert_eq!((value("set-cookie"), value("cache-control")), (Value::Null, Value::Null));
    assert!(value("location").as_str().unwrap().starts_with("https://recorded.invalid/"));
    assert!(!shown.to_string().contains(SECRET), "{shown}");
}

/// JSON of known and unknown names, with the secret in every place where a text can be.
fn secretive() -> impl Strategy<Value = Value> {
    let texts = [
        "s3cr3t",
        "a s3cr3t b",
        "http://h/s3cr3t?index=s3cr3t",
        "/s3cr3t",
        "402:s3cr3t:s3cr3t",
        "{\"text\":\"s3cr3t\"}",
        "s3cr3t.s3cr3t.s3cr3t",
        "INVALID_s3cr3t",
        "7-s3cr3t",
        "text/s3cr3t",
        "s3cr3t:png",
    ];
    let leaf = prop_oneof![select(texts.to_vec()).prop_map(Value::from), any::<bool>().prop_map(Value::from)];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let names = select(vec![
            "channel",
            "id",
            "error",
            "data",
            "messages",
            "userData",
            "text",
            "type",
            "code",
            "statusCode",
            "index",
            "utcTime",
            "from",
            "clientToken",
            "eventAttributes",
            "url",
            "advice",
            "mime",
            "upload-file-types",
            "file-id",
            "operation",
            "reconnect",
            "idleTimerExpire",
            "chatEnded",
            "s3cr3t",
            "structured-content",
        ]);
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((names, inner), 0..6).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_secret_is_shown_wherever_it_stands(value in secretive()) {
        let redactor = Redactor::new();
        let shown = redactor.json(value.clone(), &server());
        prop_assert!(!shown.to_string().contains(SECRET), "{}", shown);
        prop_assert_eq!(shown, redactor.json(value, &server()));
    }

    #[test]
    fn texts_keep_their_length(text in ".*") {
        let shown = Redactor::new().text(&text);
        prop_assert_eq!((shown.len(), shown.chars().count()), (text.len(), text.chars().count()));
        prop_assert_eq!(shown.encode_utf16().count(), text.encode_utf16().count());
    }

    #[test]
    fn any_field_and_address_is_survived(name in ".*", value in ".*") {
        let redactor = Redactor::new();
        redactor.field(&name, &value, &server());
        redactor.address(&value, &server());
        redactor.path(&value);
    }
}
