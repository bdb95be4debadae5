//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use webchat_simulator::{
    Api, Builder, Fault, FileLimits, IdleSettings, Script, Settings, Simulator, TextChange,
};

/// Shown below the options: what is true of all, then of each API.
fn examples() -> String {
    let apis = Api::ALL.iter().map(|api| api.help());
    [include_str!("help.txt")].into_iter().chain(apis).collect::<Vec<_>>().join("\n")
}

/// A Genesys chat server for a laptop, with several chat APIs, a scripted agent, and faults on demand.
///
/// The first line printed is `listening on URL`, where URL is the chat URL to configure in a client: the one
/// of the first API.
/// It stops on SIGINT and SIGTERM.
#[derive(Debug, Parser)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[allow(clippy::doc_markdown, reason = "--help shows the words as they are")]
#[command(name = "webchat-simulator", version, after_long_help = examples(), max_term_width = 100)]
pub(crate) struct Arguments {
    /// Address to listen on, or a name that stands for one, as `localhost`.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub(crate) host: String,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, short, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Name by which the control API may be reached, besides addresses, `localhost` and that of --host; repeatable.
    #[arg(long, value_name = "NAME")]
    control_host: Vec<String>,
    #[arg(long, value_name = "API", value_delimiter = ',', help = api_help())]
    api: Vec<Api>,
    /// Print the URLs as one line of JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    /// Also write the URLs as JSON to this file once the simulator listens.
    #[arg(long, value_name = "PATH")]
    pub(crate) ready_file: Option<PathBuf>,
    /// Stop when the standard input ends: with the process that started it through a pipe, however that ends.
    #[arg(long)]
    pub(crate) stop_at_eof: bool,
    /// Print one line for each request on the error stream.
    #[arg(long)]
    pub(crate) trace: bool,
    /// Decides ids, keys and the draws of fault rates.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,

    /// Play this recording of a chat's wire back instead, made by the library's option `connection.recording`: the recorded
    /// answers, matched by operation in order, for a client that does the same again. What it asks besides is refused, and named
    /// on the error stream.
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Option<PathBuf>,
    /// Which chat of the recording, from 1, where it has several.
    #[arg(long, value_name = "NUMBER", requires = "replay")]
    pub(crate) replay_chat: Option<usize>,
    /// Whether recorded pauses are kept.
    #[arg(long, value_enum, default_value_t = Tempo::Fast, value_name = "PACE")]
    pub(crate) pace: Tempo,

    /// What the agent does in every chat.
    #[arg(long, value_enum, default_value_t = Play::Demo, conflicts_with = "rules")]
    script: Play,
    /// Take the agent and its answers from this rule file.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Name of the agent.
    #[arg(long, value_name = "NICKNAME")]
    agent: Option<String>,
    /// Time until the agent joins.
    #[arg(long, value_name = "MS")]
    join_after: Option<u64>,
    /// Time the agent types before each answer.
    #[arg(long, value_name = "MS")]
    typing: Option<u64>,

    /// Service name that exists; repeatable; any name if never given.
    #[arg(long, value_name = "NAME")]
    service: Vec<String>,
    /// Key that requests to public URLs must carry, in the header that the API has for it.
    #[arg(long, value_name = "KEY")]
    apikey: Option<String>,
    /// User and password that requests to the on-premises chat URL must carry.
    #[arg(long, value_name = "USER:PASSWORD")]
    basic_auth: Option<String>,

    /// Silence (no request at all) after which a customer is dropped; 0: never.
    #[arg(long, default_value_t = 45.0, value_name = "SECONDS", value_parser = seconds)]
    client_timeout: f64,
    /// Time without messages until the idle warning; 0: no idle control.
    #[arg(long, default_value_t = 255.0, value_name = "SECONDS", value_parser = seconds)]
    idle_alert: f64,
    /// Time from the first to a second idle warning; 0: none.
    #[arg(long, default_value_t = 0.0, value_name = "SECONDS", value_parser = seconds)]
    idle_alert2: f64,
    /// Time from the last idle warning to the close.
    #[arg(long, default_value_t = 45.0, value_name = "SECONDS", value_parser = seconds)]
    idle_close: f64,
    /// Longest message, in characters.
    #[arg(long, default_value_t = 4096, value_name = "NUMBER")]
    max_message_length: usize,
    /// Chats that may run at once; further ones are refused with code 240.
    #[arg(long, value_name = "NUMBER")]
    max_chats: Option<usize>,
    /// Secure keys of 16 hexadecimal digits, as in older releases of GMS.
    #[arg(long)]
    short_keys: bool,
    /// What is done to the texts of messages and other events, separated by commas: crlfToLf, lfToCrlf, maskCards,
    /// htmlEscape, nfc, trim, bmpOnly.
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    text_changes: Vec<TextChange>,
    /// Carry operations out one after another, each in this time.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    slow: u64,

    /// Files a customer may upload in a chat.
    #[arg(long, default_value_t = 3, value_name = "NUMBER")]
    max_files: u32,
    /// Bytes in one file.
    #[arg(long, default_value_t = 2_097_152, value_name = "BYTES")]
    max_file_size: u64,
    /// Bytes in all files a customer uploads in a chat.
    #[arg(long, default_value_t = 5_242_880, value_name = "BYTES")]
    max_total_size: u64,
    /// Allowed file name extensions, separated by commas.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "LIST",
        default_value = "doc,docx,gif,jpeg,jpg,pdf,png,txt,zip"
    )]
    file_types: Vec<String>,
    /// Accept files only while an agent is in the chat.
    #[arg(long)]
    need_agent: bool,
    /// Downloads a customer may make in a chat.
    #[arg(long, default_value_t = 10, value_name = "NUMBER")]
    download_attempts: u32,

    /// Setting of an API, by its name, as in the examples; repeatable; see below.
    #[arg(long, value_name = "API.NAME=VALUE")]
    set: Vec<String>,

    /// Fault for a coming request, e.g. `drop,operation=send,nth=2`; repeatable.
    #[arg(long, value_name = "FAULT", value_parser = Fault::from_words)]
    fault: Vec<Fault>,
    /// Fault that happens at random, e.g. `latency,ms=300,rate=0.2`; repeatable.
    #[arg(long, value_name = "FAULT,rate=P", value_parser = Fault::rate_from_words)]
    rate: Vec<(f64, Fault)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tempo {
    /// What brought nothing is passed over, and nobody is kept waiting.
    Fast,
    /// With the pauses of the recording.
    Recorded,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Play {
    /// Joins, greets, answers a few words (say `help`), ends the chat on `bye`.
    Demo,
    /// Joins at once and says back what the customer says.
    Echo,
    /// Nobody joins; use the control API.
    None,
}

fn api_help() -> String {
    let first = Api::ALL.first().map(|api| api.name()).unwrap_or_default();
    format!("Chat API to serve, of {}; separated by commas or repeated [default: {first}]", Api::names())
}

fn seconds(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(value) {
        Ok(_) => Ok(value),
        Err(error) => Err(error.to_string()),
    }
}

impl Arguments {
    /// The simulator these arguments describe, but for address and faults.
    pub(crate) fn builder(&self) -> Result<Builder, String> {
        let builder = Simulator::builder()
            .apis(self.apis().iter().copied())
            .seed(self.seed)
            .script(self.script()?)
            .settings(self.settings());
        let builder = self.control_host.iter().chain([&self.host]).fold(builder, Builder::control_host);
        let mut builder = self.service.iter().fold(builder, Builder::service);
        if let Some(key) = &self.apikey {
            builder = builder.apikey(key);
        }
        if let Some(words) = &self.basic_auth {
            let (user, password) = words.split_once(':').ok_or("--basic-auth: there is no colon in it")?;
            builder = builder.basic_auth(user, password);
        }
        for words in &self.set {
            builder = builder.set(words).map_err(|error| format!("--set: {error}"))?;
        }
        Ok(builder)
    }

    /// The chat APIs, in the order given.
    pub(crate) fn apis(&self) -> &[Api] {
        if self.api.is_empty() { Api::ALL.get(..1).unwrap_or_default() } else { &self.api }
    }

    pub(crate) fn store_faults(&self, simulator: &Simulator) -> Result<(), String> {
        for fault in self.fault.iter().chain(self.rate.iter().map(|(_, fault)| fault)) {
            simulator.check_fault(fault).map_err(|error| error.to_string())?;
        }
        for fault in &self.fault {
            simulator.faults().push(fault.clone());
        }
        simulator.faults().set_rates(self.rate.clone());
        Ok(())
    }

    fn script(&self) -> Result<Script, String> {
        let mut script = match (&self.rules, self.script) {
            (Some(path), _) => Script::from_file(path).map_err(|error| error.to_string())?,
            (None, Play::Demo) => Script::demo(),
            (None, Play::Echo) => Script::echo(),
            (None, Play::None) => {
                if self.agent.is_some() {
                    return Err("--agent: with --script none nobody joins".to_owned());
                }
                Script::none()
            }
        };
        if let Some(nickname) = &self.agent {
            script = script.agent(nickname);
        }
        if let Some(ms) = self.join_after {
            script = script.join_after(Duration::from_millis(ms));
        }
        if let Some(ms) = self.typing {
            script = script.typing(Duration::from_millis(ms));
        }
        Ok(script)
    }

    fn settings(&self) -> Settings {
        let time = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default();
        let extension = |text: &String| text.trim().trim_start_matches('.').to_ascii_lowercase();
        Settings {
            client_timeout: time(self.client_timeout),
            idle: IdleSettings {
                alert: time(self.idle_alert),
                alert2: time(self.idle_alert2),
                close: time(self.idle_close),
                ..IdleSettings::default()
            },
            files: FileLimits {
                max_files: self.max_files,
                max_file_size: self.max_file_size,
                max_total_size: self.max_total_size,
                file_types: self.file_types.iter().map(extension).collect(),
                need_agent: self.need_agent,
                download_attempts: self.download_attempts,
                ..FileLimits::default()
            },
            max_message_length: self.max_message_length,
            max_chats: self.max_chats,
            short_keys: self.short_keys,
            text_changes: self.text_changes.clone(),
            slow: Duration::from_millis(self.slow),
            ..Settings::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
        let arguments = Arguments::try_parse_from(["webchat-simulator"]).unwrap();
        assert_eq!(arguments.settings(), Settings::default());
        assert_eq!(arguments.apis(), &Api::ALL[..1]);
        arguments.builder().unwrap();
        let [first, second, ..] = Api::ALL else { panic!("there are several") };
        let words = format!("{},{}", second.name(), first.name());
        let both = Arguments::try_parse_from(["x", "--api", &words]).unwrap();
        assert_eq!(both.apis(), [*second, *first]);
    }

    #[test]
    fn mistakes_are_named() {
        for (words, part) in [
            (vec!["--port", "70000"], "70000"),
            (vec!["--script", "dance"], "possible values: demo, echo, none"),
            (vec!["--api", "comet"], "they are "),
            (vec!["--fault", "dorp"], "there is no kind \"dorp\""),
            (vec!["--rate", "drop"], "rate is missing"),
            (vec!["--text-changes", "trim,rot13"], "the changes are crlfToLf"),
            (vec!["--idle-alert=-1"], "negative"),
            (vec!["--idle-close=soon"], "not a number of seconds"),
            (vec!["--rules", "a.toml", "--script", "echo"], "cannot be used with"),
        ] {
            let all = std::iter::once("webchat-simulator").chain(words);
            let error = Arguments::try_parse_from(all).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        let built = |words: &[&str]| Arguments::try_parse_from(words).unwrap().builder();
        let error = built(&["x", "--basic-auth", "mia"]).unwrap_err();
        assert!(error.contains("colon"), "{error}");
        let error = built(&["x", "--set", "pigeon.speed=1"]).unwrap_err();
        assert!(error.contains("--set") && error.contains("pigeon"), "{error}");
        let error = built(&["x", "--rules", "/nowhere/rules.toml"]).unwrap_err();
        assert!(error.contains("/nowhere/rules.toml"), "{error}");
    }
}
