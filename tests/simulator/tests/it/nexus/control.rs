//! Chats of Nexus v3 by the control API, and by scripts.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json as value};
use webchat_simulator::{Fallback, Farewell, Regex, Rule, Script, Simulator, Upload};

use super::visitor::{Visitor, both, indexes, start, told};
use crate::customer::{client, json};

async fn control(simulator: &Simulator, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = client().request(method, format!("{}{path}", simulator.control_url()));
    both(request.json(&body).send().await.unwrap()).await
}

#[tokio::test]
async fn everything_an_agent_does() {
    let (simulator, visitor) = start().await;
    let post = async |path: &str, body: Value| {
        let (status, answer) =
            control(&simulator, Method::POST, &format!("/chats/latest/{path}"), body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    };
    assert_eq!(post("join", value!({"nickname": "Sam"})).await, value!({"participantId": 2}));
    for (path, body) in [
        ("say", value!({"text": "hi", "eventAttributes": {"a": 1}})),
        ("type", value!({})),
        ("type", value!({"on": false})),
        ("push-url", value!({"url": "https://example.com/"})),
        ("event", value!({"type": "TerminateChat", "text": "now"})),
        ("upload", value!({"name": "a", "base64": "AAEC", "contentType": "image/png"})),
        ("leave", value!({})),
    ] {
        assert!(post(path, body).await["index"].is_u64());
    }
    let news = visitor.poll("").await;
    let types = [
        "ParticipantJoined -",
        "ParticipantJoined -",
        "Text hi",
        "TypingStarted -",
        "TypingStopped -",
        "PushUrl -",
        "TerminateChat now",
        "Text ",
        "ParticipantLeft -",
    ];
    assert_eq!(told(&news), types);
    assert_eq!(
        (&news["messages"][2]["eventAttributes"], &news["messages"][7]["content"][0]["mime"]),
        (&value!({"a": 1}), &value!("image/png"))
    );
    let url = format!("{}/chats/latest/transcript", simulator.control_url());
    assert_eq!(json(client().get(url).send().await.unwrap()).await, news["messages"], "in the form of Nexus");
    let (_, info) = control(&simulator, Method::GET, "/chats/latest", Value::Null).await;
    assert_eq!((&info["api"], &info["nexus-rest"]["token"]), (&value!("nexus-rest"), &value!(visitor.token)));
    assert_eq!((&info["gms-rest"], &info["userData"]), (&value!(null), &value!({})));
    let (status, _) =
        control(&simulator, Method::POST, "/chats/latest/join", value!({"nickname": "Eve"})).await;
    assert_eq!(status, 200);
    post("end", value!({})).await;
    assert_eq!(visitor.poll("").await["chatEnded"], true);
}

#[tokio::test]
async fn what_nexus_lacks_is_said() {
    let (simulator, visitor) = start().await;
    simulator.join_agent(&visitor.session, "Sam").unwrap();
    let chat = "/chats/latest";
    for (path, body, part) in [
        (format!("{chat}/notice"), value!({"text": "n"}), "custom notices"),
        (format!("{chat}/system-notice"), value!({"name": "n"}), "system notices"),
        (format!("{chat}/nickname"), value!({"nickname": "n"}), "changes of nicknames"),
        (format!("{chat}/delete-file"), value!({"fileId": "f"}), "deletion of files"),
        (format!("{chat}/upload"), value!({"name": "a.txt", "text": "x"}), "files other than images"),
        (format!("{chat}/alias"), value!({}), "aliases"),
        (format!("{chat}/expire"), value!({"what": "idle"}), "idle control"),
        ("/faults".to_owned(), value!({"kind": "statusCode1", "chat": visitor.session}), "no statusCode1"),
        ("/faults".to_owned(), value!({"kind": "newSecureKey", "chat": visitor.session}), "no newSecureKey"),
    ] {
        let (status, answer) = control(&simulator, Method::POST, &path, body).await;
        let error = answer["error"].as_str().unwrap();
        assert!(
            status == 400 && error.contains("is one of Nexus v3") && error.contains(part),
            "{path}: {error}"
        );
    }
    assert_eq!(simulator.transcript(&visitor.session).unwrap().len(), 2);
    let gms = crate::customer::Customer::start(&simulator.chat_url()).await;
    simulator.join_agent(&gms.chat_id, "Sam").unwrap();
    for (path, body) in [
        (format!("{chat}/event"), value!({"type": "x"})),
        (format!("{chat}/expire"), value!({"what": "tokens"})),
        ("/faults".to_owned(), value!({"kind": "errorCode", "code": "INVALID_SESSION", "chat": gms.chat_id})),
    ] {
        let (status, answer) = control(&simulator, Method::POST, &path, body).await;
        assert!(status == 400 && answer["error"].as_str().unwrap().contains("is one of GMS v2"), "{answer}");
    }
}

#[tokio::test]
async fn settings_faults_and_expiry() {
    let (simulator, visitor) = start().await;
    let patch = value!({"nexus-rest": {"window": 1, "statusCode": "number", "maxImages": 0}});
    assert_eq!(control(&simulator, Method::PATCH, "/settings", patch).await.0, 200);
    let (_, reply) = visitor.get("").await;
    assert_eq!((&reply["status"]["code"], indexes(&reply["data"]).len()), (&value!(0), 1));
    let (status, answer) =
        control(&simulator, Method::PATCH, "/settings", value!({"nexus-rest": {"widow": 1}})).await;
    assert!(status == 400 && answer["error"].as_str().unwrap().contains("widow"), "{answer}");

    let fault = value!({"kind": "errorCode", "code": "AUTHENTICATION_REQUIRED", "operation": "refresh"});
    let (_, stored) = control(&simulator, Method::POST, "/faults", fault).await;
    assert_eq!(stored["queued"][0]["status"], 401);
    control(&simulator, Method::POST, "/faults", value!({"kind": "errorCode", "code": 1, "status": 500}))
        .await;
    assert_eq!(visitor.get("").await.0, 401);
    assert_eq!(visitor.get("").await.1["status"]["code"], 1);
    control(&simulator, Method::POST, "/chats/latest/expire", value!({"what": "tokens"})).await;
    assert_eq!(visitor.get("").await.0, 401);
    let visitor = Visitor::start(&simulator).await;
    let (_, expired) =
        control(&simulator, Method::POST, "/chats/latest/expire", value!({"what": "client"})).await;
    assert_eq!(expired["ended"], "silence");
    assert_eq!(visitor.get("").await.0, 404);
}

#[tokio::test]
async fn idle_customers_stay() {
    let idle =
        webchat_simulator::IdleSettings { alert: std::time::Duration::from_millis(1), ..Default::default() };
    let builder = Simulator::builder().idle(idle).client_timeout(std::time::Duration::from_millis(1));
    let simulator = builder.start().await.unwrap();
    let visitor = Visitor::start(&simulator).await;
    let gms = crate::customer::Customer::start(&simulator.chat_url()).await;
    let ended = |simulator: &Simulator| simulator.chat(&gms.chat_id).unwrap().ended;
    simulator.wait_for(ended).await;
    assert_eq!(told(&visitor.poll("").await), ["ParticipantJoined -"]);
}

#[tokio::test]
async fn scripts_play_here_too() {
    let rule = |pattern, reply: &str| Rule::new(Regex::new(pattern).unwrap(), reply);
    let file = |name: &str, pattern| Rule { file: Some(Upload::new(name, "A")), ..rule(pattern, "Here.") };
    let all = Rule {
        push_url: Some("https://example.com/".to_owned()),
        notice: Some("left out".to_owned()),
        ..file("a.txt", "^text$")
    };
    let script = Script::echo()
        .greeting("Hello {nickname}, I am {agent}")
        .rule(file("a.png", "^picture$"))
        .rule(all)
        .rule(Rule { then: Some(Farewell::End), ..rule("^bye$", "Goodbye.") })
        .fallback(Fallback::Echo);
    let simulator = Simulator::builder().script(script).start().await.unwrap();
    let visitor = Visitor::start(&simulator).await;
    for text in ["hi", "picture", "text", "bye"] {
        visitor.say(text).await;
    }
    simulator.wait_for(|simulator| simulator.chat(&visitor.session).unwrap().ended).await;
    let news = visitor.poll("").await;
    let mut by_agent = news["messages"].as_array().unwrap().clone();
    by_agent.retain(|message| message["from"]["type"] == "Agent");
    let said = [
        "ParticipantJoined -",
        "Text Hello Mia, I am Sam",
        "Text hi",
        "Text Here.",
        "Text ",
        "Text Here.",
        "PushUrl -",
        "Text Goodbye.",
        "ParticipantLeft -",
    ];
    assert_eq!(told(&value!({ "messages": by_agent })), said);
    assert_eq!(news["chatEnded"], true);
    let kept = simulator.files(&visitor.session).unwrap();
    let names: BTreeMap<_, _> =
        kept.iter().map(|file| (file.name.as_str(), file.content_type.as_str())).collect();
    assert_eq!(names, BTreeMap::from([("a.png", "image/png")]));
}
