//! The server's hand on an open WebSocket.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// What is to go out over a socket.
#[derive(Debug)]
pub(super) enum Post {
    /// Whatever waits for a client of it.
    News(String),
    /// These messages.
    Messages(Vec<Value>),
}

/// An open WebSocket.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: u64,
    posts: mpsc::UnboundedSender<Post>,
    pub(super) cut: CancellationToken,
    /// The code to close with; 0: the connection is just gone.
    code: AtomicU32,
    /// How many more messages are sent before it is cut.
    left: AtomicU64,
}

impl Line {
    pub(super) fn new(id: u64, posts: mpsc::UnboundedSender<Post>) -> Self {
        let (cut, code, left) = (CancellationToken::new(), AtomicU32::new(0), AtomicU64::new(u64::MAX));
        Self { id, posts, cut, code, left }
    }

    /// A line that is gone takes no post.
    pub(super) fn post(&self, post: Post) {
        self.posts.send(post).unwrap_or_default();
    }

    /// Cuts it after this many messages more; 0 is now. With a code there is a close frame.
    pub(super) fn cut_after(&self, messages: u64, code: Option<u16>) {
        self.code.store(u32::from(code.unwrap_or_default()), Ordering::Relaxed);
        self.left.store(messages, Ordering::Relaxed);
        if messages == 0 {
            self.cut.cancel();
        }
    }

    /// So many messages have been sent.
    pub(super) fn sent(&self, messages: u64) {
        let left = self.left.load(Ordering::Relaxed);
        if left == u64::MAX {
            return;
        }
        self.left.store(left.saturating_sub(messages), Ordering::Relaxed);
        if left <= messages {
            self.cut.cancel();
        }
    }

    /// The code to close with, if there is to be a close frame.
    pub(super) fn code(&self) -> Option<u16> {
        u16::try_from(self.code.load(Ordering::Relaxed)).ok().filter(|code| *code > 0)
    }
}
