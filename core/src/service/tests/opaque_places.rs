//! A back end that pushes, and whose places tell no more than which entry is the newer.

use super::{
    answers::{Who, batch, lost, says, session},
    push::{GAP, PUSH, news, told},
    script::{Script, start_chat},
};
use crate::{
    model::{EntryId, Index, Place, Received},
    transport::{Arrival, Delivery, Operation, Places},
};

/// An agent's message with this name; `order` is the hundredth part of what tells the newer.
fn named(order: u64, name: &str) -> Received {
    let mut received = says(order, Who::Agent, name);
    let name: std::sync::Arc<str> = name.into();
    received.message.index =
        Index::Place(Place { order: order * 100, id: EntryId::Name(name.clone()), text: Some(name) });
    received
}

fn texts(script: &Script) -> Vec<String> {
    let payloads = script.payloads("messageReceived");
    let messages = payloads.iter().flat_map(|payload| payload["messages"].as_array().unwrap());
    messages.map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

fn chat() -> Script {
    let mut script = Script::new();
    script.capabilities = PUSH;
    script.delivery = Some(Delivery { arrival: Arrival::Pushed, places: Places::Opaque });
    script.configure();
    script.command(start_chat());
    script.answer("start", session("chat-1"));
    script.answer("poll", batch(vec![named(1, "a")]));
    script
}

#[test]
fn what_is_pushed_while_nothing_is_missing_is_told_at_once() {
    let mut script = chat();
    script.incoming(news(vec![named(5, "b")]));
    script.incoming(news(vec![named(9, "c")]));
    assert_eq!(texts(&script), ["a", "b", "c"]);
    assert_eq!(script.pending.len(), 0, "nothing has to be asked for");
}

#[test]
fn entries_of_the_same_number_are_two_and_one_is_told_once() {
    let mut script = chat();
    script.incoming(news(vec![named(5, "b"), named(5, "c")]));
    script.incoming(news(vec![named(5, "c")]));
    script.incoming(news(vec![named(5, "d")]));
    assert_eq!(texts(&script), ["a", "b", "c", "d"]);
}

#[test]
fn what_is_pushed_after_a_gap_waits_for_what_was_lost() {
    let mut script = chat();
    script.incoming(GAP);
    script.incoming(news(vec![named(5, "c")]));
    assert_eq!(texts(&script), ["a"]);
    let Operation::Poll { from, .. } = &script.request("poll").request.operation else { panic!() };
    assert_eq!(from.after.as_ref().and_then(|place| place.text.as_deref()), Some("a"));
    script.answer("poll", batch(vec![named(3, "b"), named(5, "c")]));
    assert_eq!(texts(&script), ["a", "b", "c"]);
}

#[test]
fn a_look_that_fails_leaves_the_known_place_before_the_gap() {
    let mut script = chat();
    script.incoming(GAP);
    script.incoming(news(vec![named(5, "c")]));
    script.fail("poll", lost());
    script.incoming(told(batch(vec![named(7, "d")])));
    let Operation::Poll { from, .. } = &script.request("poll").request.operation else { panic!() };
    assert_eq!(from.after.as_ref().and_then(|place| place.text.as_deref()), Some("a"));
    script.answer("poll", batch(vec![named(3, "b"), named(5, "c"), named(7, "d")]));
    assert_eq!(texts(&script), ["a", "b", "c", "d"]);
}
