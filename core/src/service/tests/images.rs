//! Images of messages (nexus-v3.md, 4.7).

use super::{
    answers::*,
    key,
    script::{NEXUS, Script, message},
};
use crate::{
    command::{Command, Commander, Preprocessor},
    model::{Content, Received},
    transport::{Operation, Reply},
};
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;

/// A message with an image.
fn shows(index: u64, url: &str) -> Received {
    let mut received = says(index, Who::Agent, url);
    let (kind, mime) = ("image".into(), Some("image/png".into()));
    let image = Content { kind, mime, url: Some(url.into()), wanted: true, ..Content::default() };
    received.message.content = Arc::new([Content { kind: "file".into(), ..Content::default() }, image]);
    received
}

fn images(images: impl IntoIterator<Item = Result<&'static str, &'static str>>) -> Reply {
    let each = |image: Result<&'static str, &str>| {
        image.map(|data| Bytes::from_static(data.as_bytes())).map_err(Into::into)
    };
    Reply { images: images.into_iter().map(each).collect(), ..Reply::default() }
}

fn started() -> Script {
    Script::started_with(|script| script.capabilities = NEXUS)
}

/// The texts of all messages told so far, batch by batch, without those of the start.
fn told(script: &Script) -> Vec<Vec<String>> {
    let texts = |batch: &Value| {
        let messages = batch["messages"].as_array().unwrap().iter();
        messages.filter_map(|message| Some(message["text"].as_str()?.to_owned())).collect()
    };
    script.payloads("messageReceived").iter().map(texts).filter(|texts: &Vec<_>| !texts.is_empty()).collect()
}

fn asked(script: &Script) -> Vec<Box<str>> {
    match &script.request("images").request.operation {
        Operation::Images(addresses) => addresses.clone(),
        other => panic!("{other:?}"),
    }
}

/// Images may take their time; the poll that has brought them is over.
#[test]
fn the_outcome_of_a_poll_waits_for_no_image() {
    let mut script = started();
    script.command(Command::StopPoll);
    let poll = || Command::Poll { commander: Commander::WebChatService };
    let id = script.command(poll());
    script.answer("poll", batch(vec![shows(2, "/1")]));
    assert!(script.outcome(id).is_some_and(Result::is_ok));
    let next = script.command(poll());
    assert_eq!((script.is_open(next), script.kinds()), (true, vec!["images", "poll"]), "another is made");
}

#[test]
fn what_comes_before_the_first_image_is_told_at_once_and_polls_go_on() {
    let mut script = started();
    script.answer_poll_due(batch(vec![
        says(2, Who::Agent, "a"),
        shows(3, "/1"),
        says(4, Who::Agent, "b"),
        shows(5, "/2"),
    ]));
    assert_eq!(told(&script), [["a"]]);
    assert_eq!(asked(&script), ["/1".into(), "/2".into()]);

    script.take();
    script.answer_poll_due(batch(vec![says(6, Who::Agent, "c")]));
    assert_eq!(told(&script), [["a"]], "in order");
    script.step();
    assert_eq!(script.kinds(), ["images", "poll"]);
    assert_eq!(script.take(), ["> poll 6", "> poll 7"], "at their own pace");

    script.answer("images", images([Ok("pixels"), Err("not there")]));
    assert_eq!(told(&script), [vec!["a"], vec!["/1", "b", "/2"], vec!["c"]]);
    let shown = &script.payloads("messageReceived")[2]["messages"];
    let content = |data: Value| {
        let mut image = json!({"type": "image", "mime": "image/png"});
        image.as_object_mut().unwrap().append(data.clone().as_object_mut().unwrap());
        json!([{"type": "file"}, image])
    };
    assert_eq!(shown[0]["content"], content(json!({"url": "/1", "data": "cGl4ZWxz"})));
    assert_eq!(shown[2]["content"], content(json!({"url": "/2", "unavailable": "not there"})));
    assert_eq!(script.ask(Command::GetTranscript)["messages"].as_array().unwrap().len(), 6);
}

#[test]
fn polls_wait_while_too_much_waits_for_images() {
    let mut script = started();
    script.answer_poll_due(batch(vec![shows(2, "/1"), says(3, Who::Agent, &"x".repeat(5 << 20))]));
    script.wait(script.config.ajax_timeout);
    assert_eq!(script.kinds(), ["images"]);
    script.answer("images", images([Ok("1")]));
    script.step();
    assert_eq!(script.kinds(), ["poll"]);
}

#[test]
fn an_answer_is_kept_for_a_command_alone() {
    let mut script = started();
    script.answer_poll_due(batch(vec![shows(2, "/1")]));
    script.answer_poll_due(batch(vec![says(3, Who::Agent, "a")]));
    assert_eq!(script.service.batches.len(), 2);
    assert!(script.service.batches.iter().all(|batch| batch.body.0.is_empty()));
}

#[test]
fn batches_with_images_are_told_in_order_whatever_comes_first() {
    let mut script = started();
    script.answer_poll_due(batch(vec![shows(2, "/1")]));
    script.answer_poll_due(batch(vec![says(3, Who::Agent, "a"), shows(4, "/2")]));
    let first = script.take_request("images");
    script.answer("images", images([Ok("2")]));
    assert!(told(&script).is_empty());
    script.reply(first.id, Ok(images([Ok("1")])));
    assert_eq!(told(&script), [vec!["/1"], vec!["a"], vec!["/2"]]);
}

#[test]
fn images_that_fail_as_a_whole_are_missing() {
    let mut script = started();
    script.answer_poll_due(batch(vec![shows(2, "/1")]));
    script.take();
    script.fail("images", lost());
    assert_eq!(
        script.payload("messageReceived")["messages"][0]["content"][1]["unavailable"],
        "no answer came in time"
    );
    assert_eq!(
        script.take(),
        ["agentConnected", "agentTypingStopped", "messageReceived"],
        "and the connection is not lost for that"
    );
}

#[test]
fn the_end_waits_for_the_images_of_its_own_batch() {
    let mut script = started();
    script.answer_poll_due(Reply { messages: vec![says(2, Who::Agent, "a"), shows(3, "/1")], ..ended() });
    script.take();
    script.idle(std::time::Duration::from_secs(3));
    assert_eq!(script.take(), Vec::<String>::new(), "no poll for a chat that is over");
    script.answer("images", images([Ok("1")]));
    assert_eq!(script.take(), ["agentTypingStopped", "messageReceived", "ended", "pollingStopped"]);
}

#[test]
fn what_waits_for_an_image_is_told_before_the_end() {
    let mut script = started();
    script.answer_poll_due(batch(vec![shows(2, "/1")]));
    let images_asked = script.take_request("images");
    let sent = script.command(message("hi"));
    script.answer("send", ended());
    script.no_last_words();
    assert!(!script.is_open(sent) && told(&script).is_empty());
    script.wait(script.config.ajax_timeout * 2);
    assert_eq!(told(&script), [["/1"]]);
    assert_eq!(
        script.payload("messageReceived")["messages"][0]["content"][1]["unavailable"],
        "the chat was over before it came"
    );
    let events = script.take();
    let at = |name: &str| events.iter().rposition(|event| event == name).unwrap();
    assert!(at("messageReceived") < at("ended"), "{events:?}");
    script.reply(images_asked.id, Ok(images([Ok("late")])));
    assert_eq!(script.take(), Vec::<String>::new());

    let mut script = started();
    script.answer_poll_due(batch(vec![shows(2, "/1")]));
    script.command(Command::EndChat);
    script.answer_end();
    script.answer("images", images([Ok("1")]));
    let events = script.take();
    let at = |name: &str| events.iter().rposition(|event| event == name).unwrap();
    assert!(at("messageReceived") < at("clientDisconnected"), "{events:?}");
}

#[test]
fn a_replay_waits_for_its_images_in_one_piece() {
    let mut script = Script::new();
    script.capabilities = NEXUS;
    script.stored = [(key::NEXUS_SESSION, "s"), (key::NEXUS_KEYS, "t")]
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .into();
    script.configure();
    script.answer("restore", batch(vec![says(1, Who::Agent, "a"), shows(2, "/1"), says(3, Who::Agent, "b")]));
    assert!(told(&script).is_empty() && !script.kinds().contains(&"poll"));
    script.answer("images", images([Ok("1")]));
    assert_eq!(told(&script), [["a", "/1", "b"]]);
    assert_eq!(script.kinds(), ["poll"]);
}

#[test]
fn preprocessors_see_messages_with_their_images() {
    let mut script = started();
    let seen = |message: crate::model::JsonObject| {
        let text = json!(message["content"][1].get("unavailable")).to_string();
        Some(message.into_iter().chain([("text".to_owned(), text.into())]).collect())
    };
    script.ask(Command::RegisterPreProcessor(Preprocessor::new(seen)));
    script.answer_poll_due(batch(vec![shows(2, "/1")]));
    script.answer_poll_due(batch(vec![shows(3, "/2")]));
    script.answer("images", images([Err("gone")]));
    script.answer("images", images([Ok("2")]));
    assert_eq!(told(&script), [["\"gone\""], ["null"]]);
}

#[test]
fn only_images_that_are_shown_and_new_are_fetched() {
    let mut script = started();
    script.ask(Command::AddPrefilter(vec!["/secret/".parse().unwrap()]));
    script.answer_poll_due(batch(vec![shows(2, "/secret"), shows(3, "/1")]));
    assert_eq!(asked(&script), ["/1".into()]);
    script.answer("images", images([Ok("1")]));
    script.answer_poll_due(batch(vec![shows(3, "/1")]));
    assert!(!script.kinds().contains(&"images"));
}
