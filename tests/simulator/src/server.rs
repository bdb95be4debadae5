//! The listening socket and its connections. Unlike a plain web server this one can close a connection
//! without an answer, and can stop listening for a while on an address it keeps.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::body::read_first;
use crate::control;
use crate::error::Error;
use crate::faults::Hangup;

/// Orders to the server, each with a place for the answer.
#[derive(Debug)]
pub(crate) enum Order {
    /// Close all connections and refuse new ones.
    Down(oneshot::Sender<()>),
    /// Listen again.
    Up(oneshot::Sender<io::Result<()>>),
    /// Close everything for good.
    Stop(oneshot::Sender<()>),
}

/// Hand of a running server.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    orders: mpsc::UnboundedSender<Order>,
}

/// A server whose address is taken, and which listens, but serves nobody yet.
pub(crate) struct Bound {
    listener: TcpListener,
    received: mpsc::UnboundedReceiver<Order>,
    address: SocketAddr,
}

impl Bound {
    /// Serves until told to stop.
    pub(crate) fn serve(self, router: Router, stop: CancellationToken) {
        let Self { listener, received, address } = self;
        let server = Running { address, router, connections: JoinSet::new(), uptime: Uptime::default() };
        tokio::spawn(server.run(listener, received, stop));
    }
}

impl Server {
    /// Port 0 takes a free one.
    pub(crate) fn bind(address: SocketAddr) -> Result<(Self, Bound), Error> {
        let failed = |source| Error::Listen { address, source };
        let listener = reserve(address).and_then(|socket| socket.listen(BACKLOG)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (orders, received) = mpsc::unbounded_channel();
        Ok((Self { address, orders }, Bound { listener, received, address }))
    }

    pub(crate) async fn down(&self) -> Result<(), Error> {
        let (done, answer) = oneshot::channel();
        self.orders.send(Order::Down(done)).map_err(|_| Error::ShutDown)?;
        answer.await.map_err(|_| Error::ShutDown)
    }

    pub(crate) async fn up(&self) -> Result<(), Error> {
        let (done, answer) = oneshot::channel();
        self.orders.send(Order::Up(done)).map_err(|_| Error::ShutDown)?;
        let listens = answer.await.map_err(|_| Error::ShutDown)?;
        listens.map_err(|source| Error::Listen { address: self.address, source })
    }

    pub(crate) async fn stop(&self) {
        let (done, answer) = oneshot::channel();
        if self.orders.send(Order::Stop(done)).is_ok() {
            // A server that is gone already has nothing to say.
            answer.await.unwrap_or_default();
        }
    }
}

const BACKLOG: u32 = 1024;

/// Takes the address without listening on it: connections are refused, and nobody else can take it.
fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

enum Ear {
    Open(TcpListener),
    Shut(TcpSocket),
    Lost,
}

/// The time from coming up to going down, as connections know it that have become something else than HTTP.
#[derive(Debug, Clone, Default)]
pub(crate) struct Uptime {
    /// Closes the connections.
    pub(crate) over: CancellationToken,
    /// Those that are no longer HTTP, or are about to be.
    pub(crate) sockets: TaskTracker,
}

struct Running {
    address: SocketAddr,
    router: Router,
    connections: JoinSet<()>,
    uptime: Uptime,
}

impl Running {
    async fn run(
        mut self,
        listener: TcpListener,
        mut orders: mpsc::UnboundedReceiver<Order>,
        stop: CancellationToken,
    ) {
        let mut ear = Ear::Open(listener);
        loop {
            let accepted = async {
                match &ear {
                    Ear::Open(listener) => listener.accept().await,
                    Ear::Shut(_) | Ear::Lost => std::future::pending().await,
                }
            };
            tokio::select! {
                // A caller that connects and at once orders must be served in that order.
                biased;
                () = stop.cancelled() => break,
                Some(_) = self.connections.join_next() => {}
                order = orders.recv() => match order {
                    Some(Order::Down(done)) => {
                        ear = self.go_down(ear).await;
                        done.send(()).unwrap_or_default();
                    }
                    Some(Order::Up(done)) => {
                        let outcome;
                        (ear, outcome) = go_up(self.address, ear);
                        done.send(outcome).unwrap_or_default();
                    }
                    Some(Order::Stop(done)) => {
                        drop(ear);
                        self.close_connections().await;
                        done.send(()).unwrap_or_default();
                        return;
                    }
                    None => break,
                },
                Ok((stream, _)) = accepted => self.accept(stream),
            }
        }
        drop(ear);
        self.close_connections().await;
    }

    fn accept(&mut self, stream: TcpStream) {
        // Without this a reply that is written in two pieces waits for the peer's delayed acknowledgement.
        stream.set_nodelay(true).unwrap_or_default();
        self.connections.spawn(converse(stream, self.router.clone(), self.uptime.clone()));
    }

    async fn go_down(&mut self, ear: Ear) -> Ear {
        let ear = match ear {
            Ear::Open(listener) => {
                drop(listener);
                reserve(self.address).map_or(Ear::Lost, Ear::Shut)
            }
            shut => shut,
        };
        self.close_connections().await;
        ear
    }

    async fn close_connections(&mut self) {
        self.uptime.over.cancel();
        while self.connections.join_next().await.is_some() {}
        self.uptime.sockets.close();
        self.uptime.sockets.wait().await;
        self.uptime = Uptime::default();
    }
}

fn go_up(address: SocketAddr, ear: Ear) -> (Ear, io::Result<()>) {
    let socket = match ear {
        Ear::Open(listener) => return (Ear::Open(listener), Ok(())),
        Ear::Shut(socket) => Ok(socket),
        Ear::Lost => reserve(address),
    };
    match socket.and_then(|socket| socket.listen(BACKLOG)) {
        Ok(listener) => (Ear::Open(listener), Ok(())),
        Err(error) => (Ear::Lost, Err(error)),
    }
}

/// Serves one connection, HTTP/1.1 or HTTP/2 with prior knowledge, until either side has had enough.
async fn converse(stream: TcpStream, router: Router, uptime: Uptime) {
    let line = Line::default();
    let over = uptime.over.clone();
    let service = {
        let line = line.clone();
        hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(uptime.clone());
            answer(router.clone(), request, line.clone())
        })
    };
    let builder = auto::Builder::new(TokioExecutor::new());
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    let mut connection = Box::pin(connection);
    tokio::select! {
        // Losing a connection is the client's right and no error of the server.
        _ = &mut connection => {}
        () = line.hangup.cancelled() => {}
        () = over.cancelled() => if line.controls.load(Ordering::Relaxed) {
            // It may be the very request that closes the connections, and it wants its answer.
            connection.as_mut().graceful_shutdown();
            tokio::spawn(connection);
        }
    }
}

/// What the requests of a connection tell it.
#[derive(Debug, Clone, Default)]
struct Line {
    hangup: CancellationToken,
    /// The latest request was one of the control API.
    controls: Arc<AtomicBool>,
}

async fn answer(router: Router, request: Request, line: Line) -> Result<Response, Infallible> {
    line.controls.store(request.uri().path().starts_with(control::ROOT), Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let request = Request::from_parts(parts, read_first(body).await);
    let response = router.oneshot(request).await?;
    if response.extensions().get::<Hangup>().is_some() {
        line.hangup.cancel();
        std::future::pending::<()>().await;
    }
    Ok(response)
}
