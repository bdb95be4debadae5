//! What each operation does (gms-v2.md, 2 and 5).

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::credentials::Desk;
use super::files;
use super::params::{self, BAD_PARAMETER, Position};
use super::reply::Reply;
use super::target::Target;
use crate::api::Api;
use crate::chat::{Chat, Content, EndCause, Event, EventType, Moment, NewChat, Settings, StoredFile};
use crate::faults::FaultKind;
use crate::form::Form;
use crate::operation::Operation;
use crate::refusal::ApiError;
use crate::state::State;

/// A participant number of the customer.
pub(super) use crate::chat::CLIENT;

const NAME_MISSING: u32 = 161;
const FIRST_NAME_MISSING: u32 = 102;
const LAST_NAME_MISSING: u32 = 103;
const NOT_NOW: u32 = 240;
const BAD_EMAIL: u32 = 364;
const SESSION_NOT_FOUND: u32 = 404;
const NO_SUCH_USER: u32 = 8201;
const LOGGED_OUT: u32 = 8209;
const BAD_SECURE_KEY: u32 = 8210;

const SILENT: &str = "the user was logged out for inactivity";
const WRONG_KEY: &str = "the secure key is wrong";
/// The key of attached data that asks for a long-lived chat (gms-v2.md, 2.1).
const ASYNC_MODE: &str = "GCTI_Chat_AsyncMode";

/// What a request is answered with.
#[derive(Debug)]
pub(crate) enum Answer {
    Reply(Box<Reply>),
    File(StoredFile),
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Reply(Box::new(reply))
    }
}

/// Carries out a request, with what a fault makes of the session's alias and key.
pub(crate) fn carry_out(
    state: &mut State,
    api: Api,
    target: &Target,
    form: Form,
    fault: Option<&FaultKind>,
    now: Instant,
) -> Answer {
    let mut answer = perform(state, api, target, form, now);
    let Answer::Reply(reply) = &mut answer else { return answer };
    state.settle(&reply.chat_id, now);
    match fault {
        Some(FaultKind::NewAlias) if reply.is_done() => {
            reply.alias = state.apis.gms.change_alias(&reply.chat_id, None);
        }
        Some(FaultKind::NewSecureKey) if reply.is_done() => {
            reply.secure_key =
                state.apis.gms.change_secure_key(&reply.chat_id, state.chats.settings.short_keys);
        }
        _ => {}
    }
    answer
}

fn perform(state: &mut State, api: Api, target: &Target, form: Form, now: Instant) -> Answer {
    if state.chats.is_offline() {
        return Reply::try_again(target.chat_id.as_deref()).into();
    }
    let Some(chat_id) = target.chat_id.as_deref() else {
        return request_chat(state, api, target, &form, now)
            .unwrap_or_else(|error| Reply::invalid(None, error))
            .into();
    };
    if let Err(refusal) = admit(state, api, target, chat_id, &form, now) {
        return (*refusal).into();
    }
    let answer = Session::find(state, chat_id, now).map(|session| session.perform(target, form));
    let mut answer = match answer {
        Some(Ok(answer)) => answer,
        Some(Err(error)) => Reply::invalid(Some(chat_id), error).into(),
        None => Reply::ended(chat_id, not_found()).into(),
    };
    if let Answer::Reply(reply) = &mut answer {
        if state.apis.gms.alias_is_due(chat_id) {
            state.apis.gms.change_alias(chat_id, None);
        }
        if let Some(credentials) = state.apis.gms.get(chat_id) {
            // Clients that know nothing but their key, after a page was loaded anew, go on with what this answer has.
            match target.operation {
                Operation::Refresh => reply.identify(credentials),
                _ => reply.alias = Some(credentials.alias.clone()),
            }
        }
        let told = reply.is_done() && reply.chat_ended && api == Api::GmsRest;
        if let Some(ticket) = state.apis.gms.ticket(chat_id).filter(|_| told) {
            ticket.end_told = true;
        }
    }
    answer
}

fn not_found() -> ApiError {
    ApiError::new(SESSION_NOT_FOUND, "there is no such session")
}

fn request_chat(
    state: &mut State,
    api: Api,
    target: &Target,
    form: &Form,
    now: Instant,
) -> Result<Reply, ApiError> {
    let nickname = nickname(form)?;
    let email_address = form.get("emailAddress").map(str::to_owned);
    if email_address.as_deref().is_some_and(|address| !is_email(address)) {
        return Err(ApiError::new(BAD_EMAIL, "emailAddress is not an e-mail address"));
    }
    if !state.chats.has_room() {
        return Err(ApiError::new(NOT_NOW, "a new chat cannot be started now"));
    }
    let user_data: BTreeMap<_, _> = form.user_data().collect();
    let lasting = api == Api::GmsCometd && user_data.get(ASYNC_MODE).is_some_and(|mode| mode == "true");
    let subject = form.get("subject").map(str::to_owned);
    let moment = state.chats.moment(now);
    let chat = state.chats.open(NewChat { api, nickname, subject, email_address, user_data }, now);
    chat.lasting = lasting;
    if let Some(text) = form.get("text") {
        chat.append(CLIENT, EventType::Message, Content::text(text), moment);
    }
    let mut reply = Reply::done(&chat.id, chat.next_position());
    reply.messages = chat.transcript().to_vec();
    let short_key = state.chats.settings.short_keys;
    reply.identify(state.apis.gms.issue(&reply.chat_id, target.service.clone(), short_key));
    Ok(reply)
}

fn nickname(form: &Form) -> Result<String, ApiError> {
    match (form.get("nickname"), form.get("firstName"), form.get("lastName")) {
        (Some(nickname), _, _) => Ok(nickname.to_owned()),
        (None, Some(first), Some(last)) => Ok(format!("{first} {last}")),
        (None, None, None) => Err(ApiError::new(NAME_MISSING, "no name is given")),
        (None, None, _) => Err(ApiError::new(FIRST_NAME_MISSING, "firstName is missing")),
        (None, _, None) => Err(ApiError::new(LAST_NAME_MISSING, "lastName is missing")),
    }
}

/// One `@` with something on both sides, a dot inside the domain, no spaces.
fn is_email(address: &str) -> bool {
    let Some((user, domain)) = address.split_once('@') else { return false };
    let has_dot = domain.split_once('.').is_some_and(|(host, zone)| !host.is_empty() && !zone.is_empty());
    !user.is_empty() && has_dot && !domain.contains('@') && !address.contains(char::is_whitespace)
}

/// Checks ids and keys, and that the session is running; `Err` is the reply to a request that fails this.
fn admit(
    state: &mut State,
    api: Api,
    target: &Target,
    chat_id: &str,
    form: &Form,
    now: Instant,
) -> Result<(), Box<Reply>> {
    let ended = |code, text: &str| Err(Box::new(Reply::ended(chat_id, ApiError::new(code, text))));
    let ticket = state.apis.gms.ticket(chat_id).filter(|ticket| ticket.credentials.service == target.service);
    let (Some(ticket), Some(chat)) = (ticket, state.chats.find(chat_id)) else {
        return Err(Box::new(Reply::ended(chat_id, not_found())));
    };
    let key = params::required(form, "secureKey").map_err(|error| Reply::invalid(Some(chat_id), error))?;
    if !ticket.accepts(key) {
        if state.chats.settings.bad_key_ends_chat {
            state.chats.drop_client(chat_id, EndCause::BadKey, now);
        }
        return ended(BAD_SECURE_KEY, WRONG_KEY);
    }
    if form.get("userId").is_some_and(|user| user != ticket.credentials.user_id) {
        return ended(NO_SUCH_USER, "there is no such user in the session");
    }
    let reads = matches!(target.operation, Operation::Refresh | Operation::History);
    // What is pushed may be lost, so over CometD the end is told as often as it is asked for.
    let untold = reads && (api == Api::GmsCometd || !ticket.end_told);
    match chat.ended {
        None => Ok(()),
        Some(EndCause::Silence) => ended(LOGGED_OUT, SILENT),
        Some(EndCause::Agent | EndCause::Idle) if untold => Ok(()),
        Some(_) => ended(NO_SUCH_USER, "the session has ended"),
    }
}

/// A running session whose customer asks for something.
pub(super) struct Session<'a> {
    pub(super) chat: &'a mut Chat,
    pub(super) settings: &'a Settings,
    pub(super) now: Moment,
    /// For an uploaded file.
    pub(super) file_id: String,
}

impl<'a> Session<'a> {
    fn find(state: &'a mut State, chat_id: &str, now: Instant) -> Option<Self> {
        let (moment, file_id) = (state.chats.moment(now), state.chats.new_file_id());
        let (chat, settings) = state.chats.get_mut(chat_id).ok()?;
        chat.touch(now);
        Some(Self { chat, settings, now: moment, file_id })
    }

    /// Every reply but that of refresh brings the transcript only when asked for a position.
    fn perform(mut self, target: &Target, form: Form) -> Result<Answer, ApiError> {
        let position = Position::of(&form)?;
        let file_id = target.file_id.as_deref().unwrap_or_default();
        match target.operation {
            Operation::Send => self.send(&form)?,
            Operation::Refresh | Operation::History => {
                self.chat.preview = params::text(&form, self.settings.max_message_length)?;
                return Ok(self.reply(Some(position.unwrap_or(Position::From(1)))).into());
            }
            Operation::StartTyping => self.typing(&form, EventType::TypingStarted)?,
            Operation::StopTyping => self.typing(&form, EventType::TypingStopped)?,
            Operation::Disconnect => {
                self.chat.leave(CLIENT, self.now);
                self.chat.end(EndCause::Client);
            }
            Operation::PushUrl => {
                let url = params::required(&form, "pushUrl")?;
                self.append(EventType::PushUrl, Content::text(url));
            }
            Operation::UpdateNickname => {
                let nickname = params::required(&form, "nickname")?.to_owned();
                self.chat.rename(CLIENT, nickname, self.now);
            }
            Operation::CustomNotice => self.custom_notice(&form)?,
            Operation::UpdateData => self.chat.user_data.extend(form.user_data()),
            Operation::ReadReceipt => match position {
                Some(Position::From(read)) => {
                    self.chat.read_position = self.chat.read_position.max(Some(read));
                    return Ok(self.reply(None).into());
                }
                _ => return Err(ApiError::new(BAD_PARAMETER, "transcriptPosition is missing")),
            },
            Operation::FileLimits => return Ok(files::limits(&self).into()),
            Operation::FileUpload => return files::upload(self, form, position).map(Answer::from),
            Operation::FileDownload => return files::download(&mut self, file_id).map(Answer::File),
            Operation::FileDelete => files::delete(&mut self, file_id)?,
            _ => return Err(not_found()),
        }
        Ok(self.reply(position).into())
    }

    fn append(&mut self, kind: EventType, content: Content) {
        self.chat.append(CLIENT, kind, content, self.now);
    }

    fn send(&mut self, form: &Form) -> Result<(), ApiError> {
        params::required(form, "message")?;
        let content = Content {
            text: params::text(form, self.settings.max_message_length)?,
            message_type: form.get("messageType").map(str::to_owned),
            event_attributes: params::event_attributes(form)?,
            ..Content::default()
        };
        self.chat.preview = None;
        self.append(EventType::Message, content);
        Ok(())
    }

    fn typing(&mut self, form: &Form, kind: EventType) -> Result<(), ApiError> {
        let text = params::text(form, self.settings.max_message_length)?;
        self.chat.preview.clone_from(&text);
        self.append(kind, Content { text, ..Content::default() });
        Ok(())
    }

    fn custom_notice(&mut self, form: &Form) -> Result<(), ApiError> {
        let text = params::text(form, self.settings.max_message_length)?;
        let event_attributes = params::event_attributes(form)?;
        let purpose = event_attributes.as_ref().and_then(|attributes| attributes.get("purpose"));
        if purpose.is_some_and(|purpose| purpose == "cancel-idle-timer") {
            self.chat.reset_idle(self.now.instant);
        }
        self.append(EventType::CustomNotice, Content { text, event_attributes, ..Content::default() });
        Ok(())
    }

    pub(super) fn reply(&self, position: Option<Position>) -> Reply {
        let messages = position.map(|position| position.select(self.chat)).unwrap_or_default();
        about(self.chat, self.settings, messages, self.now.instant)
    }
}

/// A good reply about a chat, with these of its messages.
fn about(chat: &Chat, settings: &Settings, messages: Vec<Event>, now: Instant) -> Reply {
    let mut reply = Reply::done(&chat.id, chat.next_position());
    reply.chat_ended = chat.ended.is_some();
    reply.messages = messages;
    let countdown = chat.idle_countdown(settings, now);
    reply.idle_timer_expire = countdown.filter(|_| !reply.chat_ended).map(|left| left.as_secs());
    reply
}

/// What is told unasked of a chat, to those who have had its events before the position `next`: the later ones,
/// and that it has ended.
pub(crate) fn news(state: Known<'_>, chat: &Chat, next: u64, now: Instant) -> Reply {
    let mut reply = match chat.ended {
        Some(EndCause::Silence) => Reply::ended(&chat.id, ApiError::new(LOGGED_OUT, SILENT)),
        Some(EndCause::BadKey) => Reply::ended(&chat.id, ApiError::new(BAD_SECURE_KEY, WRONG_KEY)),
        _ => about(chat, state.settings, chat.transcript_from(next).to_vec(), now),
    };
    reply.alias = state.desk.get(&chat.id).map(|credentials| credentials.alias.clone());
    reply
}

/// What must be known to tell of a chat.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) desk: &'a Desk,
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn email_addresses() {
        for good in ["mia@example.com", "a.b+c@x.y.z"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["mia", "@example.com", "mia@", "mia@com", "mia@.com", "mia@com.", "m ia@e.com", "a@b@c.d"]
        {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
