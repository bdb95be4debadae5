//! What the record leaves open and settings decide.

use reqwest::Method;
use serde_json::json as value;
use webchat_simulator::Upload;
use webchat_simulator::api::nexus::{NexusSettings, StatusForm};

use super::visitor::{both, indexes, start, start_with, told};

#[tokio::test]
async fn a_window_comes_every_time() {
    let (_simulator, visitor) = start_with(NexusSettings { window: 2, ..NexusSettings::default() }).await;
    visitor.say("1").await;
    visitor.say("2").await;
    for _ in 0..2 {
        assert_eq!(told(&visitor.poll("").await), ["Text 1", "Text 2"]);
    }
    assert_eq!(told(&visitor.poll("?count=3").await).len(), 3);
}

#[tokio::test]
async fn an_index_may_be_included() {
    let (_simulator, visitor) =
        start_with(NexusSettings { index_inclusive: true, ..NexusSettings::default() }).await;
    visitor.say("1").await;
    let all = indexes(&visitor.poll("").await);
    assert_eq!(indexes(&visitor.poll(&format!("?index={}", all[1])).await), all[1..]);
}

#[tokio::test]
async fn times_may_be_text() {
    let nexus = NexusSettings { iso_time: true, ..NexusSettings::default() };
    let builder = webchat_simulator::Simulator::builder().nexus(nexus).utc_ms(1_700_000_000_123);
    let simulator = builder.start().await.unwrap();
    let visitor = super::visitor::Visitor::start(&simulator).await;
    let news = visitor.poll("").await;
    let time = news["messages"][0]["utcTime"].as_str().unwrap();
    assert!(time.starts_with("2023-11-14T22:13:") && time.ends_with('Z') && time.len() == 24, "{time}");
    assert!(indexes(&news)[0].starts_with("17000000"));
}

#[tokio::test]
async fn repeated_operations_may_take_no_effect() {
    let (simulator, visitor) = start().await;
    let twice = async |fields: &[(&str, &str)]| {
        for _ in 0..2 {
            assert_eq!(both(visitor.post("messages", fields).await.unwrap()).await.0, 200);
        }
    };
    let fields = [("data[text]", "x"), ("operationId", "o-1")];
    twice(&fields).await;
    assert_eq!(simulator.transcript(&visitor.session).unwrap().len(), 3, "off by default");
    simulator.change_nexus(|settings| settings.deduplicate = true);
    twice(&[("data[text]", "y"), ("operationId", "o-2")]).await;
    twice(&[("data[text]", "z")]).await;
    let texts: Vec<_> =
        simulator.transcript(&visitor.session).unwrap().into_iter().filter_map(|event| event.text).collect();
    assert_eq!(texts, ["x", "x", "y", "z", "z"]);
    let effects: Vec<bool> = simulator.log().iter().skip(3).map(|entry| entry.effect).collect();
    assert_eq!(effects, [true, false, true, true]);
    let upload = async || {
        let part = reqwest::multipart::Part::bytes(vec![1]).file_name("a.png");
        let form = reqwest::multipart::Form::new().text("operationId", "o-3").part("file", part);
        both(visitor.request(Method::POST, "images").multipart(form).send().await.unwrap()).await
    };
    assert_eq!(upload().await, upload().await, "the same answer");
    assert_eq!(simulator.files(&visitor.session).unwrap().len(), 1);
}

#[tokio::test]
async fn opening_may_answer_created() {
    let nexus = NexusSettings { created: true, ..NexusSettings::default() };
    let simulator = webchat_simulator::Simulator::builder().nexus(nexus).start().await.unwrap();
    let request = crate::customer::client().post(simulator.nexus_url()).form(&super::visitor::FORM);
    let (status, reply) = both(request.send().await.unwrap()).await;
    let visitor = super::visitor::Visitor::of(simulator.nexus_url(), &reply);
    assert_eq!((status, visitor.resume(&[]).await.0), (201, 200));
}

#[tokio::test]
async fn forms_of_the_status() {
    for (form, wanted) in [(StatusForm::Number, Some(value!({"code": 0}))), (StatusForm::Absent, None)] {
        let (_simulator, visitor) =
            start_with(NexusSettings { status_code: form, ..NexusSettings::default() }).await;
        for (status, reply) in [visitor.get("").await, visitor.send("Text", "x").await] {
            assert_eq!((status, reply.get("status")), (200, wanted.as_ref()));
        }
        let error = visitor.send("Text", "").await;
        assert_eq!(error.1["status"]["code"], "INVALID_REQUEST", "errors have their code");
    }
}

#[tokio::test]
async fn the_end_may_stand_on_top() {
    let nexus = NexusSettings { chat_ended_on_top: true, ..NexusSettings::default() };
    let (simulator, visitor) = start_with(nexus).await;
    let sam = simulator.join_agent(&visitor.session, "Sam").unwrap();
    simulator.end(&visitor.session, sam).unwrap();
    let (_, reply) = visitor.get("").await;
    assert_eq!((&reply["chatEnded"], reply["data"].get("chatEnded")), (&value!(true), None));
}

#[tokio::test]
async fn image_urls_may_be_absolute() {
    let nexus = NexusSettings { absolute_image_urls: true, ..NexusSettings::default() };
    let (simulator, visitor) = start_with(nexus).await;
    let sam = simulator.join_agent(&visitor.session, "Sam").unwrap();
    simulator.upload(&visitor.session, sam, Upload::new("a.png", "A")).unwrap();
    let news = visitor.poll("").await;
    let url = news["messages"][2]["content"][0]["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/{}/images/", visitor.url, visitor.session)), "{url}");
    let image = visitor.http.get(url).header("x-nexus-client-key", &visitor.token).send().await.unwrap();
    assert_eq!(image.text().await.unwrap(), "A");
    let shown = simulator.wire_transcript(&visitor.session).unwrap();
    assert_eq!(shown[2]["content"][0]["url"], url);
}
