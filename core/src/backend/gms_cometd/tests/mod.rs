//! GMS v2 over `CometD`: what requests carry (`encoding`), and chats with the simulated server, on both
//! carriers (`chats`), through losses (`losses`), and with files (`files`).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

mod chats;
mod encoding;
mod files;
mod losses;

use super::*;
use crate::{
    backend::gms::GmsSession,
    config::ProxyConfig,
    model::{JsonObject, Place, SessionData},
    transport::{Applied, Cursor, Reply, Start, Text, Verdict},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use tokio::{sync::mpsc, task::JoinHandle};
use url::Url;
use webchat_simulator::Simulator;
use webchat_simulator::api::cometd::{CometdInfo, CometdSettings, Echo};

fn gms_session() -> GmsSession {
    GmsSession {
        secure_key: "a+b/c==".into(),
        session_id: "0004aB1".into(),
        alias: "117".into(),
        user_id: "00755A0B1".into(),
    }
}

fn object(value: Value) -> JsonObject {
    serde_json::from_value(value).unwrap()
}

fn text(text: &str) -> Operation {
    Operation::Send(Text { text: text.into(), ..Text::default() })
}

fn nickname(nickname: &str) -> Operation {
    Operation::Start(Start { nickname: nickname.into(), ..Start::default() })
}

fn config(simulator: &Simulator, websocket: bool) -> Options {
    Options {
        comet_url: Url::parse(&simulator.cometd_url()).unwrap(),
        channel: simulator.cometd_channel(),
        api_url: Some(Url::parse(&simulator.cometd_file_url()).unwrap()),
        websocket,
        api_key: Some("the-key".into()),
        authorization: Some("Bearer token".into()),
        endpoint: None,
        file_upload_timeout: None,
        ajax_timeout: Duration::from_secs(3),
        asynchronous: false,
        page_size: 20,
    }
}

async fn simulator(settings: CometdSettings) -> Simulator {
    Simulator::builder().seed(7).cometd(settings).start().await.unwrap()
}

/// A transport with somebody who looks at what comes, as the service does: entries by their place, each once.
struct Customer {
    transport: Arc<GmsCometd>,
    session: Arc<SessionData>,
    incoming: mpsc::UnboundedReceiver<Incoming>,
    transcript: BTreeMap<u64, String>,
    ended: bool,
    pump: JoinHandle<()>,
}

impl Customer {
    fn new(config: Options) -> Self {
        let connection = Connection { proxy: ProxyConfig::None, ..Connection::default() };
        let transport = Arc::new(GmsCometd::new(config, &connection, &HttpPool::new()).unwrap());
        let mut stream = transport.incoming().unwrap();
        assert!(transport.incoming().is_none());
        let (sender, incoming) = mpsc::unbounded_channel();
        let pump = tokio::spawn(async move {
            while let Some(news) = stream.next().await {
                let _ = sender.send(news);
            }
        });
        let (transcript, session) = (BTreeMap::new(), Arc::new(GmsForm.none()));
        Self { transport, session, incoming, transcript, ended: false, pump }
    }

    /// A customer in a chat.
    async fn started(config: Options) -> Self {
        let mut customer = Self::new(config);
        customer.perform(nickname("Mia")).await.unwrap();
        customer.until(|customer| !customer.transcript.is_empty()).await;
        customer
    }

    /// Performs a request, and takes over what the reply has.
    async fn perform(&mut self, operation: Operation) -> Result<Reply, Failure> {
        let ends = matches!(operation, Operation::End);
        let begins = matches!(operation, Operation::Start(_) | Operation::Restore);
        let reply = self.request(operation).await;
        let has_session = |reply: &Reply| reply.verdict == Verdict::Done && reply.ended == Some(false);
        if ends || begins && !reply.as_ref().is_ok_and(has_session) {
            self.transport.release();
        }
        let reply = reply?;
        self.read(&reply);
        // What the server accepts may be shown only to who asks.
        if reply.verdict == Verdict::Accepted {
            let looked = self.request(Operation::Poll { from: self.place(), preview: None }).await?;
            self.read(&looked);
        }
        Ok(reply)
    }

    fn request(&self, operation: Operation) -> BoxFuture<Result<Reply, Failure>> {
        self.transport.perform(Request { session: self.session.clone(), operation })
    }

    fn read(&mut self, reply: &Reply) {
        if let Some(session) = reply.session.clone() {
            Arc::make_mut(&mut self.session).apply(session);
        }
        if reply.ended == Some(true) {
            self.ended = true;
            self.transport.release();
        }
        for received in &reply.messages {
            let message = &received.message;
            let text = message.text.as_deref().unwrap_or_default();
            let line = format!("{:?} {}: {text}", message.kind, message.from.name.as_str());
            self.transcript.insert(message.index.order().unwrap(), line);
        }
    }

    /// Takes the next thing that comes, and fetches what was missed.
    async fn next(&mut self) -> Incoming {
        let news = self.incoming.recv().await.unwrap();
        match &news {
            Incoming::Batch(reply) => self.read(reply),
            Incoming::Up { gap: true } => while self.catch_up().await.is_err() {},
            Incoming::Up { gap: false }
            | Incoming::Alive
            | Incoming::Down(_)
            | Incoming::Refused(_)
            | Incoming::Parted(_) => {}
        }
        news
    }

    async fn catch_up(&mut self) -> Result<Reply, Failure> {
        self.perform(Operation::Poll { from: self.place(), preview: None }).await
    }

    /// From where on messages are missing.
    fn place(&self) -> Cursor {
        let newest = self.transcript.keys().next_back().copied();
        Cursor { next: newest.map_or(1, |newest| newest + 1), after: newest.map(Place::from), resync: false }
    }

    /// Goes on until `done`.
    async fn until(&mut self, done: impl Fn(&Self) -> bool) {
        while !done(self) {
            self.next().await;
        }
    }

    /// Goes on until the transcript has an entry that ends with `text`.
    async fn hear(&mut self, text: &str) {
        self.until(|customer| customer.transcript.values().any(|line| line.ends_with(text))).await;
    }
}

impl Drop for Customer {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

/// Waits until `look` holds for what the server knows of its clients.
async fn wait_for(simulator: &Simulator, look: impl Fn(&CometdInfo) -> bool) {
    simulator.wait_for(|simulator| look(&simulator.cometd()).then_some(())).await;
}
