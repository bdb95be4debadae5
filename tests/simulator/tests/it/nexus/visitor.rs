//! A plain customer of Nexus v3.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use webchat_simulator::Simulator;
use webchat_simulator::api::nexus::NexusSettings;

use crate::customer::{client, json};

/// A customer in a session.
pub(crate) struct Visitor {
    pub(crate) http: Client,
    pub(crate) url: String,
    pub(crate) session: String,
    pub(crate) token: String,
    pub(crate) participant: String,
}

pub(crate) const FORM: [(&str, &str); 2] = [("data[endpoint]", "Support"), ("data[nickname]", "Mia")];

/// The payload of a token, read as browsers do: by plain base64.
pub(crate) fn payload(token: &str) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    serde_json::from_slice(&STANDARD_NO_PAD.decode(parts[1]).unwrap()).unwrap()
}

/// A simulator that behaves so, and a customer in a session.
pub(crate) async fn start_with(nexus: NexusSettings) -> (Simulator, Visitor) {
    let simulator = Simulator::builder().seed(7).nexus(nexus).start().await.unwrap();
    let visitor = Visitor::start(&simulator).await;
    (simulator, visitor)
}

pub(crate) async fn start() -> (Simulator, Visitor) {
    start_with(NexusSettings::default()).await
}

/// Status and body.
pub(crate) async fn both(response: Response) -> (u16, Value) {
    (response.status().as_u16(), json(response).await)
}

impl Visitor {
    pub(crate) async fn start(simulator: &Simulator) -> Self {
        let url = simulator.nexus_url();
        let (status, reply) = both(client().post(&url).form(&FORM).send().await.unwrap()).await;
        assert_eq!(status, 200, "{reply}");
        Self::of(url, &reply)
    }

    /// The customer that this reply to create or resume makes.
    pub(crate) fn of(url: String, reply: &Value) -> Self {
        let token = reply["data"]["clientToken"].as_str().unwrap().to_owned();
        let claims = payload(&token);
        let text = |name: &str| claims[name].as_str().unwrap().to_owned();
        assert_eq!(reply["data"]["entity"]["id"], claims["sessionId"]);
        Self { http: client(), url, session: text("sessionId"), participant: text("participantId"), token }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/{}/{path}", self.url, self.session);
        self.http.request(method, url).header("x-nexus-client-key", &self.token)
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Response, reqwest::Error> {
        self.request(Method::POST, path).form(fields).send().await
    }

    /// Sends an event; status and body.
    pub(crate) async fn send(&self, kind: &str, text: &str) -> (u16, Value) {
        both(self.post("messages", &[("data[type]", kind), ("data[text]", text)]).await.unwrap()).await
    }

    pub(crate) async fn say(&self, text: &str) {
        let (status, reply) = self.send("Text", text).await;
        assert_eq!((status, &reply["status"]["code"]), (200, &Value::from("SUCCESS")), "{reply}");
    }

    /// Asks for messages with this query; status and body.
    pub(crate) async fn get(&self, query: &str) -> (u16, Value) {
        both(self.request(Method::GET, &format!("messages{query}")).send().await.unwrap()).await
    }

    /// Asks for messages and gets no answer.
    pub(crate) async fn get_error(&self, query: &str) -> reqwest::Error {
        self.request(Method::GET, &format!("messages{query}")).send().await.unwrap_err()
    }

    /// `data` of the messages asked for.
    pub(crate) async fn poll(&self, query: &str) -> Value {
        let (status, mut reply) = self.get(query).await;
        assert_eq!(status, 200, "{reply}");
        reply["data"].take()
    }

    pub(crate) async fn leave(&self) -> (u16, Value) {
        let path = format!("participants/{}", self.participant);
        let request = self.request(Method::DELETE, &path).form(&[("operationId", "o")]);
        both(request.send().await.unwrap()).await
    }

    pub(crate) async fn resume(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let request = self.http.post(&self.url).header("x-nexus-client-key", &self.token);
        both(request.form(fields).send().await.unwrap()).await
    }
}

/// `status.code` of an error.
pub(crate) fn code(reply: &(u16, Value)) -> (u16, &str) {
    (reply.0, reply.1["status"]["code"].as_str().unwrap_or("not text"))
}

/// Type and text of each message, with a dash for no text.
pub(crate) fn told(data: &Value) -> Vec<String> {
    let line = |message: &Value| {
        format!("{} {}", message["type"].as_str().unwrap(), message["text"].as_str().unwrap_or("-"))
    };
    data["messages"].as_array().unwrap().iter().map(line).collect()
}

/// The index of each message.
pub(crate) fn indexes(data: &Value) -> Vec<String> {
    let index = |message: &Value| message["index"].as_str().unwrap().to_owned();
    data["messages"].as_array().unwrap().iter().map(index).collect()
}
