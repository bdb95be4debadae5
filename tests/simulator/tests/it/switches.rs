//! What servers do to all: changed texts, slowness, short keys, answers that a proxy gives.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json as value};
use webchat_simulator::{
    Carrier, Fault, FaultKind, IdleSettings, Operation, RetryAfter, Settings, Simulator, TextChange,
};

use crate::cometd::bayeux::{BOTH, Bayeux, lines};
use crate::customer::{Customer, each};
use crate::nexus::visitor::{Visitor, told};

async fn start(settings: Settings) -> Simulator {
    Simulator::builder().seed(7).settings(settings).start().await.unwrap()
}

fn texts(simulator: &Simulator, chat: &str) -> Vec<String> {
    simulator.transcript(chat).unwrap().into_iter().filter_map(|event| event.text).collect()
}

fn say(text: &str) -> Value {
    value!({"operation": "sendMessage", "message": text})
}

#[tokio::test]
async fn texts_are_changed_on_every_api() {
    let text_changes = vec![TextChange::CrlfToLf, TextChange::HtmlEscape];
    let simulator = start(Settings { text_changes, ..Settings::default() }).await;
    let (sent, seen) = ("a\r\n<b>", "a\n&lt;b&gt;");
    let customer = Customer::start(&simulator.chat_url()).await;
    customer.call("send", &[("message", sent)]).await;
    assert_eq!(each(&customer.refresh("2").await, "text"), [seen]);
    let visitor = Visitor::start(&simulator).await;
    visitor.say(sent).await;
    assert_eq!(told(&visitor.poll("").await)[1], format!("Text {seen}"));
    for carrier in BOTH {
        let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
        assert_eq!(lines(&mia.ask(say(sent)).await), [format!("Message {seen}")], "{carrier}");
        let url = mia.ask(value!({"operation": "pushUrl", "pushUrl": "http://x/?a&b"})).await;
        assert_eq!(lines(&url), ["PushUrl http://x/?a&amp;b"]);
        assert_eq!(texts(&simulator, started["chatId"].as_str().unwrap())[0], seen);
    }
}

#[tokio::test]
async fn texts_of_one_chat_or_of_all() {
    let simulator = start(Settings::default()).await;
    let (one, other) =
        (Customer::start(&simulator.chat_url()).await, Customer::start(&simulator.chat_url()).await);
    simulator.change_texts(&one.chat_id, &[TextChange::Trim]).unwrap();
    for customer in [&one, &other] {
        customer.call("send", &[("message", " x ")]).await;
    }
    assert_eq!(
        (texts(&simulator, &one.chat_id), texts(&simulator, &other.chat_id)),
        (vec!["x".to_owned()], vec![" x ".to_owned()])
    );
    simulator.change_settings(|settings| settings.text_changes = vec![TextChange::BmpOnly]);
    for customer in [&one, &other] {
        customer.call("send", &[("message", " \u{1f600} ")]).await;
        assert_eq!(texts(&simulator, &customer.chat_id)[1], " ? ");
    }
    let sam = simulator.join_agent(&one.chat_id, "Sam").unwrap();
    simulator.say(&one.chat_id, sam, "\u{1f600}").unwrap();
    assert_eq!(texts(&simulator, &one.chat_id)[2], "?");
    assert!(simulator.change_texts("none", &[]).is_err());
}

#[tokio::test]
async fn changed_texts_and_lost_answers_combine() {
    let text_changes = vec![TextChange::MaskCards];
    let simulator = start(Settings { text_changes, ..Settings::default() }).await;
    let (sent, seen) = ("4111 1111 1111 1111", "**** **** **** 1111");
    let befall = |fault: Fault| simulator.faults().push(fault.on(Operation::Send).effect(true));
    let lost = [
        Fault::drop_after(),
        Fault::truncated_body(),
        Fault::status(408),
        Fault::status(502),
        Fault::status(504),
    ];
    for fault in lost {
        let customer = Customer::start(&simulator.chat_url()).await;
        befall(fault.clone());
        let answer = customer.post("send", &[("message", sent)]).await;
        let status = match fault.kind {
            FaultKind::Status { status, .. } => status,
            _ => 0,
        };
        assert_eq!(answer.map_or(0, |answer| if status == 0 { 0 } else { answer.status().as_u16() }), status);
        let visitor = Visitor::start(&simulator).await;
        befall(fault.clone());
        drop(visitor.post("messages", &[("data[text]", sent)]).await);
        let (mut mia, started) = Bayeux::chat(&simulator, Carrier::LongPolling).await;
        befall(fault.clone());
        let body = value!([mia.publication(say(sent))]).to_string();
        drop(mia.post("", body).await);
        for chat in [&customer.chat_id, &visitor.session, started["chatId"].as_str().unwrap()] {
            assert_eq!(texts(&simulator, chat), [seen], "{fault}");
        }
        assert!(simulator.faults().pending().is_empty() && mia.inbox.is_empty());
    }
}

#[tokio::test]
async fn when_to_ask_again_is_a_number_a_date_or_anything() {
    let simulator = start(Settings::default()).await;
    let customer = Customer::start(&simulator.chat_url()).await;
    let visitor = Visitor::start(&simulator).await;
    let (mut mia, _) = Bayeux::chat(&simulator, Carrier::LongPolling).await;
    for (words, wanted) in [("0", Some("0")), ("-3600", None), ("soon", Some("soon"))] {
        let mut answers = Vec::new();
        let limit = |operation| {
            let words = format!("status,status=429,retryAfter={words},operation={operation}");
            simulator.faults().push(Fault::from_words(&words).unwrap());
        };
        for operation in ["send", "refresh"] {
            limit(operation);
            answers.push(customer.post(operation, &[("message", "x")]).await.unwrap());
        }
        limit("refresh");
        answers.push(visitor.request(reqwest::Method::GET, "messages").send().await.unwrap());
        limit("send");
        let body = value!([mia.publication(say("x"))]).to_string();
        let request = mia.http.post(&mia.url).header("cookie", mia.cookie.as_ref().unwrap());
        answers.push(request.header("content-type", "application/json").body(body).send().await.unwrap());
        for answer in answers {
            assert_eq!(answer.status(), 429);
            let after = answer.headers()["retry-after"].to_str().unwrap();
            let Some(wanted) = wanted else {
                let age = SystemTime::now().duration_since(httpdate::parse_http_date(after).unwrap());
                assert!(age.unwrap() >= Duration::from_hours(1), "{after}");
                continue;
            };
            assert_eq!(after, wanted);
        }
    }
    let kind = FaultKind::Status { status: 503, retry_after: Some(RetryAfter::Ago(60)), errors: Vec::new() };
    assert_eq!(Fault::new(kind), Fault::from_words("status,status=503,retryAfter=-60").unwrap());
}

#[tokio::test]
async fn a_slow_server_carries_out_one_after_another() {
    let slow = Duration::from_millis(40);
    let simulator = start(Settings { slow, ..Settings::default() }).await;
    let customer = Customer::start(&simulator.chat_url()).await;
    let began = std::time::Instant::now();
    let send = async |text| customer.post("send", &[("message", text)]).await;
    let (first, second) = tokio::join!(send("1"), send("2"));
    assert!(first.unwrap().status() == 200 && second.unwrap().status() == 200);
    assert!(began.elapsed() >= 2 * slow, "{:?}", began.elapsed());
    assert_eq!(texts(&simulator, &customer.chat_id).len(), 2);

    let impatient = crate::customer::client_builder().timeout(slow / 4).build().unwrap();
    let url = format!("{}/{}/send", customer.url, customer.chat_id);
    let form = [("secureKey", customer.key.as_str()), ("message", "given up")];
    assert!(impatient.post(url).form(&form).send().await.unwrap_err().is_timeout());
    let arrived = |simulator: &Simulator| (texts(simulator, &customer.chat_id).len() == 3).then_some(());
    simulator.wait_for(arrived).await;
}

#[tokio::test]
async fn a_slow_server_acknowledges_publishes_at_once() {
    for carrier in BOTH {
        let simulator = start(Settings { idle: IdleSettings::off(), ..Settings::default() }).await;
        simulator.change_cometd(|settings| settings.max_interval = Duration::from_hours(1000));
        let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
        let chat = started["chatId"].as_str().unwrap();
        simulator.change_settings(|settings| settings.slow = Duration::from_hours(1));
        for text in ["1", "2", "3"] {
            assert_eq!(mia.publish(say(text)).await["successful"], true);
        }
        assert!(texts(&simulator, chat).is_empty() && mia.inbox.is_empty(), "{carrier}");
        simulator.change_settings(|settings| settings.slow = Duration::ZERO);
        // Each takes its time only when the one before has let go of its turn.
        while texts(&simulator, chat).len() < 3 {
            tokio::time::pause();
            tokio::time::advance(Duration::from_hours(1)).await;
            tokio::time::resume();
            tokio::task::yield_now().await;
        }
        for text in ["1", "2", "3"] {
            assert_eq!(lines(&mia.told().await), [format!("Message {text}")], "{carrier}");
        }
        let sends =
            simulator.wait_for_requests(3, |entry| entry.operation == Some(Operation::Send) && entry.effect);
        assert_eq!(sends.await.len(), 3);
    }
}

#[tokio::test]
async fn keys_may_be_short() {
    let simulator = start(Settings { short_keys: true, ..Settings::default() }).await;
    let customer = Customer::start(&simulator.chat_url()).await;
    let is_short = |key: &str| key.len() == 16 && key.chars().all(|digit| digit.is_ascii_hexdigit());
    assert!(is_short(&customer.key), "{}", customer.key);
    simulator.faults().push(Fault::new_secure_key());
    let renewed = customer.refresh("1").await["secureKey"].as_str().unwrap().to_owned();
    assert!(is_short(&renewed) && renewed != customer.key);
}

#[tokio::test]
async fn a_key_is_enough_to_go_on() {
    let simulator = start(Settings::default()).await;
    let customer = Customer::start(&simulator.chat_url()).await;
    let known = |answer: &Value| ["secureKey", "userId", "alias", "chatId"].map(|name| answer[name].clone());
    assert_eq!(known(&customer.refresh("1").await), known(&customer.started));
    assert!(customer.call("startTyping", &[]).await.get("secureKey").is_none());
    for carrier in BOTH {
        let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
        assert_eq!(known(&mia.notifications(value!(1)).await), known(&started));
    }
    let stranger = Customer { key: "guessed".to_owned(), ..customer };
    assert!(stranger.refresh("1").await.get("secureKey").is_none(), "who guesses is told nothing");
}
