//! Plays the script: hears what customers say and lets the agent act when the time has come.

use std::collections::{BTreeMap, HashMap};

use tokio::time::Instant;

use super::{Fallback, Farewell, Script};
use crate::chat::{Act, Chat, ChatServer, EventType, ParticipantId, ParticipantKind};

#[derive(Debug)]
enum Step {
    Join,
    Act(Box<Act>),
}

/// What the player knows about one chat.
#[derive(Debug)]
struct Cast {
    agent: Option<ParticipantId>,
    /// How many events of the transcript have been heard.
    heard: usize,
    /// The agent's time is taken until then.
    busy_until: Instant,
    /// How often each rule, and last the fallback, has answered.
    turns: HashMap<Option<usize>, usize>,
}

#[derive(Debug)]
pub(crate) struct Player {
    script: Script,
    /// What would be said while this is not so is never said.
    pub(crate) plays: bool,
    casts: HashMap<String, Cast>,
    agenda: BTreeMap<(Instant, u64), (String, Step)>,
    planned: u64,
}

impl Player {
    pub(crate) fn new(script: Script) -> Self {
        Self { script, plays: true, casts: HashMap::new(), agenda: BTreeMap::new(), planned: 0 }
    }

    /// Name of the agent, if there is one.
    pub(crate) fn agent(&self) -> Option<&str> {
        self.script.agent.as_deref()
    }

    pub(crate) fn forget_all(&mut self) {
        self.casts.clear();
        self.agenda.clear();
    }

    /// Drops what is known about a chat.
    pub(crate) fn forget(&mut self, chat_id: &str) {
        self.casts.remove(chat_id);
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.agenda.first_key_value().map(|((due, _), _)| *due)
    }

    /// Hears what is new in a chat, and plans the answers.
    pub(crate) fn listen(&mut self, chat: &Chat, now: Instant) {
        if self.script.agent.is_none() || chat.ended.is_some() {
            return;
        }
        let new = Cast { agent: None, heard: 0, busy_until: now, turns: HashMap::new() };
        let heard = self.casts.entry(chat.id.clone()).or_insert(new).heard;
        for event in chat.transcript().get(heard..).unwrap_or_default() {
            match (event.from.kind, event.kind) {
                _ if !self.plays => {}
                (ParticipantKind::Client, EventType::ParticipantJoined) => self.welcome(chat, now),
                (ParticipantKind::Client, EventType::Message) => {
                    self.answer(chat, event.text.as_deref().unwrap_or_default(), now);
                }
                _ => {}
            }
        }
        if let Some(cast) = self.casts.get_mut(&chat.id) {
            cast.heard = chat.transcript().len();
        }
    }

    fn welcome(&mut self, chat: &Chat, now: Instant) {
        let due = now + self.script.join_after;
        self.plan(chat, due, Step::Join);
        if let Some(cast) = self.casts.get_mut(&chat.id) {
            cast.busy_until = due;
        }
        if let Some(greeting) = self.script.greeting.clone() {
            let greeting = self.fill(&greeting, chat, "");
            self.speak(chat, Some(greeting), Vec::new(), now);
        }
    }

    fn answer(&mut self, chat: &Chat, text: &str, now: Instant) {
        let rule = self.script.rules.iter().position(|rule| rule.pattern.is_match(text));
        let turn = match self.casts.get_mut(&chat.id) {
            Some(cast) => cast.turns.entry(rule).or_insert(0),
            None => return,
        };
        let count = *turn;
        *turn = count.wrapping_add(1);
        let in_turn = |replies: &[String]| replies.get(count.checked_rem(replies.len())?).cloned();
        let rule = rule.and_then(|at| self.script.rules.get(at));
        let (reply, acts) = match (rule, &self.script.fallback) {
            (Some(rule), _) => {
                let url = rule.push_url.clone().map(|url| Act::PushUrl { url });
                let notice = rule.notice.clone();
                let notice =
                    notice.map(|text| Act::CustomNotice { text: Some(text), event_attributes: None });
                let file = rule.file.clone().map(Act::Upload);
                let then = rule.then.map(|then| match then {
                    Farewell::Leave => Act::Leave,
                    Farewell::End => Act::End,
                });
                let acts = [url, notice, file, then].into_iter().flatten();
                let known = acts.filter(|act| act.lacking(chat.api).is_none());
                (in_turn(&rule.replies), known.collect())
            }
            (None, Fallback::Silent) => return,
            (None, Fallback::Echo) => (Some("{text}".to_owned()), Vec::new()),
            (None, Fallback::Replies(replies)) => (in_turn(replies), Vec::new()),
        };
        let reply = reply.map(|reply| self.fill(&reply, chat, text));
        self.speak(chat, reply, acts, now);
    }

    fn fill(&self, template: &str, chat: &Chat, text: &str) -> String {
        let agent = self.script.agent.as_deref().unwrap_or_default();
        let names = template.replace("{agent}", agent).replace("{nickname}", &chat.client().nickname);
        names.replace("{text}", text)
    }

    /// Plans typing, a reply and further acts, after what is planned already.
    fn speak(&mut self, chat: &Chat, reply: Option<String>, acts: Vec<Act>, now: Instant) {
        let Some(cast) = self.casts.get_mut(&chat.id) else { return };
        let starts = cast.busy_until.max(now);
        let due = starts + self.script.typing;
        cast.busy_until = due;
        let mut plan = |due, act| self.plan(chat, due, Step::Act(Box::new(act)));
        if let Some(reply) = reply {
            if due > starts {
                plan(starts, Act::TypingStarted { text: None });
                plan(due, Act::TypingStopped);
            }
            plan(due, Act::say(reply));
        }
        for act in acts {
            plan(due, act);
        }
    }

    fn plan(&mut self, chat: &Chat, due: Instant, step: Step) {
        self.planned += 1;
        self.agenda.insert((due, self.planned), (chat.id.clone(), step));
    }

    /// Does what is due. A step whose chat or agent is gone falls away.
    pub(crate) fn run(&mut self, chats: &mut ChatServer, now: Instant) {
        while let Some(first) = self.agenda.first_entry().filter(|first| first.key().0 <= now) {
            let (chat_id, step) = first.remove();
            let Some(cast) = self.casts.get_mut(&chat_id) else { continue };
            match step {
                _ if !self.plays => {}
                Step::Join => {
                    let nickname = self.script.agent.as_deref().unwrap_or_default();
                    cast.agent = chats.join(&chat_id, nickname, self.script.kind, now).ok();
                }
                Step::Act(act) => {
                    let leaves = matches!(*act, Act::Leave | Act::End);
                    if let Some(agent) = cast.agent {
                        cast.agent = chats.act(&chat_id, agent, *act, now).ok().map(|_| agent);
                    }
                    if leaves {
                        cast.agent = None;
                    }
                }
            }
        }
    }
}
