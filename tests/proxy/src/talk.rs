//! A chat in which both sides talk, and what must hold of it whatever happens on the way.

use crate::{Customer, Nginx, in_time};
use serde_json::{Value, json};
use webchat_core::{
    event::EventKind::{Disconnected, Ended, Reconnected},
    model::MessageType,
};
use webchat_simulator::api::cometd::CometdInfo;
use webchat_simulator::{Carrier, EventType, ParticipantId, Simulator};

/// The time limit of requests, in milliseconds. A message whose answer is lost is sent again after this.
const AJAX_TIMEOUT: u64 = 3000;

/// A customer and an agent in a chat.
#[derive(Debug)]
pub struct Talk {
    /// The customer.
    pub customer: Customer,
    /// The server of the chat.
    pub simulator: Simulator,
    agent: ParticipantId,
    /// Places in the transcript are numbers that count it.
    has_counted_places: bool,
    said_by_customer: Vec<String>,
    said_by_agent: Vec<String>,
}

impl Talk {
    /// The options of a chat over `carrier`, through `nginx`; `simulator` is any of those behind it.
    pub fn options(nginx: &Nginx, simulator: &Simulator, carrier: Carrier) -> Value {
        json!({
            "cometD": {
                "enabled": true,
                "cometURL": nginx.url(&simulator.cometd_url()),
                "apiURL": nginx.url(&simulator.cometd_file_url()),
                "channel": simulator.cometd_channel(),
                "websocketEnabled": carrier == Carrier::WebSocket,
            },
            "ajaxTimeout": AJAX_TIMEOUT,
            "connection": {"proxy": "none"},
        })
    }

    /// A chat has started and an agent has come.
    pub async fn start(nginx: &Nginx, simulator: &Simulator, carrier: Carrier) -> Self {
        Self::start_with(&Self::options(nginx, simulator, carrier), [simulator]).await
    }

    /// A chat has started at one of these and an agent has come.
    pub async fn start_with(options: &Value, simulators: impl IntoIterator<Item = &Simulator>) -> Self {
        let customer = Customer::start(options, "Mia").await;
        let mut simulators = simulators.into_iter();
        let simulator =
            simulators.find(|simulator| simulator.chat(customer.id()).is_ok()).expect("the chat is there");
        let agent = simulator.join_agent(customer.id(), "Sam").expect("the chat runs");
        let (said_by_customer, said_by_agent) = (Vec::new(), Vec::new());
        Self {
            customer,
            simulator: simulator.clone(),
            agent,
            has_counted_places: true,
            said_by_customer,
            said_by_agent,
        }
    }

    /// The options of a chat over Web Messaging, through `nginx`.
    pub fn web_messaging_options(nginx: &Nginx) -> Value {
        let base = nginx.url("http://any/").trim_end_matches('/').to_owned();
        json!({
            "transport": {
                "type": "genesyscloud-webmessaging",
                "deploymentId": "9e1b7c1e-3d5f-4a82-8c66-0d7b5a4f2e10",
                "socketURL": base.replacen("http", "ws", 1),
                "apiURL": base,
                "configURL": base,
            },
            "ajaxTimeout": AJAX_TIMEOUT,
            "connection": {"proxy": "none"},
        })
    }

    /// The only chat over Web Messaging at this server has started and an agent has come.
    pub async fn start_web_messaging(options: &Value, simulator: &Simulator) -> Self {
        let customer = Customer::start(options, "Mia").await;
        let id = in_time("the customer joins", simulator.wait_for_chat()).await;
        let customer = customer.with_id(id);
        let agent = simulator.join_agent(customer.id(), "Sam").expect("the chat runs");
        let (said_by_customer, said_by_agent) = (Vec::new(), Vec::new());
        Self {
            customer,
            simulator: simulator.clone(),
            agent,
            has_counted_places: false,
            said_by_customer,
            said_by_agent,
        }
    }

    /// What the server tells of its clients.
    pub fn info(&self) -> CometdInfo {
        self.simulator.cometd()
    }

    /// Waits until the server tells this of its clients.
    pub async fn until(&self, what: &str, ready: impl Fn(&CometdInfo) -> bool) {
        in_time(what, self.simulator.wait_for(|simulator| ready(&simulator.cometd()).then_some(()))).await;
    }

    /// The agent says something.
    pub fn agent_says(&mut self, text: &str) {
        self.simulator.say(self.customer.id(), self.agent, text).expect("the chat runs");
        self.said_by_agent.push(text.to_owned());
    }

    /// The customer says something, and is told that it was sent.
    pub async fn customer_says(&mut self, text: &str) {
        self.said_by_customer.push(text.to_owned());
        self.customer.say(text).await;
    }

    /// Both sides talk while `meanwhile` goes on, as people do: one message after another, each answered. Then everything arrives.
    pub async fn go_on_while(&mut self, round: &str, messages: usize, meanwhile: impl Future<Output = ()>) {
        let talking = async {
            for number in 0..messages {
                self.customer_says(&format!("{round}, {number} from the customer")).await;
                self.agent_says(&format!("{round}, {number} from the agent"));
            }
        };
        tokio::join!(talking, meanwhile);
        self.catch_up().await;
    }

    /// Both sides say something, at the same time, and everything said so far arrives.
    pub async fn go_on(&mut self, round: &str) {
        self.agent_says(&format!("{round}, from the agent"));
        self.customer_says(&format!("{round}, from the customer")).await;
        self.agent_says(&format!("{round}, an answer"));
        self.catch_up().await;
    }

    /// Settled when everything that was said has been heard.
    pub async fn catch_up(&self) {
        let said = || self.said_by_agent.iter().chain(&self.said_by_customer);
        self.customer.until("caught up", |heard| said().all(|text| heard.has(text))).await;
    }

    /// Everything that was said is in the transcript once and in order, and what was published is the transcript. The chat ends.
    pub async fn finish(self) {
        self.catch_up().await;
        let id = self.customer.id();
        let transcript = self.simulator.transcript(id).expect("the chat is known");
        let messages = || transcript.iter().filter(|event| event.kind == EventType::Message);
        let said_by = |agent: bool| -> Vec<String> {
            let by = messages().filter(|event| (event.from.participant_id == self.agent) == agent);
            by.filter_map(|event| event.text.clone()).collect()
        };
        assert_eq!(said_by(true), self.said_by_agent);
        assert_eq!(said_by(false), self.said_by_customer);
        let place = |index: Option<u64>| index.filter(|_| self.has_counted_places);
        let written: Vec<_> = messages().map(|event| (place(event.index), event.text.clone())).collect();
        let heard: Vec<_> = {
            let heard = self.customer.heard();
            let messages = heard.lines.iter().filter(|line| line.kind == MessageType::Message);
            messages.map(|line| (place(Some(line.index)), line.text.clone())).collect()
        };
        assert_eq!(heard, written);
        let at_once = self.info().most_handshakes_at_once;
        assert!(at_once <= 1, "{at_once} handshakes at once");
        in_time("the chat ends", self.customer.chat.end_chat()).await.expect("the chat ends");
        self.customer.until("the end", |heard| heard.count(Ended) > 0).await;
        let heard = self.customer.heard();
        assert_eq!(
            (heard.count(Disconnected), heard.count(Ended)),
            (heard.count(Reconnected), 1),
            "{:?}",
            heard.events
        );
        let ended = self.simulator.chat(id).expect("the chat is known").ended;
        assert!(ended.is_some(), "the server knows nothing of the end");
    }
}
