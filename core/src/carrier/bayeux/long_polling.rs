//! The long-polling carrier: each payload is posted, and the answer is a payload too.

use super::message::{self, Message};
use crate::{
    carrier::http::{self, HttpChat, HttpRequest, RequestBody, Reuse, Standing},
    transport::Failure,
};
use bytes::Bytes;
use reqwest::{Method, Url};
use tokio::sync::mpsc;

/// Posts `payload` and reads the messages of the answer. There is no time limit: who asks knows how long a server may take, and is told
/// by `connecting` while a connection is being made.
pub(super) async fn post(
    http: &HttpChat,
    url: Url,
    payload: Bytes,
    connecting: mpsc::UnboundedSender<bool>,
) -> Result<Vec<Message>, Failure> {
    let reuse = if is_harmless(&payload) { Reuse::Repeated } else { Reuse::Careful };
    let standing = if is_connect(&payload) { Standing::Held } else { Standing::Command };
    let request = HttpRequest::new(Method::POST, url, RequestBody::Json(payload));
    let request = HttpRequest { reuse, standing, connecting: Some(connecting), ..request };
    let answer = http.exchange(&request, None).await?;
    if !answer.status.is_success() {
        return Err(http::bad_status(&answer));
    }
    message::read(&answer.body).map_err(|why| http::bad_answer(&answer, &why.to_string()))
}

/// Whether `payload` does no harm when it arrives twice. A publish does, and so does a connect: what is pushed with the first answer would
/// be missed.
fn is_harmless(payload: &Bytes) -> bool {
    let harmless =
        |message: &Message| message.channel.starts_with("/meta/") && message.channel != "/meta/connect";
    message::read(payload).is_ok_and(|messages| messages.iter().all(harmless))
}

/// Whether the server may hold the answer to `payload` back.
fn is_connect(payload: &Bytes) -> bool {
    message::read(payload)
        .is_ok_and(|messages| messages.iter().any(|message| message.channel == message::CONNECT))
}
