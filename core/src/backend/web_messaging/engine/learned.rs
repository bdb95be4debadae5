//! What a page of the history tells besides its entries: whose they are, whether the history names messages, whether the customer has joined.

use super::{Engine, saying::Join};
use crate::backend::web_messaging::wire::{Entry, Kind};

impl Engine {
    /// The number of the message that an entry of the history is.
    pub(super) fn number_of(&self, entry: &Entry) -> Option<u64> {
        if !entry.is_own {
            return None;
        }
        self.whose(None, entry).and_then(|sent| sent.number).or_else(|| self.entries.number(entry))
    }

    /// Learns from messages that are known by their echo whether the history names them, too. Until it has shown one, nothing is known.
    pub(super) fn learn_names(&mut self, entries: &[Entry]) {
        for entry in entries.iter().filter(|entry| entry.is_own && entry.kind == Kind::Said) {
            let Some(number) = self.entries.number(entry) else { continue };
            let named = self.whose(None, entry).and_then(|sent| sent.number) == Some(number);
            self.names_in_history = Some(named && self.names_in_history != Some(false));
        }
    }

    /// The customer's joining was on its way when the link was lost, or when the program ended: it has arrived if there is anything.
    pub(super) fn settle_join(&mut self, entries: &[Entry], epoch: u64) {
        let has_begun = entries.iter().any(|entry| entry.is_own || entry.kind != Kind::Other);
        let is_sure = epoch == self.epoch;
        let Some(session) = self.session.as_mut().filter(|session| session.join == Join::Unsure) else {
            return;
        };
        if has_begun {
            session.join = Join::Done;
            let riding = session.riding.as_ref().map(|(by, _)| by.clone());
            if let Some(by) = riding {
                self.arrived(&by);
            }
            self.tell_data();
        } else if is_sure {
            session.join = Join::Owed;
        }
        if self.in_doubt == Some(0) {
            self.in_doubt = None;
        }
    }
}
