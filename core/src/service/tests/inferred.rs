//! A server that does not tell who comes and goes, and one that lets a client go.

use super::{
    answers::{Who, batch, entry, lost, says, session},
    push::{GAP, PUSH, news},
    script::{Script, start_chat},
};
use crate::{
    ErrorKind, Retry,
    model::{EntryId, Index, Place, Received},
    store::key::PING,
    transport::{Arrival, Capabilities, Delivery, Failure, Incoming, Places, Reply},
};
use std::time::Duration;

/// An entry with a name.
fn at(received: Received) -> Received {
    let order = received.message.index.order().unwrap();
    let place = Place { order, id: EntryId::Name(order.to_string().into()), text: None };
    let mut received = received;
    received.message.index = Index::Place(place);
    received
}

fn chat() -> Script {
    let mut script = Script::new();
    script.capabilities = Capabilities { infers_participants: true, ..PUSH };
    script.delivery = Some(Delivery { arrival: Arrival::Pushed, places: Places::Opaque });
    script.configure();
    script.command(start_chat());
    script.take();
    script.answer("start", session("chat-1"));
    script
}

/// The events of one message more.
fn events(script: &mut Script, received: Received) -> Vec<String> {
    script.take();
    script.incoming(news(vec![at(received)]));
    let mut events = script.take();
    events.retain(|line| !line.contains(": ") && line != "messageReceived");
    events
}

#[test]
fn whoever_speaks_is_there_until_everybody_leaves() {
    let mut script = chat();
    let told = script.take();
    assert!(told.iter().any(|line| line == "clientConnected"), "{told:?}");
    assert_eq!(script.payload("clientConnected")["inferred"], true);
    script.answer("poll", batch(vec![]));
    assert_eq!(events(&mut script, says(1, Who::Bot, "hello")), ["botConnected"]);
    assert_eq!(
        events(&mut script, entry(2, Who::Agent, "TypingStarted", None)),
        ["botDisconnected", "agentConnected", "agentTypingStarted"]
    );
    let connected = script.payload("agentConnected");
    assert_eq!((&connected["inferred"], &connected["numAgentsConnected"]), (&true.into(), &1.into()));
    assert_eq!(events(&mut script, says(3, Who::Agent, "hi")), ["agentTypingStopped"]);
    let mut left = entry(4, Who::Agent, "ParticipantLeft", None);
    left.message.from.id = crate::model::ParticipantId::Missing;
    assert_eq!(events(&mut script, left), ["agentDisconnected", "agentTypingStopped"]);
    let left = script.payload("agentDisconnected");
    assert_eq!((&left["numAgentsConnected"], left.get("inferred")), (&0.into(), None));
    assert_eq!(events(&mut script, says(5, Who::Agent, "again")), ["agentConnected", "agentTypingStopped"]);
    assert!(events(&mut script, entry(6, Who::Client, "ParticipantJoined", None)).is_empty());
}

#[test]
fn an_end_by_the_server_tells_who_leaves() {
    let mut script = chat();
    script.answer("poll", batch(vec![]));
    events(&mut script, says(1, Who::Agent, "hi"));
    script.incoming(Incoming::Batch(Box::new(Reply { ended: Some(true), ..batch(vec![]) })));
    let mut told = script.take();
    told.retain(|line| !line.contains(": "));
    let at = |name: &str| told.iter().position(|line| line == name).unwrap();
    assert!(at("agentDisconnected") < at("clientDisconnected") && at("clientDisconnected") < at("ended"));
    assert!(!script.stored.contains_key(PING));
}

#[test]
fn a_session_that_goes_on_elsewhere_stays_stored() {
    let mut script = chat();
    script.answer("poll", batch(vec![]));
    let stored = script.stored.len();
    script.incoming(Incoming::Parted(lost()));
    assert!(script.take().iter().any(|line| line == "ended"));
    assert_eq!(script.stored.len(), stored);
    assert!(script.stored.contains_key(PING));
}

#[test]
fn what_is_pushed_is_told_while_the_server_gives_no_more_of_its_transcript() {
    let mut script = chat();
    script.answer("poll", batch(vec![]));
    script.incoming(GAP);
    script.incoming(news(vec![at(says(5, Who::Agent, "live"))]));
    assert_eq!(script.told_texts(), [""; 0]);
    let failure = Failure {
        kind: ErrorKind::RateLimited,
        retry: Retry::After(Duration::from_secs(6)),
        status: 429,
        ..lost()
    };
    script.fail("poll", failure);
    script.incoming(news(vec![at(says(6, Who::Agent, "later"))]));
    assert_eq!(script.told_texts(), ["live", "later"]);
    script.wait_ms(5_999);
    assert!(script.kinds().is_empty());
    script.wait_ms(1);
    script.answer("poll", batch(vec![at(says(4, Who::Agent, "missed")), at(says(5, Who::Agent, "live"))]));
    assert_eq!(script.told_texts(), ["live", "later", "missed"]);
}

impl Script {
    fn told_texts(&self) -> Vec<String> {
        let payloads = self.payloads("messageReceived");
        let messages = payloads.iter().flat_map(|payload| payload["messages"].as_array().unwrap());
        messages.map(|message| message["text"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
