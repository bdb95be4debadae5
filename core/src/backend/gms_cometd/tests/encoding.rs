//! What each operation publishes.

use super::*;
use crate::model::{Download, DownloadTarget, FileSource, Upload};

fn published(operation: &Operation) -> Value {
    Value::Object(data::other(operation, &gms_session()).unwrap())
}

#[test]
fn a_start() {
    let start = Start {
        nickname: "mia".into(),
        first_name: "Mia".into(),
        last_name: "Lund".into(),
        email: "mia@example.test".into(),
        subject: "Größe".into(),
        other: JsonObject::new(),
        user_data: object(json!({"phone": "5550100", "n": 1.5, "gone": null})),
    };
    assert_eq!(
        Value::Object(data::start(&Operation::Start(start), Some("Sales"), true)),
        json!({"operation": "requestChat", "nickname": "mia", "firstName": "Mia", "lastName": "Lund",
            "emailAddress": "mia@example.test", "subject": "Größe", "text": "", "endpoint": "Sales",
            "userData": {"phone": "5550100", "n": "1.5", "gone": "", "GCTI_Chat_AsyncMode": "true"}})
    );
    let plain = data::start(&Operation::Start(Start::default()), None, false);
    assert_eq!((plain.get("endpoint"), &plain["userData"]), (None, &json!({})));
}

#[test]
fn operations_carry_the_session() {
    let ids = json!({"secureKey": "a+b/c==", "chatId": "0004aB1", "userId": "00755A0B1", "alias": "117"});
    for (operation, own) in [
        (text("hi"), json!({"operation": "sendMessage", "message": "hi", "messageType": "text"})),
        (
            Operation::Send(Text {
                number: 1,
                text: "yes".into(),
                message_type: Some("rich".into()),
                related_event: Some("e1".into()),
            }),
            json!({"operation": "sendMessage", "message": "yes", "messageType": "rich",
                "eventAttributes": {"general-properties": {"related-event-id": "e1"}}}),
        ),
        (
            Operation::Typing { started: true, preview: Some("I th".into()) },
            json!({"operation": "startTyping", "message": "I th"}),
        ),
        (
            Operation::Typing { started: false, preview: None },
            json!({"operation": "stopTyping", "message": ""}),
        ),
        (Operation::End, json!({"operation": "disconnect"})),
        (
            Operation::CustomNotice { message: "{}".into() },
            json!({"operation": "customNotice", "message": "{}"}),
        ),
        (
            Operation::UpdateUserData(object(json!({"a": 1, "b": {"c": 2}}))),
            json!({"operation": "updateData", "userData": {"a": "1", "b": "{\"c\":2}"}}),
        ),
        (Operation::PushUrl { url: "u".into() }, json!({"operation": "pushUrl", "pushUrl": "u"})),
        (
            Operation::UpdateNickname { nickname: "M".into() },
            json!({"operation": "updateNickname", "nickname": "M"}),
        ),
        (
            Operation::ReadReceipt { position: 7 },
            json!({"operation": "readReceipt", "transcriptPosition": 7}),
        ),
    ] {
        let mut wanted = object(own);
        wanted.extend(object(ids.clone()));
        assert_eq!(published(&operation), Value::Object(wanted));
    }
    assert_eq!(data::notifications(&gms_session(), 4)["transcriptPosition"], 4);
    assert_eq!(data::history(&gms_session(), 7)["transcriptPosition"], 7);
    let newest = data::newest(&gms_session());
    assert_eq!((&newest["operation"], &newest["transcriptPosition"]), (&json!("refresh"), &json!(-1)));
}

#[test]
fn what_a_session_has_not_is_left_out() {
    let session = GmsSession { secure_key: "k".into(), ..GmsSession::default() };
    assert_eq!(
        Value::Object(data::notifications(&session, 1)),
        json!({"operation": "requestNotifications", "secureKey": "k", "transcriptPosition": 1})
    );
}

#[test]
fn file_requests() {
    let upload = Upload {
        name: "a.txt".into(),
        source: FileSource::Bytes(bytes::Bytes::new()),
        user_data: object(json!({"file-description": "notes"})),
        progress: None,
    };
    let download =
        Download { file_id: "f1".into(), file_name: None, target: DownloadTarget::Memory, progress: None };
    for (operation, wanted) in [
        (Operation::FileLimits, "operation=fileGetLimits secureKey=a+b/c=="),
        (
            Operation::Upload(upload),
            "operation=fileUpload secureKey=a+b/c== userData[file-description]=notes",
        ),
        (Operation::Download(download), "operation=fileDownload secureKey=a+b/c== fileId=f1"),
        (Operation::DeleteFile { file_id: "f1".into() }, "operation=fileDelete secureKey=a+b/c== fileId=f1"),
    ] {
        let mut fields = Vec::new();
        data::file_form(&operation, &gms_session(), |name, value| fields.push(format!("{name}={value}")));
        assert_eq!(fields.join(" "), wanted);
    }
}
