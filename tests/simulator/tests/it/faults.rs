//! Each kind of fault, as a client meets it.

use std::time::Duration;

use crate::customer::{Customer, client, each, json, simulator};
use serde_json::json as value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use webchat_simulator::{ApiError, Fault, FaultKind, LogEntry, Operation, Simulator};

async fn start() -> (Simulator, Customer) {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    (simulator, customer)
}

fn texts(simulator: &Simulator, chat: &str) -> Vec<String> {
    simulator.transcript(chat).unwrap().into_iter().filter_map(|event| event.text).collect()
}

async fn last_entry(simulator: &Simulator, count: usize) -> LogEntry {
    simulator.wait_for_requests(count, |_| true).await.pop().unwrap()
}

#[tokio::test]
async fn drops_before_and_after_the_effect() {
    let (simulator, customer) = start().await;
    simulator.faults().push(Fault::drop_before().on(Operation::Send));
    simulator.faults().push(Fault::drop_after().on(Operation::Send));
    for (text, effect) in [("lost", false), ("kept", true)] {
        let error = customer.post("send", &[("message", text)]).await.unwrap_err();
        assert!(error.is_request() && !error.is_timeout(), "{error:?}");
        let entry = simulator.log().pop().unwrap();
        assert_eq!((entry.status, entry.effect, entry.done), (None, effect, true));
        assert_eq!(entry.fault.as_deref(), Some("drop"));
    }
    assert_eq!(texts(&simulator, &customer.chat_id), ["kept"]);
    assert_eq!(customer.refresh("1").await["statusCode"], 0);
}

#[tokio::test]
async fn a_drop_closes_the_socket_without_a_byte() {
    let (simulator, _) = start().await;
    simulator.faults().push(Fault::drop_before());
    let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
    let request = "POST /genesys/2/chat/support HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    stream.read_to_end(&mut seen).await.unwrap();
    assert_eq!(seen, b"");
}

#[tokio::test]
async fn a_truncated_body_announces_more_than_it_brings() {
    let (simulator, customer) = start().await;
    simulator.faults().push(Fault::truncated_body());
    let response = customer.post("send", &[("message", "kept")]).await.unwrap();
    assert_eq!(response.status(), 200);
    let announced = response.content_length().unwrap();
    assert!(announced > 20);
    let error = response.bytes().await.unwrap_err();
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert_eq!(texts(&simulator, &customer.chat_id), ["kept"]);

    simulator.faults().push(Fault::truncated_body());
    let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
    let request = "POST /genesys/2/chat/support HTTP/1.1\r\nHost: x\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 12\r\n\r\nnickname=Mia";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    stream.read_to_end(&mut seen).await.unwrap();
    let seen = String::from_utf8(seen).unwrap();
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
}

#[tokio::test]
async fn http_errors() {
    let (simulator, customer) = start().await;
    for status in [400, 403, 404, 500, 502, 503] {
        simulator.faults().push(Fault::status(status));
        let response = customer.post("send", &[("message", "lost")]).await.unwrap();
        assert_eq!(response.status(), status);
        assert!(response.text().await.unwrap().starts_with("<html>"));
    }
    simulator.faults().push(Fault::too_many_requests(3));
    let response = customer.post("send", &[("message", "lost")]).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"3".parse().unwrap())
    );
    simulator.faults().push(Fault::bad_request(ApiError::new(201, "too many").advice("3")));
    let response = customer.post("send", &[("message", "lost")]).await.unwrap();
    assert_eq!(response.status(), 400);
    let error = value!({"code": 201, "advice": "3", "text": "too many"});
    assert_eq!(json(response).await["errors"], value!([error]));
    simulator.faults().push(Fault::status(504).effect(true));
    assert_eq!(customer.post("send", &[("message", "kept")]).await.unwrap().status(), 504);
    assert_eq!(texts(&simulator, &customer.chat_id), ["kept"]);
    let effects = simulator.log().iter().filter(|entry| entry.effect).count();
    assert_eq!(effects, 2, "the request for the chat and the last send");
}

#[tokio::test]
async fn bodies_that_are_not_replies() {
    let (simulator, customer) = start().await;
    simulator.faults().push(Fault::non_json());
    let response = customer.post("refresh", &[]).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &"text/html;charset=utf-8".parse().unwrap())
    );
    assert!(response.text().await.unwrap().contains("Forbidden"));
    simulator.faults().push(Fault::wrong_body("{\"statusCode\": \"zero\""));
    let response = customer.post("refresh", &[]).await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json;charset=utf-8");
    assert_eq!(response.text().await.unwrap(), "{\"statusCode\": \"zero\"");
    simulator.faults().push(Fault::huge_body(3_000_000));
    let response = customer.post("refresh", &[]).await.unwrap();
    assert_eq!(response.content_length(), None);
    let body = response.bytes().await.unwrap();
    assert!(body.len() > 3_000_000);
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&body).unwrap()["statusCode"], 0);
}

#[tokio::test]
async fn status_codes_of_the_chat_server() {
    let (simulator, customer) = start().await;
    simulator.faults().push(Fault::status_code_1(2).on(Operation::Refresh));
    for status in [1, 1, 0] {
        let reply = customer.refresh("1").await;
        assert_eq!((&reply["statusCode"], &reply["chatEnded"]), (&value!(status), &value!(false)));
    }
    simulator.faults().push(Fault::status_code_2());
    let reply = customer.refresh("1").await;
    assert_eq!((&reply["statusCode"], &reply["chatEnded"]), (&value!(2), &value!(true)));
    let errors = vec![ApiError::new(204, "long")];
    simulator.faults().push(Fault::new(FaultKind::StatusCode2 { chat_ended: false, errors }));
    let reply = customer.refresh("1").await;
    assert_eq!((&reply["chatEnded"], &reply["errors"][0]["code"]), (&value!(false), &value!(204)));
    assert_eq!(customer.refresh("1").await["statusCode"], 0);
}

#[tokio::test]
async fn duplicate_and_reordered_messages() {
    let (simulator, customer) = start().await;
    customer.call("send", &[("message", "a")]).await;
    simulator.faults().push(Fault::duplicate_messages());
    simulator.faults().push(Fault::reordered_messages());
    assert_eq!(each(&customer.refresh("0").await, "index"), Vec::<u64>::new());
    assert_eq!(each(&customer.refresh("1").await, "index"), [1, 1, 2, 2]);
    let reply = customer.refresh("1").await;
    assert_eq!((each(&reply, "index"), &reply["nextPosition"]), (vec![value!(2), value!(1)], &value!(3)));
    assert_eq!(each(&customer.refresh("1").await, "index"), [1, 2]);
}

#[tokio::test]
async fn new_alias_new_key_and_cookies() {
    let (simulator, mut customer) = start().await;
    simulator.faults().push(Fault::new_alias());
    let reply = customer.refresh("1").await;
    assert_ne!(reply["alias"], customer.alias.as_str());
    assert_eq!(customer.refresh("1").await["alias"], reply["alias"]);
    assert_eq!(simulator.change_alias(&customer.chat_id, Some("117")).unwrap(), "117");
    assert_eq!(customer.refresh("1").await["alias"], "117");

    simulator.faults().push(Fault::new_secure_key());
    let new = customer.refresh("1").await["secureKey"].as_str().unwrap().to_owned();
    assert_eq!(customer.refresh("1").await["statusCode"], 0, "the old key works until the new one is used");
    let old = std::mem::replace(&mut customer.key, new);
    assert_eq!(customer.refresh("1").await["statusCode"], 0);
    customer.key = old;
    assert_eq!(customer.refresh("1").await["errors"][0]["code"], 8210);

    simulator.faults().push(Fault::set_cookie("ROUTE=.1; Path=/; HttpOnly"));
    let response = client().post(simulator.chat_url()).form(&[("nickname", "Mia")]).send().await.unwrap();
    assert_eq!(response.headers()["set-cookie"], "ROUTE=.1; Path=/; HttpOnly");
}

#[tokio::test]
async fn redirects() {
    let (simulator, customer) = start().await;
    simulator.faults().push(Fault::redirect("http://127.0.0.1:9/other"));
    let response = customer.post("send", &[("message", "lost")]).await.unwrap();
    assert_eq!(response.status(), 307);
    assert_eq!(response.headers()["location"], "http://127.0.0.1:9/other");
    assert_eq!(texts(&simulator, &customer.chat_id), Vec::<String>::new());
}

#[tokio::test]
async fn latency_before_and_after_the_effect() {
    let (simulator, customer) = start().await;
    let hour = Duration::from_hours(1);
    simulator.faults().push(Fault::latency(hour).on(Operation::Send));
    simulator.faults().push(Fault::slow_reply(hour).on(Operation::Send));
    for (text, effect) in [("lost", false), ("kept", true)] {
        let before = simulator.log().len();
        let fields = [("message", text)];
        let send = customer.post("send", &fields);
        let arrived = simulator.wait_for(|simulator| {
            let log = simulator.log();
            log.get(before).filter(|entry| entry.fault.is_some() && entry.effect == effect).cloned()
        });
        tokio::select! {
            reply = send => panic!("answered too early: {reply:?}"),
            entry = arrived => assert!(!entry.done),
        }
        // The request is dropped here, which hangs up.
        let entry = last_entry(&simulator, before + 1).await;
        assert_eq!((entry.status, entry.effect), (None, effect));
    }
    assert_eq!(texts(&simulator, &customer.chat_id), ["kept"]);
}

#[tokio::test]
async fn latency_follows_the_paused_clock() {
    let (simulator, customer) = start().await;
    let hour = Duration::from_hours(1);
    simulator.faults().push(Fault::slow_reply(hour));
    let late = tokio::spawn(async move { customer.refresh("1").await });
    simulator
        .wait_for(|simulator| simulator.log().pop().filter(|entry| entry.fault.is_some() && entry.effect))
        .await;
    tokio::time::pause();
    tokio::time::advance(hour).await;
    tokio::time::resume();
    assert_eq!(late.await.unwrap()["statusCode"], 0);
}

#[tokio::test]
async fn rates_befall_their_operation_only() {
    let (simulator, customer) = start().await;
    simulator.faults().set_rates([(1.0, Fault::status(503).on(Operation::Send))]);
    for _ in 0..3 {
        assert_eq!(customer.post("send", &[("message", "x")]).await.unwrap().status(), 503);
        assert_eq!(customer.refresh("1").await["statusCode"], 0);
    }
    simulator.faults().push(Fault::non_json().on(Operation::Send));
    assert_eq!(customer.post("send", &[("message", "x")]).await.unwrap().status(), 200);
    simulator.faults().clear();
    assert_eq!(customer.call("send", &[("message", "x")]).await["statusCode"], 0);
}
