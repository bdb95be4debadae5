//! The simulated server, and a chat on it as the peers hold one.

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::runtime::{Builder, Runtime};
use webchat_simulator::{IdleSettings, ParticipantId, Script, Simulator};

/// A simulated server on a thread of its own.
pub struct Server {
    simulator: Simulator,
    thread: Arc<Runtime>,
}

/// Which of the server's APIs that are polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// GMS v2 REST.
    Gms,
    /// Nexus v3 REST.
    Nexus,
}

impl Api {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Gms, Self::Nexus];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gms => "GMS v2",
            Self::Nexus => "Nexus v3",
        }
    }
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
        Self { simulator, thread: Arc::new(thread) }
    }

    /// The configuration of a chat on it.
    pub fn config(&self, api: Api) -> Value {
        let url = self.url(api);
        match api {
            Api::Gms => json!({"dataURL": url}),
            Api::Nexus => json!({"transport": {
                "type": "pureengage-v3-rest", "dataURL": url, "endpoint": "bench", "headers": {"x-api-key": KEY}
            }}),
        }
    }

    /// The configuration of a chat over `CometD`.
    pub fn cometd_config(&self) -> Value {
        self.cometd_config_on(true)
    }

    /// The same, on the WebSocket or on long-polling.
    pub fn cometd_config_on(&self, websocket: bool) -> Value {
        json!({"cometD": {
            "enabled": true, "cometURL": self.cometd_url(), "channel": self.cometd_channel(),
            "websocketEnabled": websocket,
        }})
    }

    /// The `CometD` endpoint.
    pub fn cometd_url(&self) -> String {
        self.simulator.cometd_url()
    }

    /// The channel of chats.
    pub fn cometd_channel(&self) -> String {
        self.simulator.cometd_channel()
    }

    /// Whether the server offers acknowledgements from now on.
    pub fn change_acks(&self, offered: bool) {
        self.simulator.change_cometd(|settings| settings.acks = offered);
    }

    /// How many connects the server has ended.
    pub fn connects(&self) -> u64 {
        self.simulator.cometd().connects
    }

    /// Waits until as many clients have a connect that the server holds back.
    pub fn wait_for_held_connects(&self, count: usize) {
        let held = |simulator: &Simulator| (simulator.cometd().held_connects >= count).then_some(());
        self.thread.block_on(self.simulator.wait_for(held));
    }

    /// The id of the chat that was started last.
    pub fn latest_chat(&self) -> String {
        self.simulator.latest_chat_id().unwrap()
    }

    /// Lets an agent join.
    pub fn join(&self, chat: &str) -> ParticipantId {
        self.simulator.join_agent(chat, "Sam").unwrap()
    }

    /// Lets an agent say something.
    pub fn say(&self, chat: &str, who: ParticipantId) {
        self.simulator.say(chat, who, "hello").unwrap();
    }

    fn url(&self, api: Api) -> String {
        match api {
            Api::Gms => self.simulator.chat_url(),
            Api::Nexus => self.simulator.nexus_url(),
        }
    }

    /// Starts a chat by hand.
    pub async fn bare_chat(&self, client: &reqwest::Client, api: Api) -> BareChat {
        let url = self.url(api);
        match api {
            Api::Gms => gms(client, &url).await,
            Api::Nexus => nexus(client, &url).await,
        }
    }
}

const KEY: &str = "bench";

/// A chat held by hand over bare HTTP: what the library puts into a message, ready to be posted.
#[derive(Clone)]
pub struct BareChat {
    /// Where messages are posted.
    pub url: String,
    /// The headers of each request.
    pub headers: Vec<(&'static str, String)>,
    /// The form that posts one.
    pub form: String,
}

async fn gms(client: &reqwest::Client, url: &str) -> BareChat {
    let form = "nickname=&firstName=Mia&lastName=Lund&emailAddress=&subject=&text=";
    let answer = read(start(client, url, form)).await;
    let key = field(&answer, "/secureKey").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let form = format!(
        "secureKey={key}&userId={}&alias={}&message=hello&messageType=text",
        field(&answer, "/userId"),
        field(&answer, "/alias")
    );
    BareChat { url: format!("{url}/{}/send", field(&answer, "/chatId")), headers: Vec::new(), form }
}

async fn nexus(client: &reqwest::Client, url: &str) -> BareChat {
    let form =
        "data%5Bendpoint%5D=bench&data%5Bnickname%5D=Mia&data%5BfirstName%5D=Mia&data%5BlastName%5D=Lund";
    let answer = read(start(client, url, form).header("x-api-key", KEY)).await;
    let operation = "&operationId=7f0c1a52-6a63-4c8e-9c7d-3f4c5b1d2e3f";
    BareChat {
        url: format!("{url}/{}/messages", field(&answer, "/data/entity/id")),
        headers: vec![("x-api-key", KEY.into()), ("x-nexus-client-key", field(&answer, "/data/clientToken"))],
        form: format!("data%5Btype%5D=Text&data%5Btext%5D=hello{operation}"),
    }
}

fn start(client: &reqwest::Client, url: &str, form: &str) -> RequestBuilder {
    client.post(url).header("content-type", FORM).body(form.to_owned())
}

fn field(answer: &Value, path: &str) -> String {
    answer.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

async fn read(request: RequestBuilder) -> Value {
    serde_json::from_slice(&answer(request).await).unwrap()
}

const FORM: &str = "application/x-www-form-urlencoded";

impl BareChat {
    /// Posts a message and reads the whole answer.
    pub async fn send(&self, client: &reqwest::Client) {
        let request = client.post(&self.url).header("content-type", FORM).body(self.form.clone());
        answer(self.with_headers(request)).await;
    }

    /// Asks for messages and reads the whole answer: what a v3 poll is.
    pub async fn poll(&self, client: &reqwest::Client) {
        answer(self.with_headers(client.get(&self.url))).await;
    }

    fn with_headers(&self, request: RequestBuilder) -> RequestBuilder {
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }
}

async fn answer(request: RequestBuilder) -> bytes::Bytes {
    request.send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap()
}
