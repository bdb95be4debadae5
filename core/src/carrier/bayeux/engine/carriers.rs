//! Which carrier to use. The WebSocket comes first; where it does not work, long-polling does.

use std::time::Duration;

/// What messages travel on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// One connection for everything, both ways.
    WebSocket,
    /// An HTTP request for each payload; the server holds a connect back until it has something to tell.
    LongPolling,
}

impl Carrier {
    /// Its name in the protocol.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::LongPolling => "long-polling",
        }
    }
}

/// A WebSocket that holds for less than this is no good.
const SHORT_LIFE: Duration = Duration::from_secs(10);
/// After as many short lives in a row, long-polling is tried: something on the way does not bear the WebSocket.
const SHORT_LIVES: u8 = 3;

/// What is known of the WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Not wanted, or the server does not offer it.
    Off,
    /// Nothing is known, or it works.
    Good,
    /// It failed; long-polling is next, and tells whether the WebSocket is to blame.
    Failed,
    /// It failed where long-polling works.
    Blocked,
}

/// Chooses.
#[derive(Debug)]
pub(super) struct Carriers {
    websocket: Standing,
    short_lives: u8,
    /// Long-polling comes first until the link is lost again.
    detour: bool,
}

impl Carriers {
    pub(super) fn new(websocket: bool) -> Self {
        let websocket = if websocket { Standing::Good } else { Standing::Off };
        Self { websocket, short_lives: 0, detour: false }
    }

    /// The one to try next.
    pub(super) fn choose(&self) -> Carrier {
        match self.websocket {
            Standing::Good if !self.detour => Carrier::WebSocket,
            Standing::Good | Standing::Off | Standing::Failed | Standing::Blocked => Carrier::LongPolling,
        }
    }

    /// What comes next does not fit the WebSocket.
    pub(super) fn detour(&mut self) {
        self.detour = true;
    }

    /// The names to offer in a handshake.
    pub(super) fn offered(&self) -> &'static [&'static str] {
        match self.websocket {
            Standing::Off => &["long-polling"],
            _ => &["websocket", "long-polling"],
        }
    }

    /// The server does not offer the WebSocket.
    pub(super) fn not_offered(&mut self) {
        self.websocket = Standing::Off;
    }

    /// `carrier` has carried the first connect.
    pub(super) fn worked(&mut self, carrier: Carrier) {
        if carrier == Carrier::LongPolling && self.websocket == Standing::Failed {
            self.websocket = Standing::Blocked;
        }
    }

    /// `carrier` could not be used, or did not bring the link up. True, if the other should be tried without a pause.
    pub(super) fn failed(&mut self, carrier: Carrier) -> bool {
        self.detour = false;
        match (carrier, self.websocket) {
            (_, Standing::Off) => false,
            (Carrier::WebSocket, _) => {
                self.websocket = Standing::Failed;
                true
            }
            (Carrier::LongPolling, _) => {
                // Neither works: the failure of the WebSocket said nothing about it.
                self.websocket = Standing::Good;
                self.short_lives = 0;
                false
            }
        }
    }

    /// `carrier` was lost after it had worked for `held`.
    pub(super) fn lost(&mut self, carrier: Carrier, held: Duration) {
        if carrier != Carrier::WebSocket {
            self.detour = false;
            return;
        }
        if self.detour {
            return;
        }
        self.short_lives = if held < SHORT_LIFE { self.short_lives + 1 } else { 0 };
        if self.short_lives >= SHORT_LIVES {
            self.short_lives = 0;
            self.failed(carrier);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Carrier::*, *};

    #[test]
    fn long_polling_stays_where_the_websocket_is_blocked() {
        let mut carriers = Carriers::new(true);
        assert_eq!((carriers.choose(), carriers.failed(WebSocket)), (WebSocket, true));
        assert_eq!(carriers.choose(), LongPolling);
        carriers.worked(LongPolling);
        carriers.lost(LongPolling, SHORT_LIFE);
        assert_eq!(carriers.choose(), LongPolling);
    }

    #[test]
    fn both_are_tried_in_turn_while_neither_works() {
        let mut carriers = Carriers::new(true);
        for _ in 0..3 {
            assert_eq!((carriers.choose(), carriers.failed(WebSocket)), (WebSocket, true));
            assert_eq!((carriers.choose(), carriers.failed(LongPolling)), (LongPolling, false));
        }
    }

    #[test]
    fn a_websocket_that_is_cut_again_and_again_is_given_up() {
        let mut carriers = Carriers::new(true);
        for lives in [1, 1, 60, 1, 1, 1] {
            assert_eq!(carriers.choose(), WebSocket);
            carriers.worked(WebSocket);
            carriers.lost(WebSocket, Duration::from_secs(lives));
        }
        assert_eq!(carriers.choose(), LongPolling);
    }

    #[test]
    fn without_the_websocket_there_is_only_long_polling() {
        let mut carriers = Carriers::new(false);
        assert!(!carriers.failed(LongPolling));
        assert_eq!((carriers.choose(), carriers.offered()), (LongPolling, ["long-polling"].as_slice()));
        let mut carriers = Carriers::new(true);
        carriers.not_offered();
        assert_eq!(carriers.choose(), LongPolling);
    }
}
