//! Files in PEM, and whether they have changed since. Nothing of what they hold gets into an error: it can be a key.

use rustls::pki_types::pem::{self, PemObject, SectionKind};
use std::{fs, io, path::Path, time::SystemTime};

/// Where a section begins.
const BEGIN: &[u8] = b"-----BEGIN ";

/// The sections of `text` that TLS knows, each read by itself: a broken one costs no other.
pub(super) fn sections(text: &[u8]) -> impl Iterator<Item = Result<(SectionKind, Vec<u8>), &'static str>> {
    let begins = text.windows(BEGIN.len()).enumerate().filter(|(_, window)| *window == BEGIN);
    let mut begins = begins.map(|(begin, _)| begin).peekable();
    std::iter::from_fn(move || {
        let begin = begins.next()?;
        text.get(begin..begins.peek().copied().unwrap_or(text.len()))
    })
    .filter_map(|section| match <(SectionKind, Vec<u8>)>::from_pem_slice(section) {
        Ok(section) => Some(Ok(section)),
        Err(pem::Error::NoItemsFound) => None,
        Err(pem::Error::MissingSectionEnd { .. }) => Some(Err("a section has no end")),
        Err(pem::Error::IllegalSectionStart { .. }) => Some(Err("the first line of a section is broken")),
        Err(pem::Error::Base64Decode(_)) => Some(Err("a section is not base64")),
        Err(_) => Some(Err("a section cannot be read")),
    })
}

/// Reads a file. What is none, such as a pipe, could keep us waiting.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    fs::read(path)
}

/// What files and directories look like from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp(Vec<Option<Look>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    length: u64,
    modified: Option<SystemTime>,
    /// The file itself, and when it was last touched in any way.
    identity: (u64, u64, i64, i64),
}

impl Stamp {
    pub(super) fn of<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let look = |path: &Path| {
            let metadata = fs::metadata(path).ok()?;
            let (length, modified) = (metadata.len(), metadata.modified().ok());
            Some(Look { length, modified, identity: identity(&metadata) })
        };
        Self(paths.into_iter().map(look).collect())
    }
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> (u64, u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> (u64, u64, i64, i64) {
    (0, 0, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    #[test]
    fn a_broken_section_costs_no_other() {
        for broken in [
            "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nAAAA\n",
            "-----BEGIN CERTIFICATE---\nsecret\n-----END CERTIFICATE-----\n",
        ] {
            let text = format!("# comment\n{GOOD}{broken}-----BEGIN X-----\nAAAA\n-----END X-----\n{GOOD}");
            let read: Vec<_> = sections(text.as_bytes()).collect();
            assert!(matches!(&read[..], [Ok(_), Err(_), Ok(_)]), "{read:?}");
            assert!(!format!("{read:?}").contains("secret"));
        }
        assert_eq!(sections(b"").count(), 0);
        assert_eq!(sections(b"no PEM").count(), 0);
    }

    #[test]
    fn a_stamp_changes_with_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.pem");
        let stamp = || Stamp::of([path.as_path()]);
        let mut seen = vec![stamp()];
        fs::write(&path, "one").unwrap();
        seen.push(stamp());
        fs::write(directory.path().join("b"), "two").unwrap();
        fs::rename(directory.path().join("b"), &path).unwrap();
        seen.push(stamp());
        fs::remove_file(&path).unwrap();
        assert_eq!(stamp(), seen[0]);
        assert!(seen[0] != seen[1] && seen[1] != seen[2]);
    }
}
