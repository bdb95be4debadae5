//! Puts a download where the caller wants it. What is incomplete is never seen under its name: bytes go to a temporary file in the
//! same directory, which is renamed at the end and removed when anything fails or the download is abandoned.

use super::{Answer, answer::Reading, bad_answer, failure::file_failure, filename, patience::Rest};
use crate::{
    blocking,
    model::{Download, DownloadTarget, Downloaded, Progress},
    transport::Failure,
};
use bytes::{Bytes, BytesMut};
use std::{
    cell::Cell,
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::{NamedTempFile, TempPath};
use tokio::{fs::File, io::AsyncWriteExt};

/// How many files of one name are told apart by a number.
const MAX_NUMBER: u32 = 9_999;

/// Reads the rest of `reading`, after the bytes `first` already read, into the target of `download`. Each further piece has to come
/// within `pause`. A file of more than `limit` bytes is refused, before its first byte where the server says its length.
pub(crate) async fn save(
    mut reading: Reading,
    first: Bytes,
    download: &Download,
    pause: Duration,
    limit: u64,
) -> Result<Downloaded, Failure> {
    let name = file_name(&reading, download);
    if reading.length().is_some_and(|length| length > limit) {
        return Err(too_large(&reading, limit));
    }
    let mut progress = Progress { transferred: 0, total: reading.length() };
    let mut sink = Sink::open(&download.target).await?;
    let mut next = Some(first);
    while let Some(chunk) = next {
        progress.transferred += chunk.len() as u64;
        if progress.transferred > limit {
            return Err(too_large(&reading, limit));
        }
        sink.write(&chunk, &reading, &download.target).await?;
        if let Some(listener) = download.progress.as_ref().filter(|_| !chunk.is_empty()) {
            (listener.0)(progress);
        }
        next = reading.chunk(Rest::endless(pause)).await?;
    }
    sink.finish(&download.target, name, progress.transferred).await
}

fn too_large(reading: &Reading, limit: u64) -> Failure {
    let cause = format!("the file is larger than the {limit} bytes that connection.maxDownloadBytes allows");
    bad_answer(&Answer { status: reading.status(), ..Answer::default() }, &cause)
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
        let failed = |error: io::Error| failed(target, &error);
        let directory = match target {
            DownloadTarget::Memory => return Ok(Self::Memory(BytesMut::new())),
            DownloadTarget::File(path) => match path.parent() {
                _ if let Some(error) = not_replaced(path) => {
                    return Err(failed(error));
                }
                Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
                _ => PathBuf::from("."),
            },
            DownloadTarget::Directory(directory) => directory.clone(),
        };
        let (file, path) = on_thread(move || temporary(&directory)).await.map_err(failed)?.into_parts();
        Ok(Self::File(File::from_std(file), path))
    }

    async fn write(
        &mut self,
        chunk: &Bytes,
        reading: &Reading,
        target: &DownloadTarget,
    ) -> Result<(), Failure> {
        match self {
            Self::Memory(buffer) => {
                if (buffer.len() + chunk.len()) as u64 > reading.limit() {
                    return Err(reading.too_long());
                }
                buffer.extend_from_slice(chunk);
                Ok(())
            }
            Self::File(file, _) => {
                file.write_all(chunk).await.map_err(|error: io::Error| failed(target, &error))
            }
        }
    }

    async fn finish(self, target: &DownloadTarget, name: String, size: u64) -> Result<Downloaded, Failure> {
        let (mut file, temporary) = match self {
            Self::Memory(buffer) => {
                return Ok(Downloaded { file_name: name, size, path: None, bytes: Some(buffer.freeze()) });
            }
            Self::File(file, temporary) => (file, temporary),
        };
        let failed = |error: io::Error| failed(target, &error);
        file.flush().await.map_err(failed)?;
        file.sync_all().await.map_err(failed)?;
        drop(file);
        let place_of = target.clone();
        let path = on_thread(move || place(temporary, &place_of, &name)).await.map_err(failed)?;
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Downloaded { file_name, size, path: Some(path), bytes: None })
    }
}

/// A new file beside its final place, with the permissions that any new file gets.
fn temporary(directory: &Path) -> io::Result<NamedTempFile> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    // The error of the system itself: what comes back has the temporary path in place of its number.
    let error = Cell::new(None);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".webchat-").suffix(".part");
    let made = builder
        .make_in(directory, |path| options.open(path).inspect_err(|failed| error.set(failed.raw_os_error())));
    made.map_err(|other| error.get().map_or(other, io::Error::from_raw_os_error))
}

/// Gives a complete file its name. In a directory it takes the first free one, in one step with the test that it is free; a symbolic
/// link of that name counts as taken.
fn place(mut temporary: TempPath, target: &DownloadTarget, name: &str) -> io::Result<PathBuf> {
    let directory = match target {
        DownloadTarget::File(path) => {
            if let Some(error) = not_replaced(path) {
                return Err(error);
            }
            if let Ok(there) = path.symlink_metadata() {
                fs::set_permissions(&temporary, there.permissions())?;
            }
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

/// Why what is at `path` is not replaced: it is no regular file, but a link, a device, a directory.
fn not_replaced(path: &Path) -> Option<io::Error> {
    let there = path.symlink_metadata().ok()?;
    let what = "what is there is no regular file";
    (!there.is_file()).then(|| io::Error::new(io::ErrorKind::AlreadyExists, what))
}

async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    blocking::FILES.run(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// The file, or the directory, that was named, not the temporary file beside it.
fn failed(target: &DownloadTarget, error: &io::Error) -> Failure {
    let path = match target {
        DownloadTarget::Memory => Path::new(""),
        DownloadTarget::File(path) | DownloadTarget::Directory(path) => path,
    };
    file_failure(format!("the download cannot be saved to {}: {error}", path.display()), path, error)
}
