//! How long an answer is waited for. The time counts from when the request has left: making a connection has a limit of its own, and a
//! body that still moves is no silence. Once an answer has begun, what counts is how long nothing of it comes.

use super::{body::Delivery, lost::Fault};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout_at};

/// How often an answer may take the time that nothing of it may come.
const WHOLE: u32 = 10;

/// How long an answer is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// How long it may take to begin.
    answer: Option<Duration>,
    /// How long nothing of it may come then.
    standstill: Option<Duration>,
}

impl Patience {
    /// For an answer that the server may hold back for `answer`, and which is not to stand still for `standstill` then.
    pub(crate) fn held(answer: Duration, standstill: Duration) -> Self {
        Self { answer: Some(answer), standstill: Some(standstill) }
    }

    /// How long the answer may take to begin.
    pub(super) fn limit(self) -> Option<Duration> {
        self.answer
    }

    /// Awaits the head of an answer to the request whose body is `delivery`'s.
    pub(super) async fn answer<T>(
        self,
        delivery: &Arc<Delivery>,
        request: impl Future<Output = Result<T, reqwest::Error>>,
    ) -> Result<T, Fault> {
        let request = REQUEST.scope(delivery.clone(), request);
        let Some(limit) = self.answer else { return request.await.map_err(Fault::from) };
        tokio::select! {
            biased;
            outcome = request => outcome.map_err(Fault::from),
            () = delivery.stands_still(limit) => Err(Fault::TimedOut),
        }
    }

    /// What judges the rest of an answer that has just begun.
    pub(super) fn rest(self) -> Rest {
        let whole = self.standstill.and_then(|limit| Instant::now().checked_add(limit.saturating_mul(WHOLE)));
        Rest { standstill: self.standstill, whole }
    }
}

impl From<Option<Duration>> for Patience {
    fn from(limit: Option<Duration>) -> Self {
        Self { answer: limit, standstill: limit }
    }
}

impl From<Duration> for Patience {
    fn from(limit: Duration) -> Self {
        Some(limit).into()
    }
}

/// How long the rest of an answer is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest {
    standstill: Option<Duration>,
    whole: Option<Instant>,
}

impl Rest {
    /// Nothing may come for `pause`, and the whole may take any time.
    pub(crate) fn endless(pause: Duration) -> Self {
        Self { standstill: Some(pause), whole: None }
    }

    /// Awaits the next piece.
    pub(super) async fn next<T>(
        self,
        piece: impl Future<Output = Result<T, reqwest::Error>>,
    ) -> Result<T, Fault> {
        let pause = self.standstill.and_then(|limit| Instant::now().checked_add(limit));
        match pause.into_iter().chain(self.whole).min() {
            Some(until) => timeout_at(until, piece).await.map_err(|_| Fault::TimedOut)?,
            None => piece.await,
        }
        .map_err(Fault::from)
    }
}

/// What comes of `work`, if it is through within `limit`.
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, work).await.ok()
}

tokio::task_local! {
    /// What becomes of the request that the connection is made for.
    static REQUEST: Arc<Delivery>;
}

/// Tells requests while connections are made for them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Observed;

impl<S> tower_layer::Layer<S> for Observed {
    type Service = Observing<S>;

    fn layer(&self, connector: S) -> Observing<S> {
        Observing(connector)
    }
}

/// A connector that tells requests.
#[derive(Clone, Debug)]
pub(super) struct Observing<S>(S);

impl<S, R> tower_service::Service<R> for Observing<S>
where
    S: tower_service::Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = crate::transport::BoxFuture<Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, to: R) -> Self::Future {
        let under_way = REQUEST.try_with(|request| Connecting::begin(request.clone())).ok();
        let connection = self.0.call(to);
        Box::pin(async move {
            let _under_way = under_way;
            connection.await
        })
    }
}

/// A connection is being made for a request, until this is dropped.
struct Connecting(Arc<Delivery>);

impl Connecting {
    fn begin(request: Arc<Delivery>) -> Self {
        request.connects(true);
        Self(request)
    }
}

impl Drop for Connecting {
    fn drop(&mut self) {
        self.0.connects(false);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a broken test must fail loudly")]

    use super::{
        super::{
            HttpChat, HttpPool, HttpRequest, RequestBody,
            test_server::{TestServer, Then, raw},
        },
        *,
    };
    use crate::{
        ErrorKind,
        config::{Connection, ProxyConfig},
        transport::Applied,
    };
    use bytes::Bytes;
    use reqwest::{Method, Url};
    use std::future::{pending, ready};
    use tokio::time::{advance, sleep};

    const S: Duration = Duration::from_secs(1);

    async fn since(began: Instant, wait: impl Future) -> u64 {
        wait.await;
        began.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn silence_counts_from_when_the_request_has_left() {
        let (began, delivery) = (Instant::now(), Arc::new(Delivery::default()));
        assert_eq!(since(began, delivery.stands_still(S * 3)).await, 3, "on a kept connection");
        let connecting = Connecting::begin(delivery.clone());
        let moves = async {
            sleep(S * 6).await;
            drop(connecting);
            sleep(S * 2).await;
            // A piece of the body.
            delivery.connects(false);
            pending::<()>().await;
        };
        tokio::select! {
            waited = since(began, delivery.stands_still(S * 3)) => assert_eq!(waited, 3 + 6 + 2 + 3),
            () = moves => {}
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_moves_has_ten_times_as_long() {
        let (began, rest) = (Instant::now(), Patience::from(S * 3).rest());
        let piece = |after| async move {
            sleep(after).await;
            Ok(())
        };
        assert!(
            matches!(Patience::from(S * 3).rest().next(piece(S * 4)).await, Err(Fault::TimedOut)),
            "it stood still"
        );
        for _ in 0..13 {
            assert!(rest.next(piece(S * 2)).await.is_ok());
        }
        assert!(matches!(rest.next(piece(S * 2)).await, Err(Fault::TimedOut)));
        assert_eq!(began.elapsed(), S * 30);
        assert!(Patience::from(None).rest().next(ready(Ok(()))).await.is_ok());
    }

    #[tokio::test]
    async fn connecting_has_a_limit_of_its_own() {
        let mut proxy = TestServer::start([raw("", Then::Hang)]).await;
        let way = ProxyConfig::Url(format!("http://{}", proxy.address).into());
        let connection = Connection { proxy: way, connect_timeout: S * 20, ..Connection::default() };
        let chat = HttpChat::new(&HttpPool::new(), &connection, &[]).unwrap();
        let url = Url::parse("https://gms.test/").unwrap();
        let asked = HttpRequest::new(Method::POST, url, RequestBody::Form(Bytes::from_static(b"a=b")));
        let asking = tokio::spawn(async move { chat.exchange(&asked, S * 3).await });
        assert_eq!(proxy.seen().await.line(), "CONNECT gms.test:443 HTTP/1.1");
        tokio::time::pause();
        advance(S * 15).await;
        tokio::task::yield_now().await;
        assert!(!asking.is_finished(), "five times the limit of an answer has passed");
        let failure = asking.await.unwrap().unwrap_err();
        assert_eq!((failure.kind, failure.applied), (ErrorKind::Timeout, Applied::No));
        let expected = format!("the request could not be sent to the proxy {} within 20 s", proxy.address);
        assert_eq!(failure.cause, expected);
    }
}
