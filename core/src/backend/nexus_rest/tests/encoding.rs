//! What each operation sends, and where to.

use super::*;
use crate::model::{FileSource, Upload};
use proptest::prelude::*;

fn full() -> Options {
    Options {
        stream: Some("live".into()),
        client_type: Some("kiosk".into()),
        user_data: object(json!({"phone": "5550100", "lang": "de"})),
        ..config("https://nexus.test")
    }
}

fn sent_with(config: Options, operation: &Operation) -> String {
    let http = transport(config).0.request(operation, &session(1)).unwrap();
    let form = match http.body {
        RequestBody::None => Bytes::new(),
        RequestBody::Form(form) => form,
        RequestBody::Json(_) | RequestBody::Multipart(_) | RequestBody::File(_) => panic!("not a form"),
    };
    let line = format!("{} {} {}", http.method, http.url, std::str::from_utf8(&form).unwrap());
    readable(&line)
}

/// Without percent-encoding, and without the request's own id.
fn readable(line: &str) -> String {
    let plain = line.replace("%5B", "[").replace("%5D", "]");
    match plain.split_once("operationId=") {
        Some((before, id)) => format!("{before}operationId=ID{}", &id[36..]).trim_end().to_owned(),
        None => plain,
    }
}

fn sent(operation: &Operation) -> String {
    sent_with(config("https://nexus.test"), operation)
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_start() {
    let start = Operation::Start(Start {
        nickname: "mia".into(),
        first_name: "Mia".into(),
        last_name: "Lund".into(),
        email: "mia@example.test".into(),
        subject: "Größe & Preis".into(),
        other: object(json!({"contract": "C-1", "consent": true, "topics": ["a", {"k": null}]})),
        user_data: object(json!({"phone": "5550100", "n": 1.5, "deep": {"er": "x"}})),
    });
    insta::assert_snapshot!(sent_with(full(), &start), @r"POST https://nexus.test/nexus/v3/chat/sessions data[clientType]=kiosk&data[consent]=true&data[contract]=C-1&data[email]=mia%40example.test&data[endpoint]=Sales&data[firstName]=Mia&data[lastName]=Lund&data[nickname]=mia&data[stream]=live&data[subject]=Gr%C3%B6%C3%9Fe+%26+Preis&data[topics][]=a&data[topics][1][k]=&data[userData][PhoneNumber]=5550100&data[userData][deep][er]=x&data[userData][n]=1.5&data[userData][phone]=5550100&operationId=ID");
    insta::assert_snapshot!(sent(&Operation::Start(Start { first_name: "Mia".into(), ..Start::default() })), @r"POST https://nexus.test/nexus/v3/chat/sessions data[endpoint]=Sales&data[firstName]=Mia&data[nickname]=Mia&operationId=ID");
    insta::assert_snapshot!(sent(&Operation::Start(Start::default())), @r"POST https://nexus.test/nexus/v3/chat/sessions data[endpoint]=Sales&operationId=ID");
}

#[test]
fn the_form_wins_over_the_configuration() {
    let other =
        object(json!({"endpoint": "Service", "stream": "dev", "nickname": "x", "userData": {"a": 1}}));
    let start =
        Start { nickname: "mia".into(), other, user_data: object(json!({"b": 2})), ..Start::default() };
    insta::assert_snapshot!(sent_with(full(), &Operation::Start(start)), @r"POST https://nexus.test/nexus/v3/chat/sessions data[clientType]=kiosk&data[endpoint]=Service&data[nickname]=mia&data[stream]=dev&data[userData][b]=2&operationId=ID");
}

#[test]
fn a_phone_number_has_two_names() {
    let sent = |data: Value| sent(&Operation::Start(Start { user_data: object(data), ..Start::default() }));
    let both = "data[userData][PhoneNumber]=1&data[userData][phone]=1";
    assert!(sent(json!({"phone": "1"})).contains(both));
    assert!(
        sent(json!({"phone": "1", "PhoneNumber": "2"})).contains("data[userData][PhoneNumber]=2&"),
        "given is given"
    );
    assert!(!sent(json!({"PhoneNumber": "2"})).contains("[phone]"));
}

#[test]
fn a_resume_names_nobody() {
    let readable = readable(&wire::Fields::of_resume(&full()).urlencoded(&crate::carrier::http::unique_id()));
    insta::assert_snapshot!(readable, @r"data[endpoint]=Sales&data[stream]=live&data[userData][PhoneNumber]=5550100&data[userData][lang]=de&data[userData][phone]=5550100&operationId=ID");
}

#[test]
fn texts_and_typing() {
    let typed = |kind: &str| {
        Operation::Send(Text {
            number: 1,
            text: "t".into(),
            message_type: Some(kind.into()),
            related_event: Some("e".into()),
        })
    };
    let all = [
        text("a + b = \"c\"\n😀"),
        typed("text"),
        typed("TEXT"),
        typed("Custom"),
        Operation::Typing { started: true, preview: Some("dra".into()) },
        Operation::Typing { started: true, preview: None },
        Operation::Typing { started: false, preview: None },
    ];
    insta::assert_snapshot!(all.map(|operation| sent(&operation)).join("\n"), @r"
    POST https://nexus.test/nexus/v3/chat/sessions/s1/messages data[text]=a+%2B+b+%3D+%22c%22%0A%F0%9F%98%80&data[type]=Text&operationId=ID
    POST https://nexus.test/nexus/v3/chat/sessions/s1/messages data[text]=t&data[type]=Text&operationId=ID
    POST https://nexus.test/nexus/v3/chat/sessions/s1/messages data[text]=t&data[type]=Text&operationId=ID
    POST https://nexus.test/nexus/v3/chat/sessions/s1/messages data[text]=t&data[type]=Custom&operationId=ID
    POST https://nexus.test/nexus/v3/chat/sessions/s1/messages data[text]=dra&data[type]=TypingStarted&operationId=ID
    POST https://nexus.test/nexus/v3/chat/sessions/s1/messages data[text]=&data[type]=TypingStarted&operationId=ID
    POST https://nexus.test/nexus/v3/chat/sessions/s1/messages data[text]=&data[type]=TypingStopped&operationId=ID
    ");
}

#[test]
fn polls_pages_and_the_rest() {
    let from = |after: Option<Place>, resync| Operation::Poll {
        from: Cursor { next: 7, after, resync },
        preview: Some("dra".into()),
    };
    let all = [
        from(None, false),
        from(Some(place("1700000003000-0")), false),
        from(Some(place("1700000003000-0")), true),
        from(Some(place("a&b=c d")), true),
        from(Some(7.into()), true),
        from(None, true),
        Operation::Restore,
        Operation::History { before: place("1700000003000-0") },
        Operation::History { before: 7.into() },
        Operation::UpdateUserData(object(json!({"step": 2, "none": null, "list": [1, "a"]}))),
        Operation::End,
    ];
    insta::assert_snapshot!(all.map(|operation| sent(&operation)).join("\n"), @r"
    GET https://nexus.test/nexus/v3/chat/sessions/s1/messages?operationId=ID
    GET https://nexus.test/nexus/v3/chat/sessions/s1/messages?operationId=ID
    GET https://nexus.test/nexus/v3/chat/sessions/s1/messages?index=1700000003000-0&operationId=ID
    GET https://nexus.test/nexus/v3/chat/sessions/s1/messages?index=a%26b%3Dc+d&operationId=ID
    GET https://nexus.test/nexus/v3/chat/sessions/s1/messages?count=10000&operationId=ID
    GET https://nexus.test/nexus/v3/chat/sessions/s1/messages?count=10000&operationId=ID
    GET https://nexus.test/nexus/v3/chat/sessions/s1/messages?count=10000&operationId=ID
    GET https://nexus.test/nexus/v3/chat/sessions/s1/messages?count=20&index=1700000003000-0&operationId=ID
    GET https://nexus.test/nexus/v3/chat/sessions/s1/messages?count=20&operationId=ID
    PUT https://nexus.test/nexus/v3/chat/sessions/s1/userdata data[list][]=1&data[list][]=a&data[none]=&data[step]=2&operationId=ID
    DELETE https://nexus.test/nexus/v3/chat/sessions/s1/participants/p1 operationId=ID
    ");
    let lasting = Options { asynchronous: true, page_size: 50, ..config("https://nexus.test") };
    insta::assert_snapshot!(sent_with(lasting, &Operation::Restore), @r"GET https://nexus.test/nexus/v3/chat/sessions/s1/messages?count=50&operationId=ID");
}

#[test]
fn an_upload_has_an_address() {
    let upload = Upload {
        name: "a.png".into(),
        source: FileSource::Bytes(Bytes::new()),
        user_data: object(json!({"x": 1})),
        progress: None,
    };
    let http =
        transport(config("https://nexus.test")).0.request(&Operation::Upload(upload), &session(1)).unwrap();
    assert_eq!(
        (http.method.as_str(), http.url.as_str()),
        ("POST", "https://nexus.test/nexus/v3/chat/sessions/s1/images")
    );
}

#[test]
fn a_proxys_path_stays() {
    let behind = Options { data_url: Url::parse("https://h/a/sessions/b").unwrap(), ..config("https://h") };
    assert!(
        sent_with(behind, &Operation::End).starts_with("DELETE https://h/a/sessions/b/s1/participants/p1 ")
    );
}

proptest! {
    #[test]
    fn forms_read_back_as_they_were_written(message in any::<String>(), key in any::<String>()) {
        let form = wire::Fields::of(&text(&message), &full()).urlencoded("id");
        prop_assert!(form.is_ascii());
        let pairs: Vec<_> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        prop_assert_eq!(pairs, vec![pair("data[text]", &message), pair("data[type]", "Text"), pair("operationId", "id")]);

        let data = Operation::UpdateUserData(object(json!({ key.clone(): message.clone() })));
        let form = wire::Fields::of(&data, &full()).urlencoded("id");
        let first = form_urlencoded::parse(form.as_bytes()).into_owned().next();
        prop_assert_eq!(first, Some(pair(&format!("data[{key}]"), &message)));
    }

    #[test]
    fn any_id_stays_one_segment(id in ".+") {
        let session = NexusSession { session_id: id.as_str().into(), ..session(1) };
        match transport(config("https://nexus.test")).0.request(&text("hi"), &session) {
            Ok(request) => {
                let segments: Vec<_> = request.url.path_segments().unwrap().collect();
                prop_assert_eq!(segments.len(), 6, "{}", request.url);
                prop_assert_eq!((segments[3], segments[5]), ("sessions", "messages"));
                prop_assert_eq!((request.url.query(), request.url.fragment()), (None, None));
            }
            Err(_) => prop_assert!(id == "." || id == ".."),
        }
    }
}
