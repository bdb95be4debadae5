//! Commands, from who asks to the outcome that each gets exactly once. Those that need no more than a look at the state are answered here.

use super::{Effect, Service, sending::cut_off, state::Purpose};
use crate::{
    Error, ErrorKind,
    command::{Command, Commander, NeedOf, RequestId, Resolution},
    transport::Operation,
};

impl Service {
    /// Gives a command its outcome, unless it has one.
    pub(super) fn complete(&mut self, id: RequestId, outcome: Result<Resolution, Error>) {
        if self.commands.remove(id) {
            self.effects.push_back(Effect::Complete(id, outcome));
        }
    }

    pub(super) fn resolve(&mut self, id: RequestId, resolution: Resolution) {
        self.complete(id, Ok(resolution));
    }

    pub(super) fn reject(&mut self, id: RequestId, kind: ErrorKind, text: impl Into<String>) {
        self.complete(id, Err(Error::new(kind, text)));
    }

    /// Completes a command whose time is over or that was cancelled, and stops what can be stopped of it.
    pub(super) fn give_up(&mut self, id: RequestId, kind: ErrorKind, text: &str) {
        if !self.commands.is_open(id) || self.give_up_send(id, kind, text) {
            return;
        }
        self.queued.remove(id);
        self.parked.retain(|parked| parked.id() != id);
        self.give_up_start(id);
        self.give_up_restore(id);
        if let Some(exchange) = self.exchanges.abort_transfer_of(id) {
            self.effects.push_back(Effect::Abort(exchange));
        }
        self.reject(id, kind, text);
    }

    /// What a command lacks: the first of what its entry in the table says that it needs.
    fn missing(&mut self, command: &Command) -> Option<Error> {
        let missing = command.entry().needs.iter().find(|need| !self.has(&need.of, command.commander()))?;
        let error = Error::new(missing.of.error(), missing.text);
        Some(if matches!(missing.of, NeedOf::Connection) { cut_off() } else { error })
    }

    fn has(&mut self, need: &NeedOf, commander: Commander) -> bool {
        match need {
            NeedOf::Ability(ability) => (ability.has)(&self.capabilities),
            NeedOf::AbilityInSession(ability) => {
                self.session.active().is_none() || (ability.has)(&self.capabilities)
            }
            NeedOf::Session => self.session.active().is_some(),
            NeedOf::Connection => !self.is_cut_off(),
            NeedOf::Service => commander == Commander::WebChatService,
        }
    }

    /// Carries out a command of an application, unless something that it needs is missing.
    pub(super) fn run(&mut self, id: RequestId, command: Command) {
        if let Some(option) = command.empty_option() {
            let text = format!("{}: option '{option}' is missing", command.name());
            return self.reject(id, ErrorKind::InvalidArgument, text);
        }
        if let Some(missing) = self.missing(&command) {
            return self.complete(id, Err(missing));
        }
        match command {
            Command::Configure(_) => {}
            Command::StartChat(options) => self.start_chat(id, options),
            Command::EndChat => self.end_chat(id),
            Command::SendMessage(options) => self.send_message(id, options),
            Command::SendFilteredMessage { message, regex } => self.send_filtered(id, message, regex),
            Command::SendTyping { message } => self.send_typing(id, message),
            Command::SendCustomNotice { message } => self.ask(id, Operation::CustomNotice { message }),
            Command::AddPrefilter(filters) => self.add_prefilters(id, filters),
            Command::UpdateUserData(data) => self.update_user_data(id, data),
            Command::Poll { .. } => self.poll(id),
            Command::StartPoll => {
                self.start_polling();
                self.resolve(id, Resolution::Nothing);
            }
            Command::StopPoll => {
                self.stop_polling();
                self.resolve(id, Resolution::Nothing);
            }
            Command::ResetPollExceptions => self.reset_poll_exceptions(id),
            Command::Restore { session_data, commander } => {
                self.restore(id, session_data.as_ref(), commander);
            }
            Command::SendFile(upload) => self.send_file(id, upload),
            Command::DownloadFile(download) => self.download_file(id, download),
            Command::FetchHistory => self.fetch_history(id),
            Command::RegisterTypingPreviewInput(input) => {
                self.preview = Some(input);
                self.resolve(id, Resolution::Nothing);
            }
            Command::RegisterPreProcessor(preprocessor) => {
                self.preprocessors.push(preprocessor);
                self.resolve(id, Resolution::Nothing);
            }
            Command::VerifySession => self.verify_session(id),
            Command::GetFileLimits => self.get_file_limits(id),
            Command::DeleteFile { file_id } => self.ask(id, Operation::DeleteFile { file_id }),
            Command::PushUrl { url } => self.ask(id, Operation::PushUrl { url }),
            Command::UpdateNickname { nickname } => self.ask(id, Operation::UpdateNickname { nickname }),
            Command::ReadReceipt { index } => self.read_receipt(id, index),
            Command::GetTranscript => self.resolve(id, Resolution::Transcript(self.transcript.kept())),
            Command::GetAgents => self.resolve(id, Resolution::Agents(self.roster.agents())),
            Command::GetStats => self.resolve(id, Resolution::Stats(self.roster.stats())),
            Command::GetOutbox => self.get_outbox(id),
            Command::GetSessionData => {
                let data = self.session_data();
                self.resolve(id, Resolution::SessionData(data));
            }
        }
    }

    /// Sends a plain request of the session and completes the command with its answer.
    pub(super) fn ask(&mut self, id: RequestId, operation: Operation) {
        self.request(Purpose::Plain(id), operation);
    }
}
