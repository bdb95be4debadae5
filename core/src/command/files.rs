//! Options of the file commands, read from JSON.

use crate::{
    Error, ErrorKind,
    model::{Download, DownloadTarget, Downloaded, FileSource, JsonObject, Upload},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const FILES: &str = "sendFile: option 'files' has to be a path, {path, name?} or {name, bytes: base64 text}";

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

/// Reads `sendFile`'s options. Of several files the first is sent, as the specification says.
pub(super) fn upload(options: &JsonObject) -> Result<Upload, Error> {
    let file = match options.get("files") {
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
    match options.get("userData") {
        None | Some(Value::Null) => {}
        Some(Value::Object(data)) => upload.user_data.clone_from(data),
        Some(_) => return Err(invalid("sendFile: option 'userData' has to be an object")),
    }
    if let Some(Value::String(description)) = options.get("description") {
        upload.user_data.insert("file-description".into(), description.as_str().into());
    }
    Ok(upload)
}

fn from_path(path: &str, name: Option<&str>) -> Result<Upload, Error> {
    Upload::from_path(path.into(), name).ok_or_else(|| invalid(FILES))
}

/// Reads `downloadFile`'s options. The specification's table calls the id `field`.
pub(super) fn download(options: &JsonObject) -> Result<Download, Error> {
    let text = |key: &str| match options.get(key) {
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
