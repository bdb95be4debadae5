//! What the application does for the library: its functions run on the callback thread, and the library awaits them.

use std::sync::Arc;
use tokio::sync::oneshot;
use webchat_core::{Error, ErrorKind, driver::Dispatcher, transport::BoxFuture};

/// Something of the application's at work on the callback thread.
pub(crate) struct OnDispatcher<T> {
    host: Arc<T>,
    dispatcher: Dispatcher,
}

impl<T: Send + Sync + 'static> OnDispatcher<T> {
    pub(crate) fn new(host: T, dispatcher: &Dispatcher) -> Arc<Self> {
        Arc::new(Self { host: Arc::new(host), dispatcher: dispatcher.clone() })
    }

    /// Has `work` run on the callback thread.
    pub(crate) fn run<U: Send + 'static>(
        &self,
        work: impl FnOnce(&T) -> Result<U, Error> + Send + 'static,
    ) -> BoxFuture<Result<U, Error>> {
        let (sender, receiver) = oneshot::channel();
        let host = self.host.clone();
        self.dispatcher.post(move || drop(sender.send(work(&host))));
        let lost = || Err(Error::new(ErrorKind::Internal, "a callback did not return"));
        Box::pin(async move { receiver.await.unwrap_or_else(|_| lost()) })
    }
}
