//! The course of operations, step by step.

use super::*;
use crate::{
    ErrorKind, Retry,
    backend::gms::GmsSession,
    carrier::bayeux::{Engine as LinkEngine, lost},
    model::JsonObject,
    transport::{Applied, Start, Text, Verdict},
};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(3);

/// An engine with a hand for all around it.
struct Script {
    engine: Engine,
    /// It is asked how it calls what is published, and nothing else.
    link: LinkEngine,
    now: Duration,
    last: u64,
    /// What has been published, in order, and how the link calls it.
    published: Vec<(JsonObject, PublishId)>,
}

impl Script {
    fn new() -> Self {
        let settings = Settings { endpoint: None, asynchronous: false, page_size: 20, ajax_timeout: LIMIT };
        let link = crate::carrier::bayeux::Settings {
            websocket: true,
            channels: vec![],
            timing: crate::carrier::bayeux::Timing::default(),
            seed: 1,
        };
        Self {
            engine: Engine::new(settings),
            link: LinkEngine::new(link),
            now: Duration::ZERO,
            last: 0,
            published: Vec::new(),
        }
    }

    /// An engine on a link that is up.
    fn up() -> Self {
        let mut script = Self::new();
        script.event(LinkEvent::Up { gap: false });
        script.seen();
        script
    }

    fn perform(&mut self, operation: Operation) -> TaskId {
        self.last += 1;
        let session =
            GmsSession { session_id: "c".into(), secure_key: "k".into(), ..GmsSession::default() }.into();
        let request = Request { session: Arc::new(session), operation };
        self.engine.perform(self.now, TaskId(self.last), request);
        TaskId(self.last)
    }

    fn event(&mut self, event: LinkEvent) {
        self.engine.handle(self.now, event);
    }

    fn push(&mut self, response: &Value) {
        let data = response.to_string().into();
        self.event(LinkEvent::Message { channel: String::new(), data });
    }

    /// What became of the publish of this number.
    fn taken(&mut self, at: usize, outcome: Result<(), Failure>) {
        let publish = self.published[at].1;
        self.event(LinkEvent::Published(publish, outcome));
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.engine.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.engine.handle_timeout(self.now);
        }
        self.now = end;
    }

    /// What the engine wants, as lines.
    fn seen(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(output) = self.engine.poll_output() {
            let line = match output {
                Output::Start => "start".into(),
                Output::Stop => "stop".into(),
                Output::Doubt => "doubt".into(),
                Output::Publish(ask, data, limit) => {
                    let publish = self.link.publish(self.now, "".into(), data.clone(), limit);
                    self.engine.published_as(ask, publish);
                    let data: JsonObject = serde_json::from_str(data.get()).unwrap();
                    let line = format!("publish {}", data["operation"].as_str().unwrap());
                    self.published.push((data, publish));
                    line
                }
                Output::Done(id, Ok(reply)) => format!("{}: {:?}", id.0, reply.verdict),
                Output::Done(id, Err(failure)) => format!("{}: {:?}", id.0, failure.kind),
                Output::GivenUp(id, failure) => format!("{}: given up, {:?}", id.0, failure.kind),
                Output::Late(id, reply) => format!("{}: late, {}", id.0, reply.session.is_some()),
                Output::Tell(Incoming::Batch(reply)) => format!("news, {} entries", reply.messages.len()),
                Output::Tell(incoming) => format!("{incoming:?}").split([' ', '(']).next().unwrap().into(),
            };
            lines.push(line);
        }
        lines
    }
}

fn start() -> Operation {
    Operation::Start(Start::default())
}

fn text(text: &str) -> Operation {
    Operation::Send(Text { text: text.into(), ..Text::default() })
}

fn started(chat: &str) -> Value {
    json!({"statusCode": 0, "chatId": chat, "secureKey": "k", "chatEnded": false, "messages": []})
}

fn accepted() -> Value {
    json!({"statusCode": 0, "chatEnded": false, "messages": []})
}

fn unanswered() -> Failure {
    lost(Applied::Unknown, "cut")
}

fn refused_connection(status: u16, retry: Retry) -> Failure {
    Failure { retry, status, ..lost(Applied::No, "refused") }
}

#[test]
fn a_start_waits_for_the_link_through_five_attempts() {
    for attempts in [4, 5] {
        let mut script = Script::new();
        script.perform(start());
        assert_eq!(script.seen(), ["start"]);
        for attempt in 1..=attempts {
            script.event(LinkEvent::Failed(attempt, refused_connection(0, Retry::WithBackoff)));
        }
        script.event(LinkEvent::Up { gap: false });
        let seen = script.seen();
        let wanted =
            if attempts < 5 { vec!["Up", "publish requestChat"] } else { vec!["1: Temporary", "Up"] };
        assert_eq!(seen, wanted);
    }
}

#[test]
fn an_http_status_on_the_way_and_a_certificate_that_is_not_trusted_are_told_at_once() {
    for failure in [refused_connection(403, Retry::WithBackoff), refused_connection(0, Retry::Never)] {
        let mut script = Script::new();
        script.perform(start());
        script.perform(Operation::Restore);
        script.event(LinkEvent::Failed(1, failure.clone()));
        script.event(LinkEvent::Failed(2, failure));
        assert_eq!(script.seen(), ["start", "1: Disconnected", "start", "2: Disconnected"]);
    }
}

#[test]
fn what_is_asked_again_of_a_link_that_was_refused_waits_for_it_anew() {
    let mut script = Script::new();
    script.perform(Operation::Restore);
    script.event(LinkEvent::Stopped(Some(refused_connection(0, Retry::Never))));
    script.perform(Operation::Restore);
    assert_eq!(script.seen(), ["start", "Refused", "1: Disconnected", "start"]);
    script.event(LinkEvent::Up { gap: true });
    assert_eq!(script.seen(), ["Up", "publish requestNotifications"]);
}

#[test]
fn a_start_that_is_given_up_holds_others_back_until_its_answer_has_come() {
    let mut script = Script::up();
    script.perform(start());
    script.perform(Operation::Restore);
    script.perform(start());
    assert_eq!(script.seen(), ["start", "publish requestChat"]);
    script.taken(0, Ok(()));
    script.pass(LIMIT);
    assert_eq!(script.seen(), ["doubt", "1: given up, Timeout"]);
    script.push(&started("late"));
    let wanted = ["1: late, true", "start", "publish requestNotifications", "start", "publish requestChat"];
    assert_eq!(script.seen(), wanted);
    script.push(&started("new"));
    assert_eq!(script.seen(), ["3: Done"]);
}

#[test]
fn a_start_whose_answer_never_comes_lets_the_next_go_after_ten_seconds() {
    let mut script = Script::up();
    let first = script.perform(start());
    script.perform(start());
    script.seen();
    script.taken(0, Err(unanswered()));
    script.pass(LIMIT);
    assert_eq!(script.seen(), ["1: given up, Disconnected"]);
    script.pass(Duration::from_millis(9_999));
    assert!(script.seen().is_empty());
    script.pass(Duration::from_millis(1));
    assert_eq!(script.seen(), ["1: late, false", "start", "publish requestChat"]);
    script.engine.abandon(script.now, first);
    assert!(script.seen().is_empty(), "it is over");
}

#[test]
fn a_start_that_nobody_waits_for_any_more_lets_the_next_go() {
    let mut script = Script::up();
    let first = script.perform(start());
    let second = script.perform(start());
    let third = script.perform(start());
    script.seen();
    script.engine.abandon(script.now, second);
    script.engine.abandon(script.now, first);
    assert_eq!(script.seen(), ["start", "publish requestChat"]);
    script.push(&started("c"));
    assert_eq!(script.seen(), [format!("{}: Done", third.0)]);
}

#[test]
fn a_start_has_its_time_from_when_it_has_left() {
    let mut script = Script::up();
    script.perform(start());
    script.seen();
    let publish = script.published[0].1;
    script.pass(LIMIT * 10);
    script.event(LinkEvent::Left(publish, true));
    script.pass(LIMIT / 2);
    script.event(LinkEvent::Left(publish, false));
    script.pass(LIMIT * 10);
    script.event(LinkEvent::Left(publish, true));
    script.pass(LIMIT - Duration::from_millis(1));
    assert!(script.seen().is_empty());
    script.pass(Duration::from_millis(1));
    assert_eq!(script.seen(), ["1: given up, Timeout"]);
}

#[test]
fn an_end_that_is_lost_is_said_again_once() {
    let silent = Failure { kind: ErrorKind::Timeout, ..unanswered() };
    let gateway = Failure { kind: ErrorKind::Unavailable, status: 504, ..unanswered() };
    for lost in [unanswered(), silent, gateway] {
        let mut script = Script::up();
        script.perform(Operation::End);
        assert_eq!(script.seen(), ["start", "publish disconnect"]);
        script.taken(0, Err(lost.clone()));
        assert_eq!(script.seen(), ["publish disconnect"]);
        script.taken(1, Err(lost.clone()));
        assert_eq!(script.seen(), [format!("1: {:?}", lost.kind)]);
    }
    let mut script = Script::up();
    script.perform(Operation::End);
    script.seen();
    script.taken(0, Err(unanswered()));
    script.push(&json!({"statusCode": 2, "chatEnded": true, "errors": [{"code": 404}]}));
    assert!(script.seen().contains(&"publish disconnect".to_owned()), "that was the first's");
    script.push(&json!({"statusCode": 2, "chatEnded": true, "errors": [{"code": 404}]}));
    assert_eq!(script.seen(), ["1: Done"], "it is over already");
}

#[test]
fn what_the_server_takes_without_a_word_is_accepted_when_its_time_is_over() {
    for (operation, verdict) in [
        (text("hi"), Verdict::Accepted),
        (Operation::CustomNotice { message: "n".into() }, Verdict::Accepted),
        (Operation::UpdateUserData(JsonObject::new()), Verdict::Done),
        (Operation::Typing { started: true, preview: None }, Verdict::Done),
        (Operation::End, Verdict::Done),
    ] {
        let mut script = Script::up();
        script.perform(operation.clone());
        script.seen();
        script.taken(0, Ok(()));
        script.pass(LIMIT - Duration::from_millis(1));
        assert!(script.seen().is_empty());
        script.pass(Duration::from_millis(1));
        assert_eq!(script.seen(), ["doubt".to_owned(), format!("1: {verdict:?}")]);
        let hurried = Operation::UpdateUserData(JsonObject::new());
        script.perform(hurried);
        script.seen();
        script.taken(1, Ok(()));
        script.pass(Duration::from_millis(500));
        assert_eq!(script.seen(), ["doubt", "2: Done"], "a server that is known to say nothing");
        script.perform(text("hi"));
        script.seen();
        script.taken(2, Ok(()));
        script.push(&accepted());
        script.push(&accepted());
        script.push(&accepted());
        let seen = script.seen();
        assert!(seen.contains(&"3: Accepted".to_owned()), "{seen:?}");
    }
}

#[test]
fn an_outcome_can_come_before_the_word_that_its_request_was_taken() {
    for (taken, told) in [(Ok(()), "1: Accepted"), (Err(unanswered()), "1: Disconnected")] {
        let mut script = Script::up();
        script.perform(text("hi"));
        script.seen();
        script.push(&accepted());
        assert!(script.seen().is_empty(), "while the message may be on its way, that may be another's");
        script.taken(0, taken);
        assert_eq!(script.seen(), [told]);
        script.pass(LIMIT * 10);
        assert!(script.seen().is_empty());
    }
    let mut script = Script::up();
    script.perform(Operation::CustomNotice { message: "n".into() });
    script.seen();
    script.push(&accepted());
    assert_eq!(script.seen(), ["1: Accepted"]);
}

#[test]
fn a_message_whose_publish_is_lost_is_told_so_at_once_and_others_may_still_have_their_outcome() {
    let mut script = Script::up();
    script.perform(text("hi"));
    script.perform(Operation::UpdateUserData(JsonObject::new()));
    script.seen();
    script.taken(0, Err(unanswered()));
    script.taken(1, Err(unanswered()));
    assert_eq!(script.seen(), ["1: Disconnected"]);
    script.push(&accepted());
    script.push(&accepted());
    let seen = script.seen();
    assert!(seen.contains(&"2: Done".to_owned()), "{seen:?}");
}

#[test]
fn a_look_that_is_lost_in_a_gap_fails_at_once_and_the_next_is_asked() {
    let mut script = Script::up();
    let look = || Operation::Poll {
        from: crate::transport::Cursor { next: 1, ..Default::default() },
        preview: None,
    };
    script.perform(look());
    script.seen();
    script.taken(0, Ok(()));
    script.event(LinkEvent::Up { gap: true });
    assert_eq!(script.seen(), ["1: Timeout", "Up"]);
    script.perform(look());
    assert_eq!(script.seen(), ["publish requestNotifications"]);
}

#[test]
fn a_look_waits_for_the_answer_to_one_that_nobody_waits_for_any_more() {
    let mut script = Script::up();
    let look = || Operation::Poll {
        from: crate::transport::Cursor { next: 1, ..Default::default() },
        preview: None,
    };
    let first = script.perform(look());
    script.seen();
    script.engine.abandon(script.now, first);
    script.perform(look());
    assert!(script.seen().is_empty());
    script.push(&json!({"statusCode": 0, "chatEnded": false, "messages":
        [{"index": 1, "type": "Message", "text": "t", "from": {"type": "Agent", "nickname": "N"}}]}));
    assert_eq!(script.seen(), ["news, 1 entries", "publish requestNotifications"]);
}

#[test]
fn what_was_not_sent_was_not_applied() {
    let mut script = Script::up();
    script.perform(text("hi"));
    script.seen();
    script.taken(0, Err(lost(Applied::No, "no link")));
    assert_eq!(script.seen(), [format!("1: {:?}", ErrorKind::Disconnected)]);
}
