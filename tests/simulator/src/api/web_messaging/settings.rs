//! What an operator may set for Web Messaging: the deployment, the limits, and a mode for each point that is unknown of the real service.

use std::time::Duration;

use serde::Deserialize;

use super::limits::Limits;
use super::modes::{AgentEnd, ErrorForm, Pages, Repeats, Times, Tracing, TypingForm, UploadEvent};
use super::s3::S3;
use crate::api::Settings;
use crate::words::set;

/// What the deployment allows, as its `config.json` says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Deployment {
    /// The deployments that exist; any when empty.
    pub ids: Vec<String>,
    /// Whether it is active.
    pub active: bool,
    /// Whether it has chats.
    pub conversations: bool,
    /// Whether clients are to join of their own accord.
    pub auto_start: bool,
    /// Whether the customer's typing is taken.
    pub user_typing: bool,
    /// What is told of the agent's end.
    pub agent_end: AgentEnd,
    /// Whether the customer may clear the conversation.
    pub clear: bool,
    /// Whether messages have the agent's name and picture.
    pub humanize: bool,
    /// Whether there are signed-in sessions.
    pub auth: bool,
    /// The host names that pages may come from; any when empty. Subdomains count too.
    pub origins: Vec<String>,
    /// Media types of uploads; none: there are no uploads.
    pub file_types: Vec<String>,
    /// Extensions that are refused whatever the type, with the dot.
    pub blocked_extensions: Vec<String>,
    /// How long a session lives after its last message.
    pub duration: Duration,
}

impl Default for Deployment {
    fn default() -> Self {
        let blocked = [".bat", ".cmd", ".com", ".exe", ".js", ".msi", ".scr", ".vbs"];
        Self {
            ids: Vec::new(),
            active: true,
            conversations: true,
            auto_start: true,
            user_typing: true,
            agent_end: AgentEnd::default(),
            clear: true,
            humanize: true,
            auth: false,
            origins: Vec::new(),
            file_types: vec!["*/*".to_owned()],
            blocked_extensions: blocked.map(str::to_owned).to_vec(),
            duration: Duration::from_hours(72),
        }
    }
}

/// How Web Messaging behaves. The default keeps all limits, and repeats nothing that no source promises.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct WebMessagingSettings {
    /// The deployment.
    pub deployment: Deployment,
    /// The limits.
    pub limits: Limits,
    /// What an echo repeats of its request.
    pub echo_repeats: Repeats,
    /// What the history repeats of the request.
    pub history_repeats: Repeats,
    /// Messages of the customer have another `id` in the history than in their echo.
    pub other_history_ids: bool,
    /// Where answers have the tracing id.
    pub tracing: Tracing,
    /// Errors have no tracing id at all.
    pub errors_untraced: bool,
    /// How refusals are told.
    pub error_form: ErrorForm,
    /// How long the history does not show what was accepted.
    pub history_delay: Duration,
    /// How long a message of the customer takes to be applied.
    pub apply_delay: Duration,
    /// What has not been applied when its link dies is lost.
    pub lost_with_link: bool,
    /// Messages come up to this much late, each by another time: out of order.
    pub disorder: Duration,
    /// What the times in the history are.
    pub times: Times,
    /// Pages of the history that are empty; 0: none.
    pub empty_page: u64,
    /// What pages say of how many there are.
    pub pages: Pages,
    /// How the typing of agents is told.
    pub typing: TypingForm,
    /// What follows an upload.
    pub upload_event: UploadEvent,
    /// How long after the bytes that comes.
    pub upload_delay: Duration,
    /// The code of an `UploadFailureEvent`; 0: that of content that is not allowed.
    pub upload_code: u32,
    /// The answer to a clear comes before `SessionClearedEvent`.
    pub clear_echo_first: bool,
    /// Messages are accepted without any echo.
    pub silent_echoes: bool,
    /// Connections are closed with 1001 after this time; zero: they are not.
    pub lifetime: Duration,
    /// Connections that send nothing for this long are closed with 1001; zero: they are not.
    pub idle: Duration,
    /// Frames come in fragments, and between them such as mean nothing.
    pub strange: bool,
    /// The longest frame in bytes, a longer one closes with 1009; none: any.
    pub max_frame: Option<usize>,
    /// Scheme and host of upload and download addresses; empty: those by which the client reached the server.
    pub files_url: String,
    /// The server to which files go and from which they come, where that is not the simulator.
    pub s3: S3,
}

/// Changes of some settings, in the words of the control API.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Patch {
    deployments: Option<Vec<String>>,
    active: Option<bool>,
    conversations: Option<bool>,
    auto_start: Option<bool>,
    user_typing: Option<bool>,
    agent_end: Option<AgentEnd>,
    clear: Option<bool>,
    humanize: Option<bool>,
    auth: Option<bool>,
    origins: Option<Vec<String>>,
    file_types: Option<Vec<String>>,
    blocked_extensions: Option<Vec<String>>,
    session_ms: Option<u64>,
    limits: Option<bool>,
    messages_per_second: Option<u32>,
    requests_per_minute: Option<u32>,
    configures_per_minute: Option<u32>,
    connections_per_minute: Option<u32>,
    connections: Option<u32>,
    histories_per_minute: Option<u32>,
    echoes_per_minute: Option<u32>,
    typing_ms: Option<u64>,
    refused_count: Option<bool>,
    max_text_bytes: Option<usize>,
    max_custom_data_bytes: Option<usize>,
    max_file_size_kb: Option<u64>,
    download_ms: Option<u64>,
    upload_ms: Option<u64>,
    jwt_ms: Option<u64>,
    echo_repeats: Option<Repeats>,
    history_repeats: Option<Repeats>,
    other_history_ids: Option<bool>,
    tracing: Option<Tracing>,
    errors_untraced: Option<bool>,
    error_form: Option<ErrorForm>,
    history_delay_ms: Option<u64>,
    apply_delay_ms: Option<u64>,
    lost_with_link: Option<bool>,
    disorder_ms: Option<u64>,
    times: Option<Times>,
    empty_page: Option<u64>,
    pages: Option<Pages>,
    typing: Option<TypingForm>,
    upload_event: Option<UploadEvent>,
    upload_delay_ms: Option<u64>,
    upload_code: Option<u32>,
    clear_echo_first: Option<bool>,
    silent_echoes: Option<bool>,
    lifetime_ms: Option<u64>,
    idle_ms: Option<u64>,
    strange: Option<bool>,
    max_frame_bytes: Option<usize>,
    files_url: Option<String>,
    s3_url: Option<String>,
    s3_bucket: Option<String>,
    s3_region: Option<String>,
    s3_key: Option<String>,
    s3_secret: Option<String>,
}

impl Settings for WebMessagingSettings {
    type Patch = Patch;
    const LISTS: &'static [&'static str] = &["deployments", "origins", "fileTypes", "blockedExtensions"];

    fn apply(&mut self, patch: Patch) {
        let time = |ms: Option<u64>| ms.map(Duration::from_millis);
        // An item without a word is no item: `NAME=` empties a list.
        let list = |list: Option<Vec<String>>| {
            list.map(|list| list.into_iter().filter(|item| !item.is_empty()).collect::<Vec<_>>())
        };
        let deployment = &mut self.deployment;
        set(&mut deployment.ids, list(patch.deployments));
        set(&mut deployment.active, patch.active);
        set(&mut deployment.conversations, patch.conversations);
        set(&mut deployment.auto_start, patch.auto_start);
        set(&mut deployment.user_typing, patch.user_typing);
        set(&mut deployment.agent_end, patch.agent_end);
        set(&mut deployment.clear, patch.clear);
        set(&mut deployment.humanize, patch.humanize);
        set(&mut deployment.auth, patch.auth);
        set(&mut deployment.origins, list(patch.origins));
        set(&mut deployment.file_types, list(patch.file_types));
        set(&mut deployment.blocked_extensions, list(patch.blocked_extensions));
        set(&mut deployment.duration, time(patch.session_ms));
        if let Some(on) = patch.limits {
            self.limits = if on { Limits::default() } else { Limits::off() };
        }
        let limits = &mut self.limits;
        set(&mut limits.messages_per_second, patch.messages_per_second);
        set(&mut limits.requests_per_minute, patch.requests_per_minute);
        set(&mut limits.configures_per_minute, patch.configures_per_minute);
        set(&mut limits.connections_per_minute, patch.connections_per_minute);
        set(&mut limits.connections, patch.connections);
        set(&mut limits.histories_per_minute, patch.histories_per_minute);
        set(&mut limits.echoes_per_minute, patch.echoes_per_minute);
        set(&mut limits.typing, time(patch.typing_ms));
        set(&mut limits.refused_count, patch.refused_count);
        set(&mut limits.text_bytes, patch.max_text_bytes);
        set(&mut limits.custom_data_bytes, patch.max_custom_data_bytes);
        set(&mut limits.file_size_kb, patch.max_file_size_kb);
        set(&mut limits.download, time(patch.download_ms));
        set(&mut limits.upload, time(patch.upload_ms));
        set(&mut limits.jwt, time(patch.jwt_ms));
        set(&mut self.echo_repeats, patch.echo_repeats);
        set(&mut self.history_repeats, patch.history_repeats);
        set(&mut self.other_history_ids, patch.other_history_ids);
        set(&mut self.tracing, patch.tracing);
        set(&mut self.errors_untraced, patch.errors_untraced);
        set(&mut self.error_form, patch.error_form);
        set(&mut self.history_delay, time(patch.history_delay_ms));
        set(&mut self.apply_delay, time(patch.apply_delay_ms));
        set(&mut self.lost_with_link, patch.lost_with_link);
        set(&mut self.disorder, time(patch.disorder_ms));
        set(&mut self.times, patch.times);
        set(&mut self.empty_page, patch.empty_page);
        set(&mut self.pages, patch.pages);
        set(&mut self.typing, patch.typing);
        set(&mut self.upload_event, patch.upload_event);
        set(&mut self.upload_delay, time(patch.upload_delay_ms));
        set(&mut self.upload_code, patch.upload_code);
        set(&mut self.clear_echo_first, patch.clear_echo_first);
        set(&mut self.silent_echoes, patch.silent_echoes);
        set(&mut self.lifetime, time(patch.lifetime_ms));
        set(&mut self.idle, time(patch.idle_ms));
        set(&mut self.strange, patch.strange);
        set(&mut self.max_frame, patch.max_frame_bytes.map(|bytes| Some(bytes).filter(|bytes| *bytes > 0)));
        set(&mut self.files_url, patch.files_url);
        set(&mut self.s3.url, patch.s3_url);
        set(&mut self.s3.bucket, patch.s3_bucket);
        set(&mut self.s3.region, patch.s3_region);
        set(&mut self.s3.key, patch.s3_key);
        set(&mut self.s3.secret, patch.s3_secret);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_in_words() {
        let help = include_str!("help.txt");
        for words in [
            "deployments=a,b",
            "active=false",
            "conversations=false",
            "autoStart=false",
            "userTyping=false",
            "agentEnd=silent",
            "clear=false",
            "humanize=false",
            "auth=true",
            "origins=example.com",
            "fileTypes=",
            "blockedExtensions=.exe",
            "sessionMs=1",
            "limits=false",
            "messagesPerSecond=1",
            "requestsPerMinute=1",
            "configuresPerMinute=1",
            "connectionsPerMinute=1",
            "connections=1",
            "historiesPerMinute=1",
            "echoesPerMinute=1",
            "typingMs=1",
            "refusedCount=true",
            "maxTextBytes=1",
            "maxCustomDataBytes=1",
            "maxFileSizeKb=1",
            "downloadMs=1",
            "uploadMs=1",
            "jwtMs=1",
            "echoRepeats=both",
            "historyRepeats=metadata",
            "otherHistoryIds=true",
            "tracing=body",
            "errorsUntraced=true",
            "errorForm=errorMessage",
            "historyDelayMs=1",
            "applyDelayMs=1",
            "lostWithLink=true",
            "disorderMs=1",
            "times=null",
            "emptyPage=1",
            "pages=long",
            "typing=off",
            "uploadEvent=absent",
            "uploadDelayMs=1",
            "uploadCode=4001",
            "clearEchoFirst=true",
            "silentEchoes=true",
            "lifetimeMs=1",
            "idleMs=1",
            "strange=true",
            "maxFrameBytes=1",
            "filesUrl=http://127.0.0.1:1",
            "s3Url=http://127.0.0.1:1",
            "s3Bucket=b",
            "s3Region=eu",
            "s3Key=k",
            "s3Secret=s",
        ] {
            let mut settings = WebMessagingSettings::default();
            settings.set(words).expect(words);
            assert_ne!(settings, WebMessagingSettings::default(), "{words} changes nothing");
            let name = words.split('=').next().unwrap();
            assert!(help.contains(&format!("{name}=")), "the help does not tell of {name}");
        }
        let mut settings = WebMessagingSettings::default();
        for (words, part) in [("speed=1", "speed"), ("agentEnd=never", "silent"), ("typingMs=soon", "soon")] {
            let error = settings.set(words).expect_err(words).to_string();
            assert!(error.contains(part), "{words}: {error}");
        }
        settings.set("limits=false").unwrap();
        settings.set("limits=true").unwrap();
        assert_eq!(settings, WebMessagingSettings::default());
    }
}
