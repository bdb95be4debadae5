//! Nexus v3 over REST.

use super::{BackEnd, BareChat, field, read, start};
use reqwest::Client;
use serde_json::{Value, json};
use std::sync::Arc;
use webchat_core::{
    Config,
    backend::nexus_rest::{self, NexusRest},
    carrier::http::HttpPool,
    transport::Transport,
};
use webchat_simulator::Simulator;

pub(super) const NEXUS_REST: BackEnd = BackEnd {
    by_hand: Some(|client, simulator| Box::pin(by_hand(client, simulator))),
    polled: Some(transport),
    ..BackEnd::without_peers("nexus-rest", config)
};

const KEY: &str = "bench";

fn config(simulator: &Simulator) -> Value {
    json!({"transport": {
        "type": "pureengage-v3-rest", "dataURL": simulator.nexus_url(), "endpoint": "bench", "headers": {"x-api-key": KEY}
    }})
}

fn transport(config: &Config) -> Arc<dyn Transport> {
    let options = config.options::<nexus_rest::Options>().unwrap();
    Arc::new(NexusRest::new(options.clone(), &config.connection, &HttpPool::new()).unwrap())
}

async fn by_hand(client: &Client, simulator: &Simulator) -> BareChat {
    let url = simulator.nexus_url();
    let form =
        "data%5Bendpoint%5D=bench&data%5Bnickname%5D=Mia&data%5BfirstName%5D=Mia&data%5BlastName%5D=Lund";
    let answer = read(start(client, &url, form).header("x-api-key", KEY)).await;
    let operation = "&operationId=7f0c1a52-6a63-4c8e-9c7d-3f4c5b1d2e3f";
    BareChat {
        url: format!("{url}/{}/messages", field(&answer, "/data/entity/id")),
        headers: vec![("x-api-key", KEY.into()), ("x-nexus-client-key", field(&answer, "/data/clientToken"))],
        form: format!("data%5Btype%5D=Text&data%5Btext%5D=hello{operation}"),
    }
}
