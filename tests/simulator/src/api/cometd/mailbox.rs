//! What waits for a client, with or without the acknowledge extension.

use std::collections::VecDeque;

use serde_json::Value;

#[derive(Debug, Default)]
pub(super) struct Mailbox {
    waiting: VecDeque<Value>,
    sent: Option<Sent>,
}

/// With acknowledgements: what was sent in numbered batches and has not been acknowledged.
#[derive(Debug)]
struct Sent {
    batch: i64,
    messages: VecDeque<(i64, Value)>,
}

impl Mailbox {
    pub(super) fn new(acknowledged: bool) -> Self {
        let sent = acknowledged.then(|| Sent { batch: 1, messages: VecDeque::new() });
        Self { waiting: VecDeque::new(), sent }
    }

    /// Whether it waits for acknowledgements.
    pub(super) fn is_acknowledged(&self) -> bool {
        self.sent.is_some()
    }

    pub(super) fn put(&mut self, message: Value) {
        self.waiting.push_back(message);
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len() + self.sent.as_ref().map_or(0, |sent| sent.messages.len())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The client has had this batch and all before it.
    pub(super) fn acknowledge(&mut self, batch: i64) {
        if let Some(sent) = &mut self.sent {
            while sent.messages.pop_front_if(|(number, _)| *number <= batch).is_some() {}
        }
    }

    /// Takes what is to be sent: all that waits or, with acknowledgements, all that was not acknowledged, and
    /// the number of the batch.
    pub(super) fn take(&mut self) -> (Vec<Value>, Option<i64>) {
        let Some(sent) = &mut self.sent else { return (self.waiting.drain(..).collect(), None) };
        let number = sent.batch;
        sent.batch += 1;
        sent.messages.extend(self.waiting.drain(..).map(|message| (number, message)));
        (sent.messages.iter().map(|(_, message)| message.clone()).collect(), Some(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_messages_are_sent_once() {
        let mut mailbox = Mailbox::new(false);
        mailbox.put(1.into());
        assert_eq!(mailbox.take(), (vec![1.into()], None));
        mailbox.acknowledge(9);
        assert_eq!(mailbox.take(), (vec![], None));
    }

    #[test]
    fn unacknowledged_messages_are_sent_again() {
        let mut mailbox = Mailbox::new(true);
        assert_eq!(mailbox.take(), (vec![], Some(1)));
        mailbox.put(1.into());
        assert_eq!(mailbox.take(), (vec![1.into()], Some(2)));
        mailbox.put(2.into());
        mailbox.acknowledge(1);
        assert_eq!(mailbox.take(), (vec![1.into(), 2.into()], Some(3)));
        mailbox.acknowledge(2);
        assert_eq!(mailbox.len(), 1);
        mailbox.acknowledge(3);
        assert!(mailbox.is_empty());
    }
}
