//! Connections are cut again and again while both sides talk: nothing is lost, nothing comes twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use futures_util::future::join_all;
use std::sync::Arc;
use tokio::task::JoinSet;
use webchat_core::model::JsonObject;
use webchat_reference::{Bayeux, Carrier, Customer, Server, Trap};

/// How often the connections of all chats are cut. A message that is lost with one is repeated only when it can no longer arrive, after
/// twice `ajaxTimeout`; and sockets that are cut more often give way to long-polling.
const ROUNDS: usize = 1;
/// Chats at a time: fifty links are cut on each server.
const CHATS: usize = 10;

const EVERYWHERE: [(Bayeux, Carrier); 4] = [
    (Bayeux::Cometd, Carrier::LongPolling),
    (Bayeux::CometdWithAcks, Carrier::LongPolling),
    (Bayeux::Faye, Carrier::LongPolling),
    (Bayeux::Faye, Carrier::WebSocket),
];

/// What can happen.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// Connections are cut.
    Kill,
    /// They are cut when a message comes.
    Trap(Trap),
    /// They are cut, and the Bayeux sessions are gone.
    Amnesia,
}

const TROUBLES: [Trouble; 4] =
    [Trouble::Kill, Trouble::Trap(Trap::Lose), Trouble::Trap(Trap::Cut), Trouble::Amnesia];

/// A chat and what has been said in it.
struct Talk {
    customer: Arc<Customer>,
    said: Vec<String>,
    /// What the customer is saying.
    under_way: JoinSet<()>,
}

impl Talk {
    async fn start(server: &Server, (bayeux, carrier): (Bayeux, Carrier), number: usize) -> Self {
        let nickname = format!("{bayeux:?} {carrier:?} {number}");
        let customer = Customer::start(&server.options(carrier), &nickname).await;
        server.join(customer.id()).await;
        Self { customer: Arc::new(customer), said: Vec::new(), under_way: JoinSet::new() }
    }

    /// Both sides say something; the customer's message is on its way when this is settled.
    async fn go_on(&mut self, server: &Server, round: &str) {
        let (mine, agents) = (format!("{round} from the customer"), format!("{round} from the agent"));
        let (customer, text) = (self.customer.clone(), mine.clone());
        self.under_way.spawn(async move { customer.say(&text).await });
        server.say(self.customer.id(), &agents).await;
        self.said.extend([mine, agents]);
    }

    /// Settled when everything that was said has been heard, and every command has resolved.
    async fn catch_up(&mut self) {
        std::mem::take(&mut self.under_way).join_all().await;
        join_all(self.said.iter().map(|text| self.customer.until_told(text))).await;
    }

    /// What was published is the transcript, which has everything once.
    async fn check(mut self, server: &Server) {
        let name = self.customer.nickname();
        let transcript = server.transcript(self.customer.id()).await;
        let written: Vec<(u64, Option<String>)> =
            transcript.messages.into_iter().map(|entry| (entry.index, entry.text)).collect();
        let heard: Vec<(u64, Option<String>)> =
            self.customer.heard().lines.iter().map(|line| (line.index, line.text.clone())).collect();
        assert_eq!(heard, written, "{name}");
        let mut texts: Vec<String> = written.into_iter().filter_map(|(_, text)| text).collect();
        texts.sort();
        self.said.sort();
        assert_eq!(texts, self.said, "{name}");
        self.customer.chat.end_chat().await.unwrap();
    }
}

async fn survive(place: (Bayeux, Carrier), seed: u64) {
    let Some(server) = Server::start(place.0).await else { return };
    let mut talks = join_all((0..CHATS).map(|number| Talk::start(&server, place, number))).await;
    let mut random = fastrand::Rng::with_seed(seed);
    for round in 0..ROUNDS {
        let trouble = TROUBLES[random.usize(..TROUBLES.len())];
        if let Trouble::Trap(trap) = trouble {
            server.trap("sendMessage", trap).await;
        }
        for talk in &mut talks {
            talk.go_on(&server, &format!("{round}, before")).await;
        }
        if let Trouble::Kill | Trouble::Amnesia = trouble {
            server.kill().await;
        }
        if let Trouble::Amnesia = trouble {
            server.forget().await;
        }
        for talk in &mut talks {
            talk.go_on(&server, &format!("{round}, after")).await;
        }
        join_all(talks.iter_mut().map(Talk::catch_up)).await;
    }
    let counts = server.counts().await;
    assert_eq!(counts.cuts, ROUNDS as u64);
    assert!(counts.connections >= (ROUNDS * CHATS) as u64, "{counts:?}");
    join_all(talks.into_iter().map(|talk| talk.check(&server))).await;
}

#[tokio::test]
async fn it_survives_fifty_kills() {
    join_all(EVERYWHERE.into_iter().zip(1..).map(|(place, seed)| survive(place, seed))).await;
}

/// The sessions go, the connections stay.
#[tokio::test]
async fn it_survives_being_forgotten() {
    const TIMES: u64 = 2;
    join_all(EVERYWHERE.map(async |place| {
        let Some(server) = Server::start(place.0).await else { return };
        let mut talk = Talk::start(&server, place, 0).await;
        for round in 0..TIMES {
            talk.go_on(&server, &format!("{round}, before")).await;
            server.forget().await;
            talk.go_on(&server, &format!("{round}, after")).await;
            talk.catch_up().await;
        }
        talk.check(&server).await;
        assert_eq!(server.counts().await.handshakes, TIMES + 1, "{place:?}");
    }))
    .await;
}

/// What was missed is asked for, and the connection is cut before the answer: it is asked for again.
#[tokio::test]
async fn it_catches_up_though_catching_up_fails() {
    join_all(EVERYWHERE.map(async |place| {
        let Some(server) = Server::start(place.0).await else { return };
        let mut talk = Talk::start(&server, place, 0).await;
        for (round, trap) in [Trap::Lose, Trap::Cut].into_iter().enumerate() {
            talk.go_on(&server, &format!("{round}, before")).await;
            talk.catch_up().await;
            server.trap("requestNotifications", trap).await;
            server.kill().await;
            server.forget().await;
            talk.go_on(&server, &format!("{round}, after")).await;
            talk.catch_up().await;
        }
        assert_eq!(server.counts().await.cuts, 4, "{place:?}");
        talk.check(&server).await;
    }))
    .await;
}

/// What was missed is asked for; the server takes the request, and with the session its answer is gone. What it says later is no answer.
#[tokio::test]
async fn it_catches_up_though_an_answer_is_lost_with_the_session() {
    join_all(EVERYWHERE.map(async |place| {
        let Some(server) = Server::start(place.0).await else { return };
        let mut talk = Talk::start(&server, place, 0).await;
        talk.go_on(&server, "before").await;
        talk.catch_up().await;
        server.trap("requestNotifications", Trap::Withhold).await;
        server.kill().await;
        server.forget().await;
        server.say(talk.customer.id(), "missed").await;
        talk.said.push("missed".to_owned());
        server.sprung().await;
        server.kill().await;
        server.forget().await;
        talk.go_on(&server, "after").await;
        talk.catch_up().await;
        talk.check(&server).await;
    }))
    .await;
}

/// The same, and the connection is lost for longer than the answer is waited for. What the server said before is no answer either.
#[tokio::test]
async fn it_catches_up_though_an_answer_is_lost_with_the_connection() {
    join_all(EVERYWHERE.map(async |place| {
        let Some(server) = Server::start(place.0).await else { return };
        let mut talk = Talk::start(&server, place, 0).await;
        let id = talk.customer.id().to_owned();
        talk.go_on(&server, "before").await;
        talk.catch_up().await;
        server.trap("requestNotifications", Trap::Withhold).await;
        server.kill().await;
        server.forget().await;
        server.say(&id, "missed").await;
        server.sprung().await;
        server.say(&id, "news").await;
        server.down().await;
        // It has as much time as the request before it.
        talk.customer.chat.update_user_data(JsonObject::new()).await.unwrap_err();
        server.up().await;
        talk.said.extend(["missed".to_owned(), "news".to_owned()]);
        talk.go_on(&server, "after").await;
        talk.catch_up().await;
        talk.check(&server).await;
    }))
    .await;
}
