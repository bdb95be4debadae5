//! The acknowledgement extension: each connect says up to which batch messages have arrived, and after a lost connection the server
//! sends again what was not acknowledged. With it nothing is lost while the server keeps the session, and nothing comes twice.

use crate::carrier::bayeux::message::Message;
use serde_json::Value;
use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
};

/// What has arrived in a session.
#[derive(Debug)]
pub(super) struct Acks {
    /// The last batch that has arrived whole; nothing where the server does not acknowledge.
    batch: Option<i64>,
    /// What has arrived since, as fingerprints in order: it comes again if the connection is lost now.
    since: VecDeque<u64>,
    /// What comes again, after the connection was lost.
    again: VecDeque<u64>,
}

impl Acks {
    /// Reads what the reply to a handshake says: `ack` is true, or an object with `enabled`.
    pub(super) fn agreed(handshake: &Message) -> Self {
        let enabled = handshake.ack().is_some_and(|ack| *ack == true || ack["enabled"] == true);
        Self { batch: enabled.then_some(-1), since: VecDeque::new(), again: VecDeque::new() }
    }

    /// Whether messages survive the loss of a connection.
    pub(super) fn enabled(&self) -> bool {
        self.batch.is_some()
    }

    /// The batch to acknowledge with a connect.
    pub(super) fn batch(&self) -> Option<i64> {
        self.batch
    }

    /// Takes the reply to a connect, which ends a batch.
    pub(super) fn connected(&mut self, reply: &Message) {
        let Some(batch) = reply.ack().and_then(Value::as_i64).filter(|_| self.enabled()) else { return };
        self.batch = Some(batch);
        self.since.clear();
        self.again.clear();
    }

    /// The connection is lost.
    pub(super) fn lost(&mut self) {
        // What was still to come again stands behind what came again already.
        self.since.append(&mut self.again);
        self.again = std::mem::take(&mut self.since);
    }

    /// Takes a delivery; false, if it has been delivered before.
    pub(super) fn is_new(&mut self, channel: &str, data: &[u8]) -> bool {
        if !self.enabled() {
            return true;
        }
        let mut hasher = DefaultHasher::new();
        (channel, data).hash(&mut hasher);
        let fingerprint = hasher.finish();
        let repeated = self.again.front() == Some(&fingerprint);
        if repeated {
            self.again.pop_front();
        } else {
            self.again.clear();
        }
        self.since.push_back(fingerprint);
        !repeated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::bayeux::message;

    fn message(ack: &str) -> Message {
        message::read(&format!(r#"[{{"channel":"/a","ext":{{"ack":{ack}}}}}]"#).into()).unwrap().remove(0)
    }

    #[test]
    fn both_forms_of_agreement_are_understood() {
        for (ack, enabled) in
            [("true", true), (r#"{"enabled":true}"#, true), ("false", false), ("{}", false), ("null", false)]
        {
            assert_eq!(Acks::agreed(&message(ack)).enabled(), enabled, "{ack}");
        }
    }

    #[test]
    fn what_comes_again_after_a_loss_is_known() {
        let mut acks = Acks::agreed(&message("true"));
        assert_eq!(acks.batch(), Some(-1));
        assert!(acks.is_new("/a", b"1"));
        acks.connected(&message("4"));
        assert_eq!(acks.batch(), Some(4));
        assert!(acks.is_new("/a", b"2") && acks.is_new("/a", b"2") && acks.is_new("/a", b"3"));
        acks.lost();
        assert!(!acks.is_new("/a", b"2"));
        acks.lost();
        let new: Vec<bool> = ["2", "2", "3", "3"].map(|data| acks.is_new("/a", data.as_bytes())).into();
        assert_eq!(new, [false, false, false, true]);
        acks.connected(&message("5"));
        acks.lost();
        assert!(acks.is_new("/a", b"2"));
    }

    #[test]
    fn without_the_extension_everything_is_new() {
        let mut acks = Acks::agreed(&message("false"));
        acks.connected(&message("4"));
        assert_eq!(acks.batch(), None);
        acks.lost();
        assert!(acks.is_new("/a", b"1") && acks.is_new("/a", b"1"));
    }
}
