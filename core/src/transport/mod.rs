//! The neutral boundary between the service and the back ends: a [`Request`] says what is wanted, a [`Reply`] or a [`Failure`] what came of
//! it, [`Capabilities`] what a back end can do at all, [`Delivery`] how its messages come. Plain data; nothing here knows a protocol, a carrier or a rule.

mod capabilities;
mod delivery;
mod failure;
mod reply;
mod request;
mod session;

pub use crate::bounds::Excess;
pub use capabilities::Capabilities;
pub use delivery::{Arrival, Delivery, Places};
pub use failure::{Applied, Failure, FileFault, Late, News};
pub(crate) use reply::refusal_text;
pub use reply::{Body, Reply, ServerError, Verdict};
pub use request::{Cursor, Operation, Request, Start, Text};
pub use session::{NoSessions, SessionForm};

use futures_util::stream::BoxStream;
use std::{future::Future, pin::Pin};

/// A back end, for one chat. Cheap to make; connections belong to the runtime and are shared.
pub trait Transport: Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// How its messages come.
    fn delivery(&self) -> Delivery;

    /// The form of its session data.
    fn session_form(&self) -> &'static dyn SessionForm;

    /// Performs one request. Dropping the future abandons it. It ends by itself within the request's own time limit.
    fn perform(&self, request: Request) -> BoxFuture<Result<Reply, Failure>>;

    /// What comes without having been asked for, of a back end that pushes; nothing for others, and when it was taken before. It has to
    /// be polled all the time: requests move on with it.
    fn incoming(&self) -> Option<BoxStream<'static, Incoming>> {
        None
    }

    /// There is no session any more, and none on its way: what is kept up for one can go, until the next request.
    fn release(&self) {}
}

/// What a back end that pushes tells without having been asked.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// News of the chat, in the order in which the server sent them.
    Batch(Box<Reply>),
    /// The link is lost. Attempts to bring it up go on.
    Down(Failure),
    /// The server forbids to bring the link up again.
    Refused(Failure),
    /// The link does not come up again, and the session goes on at the server without it: what is stored of it is good for another time.
    Parted(Failure),
    /// The link is up; or up again, without having been told down if that went quickly.
    Up {
        /// Messages may have been lost since it was last up: the server has to be asked for them ([`Operation::Poll`]), which also makes
        /// it push again.
        gap: bool,
    },
    /// The link is up, as the server has just confirmed.
    Alive,
}

/// An owned future, as transports and stores return it.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send + 'static>>;
