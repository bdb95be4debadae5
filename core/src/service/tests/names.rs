//! What requests and commands are called in a script's timeline.

use crate::{command::Command, transport::Operation};

/// The kind of a request.
pub(super) fn operation(operation: &Operation) -> &'static str {
    match operation {
        Operation::Start(_) => "start",
        Operation::Send(_) => "send",
        Operation::Poll { .. } => "poll",
        Operation::Typing { .. } => "typing",
        Operation::End => "end",
        Operation::CustomNotice { .. } => "notice",
        Operation::UpdateUserData(_) => "updateData",
        Operation::FileLimits => "limits",
        Operation::Upload(_) => "upload",
        Operation::Download(_) => "download",
        Operation::Images(_) => "images",
        Operation::DeleteFile { .. } => "delete",
        Operation::PushUrl { .. } => "pushUrl",
        Operation::Restore => "restore",
        Operation::History { .. } => "history",
        Operation::UpdateNickname { .. } => "nickname",
        Operation::ReadReceipt { .. } => "receipt",
    }
}

/// A request as a timeline shows it.
pub(super) fn describe(request: &Operation) -> String {
    let kind = operation(request);
    match request {
        Operation::Send(text) => format!("{kind} {}", text.text.as_str()),
        Operation::Poll { from, .. } => format!("{kind} {}", from.next),
        Operation::ReadReceipt { position } => format!("{kind} {position}"),
        Operation::Typing { started, .. } => format!("{kind} {}", if *started { "on" } else { "off" }),
        _ => kind.into(),
    }
}

/// The specification's name of a command that timelines tell apart.
pub(super) fn name(command: &Command) -> &'static str {
    match command {
        Command::Configure(_)
        | Command::StartChat(_)
        | Command::EndChat
        | Command::SendMessage(_)
        | Command::SendTyping { .. }
        | Command::SendFilteredMessage { .. }
        | Command::VerifySession
        | Command::StartPoll
        | Command::StopPoll
        | Command::SendFile(_)
        | Command::UpdateUserData(_)
        | Command::AddPrefilter(_) => command.name(),
        _ => "command",
    }
}
