//! Chats to which everything happens that a server may do.

use super::customer::{Customer, config, simulator, within};
use crate::{
    ErrorKind,
    model::{FileSource, JsonObject, Upload},
};
use serde_json::{Value, json};
use webchat_simulator::{
    Simulator,
    api::web_messaging::{Limits, Party, Repeats},
};

/// The texts of a conversation, as the server has them.
fn at_server(simulator: &Simulator, chat: &str) -> Vec<String> {
    let all = simulator.wire_transcript(chat).unwrap();
    let texts = all.iter().filter_map(|entry| entry["text"].as_str());
    texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// The same as a program has it.
async fn in_transcript(mia: &Customer) -> Vec<String> {
    let transcript = mia.within(mia.chat.get_transcript()).await.unwrap();
    let texts = transcript.received.iter().filter_map(|received| received.original.text());
    texts.map(|text| text.as_str().to_owned()).filter(|text| !text.is_empty()).collect()
}

async fn leave(mia: Customer) {
    mia.chat.close();
    mia.chat.closed().await;
}

#[tokio::test]
async fn a_long_chat_reads_the_same_here_and_at_the_server() {
    let simulator = simulator(|settings| settings.limits = Limits { connections: 3, ..Limits::off() }).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.json");
    let config = config(&simulator, |config| config["sessionStore"] = json!({"type": "file", "path": path}));
    let mut mia = Customer::started(&config).await;
    let chat = within(simulator.wait_for_chat()).await;
    let sam = simulator.join_agent(&chat, "Sam").unwrap();
    let say = |from: usize, to: usize| {
        for number in from..to {
            simulator.say(&chat, sam, &format!("m{number}")).unwrap();
        }
    };
    say(0, 150);
    mia.send("first program").await.unwrap();
    mia.hear_text("first program").await;
    leave(mia).await;

    say(150, 200);
    let mut mia = Customer::new(&config);
    mia.hear("restored").await;
    mia.hear_text("m199").await;
    assert_eq!(in_transcript(&mia).await, at_server(&simulator, &chat));
    // The key that the program still has is too old when the link is closed as planned.
    simulator.advance(std::time::Duration::from_mins(2)).unwrap();
    simulator.cut_connections(&Party::all(), 0, Some(1001));
    say(200, 300);
    mia.hear_text("m299").await;
    mia.send("second program").await.unwrap();
    mia.hear_text("second program").await;
    let refused = simulator.log().iter().filter(|entry| entry.status == Some(401)).count();
    assert_eq!(refused, 1, "the old key was tried");
    assert!(!mia.names().contains(&"disconnected"), "it was planned, and back at once");
    assert_eq!(in_transcript(&mia).await, at_server(&simulator, &chat));
    leave(mia).await;

    let mut mia = Customer::new(&config);
    mia.hear("restored").await;
    mia.hear_text("second program").await;
    mia.send("third program").await.unwrap();
    let all = at_server(&simulator, &chat);
    assert_eq!((in_transcript(&mia).await, all.len()), (all.clone(), 303));
    assert_eq!(mia.texts()[..302], all[..302], "and it was told so");
    simulator.shutdown().await;
}

/// Both sides talk and files go up while the link is cut so often, by a server that keeps its limits. What is given is given when the one before
/// has its outcome.
async fn talk_through_cuts(cuts: u64, echo: Repeats, history: Repeats) {
    let simulator = simulator(|settings| {
        (settings.echo_repeats, settings.history_repeats) = (echo, history);
        settings.apply_delay = std::time::Duration::from_millis(20);
        settings.upload_delay = std::time::Duration::from_millis(20);
    })
    .await;
    let mut mia = Customer::started(&config(&simulator, |_| {})).await;
    let chat = within(simulator.wait_for_chat()).await;
    let sam = simulator.join_agent(&chat, "Sam").unwrap();
    let mut random = fastrand::Rng::with_seed(cuts);
    let (mut sent, mut unknown, mut files) = (Vec::new(), 0, 0);
    for cut in 0..cuts {
        simulator.change_web_messaging(|settings| settings.lost_with_link = cut % 2 == 0);
        simulator.say(&chat, sam, &format!("theirs {cut}")).unwrap();
        // At once, or when so many frames more have come out: before or after what is given now is applied, and its echo.
        simulator.cut_connections(&Party::all(), random.u64(0..4), None);
        let text = format!("mine {cut}");
        match crate::carrier::http::within(std::time::Duration::from_mins(3), mia.chat.send(text.as_str()))
            .await
        {
            Some(Ok(_)) => sent.push(text),
            Some(Err(error)) if error.kind() == ErrorKind::OutcomeUnknown => unknown += 1,
            other => panic!("{other:?}"),
        }
        if cut % 5 == 1 {
            let source = FileSource::Bytes(bytes::Bytes::from_static(b"bytes"));
            let upload =
                Upload { name: "a.txt".into(), source, user_data: JsonObject::new(), progress: None };
            let outcome =
                crate::carrier::http::within(std::time::Duration::from_mins(3), mia.chat.send_file(upload));
            files += usize::from(outcome.await.is_some_and(|outcome| outcome.is_ok()));
        }
    }
    simulator.say(&chat, sam, "the last").unwrap();
    while !mia.texts().iter().any(|text| text == "the last") {
        mia.hear("messageReceived").await;
    }
    let all = at_server(&simulator, &chat);
    let own: Vec<_> = all.iter().filter(|text| text.starts_with("mine")).cloned().collect();
    assert!(sent.iter().all(|text| own.contains(text)), "{sent:?} {own:?}");
    let mut once = own.clone();
    once.dedup();
    assert_eq!((once.len(), own.len() <= sent.len() + unknown), (own.len(), true), "{own:?}");
    let number = |text: &String| text.rsplit(' ').next().and_then(|word| word.parse::<u64>().ok()).unwrap();
    assert!(own.is_sorted_by_key(number), "{own:?}");
    // The gaps are closed when the server gives pages again.
    while mia.texts().len() < all.len() {
        mia.hear("messageReceived").await;
    }
    let (mut told, mut there) = (mia.texts(), all);
    for texts in [&mut told, &mut there] {
        texts.sort_unstable();
    }
    assert_eq!(told, there, "each once");
    let attached = |entry: &Value| entry["content"][0]["contentType"] == "Attachment";
    let there = simulator.wire_transcript(&chat).unwrap().iter().filter(|entry| attached(entry)).count();
    let told = mia.messages().iter().filter(|message| message["type"] == "FileUploaded").count();
    assert!(there >= files && told == there, "{files} {there} {told}");
    let too_many = simulator.log().iter().filter(|entry| entry.status == Some(429)).count();
    assert_eq!(too_many, 0, "limits are kept");
    simulator.shutdown().await;
}

#[tokio::test]
async fn cuts_in_real_time_lose_and_double_nothing() {
    talk_through_cuts(5, Repeats::Nothing, Repeats::Nothing).await;
}

#[tokio::test]
#[ignore = "takes minutes, for ten pages of history are given a minute: `make kills`"]
async fn fifty_cuts_in_real_time_lose_and_double_nothing() {
    talk_through_cuts(50, Repeats::Metadata, Repeats::Metadata).await;
}
