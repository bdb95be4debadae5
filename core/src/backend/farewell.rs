//! The request that ends a session, where its answer is lost: ending twice does no harm, and a chat that nobody ends stays open at the
//! server, while the keys to it are forgotten.

use crate::transport::{Applied, Failure, Reply, SessionForm, Verdict};

/// Ends a session by `first`, and by `again` where the answer to that is lost.
pub(super) async fn end(
    form: &dyn SessionForm,
    first: impl Future<Output = Result<Reply, Failure>>,
    again: impl Future<Output = Result<Reply, Failure>>,
) -> Result<Reply, Failure> {
    match first.await {
        Err(failure) if is_lost(&failure) => {}
        answered => return answered,
    }
    let over = || Reply { ended: Some(true), body: form.success(true), ..Reply::default() };
    match again.await {
        // It is over already: by the first.
        Ok(reply) if reply.verdict == Verdict::Refused && reply.ended == Some(true) => Ok(over()),
        Err(failure) if failure.ended || failure.status == 404 => Ok(over()),
        answered => answered,
    }
}

/// Whether the server may have ended the session without having been heard, by what is in between as well.
fn is_lost(failure: &Failure) -> bool {
    failure.applied == Applied::Unknown && matches!(failure.status, 0 | 408 | 502 | 504)
}
