//! What the server can be told to do: the simulator's control API under short names, and what only its owner can do.

use super::World;
use crate::{backend::Action, pattern::matches};
use http::Request;
use http_body_util::{BodyExt, Full};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Actions of the control API, whatever customers speak.
const CONTROL: [Action; 24] = [
    ("join", "POST", "/chats/latest/join"),
    ("say", "POST", "/chats/latest/say"),
    ("type", "POST", "/chats/latest/type"),
    ("event", "POST", "/chats/latest/event"),
    ("pushUrl", "POST", "/chats/latest/push-url"),
    ("customNotice", "POST", "/chats/latest/notice"),
    ("notice", "POST", "/chats/latest/system-notice"),
    ("nickname", "POST", "/chats/latest/nickname"),
    ("upload", "POST", "/chats/latest/upload"),
    ("deleteFile", "POST", "/chats/latest/delete-file"),
    ("leave", "POST", "/chats/latest/leave"),
    ("end", "POST", "/chats/latest/end"),
    ("alias", "POST", "/chats/latest/alias"),
    ("texts", "POST", "/chats/latest/texts"),
    ("expire", "POST", "/chats/latest/expire"),
    ("fault", "POST", "/faults"),
    ("clearFaults", "DELETE", "/faults"),
    ("rates", "PUT", "/faults/rates"),
    ("clearLog", "DELETE", "/log"),
    ("offline", "POST", "/offline"),
    ("online", "POST", "/online"),
    ("restart", "POST", "/restart"),
    ("accept", "POST", "/accept"),
    ("settings", "PATCH", "/settings"),
];

impl World {
    /// Carries out one action, or several one after the other, and matches the last one's answer.
    pub(crate) async fn simulate(&mut self, actions: &Value, answers: &Value) -> Result<(), String> {
        let mut answer = Value::Null;
        match actions {
            Value::Array(actions) => {
                for action in actions {
                    answer = self.act(&self.fill(action)?).await?;
                }
            }
            action => answer = self.act(&self.fill(action)?).await?,
        }
        matches(answers, Some(&answer), &mut self.saved).map_err(|why| format!("the simulator's answer{why}"))
    }

    /// Carries out `{"action": argument}`.
    pub(crate) async fn act(&self, action: &Value) -> Result<Value, String> {
        let single =
            action.as_object().filter(|members| members.len() == 1).and_then(|members| members.iter().next());
        let (name, argument) = single.ok_or_else(|| format!("{action} is no action: it has one member"))?;
        match name.as_str() {
            "down" => self.simulator.go_down().await.map_err(|error| error.to_string())?,
            "silence" => self.silence(argument)?,
            "deafen" => self.relay.as_ref().ok_or("deafen: the scenario has no path")?.deafen(),
            "sayNumbers" => self.say_numbers(argument).await?,
            "up" => self.come_up().await?,
            "restart" => match self.control(name, argument).await {
                Err(why) if why.contains("cannot listen") => self.come_up().await?,
                outcome => return outcome,
            },
            _ => return self.control(name, argument).await,
        }
        Ok(json!({}))
    }

    /// Has the server listen again. An adapter that is being started has a copy of every socket until it runs, so that an address can be
    /// taken for a moment.
    async fn come_up(&self) -> Result<(), String> {
        let mut again = tokio::time::interval(Duration::from_millis(10));
        let mut outcome = Ok(());
        for _ in 0..500 {
            again.tick().await;
            outcome = self.simulator.come_up().await;
            if outcome.is_ok() {
                break;
            }
        }
        outcome.map_err(|error| error.to_string())
    }

    /// Has the path to the server bring nothing any more, or again all that is under way.
    fn silence(&self, silent: &Value) -> Result<(), String> {
        let relay = self.relay.as_ref().ok_or("silence: the scenario has no path")?;
        relay.silence(silent.as_bool().ok_or("silence is true or false")?);
        Ok(())
    }

    /// Says the numbers from `from` to `to`, one message each.
    async fn say_numbers(&self, numbers: &Value) -> Result<(), String> {
        let number =
            |name: &str| numbers[name].as_u64().ok_or_else(|| format!("sayNumbers: {name} is no number"));
        for number in number("from")?..=number("to")? {
            self.control("say", &json!({"text": number.to_string()})).await?;
        }
        Ok(())
    }

    async fn control(&self, name: &str, argument: &Value) -> Result<Value, String> {
        let known = CONTROL.iter().chain(self.back_end.actions()).find(|(action, _, _)| *action == name);
        let (_, method, path) = known.ok_or_else(|| format!("there is no action {name:?}"))?;
        let empty = Value::Object(Map::new());
        let body = if matches!(argument, Value::Bool(true)) { &empty } else { argument };
        if path.starts_with("/chats/latest") && self.simulator.latest_chat_id().is_none() {
            // With a deployment a chat is there a moment after its session.
            let comes = tokio::time::timeout(Duration::from_secs(10), self.simulator.wait_for_chat()).await;
            comes.map_err(|_| format!("{name}: there is no chat"))?;
        }
        let request = Request::builder()
            .method(*method)
            .uri(format!("{}{path}", self.simulator.control_url()))
            .header("content-type", "application/json")
            .body(Full::from(body.to_string()))
            .map_err(|error| error.to_string())?;
        let failed = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        let response = self.http.request(request).await.map_err(|error| failed(&error))?;
        let status = response.status();
        let answer = response.into_body().collect().await.map_err(|error| failed(&error))?.to_bytes();
        let answer: Value = serde_json::from_slice(&answer).map_err(|error| failed(&error))?;
        if status.is_success() { Ok(answer) } else { Err(format!("{name}: {answer}")) }
    }
}
