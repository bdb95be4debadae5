//! Images: upload and fetch (nexus-v3.md, 4.6 and 4.7).

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::code::{self, Refusal};
use super::fields::Fields;
use super::settings::ImageLimits;
use super::wire::image_url;
use crate::chat::{CLIENT, Chat, Moment, StoredFile, Upload};
use crate::form::FilePart;

/// Takes an image into the chat; `data` of the answer.
pub(super) fn upload(
    chat: &mut Chat,
    limits: &ImageLimits,
    fields: Fields,
    image: &str,
    now: Moment,
) -> Result<Value, Refusal> {
    let FilePart { received, bytes } = single(fields.into_files())?;
    let (name, size) = (received.file_name, received.size);
    let upload = Upload { content_type: received.content_type, ..Upload::new(name.as_str(), bytes) };
    let media_type = upload.media_type();
    check(chat, limits, &media_type, size)?;
    chat.files.count_upload(size);
    chat.upload(CLIENT, image.to_owned(), upload, now);
    Ok(json!({
        "mediaId": image,
        "url": image_url(&chat.id, image),
        "filename": name,
        "mimetype": media_type,
        "length": size,
    }))
}

/// One file in each request, in the part `file`.
fn single(files: Vec<FilePart>) -> Result<FilePart, Refusal> {
    let mut files = files.into_iter();
    match (files.next(), files.next()) {
        (None, _) => Err(Refusal::request("there is no part named file with a file name")),
        (Some(part), None) if part.received.field == "file" => Ok(part),
        _ => Err(Refusal::new(code::LIMIT_UNEXPECTED_FILE, "one file is expected, in the part named file")),
    }
}

fn check(chat: &Chat, limits: &ImageLimits, media_type: &str, size: u64) -> Result<(), Refusal> {
    let same = |allowed: &String| allowed.eq_ignore_ascii_case(media_type);
    if !limits.types.iter().any(same) {
        return Err(Refusal::new(code::INVALID_FILE_TYPE, format!("{media_type} is not allowed")));
    }
    if size > limits.max_size {
        let most = limits.max_size;
        return Err(Refusal::new(code::LIMIT_FILE_SIZE, format!("the file has more than {most} bytes")));
    }
    if chat.files.uploads() >= limits.max_count {
        let most = limits.max_count;
        return Err(Refusal::new(code::LIMIT_FILE_COUNT, format!("the session has {most} files already")));
    }
    Ok(())
}

/// An image of the session.
pub(super) fn find(chat: &Chat, image: &str) -> Result<StoredFile, Refusal> {
    let unknown = || Refusal::new(code::NOT_FOUND, "the session has no such image");
    chat.files.get(image).cloned().ok_or_else(unknown)
}

/// The bytes of an image with their media type.
pub(super) fn response(image: StoredFile) -> Response {
    let mut response = Body::from(image.bytes).into_response();
    if let Ok(kind) = HeaderValue::from_str(&image.content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}
