//! Paths and addresses that swallow what is sent.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

use super::{
    names::Names,
    test_server::{Scripted, TestServer, Then, answer, held, json},
    tests::direct,
    *,
};
use crate::transport::BoxFuture;
use axum::{Router, routing::any};
use reqwest::{Method, Url};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::{
    io::{copy, split},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// For requests that are not answered.
const SHORT: Option<Duration> = Some(Duration::from_millis(200));
/// For those that are.
const LONG: Option<Duration> = Some(Duration::from_secs(20));

fn get(url: &str) -> HttpRequest {
    let get = HttpRequest::new(Method::GET, Url::parse(url).unwrap(), RequestBody::None);
    HttpRequest { reuse: Reuse::Repeated, ..get }
}

/// A path whose connections can be made to swallow everything, but for those that are made later.
struct Deaf {
    address: SocketAddr,
    silenced: watch::Sender<usize>,
    connections: watch::Receiver<usize>,
    _task: JoinSet<()>,
}

impl Deaf {
    async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (silenced, hears) = watch::channel(0);
        let (count, connections) = watch::channel(0);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                count.send_modify(|count| *count += 1);
                let (number, mut hears) = (*count.borrow(), hears.clone());
                open.spawn(async move {
                    let server = TcpStream::connect(server).await.unwrap();
                    let ((mut from, mut to), (mut back, mut answer)) = (split(client), split(server));
                    let deafened = async { hears.wait_for(|deaf| number <= *deaf).await.map(drop) };
                    tokio::select! {
                        _ = copy(&mut from, &mut answer) => {}
                        _ = copy(&mut back, &mut to) => {}
                        _ = deafened => std::future::pending().await,
                    }
                });
            }
        });
        Self { address, silenced, connections, _task: task }
    }

    fn deafen(&self) {
        self.silenced.send_replace(*self.connections.borrow());
    }

    fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

#[tokio::test]
async fn after_an_unanswered_request_no_kept_connection_is_used() {
    let ((first, one), (second, other)) = (held(json("{}")), held(json("{}")));
    let mut server = TestServer::start([first, second, json("{}")]).await;
    let path = Deaf::to(server.address).await;
    let chat = HttpChat::new(&HttpPool::new(), &direct(), &[]).unwrap();
    let request = get(&path.origin());
    let both = async {
        server.seen().await;
        server.seen().await;
        one.notify_one();
        other.notify_one();
    };
    let (first, second, ()) =
        tokio::join!(chat.exchange(&request, LONG), chat.exchange(&request, LONG), both);
    assert!(first.is_ok() && second.is_ok());
    path.deafen();
    assert_eq!(chat.exchange(&request, SHORT).await.unwrap_err().kind, ErrorKind::Timeout);
    chat.exchange(&request, LONG).await.unwrap();
    assert_eq!(server.connections(), 3, "the second kept connection is as silent as the first");
}

#[tokio::test]
async fn a_silent_http2_connection_gives_way_to_a_new_one() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server =
        tokio::spawn(async { axum::serve(listener, Router::new().fallback(any(|| async { "{}" }))).await });
    let path = Deaf::to(address).await;
    let connection = Connection { http2_prior_knowledge: true, ..direct() };
    let chat = HttpChat::new(&HttpPool::new(), &connection, &[]).unwrap();
    let request = get(&path.origin());
    chat.exchange(&request, LONG).await.unwrap();
    path.deafen();
    assert_eq!(chat.exchange(&request, SHORT).await.unwrap_err().kind, ErrorKind::Timeout);
    chat.exchange(&request, LONG).await.unwrap();
    assert_eq!(*path.connections.borrow(), 2);
    server.abort();
}

#[tokio::test]
async fn a_server_that_is_slow_with_one_request_keeps_its_connections() {
    let ((slow, _gate), mut script) = (held(json("{}")), vec![json("{}"); 3]);
    script.insert(0, slow);
    let mut server = TestServer::start(script).await;
    let chat = HttpChat::new(&HttpPool::new(), &direct(), &[]).unwrap();
    let request = get(&server.origin());
    let slow = chat.exchange(&request, SHORT);
    let others = async {
        server.seen().await;
        chat.exchange(&request, LONG).await.unwrap();
    };
    let (slow, ()) = tokio::join!(slow, others);
    assert_eq!(slow.unwrap_err().kind, ErrorKind::Timeout);
    chat.exchange(&request, LONG).await.unwrap();
    assert_eq!(server.connections(), 2, "the other connection is still used");
}

/// Two addresses of this machine on one port: one that takes no connection and refuses none, because its queue is full, and a server's.
struct TwoAddresses {
    server: TestServer,
    _silent: TcpListener,
    _queue: Vec<BoxFuture<std::io::Result<TcpStream>>>,
}

const SILENT: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 7);

impl TwoAddresses {
    async fn new(script: Vec<Scripted>) -> Self {
        loop {
            let server = TestServer::start(script.clone()).await;
            let silent = TcpSocket::new_v4().unwrap();
            if silent.bind((SILENT, server.address.port()).into()).is_err() {
                // Somebody has this port at that address.
                continue;
            }
            let listener = silent.listen(1).unwrap();
            let address = listener.local_addr().unwrap();
            let mut queue: Vec<BoxFuture<_>> = Vec::new();
            for _ in 0..8 {
                let mut connecting: BoxFuture<_> = Box::pin(TcpStream::connect(address));
                let _ = futures_util::poll!(&mut connecting);
                queue.push(connecting);
            }
            return Self { server, _silent: listener, _queue: queue };
        }
    }

    fn url(&self) -> String {
        format!("http://two.test:{}", self.server.address.port())
    }
}

/// A pool for which every name has both addresses, the silent one first.
fn pool() -> HttpPool {
    HttpPool::with(Names::new(|_| Ok(vec![(SILENT, 0).into(), (Ipv4Addr::LOCALHOST, 0).into()])))
}

#[tokio::test]
async fn a_silent_address_before_a_good_one_costs_a_quarter_of_a_second_once() {
    let mut two = TwoAddresses::new(vec![Scripted { then: Then::Close, ..json("{}") }, json("{}")]).await;
    let chat = HttpChat::new(&pool(), &direct(), &[]).unwrap();
    let began = Instant::now();
    chat.exchange(&get(&two.url()), LONG).await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(250), "the silent one is asked first");
    chat.exchange(&get(&two.url()), LONG).await.unwrap();
    // The connection that found out carries no request.
    assert_eq!((two.server.connections(), two.server.unseen()), (3, 2));
}

#[tokio::test]
async fn a_connection_to_be_upgraded_finds_the_good_address_as_well() {
    let switch = answer("101 Switching Protocols", "Connection: upgrade\r\nUpgrade: websocket\r\n", "");
    let two = TwoAddresses::new(vec![switch]).await;
    let pool = pool();
    let chat = HttpChat::new(&pool, &direct(), &[]).unwrap();
    let upgrader = Upgrader::new(&pool, &direct()).unwrap();
    let mut request = get(&two.url());
    request.headers.insert("connection", "upgrade".parse().unwrap());
    request.headers.insert("upgrade", "websocket".parse().unwrap());
    tokio::time::timeout(LONG.unwrap(), chat.upgrade(&upgrader, &request, None)).await.unwrap().unwrap();
}

#[tokio::test]
async fn attempts_begin_one_after_the_other_and_the_address_that_failed_lately_comes_last() {
    let open = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = open.local_addr().unwrap().port();
    let names =
        Names::new(|_| Ok(vec![(Ipv4Addr::LOCALHOST, 0).into(), (Ipv4Addr::new(127, 0, 0, 8), 0).into()]));
    let url = Url::parse(&format!("http://two.test:{port}")).unwrap();
    let order = async || {
        let name = "two.test".parse().unwrap();
        let found = names::towards(&url, None, async { names.addresses(&name, |_| true).await }).await;
        found.unwrap().map(|address| address.ip().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(order().await, ["127.0.0.1", "127.0.0.8"]);
    names.failed(&url);
    drop(open);
    let _other = TcpListener::bind(("127.0.0.8", port)).await.unwrap();
    assert_eq!(order().await, ["127.0.0.8", "127.0.0.1"]);
}
