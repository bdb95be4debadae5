//! What is attached to a message (nexus-v3.md, 5.3).

use super::JsonObject;
use crate::private::debug_only;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

struct AsBytes<'a>(&'a [u8]);

impl Serialize for AsBytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// One attachment of a message: an image, with its bytes.
#[derive(Clone, Default, PartialEq)]
pub struct Content {
    /// What it is: `image`, or what else the server says.
    pub kind: Box<str>,
    /// Its media type, for example `image/png`.
    pub mime: Option<Box<str>>,
    /// Where it is.
    pub url: Option<Box<str>>,
    /// The image itself; in JSON, and in whatever else is text, as base64.
    pub data: Option<Bytes>,
    /// Why there is no `data` although it is an image: the message came without it.
    pub unavailable: Option<Box<str>>,
    /// An image whose bytes are still to be fetched.
    pub wanted: bool,
    /// What else the server said of it.
    pub other: JsonObject,
    /// The whole of it, where it is no object.
    pub plain: Option<Value>,
}

debug_only!(Content { kind, mime, wanted });

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(plain) = &self.plain {
            return plain.serialize(serializer);
        }
        let is_text = serializer.is_human_readable();
        let mut map = serializer.serialize_map(None)?;
        if !self.kind.is_empty() {
            map.serialize_entry("type", &self.kind)?;
        }
        for (key, value) in [("mime", &self.mime), ("url", &self.url), ("unavailable", &self.unavailable)] {
            if let Some(value) = value {
                map.serialize_entry(key, value)?;
            }
        }
        match &self.data {
            Some(data) if is_text => map.serialize_entry("data", &BASE64_STANDARD.encode(data))?,
            Some(data) => map.serialize_entry("data", &AsBytes(data))?,
            None => {}
        }
        for (key, value) in &self.other {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}
