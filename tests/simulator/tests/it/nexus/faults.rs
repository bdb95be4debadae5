//! Each kind of fault, as a client of Nexus v3 meets it.

use std::time::Duration;

use serde_json::{Value, json as value};
use webchat_simulator::{ApiError, Fault, FaultKind, KeepMemory, Operation, RetryAfter};

use super::visitor::{FORM, both, code, indexes, start, told};
use crate::customer::{Customer, client, json};

fn texts(simulator: &webchat_simulator::Simulator, chat: &str) -> Vec<String> {
    simulator.transcript(chat).unwrap().into_iter().filter_map(|event| event.text).collect()
}

#[tokio::test]
async fn every_code_with_its_status() {
    let (simulator, visitor) = start().await;
    for (name, status) in [
        ("INVALID_CONTACT_CENTER", 401),
        ("INVALID_ENDPOINT", 400),
        ("INVALID_NICKNAME", 400),
        ("AUTHENTICATION_REQUIRED", 401),
        ("INVALID_FILE_TYPE", 400),
        ("LIMIT_FILE_SIZE", 400),
        ("LIMIT_FILE_COUNT", 400),
        ("INVALID_SESSION", 404),
        ("MADE_UP", 400),
    ] {
        simulator.faults().push(Fault::error_code(name).on(Operation::Send));
        let answer = visitor.send("Text", "lost").await;
        assert_eq!(code(&answer), (status, name));
        assert!(answer.1["status"]["message"].is_string());
    }
    simulator.faults().push(Fault::error_code("1"));
    let (status, reply) = visitor.get("").await;
    assert_eq!((status, &reply["status"]["code"]), (503, &value!(1)));
    let kind = FaultKind::ErrorCode {
        code: "LIMIT_FILE_SIZE".to_owned(),
        status: 413,
        retry_after: Some(RetryAfter::Seconds(4)),
    };
    simulator.faults().push(Fault::new(kind).on(Operation::Send).effect(true));
    let fields = [("data[text]", "kept")];
    let response = visitor.post("messages", &fields).await.unwrap();
    assert_eq!(response.headers()["retry-after"], "4");
    assert_eq!(code(&both(response).await), (413, "LIMIT_FILE_SIZE"));
    assert_eq!(texts(&simulator, &visitor.session), ["kept"]);
}

#[tokio::test]
async fn drops_before_and_after_the_effect() {
    let (simulator, visitor) = start().await;
    simulator.faults().push(Fault::drop_before().on(Operation::Send));
    simulator.faults().push(Fault::drop_after().on(Operation::Send));
    for (text, effect) in [("lost", false), ("kept", true)] {
        let error = visitor.post("messages", &[("data[text]", text)]).await.unwrap_err();
        assert!(error.is_request() && !error.is_timeout(), "{error:?}");
        let entry = simulator.log().pop().unwrap();
        assert_eq!((entry.status, entry.effect, entry.fault.as_deref()), (None, effect, Some("drop")));
    }
    assert_eq!(told(&visitor.poll("").await), ["ParticipantJoined -", "Text kept"]);

    visitor.say("in a lost answer").await;
    let last = indexes(&visitor.poll("?count=2").await)[0].clone();
    simulator.faults().push(Fault::drop_after().on(Operation::Refresh));
    visitor.get_error("").await;
    assert_eq!(told(&visitor.poll("").await), Vec::<String>::new(), "the cursor has moved all the same");
    assert_eq!(told(&visitor.poll(&format!("?index={last}")).await), ["Text in a lost answer"]);
}

#[tokio::test]
async fn http_errors_and_other_bodies() {
    let (simulator, visitor) = start().await;
    let get = async || visitor.request(reqwest::Method::GET, "messages").send().await.unwrap();
    for status in [401, 403, 404, 500, 502, 503] {
        simulator.faults().push(Fault::status(status));
        let response = get().await;
        assert_eq!(response.status(), status);
        assert!(response.text().await.unwrap().starts_with("<html>"));
    }
    simulator.faults().push(Fault::too_many_requests(3));
    let response = get().await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"3".parse().unwrap())
    );
    simulator.faults().push(Fault::bad_request(ApiError::new(1, "generic")));
    assert_eq!(both(get().await).await, (400, value!({"status": {"code": 1, "message": "generic"}})));
    simulator.faults().push(Fault::non_json());
    assert!(get().await.text().await.unwrap().contains("Forbidden"));
    simulator.faults().push(Fault::wrong_body("{\"data\":"));
    assert_eq!(get().await.text().await.unwrap(), "{\"data\":");
    simulator.faults().push(Fault::redirect("http://127.0.0.1:9/other"));
    assert_eq!(get().await.headers()["location"], "http://127.0.0.1:9/other");
    simulator.faults().push(Fault::truncated_body().effect(false));
    let response = get().await;
    assert_eq!(response.status(), 503, "truncated, and without effect");
    assert!(response.bytes().await.is_err());
    assert_eq!(told(&visitor.poll("").await), ["ParticipantJoined -"], "no fault had an effect");

    simulator.faults().push(Fault::huge_body(3_000_000));
    let response = get().await;
    assert_eq!(response.content_length(), None);
    let body: Value = json(response).await;
    assert_eq!(
        (body["padding"].as_str().unwrap().len(), &body["status"]["code"]),
        (3_000_000, &value!("SUCCESS"))
    );
    simulator.faults().push(Fault::truncated_body());
    assert!(get().await.bytes().await.is_err());
    simulator.faults().push(Fault::set_cookie("ROUTE=.1"));
    assert_eq!(get().await.headers()["set-cookie"], "ROUTE=.1");
}

#[tokio::test]
async fn duplicate_and_reordered_messages() {
    let (simulator, visitor) = start().await;
    visitor.say("a").await;
    let all = indexes(&visitor.poll("?count=5").await);
    simulator.faults().push(Fault::duplicate_messages());
    simulator.faults().push(Fault::reordered_messages().on(Operation::History));
    assert_eq!(indexes(&visitor.poll("").await), Vec::<String>::new());
    let twice = indexes(&visitor.poll("?count=5").await);
    assert_eq!(twice, [&all[..1], &all[..1], &all[1..], &all[1..]].concat());
    let page = format!("?index={}&count=2", all[1]);
    assert_eq!(indexes(&visitor.poll(&page).await), [all[1].clone(), all[0].clone()]);
    assert_eq!(indexes(&visitor.poll(&page).await), all);
}

#[tokio::test]
async fn faults_of_each_operation() {
    let (simulator, visitor) = start().await;
    for operation in [
        Operation::RequestChat,
        Operation::Resume,
        Operation::StartTyping,
        Operation::UpdateData,
        Operation::Disconnect,
        Operation::Send,
    ] {
        simulator.faults().push(Fault::status(500).on(operation));
    }
    assert_eq!(visitor.send("TypingStopped", "").await.0, 200);
    let statuses = [
        client().post(&visitor.url).form(&FORM).send().await.unwrap().status(),
        visitor
            .http
            .post(&visitor.url)
            .header("x-nexus-client-key", &visitor.token)
            .send()
            .await
            .unwrap()
            .status(),
        visitor.post("messages", &[("data[type]", "TypingStarted")]).await.unwrap().status(),
        visitor.request(reqwest::Method::PUT, "userdata").send().await.unwrap().status(),
        visitor.request(reqwest::Method::DELETE, "participants/x").send().await.unwrap().status(),
        visitor.post("messages", &[("data[text]", "x")]).await.unwrap().status(),
    ];
    assert!(statuses.iter().all(|status| *status == 500), "{statuses:?}");
    assert!(simulator.faults().pending().is_empty());
}

#[tokio::test]
async fn faults_of_one_api_wait_for_it() {
    let (simulator, visitor) = start().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    simulator.faults().push(Fault::status_code_1(1));
    simulator.faults().push(Fault::error_code("INVALID_SESSION"));
    assert_eq!(code(&visitor.get("").await), (404, "INVALID_SESSION"));
    assert_eq!(visitor.get("").await.0, 200);
    assert_eq!(customer.refresh("1").await["statusCode"], 1);
    assert_eq!(customer.refresh("1").await["statusCode"], 0);
}

#[tokio::test]
async fn latency_and_outages() {
    let (simulator, visitor) = start().await;
    let hour = Duration::from_hours(1);
    for (fault, effect) in [(Fault::latency(hour), false), (Fault::slow_reply(hour), true)] {
        simulator.faults().push(fault);
        let before = simulator.log().len();
        let fields = [("data[text]", "x")];
        let begun = simulator.wait_for(|simulator| {
            simulator
                .log()
                .get(before)
                .filter(|entry| entry.fault.is_some() && entry.effect == effect)
                .cloned()
        });
        tokio::select! {
            reply = visitor.post("messages", &fields) => panic!("answered too early: {reply:?}"),
            entry = begun => assert!(!entry.done),
        }
    }
    assert_eq!(texts(&simulator, &visitor.session), ["x"]);
    simulator.go_down().await.unwrap();
    visitor.get_error("").await;
    simulator.come_up().await.unwrap();
    simulator.restart(KeepMemory::Yes).await.unwrap();
    assert_eq!(told(&visitor.poll("").await).len(), 2);
    simulator.go_offline();
    assert_eq!(visitor.get("").await.1["status"]["code"], 1, "GMS has a word for it, Nexus has not");
    simulator.go_online();
    assert_eq!(visitor.get("").await.0, 200);
}
