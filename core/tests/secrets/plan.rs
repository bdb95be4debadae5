//! What is planted, and where.

use serde_json::{Value, json};
use std::time::Duration;
use webchat_core::{
    backend::{gms::GmsForm, nexus_rest::NexusForm, web_messaging::WebForm},
    command::StartChat,
    store::key,
    transport::SessionForm,
};
use webchat_simulator::{ApiError, FaultKind, Reconnect, RetryAfter, Simulator};

/// Stands in everything that nobody is to see.
pub(crate) const PLANTED: &str = "s3cr3t";

/// The same, with what acts on a terminal.
fn ugly() -> String {
    format!("{PLANTED}\r\n\u{1b}[31m \u{202e}{PLANTED}")
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum BackEnd {
    Gms,
    WebSocket,
    LongPolling,
    Nexus,
    WebMessaging,
}

impl BackEnd {
    pub(crate) const ALL: [Self; 5] =
        [Self::Gms, Self::WebSocket, Self::LongPolling, Self::Nexus, Self::WebMessaging];

    /// A configuration for it, with `connection` besides the headers.
    pub(crate) fn config(self, simulator: &Simulator, connection: &Value) -> Value {
        let mut config = match self {
            Self::Gms => json!({"dataURL": simulator.chat_url()}),
            Self::WebSocket | Self::LongPolling => json!({"cometD": {
                "enabled": true,
                "cometURL": simulator.cometd_url(),
                "channel": simulator.cometd_channel(),
                "apiURL": simulator.cometd_file_url(),
                "websocketEnabled": matches!(self, Self::WebSocket),
            }, "async": {"enabled": true}}),
            Self::Nexus => json!({"transport": {
                "type": "pureengage-v3-rest",
                "dataURL": simulator.nexus_url(),
                "endpoint": "support",
                "headers": {"x-api-key": PLANTED},
                "async": {"enabled": true},
            }}),
            Self::WebMessaging => json!({"transport": {
                "type": "genesyscloud-webmessaging",
                "deploymentId": "9e1b7c1e-3d5f-4a82-8c66-0d7b5a4f2e10",
                "socketURL": format!("ws://{}", simulator.address()),
                "apiURL": format!("http://{}", simulator.address()),
                "configURL": format!("http://{}", simulator.address()),
                "application": PLANTED,
                "headers": {"x-tenant": PLANTED},
                "journeyContext": {"customer": {"id": PLANTED, "idType": "cookie"}},
                "settleTimeout": 500,
                "async": {"enabled": true},
            }}),
        };
        config["ajaxTimeout"] = 500.into();
        config["apikey"] = PLANTED.into();
        config["userData"] = json!({ "key": PLANTED });
        config["connection"] = connection.clone();
        config["connection"]["headers"] = json!({"X-Key": PLANTED, "Cookie": format!("own={PLANTED}")});
        config["connection"]["maxResponseBytes"] = 200_000.into();
        config
    }
}

/// Every kind of fault, as indiscreet as it can be.
pub(crate) fn faults() -> Vec<FaultKind> {
    let error = |code| ApiError { code, advice: Some(PLANTED.into()), text: Some(ugly()) };
    let status = |status, errors| FaultKind::Status {
        status,
        retry_after: Some(RetryAfter::Text(PLANTED.into())),
        errors,
    };
    let code = |code: &str, status| FaultKind::ErrorCode { code: code.into(), status, retry_after: None };
    let refuse = |code, reconnect| FaultKind::Refuse { code, reconnect, interval: Some(Duration::ZERO) };
    let body = |body: Value| FaultKind::WrongBody(body.to_string());
    let late = Duration::from_millis(700);
    vec![
        FaultKind::Latency(late),
        FaultKind::SlowReply(late),
        FaultKind::Drop,
        FaultKind::TruncatedBody,
        status(400, vec![error(204)]),
        status(400, vec![error(306), error(7)]),
        status(401, vec![error(7)]),
        status(429, Vec::new()),
        status(503, Vec::new()),
        code(PLANTED, 400),
        code(&ugly(), 200),
        code("INVALID_SESSION", 400),
        code("4006", 400),
        code("4029", 429),
        code("5000", 200),
        FaultKind::NonJson,
        FaultKind::StatusCode1,
        FaultKind::StatusCode2 { chat_ended: false, errors: vec![error(7)] },
        FaultKind::StatusCode2 { chat_ended: true, errors: vec![error(7)] },
        FaultKind::DuplicateMessages,
        FaultKind::ReorderedMessages,
        FaultKind::NewAlias,
        FaultKind::NewSecureKey,
        FaultKind::SetCookie(format!("K={PLANTED}; Path=/")),
        FaultKind::WrongBody(PLANTED.into()),
        FaultKind::WrongBody(format!("{{\"{PLANTED}")),
        body(json!(PLANTED)),
        body(json!({"statusCode": PLANTED, "messages": PLANTED, "status": PLANTED, "data": PLANTED})),
        body(
            json!([{"channel": "/meta/connect", "successful": false, "error": format!("403:{PLANTED}:{}", ugly()), "clientId": PLANTED}]),
        ),
        FaultKind::HugeBody(300_000),
        FaultKind::Hang,
        refuse(402, None),
        refuse(403, Some(Reconnect::None)),
        FaultKind::Advice { reconnect: Reconnect::Handshake, interval: Duration::ZERO },
        FaultKind::Redirect {
            status: 307,
            url: format!("http://{PLANTED}:{PLANTED}@127.0.0.1:1/{PLANTED}?key={PLANTED}"),
        },
        FaultKind::Redirect { status: 302, url: format!("/{PLANTED}") },
    ]
}

pub(crate) fn form() -> StartChat {
    StartChat {
        nickname: PLANTED.into(),
        firstname: PLANTED.into(),
        lastname: PLANTED.into(),
        email: format!("{PLANTED}@example.test").into(),
        subject: ugly().into(),
        user_data: json!({ "key": PLANTED }),
        ..StartChat::default()
    }
}

/// What is no configuration. Keys of the object are named; values are not.
pub(crate) fn configurations() -> Vec<String> {
    let wrong = json!([PLANTED]);
    let keys =
        ["apikey", "userData", "ajaxTimeout", "sessionStore", "connection", "transport", "cometD", "async"];
    let mut all: Vec<String> =
        keys.iter().map(|key| json!({"dataURL": "http://h/", *key: wrong}).to_string()).collect();
    for connection in [
        json!({"proxy": PLANTED}),
        json!({"proxy": format!("ftp://{PLANTED}:{PLANTED}@host")}),
        json!({"proxy": format!("socks5h://{PLANTED}:{PLANTED}@")}),
        json!({"noProxy": [format!("{PLANTED}:{PLANTED}@host/")]}),
        json!({"noProxy": {PLANTED: 1}}),
        json!({"clientCertificate": PLANTED}),
        json!({"clientCertificate": format!("-----BEGIN PRIVATE KEY-----\n{PLANTED}\n-----END PRIVATE KEY-----\n")}),
        json!({"clientCertificate": format!("-----BEGIN CERTIFICATE-----\n{PLANTED}\n-----END CERTIFICATE-----\n{PLANTED}")}),
        json!({"minimumTls": PLANTED, "connectTimeout": PLANTED, "titleCaseHeaders": PLANTED}),
        json!({"headers": {"X-Key": ugly()}}),
        json!({"headers": {ugly(): ""}}),
        json!({"rootCertificates": [[PLANTED]], "images": PLANTED}),
    ] {
        all.push(json!({"dataURL": "http://h/", "connection": connection}).to_string());
    }
    all.extend([
        json!({"dataURL": PLANTED}).to_string(),
        json!({"dataURL": format!("http://{PLANTED}:{PLANTED}@h/")}).to_string(),
        json!({"dataURL": format!("http://h/?key={PLANTED}")}).to_string(),
        json!(PLANTED).to_string(),
        PLANTED.to_owned(),
        format!("{{\"apikey\": {PLANTED}"),
        format!("{{\"apikey\": \"{PLANTED}"),
        format!("{{{PLANTED}: 1}}"),
    ]);
    all
}

/// What are no options of any command.
pub(crate) fn options() -> Vec<Value> {
    let keys = [
        "message", "filters", "regex", "files", "fileId", "url", "nickname", "userData", "index", "input",
        "dataURL",
    ];
    let all =
        |value: Value| Value::Object(keys.iter().map(|key| ((*key).to_owned(), value.clone())).collect());
    vec![
        json!(PLANTED),
        json!([PLANTED]),
        all(json!(PLANTED)),
        all(json!(ugly())),
        all(json!([PLANTED])),
        all(json!([[PLANTED]])),
        all(json!({ "source": format!("{PLANTED}("), "flags": PLANTED })),
        all(json!([format!("/{PLANTED}(/{PLANTED}")])),
        all(json!([{"name": "a.txt", "bytes": PLANTED}])),
    ]
}

/// What is no session file.
pub(crate) fn session_files() -> Vec<String> {
    let doubly = json!({"secureKey": PLANTED}).to_string();
    let key = webchat_core::backend::gms::key::KEYS;
    vec![
        json!(PLANTED).to_string(),
        json!([PLANTED]).to_string(),
        PLANTED.to_owned(),
        format!("{{\"a\": \"{PLANTED}"),
        json!({"a": {PLANTED: 1}}).to_string(),
        json!(doubly).to_string(),
        json!({ key: json!(doubly).to_string() }).to_string(),
    ]
}

/// What a store can return that no chat has stored.
pub(crate) fn stored() -> Vec<webchat_core::store::Stored> {
    let values = [
        PLANTED.to_owned(),
        ugly(),
        json!(json!({"secureKey": PLANTED}).to_string()).to_string(),
        json!({"secureKey": [PLANTED], "alias": {PLANTED: 1}, "userId": 7}).to_string(),
        json!({"custom": [{"source": format!("{PLANTED}("), "flags": PLANTED}, PLANTED]}).to_string(),
    ];
    let all = |value: &String| {
        let keys = [
            GmsForm.keys(),
            NexusForm.keys(),
            WebForm.keys(),
            &[key::PING, key::FILTERS, key::CHAT_START_LOCK],
        ]
        .concat();
        keys.into_iter().map(|key| (key.to_owned(), value.clone())).collect()
    };
    values.iter().map(all).collect()
}
