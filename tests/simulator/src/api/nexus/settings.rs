//! What an operator may set for Nexus v3: limits, and a switch for each point that the record leaves open.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::api::Settings;
use crate::words::set;

/// What images the customer may upload (nexus-v3.md, 4.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageLimits {
    /// Allowed media types.
    pub types: Vec<String>,
    /// Bytes in one image.
    pub max_size: u64,
    /// Images in one session.
    pub max_count: u32,
}

impl Default for ImageLimits {
    /// PNG, JPEG and GIF, 5 MiB each, 10 in a session.
    fn default() -> Self {
        let types = ["image/png", "image/jpeg", "image/gif"].map(str::to_owned).to_vec();
        Self { types, max_size: 5 * 1024 * 1024, max_count: 10 }
    }
}

/// The form of `status.code` in answers that are no errors (nexus-v3.md, 2.5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StatusForm {
    /// `"SUCCESS"`.
    #[default]
    String,
    /// `0`.
    Number,
    /// No `status` at all.
    Absent,
}

/// How Nexus v3 behaves. [`NexusSettings::default`] is what the reference holds for likely.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct NexusSettings {
    /// The endpoints that exist; any when empty.
    pub endpoints: Vec<String>,
    /// Limits of uploads.
    pub images: ImageLimits,
    /// A poll brings the last this many events each time; 0: each event once per transport (nexus-v3.md, 8.1).
    pub window: usize,
    /// How long a poll without news is held; zero: it is answered at once (nexus-v3.md, 8.1).
    pub hold: Duration,
    /// `index=X` brings X too, not only what comes after it (nexus-v3.md, 4.3).
    pub index_inclusive: bool,
    /// `utcTime` is ISO 8601 text instead of milliseconds (nexus-v3.md, 5.1).
    pub iso_time: bool,
    /// A send, upload or update with an `operationId` seen before takes no effect (nexus-v3.md, 2.4).
    pub deduplicate: bool,
    /// The session outlives the customer's leaving, and can be resumed (nexus-v3.md, 4.8).
    pub open_on_leave: bool,
    /// Resuming silently opens a new session (nexus-v3.md, 4.2).
    pub resume_opens_new: bool,
    /// Opening a session is answered with HTTP 201 instead of 200 (nexus-v3.md, 4.1).
    pub created: bool,
    /// Form of `status.code`.
    pub status_code: StatusForm,
    /// `chatEnded` stands beside `data`, not in it (nexus-v3.md, 4.4).
    pub chat_ended_on_top: bool,
    /// Image URLs have scheme and host (nexus-v3.md, 4.7).
    pub absolute_image_urls: bool,
}

/// Changes of some settings, in the words of the control API.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Patch {
    endpoints: Option<Vec<String>>,
    image_types: Option<Vec<String>>,
    max_image_size: Option<u64>,
    max_images: Option<u32>,
    window: Option<usize>,
    hold_ms: Option<u64>,
    index_inclusive: Option<bool>,
    iso_time: Option<bool>,
    deduplicate: Option<bool>,
    open_on_leave: Option<bool>,
    resume_opens_new: Option<bool>,
    created: Option<bool>,
    status_code: Option<StatusForm>,
    chat_ended_on_top: Option<bool>,
    absolute_image_urls: Option<bool>,
}

impl Settings for NexusSettings {
    type Patch = Patch;
    const LISTS: &'static [&'static str] = &["endpoints", "imageTypes"];

    fn apply(&mut self, patch: Patch) {
        set(&mut self.endpoints, patch.endpoints);
        set(&mut self.images.types, patch.image_types);
        set(&mut self.images.max_size, patch.max_image_size);
        set(&mut self.images.max_count, patch.max_images);
        set(&mut self.window, patch.window);
        set(&mut self.hold, patch.hold_ms.map(Duration::from_millis));
        set(&mut self.index_inclusive, patch.index_inclusive);
        set(&mut self.iso_time, patch.iso_time);
        set(&mut self.deduplicate, patch.deduplicate);
        set(&mut self.open_on_leave, patch.open_on_leave);
        set(&mut self.resume_opens_new, patch.resume_opens_new);
        set(&mut self.created, patch.created);
        set(&mut self.status_code, patch.status_code);
        set(&mut self.chat_ended_on_top, patch.chat_ended_on_top);
        set(&mut self.absolute_image_urls, patch.absolute_image_urls);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_in_words() {
        let mut settings = NexusSettings::default();
        for words in [
            "endpoints=Sales, Support",
            "imageTypes=image/webp",
            "maxImageSize=10",
            "maxImages=1",
            "window=20",
            "holdMs=500",
            "indexInclusive=true",
            "isoTime=true",
            "deduplicate=true",
            "openOnLeave=true",
            "resumeOpensNew=true",
            "created=true",
            "statusCode=absent",
            "chatEndedOnTop=true",
            "absoluteImageUrls=true",
        ] {
            settings.set(words).expect(words);
        }
        let images = ImageLimits { types: vec!["image/webp".to_owned()], max_size: 10, max_count: 1 };
        let all = NexusSettings {
            endpoints: vec!["Sales".to_owned(), "Support".to_owned()],
            images,
            window: 20,
            hold: Duration::from_millis(500),
            index_inclusive: true,
            iso_time: true,
            deduplicate: true,
            open_on_leave: true,
            resume_opens_new: true,
            created: true,
            status_code: StatusForm::Absent,
            chat_ended_on_top: true,
            absolute_image_urls: true,
        };
        assert_eq!(settings, all);
        for (words, part) in [
            ("window", "name=value"),
            ("widow=1", "widow"),
            ("window=wide", "wide"),
            ("statusCode=x", "absent"),
        ] {
            let error = settings.set(words).expect_err(words).to_string();
            assert!(error.contains(part), "{words}: {error}");
        }
    }
}
