//! Commands for files.

use super::given::{Given, invalid};
use crate::{
    Error,
    model::{Download, DownloadTarget, Downloaded, FileSource, JsonObject, Upload},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

macro_rules! files_commands {
    ([$next:ident $($after:ident)*] $($before:tt)*) => { $next! { [$($after)*] $($before)*
        /// Sends a file, read while it is sent.
        SendFile(upload: Upload as files::upload {
            /// The file: a path, `{path, name?}`, or `{name, bytes}` with base64 text. Of several the first is sent.
            "files": File, Needed;
            /// A description for the agent.
            "description": Text, Nothing;
            /// Attached data.
            "userData": Object, Nothing;
            /// Told how far it is.
            "progress": Progress, Nothing;
        }) as "sendFile", send_file => Answer as Value,
        needs [ability(file_upload) else texts::NO_UPLOADS, session else texts::NO_SESSION],
        rejects [];

        /// Fetches a file, into memory (up to the configuration's limit for answers) unless it is to be saved. Resolves when it is complete.
        DownloadFile(download: Download as files::download {
            /// The file's id, as a message has it.
            "fileId" | "field": Text, Needed;
            /// The file to save it as, exactly; an existing one is replaced once it is complete.
            "path": Path, Nothing;
            /// The directory to save it in under a name of its own: never outside of it, never over an existing file.
            "directory": Path, Nothing;
            /// The name in that directory. Without it, the one that the server tells, else the id.
            "fileName": Text, Nothing;
            /// Told how far it is.
            "progress": Progress, Nothing;
        }) as "downloadFile", download_file => Downloaded as Downloaded,
        needs [ability(file_download) else texts::NO_DOWNLOADS, session else texts::NO_SESSION],
        rejects [];

        /// Returns what the server allows to upload.
        GetFileLimits as "getFileLimits", get_file_limits => FileLimits as FileLimits,
        needs [ability(file_limits) else texts::NO_LIMITS, session else texts::NO_SESSION],
        rejects [];

        /// Deletes an uploaded file.
        DeleteFile {
            /// The file's id.
            file_id: String | String = "fileId" as TextNeeded<String>,
        } as "deleteFile", delete_file => Answer as Value,
        needs [ability(file_deletion) else texts::NO_DELETION, session else texts::NO_SESSION],
        rejects [];
    } };
}
pub(crate) use files_commands;

const FILES: &str = "sendFile: option 'files' has to be a path, {path, name?} or {name, bytes: base64 text}";

/// Reads `sendFile`'s options. Of several files the first is sent, as the specification says.
pub(super) fn upload(given: Given<'_>) -> Result<Upload, Error> {
    let file = match given.options.get("files") {
        Some(Value::Array(files)) => files.first(),
        other => other,
    };
    let mut upload = match file {
        Some(Value::String(path)) => from_path(path, None)?,
        Some(Value::Object(file)) => {
            let name = file.get("name").and_then(Value::as_str);
            match (file.get("path"), file.get("bytes"), name) {
                (Some(Value::String(path)), None, name) => from_path(path, name)?,
                (None, Some(Value::String(bytes)), Some(name)) => {
                    let bytes = STANDARD.decode(bytes).map_err(|error| {
                        invalid("sendFile: 'files.bytes' is not base64 text").with_source(error)
                    })?;
                    let source = FileSource::Bytes(bytes.into());
                    Upload { name: name.to_owned(), source, user_data: JsonObject::new(), progress: None }
                }
                _ => return Err(invalid(FILES)),
            }
        }
        _ => return Err(invalid(FILES)),
    };
    match given.options.get("userData") {
        None | Some(Value::Null) => {}
        Some(Value::Object(data)) => upload.user_data.clone_from(data),
        Some(_) => return Err(invalid("sendFile: option 'userData' has to be an object")),
    }
    if let Some(Value::String(description)) = given.options.get("description") {
        upload.user_data.insert("file-description".into(), description.as_str().into());
    }
    Ok(upload)
}

fn from_path(path: &str, name: Option<&str>) -> Result<Upload, Error> {
    Upload::from_path(path.into(), name).ok_or_else(|| invalid(FILES))
}

/// Reads `downloadFile`'s options. The specification's table calls the id `field`.
pub(super) fn download(given: Given<'_>) -> Result<Download, Error> {
    let text = |key: &str| match given.options.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) if key == "fileId" => Ok(Some(number.to_string())),
        Some(_) => Err(invalid(format!("downloadFile: option '{key}' has to be text"))),
    };
    let file_id = match text("fileId")? {
        Some(id) => Some(id),
        None => text("field")?,
    };
    let file_id = file_id
        .filter(|id| !id.is_empty())
        .ok_or_else(|| invalid("downloadFile: option 'fileId' is missing"))?;
    let target = match (text("path")?, text("directory")?) {
        (None, None) => DownloadTarget::Memory,
        (Some(path), None) => DownloadTarget::File(path.into()),
        (None, Some(directory)) => DownloadTarget::Directory(directory.into()),
        (Some(_), Some(_)) => {
            return Err(invalid("downloadFile: give either 'path' or 'directory', not both"));
        }
    };
    Ok(Download { file_id, file_name: text("fileName")?, target, progress: None })
}

/// A downloaded file as JSON; bytes in memory become base64 text.
pub(super) fn downloaded_json(file: &Downloaded) -> Value {
    let mut value = json!(file);
    if let (Some(bytes), Value::Object(object)) = (&file.bytes, &mut value) {
        object.insert("bytes".into(), STANDARD.encode(bytes).into());
    }
    value
}
