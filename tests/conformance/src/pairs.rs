//! Events that come in pairs: one begins what the other ends, and they take turns (webchatservice.md, 2, 6 and 9).

use serde_json::Value;
use std::collections::BTreeSet;

/// Pairs of the program's own.
const OF_THE_PROGRAM: [(&str, &str); 2] =
    [("clientTypingStarted", "clientTypingStopped"), ("pollingStarted", "pollingStopped")];

/// Pairs of each participant. What ends without a message ends for all of the kind.
const OF_PARTICIPANTS: [(&str, &str); 4] = [
    ("clientConnected", "clientDisconnected"),
    ("agentConnected", "agentDisconnected"),
    ("supervisorConnected", "supervisorDisconnected"),
    ("botConnected", "botDisconnected"),
];

/// Typing of each agent. Whatever an agent says ends it, whether it had begun or not.
const TYPING: (&str, &str) = ("agentTypingStarted", "agentTypingStopped");

/// Pairs of the connection and of the chat server behind it.
const OF_CONNECTIONS: [(&str, &str); 3] = [
    ("disconnected", "reconnected"),
    ("chatServerWentOffline", "chatServerBackOnline"),
    ("connectionPending", "connectionRestored"),
];

/// What has begun and has not ended, and of whom.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    begun: BTreeSet<(&'static str, String)>,
}

impl Pairs {
    /// Says what is wrong with the turn of an event, if anything.
    pub(crate) fn check(&mut self, name: &str, data: &Value) -> Result<(), String> {
        let whose = data.pointer("/message/from/id").map(Value::to_string).unwrap_or_default();
        // Bots of whom nobody tells leave with the first thing that a human says: all of them.
        let speaks = data.pointer("/message/from/type").is_some_and(|kind| kind != "Bot");
        let whose = if name == "botDisconnected" && speaks { String::new() } else { whose };
        for (first, last) in OF_THE_PROGRAM.into_iter().chain(OF_CONNECTIONS) {
            self.turn(name, (first, last), "")?;
        }
        for pair in OF_PARTICIPANTS {
            // Whoever ends a chat has been in it, also if his join was not brought before.
            let own = name == "clientDisconnected" && whose.is_empty();
            if !own || self.has_begun("clientConnected", "") {
                self.turn(name, pair, &whose)?;
            }
        }
        if name != TYPING.1 || self.has_begun(TYPING.0, &whose) {
            self.turn(name, TYPING, &whose)?;
        }
        match name {
            "ended" | "restoreTimeout" => self.end(),
            "restoredOffline" => {
                // The chat server is known to be away, and nothing has said so before.
                let away = ["chatServerWentOffline", "connectionPending"];
                self.begun.extend(away.map(|first| (first, String::new())));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn has_begun(&self, first: &str, whose: &str) -> bool {
        self.begun.iter().any(|(begun, of)| *begun == first && (whose.is_empty() || of == whose))
    }

    fn turn(&mut self, name: &str, (first, last): (&'static str, &str), whose: &str) -> Result<(), String> {
        if name == first && !self.begun.insert((first, whose.to_owned())) {
            return Err(format!("came again without {last} between: {whose}"));
        }
        if name == last {
            let before = self.begun.len();
            self.begun.retain(|(begun, of)| *begun != first || !(whose.is_empty() || of == whose));
            if self.begun.len() == before {
                return Err(format!("came without {first} before: {whose}"));
            }
        }
        Ok(())
    }

    /// With the chat all is over but polling, whose end is told after it. Of an agent's typing that is told.
    fn end(&mut self) -> Result<(), String> {
        let typing = self.has_begun(TYPING.0, "");
        self.begun.retain(|(begun, _)| *begun == "pollingStarted");
        if typing { Err(format!("came without {} before", TYPING.1)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(events: &[(&str, u64)]) -> Result<(), String> {
        let mut pairs = Pairs::default();
        events.iter().try_for_each(|(name, id)| pairs.check(name, &json!({"message": {"from": {"id": id}}})))
    }

    #[test]
    fn they_take_turns() {
        let (on, off) = (("clientTypingStarted", 1), ("clientTypingStopped", 1));
        assert_eq!(told(&[on, off, on, off]), Ok(()));
        assert!(told(&[on, on]).is_err());
        assert!(told(&[off]).is_err());
        assert!(told(&[("pollingStarted", 0), ("ended", 0), ("pollingStarted", 0)]).is_err());
        assert_eq!(
            told(&[("disconnected", 0), ("ended", 0), ("disconnected", 0), ("reconnected", 0)]),
            Ok(())
        );
        assert_eq!(told(&[("restoredOffline", 0), ("chatServerBackOnline", 0)]), Ok(()));
    }

    #[test]
    fn an_agent_stops_typing_before_the_end() {
        let (on, off, other) =
            (("agentTypingStarted", 2), ("agentTypingStopped", 2), ("agentTypingStarted", 3));
        assert_eq!(told(&[off, on, other, off, ("agentTypingStopped", 3), ("ended", 0)]), Ok(()));
        assert!(told(&[on, on]).is_err());
        assert!(told(&[on, ("ended", 0)]).is_err());
        assert!(told(&[on, other, off, ("ended", 0)]).is_err());
    }

    #[test]
    fn each_participant_for_himself() {
        let (sam, kim) = (("agentConnected", 2), ("agentConnected", 3));
        assert_eq!(told(&[sam, kim, ("agentDisconnected", 2), ("agentDisconnected", 3), sam]), Ok(()));
        assert!(told(&[sam, sam]).is_err());
        assert!(told(&[sam, ("agentDisconnected", 3)]).is_err());
        assert!(told(&[("supervisorDisconnected", 2)]).is_err());
        let mut pairs = Pairs::default();
        let join = |id: u64| json!({"message": {"from": {"id": id}}});
        assert!(
            pairs.check("agentConnected", &join(2)).is_ok()
                && pairs.check("agentConnected", &join(3)).is_ok()
        );
        assert!(pairs.check("agentDisconnected", &json!({})).is_ok(), "at the end, for all of them");
        assert!(pairs.check("agentDisconnected", &json!({})).is_err());
        assert!(pairs.check("clientDisconnected", &json!({})).is_ok(), "whose join was not brought");
        assert!(pairs.check("clientDisconnected", &join(1)).is_err());
    }
}
