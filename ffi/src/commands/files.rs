//! Commands for files.

use super::Call;
use crate::{
    boundary::{Failure, guard},
    completion::webchat_completion,
    service::webchat_service,
    status::webchat_status,
    text::{bytes, object, optional, required, required_path},
};
use std::ffi::c_char;
use webchat_core::{
    command::Command,
    model::{Download, DownloadTarget, FileSource, Upload},
};

/// sendFile: sends the file at `path`, read while it is sent, under `name` (NULL: its own) with attached data (a JSON object; NULL: none).
/// Paths are the system's bytes, UTF-8 or not; a name that is not is made readable. on_progress tells how far it is. Resolves with the
/// server's answer. Rejected: WEBCHAT_ERR_NO_SESSION, WEBCHAT_ERR_IO when it cannot be read or is no regular file,
/// WEBCHAT_ERR_UNSUPPORTED, what the server answers. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_send_file(
    service: *mut webchat_service,
    path: *const c_char,
    name: *const c_char,
    user_data_json: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, path, name, user_data) = unsafe {
            let call = Call::take(service, completion, out_request)?;
            let path = required_path(path, "path")?;
            (call, path, optional(name, "name")?, object(user_data_json, "user_data_json")?)
        };
        let upload = Upload::from_path(path.into(), name);
        let upload = upload.ok_or_else(|| Failure::argument("path", "names no file"))?;
        call.give("sendFile", Ok(Command::SendFile(Upload { user_data, ..upload })));
        Ok(())
    })
}

/// sendFile with bytes in memory, which are copied: `length` bytes at `data` (NULL when there are none) under `name`. Else as
/// webchat_send_file. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_send_file_bytes(
    service: *mut webchat_service,
    name: *const c_char,
    data: *const u8,
    length: usize,
    user_data_json: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, name, data, user_data) = unsafe {
            let call = Call::take(service, completion, out_request)?;
            let name = required(name, "name")?.to_owned();
            (call, name, bytes(data, length, "data")?, object(user_data_json, "user_data_json")?)
        };
        let source = FileSource::Bytes(data.to_vec().into());
        call.give("sendFile", Ok(Command::SendFile(Upload { name, source, user_data, progress: None })));
        Ok(())
    })
}

/// downloadFile into memory, up to the configuration's response limit. `file_id` is a message's. on_progress tells how far it is. Read the
/// bytes by webchat_payload_download. Rejected: WEBCHAT_ERR_NO_SESSION, WEBCHAT_ERR_UNSUPPORTED, what the server answers. A command: see
/// above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_download_file(
    service: *mut webchat_service,
    file_id: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, file_id) =
            unsafe { (Call::take(service, completion, out_request)?, required(file_id, "file_id")?) };
        call.give("downloadFile", Ok(download(file_id, None, DownloadTarget::Memory)));
        Ok(())
    })
}

/// downloadFile to exactly this file (a path: the system's bytes); an existing one is replaced once the download is complete. Rejected with
/// WEBCHAT_ERR_IO when it cannot be written. Else as webchat_download_file. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_download_file_to(
    service: *mut webchat_service,
    file_id: *const c_char,
    path: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, file_id, path) = unsafe {
            (
                Call::take(service, completion, out_request)?,
                required(file_id, "file_id")?,
                required_path(path, "path")?,
            )
        };
        call.give("downloadFile", Ok(download(file_id, None, DownloadTarget::File(path.into()))));
        Ok(())
    })
}

/// downloadFile into a directory under `file_name` (NULL: the name the server tells, else the id): never outside of the directory, never
/// over an existing file. The outcome's `path` says where it is. Else as webchat_download_file_to. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_download_file_into(
    service: *mut webchat_service,
    file_id: *const c_char,
    directory: *const c_char,
    file_name: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, file_id, directory, file_name) = unsafe {
            let call = Call::take(service, completion, out_request)?;
            let file_id = required(file_id, "file_id")?;
            (call, file_id, required_path(directory, "directory")?, optional(file_name, "file_name")?)
        };
        call.give(
            "downloadFile",
            Ok(download(file_id, file_name, DownloadTarget::Directory(directory.into()))),
        );
        Ok(())
    })
}

fn download(file_id: &str, file_name: Option<&str>, target: DownloadTarget) -> Command {
    let file_name = file_name.map(str::to_owned);
    Command::DownloadFile(Download { file_id: file_id.to_owned(), file_name, target, progress: None })
}

/// getFileLimits: what the server allows to upload. Read it by webchat_payload_file_limits. Rejected: WEBCHAT_ERR_NO_SESSION,
/// WEBCHAT_ERR_UNSUPPORTED, what the server answers. A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_get_file_limits(
    service: *mut webchat_service,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        unsafe { Call::take(service, completion, out_request) }?
            .give("getFileLimits", Ok(Command::GetFileLimits));
        Ok(())
    })
}

/// Deletes an uploaded file (deleteFile). Resolves with the server's answer. Rejected: WEBCHAT_ERR_NO_SESSION, what the server answers.
/// A command: see above. Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn webchat_delete_file(
    service: *mut webchat_service,
    file_id: *const c_char,
    completion: *const webchat_completion,
    out_request: *mut u64,
) -> webchat_status {
    guard(|| {
        // SAFETY: the header's pointer rules.
        let (call, file_id) =
            unsafe { (Call::take(service, completion, out_request)?, required(file_id, "file_id")?) };
        call.give("deleteFile", Ok(Command::DeleteFile { file_id: file_id.to_owned() }));
        Ok(())
    })
}
