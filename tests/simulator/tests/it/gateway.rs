//! What stands before the chat server: keys, paths, methods, media types, CORS, protocols.

use crate::customer::{Customer, client, json, simulator};
use reqwest::{Method, StatusCode};
use serde_json::json as value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use webchat_simulator::Simulator;

#[tokio::test]
async fn the_multicloud_key() {
    let simulator = Simulator::builder().apikey("k1").start().await.unwrap();
    let ask = async |key: Option<&str>, url: String| {
        let request = client().post(url).form(&[("nickname", "Mia")]);
        let request = key.iter().fold(request, |request, key| request.header("apikey", *key));
        request.send().await.unwrap()
    };
    let missing = ask(None, simulator.ges_url()).await;
    assert_eq!(missing.status(), StatusCode::UNAUTHORIZED);
    let body = json(missing).await;
    assert_eq!(body["fault"]["detail"]["errorcode"], "steps.oauth.v2.FailedToResolveAPIKey");
    let wrong = ask(Some("k2"), simulator.ges_url()).await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(json(wrong).await["fault"]["faultstring"], "Invalid ApiKey");
    assert_eq!(ask(Some("k1"), simulator.ges_url()).await.status(), StatusCode::OK);
    assert_eq!(ask(None, simulator.chat_url()).await.status(), StatusCode::OK);
    assert_eq!(simulator.chats().len(), 2);
    assert_eq!(simulator.log()[2].header("apikey"), Some("k1"));
}

#[tokio::test]
async fn basic_authentication_and_services() {
    let builder = Simulator::builder().basic_auth("mia", "s:ecret").service("sales").service("support");
    let simulator = builder.start().await.unwrap();
    assert!(simulator.chat_url().ends_with("/genesys/2/chat/sales"));
    let http = client();
    let ask = || http.post(simulator.chat_url()).form(&[("nickname", "Mia")]);
    let refused = ask().send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(refused.headers()["www-authenticate"], "Basic realm=\"GMS\"");
    assert_eq!(
        ask().basic_auth("mia", Some("wrong")).send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
    let accepted = ask().basic_auth("mia", Some("s:ecret")).send().await.unwrap();
    assert_eq!(accepted.status(), StatusCode::OK);
    let other = simulator.chat_url().replace("sales", "unknown");
    let other =
        http.post(other).basic_auth("mia", Some("s:ecret")).form(&[("nickname", "M")]).send().await.unwrap();
    assert_eq!(other.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn paths_methods_and_media_types() {
    let simulator = simulator().await;
    let http = client();
    let url = simulator.chat_url();
    let get = http.get(&url).send().await.unwrap();
    assert_eq!(
        (get.status(), &get.headers()["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST, OPTIONS".parse().unwrap())
    );
    for path in ["/genesys/2/chat/support/c1/dance", "/genesys/chat", "/elsewhere"] {
        let url = format!("http://{}{path}", simulator.address());
        let page = http.post(url).form(&[("a", "b")]).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    }
    let wrong = http.post(&url).json(&value!({"nickname": "Mia"})).send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let empty = http.post(&url).send().await.unwrap();
    assert_eq!(json(empty).await["errors"][0]["code"], 161);
}

#[tokio::test]
async fn preflights_are_answered() {
    let simulator = simulator().await;
    let http = client();
    let preflight = http
        .request(Method::OPTIONS, format!("{}/c1/refresh", simulator.chat_url()))
        .header("origin", "https://shop.example.com")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,apikey,authorization")
        .send()
        .await
        .unwrap();
    assert_eq!(preflight.status(), StatusCode::OK);
    let header = |name: &str| preflight.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("access-control-allow-origin"), "https://shop.example.com");
    assert_eq!(header("access-control-allow-credentials"), "true");
    assert_eq!(header("access-control-allow-methods"), "POST");
    for name in ["content-type", "apikey", "authorization"] {
        assert!(header("access-control-allow-headers").contains(name));
    }
    let request = http.post(simulator.chat_url()).header("origin", "https://shop.example.com");
    let reply = request.form(&[("nickname", "Mia")]).send().await.unwrap();
    assert_eq!(reply.headers()["access-control-allow-origin"], "https://shop.example.com");
}

#[tokio::test]
async fn http_2_with_prior_knowledge() {
    let simulator = simulator().await;
    let http = crate::customer::client_builder().http2_prior_knowledge().build().unwrap();
    let reply = http.post(simulator.ges_url()).form(&[("nickname", "Mia")]).send().await.unwrap();
    assert_eq!(reply.version(), reqwest::Version::HTTP_2);
    assert_eq!(json(reply).await["statusCode"], 0);
    assert_eq!(simulator.log()[0].version, "HTTP/2.0");
}

#[tokio::test]
async fn connections_are_kept_alive() {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
    let path = format!("/genesys/2/chat/support/{}/refresh", customer.chat_id);
    let key: String = form_urlencoded::byte_serialize(customer.key.as_bytes()).collect();
    let body = format!("secureKey={key}");
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    for _ in 0..2 {
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut seen = String::new();
        while !seen.contains("\"messages\":[") || !seen.ends_with('}') {
            let mut block = [0; 4096];
            let length = stream.read(&mut block).await.unwrap();
            assert!(length > 0, "closed after {seen:?}");
            seen.push_str(std::str::from_utf8(&block[..length]).unwrap());
        }
        assert!(seen.starts_with("HTTP/1.1 200 OK\r\n"), "{seen}");
    }
}

#[tokio::test]
async fn an_early_refusal_costs_no_connection() {
    let simulator = simulator().await;
    for line in [
        "POST /genesys/cometd/dance",
        "PUT /genesys/cometd",
        "PUT /genesys/2/chat/support",
        "POST /genesys/2/chat",
        "POST /genesys/2/chat-ntf",
        "POST /nexus/v3/chat/dance",
        "POST /control/dance",
        "POST /nowhere",
    ] {
        for framing in ["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"] {
            let mut stream = TcpStream::connect(simulator.address()).await.unwrap();
            let head = format!("{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/x\r\n{framing}\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            // Whoever answered the head alone would have done so by now.
            client().get(simulator.control_url()).send().await.unwrap();
            let body: &[u8] = if framing.starts_with('C') { b"hello" } else { b"5\r\nhello\r\n0\r\n\r\n" };
            stream.write_all(body).await.unwrap();
            assert!(answer_of(&mut stream).await.starts_with("HTTP/1.1 4"), "{line}");
            stream.write_all(b"GET /control/urls HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").await.unwrap();
            assert!(answer_of(&mut stream).await.starts_with("HTTP/1.1 200"), "{line}");
        }
    }
}

/// The head and body of the next answer on a connection.
async fn answer_of(stream: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&seen).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if length.is_some_and(|length| body.len() >= length.parse().unwrap()) {
                return text;
            }
        }
        assert_ne!(stream.read_buf(&mut seen).await.unwrap(), 0, "the connection is closed: {text}");
    }
}
