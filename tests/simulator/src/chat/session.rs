//! One chat session: its participants and its transcript.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::event::{Content, Event, EventType, Sender, with_bot_style};
use super::files::{FileStore, StoredFile};
use super::idle::{IdleStep, IdleTimer};
use super::participant::{ParticipantId, ParticipantInfo, ParticipantKind};
use super::settings::Settings;
use super::stamp::Stamp;
use super::text::{self, TextChange};
use super::{Act, Acted, Upload};
use crate::api::Api;
use crate::error::Error;

/// Number of the customer in every chat.
pub(crate) const CLIENT: ParticipantId = 1;

/// Why a chat is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum EndCause {
    /// The customer disconnected.
    Client,
    /// An agent ended it.
    Agent,
    /// Idle control closed it.
    Idle,
    /// The customer made no request for too long.
    Silence,
    /// A request came with a wrong secure key.
    BadKey,
}

/// A moment of tokio's clock with its wall-clock stamp.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) instant: Instant,
    pub(crate) utc_ms: u64,
}

/// One chat. Ended chats keep their transcript.
#[derive(Debug)]
pub(crate) struct Chat {
    pub(crate) id: String,
    /// What its customer speaks.
    pub(crate) api: Api,
    pub(crate) subject: Option<String>,
    pub(crate) email_address: Option<String>,
    pub(crate) user_data: BTreeMap<String, String>,
    pub(crate) preview: Option<String>,
    pub(crate) read_position: Option<u64>,
    pub(crate) files: FileStore,
    pub(crate) ended: Option<EndCause>,
    pub(crate) started_utc_ms: u64,
    /// It lasts for days: nobody is dropped for silence, and there is no idle control.
    pub(crate) lasting: bool,
    /// Somebody is there for the customer, who need not make requests.
    pub(crate) attended: bool,
    /// The position at which the customer went to the background, where silence is allowed.
    pub(crate) background: Option<u64>,
    /// What the server makes of the texts of events.
    pub(crate) text_changes: Vec<TextChange>,
    /// How much of the transcript has been shown as news, and that the end was.
    shown: (usize, bool),
    participants: Vec<ParticipantInfo>,
    transcript: Vec<Event>,
    last_request: Instant,
    idle: IdleTimer,
    quoted_bot_style: bool,
}

impl Chat {
    pub(crate) fn new(id: String, api: Api, nickname: &str, settings: &Settings, now: Moment) -> Self {
        let mut chat = Self {
            id,
            api,
            subject: None,
            email_address: None,
            user_data: BTreeMap::new(),
            preview: None,
            read_position: None,
            files: FileStore::default(),
            ended: None,
            started_utc_ms: now.utc_ms,
            lasting: false,
            attended: false,
            background: None,
            text_changes: settings.text_changes.clone(),
            shown: (0, false),
            participants: Vec::new(),
            transcript: Vec::new(),
            last_request: now.instant,
            idle: IdleTimer::new(now.instant),
            quoted_bot_style: settings.quoted_bot_style,
        };
        chat.join(nickname, ParticipantKind::Client, now);
        chat
    }

    pub(crate) fn participants(&self) -> &[ParticipantInfo] {
        &self.participants
    }

    pub(crate) fn transcript(&self) -> &[Event] {
        &self.transcript
    }

    /// The events from a position on; positions count from 1.
    pub(crate) fn transcript_from(&self, position: u64) -> &[Event] {
        let skipped = usize::try_from(position.saturating_sub(1)).unwrap_or(usize::MAX);
        self.transcript.get(skipped..).unwrap_or_default()
    }

    /// The position after the last event.
    pub(crate) fn next_position(&self) -> u64 {
        self.transcript.len() as u64 + 1
    }

    /// Whether there is anything new since this was asked last.
    pub(super) fn has_news(&mut self) -> bool {
        let present = (self.transcript.len(), self.ended.is_some());
        std::mem::replace(&mut self.shown, present) != present
    }

    pub(crate) fn agent_present(&self) -> bool {
        let human = |kind| matches!(kind, ParticipantKind::Agent | ParticipantKind::Supervisor);
        self.participants.iter().any(|p| p.present && human(p.kind))
    }

    pub(crate) fn client(&self) -> Sender {
        self.sender(CLIENT)
    }

    /// The customer made a request: it is not silent.
    pub(crate) fn touch(&mut self, now: Instant) {
        self.last_request = now;
    }

    /// The customer counts as having made requests for this much longer.
    pub(super) fn go_on(&mut self, by: Duration) {
        self.last_request += by;
    }

    /// Idle control starts anew.
    pub(crate) fn reset_idle(&mut self, now: Instant) {
        self.idle.reset(now);
    }

    /// Seconds until the next idle step, once a warning has been given.
    pub(crate) fn idle_countdown(&self, settings: &Settings, now: Instant) -> Option<Duration> {
        self.idle.countdown(&settings.idle, now)
    }

    pub(crate) fn join(&mut self, nickname: &str, kind: ParticipantKind, now: Moment) -> ParticipantId {
        let id = u32::try_from(self.participants.len()).unwrap_or(u32::MAX).saturating_add(CLIENT);
        let nickname = nickname.to_owned();
        self.participants.push(ParticipantInfo { id, nickname, kind, present: true, typing: false });
        self.append(id, EventType::ParticipantJoined, Content::default(), now);
        id
    }

    /// A participant who had left is back.
    pub(crate) fn rejoin(&mut self, who: ParticipantId, now: Moment) {
        if let Some(participant) = self.participants.iter_mut().find(|p| p.id == who && !p.present) {
            participant.present = true;
            self.append(who, EventType::ParticipantJoined, Content::default(), now);
        }
    }

    /// Adds an event and returns its index.
    pub(crate) fn append(
        &mut self,
        who: ParticipantId,
        kind: EventType,
        content: Content,
        now: Moment,
    ) -> u64 {
        use EventType::{FileUploaded, Message, ParticipantLeft, PushUrl, TypingStarted, TypingStopped};
        if let Some(participant) = self.participants.iter_mut().find(|p| p.id == who) {
            match kind {
                TypingStarted => participant.typing = true,
                TypingStopped | Message | ParticipantLeft => participant.typing = false,
                _ => {}
            }
        }
        if matches!(kind, Message | PushUrl | FileUploaded) {
            self.idle.reset(now.instant);
        }
        let from = self.sender(who);
        let event_attributes = match from.kind {
            ParticipantKind::Bot if self.api.protocol().ways().marks_bots => {
                Some(with_bot_style(content.event_attributes, self.quoted_bot_style))
            }
            _ => content.event_attributes,
        };
        let index = self.next_position();
        let stamp = Stamp::following(self.transcript.last().map(|last| last.stamp), now.utc_ms);
        self.transcript.push(Event {
            from,
            index: Some(index),
            stamp,
            kind,
            utc_time: now.utc_ms,
            text: text::changed(&self.text_changes, kind, content.text),
            message_type: content.message_type,
            user_data: content.user_data,
            event_attributes,
        });
        index
    }

    /// A file of the participant goes into the chat.
    pub(crate) fn upload(&mut self, who: ParticipantId, file_id: String, upload: Upload, now: Moment) -> u64 {
        let content_type = upload.media_type();
        let mut facts = upload.user_data;
        facts.extend(upload.description.map(|text| ("file-description".to_owned(), text)));
        facts.insert("file-id".to_owned(), file_id.clone());
        facts.insert("file-name".to_owned(), upload.name.clone());
        facts.insert("file-size".to_owned(), upload.bytes.len().to_string());
        self.files.keep(StoredFile { id: file_id, name: upload.name, content_type, bytes: upload.bytes });
        self.append(who, EventType::FileUploaded, Content::user_data(facts), now)
    }

    /// The event for a file that has been deleted.
    pub(crate) fn file_deleted(&mut self, who: ParticipantId, file: &StoredFile, now: Moment) -> u64 {
        let facts = [("file-id", file.id.clone()), ("file-name", file.name.clone())];
        let facts = facts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        self.append(who, EventType::FileDeleted, Content::user_data(facts), now)
    }

    pub(crate) fn rename(&mut self, who: ParticipantId, nickname: String, now: Moment) -> u64 {
        if let Some(participant) = self.participants.iter_mut().find(|p| p.id == who) {
            participant.nickname = nickname;
        }
        self.append(who, EventType::NicknameUpdated, Content::default(), now)
    }

    pub(crate) fn leave(&mut self, who: ParticipantId, now: Moment) -> u64 {
        if let Some(participant) = self.participants.iter_mut().find(|p| p.id == who) {
            participant.present = false;
        }
        self.append(who, EventType::ParticipantLeft, Content::default(), now)
    }

    pub(crate) fn end(&mut self, cause: EndCause) {
        self.ended.get_or_insert(cause);
        self.preview = None;
    }

    /// Does what a participant other than the customer wants to do. `file_id` names an uploaded file.
    pub(crate) fn act(
        &mut self,
        who: ParticipantId,
        act: Act,
        file_id: impl FnOnce() -> String,
        now: Moment,
    ) -> Result<Acted, Error> {
        self.check_actor(who)?;
        self.check_api(act.lacking(self.api))?;
        let mut new_file = None;
        let index = match act.event() {
            Ok((kind, content)) => self.append(who, kind, content, now),
            Err(Act::UpdateNickname { nickname }) => self.rename(who, nickname, now),
            Err(Act::Upload(upload)) => {
                let id = file_id();
                new_file = Some(id.clone());
                self.upload(who, id, upload, now)
            }
            Err(Act::DeleteFile { file_id }) => {
                let unknown = |_| Error::UnknownFile { chat: self.id.clone(), file: file_id.clone() };
                let file = self.files.delete(&file_id).map_err(unknown)?;
                self.file_deleted(who, &file, now)
            }
            Err(Act::End) => {
                let index = self.leave(who, now);
                self.end(EndCause::Agent);
                index
            }
            Err(_) => self.leave(who, now),
        };
        Ok(Acted { participant: who, index, file_id: new_file })
    }

    pub(super) fn check_actor(&self, who: ParticipantId) -> Result<(), Error> {
        if self.ended.is_some() {
            return Err(Error::ChatEnded { chat: self.id.clone() });
        }
        match self.participants.iter().find(|p| p.id == who) {
            None => Err(Error::UnknownParticipant { chat: self.id.clone(), participant: who }),
            Some(p) if p.kind == ParticipantKind::Client => {
                Err(Error::ActsForClient { chat: self.id.clone(), participant: who })
            }
            Some(p) if !p.present => Err(Error::ParticipantGone { chat: self.id.clone(), participant: who }),
            Some(_) => Ok(()),
        }
    }

    /// Refuses what the customer's API lacks.
    pub(crate) fn check_api(&self, lacking: Option<&'static str>) -> Result<(), Error> {
        match lacking {
            None => Ok(()),
            Some(what) => Err(self.lacking(what)),
        }
    }

    /// The customer's API has nothing of this kind.
    pub(crate) fn lacking(&self, what: &'static str) -> Error {
        Error::NotInApi { chat: self.id.clone(), api: self.api, what }
    }

    fn sender(&self, who: ParticipantId) -> Sender {
        self.participants.iter().find(|p| p.id == who).map_or_else(
            || Sender { nickname: "system".to_owned(), participant_id: 0, kind: ParticipantKind::External },
            |p| Sender { nickname: p.nickname.clone(), participant_id: p.id, kind: p.kind },
        )
    }

    /// When a timer of this chat runs out next.
    pub(crate) fn deadline(&self, settings: &Settings) -> Option<Instant> {
        self.runs_timers().then_some(())?;
        let idle = self.idle_deadline(settings);
        idle.into_iter().chain(self.silence_deadline(settings)).min()
    }

    /// Not every API has idle control, and drops silent customers.
    fn runs_timers(&self) -> bool {
        self.ended.is_none() && self.api.protocol().ways().minds_silence
    }

    fn idle_deadline(&self, settings: &Settings) -> Option<Instant> {
        (!self.lasting).then(|| self.idle.deadline(&settings.idle)).flatten()
    }

    fn silence_deadline(&self, settings: &Settings) -> Option<Instant> {
        let timeout = settings.client_timeout;
        let may_be_silent = self.lasting || self.attended || self.background.is_some();
        (!timeout.is_zero() && !may_be_silent).then(|| self.last_request.checked_add(timeout)).flatten()
    }

    /// Acts on the timers that have run out.
    pub(crate) fn tick(&mut self, settings: &Settings, now: Moment) {
        let due = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= now.instant);
        if !self.runs_timers() {
            return;
        }
        if due(self.silence_deadline(settings)) {
            self.drop_client(EndCause::Silence, now);
        } else if due(self.idle_deadline(settings)) {
            self.expire_idle(settings, now);
        }
    }

    /// The customer is taken out of the chat, which is over.
    pub(crate) fn drop_client(&mut self, cause: EndCause, now: Moment) {
        self.leave(CLIENT, now);
        self.end(cause);
    }

    /// The running idle timer runs out.
    pub(crate) fn expire_idle(&mut self, settings: &Settings, now: Moment) {
        const SYSTEM: ParticipantId = 0;
        match self.idle.expire(&settings.idle, now.instant) {
            IdleStep::Alert { next, closes } => {
                let seconds = next.as_millis().div_ceil(1000).to_string();
                let kind = if closes { "CLOSE" } else { "ALERT" };
                let mut content = Content::text(settings.idle.alert_text.clone());
                content.user_data.insert("next-idle-timer-type".to_owned(), kind.to_owned());
                content.user_data.insert("next-idle-timer-secs".to_owned(), seconds);
                self.append(SYSTEM, EventType::IdleAlert, content, now);
            }
            IdleStep::Close => {
                let content = Content::text(settings.idle.close_text.clone());
                self.append(SYSTEM, EventType::IdleClose, content, now);
                self.end(EndCause::Idle);
            }
        }
    }
}
