//! The history over HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{advance, pause, resume};
use webchat_simulator::Simulator;
use webchat_simulator::api::web_messaging::{Limits, Pages, Times, WebMessagingSettings};

use super::guest::{Guest, simulator, texts};

async fn with_messages(count: usize) -> (Simulator, Guest, String) {
    let settings = WebMessagingSettings { limits: Limits::off(), ..Default::default() };
    let simulator = simulator(settings).await;
    let mut guest = Guest::start(&simulator).await;
    for number in 1..=count {
        guest.say(&number.to_string()).await;
    }
    let chat = simulator.wait_for_chat().await;
    (simulator, guest, chat)
}

#[tokio::test]
async fn newest_first_page_by_page() {
    let (simulator, mut guest, chat) = with_messages(30).await;
    let first = guest.page("").await;
    assert_eq!(
        (&first["pageSize"], &first["pageNumber"], &first["total"], &first["pageCount"]),
        (&json!(25), &json!(1), &json!(30), &json!(2))
    );
    assert_eq!((texts(&first)[0].as_str(), texts(&first).len()), ("30", 25));
    assert_eq!(first["entities"][0]["status"], "Sent");
    assert!(first["entities"][0].get("tracingId").is_none());
    let agent = simulator.join_agent(&chat, "Sam").unwrap();
    simulator.type_start(&chat, agent).unwrap();
    simulator.say(&chat, agent, "31").unwrap();
    let second = guest_page_after_push(&mut guest, "?pageNumber=2&pageSize=25").await;
    assert_eq!(texts(&second), ["6", "5", "4", "3", "2", "1"], "pages shift");
    assert_eq!(texts(&guest.page("?pageNumber=3").await), Vec::<String>::new(), "beyond the end");
    assert_eq!(texts(&guest.page("?pageSize=1000").await).len(), 31, "typing is not among them");
    let jwt = guest.jwt().await;
    for query in ["?pageNumber=0", "?pageSize=x"] {
        assert_eq!(guest.page_with(&jwt, query).await.status(), 400, "{query}");
    }
}

/// A page, when what was pushed meanwhile has been read.
async fn guest_page_after_push(guest: &mut Guest, query: &str) -> Value {
    while guest.next().await["body"]["text"] != "31" {}
    guest.page(query).await
}

#[tokio::test]
async fn tokens_of_the_history() {
    let (simulator, mut guest, chat) = with_messages(1).await;
    let jwt = guest.jwt().await;
    assert_eq!(guest.page_with(&jwt, "").await.status(), 200);
    let wrong = guest.page_with("a.b.c", "").await;
    let (status, body) = (wrong.status().as_u16(), crate::customer::json(wrong).await);
    assert_eq!((status, &body["status"]), (401, &json!(401)));
    pause();
    advance(Duration::from_secs(61)).await;
    resume();
    assert_eq!(guest.page_with(&jwt, "").await.status(), 401, "it lives for a minute");
    let jwt = guest.jwt().await;
    simulator.change_web_messaging(|settings| settings.deployment.origins = vec!["example.com".to_owned()]);
    assert_eq!(guest.page_with(&jwt, "").await.status(), 403);
    let log = simulator.log();
    let page = log.iter().rev().find(|entry| entry.path.contains("/messages")).unwrap();
    assert_eq!(
        (page.operation, page.chat_id.as_ref()),
        (Some(webchat_simulator::Operation::History), Some(&chat))
    );
}

#[tokio::test]
async fn times_that_tell_little() {
    let (simulator, mut guest, _) = with_messages(2).await;
    let times = |page: &Value| {
        page["entities"].as_array().unwrap().iter().map(|e| e["channel"]["time"].clone()).collect::<Vec<_>>()
    };
    simulator.change_web_messaging(|settings| settings.times = Times::Null);
    assert_eq!(times(&guest.page("").await), [json!(null), json!(null)]);
    simulator.change_web_messaging(|settings| settings.times = Times::Seconds);
    assert!(times(&guest.page("").await).iter().all(|time| time.as_str().unwrap().contains(".000Z")));
    simulator.change_web_messaging(|settings| settings.empty_page = 1);
    let empty = guest.page("?pageSize=1").await;
    assert_eq!((texts(&empty).len(), &empty["pageCount"]), (0, &json!(2)), "empty in the middle");
    assert_eq!(texts(&guest.page("?pageSize=1&pageNumber=2").await), ["1"]);
    simulator.change_web_messaging(|settings| (settings.empty_page, settings.pages) = (0, Pages::Long));
    let page = guest.page("?pageSize=1&pageNumber=5").await;
    assert_eq!(
        (texts(&page).len(), &page["total"], &page["pageCount"]),
        (0, &json!(5), &json!(5)),
        "beyond the end"
    );
    simulator.change_web_messaging(|settings| settings.pages = Pages::Absent);
    let page = guest.page("").await;
    assert_eq!((texts(&page).len(), page.get("total"), page.get("pageCount")), (2, None, None));
}
