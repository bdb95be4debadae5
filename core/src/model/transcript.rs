//! All visible messages of a chat.

use super::Received;
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::sync::Arc;

/// The messages of a chat in the server's order, whatever came when; prefiltered ones absent (`getTranscript`).
///
/// A snapshot: it does not change any more.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    /// The messages.
    pub received: Arc<Vec<Received>>,
    /// The oldest messages are missing: together they were larger than `maxTranscriptBytes`.
    pub truncated: bool,
}

impl Serialize for Transcript {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut transcript = serializer.serialize_struct("Transcript", 2 + usize::from(self.truncated))?;
        serialize_both(&self.received, &mut transcript)?;
        if self.truncated {
            transcript.serialize_field("truncated", &true)?;
        }
        transcript.end()
    }
}

/// Writes the parallel arrays `messages` and `originalMessages`.
pub(crate) fn serialize_both<S: SerializeStruct>(received: &[Received], to: &mut S) -> Result<(), S::Error> {
    struct Each<'a, T>(&'a [Received], fn(&'a Received) -> &'a T);
    impl<T: Serialize> Serialize for Each<'_, T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(self.0.iter().map(self.1))
        }
    }
    to.serialize_field("messages", &Each(received, |entry| &entry.message))?;
    to.serialize_field("originalMessages", &Each(received, |entry| &*entry.original))
}
