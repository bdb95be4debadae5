//! Files that the library writes for nobody but their owner: ordinary ones alone, reached by no link.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// The absolute path of the file that `path` means, which need not exist; its directory must. A symbolic link is followed now.
pub(crate) fn locate(path: &Path) -> io::Result<PathBuf> {
    let beside_it = || -> io::Result<PathBuf> {
        let no_file = || io::Error::new(io::ErrorKind::InvalidInput, "the path names no file");
        let name = path.file_name().ok_or_else(no_file)?;
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        Ok(directory.unwrap_or(Path::new(".")).canonicalize()?.join(name))
    };
    path.canonicalize().or_else(|_| beside_it())
}

/// Opens what is an ordinary file. Anything else might lead elsewhere, block, or never end.
pub(crate) fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let opened = careful(options).open(path);
    let is_file = match &opened {
        Ok(file) => file.metadata()?.is_file(),
        Err(_) => fs::symlink_metadata(path).map_or(true, |found| found.is_file()),
    };
    let not_ordinary = || io::Error::new(io::ErrorKind::InvalidInput, "it is not an ordinary file");
    if is_file { opened } else { Err(not_ordinary()) }
}

/// Has `options` follow no link and wait for nobody, and make files that only their owner can read.
pub(crate) fn careful(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use nix::fcntl::OFlag;
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(OFlag::O_NOFOLLOW.union(OFlag::O_NONBLOCK).bits());
    }
    options
}
