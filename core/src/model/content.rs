//! What is attached to a message (Nexus reference, section 5.3).

use super::JsonObject;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{Serialize, Serializer};

/// One attachment of a message: an image, with its bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Content {
    /// What it is: `image`, or what else the server says.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    /// Its media type, for example `image/png`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime: Option<Box<str>>,
    /// Where it is, as the server says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Box<str>>,
    /// The image itself; in JSON as base64.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "base64")]
    pub data: Option<Bytes>,
    /// Why there is no `data` although it is an image: the message came without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<Box<str>>,
    /// An image whose bytes are still to be fetched.
    #[serde(skip)]
    pub wanted: bool,
    /// What else the server said of it.
    #[serde(flatten)]
    pub other: JsonObject,
}

#[allow(clippy::ref_option, reason = "the signature that serde asks for")]
fn base64<S: Serializer>(data: &Option<Bytes>, serializer: S) -> Result<S::Ok, S::Error> {
    data.as_ref().map(|data| BASE64_STANDARD.encode(data)).serialize(serializer)
}
