//! GMS v2 over REST.

use super::{BackEnd, BareChat, field, read, start};
use reqwest::Client;
use serde_json::json;
use webchat_core::backend::gms_rest;
use webchat_simulator::Simulator;

pub(super) const GMS_REST: BackEnd = BackEnd {
    by_hand: Some(|client, simulator| Box::pin(by_hand(client, simulator))),
    decoder: Some(|answer| gms_rest::decode(answer).unwrap().messages),
    ..BackEnd::without_peers("gms-rest", |simulator| json!({"dataURL": simulator.chat_url()}))
};

async fn by_hand(client: &Client, simulator: &Simulator) -> BareChat {
    let url = simulator.chat_url();
    let form = "nickname=&firstName=Mia&lastName=Lund&emailAddress=&subject=&text=";
    let answer = read(start(client, &url, form)).await;
    let key = field(&answer, "/secureKey").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let form = format!(
        "secureKey={key}&userId={}&alias={}&message=hello&messageType=text",
        field(&answer, "/userId"),
        field(&answer, "/alias")
    );
    BareChat { url: format!("{url}/{}/send", field(&answer, "/chatId")), headers: Vec::new(), form }
}
