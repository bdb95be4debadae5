//! A server that does nothing but answer, at once and always the same: what is measured against it is the client. It knows as much of
//! GMS over REST as a chat in which nobody says anything needs.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::{convert::Infallible, net::SocketAddr};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
};

/// The answer to a start.
const STARTED: &str = r#"{"statusCode":0,"chatId":"0001","secureKey":"c2VjdXJl","userId":"1","alias":"1","chatEnded":false,"messages":[],"nextPosition":1}"#;
/// The answer to a look at the transcript.
const TRANSCRIPT: &str = r#"{"statusCode":0,"chatEnded":false,"nextPosition":2,"messages":[{"index":1,"type":"ParticipantJoined","from":{"nickname":"Mia","participantId":1,"type":"Client"},"utcTime":1700000000000}]}"#;
/// The answer to all else.
const DONE: &str = r#"{"statusCode":0,"chatEnded":false,"messages":[],"nextPosition":2}"#;

/// A server on a thread of its own.
pub struct Answerer {
    address: SocketAddr,
    _thread: Runtime,
}

impl Answerer {
    /// Starts it.
    pub fn start() -> Self {
        let thread = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = thread.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        thread.spawn(serve(listener));
        Self { address, _thread: thread }
    }

    /// The configuration of a chat on it.
    pub fn config(&self) -> Value {
        json!({"dataURL": format!("http://{}/genesys/2/chat/answers", self.address)})
    }
}

async fn serve(listener: TcpListener) {
    loop {
        let (connection, _) = listener.accept().await.unwrap();
        connection.set_nodelay(true).unwrap();
        // Who asks closes the connection when it likes.
        tokio::spawn(async move {
            drop(http1::Builder::new().serve_connection(TokioIo::new(connection), service_fn(answer)).await);
        });
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let answer = match request.uri().path().rsplit('/').next() {
        Some("refresh") => TRANSCRIPT,
        Some("send" | "disconnect") => DONE,
        _ => STARTED,
    };
    drop(request.into_body().collect().await);
    let mut response = Response::new(Full::new(Bytes::from_static(answer.as_bytes())));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
