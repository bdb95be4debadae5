//! The request that ends a session, where its answer is lost: ending twice does no harm, and a chat that nobody ends stays open at the
//! server, while the keys to it are forgotten.
//!
//! Whether to ask again, and what the second answer says, is decided here for every back end. Over HTTP [`end`] does the asking; a chat
//! whose answers are pushed asks when its turn comes (`gms_cometd/engine/course`).

use crate::transport::{Applied, Failure, Reply, SessionForm, Verdict};

/// Ends a session by `first`, and by `again` where the answer to that is lost.
pub(super) async fn end(
    form: &dyn SessionForm,
    first: impl Future<Output = Result<Reply, Failure>>,
    again: impl Future<Output = Result<Reply, Failure>>,
) -> Result<Reply, Failure> {
    match first.await {
        Err(failure) if is_lost(&failure) => said_again(form, again.await),
        answered => answered,
    }
}

/// Whether the server may have ended the session without having been heard, by what is in between as well.
pub(super) fn is_lost(failure: &Failure) -> bool {
    failure.applied == Applied::Unknown && matches!(failure.status, 0 | 408 | 502 | 504)
}

/// What came of an end that was said twice, by what came of the second: a session that is over already was ended by the first.
pub(super) fn said_again(form: &dyn SessionForm, second: Result<Reply, Failure>) -> Result<Reply, Failure> {
    let by_the_first = match &second {
        Ok(reply) => reply.verdict == Verdict::Refused && reply.ended == Some(true),
        Err(failure) => failure.ended || failure.status == 404,
    };
    if !by_the_first {
        return second;
    }
    Ok(Reply { ended: Some(true), body: form.success(true), ..Reply::default() })
}
