//! Several services on one store: each changes what is its own, and nothing else (webchatservice.md, 7).

use super::{
    answers::*,
    asynchronous::{asynchronous, data},
    key,
    push::PUSH,
    script::{Script, start_chat},
};
use crate::{
    ErrorKind,
    command::{Command, Commander},
    prefilter::Prefilter,
    store::Stored,
    transport::Reply,
};
use serde_json::json;
use std::time::Duration;

/// What another service has stored of its chat.
fn others() -> Stored {
    [
        (key::SESSION, "chat-9"),
        (key::KEYS, r#"{"secureKey":"other"}"#),
        (key::INDEX, "7"),
        (key::PING, "1699999999999"),
        (key::FILTERS, r#"{"custom":[{"source":"other","flags":""}]}"#),
    ]
    .map(|(key, text)| (key.to_owned(), text.to_owned()))
    .into()
}

/// The same of a Nexus session.
fn others_of_nexus() -> Stored {
    [(key::NEXUS_SESSION, "s9"), (key::NEXUS_KEYS, "token-9"), (key::NEXUS_INDEX, "7"), (key::PING, "9")]
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .into()
}

/// A service in a Nexus session.
fn in_nexus() -> Script {
    let mut script = asynchronous();
    script.configure();
    script.command(start_chat());
    script.answer("start", Reply { session: Some(data("s", "token")), ..done() });
    script
}

/// Every way in which a chat can end.
fn ends() -> [fn(&mut Script); 4] {
    [
        |script| script.answer_poll_due(ended()),
        |script| script.answer_poll_due(refused(204, Some(true))),
        |script| {
            while !script.kinds().contains(&"poll") {
                script.step();
            }
            script.fail("poll", gone(http(404)));
        },
        |script| {
            script.command(Command::EndChat);
            script.answer("end", ended());
            script.wait(script.config.ajax_timeout);
        },
    ]
}

#[test]
fn the_end_of_a_chat_forgets_its_own_data_alone() {
    for end in ends() {
        let mut script = Script::started();
        script.stored = others();
        end(&mut script);
        assert_eq!(script.payloads("ended").len(), 1);
        assert_eq!(script.stored, others());

        let mut script = in_nexus();
        script.stored = others_of_nexus();
        end(&mut script);
        assert_eq!(script.payloads("ended").len(), 1);
        assert_eq!(script.stored, others_of_nexus());
    }
}

#[test]
fn a_chat_over_a_link_forgets_its_own_data_alone() {
    let mut script = Script::started_with(|script| script.capabilities = PUSH);
    script.stored = others();
    script.incoming(crate::transport::Incoming::Refused(http(403)));
    assert_eq!(script.payloads("ended").len(), 1);
    assert_eq!(script.stored, others());
}

#[test]
fn what_ends_leaves_the_other_form_of_sessions_and_a_start_under_way() {
    for end in ends() {
        let mut script = Script::started();
        let mut kept: Stored = others_of_nexus();
        kept.remove(key::PING);
        kept.insert(key::CHAT_START_LOCK.into(), "5".into());
        script.stored.extend(kept.clone());
        end(&mut script);
        assert_eq!(script.stored, kept);
    }
}

#[test]
fn a_chat_that_is_no_longer_the_stored_one_changes_nothing() {
    let mut script = Script::started();
    script.stored = others();
    script.answer_poll_due(batch(vec![says(2, Who::Agent, "moves the place")]));
    script.answer_poll_due(Reply { session: Some(alias("200")), ..done() });
    script.command(Command::AddPrefilter(vec!["/mine/".parse::<Prefilter>().unwrap()]));
    script.idle(Duration::from_secs(30));
    script.close();
    assert_eq!(script.stored, others());

    let mut script = Script::started_with(|script| script.capabilities = PUSH);
    script.stored = others();
    script.incoming(crate::transport::Incoming::Alive);
    let news = batch(vec![says(2, Who::Agent, "moves the place")]);
    script.incoming(crate::transport::Incoming::Batch(Box::new(news)));
    script.close();
    assert_eq!(script.stored, others());

    let mut script = in_nexus();
    script.stored = others_of_nexus();
    script.answer("poll", Reply { session: Some(data("s", "renewed")), ..done() });
    script.idle(Duration::from_secs(30));
    assert_eq!(script.stored, others_of_nexus());
}

#[test]
fn a_store_that_others_have_emptied_stays_empty() {
    let mut script = Script::started();
    script.stored.clear();
    script.answer_poll_due(batch(vec![says(2, Who::Agent, "moves the place")]));
    script.idle(Duration::from_secs(30));
    assert_eq!(script.stored, Stored::new());
}

#[test]
fn a_session_whose_key_was_renewed_is_still_the_stored_one() {
    let mut script = in_nexus();
    script.answer("poll", Reply { session: Some(data("s", "renewed")), ..done() });
    assert_eq!(script.stored[key::NEXUS_KEYS], "renewed");
    script.answer_poll_due(ended());
    assert_eq!(script.stored, Stored::new());
}

#[test]
fn a_start_comes_in_place_of_whatever_is_stored() {
    let mut script = Script::ready();
    script.stored = others();
    script.command(start_chat());
    script.answer("start", session("chat-1"));
    assert_eq!((&*script.stored[key::SESSION], &*script.stored[key::INDEX]), ("chat-1", "1"));
    assert_eq!(script.stored[key::PING], script.time().unix_ms.to_string());
    assert!(!script.stored.contains_key(key::FILTERS), "they were the other chat's");
}

#[test]
fn a_restoration_that_fails_for_good_forgets_what_it_began_with() {
    for replaced in [false, true] {
        let mut script = Script::new();
        script.stored = others();
        script.stored.remove(key::PING);
        script.configure();
        let newer: Stored = [(key::SESSION.to_owned(), "chat-10".to_owned())].into();
        if replaced {
            script.stored = newer.clone();
        }
        script.answer("restore", ended());
        assert_eq!(script.payloads("restoreTimeout").len(), 1);
        assert_eq!(script.stored, if replaced { newer } else { Stored::new() });
    }
}

#[test]
fn a_restored_session_does_not_come_in_place_of_one_that_was_stored_meanwhile() {
    let mut script = Script::new();
    script.stored = others();
    script.stored.remove(key::PING);
    script.configure();
    let newer: Stored = [(key::SESSION.to_owned(), "chat-10".to_owned())].into();
    script.stored = newer.clone();
    script.answer(
        "restore",
        Reply { session: session("chat-9").session, ..batch(vec![joins(1, Who::Client)]) },
    );
    assert_eq!((script.payloads("restored").len(), &script.stored), (1, &newer));
}

#[test]
fn a_session_that_the_application_gives_comes_in_place_of_whatever_is_stored() {
    let mut script = asynchronous();
    script.configure();
    script.stored = others_of_nexus();
    script.command(Command::Restore { session_data: Some("given".into()), commander: Commander::Program });
    script.answer("restore", Reply { session: Some(data("s", "new")), ..done() });
    assert_eq!((&*script.stored[key::NEXUS_SESSION], &*script.stored[key::NEXUS_KEYS]), ("s", "new"));
    script.answer_poll_due(ended());
    assert!(!script.stored.contains_key(key::NEXUS_KEYS), "it is the stored one from then on");
}

#[test]
fn an_old_session_is_forgotten_if_it_is_still_there() {
    let mut script = Script::ready();
    script.hold_loads = true;
    script.stored = others();
    script.command(Command::VerifySession);
    let newer: Stored = [(key::SESSION.to_owned(), "chat-10".to_owned())].into();
    script.stored = newer.clone();
    script.wait_ms(60_000);
    script.answer_loads();
    assert_eq!((script.payloads("restoreTimeout").len(), &script.stored), (1, &newer));
}

#[test]
fn a_lock_from_the_future_is_stale() {
    let mut script = Script::ready();
    let future = script.time().unix_ms + 3_600_000;
    script.stored.insert(key::CHAT_START_LOCK.into(), future.to_string());
    script.command(start_chat());
    assert_eq!(script.kinds(), ["start"]);
    assert_eq!(script.stored[key::CHAT_START_LOCK], script.time().unix_ms.to_string());
}

#[test]
fn a_start_takes_back_its_own_lock_alone() {
    let endings: [fn(&mut Script); 4] = [
        |script| script.answer("start", session("chat-1")),
        |script| script.fail("start", http(503)),
        |script| script.cancel(crate::command::RequestId(1)),
        Script::close,
    ];
    for end in endings {
        let mut script = Script::ready();
        script.command(start_chat());
        script.stored.insert(key::CHAT_START_LOCK.into(), "another's".into());
        end(&mut script);
        assert_eq!(script.stored[key::CHAT_START_LOCK], "another's");

        let mut script = Script::ready();
        script.command(start_chat());
        end(&mut script);
        assert!(!script.stored.contains_key(key::CHAT_START_LOCK));
    }
}

#[test]
fn a_chat_that_is_made_after_the_service_was_closed_is_ended() {
    for given_up in [false, true] {
        let mut script = Script::ready();
        let id = script.command(start_chat());
        if given_up {
            script.cancel(id);
        }
        script.close();
        assert_eq!(script.rejected(id).0, if given_up { ErrorKind::Cancelled } else { ErrorKind::Closed });
        assert!(!script.service.is_done() && script.aborted.is_empty());
        script.take_all();
        script.answer("start", session("unwanted"));
        assert_eq!(script.take_all(), ["> end"]);
        assert_eq!(script.request("end").request.session.id().as_str(), "unwanted");
        assert!(!script.service.is_done());
        script.answer("end", ended());
        assert!(script.service.is_done() && script.service.next_timeout().is_none());
        assert_eq!((script.take_all().len(), &script.stored), (0, &Stored::new()));
    }
}

#[test]
fn a_closed_service_waits_for_no_start_for_ever() {
    let mut script = Script::ready();
    script.command(start_chat());
    script.close();
    script.wait(script.config.ajax_timeout * 2);
    assert!(script.service.is_done());
    assert_eq!((script.service.next_timeout(), script.aborted.len()), (None, 1));
}

#[test]
fn a_store_that_cannot_be_read_fails_the_commands_that_ask_for_it() {
    let mut script = asynchronous();
    script.configure();
    script.hold_loads = true;
    for command in
        [Command::VerifySession, Command::Restore { session_data: None, commander: Commander::Program }]
    {
        let id = script.command(command);
        script.fail_load(crate::Error::new(ErrorKind::Timeout, "silent"));
        assert_eq!(script.rejected(id), (ErrorKind::Timeout, "silent"));
    }
    assert_eq!(script.ask(Command::GetStats)["startTime"], json!(false));
}
