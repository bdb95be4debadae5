//! nginx has too much to do, and says when to come again.

use crate::{every, lose_an_outcome};
use std::{fs, path::PathBuf, time::Duration};
use tempfile::TempDir;
use webchat_core::{
    ErrorKind, Retry,
    event::EventKind::{Disconnected, Reconnected},
};
use webchat_proxy::{Access, Customer, Front, Location, Nginx, Talk, in_time};
use webchat_simulator::api::cometd::Whom;
use webchat_simulator::{Carrier, Simulator};

const CARRIERS: [Carrier; 2] = [Carrier::LongPolling, Carrier::WebSocket];
/// What nginx asks for, in seconds.
const WAIT: u64 = 2;
/// nginx looks at the clock now and then, and requests that were on their way when it refused another come a little later.
const TOLERANCE: Duration = Duration::from_millis(100);

/// nginx with a switch.
struct Shop {
    nginx: Nginx,
    simulator: Simulator,
    sign: PathBuf,
    _folder: TempDir,
}

impl Shop {
    async fn open(status: u16) -> Option<Self> {
        let (folder, simulator) = (TempDir::new().unwrap(), Simulator::builder().start().await.unwrap());
        let sign = folder.path().join("closed");
        let front = Front::to([&simulator]).with_websockets().with_closing_time(&sign, status, WAIT);
        Some(Self { nginx: Nginx::start(front).await?, simulator, sign, _folder: folder })
    }

    fn close(&self) {
        fs::write(&self.sign, "").unwrap();
    }

    fn reopen(&self) {
        fs::remove_file(&self.sign).unwrap();
    }

    async fn until_turned_away(&self, times: usize, status: u16) {
        let is_turned_away = |access: &&Access| access.status == status;
        self.nginx
            .until("requests are turned away", |all| all.iter().filter(is_turned_away).count() >= times)
            .await;
    }
}

/// After each answer with `status` there was no request for as long as nginx had asked for. Two can be on their way at once, but none
/// beside one that asks for a WebSocket.
fn check_patience(accesses: &[Access], status: u16, wait: u64) {
    for (number, refusal) in accesses.iter().enumerate().filter(|(_, access)| access.status == status) {
        let from = if refusal.is_upgrade() { Duration::ZERO } else { refusal.ended() + TOLERANCE };
        let until = refusal.ended() + Duration::from_secs(wait);
        let is_early = |access: &&Access| access.began() >= from && access.began() + TOLERANCE < until;
        let early = accesses[number + 1..].iter().find(is_early);
        assert!(early.is_none(), "{early:#?} came too early after {refusal:#?}");
    }
}

/// Closed in the middle of a chat, until the customer is told.
async fn close_for_a_while(carrier: Carrier, status: u16) {
    let Some(shop) = Shop::open(status).await else { return };
    let mut talk = Talk::start(&shop.nginx, &shop.simulator, carrier).await;
    talk.go_on("before").await;
    shop.close();
    match carrier {
        Carrier::LongPolling => talk.agent_says("an answer to the poll, the last for now"),
        Carrier::WebSocket => drop(talk.simulator.cut_sockets(&Whom::all(), 0, None)),
    }
    talk.agent_says("are you there?");
    talk.customer.until("disconnected", |heard| heard.count(Disconnected) == 1).await;
    shop.until_turned_away(1, status).await;
    shop.reopen();
    talk.customer.until("reconnected", |heard| heard.count(Reconnected) == 1).await;
    talk.go_on("after").await;
    check_patience(&shop.nginx.accesses(), status, WAIT);
    let info = talk.info();
    assert_eq!((info.handshakes, info.clients.len()), (1, 1), "{info:?}");
    talk.finish().await;
}

#[tokio::test]
async fn closed_in_the_middle_of_a_chat() {
    every(CARRIERS, async |carrier| close_for_a_while(carrier, 503).await).await;
}

#[tokio::test]
async fn too_many_requests_in_the_middle_of_a_chat() {
    every(CARRIERS, async |carrier| close_for_a_while(carrier, 429).await).await;
}

/// A chat that is to start is told why it cannot, and when to try again.
#[tokio::test]
async fn closed_at_the_start() {
    every(CARRIERS, async |carrier| {
        let Some(shop) = Shop::open(503).await else { return };
        shop.close();
        let options = Talk::options(&shop.nginx, &shop.simulator, carrier);
        let Err(refused) = Customer::try_to_start(&options, "Mia").await else { panic!("it is closed") };
        assert_eq!(
            (refused.kind(), refused.retry()),
            (ErrorKind::Unavailable, Retry::After(Duration::from_secs(WAIT)))
        );
        shop.reopen();
        let customer = Customer::start(&options, "Mia").await;
        in_time("the chat ends", customer.chat.end_chat()).await.unwrap();
    })
    .await;
}

/// A message has arrived, but what came of it is lost, and nginx refuses the question: that does not refuse the message.
#[tokio::test]
async fn a_question_that_is_refused() {
    let Some(shop) = Shop::open(429).await else { return };
    let mut talk = Talk::start(&shop.nginx, &shop.simulator, Carrier::LongPolling).await;
    talk.go_on("before").await;
    let outcome = lose_an_outcome(&shop.simulator);
    let closing = async {
        outcome.await;
        shop.close();
        shop.until_turned_away(1, 429).await;
        shop.reopen();
    };
    talk.go_on_while("only once", 1, closing).await;
    talk.go_on("after").await;
    talk.finish().await;
}

/// A customer that makes more requests than nginx allows: what is turned away is sent again.
async fn outlast_a_limit(status: u16) {
    let (folder, simulator) = (TempDir::new().unwrap(), Simulator::builder().start().await.unwrap());
    let lifted = folder.path().join("lifted");
    let front = Front::to([&simulator])
        .with(Location::Http, "limit_req_zone $guest zone=guests:1m rate=4r/s")
        .with(Location::Server, "set $guest $binary_remote_addr")
        .with(Location::Server, format!("if (-f {}) {{ set $guest ''; }}", lifted.display()))
        .with(Location::Server, format!("limit_req_status {status}"))
        .with(Location::Server, format!("error_page {status} @busy"))
        .with(
            Location::Server,
            format!("location @busy {{ add_header Retry-After 1 always; return {status}; }}"),
        )
        .with(Location::Pass, "limit_req zone=guests burst=8 nodelay");
    let Some(nginx) = Nginx::start(front).await else { return };
    let mut talk = Talk::start(&nginx, &simulator, Carrier::LongPolling).await;
    let turned_away = || nginx.accesses().iter().filter(|access| access.status == status).count();
    let mut round = 0;
    while turned_away() == 0 {
        round += 1;
        talk.go_on(&format!("round {round}")).await;
    }
    talk.go_on("once more").await;
    fs::write(&lifted, "").unwrap();
    talk.go_on("after").await;
    assert!(turned_away() < 20, "{}", turned_away());
    let info = talk.info();
    assert_eq!((info.handshakes, info.clients.len()), (1, 1), "{info:?}");
    talk.finish().await;
}

#[tokio::test]
async fn a_limit_of_requests() {
    every([503, 429], outlast_a_limit).await;
}
