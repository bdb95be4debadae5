//! What is true of every chat, whatever befell it.

use super::{server::Ways, world::World};
use crate::{ErrorKind, command::Resolution};
use std::collections::BTreeMap;

impl World {
    /// The texts that listeners were told of, in order.
    pub(super) fn told(&self) -> Vec<String> {
        let payloads = self.script.payloads("messageReceived");
        let messages = payloads.iter().flat_map(|payload| payload["messages"].as_array().unwrap());
        let texts = messages.filter(|message| message["type"] == "Message");
        texts.map(|message| message["text"].as_str().unwrap().to_owned()).collect()
    }

    /// Whether listeners were told of all texts, each once and in order.
    #[track_caller]
    pub(super) fn tells_all(&self, ways: &Ways) {
        let (told, all) = (self.told(), self.server.texts());
        let at =
            told.iter().zip(&all).position(|(one, other)| one != other).unwrap_or(told.len().min(all.len()));
        let from = at.saturating_sub(2);
        let part = |texts: &[String]| texts.iter().skip(from).take(8).cloned().collect::<Vec<_>>();
        let all: Vec<_> = all.into_iter().map(str::to_owned).collect();
        assert!(
            told == all,
            "told {:?}, and there is {:?} from {from} on: {ways:?}",
            part(&told),
            part(&all)
        );
    }

    pub(super) fn count(&self, event: &str) -> usize {
        self.script.payloads(event).len()
    }

    /// Whether each message is there as its outcome says, all in their order.
    pub(super) fn check(&self) {
        let own: Vec<&str> = self
            .server
            .items
            .iter()
            .filter(|item| item.own && !item.text.is_empty())
            .map(|item| &*item.text)
            .collect();
        let mut wanted: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (id, text) in &self.sent {
            let (least, most) = wanted.entry(text).or_default();
            match self.script.outcome(*id) {
                Some(Ok(Resolution::Response(_))) => (*least, *most) = (*least + 1, *most + 1),
                Some(Err(error)) if error.kind() == ErrorKind::OutcomeUnknown => *most += 1,
                Some(Err(_)) => {}
                other => panic!("{text}: {other:?}"),
            }
        }
        for (text, (least, most)) in wanted {
            let count = own.iter().filter(|own| **own == text).count();
            assert!((least..=most).contains(&count), "{text} is there {count} times, not {least} to {most}");
        }
        self.check_files();
        let numbers: Vec<u64> =
            own.iter().filter_map(|text| text.strip_prefix("mine ")?.parse().ok()).collect();
        assert!(numbers.is_sorted(), "out of order: {numbers:?}");
    }

    /// Whether each file is there as its outcome says, and listeners were told of it once.
    fn check_files(&self) {
        let there: Vec<&str> = self.server.items.iter().filter_map(|item| item.file.as_deref()).collect();
        let payloads = self.script.payloads("messageReceived");
        let told: Vec<&str> = payloads
            .iter()
            .flat_map(|payload| payload["messages"].as_array().unwrap())
            .filter(|message| message["type"] == "FileUploaded")
            .map(|message| message["fileDetails"]["file-id"].as_str().unwrap())
            .collect();
        assert_eq!(told, there, "files are told once, in their order");
        let mut named = 0;
        for id in &self.files {
            match self.script.outcome(*id) {
                Some(Ok(Resolution::Response(body))) => {
                    let echo: serde_json::Value = serde_json::from_slice(&body.0).unwrap();
                    let file = echo["content"][0]["attachment"]["id"].as_str().unwrap();
                    assert_eq!(there.iter().filter(|there| **there == file).count(), 1, "{file}");
                    named += 1;
                }
                Some(Err(error)) if error.kind() == ErrorKind::OutcomeUnknown => named += 1,
                Some(Err(_)) => {}
                other => panic!("a file: {other:?}"),
            }
        }
        assert!(there.len() <= named, "{} files are there, and {named} may be", there.len());
    }
}
