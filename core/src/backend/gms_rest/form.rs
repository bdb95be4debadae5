//! An operation as a request: the path below the chat URL and the form (gms-v2.md, 1.2 and 2).

use crate::{
    backend::gms::{
        GmsSession,
        operation::{ids, members, name},
    },
    transport::Operation,
};
use form_urlencoded::Serializer;

/// The path of `operation`, below the chat's own; a start has none.
pub(super) fn path(operation: &Operation) -> Vec<&str> {
    match operation {
        Operation::Send(_) => vec!["send"],
        Operation::Poll { .. } | Operation::Restore | Operation::History { .. } => vec!["refresh"],
        Operation::FileLimits => vec!["file", "limits"],
        Operation::Upload(_) => vec!["file"],
        Operation::Download(download) => vec!["file", &download.file_id, "download"],
        Operation::DeleteFile { file_id } => vec!["file", file_id, "delete"],
        other => name(other).into_iter().collect(),
    }
}

/// The fields of `operation`, handed to `field` in order. A file is not among them.
pub(super) fn form(
    operation: &Operation,
    session: &GmsSession,
    endpoint: Option<&str>,
    mut field: impl FnMut(&str, &str),
) {
    let in_session = !matches!(operation, Operation::Start(_));
    let ids = ids(session).filter(|_| in_session);
    for (name, value) in ids.chain(members(operation, endpoint)) {
        value.write_fields(name, &mut field);
    }
}

/// The form of `operation`, `application/x-www-form-urlencoded`.
pub(super) fn urlencoded(operation: &Operation, session: &GmsSession, endpoint: Option<&str>) -> String {
    let mut serializer = Serializer::new(String::with_capacity(512));
    form(operation, session, endpoint, |name, value| {
        serializer.append_pair(name, value);
    });
    serializer.finish()
}
