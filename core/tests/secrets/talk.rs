//! A chat in which everybody says what nobody else is to know.

use crate::{
    plan::{self, PLANTED},
    told::Told,
};
use futures_util::{FutureExt, future::BoxFuture};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use webchat_core::{
    Chat, Config, Error,
    command::{Command, Commander, Preprocessor, PreviewInput, SendMessage},
    model::{Download, DownloadTarget, FileSource, JsonObject, Upload},
    prefilter::Prefilter,
    store::{Change, SessionKeeper, SessionStore, Stored},
};
use webchat_simulator::{Fault, FaultKind, Simulator};

/// How long a command may take.
pub(crate) const LIMIT: Duration = Duration::from_millis(1500);

/// Keeps session data as badly as it can.
#[derive(Clone)]
pub(crate) struct Host {
    stored: Stored,
    kept: Option<Value>,
}

impl Host {
    pub(crate) fn all() -> Vec<Self> {
        let kept = [
            None,
            Some(json!(PLANTED)),
            Some(json!([PLANTED])),
            Some(json!({ "token": PLANTED, "secureKey": [PLANTED] })),
        ];
        let all = |stored: Stored| kept.clone().map(|kept| Self { stored: stored.clone(), kept });
        plan::stored().into_iter().flat_map(all).collect()
    }
}

impl SessionStore for Host {
    fn load(&self) -> webchat_core::transport::BoxFuture<Result<Stored, Error>> {
        Box::pin(std::future::ready(Ok(self.stored.clone())))
    }

    fn apply(&self, _: Vec<Change>) -> webchat_core::transport::BoxFuture<Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl SessionKeeper for Host {
    fn store_session(&self, _: Value) -> webchat_core::transport::BoxFuture<Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn load_session(&self) -> webchat_core::transport::BoxFuture<Result<Option<Value>, Error>> {
        Box::pin(std::future::ready(Ok(self.kept.clone())))
    }

    fn forget_session(&self, _: Value) -> webchat_core::transport::BoxFuture<Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Tries to start a chat, and leaves.
pub(crate) async fn start(config: &Value) -> Told {
    let mut told = Told::default();
    let chat = Chat::new(Config::from_json(config).unwrap()).unwrap();
    told.outcome(chat.within(LIMIT).start_chat(plan::form()).await);
    leave(chat, &mut told).await;
    told
}

/// Takes up chats from stores and keepers that return what they like.
pub(crate) async fn stores(told: &mut Told, hosts: Vec<Host>) {
    let simulator = Simulator::builder().start().await.unwrap();
    for back_end in plan::BackEnd::ALL {
        let config = Config::from_json(&back_end.config(&simulator, &json!({"proxy": "none"}))).unwrap();
        let tries = hosts.iter().map(|host| {
            let host = Arc::new(host.clone());
            let chat = Chat::builder()
                .config(config.clone())
                .store(host.clone())
                .session_keeper(host)
                .build()
                .unwrap();
            async move {
                let mut told = Told::default();
                told.outcome(chat.within(LIMIT).verify_session().await);
                told.outcome(chat.within(LIMIT).restore(Some(PLANTED.into()), Commander::Program).await);
                told.outcome(chat.within(LIMIT).start_chat(plan::form()).await);
                leave(chat, &mut told).await;
                told
            }
        });
        futures_util::future::join_all(tries).await.into_iter().for_each(|more| told.add(more));
    }
    simulator.shutdown().await;
}

/// A whole chat. `fault` befalls its start, and then whatever comes next.
pub(crate) async fn talk(simulator: &Simulator, config: &Value, fault: Option<&FaultKind>, told: &mut Told) {
    let config = Config::from_json(config).unwrap();
    told.shown(&config);
    let chat = Chat::new(config).unwrap();
    let events = chat.events();
    let listening = tokio::spawn(async move {
        let mut seen = Vec::new();
        while let Some(envelope) = events.next().await {
            seen.push(format!("{envelope:?}"));
        }
        seen
    });
    told.outcome(chat.register_pre_processor(Preprocessor::new(nonsense)).await);
    told.outcome(chat.register_typing_preview_input(PreviewInput::new(|| Some(PLANTED.into()))).await);
    let befall =
        |times| fault.map(|kind| simulator.faults().push(Fault { times, ..Fault::new(kind.clone()) }));
    befall(1);
    let started = chat.within(LIMIT).start_chat(plan::form()).await;
    let has_started = started.is_ok();
    told.outcome(started);
    simulator.faults().clear();
    if !has_started {
        told.outcome(chat.within(LIMIT * 4).start_chat(plan::form()).await);
    }
    let file = simulator.latest_chat_id().and_then(|id| agent_says(simulator, &id));
    befall(3);
    for outcome in futures_util::future::join_all(commands(&chat.within(LIMIT), file)).await {
        told.add(outcome);
    }
    simulator.faults().clear();
    leave(chat, told).await;
    told.values.extend(listening.await.unwrap());
}

/// What an agent says, and the file that comes with it.
fn agent_says(simulator: &Simulator, chat: &str) -> Option<String> {
    let agent = simulator.join_agent(chat, PLANTED).ok()?;
    let _ = simulator.type_start(chat, agent);
    let _ = simulator.say(chat, agent, PLANTED);
    let _ = simulator.push_url(chat, agent, &format!("http://127.0.0.1:1/{PLANTED}"));
    let _ = simulator.notice(chat, agent, PLANTED);
    let upload = webchat_simulator::Upload {
        name: format!("{PLANTED}.png"),
        bytes: PLANTED.into(),
        content_type: Some("image/png".into()),
        description: Some(PLANTED.into()),
        user_data: BTreeMap::from([("key".into(), PLANTED.into())]),
    };
    simulator.upload(chat, agent, upload).ok()
}

/// One of each command, all at once.
fn commands(chat: &Chat, file: Option<String>) -> Vec<BoxFuture<'static, Told>> {
    let data: JsonObject = [("key".to_owned(), json!(PLANTED))].into_iter().collect();
    let upload = Upload {
        name: format!("{PLANTED}.png"),
        source: FileSource::Bytes(PLANTED.into()),
        user_data: data.clone(),
        progress: None,
    };
    let download = |file_id: String| Download {
        file_id,
        file_name: None,
        target: DownloadTarget::Memory,
        progress: None,
    };
    let message = SendMessage {
        message: Some(PLANTED.into()),
        message_type: None,
        parent_message_id: Some(PLANTED.into()),
    };
    let filter = Prefilter::new("hidden", "g").unwrap();
    let mut all = vec![
        of(chat.send_message(message)),
        of(chat.send_typing(Some(PLANTED.into()))),
        of(chat.send_custom_notice(PLANTED)),
        of(chat.update_user_data(data)),
        of(chat.get_file_limits()),
        of(chat.send_file(upload)),
        of(chat.download_file(download(PLANTED.into()))),
        of(chat.download_file(download(file.unwrap_or_default()))),
        of(chat.add_prefilter(vec![filter.clone()])),
        of(chat.send_filtered_message(PLANTED, filter)),
        of(chat.fetch_history()),
        of(chat.get_transcript()),
        of(chat.get_agents()),
        of(chat.get_stats()),
        of(chat.get_session_data()),
    ];
    let rest = [
        Command::DeleteFile { file_id: PLANTED.into() },
        Command::PushUrl { url: format!("http://127.0.0.1:1/{PLANTED}") },
        Command::UpdateNickname { nickname: PLANTED.into() },
        Command::ReadReceipt { index: None },
    ];
    all.extend(rest.map(|command| of(chat.command(command))));
    all
}

fn of<T: std::fmt::Debug + Send + 'static>(
    command: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> BoxFuture<'static, Told> {
    command
        .map(|outcome| {
            let mut told = Told::default();
            told.outcome(outcome);
            told
        })
        .boxed()
}

/// A preprocessor's message that is none.
#[allow(clippy::unnecessary_wraps, reason = "what a preprocessor gives")]
fn nonsense(mut message: JsonObject) -> Option<JsonObject> {
    for key in ["text", "type", "from", "index", "userData"] {
        message.insert(key.into(), json!([PLANTED, { PLANTED: 1 }]));
    }
    Some(message)
}

async fn leave(chat: Chat, told: &mut Told) {
    told.outcome(chat.within(LIMIT).end_chat().await);
    told.shown(&chat);
    chat.close();
    chat.closed().await;
}
