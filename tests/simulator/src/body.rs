//! The reading of request bodies.

use axum::body::{Body, HttpBody};
use futures_util::stream::{self, StreamExt};

/// What is read of a body before the request is looked at, in bytes.
const READ_FIRST: usize = 64 * 1024;

/// Takes in the beginning of a body, all of a small one. An answer to a request whose body has not come yet costs its
/// connection, and nobody tells the client: its next request on it would be lost.
pub(crate) async fn read_first(body: Body) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let mut rest = body.into_data_stream().fuse();
    let (mut first, mut size) = (Vec::new(), 0);
    while size < READ_FIRST
        && let Some(part) = rest.next().await
    {
        size += part.as_ref().map_or(READ_FIRST, bytes::Bytes::len);
        first.push(part);
    }
    Body::from_stream(stream::iter(first).chain(rest))
}
