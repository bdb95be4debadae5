//! What a client asks for about files.

use std::sync::Weak;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::actions::{self, Ask};
use super::files::{self, Stage, Upload};
use super::line::Post;
use super::reply::{self, Refusal, Unaddressed};
use super::sessions::Sessions;
use super::{s3, transfer};
use crate::shared::Shared;
use crate::state::State;

/// The time between two looks at an S3 server.
const LOOK: Duration = Duration::from_millis(100);

/// Gives an address for an upload.
pub(super) fn announce(desk: &mut Sessions, ask: Ask<'_>) -> Result<Vec<Post>, Refusal> {
    let given = ask.request.text("attachmentId").map(str::to_owned);
    let as_json = ask.request.flag("errorsAsJson");
    actions::open_session(desk, ask)?;
    let announced = files::announced(&desk.settings, ask.request, ask.now.instant);
    let upload = announced.map_err(|refusal| {
        let attachment = as_json.then(|| Unaddressed { id: given.clone() });
        Refusal { attachment, ..refusal }
    })?;
    let id = given.unwrap_or_else(|| desk.new_uuid());
    let base = desk.lines.get(&ask.line).map(|line| line.base.clone()).unwrap_or_default();
    let (url, headers) = if upload.is_remote {
        files::remote_upload(&desk.settings.s3, &id, &upload, ask.now.utc_ms)
    } else {
        let url = files::upload_address(&desk.signer, &desk.files_base(&base), &id, &upload.name);
        (url, files::headers())
    };
    let body = files::presigned(&id, &upload, &url, &headers);
    if upload.is_remote {
        desk.awaited.push(id.clone());
    }
    actions::session(desk, ask)?.uploads.insert(id, upload);
    Ok(ask.answer(desk, "PresignedUrlResponse", body))
}

fn unknown() -> Refusal {
    Refusal::new(reply::UNKNOWN_FILE, "Attachment not found")
}

/// Gives a fresh address of a file, of the customer or of an agent.
pub(super) fn address(state: &mut State, ask: Ask<'_>) -> Result<Vec<Post>, Refusal> {
    let (chats, desk) = (&state.chats, &mut state.apis.web_messaging);
    let id = ask.request.text("attachmentId").ok_or_else(|| Refusal::missing("attachmentId"))?;
    let session = actions::session(desk, ask)?;
    let own = session.uploads.get(id).filter(|upload| matches!(upload.stage, Stage::Uploaded | Stage::Sent));
    let own = own.map(|upload| (upload.name.clone(), upload.size, upload.media_type.clone()));
    let others = || {
        let file = session.chats.iter().find_map(|chat| chats.find(chat)?.files.get(id))?;
        Some((file.name.clone(), file.bytes.len() as u64, file.content_type.clone()))
    };
    let (name, size, media_type) = own.or_else(others).ok_or_else(unknown)?;
    let base = desk.lines.get(&ask.line).map(|line| line.base.clone()).unwrap_or_default();
    let url = desk.file_address(&base, id, ask.now);
    Ok(ask.answer(desk, "PresignedUrlResponse", files::fresh(id, &name, size, &media_type, &url)))
}

/// Deletes an upload that no message carries.
pub(super) fn delete(desk: &mut Sessions, ask: Ask<'_>) -> Result<Vec<Post>, Refusal> {
    let id = ask.request.text("attachmentId").ok_or_else(|| Refusal::missing("attachmentId"))?;
    let session = actions::session(desk, ask)?;
    if session.uploads.get(id).is_none_or(|upload| upload.stage == Stage::Sent) {
        return Err(unknown());
    }
    session.uploads.remove(id);
    Ok(ask.answer(desk, "AttachmentDeletedResponse", json!({ "attachmentId": id })))
}

/// Whether this is an upload to an S3 server that is still awaited; its address there, for a look at it.
fn awaited(shared: &Shared, id: &str) -> Option<String> {
    shared.read(|state| {
        let desk = &state.apis.web_messaging;
        let upload = desk.known.values().find_map(|session| session.uploads.get(id))?;
        let is_awaited =
            upload.is_remote && upload.stage == Stage::Presigned && upload.address_expires > shared.now();
        is_awaited
            .then(|| files::remote_address(&desk.settings.s3, "HEAD", id, shared.utc_ms(), files::ADDRESS))
    })
}

/// Asks an S3 server again and again whether an upload has come, until it has or will not any more.
pub(super) async fn watch(shared: Weak<Shared>, id: String) {
    loop {
        // Nothing is kept of a simulator that is gone.
        let Some(address) = shared.upgrade().and_then(|shared| awaited(&shared, &id)) else { return };
        let length = s3::length(&address).await;
        let Some(shared) = shared.upgrade() else { return };
        if let Some(length) = length {
            shared.change(|state, now| {
                transfer::keep(&mut state.apis.web_messaging, &id, Bytes::new(), length, now);
            });
            return;
        }
        drop(shared);
        tokio::time::sleep(LOOK).await;
    }
}

impl Upload {
    /// It as a file of a conversation.
    pub(super) fn file(&self) -> crate::chat::Upload {
        let mut file = crate::chat::Upload::new(self.name.clone(), self.bytes.clone());
        file.content_type = Some(self.media_type.clone());
        file
    }
}
