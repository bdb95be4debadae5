//! Sending and fetching files.

use super::*;
use crate::{
    carrier::http::test_server::{Reads, Scripted, Then, raw},
    model::{Download, DownloadTarget, Downloaded, FileSource, Progress, ProgressListener, Upload},
};
use std::{fs, path::Path, sync::Mutex};

/// Collects the steps of a transfer.
fn steps() -> (ProgressListener, Arc<Mutex<Vec<Progress>>>) {
    let steps = Arc::new(Mutex::new(Vec::new()));
    let listener = steps.clone();
    (ProgressListener(Arc::new(move |step| listener.lock().unwrap().push(step))), steps)
}

fn upload(name: &str, source: FileSource) -> Upload {
    Upload { name: name.into(), source, user_data: serde_json::Map::new(), progress: None }
}

fn download(target: DownloadTarget) -> Download {
    Download { file_id: "f1".into(), file_name: None, target, progress: None }
}

/// Downloads what `script` serves.
async fn fetch(script: Scripted, download: Download) -> Result<Reply, Failure> {
    let server = TestServer::start([script]).await;
    transport_to(&server).perform(request(Operation::Download(download))).await
}

async fn fetch_into(directory: &Path, header: &str, body: &[u8]) -> Downloaded {
    let script = answer("200 OK", header, body);
    let target = DownloadTarget::Directory(directory.to_owned());
    fetch(script, download(target)).await.unwrap().downloaded.unwrap()
}

fn listing(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn an_upload_is_a_browsers_form() {
    let ok = r#"{"statusCode":0,"userData":{"file-id":"f7"}}"#;
    let mut server = TestServer::start([answer("200 OK", "Content-Type: text/plain\r\n", ok)]).await;
    let mut file = upload("Grüße \"1\".txt", FileSource::Bytes(Bytes::from_static(b"hello")));
    file.user_data.insert("file-description".into(), "a greeting".into());
    let reply = transport_to(&server).perform(request(Operation::Upload(file))).await.unwrap();
    assert_eq!(reply.file_id.as_deref(), Some("f7"));
    let seen = server.seen().await;
    assert_eq!(seen.line(), "POST /genesys/2/chat/support/0004aB1/file HTTP/1.1");
    assert_eq!(seen.header("apikey"), Some("the-key"));
    let boundary =
        seen.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    insta::assert_snapshot!(seen.text().replace(boundary, "BOUNDARY").replace("\r\n", "\n"), @r#"
    --BOUNDARY
    Content-Disposition: form-data; name="secureKey"

    a+b/c==
    --BOUNDARY
    Content-Disposition: form-data; name="userId"

    00755A0B1
    --BOUNDARY
    Content-Disposition: form-data; name="alias"

    117
    --BOUNDARY
    Content-Disposition: form-data; name="userData[file-description]"

    a greeting
    --BOUNDARY
    Content-Disposition: form-data; name="file"; filename="Grüße %221%22.txt"
    Content-Type: text/plain

    hello
    --BOUNDARY--
    "#);
}

#[tokio::test]
async fn a_big_file_is_sent_piece_by_piece() {
    let size = 1_000_000;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, &vec![7; size]).unwrap();
    let same = redirect("307 Temporary Redirect", "/again");
    for source in [FileSource::Path(file.path().into()), FileSource::Bytes(Bytes::from(vec![7; size]))] {
        let mut server = TestServer::start([same.clone(), json(r#"{"statusCode":0}"#)]).await;
        let (listener, steps) = steps();
        let big = Upload { progress: Some(listener), ..upload("big.bin", source) };
        transport_to(&server).perform(request(Operation::Upload(big))).await.unwrap();
        for _ in 0..2 {
            let seen = server.seen().await;
            assert_eq!(seen.header("content-length").unwrap().parse::<usize>().unwrap(), seen.body.len());
            assert_eq!(seen.header("transfer-encoding"), None);
            let file = seen.body.iter().skip_while(|byte| **byte != 7).take_while(|byte| **byte == 7);
            assert_eq!(file.count(), size);
        }
        let steps = steps.lock().unwrap();
        assert!(steps.len() > 10, "{} steps", steps.len());
        let total = size as u64;
        assert_eq!(steps.last(), Some(&Progress { transferred: total, total: Some(total) }));
        assert!(steps.iter().all(|step| step.total == Some(total) && step.transferred <= total));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_not_sent() {
    let mut server = TestServer::start([]).await;
    let transport = transport_to(&server);
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    for path in ["/does/not/exist".into(), std::env::temp_dir(), pipe, "/dev/zero".into(), "/dev/null".into()]
    {
        let failure = transport
            .perform(request(Operation::Upload(upload("a", FileSource::Path(path.clone())))))
            .await
            .unwrap_err();
        assert_eq!(
            (failure.kind, failure.applied, failure.retry),
            (ErrorKind::Io, Applied::No, Retry::Never)
        );
        let expected = format!("the file to send, {}, cannot be read: ", path.display());
        assert!(failure.cause.starts_with(&expected), "{}", failure.cause);
        let file = failure.file.as_ref().unwrap();
        assert!(!path.exists() || failure.cause.ends_with("it is not a regular file"), "{}", failure.cause);
        let expected = if path.exists() { None } else { Some(2) };
        assert_eq!((&file.path, file.os_error), (&path, expected));
        assert!(!failure.is_disconnect());
    }
    assert_eq!(server.unseen(), 0);
}

#[tokio::test]
async fn a_file_whose_name_is_not_utf_8_is_sent_under_a_readable_one() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(OsStr::from_bytes(b"Rechnung-\xfc.txt"));
    fs::write(&path, "hello").unwrap();
    let mut server = TestServer::start([answer("200 OK", "", "{\"statusCode\":0}")]).await;
    let file = Upload::from_path(path, None).unwrap();
    let _ = transport_to(&server).perform(request(Operation::Upload(file))).await;
    let seen = server.seen().await;
    let body = String::from_utf8(seen.body.to_vec()).unwrap();
    assert!(body.contains("filename=\"Rechnung-\u{fffd}.txt\"") && body.contains("hello"), "{body}");
}

#[tokio::test]
async fn a_download_goes_where_the_name_is_not_utf_8() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(OsStr::from_bytes(b"\xfc.txt"));
    let target = DownloadTarget::File(path.clone());
    let file = fetch(answer("200 OK", "", "hello"), download(target)).await.unwrap().downloaded.unwrap();
    assert_eq!((file.path.as_ref(), fs::read(&path).unwrap().as_slice()), (Some(&path), b"hello".as_slice()));
    let json = crate::command::Resolution::Downloaded(file).to_json();
    assert!(json["path"].as_str().unwrap().ends_with("/\u{fffd}.txt"), "{json}");
}

#[tokio::test]
async fn a_refused_upload_tells_why() {
    let body = r#"{"errors":[{"code":201,"advice":"3"},{"code":202}]}"#;
    let refusal = answer("400 Bad Request", "Content-Type: text/plain\r\n", body);
    // The second refusal comes before the file was read, and more than fits into the sockets' buffers stays unsent.
    let early = Scripted { reads: Reads::OnlyHead, then: Then::Hang, ..refusal.clone() };
    for (script, size) in [(refusal, 1), (early, 64 << 20)] {
        let server = TestServer::start([script]).await;
        let file = upload("a.txt", FileSource::Bytes(Bytes::from(vec![0; size])));
        let failure = transport_to(&server).perform(request(Operation::Upload(file))).await.unwrap_err();
        assert_eq!(failure.response["responseJSON"]["errors"][1]["code"], 202);
        assert!(matches!(&failure.news, News::Error(data) if **data == failure.response));
        assert_eq!((failure.kind, failure.applied, failure.status), (ErrorKind::Rejected, Applied::No, 400));
        assert_eq!(
            failure.cause,
            "the chat server refused the request: too many files, at most 3 (error 201); the file, or all files together, are too \
             large (error 202)"
        );
    }
}

#[tokio::test]
async fn an_upload_has_its_own_time_limit() {
    let mut server = TestServer::start([raw("", Then::Hang)]).await;
    let limited = Options {
        file_upload_timeout: Some(Duration::from_secs(9)),
        ..config(&format!("{}/", server.origin()))
    };
    let operation = Operation::Upload(upload("a", FileSource::Bytes(Bytes::from_static(b"x"))));
    let sending = tokio::spawn(transport(limited).perform(request(operation)));
    server.seen().await;
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let failure = sending.await.unwrap().unwrap_err();
    assert_eq!((failure.kind, failure.applied), (ErrorKind::Timeout, Applied::Unknown));
    assert!(start.elapsed() > Duration::from_secs(8), "{:?}", start.elapsed());
}

#[tokio::test]
async fn into_memory() {
    let (listener, steps) = steps();
    let fetched = fetch(
        answer("200 OK", "Content-Disposition: attachment; filename=\"../a.txt\"\r\n", b"abc"),
        Download { progress: Some(listener), ..download(DownloadTarget::Memory) },
    );
    let downloaded = fetched.await.unwrap().downloaded.unwrap();
    assert_eq!((downloaded.file_name.as_str(), downloaded.size, &downloaded.path), ("a.txt", 3, &None));
    assert_eq!(downloaded.bytes.as_deref(), Some(b"abc".as_slice()));
    assert_eq!(*steps.lock().unwrap(), [Progress { transferred: 3, total: Some(3) }]);
}

#[tokio::test]
async fn to_a_file_replaces_it_at_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mine.bin");
    fs::write(&path, "old").unwrap();
    let body = vec![9; 300_000];
    let script = answer("200 OK", "Content-Disposition: attachment; filename=other\r\n", &body);
    let downloaded =
        fetch(script, download(DownloadTarget::File(path.clone()))).await.unwrap().downloaded.unwrap();
    assert_eq!((downloaded.file_name.as_str(), downloaded.size), ("mine.bin", 300_000));
    assert_eq!((downloaded.path, downloaded.bytes), (Some(path.clone()), None));
    assert_eq!((fs::read(&path).unwrap(), listing(directory.path())), (body, vec!["mine.bin".to_owned()]));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_is_replaced_keeps_its_mode_and_nothing_else_is_replaced() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let directory = tempfile::tempdir().unwrap();
    let private = directory.path().join("private");
    fs::write(&private, "old").unwrap();
    fs::set_permissions(&private, fs::Permissions::from_mode(0o600)).unwrap();
    fetch(answer("200 OK", "", b"new"), download(DownloadTarget::File(private.clone()))).await.unwrap();
    assert_eq!(fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o600);
    let link = directory.path().join("link");
    symlink(&private, &link).unwrap();
    for other in [link.clone(), directory.path().to_owned(), "/dev/null".into()] {
        let target = DownloadTarget::File(other.clone());
        let failure = fetch(answer("200 OK", "", b"x"), download(target)).await.unwrap_err();
        assert_eq!(failure.kind, ErrorKind::Io);
        assert!(failure.cause.contains(&*other.to_string_lossy()), "{}", failure.cause);
    }
    assert_eq!(fs::read(&private).unwrap(), b"new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(listing(directory.path()), ["link", "private"]);
}

#[tokio::test]
async fn a_file_is_limited_and_refused_before_its_first_byte_where_its_length_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let told = answer("200 OK", "Content-Disposition: attachment; filename=a\r\n", [7; 1_001]);
    let head = "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let untold = raw(format!("{head}3e9\r\n{}", "x".repeat(1_001)), Then::Hang);
    for script in [told, untold] {
        let server = TestServer::start([script]).await;
        let connection =
            Connection { proxy: ProxyConfig::None, max_download_bytes: 1_000, ..Connection::default() };
        let chat =
            GmsRest::new(config(&format!("{}/", server.origin())), &connection, &HttpPool::new()).unwrap();
        let target = DownloadTarget::Directory(directory.path().into());
        let failure = chat.perform(request(Operation::Download(download(target)))).await.unwrap_err();
        assert!(failure.cause.contains("connection.maxDownloadBytes"), "{}", failure.cause);
        assert!(listing(directory.path()).is_empty());
    }
}

#[tokio::test]
async fn a_servers_name_never_leaves_the_directory() {
    let outer = tempfile::tempdir().unwrap();
    let inner = outer.path().join("in");
    fs::create_dir(&inner).unwrap();
    for name in ["../evil", "..\\\\evil", "/tmp/evil", "%2e%2e", "..", ".", "", "sub/evil", ".hidden", "nul"]
    {
        let header = format!("Content-Disposition: attachment; filename=\"{name}\"\r\n");
        let path = fetch_into(&inner, &header, b"x").await.path.unwrap();
        assert_eq!(path.parent(), Some(inner.as_path()), "{name}");
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
    }
    let encoded = "Content-Disposition: attachment; filename*=UTF-8''..%2F..%2Fevil\r\n";
    assert_eq!(fetch_into(&inner, encoded, b"x").await.file_name, "evil (4)");
    assert_eq!(listing(outer.path()), ["in"], "nothing beside the directory");
    assert_eq!(fetch_into(&inner, "", b"x").await.file_name, "f1 (1)", "the id where there is no name");
}

#[cfg(unix)]
#[tokio::test]
async fn an_existing_file_or_link_is_never_touched() {
    let directory = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.txt"), "mine").unwrap();
    std::os::unix::fs::symlink(outside.path().join("target"), directory.path().join("a (1).txt")).unwrap();
    let header = "Content-Disposition: attachment; filename=a.txt\r\n";
    assert_eq!(fetch_into(directory.path(), header, b"theirs").await.file_name, "a (2).txt");
    assert_eq!(fs::read(directory.path().join("a.txt")).unwrap(), b"mine");
    assert!(listing(outside.path()).is_empty(), "the link was not followed");
}

#[tokio::test]
async fn a_chosen_name_is_made_harmless_too() {
    let directory = tempfile::tempdir().unwrap();
    let target = DownloadTarget::Directory(directory.path().into());
    let named = Download { file_name: Some("../mine.txt".into()), ..download(target) };
    let script = answer("200 OK", "Content-Disposition: attachment; filename=theirs\r\n", b"x");
    assert_eq!(fetch(script, named).await.unwrap().downloaded.unwrap().file_name, "mine.txt");
    assert_eq!(listing(directory.path()), ["mine.txt"]);
}

#[tokio::test]
async fn nothing_is_left_of_a_download_that_fails() {
    let directory = tempfile::tempdir().unwrap();
    let half = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\nhalf";
    for target in
        [DownloadTarget::Directory(directory.path().into()), DownloadTarget::File(directory.path().join("x"))]
    {
        let failure = fetch(raw(half, Then::Close), download(target)).await.unwrap_err();
        assert_eq!((failure.kind, failure.applied), (ErrorKind::Disconnected, Applied::Unknown));
        assert!(listing(directory.path()).is_empty());
    }
    let missing = directory.path().join("missing");
    let target = DownloadTarget::Directory(missing.clone());
    let failure = fetch(answer("200 OK", "", "x"), download(target)).await.unwrap_err();
    assert_eq!(failure.kind, ErrorKind::Io);
    let expected = format!("the download cannot be saved to {}: No such file", missing.display());
    assert!(failure.cause.starts_with(&expected) && !failure.cause.contains(".part"), "{}", failure.cause);
    assert_eq!(
        failure.file,
        Some(Box::new(crate::transport::FileFault { path: missing, os_error: Some(2) }))
    );
}

#[tokio::test]
async fn nothing_is_left_of_a_download_that_is_abandoned() {
    let directory = tempfile::tempdir().unwrap();
    let half = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\nhalf";
    let (sender, begun) = tokio::sync::oneshot::channel();
    let sender = Mutex::new(Some(sender));
    let progress = ProgressListener(Arc::new(move |_| {
        if let Some(sender) = sender.lock().unwrap().take() {
            let _ = sender.send(());
        }
    }));
    let target = DownloadTarget::Directory(directory.path().into());
    let server = TestServer::start([raw(half, Then::Hang)]).await;
    let operation = Operation::Download(Download { progress: Some(progress), ..download(target) });
    let fetching = tokio::spawn(transport_to(&server).perform(request(operation)));
    begun.await.unwrap();
    assert_eq!(listing(directory.path()).len(), 1, "the temporary file");
    fetching.abort();
    assert!(fetching.await.unwrap_err().is_cancelled());
    assert!(listing(directory.path()).is_empty());
}

#[tokio::test]
async fn a_refusal_is_no_file() {
    let directory = tempfile::tempdir().unwrap();
    let refusal = r#"{"statusCode":2,"errors":[{"code":500}],"chatEnded":false}"#;
    let target = || download(DownloadTarget::Directory(directory.path().into()));
    for header in ["Content-Type: application/json;charset=utf-8\r\n", "Content-Type: text/plain\r\n", ""] {
        let reply = fetch(answer("200 OK", header, refusal), target()).await.unwrap();
        assert_eq!((reply.verdict, reply.errors[0].code, reply.downloaded), (Verdict::Refused, 500, None));
    }
    let wide: Vec<u8> = refusal.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (header, body) in [
        ("Content-Type: application/json\r\n", format!("\u{feff}{refusal}").into_bytes()),
        ("", format!("\u{feff}{refusal}").into_bytes()),
        ("Content-Type: application/json; charset=utf-16le\r\n", wide),
        (
            "Content-Type: text/plain\r\n",
            refusal.replace("500", r#"500,"text":"\ud83d","advice":1e400"#).into_bytes(),
        ),
    ] {
        let reply = fetch(answer("200 OK", header, body), target()).await.unwrap();
        assert_eq!((reply.verdict, reply.errors[0].code, reply.downloaded), (Verdict::Refused, 500, None));
    }
    let reply = fetch(json(r#"{"statusCode":1}"#), target()).await.unwrap();
    assert_eq!(reply.verdict, Verdict::Temporary);
    let success = fetch(json(r#"{"statusCode":0,"chatEnded":false}"#), target()).await.unwrap_err();
    assert_eq!(success.kind, ErrorKind::Protocol);
    let forbidden = fetch(answer("403 Forbidden", "", "no"), target()).await.unwrap_err();
    assert_eq!(forbidden.kind, ErrorKind::Unauthorized);
    assert!(listing(directory.path()).is_empty());
}

#[tokio::test]
async fn a_json_file_is_a_file() {
    let attached = "Content-Type: application/json\r\nContent-Disposition: attachment; filename=a.json\r\n";
    let refusal = r#"{"statusCode":2,"errors":[]}"#.to_owned();
    let long = format!(r#"{{"statusCode":2,"errors":["{}"]}}"#, "x".repeat(200_000));
    for (header, body) in [
        (attached, &refusal),
        ("Content-Type: application/octet-stream\r\n", &refusal),
        ("Content-Type: application/json\r\n", &r#"{"name":"x"}"#.to_owned()),
        ("Content-Type: application/json\r\n", &r#"{"statusCode":200,"body":"log"}"#.to_owned()),
        ("Content-Type: application/json\r\n", &r#"[{"statusCode":2}]"#.to_owned()),
        ("Content-Type: application/json\r\n", &long),
        ("Content-Type: text/plain\r\n", &String::new()),
    ] {
        let reply = fetch(answer("200 OK", header, body), download(DownloadTarget::Memory)).await.unwrap();
        assert_eq!(reply.downloaded.unwrap().bytes.unwrap(), body.as_bytes());
    }
}

#[tokio::test]
async fn what_goes_into_memory_has_a_lower_limit() {
    let directory = tempfile::tempdir().unwrap();
    let server =
        TestServer::start([0, 1].map(|_| answer("200 OK", "Content-Type: image/png\r\n", vec![0; 5000])))
            .await;
    let connection =
        Connection { proxy: ProxyConfig::None, max_response_bytes: 4000, ..Connection::default() };
    let small =
        GmsRest::new(config(&format!("{}/", server.origin())), &connection, &HttpPool::new()).unwrap();
    let fetch = async |target| small.perform(request(Operation::Download(download(target)))).await;
    let failure = fetch(DownloadTarget::Memory).await.unwrap_err();
    assert_eq!((failure.kind, failure.status), (ErrorKind::Protocol, 200));
    let target = DownloadTarget::Directory(directory.path().into());
    assert_eq!(fetch(target).await.unwrap().downloaded.unwrap().size, 5000);
}

#[tokio::test]
async fn a_download_may_be_slow_but_not_silent() {
    let half = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\nhalf";
    let mut server = TestServer::start([raw(half, Then::Hang)]).await;
    let operation = Operation::Download(download(DownloadTarget::Memory));
    let fetching = tokio::spawn(transport_to(&server).perform(request(operation)));
    server.seen().await;
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let failure = fetching.await.unwrap().unwrap_err();
    assert_eq!((failure.kind, failure.status), (ErrorKind::Timeout, 0));
    assert!(start.elapsed() > Duration::from_secs(29), "{:?}", start.elapsed());
}
