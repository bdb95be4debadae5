//! What a client asks for about files.

use serde_json::json;

use super::actions::{self, Ask};
use super::files::{self, Stage, Upload};
use super::line::Post;
use super::reply::{self, Refusal, Unaddressed};
use super::sessions::Sessions;
use crate::state::State;

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
    let url = files::upload_address(&desk.signer, &desk.files_base(&base), &id, &upload.name);
    let body = files::presigned(&id, &upload, &url);
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

impl Upload {
    /// It as a file of a conversation.
    pub(super) fn file(&self) -> crate::chat::Upload {
        let mut file = crate::chat::Upload::new(self.name.clone(), self.bytes.clone());
        file.content_type = Some(self.media_type.clone());
        file
    }
}
