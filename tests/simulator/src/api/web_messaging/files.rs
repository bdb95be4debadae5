//! Files on their way: what was announced, what has come, and the addresses of both.

use std::time::Duration;

use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::reply::{self, Refusal};
use super::request::Request;
use super::s3::{Order, S3};
use super::settings::WebMessagingSettings;
use super::signer::Signer;
use super::{DOWNLOADS, UPLOADS, limits};

/// How long an address for an upload is good.
pub(super) const ADDRESS: Duration = Duration::from_mins(10);

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It has an address.
    Presigned,
    /// The bytes are there, and nobody has been told.
    Received,
    /// The client has been told that it is there.
    Uploaded,
    /// It failed.
    Failed,
    /// A message carries it.
    Sent,
}

/// A file of the customer.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) size: u64,
    pub(super) stage: Stage,
    pub(super) bytes: Bytes,
    /// The bytes are at the S3 server.
    pub(super) is_remote: bool,
    pub(super) address_expires: Instant,
    /// When it is deleted if no message carries it.
    pub(super) kept_until: Instant,
}

/// What an upload must be sent with besides its type and length.
pub(super) fn headers() -> Map<String, Value> {
    let mut headers = Map::new();
    headers.insert("x-amz-tagging".to_owned(), "abc".into());
    headers
}

/// A file that a client announces, and its id. The errors say what is wrong with it.
pub(super) fn announced(
    settings: &WebMessagingSettings,
    request: &Request,
    now: Instant,
) -> Result<Upload, Refusal> {
    let deployment = &settings.deployment;
    if deployment.file_types.is_empty() || settings.limits.file_size_kb == 0 {
        return Err(Refusal::new(reply::NO_FEATURE, "Attachments are not enabled for this deployment"));
    }
    let name = request.text("fileName").ok_or_else(|| Refusal::missing("fileName"))?;
    let kind = request.text("fileType").ok_or_else(|| Refusal::missing("fileType"))?;
    let size = request.members.get("fileSize").and_then(Value::as_u64);
    let size = size.ok_or_else(|| Refusal::missing("fileSize"))?;
    if name.chars().count() > limits::FILE_NAME {
        return Err(Refusal::new(reply::FILE_NAME_LONG, "File name is longer than 1023 characters"));
    }
    let extension = name.rsplit_once('.').map(|(stem, extension)| (stem, format!(".{extension}")));
    let Some((_, extension)) = extension.filter(|(stem, e)| !stem.is_empty() && e.len() > 1) else {
        return Err(Refusal::new(reply::FILE_NAME, "File name has no extension"));
    };
    if deployment.blocked_extensions.iter().any(|blocked| blocked.eq_ignore_ascii_case(&extension)) {
        return Err(Refusal::new(reply::FILE_TYPE, format!("Extension {extension} is not allowed")));
    }
    if !deployment.file_types.iter().any(|allowed| covers(allowed, kind)) {
        return Err(Refusal::new(reply::FILE_TYPE, format!("File type {kind} is not allowed")));
    }
    if size == 0 {
        return Err(Refusal::new(reply::FILE_EMPTY, "File is empty"));
    }
    if size > settings.limits.file_size_kb.saturating_mul(1000) {
        let most = settings.limits.file_size_kb;
        return Err(Refusal::new(reply::FILE_SIZE, format!("File is larger than {most} KB")));
    }
    Ok(Upload {
        name: name.to_owned(),
        media_type: kind.to_owned(),
        size,
        stage: Stage::Presigned,
        bytes: Bytes::new(),
        is_remote: settings.s3.is_there(),
        address_expires: now + ADDRESS,
        kept_until: now + settings.limits.upload,
    })
}

/// Whether an allowed type, `*/*` or `image/*` perhaps, covers this one.
fn covers(allowed: &str, kind: &str) -> bool {
    let (allowed, kind) = (allowed.trim().to_ascii_lowercase(), kind.trim().to_ascii_lowercase());
    match allowed.strip_suffix('*') {
        Some("*/") => true,
        Some(prefix) => kind.starts_with(prefix),
        None => allowed == kind,
    }
}

/// The address to which the bytes of an upload go.
pub(super) fn upload_address(signer: &Signer, base: &str, id: &str, name: &str) -> String {
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let signature = signer.sign(&format!("PUT {id}"));
    format!("{base}{UPLOADS}/{id}/{name}?X-Amz-Expires={}&X-Amz-Signature={signature}", ADDRESS.as_secs())
}

/// The address of a file, good until then, in milliseconds since 1970.
pub(super) fn download_address(signer: &Signer, base: &str, id: &str, until: u64) -> String {
    let signature = signer.sign(&format!("GET {id} {until}"));
    let id = utf8_percent_encode(id, NON_ALPHANUMERIC);
    format!("{base}{DOWNLOADS}/{id}?Expires={until}&Signature={signature}")
}

/// The header that an upload to an S3 server must have besides.
const REMOTE_HEADER: &str = "x-amz-meta-attachment";

/// The address of an S3 server to which the bytes of an upload go, and the headers that must go with them.
pub(super) fn remote_upload(s3: &S3, id: &str, upload: &Upload, utc_ms: u64) -> (String, Map<String, Value>) {
    let signed = [("content-type", upload.media_type.as_str()), (REMOTE_HEADER, id)];
    let order = Order { method: "PUT", object: id, headers: &signed, utc_ms, good: ADDRESS };
    let mut headers = Map::new();
    headers.insert(REMOTE_HEADER.to_owned(), id.into());
    (s3.address(order), headers)
}

/// An address by which an object of an S3 server is read, or looked at.
pub(super) fn remote_address(s3: &S3, method: &'static str, id: &str, utc_ms: u64, good: Duration) -> String {
    s3.address(Order { method, object: id, headers: &[], utc_ms, good })
}

/// The answer with the address for an upload, and the headers that it asks for.
pub(super) fn presigned(id: &str, upload: &Upload, url: &str, headers: &Map<String, Value>) -> Value {
    json!({
        "attachmentId": id,
        "url": url,
        "headers": headers,
        "fileName": upload.name,
        "fileSize": upload.size,
        "fileType": upload.media_type,
    })
}

/// The answer with a fresh address of a file: it has no headers.
pub(super) fn fresh(id: &str, name: &str, size: u64, media_type: &str, url: &str) -> Value {
    json!({
        "attachmentId": id,
        "url": url,
        "headers": {},
        "fileName": name,
        "fileSize": size,
        "fileType": media_type,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_with_wild_cards() {
        for (allowed, kind, wanted) in [
            ("*/*", "a/b", true),
            ("image/*", "IMAGE/png", true),
            ("image/*", "text/plain", false),
            ("text/plain", "text/plain", true),
            ("text/plain", "text/html", false),
        ] {
            assert_eq!(covers(allowed, kind), wanted, "{allowed} {kind}");
        }
    }
}
