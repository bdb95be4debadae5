//! Every code of an error at every action that can give it, brought about as it comes about, and told in every form.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{advance, pause, resume};
use webchat_simulator::api::web_messaging::{ErrorForm, Limits, Party, UploadEvent, WebMessagingSettings};
use webchat_simulator::{Fault, Operation, Simulator};

use super::files::{announce, put};
use super::guest::{Guest, open, simulator};

fn text(text: &str) -> Value {
    json!({"action": "onMessage", "message": {"type": "Text", "text": text}})
}

fn presence(kind: &str) -> Value {
    let event = json!({"eventType": "Presence", "presence": {"type": kind}});
    json!({"action": "onMessage", "message": {"type": "Event", "events": [event]}})
}

fn carrying(id: &str) -> Value {
    json!({"action": "onMessage", "message": {"content": [{"contentType": "Attachment", "attachment": {"id": id}}]}})
}

fn typing() -> Value {
    let event = json!({"eventType": "Typing", "typing": {"type": "On"}});
    json!({"action": "onMessage", "message": {"type": "Event", "events": [event]}})
}

/// The code of the answer to a request, whichever of the two it has.
async fn code(guest: &mut Guest, request: Value) -> Value {
    let answer = guest.ask(request).await;
    if answer["body"]["errorCode"].is_null() {
        answer["code"].clone()
    } else {
        answer["body"]["errorCode"].clone()
    }
}

/// Tells that this request is refused with this code.
async fn refused(guest: &mut Guest, request: Value, wanted: u32) {
    let words = request.to_string();
    assert_eq!(code(guest, request).await, wanted, "{words}");
}

#[tokio::test]
async fn what_is_malformed_or_missing() {
    let (_simulator, mut guest) = start().await;
    let with = |mut request: Value, name: &str, value: Value| {
        request[name] = value;
        request
    };
    for (request, wanted) in [
        (json!({"action": "configureSession"}), 4020),
        (json!({"action": "getConfiguration"}), 4020),
        (json!({"action": "onMessage"}), 4020),
        (json!({"action": "getAttachment"}), 4020),
        (json!({"action": "deleteAttachment"}), 4020),
        (json!({"action": "onAttachment", "fileType": "a/b", "fileSize": 1}), 4020),
        (json!({"action": "onAttachment", "fileName": "a.b", "fileSize": 1}), 4020),
        (json!({"action": "onAttachment", "fileName": "a.b", "fileType": "a/b"}), 4020),
        (json!({"action": "onMessage", "message": {"type": "Dance"}}), 400),
        (json!({"action": "onMessage", "message": {"type": "Event", "events": []}}), 400),
        (json!({"action": "onMessage", "message": {"type": "Text", "text": ""}}), 400),
        (json!({"action": "onMessage", "message": {"content": [{"attachment": {"id": "a"}}]}}), 400),
        (json!({"action": "getConfiguration", "deploymentId": ""}), 4020),
        (text(&"x".repeat(4097)), 4011),
        (text(&"ä".repeat(2049)), 4011),
        (carrying("none"), 4009),
        (json!({"action": "getAttachment", "attachmentId": "none"}), 4009),
        (json!({"action": "deleteAttachment", "attachmentId": "none"}), 4009),
        (presence("Dance"), 400),
        (json!({"action": "configureAuthenticatedSession", "deploymentId": "any"}), 403),
    ] {
        refused(&mut guest, request, wanted).await;
    }
    let many = json!({"type": "Text", "text": "x", "channel": {"metadata": {"customAttributes": {"k": "x".repeat(2048)}}}});
    refused(&mut guest, with(json!({"action": "onMessage"}), "message", many), 4013).await;
    guest.say("the session has borne it all").await;
}

async fn start() -> (Simulator, Guest) {
    let simulator = simulator(WebMessagingSettings::default()).await;
    let guest = Guest::start(&simulator).await;
    (simulator, guest)
}

/// All that asks for a session, with the code where its conversation is read-only; nothing: that is allowed.
fn of_a_session() -> [(Value, Option<u32>); 8] {
    [
        (text("x"), Some(409)),
        (presence("Join"), Some(409)),
        (typing(), Some(409)),
        (announce("a.txt", "text/plain", 1), Some(409)),
        (json!({"action": "getAttachment", "attachmentId": "a"}), Some(4009)),
        (json!({"action": "getJwt"}), None),
        (json!({"action": "echo", "message": {"type": "Text", "text": "ping"}}), None),
        (json!({"action": "closeSession", "closeAllConnections": false}), None),
    ]
}

#[tokio::test]
async fn sessions_that_are_unknown_expired_or_read_only() {
    for (request, read_only) in of_a_session() {
        let words = request.to_string();
        let simulator = simulator(WebMessagingSettings { limits: Limits::off(), ..Default::default() }).await;
        let mut guest = Guest::connect(&simulator, "never-configured").await;
        refused(&mut guest, request.clone(), 4007).await;
        let (mut guest, chat) = Guest::chat(&simulator).await;
        let agent = simulator.join_agent(&chat, "Sam").unwrap();
        simulator.end(&chat, agent).unwrap();
        assert_eq!(guest.next().await["body"]["metadata"]["readOnly"], "true");
        assert_eq!(code(&mut guest, request.clone()).await, read_only.unwrap_or(200), "{words}");
        assert_eq!(guest.configure().await["body"]["readOnly"], true);
        assert_eq!(simulator.expire_sessions(&Party::token("token-1")), 1);
        assert_eq!(guest.next().await["class"], "SessionExpiredEvent");
        refused(&mut guest, request.clone(), 4006).await;
        refused(&mut guest, json!({"action": "configureSession", "deploymentId": "any"}), 4006).await;
        simulator.forget_sessions(&Party::token("token-1"));
        refused(&mut guest, request, 4007).await;
        refused(&mut guest, json!({"action": "configureSession", "deploymentId": "any"}), 4007).await;
    }
}

#[tokio::test]
async fn what_the_deployment_does_not_allow() {
    let (simulator, mut guest) = start().await;
    let change = |change: fn(&mut WebMessagingSettings)| simulator.change_web_messaging(change);
    change(|settings| {
        settings.deployment.user_typing = false;
        settings.deployment.clear = false;
        settings.deployment.file_types.clear();
    });
    refused(&mut guest, typing(), 403).await;
    let clear = guest.ask(presence("Clear")).await;
    assert_eq!(clear["code"], 403);
    assert!(clear["body"].as_str().unwrap().contains("conversation clear"), "{clear}");
    refused(&mut guest, announce("a.txt", "text/plain", 1), 4000).await;
    change(|settings| settings.deployment.auth = true);
    let sign_in = |code: &str| json!({"action": "configureAuthenticatedSession", "deploymentId": "any", "data": {"code": code}});
    refused(&mut guest, sign_in(""), 401).await;
    assert_eq!(guest.ask(sign_in("jwt")).await["code"], 200);
    assert_eq!(guest.next().await["body"]["events"][0]["presence"]["type"], "SignIn");
    refused(&mut guest, json!({"action": "configureSession", "deploymentId": "any"}), 4017).await;
    change(|settings| settings.deployment.ids = vec!["another".to_owned()]);
    refused(&mut guest, json!({"action": "configureSession", "deploymentId": "any"}), 403).await;
    refused(&mut guest, json!({"action": "getConfiguration", "deploymentId": "any"}), 404).await;
}

#[tokio::test]
async fn files_that_are_expired_or_were_never_there() {
    let (simulator, mut guest) = start().await;
    let answer = guest.ask(announce("a.txt", "text/plain", 5)).await;
    refused(&mut guest, carrying("a-1"), 4010).await;
    refused(&mut guest, json!({"action": "getAttachment", "attachmentId": "a-1"}), 4009).await;
    simulator.change_web_messaging(|settings| settings.upload_event = UploadEvent::Failure);
    for wanted in [4003, 4001, 4002] {
        simulator.change_web_messaging(|settings| settings.upload_code = wanted);
        assert_eq!(put(&answer).body("hello").send().await.unwrap().status(), 200);
        let told = guest.next().await;
        assert_eq!(
            (&told["class"], &told["body"]["errorCode"]),
            (&json!("UploadFailureEvent"), &json!(wanted))
        );
    }
    refused(&mut guest, carrying("a-1"), 4010).await;
    simulator.change_web_messaging(|settings| settings.upload_event = UploadEvent::Success);
    let answer = guest.ask(announce("a.txt", "text/plain", 5)).await;
    put(&answer).body("hello").send().await.unwrap();
    assert_eq!(guest.next().await["class"], "UploadSuccessEvent");
    simulator.change_web_messaging(|settings| settings.deployment.duration = Duration::from_hours(24 * 365));
    guest.say("prolongs the session").await;
    pause();
    advance(Duration::from_hours(15 * 24 + 1)).await;
    resume();
    refused(&mut guest, carrying("a-1"), 4008).await;
}

/// The actions, each with a request that would be taken.
pub(super) fn any_request() -> Vec<(Operation, Value)> {
    vec![
        (Operation::Resume, json!({"action": "configureSession", "deploymentId": "any"})),
        (Operation::Join, presence("Join")),
        (Operation::Send, text("x")),
        (Operation::StartTyping, typing()),
        (
            Operation::Presign,
            json!({"action": "onAttachment", "fileName": "a.b", "fileType": "a/b", "fileSize": 1}),
        ),
        (Operation::FileAddress, json!({"action": "getAttachment", "attachmentId": "a"})),
        (Operation::FileDelete, json!({"action": "deleteAttachment", "attachmentId": "a"})),
        (Operation::Token, json!({"action": "getJwt"})),
        (Operation::Echo, json!({"action": "echo", "message": {"type": "Text", "text": "ping"}})),
        (Operation::DisconnectClient, json!({"action": "closeSession"})),
        (Operation::Configuration, json!({"action": "getConfiguration", "deploymentId": "any"})),
        (Operation::Disconnect, presence("Clear")),
    ]
}

/// All codes that the service has.
const CODES: [u32; 27] = [
    400, 401, 403, 404, 408, 409, 429, 500, 503, 4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 4008, 4009,
    4010, 4011, 4013, 4017, 4020, 4029, 4102, 5000,
];

#[tokio::test]
async fn any_code_at_any_action_on_demand() {
    let settings = WebMessagingSettings { limits: Limits::off(), ..Default::default() };
    let simulator = simulator(settings).await;
    let mut guest = Guest::start(&simulator).await;
    for (operation, request) in any_request() {
        for wanted in CODES {
            simulator.faults().push(Fault::error_code(wanted.to_string()).on(operation));
            let told = guest.ask(request.clone()).await;
            if wanted == 429 || wanted == 4029 {
                assert_eq!(
                    (&told["class"], &told["code"]),
                    (&json!("TooManyRequestsErrorMessage"), &json!(429))
                );
                assert_eq!(
                    (&told["body"]["errorCode"], &told["body"]["retryAfter"]),
                    (&json!(4029), &json!(3))
                );
            } else {
                assert_eq!(
                    (&told["class"], &told["code"]),
                    (&json!("string"), &json!(wanted)),
                    "{operation}"
                );
            }
        }
    }
    assert!(simulator.chats().is_empty(), "none of them had an effect");
}

#[tokio::test]
async fn one_refusal_in_every_form() {
    let (simulator, mut guest) = start().await;
    for (form, class, outer) in [
        (ErrorForm::Text, "string", 4011),
        (ErrorForm::ErrorMessage, "ErrorMessage", 400),
        (ErrorForm::Error, "Error", 400),
        (ErrorForm::Ok, "ErrorMessage", 200),
    ] {
        simulator.change_web_messaging(|settings| settings.error_form = form);
        let told = guest.say(&"x".repeat(4097)).await;
        assert_eq!((&told["class"], &told["code"]), (&json!(class), &json!(outer)), "{form:?}");
        let inner = told["body"].as_str().map_or_else(|| told["body"]["errorMessage"].clone(), Value::from);
        assert_eq!(inner, "Message length 4097 is larger than 4096", "{form:?}");
        let refused = guest.ask(announce("a.exe", "text/plain", 1)).await;
        let outer = if form == ErrorForm::Ok { 200 } else { 400 };
        assert_eq!(
            (&refused["class"], &refused["code"]),
            (&json!("GenerateUrlError"), &json!(outer)),
            "{form:?}"
        );
        assert_eq!(refused["body"]["errorCode"], 4001);
    }
}

#[tokio::test]
async fn a_socket_is_refused_without_or_with_another_deployment() {
    let (simulator, _guest) = start().await;
    simulator.change_web_messaging(|settings| settings.deployment.ids = vec!["this".to_owned()]);
    for query in ["", "?deploymentId=", "?deploymentId=that"] {
        assert_eq!(super::guest::refused(&simulator, query, None).await, 403, "{query}");
    }
    assert!(open(&simulator, "?deploymentId=this&application=x-1", None).await.is_ok());
    simulator.change_web_messaging(|settings| settings.deployment.active = false);
    assert_eq!(super::guest::refused(&simulator, "?deploymentId=this", None).await, 403, "it is inactive");
}
