//! What stands before the sessions: keys, paths, CORS, and the choice of APIs.

use reqwest::Method;
use serde_json::json as value;
use webchat_simulator::{Api, Simulator};

use super::visitor::{FORM, both, code, start};
use crate::customer::{client, json, simulator};

#[tokio::test]
async fn the_api_key() {
    let simulator = Simulator::builder().apikey("k1").start().await.unwrap();
    let ask = async |key: Option<&str>| {
        let request = client().post(simulator.nexus_url()).form(&FORM);
        let request = key.iter().fold(request, |request, key| request.header("x-api-key", *key));
        both(request.send().await.unwrap()).await
    };
    for wrong in [None, Some("k2"), Some("")] {
        assert_eq!(code(&ask(wrong).await), (401, "INVALID_CONTACT_CENTER"));
    }
    assert_eq!(ask(Some("k1")).await.0, 200);
    assert_eq!(simulator.log()[3].header("x-api-key"), Some("k1"));
}

#[tokio::test]
async fn paths_that_name_nothing() {
    let (simulator, visitor) = start().await;
    for (method, path) in [
        (Method::GET, String::new()),
        (Method::GET, format!("/{}", visitor.session)),
        (Method::DELETE, format!("/{}", visitor.session)),
        (Method::PUT, format!("/{}/messages", visitor.session)),
        (Method::GET, format!("/{}/limits", visitor.session)),
    ] {
        let url = format!("{}{path}", visitor.url);
        let request = visitor.http.request(method, url).header("x-nexus-client-key", &visitor.token);
        assert_eq!(code(&both(request.send().await.unwrap()).await), (404, "NOT_FOUND"), "{path}");
    }
    let elsewhere = format!("http://{}/nexus/v2/chat", simulator.address());
    assert_eq!(code(&both(client().get(elsewhere).send().await.unwrap()).await), (404, "NOT_FOUND"));
    assert_eq!(simulator.log().pop().unwrap().operation, None);
    assert_eq!(visitor.get("/").await.0, 200, "a final slash makes no difference");
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let (_simulator, visitor) = start().await;
    for (kind, body, status) in [
        ("application/json", "{", 400),
        ("text/plain", "hello", 415),
        ("multipart/form-data; boundary=B", "x", 400),
    ] {
        let request = visitor.request(Method::POST, "messages").header("content-type", kind).body(body);
        assert_eq!(code(&both(request.send().await.unwrap()).await), (status, "INVALID_REQUEST"), "{kind}");
    }
}

#[tokio::test]
async fn preflights_are_answered() {
    let simulator = simulator().await;
    let wanted = "x-api-key,x-nexus-client-key,content-type";
    for method in ["GET", "POST", "PUT", "DELETE"] {
        let preflight = client()
            .request(Method::OPTIONS, format!("{}/s1/messages", simulator.nexus_url()))
            .header("origin", "https://shop.example.com")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", wanted)
            .send()
            .await
            .unwrap();
        assert_eq!(preflight.status(), 200);
        let header = |name: &str| preflight.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("access-control-allow-origin"), "https://shop.example.com");
        assert!(header("access-control-allow-methods").split(',').any(|allowed| allowed.trim() == method));
        assert_eq!(header("access-control-allow-headers"), wanted);
    }
    let request = client().post(simulator.nexus_url()).header("origin", "https://shop.example.com");
    let reply = request.form(&FORM).send().await.unwrap();
    assert_eq!(reply.headers()["access-control-allow-origin"], "https://shop.example.com");
    assert_eq!(reply.headers()["content-type"], "application/json; charset=utf-8");
}

#[tokio::test]
async fn apis_that_are_not_served() {
    let only = async |api| Simulator::builder().apis([api]).start().await.unwrap();
    let (gms, nexus) = (only(Api::GmsRest).await, only(Api::NexusRest).await);
    let post = async |url: String| client().post(url).form(&FORM).send().await.unwrap().status().as_u16();
    assert_eq!((post(gms.nexus_url()).await, post(nexus.nexus_url()).await), (404, 200));
    for url in [nexus.chat_url(), nexus.ges_url()] {
        assert_eq!(post(url).await, 404);
    }
    let urls = json(client().get(format!("{}/urls", nexus.control_url())).send().await.unwrap()).await;
    assert_eq!((&urls["chatUrl"], &urls["nexusUrl"]), (&value!(null), &value!(nexus.nexus_url())));
    assert_eq!(gms.urls()["nexusUrl"], value!(null));
    for (path, body, part) in [
        ("offline", value!({}), "no API that is served here"),
        ("faults", value!({"kind": "newAlias"}), "newAlias is a fault of GMS v2, which is not served here"),
    ] {
        let url = format!("{}/{path}", nexus.control_url());
        let (status, answer) = both(client().post(url).json(&body).send().await.unwrap()).await;
        assert_eq!(status, 400);
        assert!(answer["error"].as_str().unwrap().contains(part), "{answer}");
    }
}
