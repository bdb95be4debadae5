//! The control API.

use reqwest::Method;
use serde_json::{Value, json as value};
use webchat_simulator::Simulator;

use crate::customer::{Customer, client, each, json, simulator};

/// Somebody who uses the control API.
pub(crate) struct Control(pub(crate) String);

impl Control {
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = client().request(method, format!("{}{path}", self.0));
        let request = if body.is_null() { request } else { request.json(&body) };
        let response = request.send().await.unwrap();
        (response.status().as_u16(), json(response).await)
    }

    pub(crate) async fn done(&self, method: Method, path: &str, body: Value) -> Value {
        let (status, answer) = self.ask(method, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.done(Method::POST, path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.done(Method::GET, path, Value::Null).await
    }
}

pub(crate) async fn start() -> (Simulator, Customer, Control) {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    let control = Control(simulator.control_url());
    (simulator, customer, control)
}

#[tokio::test]
async fn what_happens_is_waited_for() {
    let (simulator, customer, control) = start().await;
    let told = control.get("/chats/latest/entries").await;
    assert_eq!((&told["next"], &told["ended"]), (&value!(1), &Value::Null));
    assert_eq!(told["entries"][0]["type"], "ParticipantJoined");

    let (next, ()) = tokio::join!(control.get("/chats/latest/entries?after=1&waitMs=20000"), async {
        customer.call("send", &[("message", "hello")]).await;
    });
    assert_eq!((&next["next"], &next["entries"][0]["text"]), (&value!(2), &value!("hello")));

    let url = simulator.chat_url();
    let (chats, _second) = tokio::join!(control.get("/chats?count=2&waitMs=20000"), Customer::start(&url));
    assert_eq!(chats.as_array().unwrap().len(), 2);

    let chat = format!("/chats/{}/entries", customer.chat_id);
    let later = format!("{chat}?after=99&waitMs=20000");
    let (last, ()) = tokio::join!(control.get(&later), async {
        customer.call("disconnect", &[]).await;
    });
    assert_eq!(
        (&last["ended"], &last["entries"], &last["next"]),
        (&value!("client"), &value!([]), &value!(99))
    );
    assert_eq!(control.get(&chat).await["entries"].as_array().unwrap().len(), 3);
    let (status, _) = control.ask(Method::GET, "/chats/unknown/entries?waitMs=20000", Value::Null).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn everything_a_participant_does() {
    let (simulator, customer, control) = start().await;
    let chat = "/chats/latest";
    let joined = control.post(&format!("{chat}/join"), value!({"nickname": "Sam"})).await;
    assert_eq!(joined, value!({"participantId": 2}));
    control.post(&format!("{chat}/join"), value!({"nickname": "Bo", "kind": "Bot"})).await;
    for (path, body) in [
        ("say", value!({"text": "hi", "participantId": 2, "messageType": "text"})),
        ("say", value!({"text": "beep", "eventAttributes": {"a": 1}})),
        ("type", value!({"participantId": 2, "text": "h"})),
        ("type", value!({"participantId": 2, "on": false})),
        ("push-url", value!({"participantId": 2, "url": "https://example.com/"})),
        ("notice", value!({"participantId": 2, "text": "n", "eventAttributes": {"b": 2}})),
        ("system-notice", value!({"participantId": 2, "name": "s", "userData": {"k": "v"}})),
        ("nickname", value!({"participantId": 2, "nickname": "Samuel"})),
        ("leave", value!({"participantId": 3})),
    ] {
        let answer = control.post(&format!("{chat}/{path}"), body).await;
        assert!(answer["index"].is_u64(), "{answer}");
    }
    let file = control.post(&format!("{chat}/upload"), value!({"name": "a.bin", "base64": "AAEC"})).await;
    control.post(&format!("{chat}/upload"), value!({"name": "b.txt", "text": "x", "description": "d"})).await;
    let stored = simulator.files(&customer.chat_id).unwrap();
    assert!(stored.iter().any(|file| file.bytes.as_ref() == [0, 1, 2]));
    control.post(&format!("{chat}/delete-file"), value!({"fileId": file["fileId"]})).await;
    control.post(&format!("{chat}/end"), Value::Null).await;

    let seen = customer.refresh("2").await;
    let types = [
        "ParticipantJoined",
        "ParticipantJoined",
        "Message",
        "Message",
        "TypingStarted",
        "TypingStopped",
        "PushUrl",
        "CustomNotice",
        "Notice",
        "NicknameUpdated",
        "ParticipantLeft",
        "FileUploaded",
        "FileUploaded",
        "FileDeleted",
        "ParticipantLeft",
    ];
    assert_eq!(each(&seen, "type"), types);
    assert_eq!(seen["messages"][3]["from"]["nickname"], "Bo");
    assert_eq!(seen["messages"][3]["eventAttributes"]["a"], 1);
    assert_eq!(seen["messages"][3]["eventAttributes"]["GCTI_SYSTEM"]["party-info"]["style"], "BOT");
    assert_eq!(seen["messages"][8]["userData"], value!({"k": "v"}));
    assert_eq!(seen["messages"][14]["from"]["nickname"], "Samuel");
    assert_eq!(seen["chatEnded"], true);

    let transcript = control.get(&format!("/chats/{}/transcript", customer.chat_id)).await;
    assert_eq!(transcript.as_array().unwrap()[1..], seen["messages"].as_array().unwrap()[..]);
    let info = control.get(chat).await;
    assert_eq!((&info["ended"], &info["gms-rest"]["alias"]), (&value!("agent"), &value!(customer.alias)));
    assert_eq!(control.get("/chats").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn mistakes_are_named() {
    let (_simulator, customer, control) = start().await;
    let chat = format!("/chats/{}", customer.chat_id);
    for (method, path, body, status, part) in [
        (Method::POST, format!("{chat}/say"), value!({"text": "x"}), 409, "nobody but the customer"),
        (Method::POST, format!("{chat}/say"), value!({"txt": "x"}), 400, "txt"),
        (Method::POST, format!("{chat}/say"), Value::Null, 400, "text"),
        (
            Method::POST,
            format!("{chat}/say"),
            value!({"text": "x", "participantId": 1}),
            400,
            "is the customer",
        ),
        (
            Method::POST,
            format!("{chat}/say"),
            value!({"text": "x", "participantId": 7}),
            404,
            "no participant 7",
        ),
        (Method::POST, "/chats/zzz/end".to_owned(), Value::Null, 404, "no chat \"zzz\""),
        (Method::GET, "/chats/zzz".to_owned(), Value::Null, 404, "no chat \"zzz\""),
        (Method::POST, format!("{chat}/join"), value!({"nickname": "S", "kind": "Robot"}), 400, "Robot"),
        (
            Method::POST,
            format!("{chat}/join"),
            value!({"nickname": "S", "kind": "Client"}),
            400,
            "its customer",
        ),
        (Method::POST, format!("{chat}/upload"), value!({"name": "a"}), 400, "as text or as base64"),
        (
            Method::POST,
            format!("{chat}/upload"),
            value!({"name": "a", "base64": "?"}),
            400,
            "base64 is wrong",
        ),
        (Method::POST, format!("{chat}/type"), value!({"on": false, "text": "x"}), 400, "on: true only"),
        (Method::POST, format!("{chat}/expire"), value!({"what": "all"}), 400, "all"),
        (Method::POST, "/faults".to_owned(), value!({"kind": "dorp"}), 400, "no kind \"dorp\""),
        (
            Method::POST,
            "/faults".to_owned(),
            value!([{"kind": "drop"}, {"kind": "latency"}]),
            400,
            "needs ms",
        ),
        (Method::PUT, "/faults/rates".to_owned(), value!([{"kind": "drop", "rate": 3}]), 400, "0 to 1"),
        (Method::POST, "/restart".to_owned(), value!({"memory": "maybe"}), 400, "maybe"),
        (Method::GET, "/log?operation=sned".to_owned(), Value::Null, 400, "\"sned\" is no operation"),
        (Method::GET, "/log?sideways=1".to_owned(), Value::Null, 400, "sideways"),
        (Method::GET, "/nothing".to_owned(), Value::Null, 404, "no such path"),
        (Method::DELETE, "/chats".to_owned(), Value::Null, 405, "wrong method"),
    ] {
        let (answered, answer) = control.ask(method, &path, body).await;
        assert_eq!(answered, status, "{path}: {answer}");
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains(part), "{path}: {error}");
    }
    assert_eq!(control.get("/faults").await, value!({"queued": [], "rates": []}));
}

#[tokio::test]
async fn faults_and_log() {
    let (_simulator, customer, control) = start().await;
    let faults = value!([
        {"kind": "status", "status": 503, "operation": "send"},
        {"kind": "wrongBody", "body": "a,b", "operation": "send", "effect": true},
    ]);
    let stored = control.post("/faults", faults).await;
    assert_eq!(stored["queued"][1]["body"], "a,b");
    assert_eq!(customer.post("send", &[("message", "x")]).await.unwrap().status(), 503);
    assert_eq!(customer.post("send", &[("message", "y")]).await.unwrap().text().await.unwrap(), "a,b");
    let rates = value!([{"kind": "nonJson", "rate": 1.0, "operation": "refresh"}]);
    let stored = control.done(Method::PUT, "/faults/rates", rates).await;
    assert_eq!((&stored["queued"], &stored["rates"][0]["rate"]), (&value!([]), &value!(1.0)));
    let page = customer.post("refresh", &[]).await.unwrap();
    assert!(page.text().await.unwrap().starts_with("<html>"));
    control.done(Method::DELETE, "/faults/rates", Value::Null).await;
    assert_eq!(customer.refresh("1").await["statusCode"], 0);
    control.post("/faults", value!({"kind": "drop"})).await;
    let none = control.done(Method::DELETE, "/faults", Value::Null).await;
    assert_eq!(none, value!({"queued": [], "rates": []}));

    let sends = control.get(&format!("/log?operation=send&chat={}", customer.chat_id)).await;
    let sends = sends.as_array().unwrap();
    let outcome = |entry: &Value| (entry["status"].clone(), entry["fault"].clone(), entry["effect"].clone());
    assert_eq!(outcome(&sends[0]), (value!(503), value!("status"), value!(false)));
    assert_eq!(outcome(&sends[1]), (value!(200), value!("wrongBody"), value!(true)));
    assert_eq!(sends[1]["fields"][1], value!(["message", "y"]));
    let last = sends[1]["number"].as_u64().unwrap();
    let later = control.get(&format!("/log?after={last}")).await;
    assert_eq!(each(&value!({ "messages": later }), "operation"), ["refresh", "refresh"]);

    let waiting = control.get("/log?operation=disconnect&count=1&waitMs=60000");
    let (arrived, _) = tokio::join!(waiting, customer.call("disconnect", &[]));
    assert_eq!(arrived.as_array().unwrap().len(), 1);
    control.done(Method::DELETE, "/log", Value::Null).await;
    assert_eq!(control.get("/log").await, value!([]));
}

#[tokio::test]
async fn the_server_as_a_whole() {
    let simulator = simulator().await;
    let control = Control(simulator.control_url());
    let waiting = control.get("/chats/latest?waitMs=60000");
    let url = simulator.chat_url();
    let (appeared, customer) = tokio::join!(waiting, Customer::start(&url));
    assert_eq!(appeared["id"], customer.chat_id.as_str());
    assert_eq!(control.get("/urls").await["chatUrl"], simulator.chat_url());
    let routes = control.get("").await["routes"].as_array().unwrap().len();
    assert!(routes > 20);

    control.post("/offline", Value::Null).await;
    assert_eq!(customer.refresh("1").await["statusCode"], 1);
    control.post("/online", Value::Null).await;
    let alias = control.post("/chats/latest/alias", value!({"alias": "42"})).await;
    assert_eq!((&alias["alias"], &customer.refresh("1").await["alias"]), (&value!("42"), &value!("42")));
    assert_eq!(control.post("/restart", value!({"downMs": 1})).await, value!({"up": true}));
    assert_eq!(customer.refresh("1").await["statusCode"], 0);
    control.post("/accept", value!({"accept": false})).await;
    let refused = client().post(simulator.chat_url()).form(&[("nickname", "M")]).send().await.unwrap();
    assert_eq!(json(refused).await["errors"][0]["code"], 240);
    control.post("/chats/latest/expire", value!({"what": "idle"})).await;
    assert_eq!(each(&customer.refresh("2").await, "type"), ["IdleAlert"]);
    let expired = control.post("/chats/latest/expire", value!({"what": "client"})).await;
    assert_eq!(expired["ended"], "silence");
    control.done(Method::PATCH, "/settings", value!({"clientTimeoutMs": 1})).await;
    control.post("/accept", value!({"accept": true})).await;
    let silent = Customer::start(&simulator.chat_url()).await;
    simulator.wait_for(|simulator| simulator.chat(&silent.chat_id).unwrap().ended).await;
    control.post("/restart", value!({"memory": "lose"})).await;
    assert_eq!(control.get("/chats").await, value!([]));
}

#[tokio::test]
async fn texts_and_slowness_are_set() {
    let (simulator, customer, control) = start().await;
    let texts = value!({"changes": ["trim", "nfc"]});
    assert_eq!(control.post("/chats/latest/texts", texts.clone()).await, texts);
    customer.call("send", &[("message", " u\u{308} ")]).await;
    assert_eq!(each(&customer.refresh("2").await, "text"), ["\u{fc}"]);
    let all = value!({"textChanges": ["htmlEscape"], "slowMs": 5, "shortKeys": true});
    control.done(Method::PATCH, "/settings", all).await;
    customer.call("send", &[("message", "<")]).await;
    assert_eq!(each(&customer.refresh("3").await, "text"), ["&lt;"]);
    assert_eq!(Customer::start(&simulator.chat_url()).await.key.len(), 16);
    let (status, error) =
        control.ask(Method::POST, "/chats/latest/texts", value!({"changes": ["rot13"]})).await;
    assert!(status == 400 && error["error"].as_str().unwrap().contains("rot13"), "{error}");
    control.post("/gms-cometd/remove", value!({})).await;
    control.post("/restart", value!({"memory": "chats"})).await;
    assert_eq!(simulator.chats().len(), 2);
}

#[tokio::test]
async fn pages_of_other_sites_do_not_reach_it() {
    let (simulator, customer, control) = start().await;
    let address = simulator.address();
    let own = format!("http://{address}");
    for (host, origin, status) in [
        (address.to_string(), None, 200),
        (address.to_string(), Some(own.as_str()), 200),
        (format!("localhost:{}", address.port()), None, 200),
        (address.to_string(), Some("https://evil.example"), 403),
        (address.to_string(), Some("null"), 403),
        (address.to_string(), Some("http://127.0.0.1"), 403),
        (format!("evil.example:{}", address.port()), None, 403),
        (format!("evil.example:{}", address.port()), Some("http://evil.example"), 403),
    ] {
        let url = format!("{}/chats/latest/join", control.0);
        let mut request = client().post(url).header("host", &host).header("content-type", "text/plain");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let answer = request.body("{\"nickname\": \"Eve\"}").send().await.unwrap();
        assert_eq!(answer.status(), status, "{host} {origin:?}");
        assert!(answer.headers().get("access-control-allow-origin").is_none());
    }
    let joined = simulator.chat(&customer.chat_id).unwrap().participants.len() - 1;
    assert_eq!(joined, 3, "what is refused has no effect");

    let named = Simulator::builder().control_host("sim.test").start().await.unwrap();
    let asked = client().get(named.control_url()).header("host", "sim.test:80").send().await.unwrap();
    assert_eq!(asked.status(), 200);
}

#[tokio::test]
async fn bodies_have_an_end() {
    let (_simulator, _, control) = start().await;
    let name = "x".repeat(65 * 1024 * 1024);
    let url = format!("{}/chats/latest/join", control.0);
    let endless = client().post(url).body(format!("{{\"nickname\": \"{name}\"}}")).send().await;
    // Whether the client reads the refusal or still writes when the connection goes, it is refused.
    if let Ok(answer) = endless {
        assert_eq!(answer.status(), 413);
    }
    assert_eq!(control.get("/chats/latest").await["participants"].as_array().unwrap().len(), 1);
}
