//! The server's hand on an open WebSocket.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_util::sync::CancellationToken;

use super::limits::Window;

/// What is to go out over a socket.
#[derive(Debug)]
pub(super) enum Post {
    /// A text frame, so much later. Messages of the conversation are befallen by faults of deliveries.
    Text { text: String, delay: Duration, is_message: bool },
    /// These frames as they are.
    Raw(Vec<Frame>),
    /// Nothing is read and nothing is written for this time, as over a dead path.
    Freeze(Duration),
    /// The end, with this code, behind all that went before.
    Close(u16),
}

impl Post {
    pub(super) fn now(text: String) -> Self {
        Self::Text { text, delay: Duration::ZERO, is_message: false }
    }
}

/// An open connection and what it has used of the limits.
#[derive(Debug)]
pub(super) struct Line {
    /// Scheme and host under which the client knows the server.
    pub(super) base: String,
    posts: mpsc::UnboundedSender<Post>,
    pub(super) cut: CancellationToken,
    /// How many more frames are sent before it is cut.
    left: AtomicU64,
    /// The session that it was configured with.
    pub(super) token: Option<String>,
    pub(super) requests: Window,
    pub(super) echoes: Window,
}

impl Line {
    pub(super) fn new(base: String, posts: mpsc::UnboundedSender<Post>) -> Self {
        Self {
            base,
            posts,
            cut: CancellationToken::new(),
            left: AtomicU64::new(u64::MAX),
            token: None,
            requests: Window::default(),
            echoes: Window::default(),
        }
    }

    /// A line that is gone takes no post.
    pub(super) fn post(&self, post: Post) {
        self.posts.send(post).unwrap_or_default();
    }

    /// Cuts it after this many frames more; 0 is now.
    pub(super) fn cut_after(&self, frames: u64) {
        self.left.store(frames, Ordering::Relaxed);
        if frames == 0 {
            self.cut.cancel();
        }
    }

    /// A frame has been sent; whether it was the last.
    pub(super) fn sent(&self) -> bool {
        let left = self.left.load(Ordering::Relaxed);
        if left == u64::MAX {
            return false;
        }
        self.left.store(left.saturating_sub(1), Ordering::Relaxed);
        left <= 1
    }
}
