//! Images both ways (nexus-v3.md, 4.6, 4.7 and 5.3).

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json as value};
use webchat_simulator::api::nexus::{ImageLimits, NexusSettings};
use webchat_simulator::{Operation, Upload};

use super::visitor::{Visitor, both, code, start, start_with};
use crate::customer::client;

async fn upload(visitor: &Visitor, parts: Vec<(&'static str, Part)>) -> (u16, Value) {
    let form = parts
        .into_iter()
        .fold(Form::new().text("operationId", "o-9"), |form, (name, part)| form.part(name, part));
    both(visitor.request(Method::POST, "images").multipart(form).send().await.unwrap()).await
}

fn png(size: usize) -> Part {
    Part::bytes(vec![b'x'; size]).file_name("photo.png").mime_str("image/png").unwrap()
}

#[tokio::test]
async fn the_customers_image() {
    let (simulator, visitor) = start().await;
    visitor.poll("").await;
    let (status, reply) = upload(&visitor, vec![("file", png(70_000))]).await;
    assert_eq!(
        (status, &reply["status"]["code"], &reply["operationId"]),
        (200, &value!("SUCCESS"), &value!("o-9"))
    );
    let data = &reply["data"];
    assert_eq!(
        (&data["filename"], &data["mimetype"], &data["length"]),
        (&value!("photo.png"), &value!("image/png"), &value!(70_000))
    );
    let id = data["mediaId"].as_str().unwrap();
    let url = format!("/sessions/{}/images/{id}", visitor.session);
    assert_eq!(data["url"], url);

    let news = visitor.poll("").await;
    let message = &news["messages"][0];
    assert_eq!((&message["type"], &message["text"]), (&value!("Text"), &value!("")));
    assert_eq!(message["content"], value!([{"type": "image", "mime": "image/png", "url": url}]));
    assert_eq!(message["from"]["participantId"], visitor.participant);
    let image = visitor.request(Method::GET, &format!("images/{id}")).send().await.unwrap();
    assert_eq!(
        (image.status().as_u16(), &image.headers()["content-type"]),
        (200, &"image/png".parse().unwrap())
    );
    assert_eq!(image.bytes().await.unwrap(), vec![b'x'; 70_000]);
    let operations: Vec<_> = simulator.log().iter().map(|entry| entry.operation.unwrap().name()).collect();
    assert_eq!(operations, ["requestChat", "refresh", "fileUpload", "refresh", "fileDownload"]);
    assert_eq!(simulator.log()[2].files[0].size, 70_000);
    assert_eq!(simulator.files(&visitor.session).unwrap()[0].name, "photo.png");
}

#[tokio::test]
async fn the_agents_image() {
    let (simulator, visitor) = start().await;
    let chat = visitor.session.as_str();
    let sam = simulator.join_agent(chat, "Sam").unwrap();
    let id = simulator.upload(chat, sam, Upload::new("plan.svg", "<svg/>")).unwrap();
    let error = simulator.upload(chat, sam, Upload::new("plan.pdf", "x")).unwrap_err().to_string();
    assert!(error.contains("Nexus v3, which has no files other than images"), "{error}");
    let news = visitor.poll("").await;
    assert_eq!(news["messages"].as_array().unwrap().len(), 3);
    let content = &news["messages"][2]["content"][0];
    assert_eq!(content["mime"], "image/svg+xml");
    let base = visitor.url.replacen("/sessions", "", 1);
    let url = format!("{base}{}", content["url"].as_str().unwrap());
    let get = |token: &str| client().get(&url).header("x-nexus-client-key", token).send();
    assert_eq!(get(&visitor.token).await.unwrap().text().await.unwrap(), "<svg/>");
    assert_eq!(get("x").await.unwrap().status(), 401);
    let unknown = both(visitor.request(Method::GET, "images/none").send().await.unwrap()).await;
    assert_eq!(code(&unknown), (404, "NOT_FOUND"));

    simulator.end(chat, sam).unwrap();
    let late = visitor.request(Method::GET, &format!("images/{id}")).send().await.unwrap();
    assert_eq!(late.status(), 200, "the images of the last messages can still be read");
}

#[tokio::test]
async fn images_over_the_limits() {
    let images = ImageLimits { types: vec!["image/png".to_owned()], max_size: 1000, max_count: 1 };
    let (simulator, visitor) = start_with(NexusSettings { images, ..NexusSettings::default() }).await;
    let gif = Part::bytes(vec![1]).file_name("a.gif").mime_str("image/gif").unwrap();
    let nameless_kind = Part::bytes(vec![1]).file_name("a.txt");
    for (parts, wanted) in [
        (vec![("file", gif)], "INVALID_FILE_TYPE"),
        (vec![("file", nameless_kind)], "INVALID_FILE_TYPE"),
        (vec![("file", png(1001))], "LIMIT_FILE_SIZE"),
        (vec![("file", png(300_000))], "LIMIT_FILE_SIZE"),
        (vec![("picture", png(1))], "LIMIT_UNEXPECTED_FILE"),
        (vec![("file", png(1)), ("file", png(1))], "LIMIT_UNEXPECTED_FILE"),
        (vec![("file", Part::text("no file name"))], "INVALID_REQUEST"),
    ] {
        assert_eq!(code(&upload(&visitor, parts).await), (400, wanted));
    }
    assert_eq!(simulator.log()[4].files[0].size, 300_000);
    assert_eq!(upload(&visitor, vec![("file", png(1000))]).await.0, 200);
    assert_eq!(code(&upload(&visitor, vec![("file", png(1))]).await), (400, "LIMIT_FILE_COUNT"));
    let uploads = simulator.log().into_iter().filter(|entry| entry.operation == Some(Operation::FileUpload));
    assert_eq!(uploads.filter(|entry| entry.effect).count(), 1);
    simulator.change_nexus(|settings| settings.images.max_count = 2);
    let guessed = Part::bytes(vec![1]).file_name("b.PNG");
    assert_eq!(upload(&visitor, vec![("file", guessed)]).await.0, 200, "a type that only the name tells");
}
