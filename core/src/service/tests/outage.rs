//! Outages of the chat server, lost connections, and `error` (webchatservice.md, 9.2 to 9.4).

use super::{answers::*, push::GAP, script::Script};
use crate::{
    ErrorKind,
    command::Command,
    transport::{Failure, Reply, Verdict},
};
use serde_json::{Value, json};

/// The events of the answers to these polls, polls left out.
fn events(script: &mut Script, replies: impl IntoIterator<Item = Reply>) -> Vec<String> {
    for reply in replies {
        script.answer_poll_due(reply);
    }
    let mut events = script.take();
    events.retain(|line| !line.starts_with('>'));
    events
}

fn exceptions(count: usize) -> Vec<Reply> {
    (0..count).map(|_| temporary()).collect()
}

#[test]
fn the_sixth_exception_in_a_row_is_an_outage() {
    let mut script = Script::started();
    assert_eq!(events(&mut script, exceptions(1)), ["connectionPending"]);
    assert_eq!(events(&mut script, exceptions(4)), [""; 0]);
    assert_eq!(events(&mut script, exceptions(1)), ["chatServerWentOffline"]);
    assert_eq!(events(&mut script, exceptions(20)), [""; 0], "once in an outage");
    let back = events(&mut script, [batch(vec![says(2, Who::Agent, "x")])]);
    let expected = [
        "chatServerBackOnline",
        "connectionRestored",
        "agentConnected",
        "agentTypingStopped",
        "messageReceived",
    ];
    assert_eq!(back, expected, "before the batch, and no reconnected");
    for name in ["connectionPending", "chatServerWentOffline", "chatServerBackOnline", "connectionRestored"] {
        assert_eq!(script.payload(name), json!({}));
    }
}

#[test]
fn a_success_starts_the_count_anew() {
    let mut script = Script::started();
    assert_eq!(events(&mut script, exceptions(5)), ["connectionPending"]);
    assert_eq!(events(&mut script, [done()]), ["connectionRestored"], "it was not offline");
    assert_eq!(events(&mut script, exceptions(5)), ["connectionPending"]);
    assert_eq!(events(&mut script, exceptions(1)), ["chatServerWentOffline"]);
    assert_eq!(events(&mut script, [done()]), ["chatServerBackOnline", "connectionRestored"]);
    assert_eq!(events(&mut script, [done()]), [""; 0]);
}

#[test]
fn the_configured_limit_counts() {
    let mut script = Script::started_with(|script| script.config.poll_exception_limit = 0);
    assert_eq!(events(&mut script, exceptions(1)), ["connectionPending", "chatServerWentOffline"]);
}

/// Fails polls as they become due.
fn fail(script: &mut Script, failures: impl IntoIterator<Item = Failure>) -> Vec<String> {
    for failure in failures {
        while !script.kinds().contains(&"poll") {
            script.step();
        }
        script.fail("poll", failure);
    }
    events(script, [])
}

/// A success that is no answer of the server's: a page.
fn page() -> Failure {
    Failure { kind: ErrorKind::Protocol, ..http(200) }
}

#[test]
fn polls_that_get_no_answer_of_the_server_s_are_an_outage() {
    for odd in [page(), http(302), http(401), http(403), http(408), http(429), http(503), http(504)] {
        let mut script = Script::started();
        let status = odd.status;
        let mut many = std::iter::repeat(odd);
        assert_eq!(fail(&mut script, many.by_ref().take(5)), ["connectionPending"], "{status}");
        assert_eq!(fail(&mut script, many.by_ref().take(1)), ["chatServerWentOffline"], "{status}");
        assert_eq!(fail(&mut script, many.take(20)), [""; 0], "{status}: once in an outage");
        assert_eq!(events(&mut script, [done()]), ["chatServerBackOnline", "connectionRestored"], "{status}");
        assert_eq!(events(&mut script, [done()]), [""; 0], "{status}");
    }
}

#[test]
fn foreign_and_temporary_answers_are_one_outage() {
    let mut script = Script::started();
    assert_eq!(events(&mut script, exceptions(3)), ["connectionPending"]);
    assert_eq!(fail(&mut script, [page(), http(503)]), [""; 0]);
    assert_eq!(events(&mut script, exceptions(1)), ["chatServerWentOffline"]);
    assert_eq!(fail(&mut script, [http(403)]), [""; 0]);
    assert_eq!(events(&mut script, [done()]), ["chatServerBackOnline", "connectionRestored"]);
    assert_eq!(fail(&mut script, vec![http(403); 5]), ["connectionPending"], "counted anew");
    assert_eq!(events(&mut script, [done()]), ["connectionRestored"]);
}

#[test]
fn a_status_with_an_error_of_its_own_is_told_so_and_counts_all_the_same() {
    let mut script = Script::started();
    assert_eq!(
        fail(&mut script, vec![http(500); 6]),
        ["error", "connectionPending", "chatServerWentOffline"]
    );
}

#[test]
fn refusals_in_the_server_s_own_terms_and_lost_connections_are_no_exceptions_and_do_not_reset_the_count() {
    let mut script = Script::started();
    events(&mut script, exceptions(5));
    assert_eq!(fail(&mut script, vec![bad_request(204); 9]), ["error"]);
    assert_eq!(fail(&mut script, vec![lost(); 9]), ["disconnected"]);
    assert_eq!(events(&mut script, [refused(7, Some(false))]), ["reconnected"]);
    assert_eq!(events(&mut script, exceptions(1)), ["chatServerWentOffline"]);
}

#[test]
fn an_end_is_no_exception() {
    let mut script = Script::started_with(|script| script.config.poll_exception_limit = 0);
    assert_eq!(fail(&mut script, [gone(http(404))]), ["error", "ended", "pollingStopped"]);
}

#[test]
fn transports_without_outages_and_links_count_nothing() {
    let nexus = Script::started_with(|script| script.capabilities.server_outage = false);
    let mut linked = Script::pushing();
    linked.incoming(GAP);
    for mut script in [nexus, linked] {
        script.take();
        assert_eq!(fail(&mut script, vec![http(503); 6]), [""; 0]);
    }
}

#[test]
fn answers_other_than_polls_are_no_exceptions() {
    let mut script = Script::started();
    let notice = || Command::SendCustomNotice { message: "n".into() };
    for _ in 0..9 {
        let id = script.command(notice());
        script.answer("notice", temporary());
        assert_eq!(script.error(id).rejection(), json!({"statusCode": 1}));
    }
    script.take();
    assert_eq!(events(&mut script, exceptions(1)), ["connectionPending"]);
}

#[test]
fn resetting_the_count_forgets_the_outage() {
    let mut script = Script::started();
    events(&mut script, exceptions(5));
    assert_eq!(script.ask(Command::ResetPollExceptions), Value::Null);
    script.take();
    assert_eq!(events(&mut script, exceptions(5)), ["connectionPending"]);
    assert_eq!(events(&mut script, exceptions(1)), ["chatServerWentOffline"]);
    script.ask(Command::ResetPollExceptions);
    script.take();
    assert_eq!(events(&mut script, [done()]), [""; 0], "no back-online events follow");
    assert_eq!(Script::ready().ask(Command::ResetPollExceptions), Value::Null, "without a session too");
}

#[test]
fn resetting_needs_a_transport_that_counts() {
    let mut script = Script::new();
    script.capabilities.server_outage = false;
    script.configure();
    let id = script.command(Command::ResetPollExceptions);
    let text = "This transport doesn't support resetPollExceptions command.";
    assert_eq!(script.rejected(id), (ErrorKind::Unsupported, text));
}

#[test]
fn a_lost_connection_is_told_once_until_it_is_back() {
    let mut script = Script::started();
    for failure in [unreachable(), lost(), unreachable()] {
        script.step();
        script.fail("poll", failure);
    }
    assert_eq!(events(&mut script, []), ["disconnected"]);
    let back = events(&mut script, [batch(vec![says(2, Who::Agent, "x")])]);
    assert_eq!(
        back,
        ["agentConnected", "agentTypingStopped", "messageReceived", "reconnected"],
        "after the batch of that answer"
    );
    assert_eq!((script.payload("disconnected"), script.payload("reconnected")), (json!({}), json!({})));
    script.step();
    script.fail("poll", lost());
    assert_eq!(events(&mut script, []), ["disconnected"]);
}

#[test]
fn any_request_tells_of_the_connection() {
    let mut script = Script::started();
    let notice = || Command::SendCustomNotice { message: "n".into() };
    script.command(notice());
    script.fail("notice", unreachable());
    assert_eq!(script.take()[1..], ["disconnected", "command: rejected"]);
    script.command(notice());
    script.answer("notice", done());
    assert_eq!(script.take()[1..], ["command: resolved", "reconnected"]);
}

#[test]
fn an_answer_of_an_offline_chat_server_is_a_connection() {
    let mut script = Script::started();
    script.step();
    script.fail("poll", lost());
    assert_eq!(events(&mut script, exceptions(1)), ["disconnected", "connectionPending", "reconnected"]);
}

#[test]
fn an_http_failure_is_neither_lost_nor_restored_connection() {
    let mut script = Script::started();
    script.step();
    script.fail("poll", lost());
    script.step();
    script.fail("poll", http(503));
    assert_eq!(events(&mut script, []), ["disconnected", "connectionPending"]);
}

#[test]
fn the_last_answer_ends_the_lost_connection_before_the_chat() {
    let mut script = Script::started();
    script.step();
    script.fail("poll", lost());
    assert_eq!(events(&mut script, [ended()]), ["disconnected", "reconnected", "ended", "pollingStopped"]);
}

#[test]
fn http_failures_with_errors_are_errors() {
    let mut script = Script::started();
    let failure = bad_request(8201);
    script.command(Command::SendCustomNotice { message: "n".into() });
    script.fail("notice", failure.clone());
    assert_eq!(script.take()[1..], ["error", "command: rejected"]);
    assert_eq!(script.payload("error"), failure.response);
}

#[test]
fn an_invalid_service_is_an_error() {
    for (failure, told) in [
        (http(404), true),
        (http(500), true),
        (http(502), true),
        (bad_request(306), true),
        (http(403), false),
        (http(429), false),
        (http(503), false),
        (http(504), false),
    ] {
        let mut script = Script::started();
        let id = script.command(Command::SendCustomNotice { message: "n".into() });
        let (status, response) = (failure.status, failure.response.clone());
        script.fail("notice", failure);
        assert_eq!(script.payloads("error").len(), usize::from(told), "{status}");
        assert_eq!(script.error(id).rejection(), response, "{status}: the command is rejected in any case");
    }
}

#[test]
fn a_failing_poll_repeats_its_error_only_after_a_success() {
    let mut script = Script::started();
    for _ in 0..4 {
        script.step();
        script.fail("poll", http(500));
    }
    assert_eq!(script.payloads("error").len(), 1);
    script.step();
    script.fail("poll", http(502));
    assert_eq!(script.payloads("error").len(), 2, "another status is news");
    script.answer_poll_due(done());
    script.step();
    script.fail("poll", http(502));
    assert_eq!(script.payloads("error").len(), 3);
}

#[test]
fn a_refusal_is_an_error_when_the_chat_has_ended() {
    let refuse = |reply: Reply| {
        let mut script = Script::started();
        script.command(Command::SendCustomNotice { message: "n".into() });
        script.take();
        let over = reply.ended == Some(true);
        script.answer("notice", reply);
        if over {
            script.no_last_words();
        }
        script.take()
    };
    assert_eq!(
        refuse(refused(1, Some(true))),
        ["command: rejected", "> poll 2", "error", "ended", "pollingStopped"]
    );
    assert_eq!(refuse(refused(1, Some(false))), ["command: rejected"]);
    let silent = Reply { verdict: Verdict::Refused, ..done() };
    assert_eq!(refuse(silent), ["command: rejected"]);
}

#[test]
fn a_local_failure_is_the_command_s_alone() {
    for kind in [ErrorKind::Io, ErrorKind::Internal] {
        let mut script = Script::started();
        script.command(Command::SendCustomNotice { message: "n".into() });
        script.take();
        script.fail("notice", local(kind));
        assert_eq!(script.take(), ["command: rejected"]);
    }
}
