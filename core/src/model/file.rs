//! Files on their way to and from the chat.

use super::JsonObject;
use crate::private::debug_only;
use bytes::Bytes;
use serde::{Serialize, Serializer};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where an upload's bytes come from.
#[derive(Clone, PartialEq, Eq)]
pub enum FileSource {
    /// A file, read while it is sent.
    Path(PathBuf),
    /// Bytes in memory.
    Bytes(Bytes),
}

impl fmt::Debug for FileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(_) => f.write_str("Path(<private>)"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}

/// A file to send.
#[derive(Clone)]
pub struct Upload {
    /// The name the other side sees; without a directory part.
    pub name: String,
    /// The bytes.
    pub source: FileSource,
    /// Attached data, such as `file-description`.
    pub user_data: JsonObject,
    /// Told of each step.
    pub progress: Option<ProgressListener>,
}

debug_only!(Upload { source });

impl Upload {
    /// The file at `path`, under `name`, or else under its own, made readable where it is not UTF-8. Nothing, when the path names no file.
    pub fn from_path(path: PathBuf, name: Option<&str>) -> Option<Self> {
        let own_name = || path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.map(str::to_owned).or_else(own_name)?;
        Some(Self { name, source: FileSource::Path(path), user_data: JsonObject::new(), progress: None })
    }
}

/// Where a download goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DownloadTarget {
    /// Into memory, up to the configuration's response limit.
    Memory,
    /// To exactly this file. An existing one is replaced once the download is complete.
    File(PathBuf),
    /// Into this directory, under the file's own name: never outside of it, never over an existing file.
    Directory(PathBuf),
}

/// A file to fetch.
#[derive(Clone)]
pub struct Download {
    /// The file's id, from `fileDetails`.
    pub file_id: String,
    /// The name to save it under; else the one the server tells, else the id.
    pub file_name: Option<String>,
    /// Where to put it.
    pub target: DownloadTarget,
    /// Told of each step.
    pub progress: Option<ProgressListener>,
}

debug_only!(Download { file_id });

/// A file that arrived.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Downloaded {
    /// The file's name without any directory.
    pub file_name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Where it was saved.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "readable")]
    pub path: Option<PathBuf>,
    /// Its bytes, when it was fetched into memory.
    #[serde(skip)]
    pub bytes: Option<Bytes>,
}

debug_only!(Downloaded { size });

/// A path that is not UTF-8 has no exact form in JSON.
#[allow(clippy::ref_option, reason = "serde's signature")]
fn readable<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_deref().map(Path::to_string_lossy).serialize(serializer)
}

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes transferred so far.
    pub transferred: u64,
    /// Bytes in all, when known.
    pub total: Option<u64>,
}

/// A function that is told how far a transfer is. It runs on the library's threads and must not block.
#[derive(Clone)]
pub struct ProgressListener(pub Arc<dyn Fn(Progress) + Send + Sync>);

impl fmt::Debug for ProgressListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProgressListener")
    }
}

/// What the server allows to upload (gms-v2.md, 7.1). What the server does not say is not limited here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileLimits {
    /// Uploads allowed in a session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_files: Option<u64>,
    /// Bytes allowed in a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_file_size: Option<u64>,
    /// Bytes allowed in a session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_total_size: Option<u64>,
    /// Extensions allowed, in lower case, without the dot. Empty: no statement.
    pub file_types: Vec<String>,
    /// Whether uploads wait for an agent in the chat.
    pub need_agent: bool,
    /// Uploads done.
    pub used_files: u64,
    /// Bytes uploaded.
    pub used_total_size: u64,
    /// Everything the server said, as it said it.
    pub raw: JsonObject,
}
