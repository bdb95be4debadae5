//! Links that are cut at any step of a flow, before and after the step has been applied, as a seed has it.

use reqwest::Response;
use serde_json::{Value, json};
use webchat_simulator::api::web_messaging::{Limits, WebMessagingSettings};
use webchat_simulator::{Fault, LogEntry, Operation, Simulator};

use super::files::{announce, put};
use super::guest::{DEPLOYMENT, Guest, base, texts};
use crate::customer::client;

/// How often anything is tried; far more often than any of these seeds has it fail in a row.
const MOST: usize = 50;

/// A customer who tries again whatever is cut.
struct Stubborn<'a> {
    simulator: &'a Simulator,
    guest: Option<Guest>,
}

impl Stubborn<'_> {
    async fn linked(&mut self) -> &mut Guest {
        for _ in 0..MOST {
            if self.guest.is_none() {
                self.guest = Guest::try_connect(self.simulator, "token-1").await;
            }
            if let Some(mut guest) = self.guest.take()
                && try_ask(&mut guest, json!({"action": "configureSession", "deploymentId": DEPLOYMENT}))
                    .await
                    .is_some()
            {
                return self.guest.insert(guest);
            }
        }
        panic!("no link in {MOST} attempts");
    }

    /// Asks until it is answered.
    async fn ask(&mut self, request: Value) -> Value {
        for _ in 0..MOST {
            let guest = match self.guest.as_mut() {
                Some(guest) => guest,
                None => self.linked().await,
            };
            match try_ask(guest, request.clone()).await {
                Some(answer) => return answer,
                None => self.guest = None,
            }
        }
        panic!("{request} is not answered");
    }
}

/// The answer of a request, if the link holds until then.
async fn try_ask(guest: &mut Guest, request: Value) -> Option<Value> {
    let tracing_id = guest.try_send(request).await?;
    loop {
        let told = guest.receive().await.ok()?;
        if told["tracingId"] == tracing_id.as_str() {
            return Some(told);
        }
    }
}

async fn fetch(mut request: impl AsyncFnMut() -> reqwest::Result<Response>) -> Response {
    for _ in 0..MOST {
        if let Ok(response) = request().await {
            return response;
        }
    }
    panic!("no answer in {MOST} attempts");
}

fn applied(simulator: &Simulator, operation: Operation) -> usize {
    let of = |entry: &&LogEntry| entry.operation == Some(operation) && entry.effect;
    simulator.log().iter().filter(of).count()
}

/// Holds a chat with everything in it, and returns what befell whom.
async fn flow(seed: u64) -> Vec<(Option<Operation>, bool)> {
    let settings = WebMessagingSettings { limits: Limits::off(), ..Default::default() };
    let simulator = Simulator::builder().seed(seed).web_messaging(settings).start().await.unwrap();
    simulator.faults().set_rates([(0.2, Fault::drop_before()), (0.2, Fault::drop_after())]);
    let config = format!("{}/webdeployments/v1/deployments/any/config.json", base(&simulator));
    fetch(async || client().get(&config).send().await).await;
    let mut customer = Stubborn { simulator: &simulator, guest: None };
    let join = json!({"eventType": "Presence", "presence": {"type": "Join"}});
    customer.ask(json!({"action": "onMessage", "message": {"type": "Event", "events": [join]}})).await;
    for number in 0..5 {
        customer
            .ask(json!({"action": "onMessage", "message": {"type": "Text", "text": format!("m{number}")}}))
            .await;
    }
    let address = customer.ask(announce("a.txt", "text/plain", 5)).await;
    fetch(async || put(&address).body("hello").send().await).await;
    let carry = json!({"content": [{"contentType": "Attachment", "attachment": {"id": "a-1"}}]});
    let echo = customer.ask(json!({"action": "onMessage", "message": carry})).await;
    let url =
        echo["body"]["content"][0]["attachment"]["url"].as_str().expect("the file has an address").to_owned();
    let file = fetch(async || client().get(&url).send().await).await;
    assert_eq!(file.status(), 200);
    let jwt = customer.ask(json!({"action": "getJwt"})).await["body"]["jwt"].as_str().unwrap().to_owned();
    let guest = customer.linked().await;
    simulator.faults().clear();
    let page = guest.page_with(&jwt, "?pageSize=100").await;
    let page = crate::customer::json(page).await;
    let said = texts(&page).into_iter().filter(|text| text.starts_with('m') || text == "?").count();
    assert_eq!(said, applied(&simulator, Operation::Send), "what was applied is there, and nothing else");
    let joined = texts(&page).into_iter().filter(|text| text == "Join").count();
    assert_eq!(joined, applied(&simulator, Operation::Join));
    simulator
        .log()
        .iter()
        .filter(|entry| entry.fault.is_some())
        .map(|entry| (entry.operation, entry.effect))
        .collect()
}

#[tokio::test]
async fn before_and_after_every_step() {
    let mut befallen = Vec::new();
    for seed in 0..12 {
        befallen.extend(flow(seed).await);
    }
    for operation in [
        Operation::Configuration,
        Operation::Upgrade,
        Operation::RequestChat,
        Operation::Resume,
        Operation::Join,
        Operation::Send,
        Operation::Presign,
        Operation::FileUpload,
        Operation::FileDownload,
        Operation::Token,
    ] {
        for effect in [false, true] {
            assert!(
                befallen.contains(&(Some(operation), effect)),
                "{operation}, effect {effect}, in none of the seeds"
            );
        }
    }
    assert_eq!(flow(3).await, flow(3).await, "a seed says it all");
}
