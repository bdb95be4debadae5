//! A program that does not take its events.

use super::{
    answers::*,
    push::{GAP, PUSH, agent, news, told},
    script::{GMS, NEXUS, Script, start_chat},
};
use crate::{
    command::{Command, Preprocessor},
    transport::{Capabilities, Incoming, Operation, Reply},
};
use std::time::Duration;

impl Script {
    pub(crate) fn congested(&mut self, congested: bool) {
        self.service.set_congested(self.time(), congested);
        self.drain();
    }
}

fn started(capabilities: Capabilities) -> Script {
    Script::started_with(|script| script.capabilities = capabilities)
}

#[test]
fn polls_wait_until_the_program_has_taken_some() {
    for capabilities in [GMS, NEXUS] {
        let mut script = started(capabilities);
        script.congested(true);
        script.wait(Duration::from_secs(29));
        assert!(script.take().is_empty() && script.kinds().is_empty());
        script.congested(false);
        assert_eq!(script.fetch_from(), 2);
        script.answer("poll", batch(vec![agent(2)]));
        assert_eq!(script.told_places(), [1, 2]);
        script.answer_poll_due(batch(vec![agent(3)]));
        assert_eq!(script.told_places(), [1, 2, 3]);
        assert_eq!(script.logged.len(), 1);
    }
}

#[test]
fn the_log_says_so_once() {
    let mut script = started(GMS);
    for congested in [true, false, true, false] {
        script.congested(congested);
    }
    assert_eq!(script.logged.len(), 1);
    assert!(script.logged[0].contains("does not take its events"));
}

#[test]
fn the_answer_to_a_poll_that_has_left_is_told() {
    let mut script = started(GMS);
    while script.kinds().is_empty() {
        script.step();
    }
    script.congested(true);
    script.answer("poll", batch(vec![agent(2)]));
    assert_eq!(script.told_places(), [1, 2]);
    script.wait(Duration::from_secs(29));
    assert!(script.kinds().is_empty());
}

#[test]
fn a_sign_of_life_is_given_and_what_it_brings_comes_again() {
    for capabilities in [GMS, NEXUS] {
        let mut script = started(capabilities);
        script.congested(true);
        script.take();
        for _ in 0..3 {
            script.wait(Duration::from_secs(30));
            assert_eq!(script.kinds(), ["poll"]);
            script.answer("poll", batch(vec![agent(2), agent(3)]));
            assert_eq!(script.take(), ["> poll 2"]);
        }
        script.congested(false);
        match &script.request("poll").request.operation {
            Operation::Poll { from, .. } => assert!(from.resync, "the server may think them delivered"),
            other => panic!("{other:?}"),
        }
        script.answer("poll", batch(vec![agent(2), agent(3)]));
        assert_eq!(script.told_places(), [1, 2, 3]);
    }
}

#[test]
fn commands_are_a_sign_of_life_as_well() {
    let mut script = started(GMS);
    script.congested(true);
    script.wait(Duration::from_secs(20));
    script.send("hello");
    script.answer("send", done());
    script.wait(Duration::from_secs(29));
    assert!(script.kinds().is_empty());
    script.wait(Duration::from_secs(1));
    assert_eq!(script.kinds(), ["poll"]);
}

#[test]
fn commands_keep_their_outcomes() {
    let mut script = started(GMS);
    script.congested(true);
    let sent = script.send("hello");
    script.answer("send", done());
    assert_eq!(script.resolved(sent)["statusCode"], 0);
    script.command(Command::EndChat);
    script.answer_end();
    assert!(script.take().ends_with(&[
        "clientDisconnected".into(),
        "ended".into(),
        "endChat: resolved".into()
    ]));
    // The next chat of a program that has still taken nothing.
    script.command(start_chat());
    script.answer("start", session("chat-2"));
    assert_eq!(script.take().last().unwrap(), "pollingStarted");
}

#[test]
fn a_message_in_doubt_is_looked_for_all_the_same() {
    for capabilities in [GMS, NEXUS, PUSH] {
        let mut script = started(capabilities);
        script.congested(true);
        let sent = script.send("hello");
        script.fail("send", lost());
        script.wait(Duration::from_secs(4));
        script.answer("poll", batch(vec![says(2, Who::Client, "hello"), agent(3)]));
        assert_eq!(script.resolved(sent)["statusCode"].as_u64().unwrap_or_default(), 0);
        assert_eq!(script.told_places(), [1]);
        script.congested(false);
        script.answer("poll", batch(vec![says(2, Who::Client, "hello"), agent(3)]));
        assert_eq!(script.told_places(), [1, 2, 3]);
        assert!(!script.kinds().contains(&"send"));
    }
}

#[test]
fn the_last_words_are_told_whatever_waits() {
    let mut script = started(GMS);
    script.congested(true);
    script.wait(Duration::from_secs(30));
    script.answer("poll", Reply { messages: vec![agent(2), leaves(3, Who::Agent)], ..ended() });
    assert_eq!(script.told_places(), [1, 2, 3]);
    assert!(script.take().contains(&"ended".into()));
}

#[test]
fn what_is_pushed_is_fetched_afterwards() {
    let mut script = Script::pushing();
    script.congested(true);
    script.take();
    for index in 2..5_000 {
        script.incoming(news(vec![agent(index)]));
    }
    assert!(script.take().is_empty() && script.kinds().is_empty());
    script.congested(false);
    assert_eq!(script.fetch_from(), 2);
    script.incoming(news(vec![agent(5_000)]));
    script.answer("poll", batch((2..5_000).map(agent).collect()));
    assert!(script.told_places() == (1..=5_000).collect::<Vec<_>>());
    assert!(script.kinds().is_empty());
}

#[test]
fn a_pushed_message_of_ones_own_is_an_outcome_still() {
    let mut script = Script::pushing();
    script.congested(true);
    let sent = script.send("hello");
    script.incoming(news(vec![says(2, Who::Client, "hello")]));
    script.fail("send", lost());
    assert_eq!(script.resolved(sent)["statusCode"], 0);
    assert_eq!(script.told_places(), [1]);
    script.congested(false);
    script.answer("poll", batch(vec![says(2, Who::Client, "hello")]));
    assert_eq!(script.told_places(), [1, 2]);
}

#[test]
fn a_pushed_end_is_told_with_all_that_was_left_for_later() {
    let mut script = Script::pushing();
    script.congested(true);
    script.incoming(news(vec![agent(2)]));
    script.incoming(told(Reply { messages: vec![leaves(3, Who::Agent)], ..ended() }));
    assert_eq!(script.fetch_from(), 2);
    script.answer("poll", batch(vec![agent(2), leaves(3, Who::Agent)]));
    assert_eq!(script.told_places(), [1, 2, 3]);
    assert!(script.take().contains(&"ended".into()));
}

#[test]
fn a_link_that_is_up_again_is_told_and_made_to_push() {
    let mut script = Script::pushing();
    script.congested(true);
    script.incoming(Incoming::Down(lost()));
    script.take();
    script.incoming(GAP);
    assert_eq!(script.take(), ["> poll 2", "reconnected"]);
    script.answer("poll", batch(vec![agent(2)]));
    assert_eq!(script.told_places(), [1]);
    let sent = script.send("hello");
    script.answer("send", done());
    assert_eq!(script.resolved(sent)["statusCode"], 0);
}

#[test]
fn a_busy_preprocessor_keeps_no_more_than_a_number_of_messages_waiting() {
    let mut script = Script::pushing();
    script.command(Command::RegisterPreProcessor(Preprocessor::new(Some)));
    script.hold_preprocessing = true;
    for index in 2..3_000 {
        script.incoming(news(vec![agent(index)]));
    }
    assert!(script.kinds().is_empty());
    while script.is_preprocessing() {
        script.preprocess();
    }
    assert_eq!(script.told_places().len(), 1_025);
    script.hold_preprocessing = false;
    script.wait_ms(0);
    assert_eq!(script.fetch_from(), 1_026);
    script.answer("poll", batch((1_026..3_000).map(agent).collect()));
    assert!(script.told_places() == (1..3_000).collect::<Vec<_>>());
}

#[test]
fn news_that_wait_for_a_gap_to_be_closed_are_bounded() {
    let mut script = Script::pushing();
    for index in 3..5_000 {
        script.incoming(news(vec![agent(index)]));
    }
    script.answer("poll", batch(vec![agent(2)]));
    assert_eq!(script.told_places().len(), 1_026);
    script.wait_ms(0);
    assert_eq!(script.fetch_from(), 1_027);
    script.answer("poll", batch((1_027..5_000).map(agent).collect()));
    assert!(script.told_places() == (1..5_000).collect::<Vec<_>>());
}

/// What a program that takes nothing is told of a link that comes and goes: some changes, and after it has taken them what is true then.
#[test]
fn a_link_that_comes_and_goes_is_told_in_bounds() {
    for ends_up in [true, false] {
        let mut script = Script::pushing();
        script.congested(true);
        script.take();
        for _ in 0..10_000 {
            script.incoming(Incoming::Down(lost()));
            script.incoming(Incoming::Up { gap: false });
        }
        if !ends_up {
            script.incoming(Incoming::Down(lost()));
        }
        let mut told = script.take();
        assert!(told.len() <= 16, "{}", told.len());
        script.congested(false);
        told.extend(script.take());
        told.retain(|event| event.ends_with("connected"));
        let alternate = told
            .chunks(2)
            .all(|pair| pair[0] == "disconnected" && pair.get(1).is_none_or(|it| it == "reconnected"));
        assert!(alternate && told.len() % 2 == usize::from(!ends_up), "{told:?}");
        script.incoming(Incoming::Down(lost()));
        script.incoming(Incoming::Up { gap: false });
        assert!(script.take().contains(&"reconnected".to_owned()));
    }
}

/// What else is told comes behind the state that it belongs to.
#[test]
fn what_is_true_of_the_link_is_told_before_the_end() {
    let mut script = Script::pushing();
    script.congested(true);
    for _ in 0..8 {
        script.incoming(Incoming::Down(lost()));
        script.incoming(Incoming::Up { gap: false });
    }
    script.incoming(Incoming::Down(lost()));
    script.take();
    script.command(Command::EndChat);
    script.fail("end", lost());
    let told = script.take();
    let at = |event: &str| told.iter().position(|it| it == event);
    assert!(at("disconnected").is_some() && at("disconnected") < at("clientDisconnected"), "{told:?}");
}

/// Few messages can be as much as many: what is held back behind a gap has a size, too, while a chat is restored as well.
#[test]
fn large_news_that_wait_are_bounded_by_their_size() {
    let large = |index| {
        let mut received = agent(index);
        received.message.text = Some("x".repeat(1 << 20).into());
        received
    };
    let mut script = Script::pushing();
    for index in 3..100 {
        script.incoming(news(vec![large(index)]));
    }
    script.answer("poll", batch(vec![agent(2)]));
    assert_eq!(script.told_places(), (1..=6).collect::<Vec<_>>());
    script.wait_ms(0);
    assert_eq!(script.fetch_from(), 7);
    script.answer("poll", batch((7..100).map(agent).collect()));
    assert!(script.told_places() == (1..100).collect::<Vec<_>>());
}
