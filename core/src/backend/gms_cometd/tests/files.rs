//! Files, beside the link.

use super::*;
use crate::model::{Download, DownloadTarget, FileSource, Upload};
use bytes::Bytes;
use webchat_simulator::{FileLimits, Operation as Asked};

fn upload(bytes: &'static [u8]) -> Operation {
    Operation::Upload(Upload {
        name: "a.txt".into(),
        source: FileSource::Bytes(Bytes::from_static(bytes)),
        user_data: object(json!({"file-description": "notes"})),
        progress: None,
    })
}

#[tokio::test]
async fn a_file_there_and_back() {
    for websocket in [true, false] {
        let files =
            FileLimits { file_types: vec!["txt".into()], max_file_size: 1000, ..FileLimits::default() };
        let simulator = Simulator::builder().seed(7).files(files).start().await.unwrap();
        let mut mia = Customer::started(config(&simulator, websocket)).await;
        let capabilities = mia.transport.capabilities();
        assert!(capabilities.file_upload && capabilities.file_deletion && !capabilities.polling);
        let limits = mia.perform(Operation::FileLimits).await.unwrap().limits.unwrap();
        assert_eq!((limits.max_file_size, limits.file_types), (Some(1000), vec!["txt".into()]));
        let file_id = mia.perform(upload(b"hello")).await.unwrap().file_id.unwrap();
        mia.until(|mia| mia.transcript.values().any(|line| line.starts_with("FileUploaded"))).await;
        let download = Download {
            file_id: file_id.clone(),
            file_name: None,
            target: DownloadTarget::Memory,
            progress: None,
        };
        let downloaded = mia.perform(Operation::Download(download)).await.unwrap().downloaded.unwrap();
        assert_eq!(downloaded.size, 5);
        mia.perform(Operation::DeleteFile { file_id }).await.unwrap();
        mia.until(|mia| mia.transcript.values().any(|line| line.starts_with("FileDeleted"))).await;
        let failure = mia.perform(upload(&[b'x'; 2000])).await.unwrap_err();
        assert_eq!(failure.status, 400);
        let by_http = |entry: &webchat_simulator::LogEntry| {
            matches!(
                entry.operation,
                Some(Asked::FileLimits | Asked::FileUpload | Asked::FileDownload | Asked::FileDelete)
            )
        };
        let entries: Vec<_> = simulator.log().into_iter().filter(by_http).collect();
        assert_eq!(entries.len(), 5);
        for entry in entries {
            assert_eq!(entry.header("apikey"), Some("the-key"));
            assert!(entry.header("cookie").unwrap().contains("BAYEUX_BROWSER="));
        }
    }
}

#[tokio::test]
async fn without_an_address_there_are_no_files() {
    let simulator = simulator(CometdSettings::default()).await;
    let mut mia = Customer::new(Options { api_url: None, ..config(&simulator, true) });
    assert!(!mia.transport.capabilities().file_upload);
    assert_eq!(mia.perform(Operation::FileLimits).await.unwrap_err().kind, ErrorKind::Unsupported);
}
