//! Reads request bodies: urlencoded or multipart.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use futures_util::StreamExt;

use crate::log::ReceivedFile;

/// A part with a file name.
#[derive(Debug, Clone)]
pub(crate) struct FilePart {
    pub(crate) received: ReceivedFile,
    /// Only the first bytes when the part is larger than the form's limit for one file.
    pub(crate) bytes: Bytes,
}

/// The fields of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) files: Vec<FilePart>,
}

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) status: StatusCode,
    pub(crate) reason: String,
}

/// Longest body without file parts.
const MAX_FIELDS: usize = 16 * 1024 * 1024;

impl Form {
    /// Reads a whole body. Bytes of one file beyond `keep` are counted but not kept.
    pub(crate) async fn read(headers: &HeaderMap, body: Body, keep: u64) -> Result<Self, Unreadable> {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default();
        match content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "multipart/form-data" => read_multipart(content_type, body, keep).await,
            "application/x-www-form-urlencoded" | "" => {
                let body = axum::body::to_bytes(body, MAX_FIELDS).await.map_err(|error| Unreadable {
                    status: StatusCode::PAYLOAD_TOO_LARGE,
                    reason: format!("the body cannot be read: {error}"),
                })?;
                let fields = form_urlencoded::parse(&body).into_owned().collect();
                Ok(Self { fields, files: Vec::new() })
            }
            other => Err(Unreadable {
                status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
                reason: format!("Content-Type {other} is neither urlencoded nor multipart"),
            }),
        }
    }

    /// A field's value; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let named = |(field, value): &&(String, String)| field == name && !value.is_empty();
        self.fields.iter().find(named).map(|(_, value)| value.as_str())
    }

    /// What the file parts were, without their bytes.
    pub(crate) fn received(&self) -> Vec<ReceivedFile> {
        self.files.iter().map(|part| part.received.clone()).collect()
    }

    /// The members of `userData[KEY]`, empty ones left out.
    pub(crate) fn user_data(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.fields.iter().filter(|(_, value)| !value.is_empty()).filter_map(|(name, value)| {
            let key = name.strip_prefix("userData[")?.strip_suffix(']')?;
            (!key.is_empty()).then(|| (key.to_owned(), value.clone()))
        })
    }
}

async fn read_multipart(content_type: &str, body: Body, keep: u64) -> Result<Form, Unreadable> {
    let bad = |error: multer::Error| Unreadable {
        status: StatusCode::BAD_REQUEST,
        reason: format!("the multipart body cannot be read: {error}"),
    };
    let boundary = multer::parse_boundary(content_type).map_err(bad)?;
    let mut parts = multer::Multipart::new(body.into_data_stream(), boundary);
    let mut form = Form::default();
    while let Some(mut part) = parts.next_field().await.map_err(bad)? {
        let name = part.name().unwrap_or_default().to_owned();
        let Some(file_name) = part.file_name().map(str::to_owned) else {
            let bytes = part.bytes().await.map_err(bad)?;
            form.fields.push((name, String::from_utf8_lossy(&bytes).into_owned()));
            continue;
        };
        let content_type = part.content_type().map(ToString::to_string);
        let (mut kept, mut size) = (Vec::new(), 0_u64);
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(bad)?;
            if size <= keep {
                kept.extend_from_slice(&chunk);
            }
            size += chunk.len() as u64;
        }
        let received = ReceivedFile { field: name, file_name, content_type, size };
        form.files.push(FilePart { received, bytes: kept.into() });
    }
    Ok(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(content_type: &str, body: &str, keep: u64) -> Result<Form, Unreadable> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        Form::read(&headers, Body::from(body.to_owned()), keep).await
    }

    #[tokio::test]
    async fn urlencoded_with_user_data_and_empty_values() {
        let body =
            "nickname=&firstName=Mia+L%C3%B8nd&userData%5BTimeZone%5D=60&userData[x]=&secureKey=a%2Bb%2F%3D";
        let form = read("application/x-www-form-urlencoded; charset=UTF-8", body, 0).await.unwrap();
        assert_eq!(form.get("nickname"), None);
        assert_eq!(form.get("firstName"), Some("Mia Lønd"));
        assert_eq!(form.get("secureKey"), Some("a+b/="));
        assert_eq!(form.user_data().collect::<Vec<_>>(), [("TimeZone".to_owned(), "60".to_owned())]);
        assert_eq!(form.fields.len(), 5);
    }

    #[tokio::test]
    async fn multipart_with_a_file_larger_than_what_is_kept() {
        let body = "--B\r\nContent-Disposition: form-data; name=\"secureKey\"\r\n\r\nk+/=\r\n--B\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n\
             0123456789\r\n--B--\r\n";
        let form = read("multipart/form-data; boundary=B", body, 100).await.unwrap();
        assert_eq!(form.get("secureKey"), Some("k+/="));
        let file = form.files.first().unwrap();
        assert_eq!((file.received.size, file.bytes.as_ref()), (10, b"0123456789".as_ref()));
        assert_eq!(file.received.file_name, "a.txt");
    }

    #[tokio::test]
    async fn other_bodies_are_refused_with_a_reason() {
        let json = read("application/json", "{}", 0).await.unwrap_err();
        assert_eq!(json.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(json.reason.contains("application/json"));
        let broken = read("multipart/form-data; boundary=B", "nonsense", 0).await.unwrap_err();
        assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    }
}
