//! Reads rule files.

use std::fs;
use std::path::Path;
use std::time::Duration;

use regex::Regex;
use serde::Deserialize;

use super::{Fallback, Farewell, Rule, Script};
use crate::chat::{ParticipantKind, Upload};
use crate::error::Error;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptFile {
    #[serde(default = "sam")]
    agent: String,
    #[serde(default = "agent")]
    kind: ParticipantKind,
    #[serde(default)]
    join_after_ms: u64,
    #[serde(default)]
    typing_ms: u64,
    greeting: Option<String>,
    #[serde(default)]
    rules: Vec<RuleFile>,
    #[serde(default)]
    echo: bool,
    #[serde(default)]
    fallback: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    pattern: String,
    #[serde(default)]
    replies: Vec<String>,
    push_url: Option<String>,
    notice: Option<String>,
    file: Option<Attachment>,
    then: Option<Then>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Then {
    Leave,
    End,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attachment {
    name: String,
    text: Option<String>,
    path: Option<String>,
    description: Option<String>,
}

fn sam() -> String {
    "Sam".to_owned()
}

const fn agent() -> ParticipantKind {
    ParticipantKind::Agent
}

pub(super) fn read(path: &Path) -> Result<Script, Error> {
    let wrong = |reason: String| Error::Script { path: path.to_owned(), reason };
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let folder = path.parent();
    let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let script = if is_json { parse_json(&text, folder) } else { parse_toml(&text, folder) };
    script.map_err(wrong)
}

/// Paths in the file count from `folder`.
pub(super) fn parse_toml(text: &str, folder: Option<&Path>) -> Result<Script, String> {
    script(toml::from_str(text).map_err(|error| error.to_string())?, folder)
}

fn parse_json(text: &str, folder: Option<&Path>) -> Result<Script, String> {
    script(serde_json::from_str(text).map_err(|error| error.to_string())?, folder)
}

fn script(file: ScriptFile, folder: Option<&Path>) -> Result<Script, String> {
    let fallback = match (file.echo, file.fallback) {
        (true, replies) if !replies.is_empty() => {
            return Err("echo and fallback exclude each other".to_owned());
        }
        (true, _) => Fallback::Echo,
        (false, replies) if replies.is_empty() => Fallback::Silent,
        (false, replies) => Fallback::Replies(replies),
    };
    if file.kind == ParticipantKind::Client {
        return Err("kind: the scripted participant cannot be the Client".to_owned());
    }
    let numbered = file.rules.into_iter().zip(1..);
    let rules = numbered
        .map(|(rule, number)| self::rule(rule, folder).map_err(|reason| format!("rule {number}: {reason}")));
    Ok(Script {
        agent: Some(file.agent),
        kind: file.kind,
        join_after: Duration::from_millis(file.join_after_ms),
        typing: Duration::from_millis(file.typing_ms),
        greeting: file.greeting,
        rules: rules.collect::<Result<_, _>>()?,
        fallback,
    })
}

fn rule(file: RuleFile, folder: Option<&Path>) -> Result<Rule, String> {
    let pattern = Regex::new(&file.pattern).map_err(|error| format!("pattern: {error}"))?;
    let then = file.then.map(|then| match then {
        Then::Leave => Farewell::Leave,
        Then::End => Farewell::End,
    });
    let upload = file.file.map(|file| upload(file, folder)).transpose()?;
    let acts = file.push_url.is_some() || file.notice.is_some() || upload.is_some() || then.is_some();
    if file.replies.is_empty() && !acts {
        return Err(format!("nothing happens on {:?}: give replies, file or the like", file.pattern));
    }
    let (push_url, notice) = (file.push_url, file.notice);
    Ok(Rule { pattern, replies: file.replies, push_url, notice, file: upload, then })
}

fn upload(file: Attachment, folder: Option<&Path>) -> Result<Upload, String> {
    let bytes = match (file.text, file.path) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(path)) => {
            let path = folder.map_or_else(|| Path::new(&path).to_owned(), |folder| folder.join(&path));
            fs::read(&path).map_err(|error| format!("file {}: {error}", path.display()))?
        }
        _ => return Err(format!("file {:?} needs text or path, and not both", file.name)),
    };
    let (name, description) = (file.name, file.description);
    Ok(Upload { description, ..Upload::new(name, bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named() {
        for (text, part) in [
            ("agnet = 'Sam'", "agnet"),
            ("kind = 'Robot'", "Robot"),
            ("kind = 'Client'", "cannot be the Client"),
            ("echo = true\nfallback = ['a']", "exclude each other"),
            ("[[rules]]\npattern = '('\nreplies = ['x']", "rule 1: pattern"),
            ("[[rules]]\npattern = 'a'", "rule 1: nothing happens"),
            ("[[rules]]\npattern = 'a'\nfile = { name = 'f' }", "needs text or path"),
            ("[[rules]]\npattern = 'a'\nfile = { name = 'f', path = '/nowhere/f' }", "/nowhere/f"),
            ("[[rules]]\npattern = 'a'\nthen = 'dance'", "dance"),
        ] {
            let error = parse_toml(text, None).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn files_of_both_forms() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("note.txt"), "hi").unwrap();
        let toml = folder.path().join("rules.toml");
        fs::write(&toml, "[[rules]]\npattern = 'a'\nfile = { name = 'n.txt', path = 'note.txt' }").unwrap();
        let script = Script::from_file(&toml).unwrap();
        assert_eq!(script.rules[0].file.as_ref().unwrap().bytes.as_ref(), b"hi");
        let json = folder.path().join("rules.json");
        fs::write(&json, r#"{"agent": "Bo", "kind": "Bot", "echo": true}"#).unwrap();
        let script = Script::from_file(&json).unwrap();
        assert_eq!((script.kind, script.fallback), (ParticipantKind::Bot, Fallback::Echo));
        let missing = Script::from_file(folder.path().join("none.toml")).unwrap_err().to_string();
        assert!(missing.contains("none.toml"), "{missing}");
    }
}
