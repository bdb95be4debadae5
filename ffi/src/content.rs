//! `webchat_content`: what is attached to a message, with typed fields.

use crate::{
    boundary::{Failure, growing},
    status::WEBCHAT_ERR_NOT_FOUND,
    text::{Text, webchat_str},
};
use std::ptr::null;
use webchat_core::model::Content;

/// One attachment of a message: an image, with its bytes. Texts and bytes are valid as long as the event or outcome it was read from.
/// Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct webchat_content {
    /// What it is: "image", or what else the server says.
    pub r#type: webchat_str,
    /// Its media type, "image/png"; empty when the server does not tell.
    pub mime: webchat_str,
    /// Where it is, as the server says: relative to the server, as a rule, and open to the participants only. Empty when it does not.
    pub url: webchat_str,
    /// The image's bytes, which the library has fetched; else NULL.
    pub data: *const u8,
    /// How many bytes are at `data`.
    pub data_len: usize,
    /// Why there are no bytes although it is an image: the message came without it. Else empty.
    pub unavailable: webchat_str,
}

growing!(webchat_content { r#type, mime, url, data, data_len, unavailable });

/// The texts of one attachment, kept for the views.
struct Texts {
    kind: Text,
    mime: Text,
    url: Text,
    unavailable: Text,
}

/// The texts of a message's attachments.
pub(crate) struct ContentTexts(Box<[Texts]>);

impl ContentTexts {
    pub(crate) fn of(content: &[Content]) -> Self {
        let text = |text: &Option<Box<str>>| Text::new(text.as_deref().unwrap_or_default());
        Self(
            content
                .iter()
                .map(|content| Texts {
                    kind: Text::new(&content.kind),
                    mime: text(&content.mime),
                    url: text(&content.url),
                    unavailable: text(&content.unavailable),
                })
                .collect(),
        )
    }

    /// The attachment at `position` of those that the texts were made of.
    pub(crate) fn view(&self, content: &[Content], position: usize) -> Result<webchat_content, Failure> {
        let (Some(content), Some(texts)) = (content.get(position), self.0.get(position)) else {
            return Err(Failure::bare(WEBCHAT_ERR_NOT_FOUND));
        };
        let bytes = content.data.as_deref();
        Ok(webchat_content {
            r#type: texts.kind.view(),
            mime: texts.mime.view(),
            url: texts.url.view(),
            data: bytes.map_or(null(), <[u8]>::as_ptr),
            data_len: bytes.map_or(0, <[u8]>::len),
            unavailable: texts.unavailable.view(),
        })
    }
}
