//! What is attached to a message (nexus-v3.md, 5.3).

use super::JsonObject;
use crate::private::debug_only;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

/// One attachment of a message: an image, with its bytes.
#[derive(Clone, Default, PartialEq)]
pub struct Content {
    /// What it is: `image`, or what else the server says.
    pub kind: Box<str>,
    /// Its media type, for example `image/png`.
    pub mime: Option<Box<str>>,
    /// Where it is.
    pub url: Option<Box<str>>,
    /// The image itself; in JSON as base64.
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
        let mut map = serializer.serialize_map(None)?;
        if !self.kind.is_empty() {
            map.serialize_entry("type", &self.kind)?;
        }
        let data = self.data.as_ref().map(|data| BASE64_STANDARD.encode(data));
        let (mime, url) = (self.mime.as_deref(), self.url.as_deref());
        for (key, value) in [
            ("mime", mime),
            ("url", url),
            ("data", data.as_deref()),
            ("unavailable", self.unavailable.as_deref()),
        ] {
            if let Some(value) = value {
                map.serialize_entry(key, value)?;
            }
        }
        for (key, value) in &self.other {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}
