//! Scripted agents.

use std::time::Duration;

use tokio::time::{advance, pause, resume};
use webchat_simulator::EventType::{
    self, CustomNotice, FileUploaded, Message, ParticipantJoined, ParticipantLeft, PushUrl, TypingStarted,
    TypingStopped,
};
use webchat_simulator::{
    EndCause, Event, Fallback, Farewell, ParticipantKind, Regex, Rule, Script, Simulator, Upload,
};

use crate::customer::Customer;

fn told(events: &[Event]) -> Vec<(EventType, &str)> {
    events.iter().map(|event| (event.kind, event.text.as_deref().unwrap_or_default())).collect()
}

/// Waits for a transcript of this length.
async fn transcript(simulator: &Simulator, chat: &str, length: usize) -> Vec<Event> {
    let long = |simulator: &Simulator| {
        simulator.transcript(chat).ok().filter(|transcript| transcript.len() >= length)
    };
    simulator.wait_for(long).await
}

#[tokio::test]
async fn echo_answers_at_once() {
    let simulator = Simulator::builder().script(Script::echo()).start().await.unwrap();
    let customer = Customer::start(&simulator.chat_url()).await;
    transcript(&simulator, &customer.chat_id, 2).await;
    customer.call("send", &[("message", "one {agent}")]).await;
    customer.call("send", &[("message", "two")]).await;
    let events = transcript(&simulator, &customer.chat_id, 6).await;
    let said: Vec<_> = events.iter().filter(|e| e.from.kind == ParticipantKind::Agent).cloned().collect();
    assert_eq!(told(&said), [(ParticipantJoined, ""), (Message, "one {agent}"), (Message, "two")]);
}

#[tokio::test]
async fn the_demo_joins_types_sends_a_file_and_ends() {
    let simulator = Simulator::builder().script(Script::demo()).start().await.unwrap();
    let customer = Customer::start(&simulator.chat_url()).await;
    let chat = customer.chat_id.as_str();
    assert_eq!(simulator.transcript(chat).unwrap().len(), 1);
    let pass = async |ms| {
        pause();
        advance(Duration::from_millis(ms)).await;
        resume();
    };
    pass(299).await;
    pass(500).await;
    let events = transcript(&simulator, chat, 5).await;
    let greeting = "Hello Mia Lund, this is Sam. How can I help you?";
    assert_eq!(
        told(&events[1..]),
        [(ParticipantJoined, ""), (TypingStarted, ""), (TypingStopped, ""), (Message, greeting)]
    );
    customer.call("send", &[("message", "my INVOICE, please")]).await;
    customer.call("send", &[("message", "thanks, bye")]).await;
    pass(1000).await;
    let mut events = transcript(&simulator, chat, 14).await;
    events.retain(|event| event.from.kind == ParticipantKind::Agent);
    let typed = [(TypingStarted, ""), (TypingStopped, "")];
    let invoice = [(Message, "Here is your invoice."), (FileUploaded, "")];
    assert_eq!(told(&events[4..]), [&typed[..], &invoice, &typed, &[(Message, "You are welcome.")]].concat());
    customer.call("send", &[("message", "bye")]).await;
    pass(1000).await;
    assert_eq!(simulator.wait_for(|sim| sim.chat(chat).unwrap().ended).await, EndCause::Agent);
    let last = simulator.transcript(chat).unwrap().pop().unwrap();
    assert_eq!((last.kind, last.from.nickname.as_str()), (ParticipantLeft, "Sam"));
}

#[tokio::test]
async fn rules_of_ones_own() {
    let rule = |pattern, reply: &str| Rule::new(Regex::new(pattern).unwrap(), reply);
    let file = Rule {
        file: Some(Upload::new("a.txt", "A")),
        push_url: Some("https://example.com/".to_owned()),
        notice: Some("note".to_owned()),
        replies: Vec::new(),
        ..rule("^all$", "")
    };
    let leave = Rule { then: Some(Farewell::Leave), ..rule("^go$", "{nickname} says {text}") };
    let turns = Rule { replies: vec!["x".to_owned(), "y".to_owned()], ..rule("^t$", "") };
    let script = Script::echo()
        .agent("Bo")
        .kind(ParticipantKind::Bot)
        .greeting("I am {agent}")
        .rule(file)
        .rule(leave)
        .rule(turns)
        .fallback(Fallback::Silent);
    let simulator = Simulator::builder().script(script).start().await.unwrap();
    let customer = Customer::start(&simulator.chat_url()).await;
    let chat = customer.chat_id.as_str();
    transcript(&simulator, chat, 3).await;
    for text in ["t", "t", "nothing", "t", "all", "go"] {
        customer.call("send", &[("message", text)]).await;
    }
    let events = transcript(&simulator, chat, 17).await;
    let bot: Vec<_> = events.iter().filter(|e| e.from.kind == ParticipantKind::Bot).cloned().collect();
    assert!(bot.iter().all(|event| event.event_attributes.is_some()));
    assert_eq!(
        told(&bot),
        [
            (ParticipantJoined, ""),
            (Message, "I am Bo"),
            (Message, "x"),
            (Message, "y"),
            (Message, "x"),
            (PushUrl, "https://example.com/"),
            (CustomNotice, "note"),
            (FileUploaded, ""),
            (Message, "Mia Lund says go"),
            (ParticipantLeft, ""),
        ]
    );
    assert_eq!(simulator.chat(chat).unwrap().ended, None, "leaving ends nothing");
    customer.call("send", &[("message", "t")]).await;
    assert_eq!(simulator.transcript(chat).unwrap().len(), events.len() + 1, "nobody is left to answer");
}
