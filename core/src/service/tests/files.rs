//! File commands (webchatservice.md, 4 (sendFile, downloadFile)).

use super::{
    answers::*,
    script::{Script, start_chat},
};
use crate::{
    ErrorKind,
    command::Command,
    model::{Download, DownloadTarget, Downloaded, FileLimits, FileSource, JsonObject, Upload},
    transport::{Capabilities, Operation, Reply},
};
use serde_json::json;
use std::time::Duration;

fn upload() -> Command {
    Command::SendFile(Upload {
        name: "a.txt".into(),
        source: FileSource::Bytes("abc".into()),
        user_data: JsonObject::new(),
        progress: None,
    })
}

fn download() -> Command {
    Command::DownloadFile(Download {
        file_id: "7".into(),
        file_name: None,
        target: DownloadTarget::Memory,
        progress: None,
    })
}

#[test]
fn an_upload_resolves_with_the_answer_and_hurries_the_next_poll() {
    let mut script = Script::started();
    script.idle(Duration::from_secs(30));
    let id = script.command(upload());
    assert!(
        matches!(&script.request("upload").request.operation, Operation::Upload(upload) if upload.name == "a.txt")
    );
    let before = script.now;
    script.answer("upload", done());
    assert_eq!(script.resolved(id), json!({"statusCode": 0, "chatEnded": false}));
    script.step();
    assert!(script.now - before <= Duration::from_millis(500));
}

#[test]
fn a_refused_upload_is_an_error_with_the_file_s_name() {
    for code in [201, 202, 203] {
        let mut script = Script::started();
        let id = script.command(upload());
        script.take();
        script.fail("upload", bad_request(code));
        assert_eq!(script.take(), ["error", "sendFile: rejected"]);
        let expected =
            json!({"status": 400, "responseJSON": {"errors": [{"code": code, "filename": "a.txt"}]}});
        assert_eq!(script.payload("error"), expected);
        assert_eq!(script.error(id).rejection(), expected);
    }
    let mut script = Script::started();
    let id = script.command(upload());
    script.answer("upload", refused(203, Some(false)));
    let expected = json!({"statusCode": 2, "errors": [{"code": 203, "filename": "a.txt"}]});
    assert_eq!((script.payload("error"), script.error(id).rejection()), (expected.clone(), expected));
}

#[test]
fn an_upload_on_a_lost_connection_says_so() {
    let mut script = Script::started();
    let id = script.command(upload());
    script.take();
    script.fail("upload", lost());
    assert_eq!(script.take(), ["disconnected", "error", "sendFile: rejected"]);
    let error = script.payload("error");
    assert_eq!(
        (&error["errorReason"], &error["filename"], &error["status"]),
        (&json!("FileUploadError"), &json!("a.txt"), &json!(0))
    );
    assert_eq!(script.error(id).rejection(), error);
    script.command(upload());
    script.take();
    script.answer("upload", done());
    assert_eq!(script.take(), ["sendFile: resolved", "reconnected"]);
}

#[test]
fn a_file_that_cannot_be_read_is_the_command_s_alone() {
    let mut script = Script::started();
    let id = script.command(upload());
    script.take();
    script.fail("upload", local(ErrorKind::Io));
    assert_eq!(script.take(), ["sendFile: rejected"]);
    assert_eq!(script.error(id).kind(), ErrorKind::Io);
}

#[test]
fn a_download_resolves_with_the_file() {
    let mut script = Script::started();
    let id = script.command(download());
    let file = Downloaded { file_name: "a.txt".into(), size: 3, path: None, bytes: Some("abc".into()) };
    script.answer("download", Reply { downloaded: Some(file), ..done() });
    assert_eq!(script.resolved(id), json!({"fileName": "a.txt", "size": 3, "bytes": "YWJj"}));
    let id = script.command(download());
    script.fail("download", http(404));
    assert_eq!(script.error(id).rejection()["status"], 404);
    let id = script.command(download());
    script.answer("download", done());
    assert_eq!(script.error(id).kind(), ErrorKind::Protocol);
}

#[test]
fn limits_are_told() {
    let mut script = Script::started();
    let id = script.command(Command::GetFileLimits);
    let limits = FileLimits { max_files: Some(5), file_types: vec!["png".into()], ..FileLimits::default() };
    script.answer("limits", Reply { limits: Some(limits), ..done() });
    let expected = json!({
        "maxFiles": 5, "fileTypes": ["png"], "needAgent": false, "usedFiles": 0, "usedTotalSize": 0, "raw": {}
    });
    assert_eq!(script.resolved(id), expected);
    let id = script.command(Command::GetFileLimits);
    script.answer("limits", done());
    assert_eq!(script.error(id).kind(), ErrorKind::Protocol);
    let id = script.command(Command::GetFileLimits);
    script.answer("limits", temporary());
    assert_eq!(script.error(id).rejection(), json!({"statusCode": 1}));
}

#[test]
fn a_transfer_that_is_given_up_is_abandoned() {
    for (command, kind) in [(upload(), "upload"), (download(), "download")] {
        let mut script = Script::started();
        let id = script.command(command.clone());
        let request = script.request(kind).id;
        script.cancel(id);
        assert_eq!(script.rejected(id).0, ErrorKind::Cancelled);
        assert_eq!(script.aborted, [request]);
        let id = script.command_within(command, Some(Duration::from_secs(1)));
        script.wait_ms(1_000);
        assert_eq!((script.rejected(id).0, script.aborted.len()), (ErrorKind::Timeout, 2));
    }
}

#[test]
fn files_need_a_session() {
    for command in [upload(), download(), Command::GetFileLimits, Command::DeleteFile { file_id: "7".into() }]
    {
        let mut script = Script::ready();
        let id = script.command(command);
        assert_eq!(script.rejected(id), (ErrorKind::NoSession, "There is no active chat session"));
    }
}

#[test]
fn files_need_a_transport_that_carries_them() {
    let text = "This transport doesn't support file uploads";
    for (command, text) in [
        (upload(), text),
        (Command::GetFileLimits, "This transport doesn't support getFileLimits command."),
        (download(), "This transport doesn't support file download."),
        (Command::DeleteFile { file_id: "7".into() }, "This transport doesn't support deleteFile command."),
    ] {
        let mut script = Script::new();
        script.capabilities = Capabilities { polling: true, ..Capabilities::default() };
        script.configure();
        script.command(start_chat());
        script.answer("start", session("chat-1"));
        let id = script.command(command);
        assert_eq!(script.rejected(id), (ErrorKind::Unsupported, text));
    }
}

#[test]
fn an_answer_after_the_chat_completes_its_command_only() {
    let mut script = Script::started();
    let id = script.command(upload());
    script.command(Command::EndChat);
    script.answer_end();
    script.take();
    script.answer("upload", done());
    assert_eq!(script.take(), ["sendFile: resolved"]);
    assert!(script.outcome(id).unwrap().is_ok());
}
