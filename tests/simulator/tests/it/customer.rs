//! A plain customer of GMS v2.

use reqwest::{Client, Response};
use serde_json::Value;
use webchat_simulator::Simulator;

/// A customer in a chat.
pub(crate) struct Customer {
    pub(crate) http: Client,
    pub(crate) url: String,
    pub(crate) chat_id: String,
    pub(crate) key: String,
    pub(crate) user_id: String,
    pub(crate) alias: String,
    /// Reply to the request for the chat.
    pub(crate) started: Value,
}

/// What a client is made from; it knows no proxies.
pub(crate) fn client_builder() -> reqwest::ClientBuilder {
    // The second of two tests finds it done.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy()
}

/// A client that follows no redirects and knows no proxies.
pub(crate) fn client() -> Client {
    client_builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

pub(crate) async fn simulator() -> Simulator {
    Simulator::builder().seed(7).start().await.unwrap()
}

pub(crate) async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

impl Customer {
    pub(crate) async fn start(url: &str) -> Self {
        let http = client();
        let form = [("firstName", "Mia"), ("lastName", "Lund"), ("subject", "Order")];
        let started = json(http.post(url).form(&form).send().await.unwrap()).await;
        assert_eq!(started["statusCode"], 0, "{started}");
        let text = |name: &str| started[name].as_str().unwrap().to_owned();
        Self {
            url: url.to_owned(),
            chat_id: text("chatId"),
            key: text("secureKey"),
            user_id: text("userId"),
            alias: text("alias"),
            http,
            started,
        }
    }

    pub(crate) async fn post(
        &self,
        operation: &str,
        fields: &[(&str, &str)],
    ) -> Result<Response, reqwest::Error> {
        let mut form = vec![("secureKey", self.key.as_str())];
        form.extend(fields);
        let url = format!("{}/{}/{operation}", self.url, self.chat_id);
        self.http.post(url).form(&form).send().await
    }

    pub(crate) async fn call(&self, operation: &str, fields: &[(&str, &str)]) -> Value {
        let response = self.post(operation, fields).await.unwrap();
        assert_eq!(response.status(), 200, "{operation}");
        json(response).await
    }

    pub(crate) async fn refresh(&self, position: &str) -> Value {
        self.call("refresh", &[("transcriptPosition", position)]).await
    }
}

/// The member of every message.
pub(crate) fn each(reply: &Value, member: &str) -> Vec<Value> {
    reply["messages"].as_array().unwrap().iter().map(|message| message[member].clone()).collect()
}
