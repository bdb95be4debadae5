//! The simulated server, and a chat on it as the peers hold one.

use std::{sync::Arc, time::Duration};
use tokio::runtime::{Builder, Runtime};
use webchat_simulator::{IdleSettings, Script, Simulator};

/// A simulated server on a thread of its own.
pub struct Server {
    simulator: Simulator,
    _thread: Arc<Runtime>,
}

impl Server {
    /// Starts it. Nobody joins, nothing times out.
    pub fn start() -> Self {
        let thread = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let builder = Simulator::builder()
            .script(Script::none())
            .idle(IdleSettings::off())
            .client_timeout(Duration::ZERO)
            .log_limit(0);
        let simulator = thread.block_on(builder.start()).unwrap();
        Self { simulator, _thread: Arc::new(thread) }
    }

    /// The chat URL.
    pub fn url(&self) -> String {
        self.simulator.chat_url()
    }
}

/// A chat held by hand over bare HTTP: what the library puts into a `send`, ready to be posted.
#[derive(Clone)]
pub struct BareChat {
    /// Where messages are posted.
    pub url: String,
    /// The form that posts one.
    pub form: String,
}

impl BareChat {
    /// Starts a chat by hand.
    pub async fn start(client: &reqwest::Client, url: &str) -> Self {
        let form = "nickname=&firstName=Mia&lastName=Lund&emailAddress=&subject=&text=";
        let answer = post(client, url, form.to_owned()).await;
        let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        let field =
            |name: &str| answer.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let key = field("secureKey").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let form = format!(
            "secureKey={key}&userId={}&alias={}&message=hello&messageType=text",
            field("userId"),
            field("alias")
        );
        Self { url: format!("{url}/{}/send", field("chatId")), form }
    }
}

/// Posts a form and reads the whole answer.
pub async fn post(client: &reqwest::Client, url: &str, form: String) -> bytes::Bytes {
    let request = client.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
    request.send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap()
}
