//! Reads the path of a request (gms-v2.md, 1.1 and 2).

use percent_encoding::percent_decode_str;

use super::{MULTICLOUD, ON_PREMISES};
use crate::operation::Operation;

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) operation: Operation,
    /// Absent in the Multicloud form, where the key picks the service.
    pub(crate) service: Option<String>,
    pub(crate) chat_id: Option<String>,
    pub(crate) file_id: Option<String>,
}

impl Target {
    /// A trailing slash makes no difference. `None` for a path that names no operation.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let (rest, has_service) = match (path.strip_prefix(ON_PREMISES), path.strip_prefix(MULTICLOUD)) {
            (Some(rest), _) => (rest, true),
            (None, Some(rest)) => (rest, false),
            (None, None) => return None,
        };
        let mut segments = segments(rest)?;
        let service = if has_service {
            (!segments.is_empty()).then_some(())?;
            Some(segments.remove(0))
        } else {
            None
        };
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let (chat_id, operation, file_id) = match segments.as_slice() {
            [] => (None, Operation::RequestChat, None),
            [chat, "file", "limits"] => (Some(chat), Operation::FileLimits, None),
            [chat, "file"] => (Some(chat), Operation::FileUpload, None),
            [chat, "file", file, "download"] => (Some(chat), Operation::FileDownload, Some(file)),
            [chat, "file", file, "delete"] => (Some(chat), Operation::FileDelete, Some(file)),
            [chat, name] => (Some(chat), plain_operation(name)?, None),
            _ => return None,
        };
        let own = |text: &&str| (*text).to_owned();
        Some(Self { operation, service, chat_id: chat_id.map(own), file_id: file_id.map(own) })
    }
}

/// The decoded parts of a path after its prefix; a single final slash is dropped.
fn segments(rest: &str) -> Option<Vec<String>> {
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.is_empty() {
        return Some(Vec::new());
    }
    let decode = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    let segments: Vec<String> = rest.strip_prefix('/')?.split('/').map(decode).collect();
    segments.iter().all(|segment| !segment.is_empty()).then_some(segments)
}

/// The operations whose names are paths.
fn plain_operation(name: &str) -> Option<Operation> {
    use Operation::{
        CustomNotice, Disconnect, PushUrl, ReadReceipt, Refresh, Send, StartTyping, StopTyping, UpdateData,
        UpdateNickname,
    };
    let plain = [Send, Refresh, StartTyping, StopTyping, Disconnect, PushUrl];
    let others = [UpdateNickname, CustomNotice, UpdateData, ReadReceipt];
    plain.into_iter().chain(others).find(|operation| operation.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(operation: Operation, service: &str, chat_id: &str, file_id: &str) -> Target {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Target { operation, service: given(service), chat_id: given(chat_id), file_id: given(file_id) }
    }

    #[test]
    fn both_forms_of_the_chat_url() {
        use Operation::{FileDownload, FileLimits, Refresh, RequestChat};
        for (path, wanted) in [
            ("/genesys/2/chat/support", target(RequestChat, "support", "", "")),
            ("/genesys/2/chat/support/", target(RequestChat, "support", "", "")),
            ("/gms-chat/2/chat", target(RequestChat, "", "", "")),
            ("/gms-chat/2/chat/", target(RequestChat, "", "", "")),
            ("/genesys/2/chat/my%20shop/c1/refresh/", target(Refresh, "my shop", "c1", "")),
            ("/gms-chat/2/chat/c1/file/f9/download", target(FileDownload, "", "c1", "f9")),
            ("/gms-chat/2/chat/c1/file/limits/", target(FileLimits, "", "c1", "")),
        ] {
            assert_eq!(Target::parse(path), Some(wanted), "{path}");
        }
    }

    #[test]
    fn every_plain_operation_has_its_path() {
        for name in ["send", "refresh", "startTyping", "stopTyping", "disconnect", "pushUrl"]
            .into_iter()
            .chain(["updateNickname", "customNotice", "updateData", "readReceipt"])
        {
            let target = Target::parse(&format!("/genesys/2/chat/support/c/{name}")).expect(name);
            assert_eq!(target.operation.name(), name);
        }
    }

    #[test]
    fn what_names_no_operation() {
        for path in [
            "/genesys/2/chat",
            "/genesys/2/chat/",
            "/genesys/2/chatter/x",
            "/genesys/2/chat/support/c1",
            "/genesys/2/chat/support/c1/dance",
            "/genesys/2/chat/support/c1/fileUpload",
            "/genesys/2/chat/support/c1/resume",
            "/genesys/2/chat/support/c1/connect",
            "/genesys/2/chat/support//send",
            "/genesys/2/chat/support/c1/file/f1/rename",
            "/genesys/cometd",
        ] {
            assert_eq!(Target::parse(path), None, "{path}");
        }
    }
}
