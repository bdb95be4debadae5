//! Whatever is thrown at a service, in whatever order: it does not panic, every command gets exactly one outcome, events make sense, and
//! nothing comes of a closed one.

use super::{
    answers::*,
    key,
    push::PUSH,
    script::{GMS, Script, message, start_chat, typing},
};
use crate::{
    Error, ErrorKind,
    backend::gms::GmsSession,
    command::{Command, Commander, Preprocessor, PreviewInput, RequestId},
    model::{Download, DownloadTarget, FileSource, JsonObject, Received, Upload},
    store::Stored,
    transport::{Capabilities, Failure, Incoming, Reply},
};
use proptest::prelude::*;
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};

/// One thing that happens to a service. Numbers choose among what is there.
#[derive(Clone, Debug)]
enum Step {
    Command(Command, Option<u64>),
    Answer(usize, Answer),
    /// An answer that came before comes again.
    Echo(usize),
    Cancel(u64),
    Wait(u64),
    Push(Incoming),
    Due,
    Loads(bool),
    Congested(bool),
    Preprocess,
}

#[derive(Clone, Debug)]
enum Answer {
    Reply(Reply),
    Session,
    Failure(Failure),
}

fn commands() -> impl Strategy<Value = Command> {
    let text = prop_oneof![Just("hi"), Just("ho"), Just(" "), Just("secret")];
    let upload = Upload {
        name: "a".into(),
        source: FileSource::Bytes("a".into()),
        user_data: JsonObject::new(),
        progress: None,
    };
    let download =
        Download { file_id: "1".into(), file_name: None, target: DownloadTarget::Memory, progress: None };
    let data: JsonObject = json!({"k": "v"}).as_object().unwrap().clone();
    let filter: crate::prefilter::Prefilter = "/secret/".parse().unwrap();
    let fixed = vec![
        Command::EndChat,
        Command::SendCustomNotice { message: "n".into() },
        Command::SendFilteredMessage { message: Some("secret".into()), regex: Some(filter.clone()) },
        Command::AddPrefilter(vec![filter]),
        Command::UpdateUserData(data),
        Command::Poll { commander: Commander::Program },
        Command::Poll { commander: Commander::WebChatService },
        Command::Poll { commander: Commander::WebChatService },
        Command::ResetPollExceptions,
        Command::Restore { session_data: None, commander: Commander::Program },
        Command::Restore { session_data: Some("{}".into()), commander: Commander::Program },
        Command::FetchHistory,
        Command::GetTranscript,
        Command::GetAgents,
        Command::GetStats,
        Command::GetSessionData,
        Command::SendFile(upload),
        Command::DownloadFile(download),
        Command::GetFileLimits,
        Command::FetchHistory,
        Command::VerifySession,
        Command::ReadReceipt { index: None },
        Command::RegisterPreProcessor(Preprocessor::new(Some)),
        Command::RegisterTypingPreviewInput(PreviewInput::new(|| None)),
    ];
    prop_oneof![
        4 => text.prop_map(message),
        3 => Just(start_chat()),
        2 => Just(typing()),
        2 => prop_oneof![Just(Command::StartPoll), Just(Command::StopPoll)],
        5 => proptest::sample::select(fixed),
    ]
}

fn received() -> impl Strategy<Value = Received> {
    let who = prop_oneof![
        Just(Who::Client),
        Just(Who::Agent),
        Just(Who::OtherAgent),
        Just(Who::Supervisor),
        Just(Who::Bot),
        Just(Who::External)
    ];
    let kind = prop_oneof![
        Just("ParticipantJoined"),
        Just("ParticipantLeft"),
        Just("Message"),
        Just("TypingStarted"),
        Just("TypingStopped"),
        Just("Notice"),
        Just("Unheard")
    ];
    let text = prop_oneof![Just(None), Just(Some("hi")), Just(Some("ho")), Just(Some("secret"))];
    let index = prop_oneof![9 => 1_u64..12, 1 => Just(u64::MAX)];
    (index, who, kind, text).prop_map(|(index, who, kind, text)| entry(index, who, kind, text))
}

fn answers() -> impl Strategy<Value = Answer> {
    let ended = prop_oneof![12 => Just(Some(false)), 1 => Just(Some(true)), 2 => Just(None)];
    let next = prop_oneof![4 => Just(None), 4 => (0_u64..12).prop_map(Some), 1 => Just(Some(u64::MAX))];
    let alias = prop_oneof![4 => Just(None), 1 => Just(Some("118"))];
    let messages = proptest::collection::vec(received(), 0..5);
    let full = (messages, ended, next, alias).prop_map(|(messages, ended, next_position, alias)| {
        let alias: Option<&str> = alias;
        let session = alias.map(|alias| GmsSession { alias: alias.into(), ..GmsSession::default() }.into());
        Answer::Reply(Reply { session, ended, next_position, messages, ..done() })
    });
    let bare =
        vec![temporary(), temporary(), refused(1, Some(false)), refused(2, Some(true)), Reply::default()];
    let failures = vec![
        lost(),
        unreachable(),
        http(404),
        http(429),
        http(500),
        http(503),
        bad_request(204),
        bad_request(7),
        come_back(429, Duration::from_secs(2)),
        come_back(503, Duration::MAX),
        local(ErrorKind::Io),
        gone(http(503)),
        gone(http(404)),
    ];
    prop_oneof![
        8 => full,
        6 => Just(Answer::Session),
        3 => proptest::sample::select(bare).prop_map(Answer::Reply),
        3 => proptest::sample::select(failures).prop_map(Answer::Failure),
    ]
}

fn incoming() -> impl Strategy<Value = Incoming> {
    prop_oneof![
        6 => answers().prop_map(|answer| match answer {
            Answer::Reply(reply) => Incoming::Batch(Box::new(reply)),
            Answer::Session => Incoming::Alive,
            Answer::Failure(failure) => Incoming::Down(failure),
        }),
        2 => any::<bool>().prop_map(|gap| Incoming::Up { gap }),
        1 => Just(Incoming::Refused(http(403))),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let deadline = prop_oneof![3 => Just(None), 1 => (0_u64..5_000).prop_map(Some)];
    let step = prop_oneof![
        8 => (commands(), deadline).prop_map(|(command, deadline)| Step::Command(command, deadline)),
        10 => (any::<usize>(), answers()).prop_map(|(which, answer)| Step::Answer(which, answer)),
        4 => incoming().prop_map(Step::Push),
        1 => any::<usize>().prop_map(Step::Echo),
        1 => (1_u64..40).prop_map(Step::Cancel),
        2 => (0_u64..5_000).prop_map(Step::Wait),
        1 => Just(Step::Wait(70_000)),
        3 => Just(Step::Due),
        2 => any::<bool>().prop_map(Step::Loads),
        2 => Just(Step::Preprocess),
        1 => any::<bool>().prop_map(Step::Congested),
    ];
    proptest::collection::vec(step, 1..80)
}

/// A world with a stored session or without, in which reads of the store and preprocessors take their time or do not.
fn world(stored: bool, hold: (bool, bool), capabilities: Capabilities) -> Script {
    let mut script = Script::new();
    script.capabilities = capabilities;
    (script.hold_loads, script.hold_preprocessing) = hold;
    if stored {
        script.stored = Stored::from([
            (key::SESSION.to_owned(), "chat-0".to_owned()),
            (key::KEYS.to_owned(), r#"{"secureKey":"key"}"#.to_owned()),
        ]);
    }
    script
}

struct Run {
    script: Script,
    answered: Vec<crate::service::ExchangeId>,
    chats: u32,
}

impl Run {
    fn play(&mut self, step: Step) {
        let script = &mut self.script;
        match step {
            Step::Command(command, deadline) => {
                script.command_within(command, deadline.map(Duration::from_millis));
            }
            Step::Answer(which, answer) => self.answer(which, answer),
            Step::Echo(which) if !self.answered.is_empty() => {
                let id = self.answered[which % self.answered.len()];
                script.reply(id, Ok(batch(vec![says(9, Who::Agent, "echo")])));
            }
            Step::Cancel(id) => script.cancel(RequestId(id)),
            Step::Wait(ms) => wait(script, Duration::from_millis(ms)),
            Step::Due if script.service.next_timeout().is_some_and(|due| due < Duration::MAX) => {
                script.step();
            }
            Step::Congested(congested) => script.congested(congested),
            Step::Loads(true) => script.answer_loads(),
            Step::Loads(false) => {
                script.fail_load(Error::new(ErrorKind::Io, "disk"));
            }
            // A transport that is polled tells nothing unasked.
            Step::Push(incoming) if !script.capabilities.polling => script.incoming(incoming),
            Step::Preprocess if script.is_preprocessing() => script.preprocess(),
            Step::Push(_) | Step::Echo(_) | Step::Due | Step::Preprocess => {}
        }
        self.check();
    }

    fn answer(&mut self, which: usize, answer: Answer) {
        if self.script.pending.is_empty() {
            return;
        }
        let pending = self.script.pending.remove(which % self.script.pending.len());
        self.answered.push(pending.id);
        let starts = matches!(pending.request.operation, crate::transport::Operation::Start(_));
        let outcome = match answer {
            Answer::Session if starts => {
                self.chats += 1;
                Ok(session(&format!("chat-{}", self.chats)))
            }
            Answer::Session => Ok(done()),
            Answer::Reply(reply) => Ok(reply),
            Answer::Failure(failure) => Err(failure),
        };
        self.script.reply(pending.id, outcome);
    }

    fn check(&self) {
        for kind in ["poll", "send", "start"] {
            let of_kind: Vec<_> =
                self.script.pending.iter().filter(|pending| pending.kind() == kind).collect();
            let sessions: BTreeSet<_> = of_kind.iter().map(|pending| pending.request.session.id()).collect();
            // A poll that is held back does not keep the last words of a chat from being asked for.
            let most = sessions.len() * if kind == "poll" { 2 } else { 1 };
            assert!(kind == "start" || of_kind.len() <= most, "two {kind}s of a session at once");
        }
    }
}

/// Lets time pass without any other input: the service may not be busy with itself.
fn wait(script: &mut Script, time: Duration) {
    let end = script.now + time;
    let open = u64::try_from(script.open()).unwrap();
    let bound = 10 + open + 4 * time.as_secs();
    let mut wake_ups = 0;
    while script.service.next_timeout().is_some_and(|due| due <= end) {
        script.step();
        wake_ups += 1;
        assert!(wake_ups <= bound, "{wake_ups} wake-ups in {time:?}");
    }
    script.now = end;
}

/// Checks that events come in pairs where they do.
fn check_events(timeline: &[String]) {
    let (mut session, mut polling, mut typing, mut connected, mut offline, mut pending) =
        (false, false, false, true, false, false);
    // Messages of a stored session that was over.
    let mut away = false;
    for line in timeline {
        match line.as_str() {
            "started" | "restored" => {
                assert!(!session && !away, "{line} in a session");
                (session, typing, connected, offline, pending) = (true, false, true, false, false);
            }
            "ended" => assert!(std::mem::replace(&mut session, false), "ended without a session"),
            "pollingStarted" => assert!(session && !std::mem::replace(&mut polling, true), "started twice"),
            "pollingStopped" => assert!(std::mem::replace(&mut polling, false), "stopped twice"),
            "clientTypingStarted" => assert!(session && !std::mem::replace(&mut typing, true)),
            "clientTypingStopped" => assert!(session && std::mem::replace(&mut typing, false)),
            "disconnected" => assert!(session && std::mem::replace(&mut connected, false)),
            "reconnected" => assert!(session && !std::mem::replace(&mut connected, true)),
            "chatServerWentOffline" => {
                assert!(session && pending, "not before connectionPending");
                offline = true;
            }
            "restoredOffline" => (offline, pending) = (true, true),
            "chatServerBackOnline" => assert!(std::mem::replace(&mut offline, false)),
            "connectionPending" => pending = true,
            "connectionRestored" => assert!(std::mem::replace(&mut pending, false)),
            "messageReceived" | "agentConnected" | "clientConnected" | "clientDisconnected" => {
                away |= !session;
            }
            "restoreTimeout" => away = false,
            _ => {}
        }
    }
    assert!(!away, "messages without a session");
}

/// Checks that nobody connects, or disconnects, twice in a row.
fn check_participants(script: &Script) {
    let mut there = BTreeSet::new();
    for event in script.events() {
        let name = event.name();
        let id = event.data()["message"]["from"]["id"].to_string();
        match name {
            "started" | "restored" | "ended" | "restoreTimeout" => there.clear(),
            "agentConnected" | "supervisorConnected" | "clientConnected" | "botConnected" => {
                assert!(there.insert(id), "{name} twice");
            }
            "agentDisconnected" | "supervisorDisconnected" if id != "null" => {
                assert!(there.remove(&id), "{name} of somebody who was not there");
            }
            "clientDisconnected" | "botDisconnected" => drop(there.remove(&id)),
            _ => {}
        }
    }
}

/// Checks that no message is delivered twice in a session, and that both arrays are parallel.
fn check_messages(script: &Script) {
    let mut seen = BTreeSet::new();
    for payload in script.payloads("messageReceived") {
        let (messages, originals) =
            (payload["messages"].as_array().unwrap(), payload["originalMessages"].as_array().unwrap());
        assert_eq!(messages.len(), originals.len());
        assert!(!messages.is_empty());
        for (message, original) in messages.iter().zip(originals) {
            assert_eq!(message["index"], original["index"]);
            let hidden = message["type"] == "Message" && message["text"] == "secret";
            assert!(!hidden, "the filter that every run has hides it");
            let key = (payload["sessionData"]["sessionID"].to_string(), message["index"].to_string());
            assert!(seen.insert(key), "delivered twice");
        }
    }
}

proptest! {
    #[test]
    fn whatever_happens_every_command_has_one_outcome(
        steps in steps(),
        stored in any::<bool>(),
        hold in any::<(bool, bool)>(),
        capabilities in prop_oneof![5 => Just(GMS), 4 => Just(PUSH), 1 => Just(Capabilities::default())],
    ) {
        let script = world(stored, hold, capabilities);
        let mut run = Run { script, answered: Vec::new(), chats: 0 };
        run.script.command(Command::AddPrefilter(vec!["/secret/".parse().unwrap()]));
        run.script.configure();
        let (before, after) = steps.split_at(steps.len() * 3 / 4);
        for step in before {
            run.play(step.clone());
        }
        let timeline = run.script.take();
        check_events(&timeline);
        check_messages(&run.script);
        check_participants(&run.script);
        run.script.close();
        prop_assert_eq!(run.script.open(), 0, "a command without an outcome");
        prop_assert_eq!(run.script.service.next_timeout().is_none(), run.script.service.is_done());
        let last = run.script.take_all();
        let allowed = |line: &String| {
            line.contains(": ") || line == "store ping" || line == "forget chatStartLock"
        };
        prop_assert!(last.iter().all(allowed), "more than outcomes: {last:?}");
        for step in after {
            run.play(step.clone());
        }
        let late = run.script.take_all();
        // A chat that a start under way has made all the same is ended.
        let allowed = |line: &String| line.ends_with(": rejected") || line == "> end" || line == "release";
        prop_assert!(late.iter().all(allowed), "a closed service did {late:?}");
        let patience = run.script.config.ajax_timeout * 2;
        run.script.wait(patience);
        prop_assert!(run.script.service.is_done());
        prop_assert_eq!(run.script.service.next_timeout(), None);
        prop_assert_eq!(run.script.open(), 0);
    }
}
