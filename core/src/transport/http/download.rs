//! Puts a download where the caller wants it. What is incomplete is never seen under its name: bytes go to a temporary file in the
//! same directory, which is renamed at the end and removed when anything fails or the download is abandoned.

use super::{answer::Reading, filename, io_failure};
use crate::{
    blocking,
    model::{Download, DownloadTarget, Downloaded, Progress},
    transport::Failure,
};
use bytes::{Bytes, BytesMut};
use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::{NamedTempFile, TempPath};
use tokio::{fs::File, io::AsyncWriteExt, time::Instant};

/// How many files of one name are told apart by a number.
const MAX_NUMBER: u32 = 9_999;

/// Reads the rest of `reading`, after the bytes `first` already read, into the target of `download`. Each further piece has to come
/// within `pause`.
pub(crate) async fn save(
    mut reading: Reading,
    first: Bytes,
    download: &Download,
    pause: Duration,
) -> Result<Downloaded, Failure> {
    let name = file_name(&reading, download);
    let mut progress = Progress { transferred: 0, total: reading.length() };
    let mut sink = Sink::open(&download.target).await?;
    let mut next = Some(first);
    while let Some(chunk) = next {
        progress.transferred += chunk.len() as u64;
        sink.write(&chunk, &reading).await?;
        if let Some(listener) = download.progress.as_ref().filter(|_| !chunk.is_empty()) {
            (listener.0)(progress);
        }
        next = reading.chunk(Instant::now().checked_add(pause)).await?;
    }
    sink.finish(&download.target, name, progress.transferred).await
}

/// The name to save under: the caller's, else the server's, else the id; in each case made harmless.
fn file_name(reading: &Reading, download: &Download) -> String {
    let given = download.file_name.clone().filter(|name| !name.is_empty());
    filename::safe(
        &given
            .or_else(|| filename::from_headers(reading.headers()))
            .unwrap_or_else(|| download.file_id.clone()),
    )
}

/// Where bytes go.
enum Sink {
    Memory(BytesMut),
    File(File, TempPath),
}

impl Sink {
    async fn open(target: &DownloadTarget) -> Result<Self, Failure> {
        let directory = match target {
            DownloadTarget::Memory => return Ok(Self::Memory(BytesMut::new())),
            DownloadTarget::File(path) => match path.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
                _ => PathBuf::from("."),
            },
            DownloadTarget::Directory(directory) => directory.clone(),
        };
        let (file, path) = on_thread(move || temporary(&directory)).await.map_err(failed)?.into_parts();
        Ok(Self::File(File::from_std(file), path))
    }

    async fn write(&mut self, chunk: &Bytes, reading: &Reading) -> Result<(), Failure> {
        match self {
            Self::Memory(buffer) => {
                if (buffer.len() + chunk.len()) as u64 > reading.limit() {
                    return Err(reading.too_long());
                }
                buffer.extend_from_slice(chunk);
                Ok(())
            }
            Self::File(file, _) => file.write_all(chunk).await.map_err(failed),
        }
    }

    async fn finish(self, target: &DownloadTarget, name: String, size: u64) -> Result<Downloaded, Failure> {
        let (mut file, temporary) = match self {
            Self::Memory(buffer) => {
                return Ok(Downloaded { file_name: name, size, path: None, bytes: Some(buffer.freeze()) });
            }
            Self::File(file, temporary) => (file, temporary),
        };
        file.flush().await.map_err(failed)?;
        file.sync_all().await.map_err(failed)?;
        drop(file);
        let target = target.clone();
        let path = on_thread(move || place(temporary, &target, &name)).await.map_err(failed)?;
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Downloaded { file_name, size, path: Some(path), bytes: None })
    }
}

/// A new file beside its final place, with the permissions that any new file gets.
fn temporary(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".webchat-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(directory)
}

/// Gives a complete file its name. In a directory it takes the first free one, in one step with the test that it is free; a symbolic
/// link of that name counts as taken.
fn place(mut temporary: TempPath, target: &DownloadTarget, name: &str) -> io::Result<PathBuf> {
    let directory = match target {
        DownloadTarget::File(path) => {
            temporary.persist(path)?;
            return Ok(path.clone());
        }
        DownloadTarget::Directory(directory) => directory,
        DownloadTarget::Memory => return Err(io::Error::other("no place for a file")),
    };
    for number in 0..=MAX_NUMBER {
        let path =
            directory.join(if number == 0 { name.to_owned() } else { filename::numbered(name, number) });
        match temporary.persist_noclobber(&path) {
            Ok(()) => return Ok(path),
            Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => temporary = taken.path,
            Err(other) => return Err(other.error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "too many files of this name"))
}

async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    blocking::FILES.run(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

fn failed(error: io::Error) -> Failure {
    // The temporary file's path is no help to anybody; the caller knows the place it stands for.
    let error = if error.get_ref().is_some() { io::Error::from(error.kind()) } else { error };
    io_failure("the download cannot be saved", &error)
}
