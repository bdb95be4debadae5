//! Files of a chat and the limits on them (gms-v2.md, 7).

use std::collections::BTreeMap;

use bytes::Bytes;

/// The file limits of the chat server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLimits {
    /// Uploads the customer may make in one chat.
    pub max_files: u32,
    /// Bytes in one file.
    pub max_file_size: u64,
    /// Bytes in all the customer's files of one chat.
    pub max_total_size: u64,
    /// Allowed file name extensions, lower case, without the dot.
    pub file_types: Vec<String>,
    /// Only while an agent is in the chat.
    pub need_agent: bool,
    /// Downloads the customer may make in one chat.
    pub download_attempts: u32,
    /// Text of the limit `delete-file`. Whatever it says, deleting gives no slot back here.
    pub delete_file: String,
}

impl Default for FileLimits {
    /// Chat Server's own 3 files, 2 MiB each, 5 MiB in total.
    fn default() -> Self {
        let types = ["doc", "docx", "gif", "jpeg", "jpg", "pdf", "png", "txt", "zip"];
        Self {
            max_files: 3,
            max_file_size: 2_097_152,
            max_total_size: 5_242_880,
            file_types: types.map(str::to_owned).to_vec(),
            need_agent: false,
            download_attempts: 10,
            delete_file: "odd".to_owned(),
        }
    }
}

/// A file kept by the chat server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// The server's name for it.
    pub id: String,
    /// The name its sender gave it, exactly as received.
    pub name: String,
    /// Media type.
    pub content_type: String,
    /// The bytes.
    pub bytes: Bytes,
}

/// Why a file operation was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileRefusal {
    TooMany { allowed: u32 },
    TooLarge { limit: u64 },
    WrongType { extension: String },
    NeedsAgent,
    NoAttemptsLeft { allowed: u32 },
    UnknownFile,
}

/// The files of one chat and what the customer has used of the limits.
#[derive(Debug, Default)]
pub(crate) struct FileStore {
    files: BTreeMap<String, StoredFile>,
    used_files: u32,
    used_bytes: u64,
    used_downloads: u32,
}

impl FileStore {
    /// Whether the customer may upload a file of this name and size; `agent_present` matters when the
    /// limits ask for an agent.
    pub(crate) fn check_upload(
        &self,
        limits: &FileLimits,
        name: &str,
        size: u64,
        agent_present: bool,
    ) -> Result<(), FileRefusal> {
        if limits.need_agent && !agent_present {
            return Err(FileRefusal::NeedsAgent);
        }
        if self.used_files >= limits.max_files {
            return Err(FileRefusal::TooMany { allowed: limits.max_files });
        }
        let extension = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
        if !limits.file_types.contains(&extension) {
            return Err(FileRefusal::WrongType { extension });
        }
        if size > limits.max_file_size {
            return Err(FileRefusal::TooLarge { limit: limits.max_file_size });
        }
        if self.used_bytes.saturating_add(size) > limits.max_total_size {
            return Err(FileRefusal::TooLarge { limit: limits.max_total_size });
        }
        Ok(())
    }

    pub(crate) fn count_upload(&mut self, size: u64) {
        self.used_files = self.used_files.saturating_add(1);
        self.used_bytes = self.used_bytes.saturating_add(size);
    }

    pub(crate) fn keep(&mut self, file: StoredFile) {
        self.files.insert(file.id.clone(), file);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&StoredFile> {
        self.files.get(id)
    }

    /// How many files the customer has uploaded.
    pub(crate) fn uploads(&self) -> u32 {
        self.used_files
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &StoredFile> {
        self.files.values()
    }

    pub(crate) fn download(&mut self, limits: &FileLimits, id: &str) -> Result<StoredFile, FileRefusal> {
        let file = self.files.get(id).cloned().ok_or(FileRefusal::UnknownFile)?;
        if self.used_downloads >= limits.download_attempts {
            return Err(FileRefusal::NoAttemptsLeft { allowed: limits.download_attempts });
        }
        self.used_downloads = self.used_downloads.saturating_add(1);
        Ok(file)
    }

    pub(crate) fn delete(&mut self, id: &str) -> Result<StoredFile, FileRefusal> {
        self.files.remove(id).ok_or(FileRefusal::UnknownFile)
    }

    /// The facts of the limits notice (gms-v2.md, 7.1): all values are strings.
    pub(crate) fn limits_facts(&self, limits: &FileLimits) -> BTreeMap<String, String> {
        [
            ("upload-max-files", limits.max_files.to_string()),
            ("upload-max-file-size", limits.max_file_size.to_string()),
            ("upload-max-total-size", limits.max_total_size.to_string()),
            ("upload-file-types", limits.file_types.join(":")),
            ("upload-need-agent", limits.need_agent.to_string()),
            ("used-upload-max-files", self.used_files.to_string()),
            ("used-upload-max-total-size", self.used_bytes.to_string()),
            ("download-attempts", limits.download_attempts.to_string()),
            ("used-download-attempts", self.used_downloads.to_string()),
            ("delete-file", limits.delete_file.clone()),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
    }
}
