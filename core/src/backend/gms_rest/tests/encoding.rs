//! What each operation sends, and where to.

use super::*;
use crate::model::{Download, DownloadTarget, FileSource, JsonObject, Upload};
use proptest::prelude::*;
use serde_json::{Value, json};

fn sent_with(config: Options, request: &Request) -> String {
    let http = transport(config).0.request(request).unwrap();
    let RequestBody::Form(form) = http.body else { panic!("not a form") };
    format!("{} {}\n{}", http.method, http.url, std::str::from_utf8(&form).unwrap())
}

fn sent(operation: Operation) -> String {
    sent_with(config("https://gms.test/genesys/2/chat/support/"), &request(operation))
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

fn start() -> Operation {
    Operation::Start(Start {
        nickname: "mia".into(),
        first_name: "Mia".into(),
        last_name: "Lund".into(),
        email: "mia@example.test".into(),
        subject: "Größe & Preis".into(),
        other: object(json!({"ignored": "by GMS"})),
        user_data: object(
            json!({"TimeZone": "60", "n": 1.5, "flag": true, "none": null, "list": [1, "a"], "o[x]": {"k": 1}}),
        ),
    })
}

#[test]
fn a_start() {
    insta::assert_snapshot!(sent(start()), @r"
    POST https://gms.test/genesys/2/chat/support/
    nickname=mia&firstName=Mia&lastName=Lund&emailAddress=mia%40example.test&subject=Gr%C3%B6%C3%9Fe+%26+Preis&text=&userData%5BTimeZone%5D=60&userData%5Bflag%5D=true&userData%5Blist%5D=%5B1%2C%22a%22%5D&userData%5Bn%5D=1.5&userData%5Bnone%5D=&userData%5Bo%5Bx%5D%5D=%7B%22k%22%3A1%7D
    ");
    let bare = Options {
        trailing_slash: false,
        endpoint: Some("Environment:/sales".into()),
        ..config("https://api.test/gms-chat/2/chat/?x=1")
    };
    insta::assert_snapshot!(sent_with(bare, &request(Operation::Start(Start::default()))), @r"
    POST https://api.test/gms-chat/2/chat?x=1
    nickname=&firstName=&lastName=&emailAddress=&subject=&text=&endpoint=Environment%3A%2Fsales
    ");
}

#[test]
fn texts() {
    insta::assert_snapshot!(sent(text("a + b = \"c\"\n😀")), @r"
    POST https://gms.test/genesys/2/chat/support/0004aB1/send
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117&message=a+%2B+b+%3D+%22c%22%0A%F0%9F%98%80&messageType=text
    ");
    let answer = Text {
        number: 1,
        text: "yes".into(),
        message_type: Some("quick-reply".into()),
        related_event: Some("e\"1".into()),
    };
    insta::assert_snapshot!(sent(Operation::Send(answer)), @r"
    POST https://gms.test/genesys/2/chat/support/0004aB1/send
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117&message=yes&messageType=quick-reply&eventAttributes=%7B%22general-properties%22%3A%7B%22related-event-id%22%3A%22e%5C%221%22%7D%7D
    ");
}

#[test]
fn polls_and_typing() {
    let all = [
        poll(0),
        Operation::Poll { from: Cursor { next: 12, ..Cursor::default() }, preview: Some("dra".into()) },
        Operation::Typing { started: true, preview: None },
        Operation::Typing { started: true, preview: Some("".into()) },
        Operation::Typing { started: false, preview: Some("draft".into()) },
    ];
    insta::assert_snapshot!(all.map(sent).join("\n"), @r"
    POST https://gms.test/genesys/2/chat/support/0004aB1/refresh
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117&transcriptPosition=1
    POST https://gms.test/genesys/2/chat/support/0004aB1/refresh
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117&transcriptPosition=12&message=dra
    POST https://gms.test/genesys/2/chat/support/0004aB1/startTyping
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117
    POST https://gms.test/genesys/2/chat/support/0004aB1/startTyping
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117&message=
    POST https://gms.test/genesys/2/chat/support/0004aB1/stopTyping
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117&message=draft
    ");
}

#[test]
fn everything_else() {
    let download =
        Download { file_id: "f/1".into(), file_name: None, target: DownloadTarget::Memory, progress: None };
    let all = [
        Operation::End,
        Operation::CustomNotice { message: "{\"a\":1}".into() },
        Operation::UpdateUserData(object(json!({"step": "2", "ok": true}))),
        Operation::FileLimits,
        Operation::Download(download),
        Operation::DeleteFile { file_id: "5b1 ö".into() },
        Operation::PushUrl { url: "https://shop.test/?a=b&c".into() },
        Operation::UpdateNickname { nickname: "Mia L.".into() },
        Operation::ReadReceipt { position: 9 },
    ];
    insta::assert_snapshot!(all.map(sent).join("\n"), @r"
    POST https://gms.test/genesys/2/chat/support/0004aB1/disconnect
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117
    POST https://gms.test/genesys/2/chat/support/0004aB1/customNotice
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117&message=%7B%22a%22%3A1%7D
    POST https://gms.test/genesys/2/chat/support/0004aB1/updateData
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117&userData%5Bok%5D=true&userData%5Bstep%5D=2
    POST https://gms.test/genesys/2/chat/support/0004aB1/file/limits
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117
    POST https://gms.test/genesys/2/chat/support/0004aB1/file/f%2F1/download
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117
    POST https://gms.test/genesys/2/chat/support/0004aB1/file/5b1%20%C3%B6/delete
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117
    POST https://gms.test/genesys/2/chat/support/0004aB1/pushUrl
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117&pushUrl=https%3A%2F%2Fshop.test%2F%3Fa%3Db%26c
    POST https://gms.test/genesys/2/chat/support/0004aB1/updateNickname
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117&nickname=Mia+L.
    POST https://gms.test/genesys/2/chat/support/0004aB1/readReceipt
    secureKey=a%2Bb%2Fc%3D%3D&userId=00755A0B1&alias=117&transcriptPosition=9
    ");
}

#[test]
fn newer_servers_have_neither_user_id_nor_alias() {
    let session =
        GmsSession { secure_key: "k".into(), session_id: "a b/../c?d#e".into(), ..GmsSession::default() };
    let request = Request { session: Arc::new(session.into()), operation: Operation::End };
    insta::assert_snapshot!(sent_with(config("https://gms.test/chat/"), &request), @r"
    POST https://gms.test/chat/a%20b%2F..%2Fc%3Fd%23e/disconnect
    secureKey=k
    ");
}

#[test]
fn an_uploads_fields_are_its_ids_and_data() {
    let upload = Upload {
        name: "a.txt".into(),
        source: FileSource::Bytes(Bytes::new()),
        user_data: object(json!({"file-description": "my file"})),
        progress: None,
    };
    let mut fields = Vec::new();
    form::form(&Operation::Upload(upload), &gms_session(), Some("ignored"), |name, value| {
        fields.push(format!("{name}={value}"));
    });
    let expected =
        ["secureKey=a+b/c==", "userId=00755A0B1", "alias=117", "userData[file-description]=my file"];
    assert_eq!(fields, expected);
}

proptest! {
    #[test]
    fn forms_read_back_as_they_were_written(message in any::<String>(), key in any::<String>(), secret in ".+") {
        let session = GmsSession { secure_key: secret.as_str().into(), session_id: "c".into(), ..GmsSession::default() };
        let form = form::urlencoded(&text(&message), &session, None);
        prop_assert!(form.is_ascii());
        let pairs: Vec<_> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        prop_assert_eq!(pairs, vec![pair("secureKey", &secret), pair("message", &message), pair("messageType", "text")]);

        let data = object(json!({ key.clone(): message.clone() }));
        let form = form::urlencoded(&Operation::UpdateUserData(data), &session, None);
        let last = form_urlencoded::parse(form.as_bytes()).into_owned().last();
        prop_assert_eq!(last, Some(pair(&format!("userData[{key}]"), &message)));
    }

    #[test]
    fn any_id_stays_one_segment(id in ".+") {
        let session = GmsSession { session_id: id.as_str().into(), ..GmsSession::default() };
        let transport = transport(config("https://gms.test/a/chat/"));
        match transport.0.url(&session, &Operation::End) {
            Ok(url) => {
                let segments: Vec<_> = url.path_segments().unwrap().collect();
                prop_assert_eq!(segments.len(), 4, "{}", url);
                prop_assert_eq!((segments[0], segments[1], segments[3]), ("a", "chat", "disconnect"));
                prop_assert_eq!((url.query(), url.fragment()), (None, None));
            }
            Err(_) => prop_assert!(id == "." || id == ".."),
        }
    }
}
