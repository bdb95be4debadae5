//! `webchat_download` and `webchat_file_limits`: files with typed fields.

use crate::{
    boundary::growing,
    text::{Text, webchat_str},
};
use std::{ptr::null, sync::OnceLock};
use webchat_core::model::{Downloaded, FileLimits};

/// A file that arrived (downloadFile). Texts and bytes are valid as long as the outcome they were read from. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct webchat_download {
    /// Its name without any directory.
    pub file_name: webchat_str,
    /// Where it was saved, as the system has it: UTF-8 unless the path given is not. Empty for a download into memory.
    pub path: webchat_str,
    /// Its size in bytes.
    pub size: u64,
    /// Its bytes, for a download into memory; else NULL.
    pub data: *const u8,
    /// How many bytes are at `data`.
    pub data_len: usize,
}

/// What the server allows to upload (getFileLimits). A limit is UINT64_MAX when the server names none. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct webchat_file_limits {
    /// Uploads allowed in a session.
    pub max_files: u64,
    /// Bytes allowed in a file.
    pub max_file_size: u64,
    /// Bytes allowed in a session.
    pub max_total_size: u64,
    /// Uploads done.
    pub used_files: u64,
    /// Bytes uploaded.
    pub used_total_size: u64,
    /// 1 when uploads wait for an agent in the chat, else 0.
    pub need_agent: i32,
    /// Extensions allowed, in lower case without the dot, with commas between; empty when the server names none.
    pub file_types: webchat_str,
}

growing!(webchat_download { file_name, path, size, data, data_len });
growing!(webchat_file_limits {
    max_files,
    max_file_size,
    max_total_size,
    used_files,
    used_total_size,
    need_agent,
    file_types
});

/// The texts of either, kept for the views.
#[derive(Default)]
pub(crate) struct FileTexts(OnceLock<(Text, Text)>);

impl FileTexts {
    pub(crate) fn download(&self, file: &Downloaded) -> webchat_download {
        let (name, path) = self.0.get_or_init(|| {
            let path = file.path.as_deref().map_or_else(|| Text::new(""), Text::path);
            (Text::new(&file.file_name), path)
        });
        let bytes = file.bytes.as_deref();
        webchat_download {
            file_name: name.view(),
            path: path.view(),
            size: file.size,
            data: bytes.map_or(null(), <[u8]>::as_ptr),
            data_len: bytes.map_or(0, <[u8]>::len),
        }
    }

    pub(crate) fn limits(&self, limits: &FileLimits) -> webchat_file_limits {
        let (types, _) = self.0.get_or_init(|| (Text::new(&limits.file_types.join(",")), Text::new("")));
        webchat_file_limits {
            max_files: limits.max_files.unwrap_or(u64::MAX),
            max_file_size: limits.max_file_size.unwrap_or(u64::MAX),
            max_total_size: limits.max_total_size.unwrap_or(u64::MAX),
            used_files: limits.used_files,
            used_total_size: limits.used_total_size,
            need_agent: limits.need_agent.into(),
            file_types: types.view(),
        }
    }
}
