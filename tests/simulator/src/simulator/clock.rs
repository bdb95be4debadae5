//! Time that passes at once.

use std::time::Duration;

use super::Simulator;
use crate::chat::EndCause;
use crate::error::Error;

/// The clock is moved no further at a time.
const FURTHEST: Duration = Duration::from_hours(366 * 24);

impl Simulator {
    /// What the clock of the chats shows, in milliseconds since 1970 UTC.
    pub fn utc_ms(&self) -> u64 {
        self.shared.utc_ms()
    }

    /// Moves the clock of the chats forward, by a year at most: idle timers, the script, held polls and `utcTime`. What is due by then happens, in
    /// order. Customers count as having gone on asking meanwhile, so that none is dropped for silence; faults take the time that they take.
    pub fn advance(&self, by: Duration) -> Result<(), Error> {
        if by > FURTHEST {
            return Err(Error::TooFar { furthest: FURTHEST });
        }
        self.shared.move_clock(by);
        Ok(())
    }

    /// Lets the running idle timer of a chat run out: the first call warns, a later one closes the chat.
    pub fn expire_idle(&self, chat_id: &str) -> Result<(), Error> {
        self.shared.change(|state, now| {
            let moment = state.chats.moment(now);
            let (chat, settings) = state.chats.get_running(chat_id)?;
            chat.check_api((!chat.api.protocol().ways().minds_silence).then_some("idle control"))?;
            chat.expire_idle(settings, moment);
            Ok(())
        })
    }

    /// Drops the customer of a chat as if it had been silent for too long.
    pub fn expire_client(&self, chat_id: &str) -> Result<(), Error> {
        self.shared.change(|state, now| {
            state.chats.get_running(chat_id)?;
            state.chats.drop_client(chat_id, EndCause::Silence, now);
            Ok(())
        })
    }
}
