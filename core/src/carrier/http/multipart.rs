//! `multipart/form-data` (RFC 7578) as browsers write it: servers are made for those. Names are raw UTF-8 with `"`, CR and LF
//! percent-encoded; the length is known before the first byte is sent; the file is read while it is sent.

use super::{
    body::{Delivery, OutgoingBody, Source},
    failure::unreadable_file,
};
use crate::{
    carrier::media,
    model::{FileSource, ProgressListener},
    transport::Failure,
};
use bytes::Bytes;
use reqwest::header::HeaderValue;
use std::{
    hash::{BuildHasher, Hasher, RandomState},
    path::Path,
    sync::Arc,
};
use tokio::fs::File;

/// What a form holds, but for the file's bytes.
pub(crate) struct Outline {
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) file: FileSource,
}

/// A form with text fields and one file, `file`, at its end.
pub(crate) struct Multipart {
    boundary: String,
    fields: Vec<(String, String)>,
    file: FileSource,
    name: String,
    progress: Option<ProgressListener>,
}

impl Multipart {
    /// A form with the file `name`, whose bytes are `file`'s.
    pub(crate) fn new(name: &str, file: FileSource, progress: Option<ProgressListener>) -> Self {
        // Two keyed hashes of nothing are 128 random bits: no file holds them by chance.
        let random = || RandomState::new().build_hasher().finish();
        let boundary = format!("webchat-{:016x}{:016x}", random(), random());
        Self { boundary, fields: Vec::new(), file, name: name.to_owned(), progress }
    }

    /// Adds a text field.
    pub(crate) fn field(&mut self, name: &str, value: &str) {
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    /// What it holds.
    pub(crate) fn outline(&self) -> Outline {
        Outline {
            fields: self.fields.clone(),
            name: self.name.clone(),
            content_type: self.file_type(),
            file: self.file.clone(),
        }
    }

    fn file_type(&self) -> String {
        media::of_file(&self.name).to_owned()
    }

    /// The parts before the file's.
    fn before(&self) -> String {
        let part = |(name, value): &(String, String)| {
            format!(
                "--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n",
                self.boundary,
                escape(name)
            )
        };
        self.fields.iter().map(part).collect()
    }

    /// The request's content type.
    pub(super) fn content_type(&self) -> HeaderValue {
        HeaderValue::try_from(format!("multipart/form-data; boundary={}", self.boundary))
            .unwrap_or_else(|_| HeaderValue::from_static("multipart/form-data"))
    }

    /// Opens the file and returns the whole body.
    pub(super) async fn open(&self, delivery: &Arc<Delivery>) -> Result<OutgoingBody, Failure> {
        let head = format!(
            "{}--{}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            self.before(),
            self.boundary,
            escape(&self.name),
            self.file_type()
        );
        let file = Source::of(&self.file).await?;
        let tail = format!("\r\n--{}--\r\n", self.boundary);
        let sources = vec![Source::Bytes(Bytes::from(head)), file, Source::Bytes(Bytes::from(tail))];
        Ok(OutgoingBody::new(sources, self.progress.clone(), delivery.clone()))
    }
}

impl Source {
    /// The bytes of a file, however it is given.
    pub(super) async fn of(file: &FileSource) -> Result<Self, Failure> {
        match file {
            FileSource::Bytes(bytes) => Ok(Self::Counted(bytes.clone())),
            FileSource::Path(path) => open_file(path).await,
        }
    }
}

/// How many bytes a file has.
pub(crate) async fn size_of(file: &FileSource) -> Result<u64, Failure> {
    match file {
        FileSource::Bytes(bytes) => Ok(bytes.len() as u64),
        FileSource::Path(path) => regular(path).await,
    }
}

/// The size of the regular file at `path`.
async fn regular(path: &Path) -> Result<u64, Failure> {
    let failed = |error: std::io::Error| unreadable_file(path, &error);
    let metadata = tokio::fs::metadata(path).await.map_err(failed)?;
    if !metadata.is_file() {
        return Err(failed(std::io::Error::other("it is not a regular file")));
    }
    Ok(metadata.len())
}

async fn open_file(path: &Path) -> Result<Source, Failure> {
    let failed = |error: std::io::Error| unreadable_file(path, &error);
    regular(path).await?;
    let file = File::open(path).await.map_err(failed)?;
    let size = file.metadata().await.map_err(failed)?.len();
    Ok(Source::file(file, size, path.into()))
}

/// Escapes a name inside quotes as HTML forms do.
fn escape(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(escape("a\"; x=\"b\r\nC: d"), "a%22; x=%22b%0D%0AC: d");
        assert_eq!(escape("Grüße.png"), "Grüße.png");
    }

    #[test]
    fn boundaries_differ() {
        let boundary = || Multipart::new("a", FileSource::Bytes(Bytes::new()), None).boundary;
        assert_ne!(boundary(), boundary());
    }
}
