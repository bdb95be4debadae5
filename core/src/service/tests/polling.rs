//! When polls go out (webchatservice.md, 9.1), `startPoll`, `stopPoll`, and what failed polls mean.

use super::{
    answers::*,
    key,
    script::{Script, message},
};
use crate::{
    ErrorKind,
    backend::gms::GmsSession,
    command::{Command, Commander, PreviewInput},
    transport::{Operation, Reply, Verdict},
};
use serde_json::json;
use std::time::Duration;

/// The time in milliseconds from the answer to one poll until the next goes out.
fn pause(script: &mut Script, reply: Reply) -> f64 {
    let before = script.now;
    script.answer("poll", reply);
    script.step();
    assert_eq!(script.kinds(), ["poll"]);
    (script.now - before).as_secs_f64() * 1_000.0
}

fn fixed() -> Script {
    let mut script = Script::started_with(|script| script.config.polling.dynamic = false);
    script.step();
    script
}

#[test]
fn the_interval_grows_from_the_shortest_to_the_longest() {
    let mut script = Script::started();
    script.step();
    let pauses: Vec<_> = (0..11).map(|_| pause(&mut script, done())).collect();
    for (at, pause) in pauses.iter().enumerate() {
        // The first pause was that after the poll which `started` answered.
        let expected = (500.0 * 1.2_f64.powi(i32::try_from(at).unwrap() + 1)).min(3_000.0);
        assert!((pause - expected).abs() < 0.001, "{at}: {pause}, not {expected}");
    }
    assert!(pauses.ends_with(&[3_000.0, 3_000.0]));
}

#[test]
fn the_first_poll_goes_out_at_once_and_the_second_after_the_shortest_interval() {
    let mut script = Script::started();
    let before = script.now;
    script.step();
    assert_eq!(script.now - before, Duration::from_millis(500));
}

#[test]
fn the_interval_counts_from_the_answer() {
    let mut script = Script::started();
    script.step();
    script.wait_ms(550);
    assert_eq!(script.kinds(), ["poll"], "never two at once");
    assert_eq!(pause(&mut script, done()), 600.0);
}

#[test]
fn a_server_that_is_slow_is_asked_no_more_often_than_it_answers() {
    let mut script = fixed();
    for (took, expected) in [(2_000, 3_000.0), (5_000, 5_000.0), (100, 3_000.0), (40_000, 24_000.0)] {
        script.wait_ms(took);
        assert_eq!(pause(&mut script, done()), expected, "{took}");
    }
    script.wait_ms(3_500);
    let before = script.now;
    script.fail("poll", lost());
    script.step();
    assert_eq!(script.now - before, Duration::from_millis(3_500), "no answer is a slow one");
    let mut script = Script::started_with(|script| script.config.polling.held = true);
    script.step();
    script.wait_ms(20_000);
    assert_eq!(pause(&mut script, done()), 600.0, "the server may have held it back");
}

#[test]
fn the_longer_a_connection_is_lost_the_rarer_it_is_asked_for() {
    let mut script = fixed();
    let mut pauses = Vec::new();
    for _ in 0..40 {
        let before = script.now;
        script.fail("poll", unreachable());
        script.step();
        pauses.push((script.now - before).as_secs_f64());
    }
    assert_eq!(pauses[..5], [3.0; 5], "a short loss is seen to be over as soon as ever");
    assert!(pauses.is_sorted() && pauses.ends_with(&[24.0; 10]), "{pauses:?}");
    assert_eq!(pause(&mut script, done()), 3_000.0, "and then all is as it was");
}

#[test]
fn a_fixed_interval_is_the_configured_one() {
    let mut script = fixed();
    assert_eq!([pause(&mut script, done()), pause(&mut script, done())], [3_000.0; 2]);
    script.config.polling.rate = Duration::from_millis(1_000);
    let mut script = Script::started_with(|script| {
        script.config.polling.dynamic = false;
        script.config.polling.rate = Duration::from_millis(1_000);
    });
    script.step();
    assert_eq!(pause(&mut script, done()), 1_000.0);
}

#[test]
fn configured_bounds_and_growth_act() {
    let mut script = Script::started_with(|script| {
        script.config.polling.min = Duration::from_millis(250);
        script.config.polling.max = Duration::from_millis(1_000);
        script.config.polling.multiplier = 2.0;
    });
    script.step();
    let pauses: Vec<_> = (0..4).map(|_| pause(&mut script, done())).collect();
    assert_eq!(pauses, [500.0, 1_000.0, 1_000.0, 1_000.0]);
}

#[test]
fn a_sent_message_brings_the_next_poll_forward() {
    let mut script = Script::started();
    script.idle(Duration::from_secs(30));
    script.send("hi");
    script.answer("send", done());
    let before = script.now;
    script.step();
    assert!(script.now - before <= Duration::from_millis(500));
    assert_eq!(pause(&mut script, done()), 500.0);
    assert_eq!(pause(&mut script, done()), 600.0);
}

#[test]
fn a_sent_message_does_not_put_a_poll_off() {
    let mut script = Script::started();
    script.wait_ms(400);
    script.send("hi");
    script.answer("send", done());
    let before = script.now;
    script.step();
    assert_eq!(script.now - before, Duration::from_millis(100));
}

#[test]
fn a_sent_message_leaves_a_fixed_interval_alone() {
    let mut script = fixed();
    script.answer("poll", done());
    script.send("hi");
    script.answer("send", done());
    let before = script.now;
    script.step();
    assert_eq!(script.now - before, Duration::from_secs(3));
}

#[test]
fn polls_ask_from_the_next_position_and_remember_it() {
    let mut script = Script::started();
    assert_eq!(script.stored[key::INDEX], "2");
    script.answer_poll_due(Reply { next_position: Some(9), ..done() });
    assert_eq!(script.stored[key::INDEX], "9");
    script.answer_poll_due(Reply { next_position: Some(4), ..batch(vec![says(11, Who::Agent, "x")]) });
    assert_eq!(script.stored[key::INDEX], "12", "the larger counts");
    script.take_all();
    script.answer_poll_due(done());
    assert_eq!(script.take_all(), ["store ping", "> poll 12"]);
    assert_eq!(script.stored[key::PING], script.time().unix_ms.to_string());
}

#[test]
fn new_session_data_are_kept_stored_and_used() {
    let mut script = Script::started();
    let update = GmsSession { alias: "200".into(), secure_key: "new".into(), ..GmsSession::default() }.into();
    script.answer_poll_due(Reply { session: Some(update), ..done() });
    assert_eq!(script.ask(Command::GetSessionData)["alias"], "200");
    assert!(script.stored[key::KEYS].contains("200"));
    script.step();
    assert_eq!(script.request("poll").request.session.key().as_str(), "new");
    script.answer("poll", Reply { session: Some(alias("300")), verdict: Verdict::Temporary, ..done() });
    assert_eq!(
        script.ask(Command::GetSessionData)["alias"],
        "200",
        "nothing else of such an answer can be trusted"
    );
}

#[test]
fn stopping_and_starting() {
    let mut script = Script::started();
    let id = script.command(Command::StopPoll);
    assert_eq!(script.resolved(id), json!(null));
    assert_eq!(script.take(), ["pollingStopped", "stopPoll: resolved"]);
    assert_eq!(script.service.next_timeout(), None);
    script.command(Command::StopPoll);
    assert_eq!(script.take(), ["stopPoll: resolved"]);
    let id = script.command(Command::StartPoll);
    assert_eq!(script.resolved(id), json!(null));
    assert_eq!(script.take(), ["pollingStarted", "> poll 2", "startPoll: resolved"]);
    script.answer("poll", done());
    script.take();
    script.command(Command::StartPoll);
    assert_eq!(script.take(), ["> poll 2", "startPoll: resolved"], "no second pollingStarted");
    assert_eq!(pause(&mut script, done()), 500.0, "at the shortest interval");
}

#[test]
fn stopping_and_starting_never_makes_two_polls() {
    let mut script = Script::started();
    script.step();
    script.command(Command::StopPoll);
    script.command(Command::StartPoll);
    script.command(Command::StartPoll);
    assert_eq!(script.kinds(), ["poll"]);
    script.command(Command::StopPoll);
    script.answer("poll", batch(vec![says(2, Who::Agent, "x")]));
    assert_eq!(script.payload("messageReceived")["messages"][0]["text"], "x", "the one under way delivers");
    assert_eq!((script.kinds().len(), script.service.next_timeout()), (0, None));
}

#[test]
fn polling_needs_a_session_and_a_transport_that_polls() {
    let mut script = Script::ready();
    for command in [Command::StartPoll, Command::StopPoll] {
        let id = script.command(command);
        assert_eq!(script.rejected(id), (ErrorKind::NoSession, "No active chat session"));
    }
    let mut script = Script::new();
    script.capabilities.polling = false;
    script.configure();
    for command in [Command::StartPoll, Command::StopPoll] {
        let id = script.command(command);
        assert_eq!(script.rejected(id), (ErrorKind::Unsupported, "This transport doesn't support polling"));
    }
    let id = script.command(Command::Poll { commander: Commander::Program });
    assert_eq!(script.rejected(id), (ErrorKind::Unsupported, "This transport doesn't support polling."));
}

#[test]
fn the_command_poll_is_private() {
    for mut script in [Script::ready(), Script::started()] {
        let id = script.command(Command::Poll { commander: Commander::Program });
        let text = "Access Denied to private command. Only WebChatService is allowed to invoke this command.";
        assert_eq!(script.rejected(id), (ErrorKind::AccessDenied, text));
    }
}

#[test]
fn the_preview_goes_with_polls() {
    let mut script = Script::started();
    script.step();
    assert!(!script.request("poll").with_preview);
    script.command(Command::RegisterTypingPreviewInput(PreviewInput::new(|| None)));
    script.answer("poll", done());
    script.step();
    assert!(script.request("poll").with_preview);
    script.command(message("hi"));
    assert!(!script.request("send").with_preview);
    assert!(matches!(script.request("poll").request.operation, Operation::Poll { preview: None, .. }));
    script.answer("poll", done());
    script.command(Command::StopPoll);
    script.fail("send", http(503));
    script.wait_ms(3_000);
    assert!(!script.request("poll").with_preview, "a look for a lost message is no poll");
}

#[test]
fn polling_goes_on_through_failures() {
    for failure in
        [lost(), unreachable(), http(500), http(502), http(503), http(429), http(403), bad_request(204)]
    {
        let mut script = Script::started();
        script.step();
        let status = failure.status;
        let before = script.now;
        script.fail("poll", failure);
        script.step();
        assert_eq!(script.now - before, Duration::from_millis(600), "{status}");
        assert_eq!(script.kinds(), ["poll"]);
        assert!(script.payloads("ended").is_empty());
    }
}

#[test]
fn the_server_can_put_polls_off() {
    let mut script = Script::started();
    script.step();
    let before = script.now;
    script.fail("poll", come_back(429, Duration::from_secs(7)));
    script.step();
    assert_eq!(script.now - before, Duration::from_secs(7));
    assert_eq!(pause(&mut script, done()), 720.0);
}

#[test]
fn no_server_keeps_polls_away_for_so_long_that_it_drops_the_client() {
    let mut script = Script::started();
    script.step();
    let before = script.now;
    script.fail("poll", come_back(503, Duration::from_secs(3_600)));
    script.step();
    assert_eq!(script.now - before, Duration::from_secs(30));
}

#[test]
fn a_session_that_the_server_does_not_know_has_ended() {
    for failure in [gone(http(404)), gone(bad_request(8201)), gone(http(503))] {
        let mut script = Script::started();
        script.step();
        script.take();
        let has_error = failure.status != 503;
        script.fail("poll", failure);
        let expected = ["error", "ended", "pollingStopped"];
        assert_eq!(script.take(), expected[usize::from(!has_error)..]);
        assert!(script.stored.is_empty());
    }
    let mut script = Script::started();
    script.step();
    script.fail("poll", http(404));
    assert!(script.payloads("ended").is_empty(), "the answer says otherwise");
}

#[test]
fn a_refused_poll_ends_the_chat_if_it_says_so_and_is_silent_otherwise() {
    let last = || vec![joins(2, Who::Agent)];
    let mut script = Script::started();
    script.step();
    script.take();
    script.answer("poll", Reply { messages: last(), ..refused(8210, Some(true)) });
    assert_eq!(script.take(), ["agentConnected", "messageReceived", "error", "ended", "pollingStopped"]);
    assert_eq!(script.payload("error"), json!({"statusCode": 2, "errors": [{"code": 8210}]}));
    for ended in [Some(false), None] {
        let mut script = Script::started();
        script.answer_poll_due(Reply { messages: last(), ..refused(1, ended) });
        assert_eq!(script.take(), ["> poll 2", "agentConnected", "messageReceived"]);
        script.answer_poll_due(done());
        assert_eq!(script.take(), ["> poll 3"], "polling goes on");
    }
}
