//! What the control API tells while it happens, and what a person looks at.

use std::collections::VecDeque;

use reqwest::{Method, Response};
use serde_json::{Value, json as value};
use webchat_simulator::{Api, Fault, ParticipantKind, Script, Simulator, Upload};

use crate::control::{Control, start};
use crate::customer::{Customer, client, each};
use crate::nexus::visitor::Visitor;

/// Somebody who listens.
struct Listener {
    response: Response,
    text: String,
    heard: VecDeque<(String, Value)>,
}

impl Listener {
    async fn at(simulator: &Simulator, query: &str) -> Self {
        let response =
            client().get(format!("{}/events{query}", simulator.control_url())).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new(), heard: VecDeque::new() }
    }

    /// The next event; none when the server is done.
    async fn next(&mut self) -> Option<(String, Value)> {
        while self.heard.is_empty() {
            self.text.push_str(std::str::from_utf8(&self.response.chunk().await.unwrap()?).unwrap());
            while let Some(end) = self.text.find("\n\n") {
                let event: String = self.text.drain(..end + 2).collect();
                let member = |name| event.lines().find_map(|line| line.strip_prefix(name));
                let told = member("event: ").map(str::to_owned);
                let data = member("data: ").map(|data| serde_json::from_str(data).unwrap());
                self.heard.extend(told.zip(data));
            }
        }
        self.heard.pop_front()
    }

    /// The next event of this name.
    async fn next_of(&mut self, wanted: &str) -> Value {
        loop {
            let (name, data) = self.next().await.unwrap();
            if name == wanted {
                return data;
            }
        }
    }

    /// All up to the event `ready`.
    async fn begin(&mut self) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        loop {
            match self.next().await.unwrap() {
                (name, _) if name == "ready" => return all,
                event => all.push(event),
            }
        }
    }
}

fn names(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn it_begins_with_how_things_are_and_tells_what_changes() {
    let (simulator, customer, control) = start().await;
    customer.call("send", &[("message", "before")]).await;
    let mut listener = Listener::at(&simulator, "?log=1").await;
    let begin = listener.begin().await;
    assert_eq!(names(&begin), ["server", "chat", "request"]);
    assert_eq!((&begin[0].1["online"], &begin[0].1["accept"]), (&value!(true), &value!(true)));
    let names: Vec<&str> = Api::ALL.iter().map(|api| api.name()).collect();
    assert_eq!(begin[0].1["apis"], value!(names));
    assert_eq!((&begin[1].1["id"], &begin[1].1["nextPosition"]), (&value!(customer.chat_id), &value!(3)));
    assert_eq!(begin[2].1["operation"], "send");

    control.post("/chats/latest/join", value!({"nickname": "Bo", "kind": "Bot"})).await;
    let chat = listener.next_of("chat").await;
    assert_eq!(chat["participants"][1]["nickname"], "Bo");
    let joined = listener.next_of("entry").await;
    assert_eq!((&joined["chat"], &joined["entry"]["index"]), (&value!(customer.chat_id), &value!(3)));
    assert_eq!(joined["entry"]["from"], value!({"id": 2, "nickname": "Bo", "kind": "Bot"}));

    let visitor = Visitor::start(&simulator).await;
    assert_eq!(listener.next_of("chat").await["id"], visitor.session.as_str());
    let first = listener.next_of("entry").await;
    assert_eq!((&first["chat"], &first["entry"]["index"]), (&value!(visitor.session), &value!(1)));
}

#[tokio::test]
async fn requests_are_told_when_they_come_and_when_they_are_done() {
    let (simulator, customer, control) = start().await;
    let mut listener = Listener::at(&simulator, "").await;
    assert_eq!(names(&listener.begin().await), ["server", "chat"], "nobody asked for what was before");
    let hang = value!({"kind": "hang", "operation": "send"});
    control.post("/faults", hang).await;
    assert_eq!(listener.next_of("server").await["faults"]["queued"][0]["kind"], "hang");
    let sending = tokio::spawn(async move { customer.post("send", &[("message", "x")]).await.map(drop) });
    let (mut open, mut used_up) = (Value::Null, false);
    while open.is_null() || !used_up {
        match listener.next().await.unwrap() {
            (name, request) if name == "request" => open = request,
            (name, server) if name == "server" => used_up = server["faults"]["queued"] == value!([]),
            _ => {}
        }
    }
    assert_eq!((&open["operation"], &open["done"]), (&value!("send"), &value!(false)));
    sending.abort();
    let done = listener.next_of("request").await;
    assert_eq!((&done["number"], &done["done"]), (&open["number"], &value!(true)));
    assert_eq!((&done["status"], &done["fault"]), (&Value::Null, &value!("hang")));
    control.done(Method::DELETE, "/log", Value::Null).await;
    listener.next_of("log-cleared").await;
}

#[tokio::test]
async fn the_server_as_a_whole_is_told() {
    let (simulator, customer, control) = start().await;
    let mut listener = Listener::at(&simulator, "").await;
    listener.begin().await;
    control.post("/offline", Value::Null).await;
    assert_eq!(listener.next_of("server").await["online"], false);
    control.post("/online", Value::Null).await;
    assert_eq!(listener.next_of("server").await["online"], true);
    control.post("/accept", value!({"accept": false})).await;
    assert_eq!(listener.next_of("server").await["accept"], false);
    let rates = value!([{"kind": "drop", "rate": 0.5}]);
    control.done(Method::PUT, "/faults/rates", rates).await;
    let told = listener.next_of("server").await;
    assert_eq!(told["faults"]["rates"][0]["rate"], 0.5);
    assert_eq!(control.get("/state").await, told);
    control.done(Method::DELETE, "/faults", Value::Null).await;
    assert_eq!(listener.next_of("server").await["faults"], value!({"queued": [], "rates": []}));

    control.post("/restart", value!({"memory": "lose"})).await;
    assert!(listener.next().await.is_none(), "a server that goes down tells nobody any more");
    let mut listener = Listener::at(&simulator, "").await;
    let again = listener.begin().await;
    assert_eq!(names(&again), ["server"], "chats are forgotten");
    assert_eq!(again[0].1["run"], told["run"], "it is the same run");
    let other = Listener::at(&crate::customer::simulator().await, "").await.begin().await;
    assert_ne!(other[0].1["run"], told["run"]);
    drop(customer);

    control.post("/accept", value!({"accept": true})).await;
    Customer::start(&simulator.chat_url()).await;
    assert_eq!(listener.next_of("request").await["operation"], "requestChat");
    let stopped = async { while listener.next().await.is_some() {} };
    tokio::join!(simulator.shutdown(), stopped);
}

#[tokio::test]
async fn chats_that_are_forgotten_are_told() {
    let settings = webchat_simulator::Settings { kept_ended_chats: 0, ..Default::default() };
    let simulator = Simulator::builder().settings(settings).start().await.unwrap();
    let customer = Customer::start(&simulator.chat_url()).await;
    let mut listener = Listener::at(&simulator, "").await;
    listener.begin().await;
    customer.call("disconnect", &[]).await;
    assert_eq!(listener.next_of("chat").await["ended"], "client");
    Customer::start(&simulator.chat_url()).await;
    assert_eq!(listener.next_of("gone").await["chat"], customer.chat_id.as_str());
}

#[tokio::test]
async fn a_transcript_has_one_form_for_all_apis() {
    let (simulator, customer, control) = start().await;
    let visitor = Visitor::start(&simulator).await;
    for chat in [&customer.chat_id, &visitor.session] {
        let bot = simulator.join(chat, "Bo", ParticipantKind::Bot).unwrap();
        simulator.say(chat, bot, "beep").unwrap();
        let upload =
            Upload { content_type: Some("image/png".to_owned()), ..Upload::new("a.png", vec![1, 2, 3]) };
        let file = simulator.upload(chat, bot, upload).unwrap();
        let all = control.get(&format!("/chats/{chat}/entries")).await;
        let all = all["entries"].as_array().unwrap();
        assert_eq!(all[2]["from"], value!({"id": 2, "nickname": "Bo", "kind": "Bot"}));
        assert_eq!(
            (&all[2]["type"], &all[2]["text"], &all[2]["index"]),
            (&value!("Message"), &value!("beep"), &value!(3))
        );
        let kept = value!({"id": file, "name": "a.png", "contentType": "image/png", "size": 3});
        assert_eq!(all[3]["file"], kept);
        let later = control.get(&format!("/chats/{chat}/entries?after=3")).await;
        assert_eq!(later["entries"].as_array().unwrap()[..], all[3..]);
        assert_eq!(control.get(&format!("/chats/{chat}/entries?after=99")).await["entries"], value!([]));
    }
    let (status, _) = control.ask(Method::GET, "/chats/zzz/entries", Value::Null).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn no_file_is_shown_as_a_page() {
    let (simulator, customer, control) = start().await;
    let sam = simulator.join_agent(&customer.chat_id, "Sam").unwrap();
    let name = "a\"\r\nb é<script>.html";
    for (kind, shown) in [("text/html", "text/html"), ("a\r\nb: c", "application/octet-stream")] {
        let upload =
            Upload { content_type: Some(kind.to_owned()), ..Upload::new(name, "<script>alert(1)</script>") };
        let id = simulator.upload(&customer.chat_id, sam, upload).unwrap();
        let url = format!("{}/chats/latest/files/{id}", control.0);
        let file = client().get(&url).send().await.unwrap();
        let header = |name: &str| file.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((file.status().as_u16(), header("content-type")), (200, shown.to_owned()));
        let disposition = "attachment; filename*=UTF-8''a%22%0D%0Ab%20%C3%A9%3Cscript%3E%2Ehtml";
        assert_eq!(header("content-disposition"), disposition);
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin");
        assert_eq!(file.bytes().await.unwrap(), "<script>alert(1)</script>");
        control.post("/chats/latest/delete-file", value!({"fileId": id})).await;
        assert_eq!(client().get(&url).send().await.unwrap().status(), 404);
    }
    let all = control.get("/chats/latest/entries").await;
    assert!(all["entries"].as_array().unwrap().iter().all(|entry| entry["file"].is_null()), "{all}");
}

#[tokio::test]
async fn a_chat_is_handed_over() {
    let (simulator, customer, control) = start().await;
    control.post("/chats/latest/join", value!({"nickname": "Sam"})).await;
    let next =
        control.post("/chats/latest/transfer", value!({"nickname": "Alex", "kind": "Supervisor"})).await;
    assert_eq!(next, value!({"participantId": 3}));
    let seen = customer.refresh("3").await;
    assert_eq!(each(&seen, "type"), ["ParticipantJoined", "ParticipantLeft"]);
    assert_eq!(
        (&seen["messages"][0]["from"]["nickname"], &seen["messages"][1]["from"]["nickname"]),
        (&value!("Alex"), &value!("Sam"))
    );
    assert_eq!(seen["messages"][0]["from"]["type"], "Supervisor");
    for (body, status) in [
        (value!({"nickname": "X", "participantId": 2}), 409),
        (value!({"nickname": "X", "participantId": 1}), 400),
        (value!({"nickname": "X", "kind": "Client"}), 400),
        (value!({}), 400),
    ] {
        let (answered, answer) = control.ask(Method::POST, "/chats/latest/transfer", body).await;
        assert_eq!(answered, status, "{answer}");
    }
    assert_eq!(
        simulator.chat(&customer.chat_id).unwrap().participants.len(),
        3,
        "what is refused has no effect"
    );
}

#[tokio::test]
async fn the_scripted_agent_can_be_sent_away() {
    let simulator = Simulator::builder().script(Script::echo()).start().await.unwrap();
    let control = Control(simulator.control_url());
    assert_eq!(control.get("/state").await["script"], value!({"agent": "Sam", "plays": true}));
    let customer = Customer::start(&simulator.chat_url()).await;
    simulator
        .wait_for(|simulator| simulator.chat(&customer.chat_id).unwrap().participants.get(1).cloned())
        .await;
    control.post("/script", value!({"plays": false})).await;
    assert_eq!(control.get("/state").await["script"]["plays"], false);
    customer.call("send", &[("message", "unanswered")]).await;
    let alone = Customer::start(&simulator.chat_url()).await;
    control.post("/script", value!({"plays": true})).await;
    customer.call("send", &[("message", "answered")]).await;
    let echo = |simulator: &Simulator| {
        let said = simulator.transcript(&customer.chat_id).unwrap();
        let said: Vec<_> = said.into_iter().filter_map(|event| event.text).collect();
        (said.len() >= 3).then_some(said)
    };
    assert_eq!(simulator.wait_for(echo).await, ["unanswered", "answered", "answered"]);
    assert_eq!(simulator.chat(&alone.chat_id).unwrap().participants.len(), 1);
    simulator.faults().push(Fault::drop_before());
    assert_eq!(
        Control(crate::customer::simulator().await.control_url()).get("/state").await["script"],
        Value::Null
    );
}
