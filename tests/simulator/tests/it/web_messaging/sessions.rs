//! Deployments, sessions and connections.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{advance, pause, resume};
use webchat_simulator::Simulator;
use webchat_simulator::api::web_messaging::{AgentEnd, Party, WebMessagingSettings};

use super::guest::{DEPLOYMENT, Guest, base, refused, simulator, texts};
use crate::customer::{client, json as body_of};

async fn usual() -> Simulator {
    simulator(WebMessagingSettings::default()).await
}

async fn set(words: &[&str]) -> Simulator {
    let mut builder = Simulator::builder().seed(7);
    for words in words {
        builder = builder.set(&format!("web-messaging.{words}")).unwrap();
    }
    builder.start().await.unwrap()
}

#[tokio::test]
async fn the_deployment_tells_of_itself() {
    let simulator = set(&["deployments=known", "agentEnd=silent", "origins=example.com"]).await;
    let get = async |file: &str| {
        let url = format!("{}/webdeployments/v1/deployments/{file}", base(&simulator));
        client().get(url).send().await.unwrap()
    };
    let config = body_of(get("known/config.json").await).await;
    for member in
        ["id", "version", "languages", "defaultLanguage", "apiEndpoint", "status", "auth", "journeyEvents"]
    {
        assert!(!config[member].is_null(), "{member}");
    }
    for member in ["enabled", "apps", "styles", "launcherButton", "fileUpload"] {
        assert!(!config["messenger"][member].is_null(), "{member}");
    }
    let conversations = &config["messenger"]["apps"]["conversations"];
    assert_eq!(conversations["messagingEndpoint"], format!("ws://{}", simulator.address()));
    assert_eq!(conversations["conversationDisconnect"]["enabled"], false);
    assert_eq!((&config["status"], &conversations["autoStart"]["enabled"]), (&json!("Active"), &json!(true)));
    let domains = body_of(get("known/domains.json").await).await;
    assert_eq!(domains, json!({"allowAllDomains": false, "allowedDomains": ["example.com"]}));
    assert_eq!(get("unknown/config.json").await.status(), 403);
    simulator.change_web_messaging(|settings| settings.deployment.active = false);
    assert_eq!(body_of(get("known/config.json").await).await["status"], "Inactive");
    assert_eq!(refused(&simulator, "?deploymentId=known", Some("https://example.com")).await, 403);
}

#[tokio::test]
async fn the_upgrade_minds_origin_and_deployment() {
    let simulator = set(&["deployments=known", "origins=example.com"]).await;
    for (query, origin, status) in [
        ("?deploymentId=known", Some("https://other.org"), 403),
        ("?deploymentId=known", None, 403),
        ("?deploymentId=other", Some("https://example.com"), 403),
        ("", Some("https://example.com"), 403),
    ] {
        assert_eq!(refused(&simulator, query, origin).await, status, "{query} {origin:?}");
    }
    super::guest::open(&simulator, "?application=x&deploymentId=known", Some("https://www.example.com"))
        .await
        .unwrap();
}

#[tokio::test]
async fn configured_in_all_outcomes() {
    let simulator = usual().await;
    let mut guest = Guest::start(&simulator).await;
    let again = guest.configure().await;
    assert_eq!(again["body"]["newSession"], false, "a configured session exists: {again}");
    for member in
        ["allowedMedia", "blockedExtensions", "maxCustomDataBytes", "durationSeconds", "expirationDate"]
    {
        assert!(!again["body"][member].is_null(), "{member}");
    }
    let bare = guest.ask(json!({"action": "configureSession"})).await;
    assert_eq!((&bare["class"], &bare["code"]), (&json!("string"), &json!(4020)));
    assert_eq!(simulator.expire_sessions(&Party::token("token-1")), 1);
    assert_eq!(guest.next().await["class"], "SessionExpiredEvent");
    assert_eq!(guest.configure().await["code"], 4006);
    assert_eq!(guest.say("x").await["code"], 4006);
    let mut other = Guest::connect(&simulator, "token-2").await;
    assert_eq!(other.say("x").await["code"], 4007, "not configured");
    other.configure().await;
    assert_eq!(simulator.forget_sessions(&Party::token("token-2")), 1);
    assert_eq!(other.configure().await["code"], 4007);
    let signed =
        json!({"action": "configureAuthenticatedSession", "deploymentId": DEPLOYMENT, "data": {"code": "c"}});
    other.token = "token-3".to_owned();
    assert_eq!(other.ask(signed.clone()).await["code"], 403, "there are no signed-in sessions here");
    simulator.change_web_messaging(|settings| settings.deployment.auth = true);
    assert_eq!(other.ask(signed).await["code"], 200);
    assert_eq!(other.configure().await["code"], 4017);
}

#[tokio::test]
async fn the_fourth_connection_closes_the_oldest() {
    let simulator = usual().await;
    let mut guests = vec![Guest::start(&simulator).await];
    for _ in 0..3 {
        let mut guest = Guest::connect(&simulator, "token-1").await;
        assert_eq!(guest.configure().await["body"]["newSession"], false);
        guests.push(guest);
    }
    let mut oldest = guests.remove(0);
    assert_eq!(oldest.next().await["class"], "ConnectionClosedEvent");
    assert_eq!(oldest.receive().await, Err(Some(1000)));
    let echo = guests[2].say("to all").await;
    for guest in &mut guests[..2] {
        let told = guest.next().await;
        assert_eq!(told["body"], echo["body"]);
        assert!(told.get("tracingId").is_none(), "it belongs to the connection that sent: {told}");
    }
    let closed = guests[0].ask(json!({"action": "closeSession", "closeAllConnections": true})).await;
    assert_eq!(closed["body"]["connected"], false);
    for guest in &mut guests[1..] {
        assert_eq!(guest.next().await["class"], "ConnectionClosedEvent");
        assert_eq!(guest.receive().await, Err(Some(1000)));
    }
    assert_eq!(guests[0].configure().await["body"]["newSession"], false, "the conversation goes on");
}

#[tokio::test]
async fn sessions_survive_their_connections() {
    let simulator = usual().await;
    let (mut guest, chat) = Guest::chat(&simulator).await;
    let agent = simulator.join_agent(&chat, "Sam").unwrap();
    assert_eq!(simulator.cut_connections(&Party::chat(&chat), 0, None), 1);
    assert_eq!(guest.receive().await, Err(None));
    simulator.say(&chat, agent, "while away").unwrap();
    let mut guest = Guest::connect(&simulator, "token-1").await;
    assert_eq!(guest.configure().await["body"]["newSession"], false);
    assert_eq!(texts(&guest.page("").await), ["while away", "Join"], "the socket does not replay");
    simulator.say(&chat, agent, "now").unwrap();
    assert_eq!(guest.next().await["body"]["text"], "now");
}

async fn ended(end: AgentEnd) -> (Simulator, Guest, String) {
    let mut settings = WebMessagingSettings::default();
    settings.deployment.agent_end = end;
    let simulator = simulator(settings).await;
    let (guest, chat) = Guest::chat(&simulator).await;
    let agent = simulator.join_agent(&chat, "Sam").unwrap();
    simulator.end(&chat, agent).unwrap();
    (simulator, guest, chat)
}

#[tokio::test]
async fn an_end_that_is_read_only() {
    let (simulator, mut guest, _) = ended(AgentEnd::ReadOnly).await;
    let told = guest.next().await;
    assert_eq!(told["body"]["events"][0]["presence"]["type"], "Disconnect");
    assert_eq!(
        (&told["body"]["metadata"]["readOnly"], &told["body"]["direction"]),
        (&json!("true"), &json!("Outbound"))
    );
    assert_eq!(guest.say("x").await["code"], 409);
    let attach =
        json!({"action": "onAttachment", "fileName": "a.txt", "fileType": "text/plain", "fileSize": 1});
    assert_eq!(guest.ask(attach).await["code"], 409);
    assert_eq!(texts(&guest.page("").await), ["Disconnect", "Join"]);
    assert_eq!(guest.configure().await["body"]["readOnly"], true);
    let closed = guest.ask(json!({"action": "closeSession", "closeAllConnections": true})).await;
    assert_eq!((&closed["body"]["connected"], &closed["body"]["readOnly"]), (&json!(false), &json!(true)));
    let new = json!({"action": "configureSession", "deploymentId": DEPLOYMENT, "startNew": true});
    let begun = guest.ask(new).await;
    assert_eq!((&begun["body"]["newSession"], &begun["body"]["readOnly"]), (&json!(true), &json!(false)));
    guest.join().await;
    assert_eq!(texts(&guest.page("").await), ["Join"]);
    assert_eq!(simulator.chats().len(), 2);
}

#[tokio::test]
async fn an_end_after_which_one_may_write() {
    for end in [AgentEnd::Send, AgentEnd::Silent] {
        let (simulator, mut guest, first) = ended(end).await;
        if end == AgentEnd::Send {
            let told = guest.next().await;
            assert_eq!(told["body"]["events"][0]["presence"]["type"], "Disconnect");
            assert_eq!(told["body"]["metadata"].get("readOnly"), None);
        }
        assert_eq!(guest.say("are you there?").await["body"]["text"], "are you there?", "{end:?}");
        let second = simulator.latest_chat_id().unwrap();
        assert_ne!(first, second, "another conversation");
        let agent = simulator.join_agent(&second, "Kim").unwrap();
        simulator.say(&second, agent, "now I am").unwrap();
        assert_eq!(guest.next().await["body"]["text"], "now I am");
        let own = simulator.chat(&second).unwrap().own.web_messaging.unwrap();
        assert_eq!(own.chats, [first, second]);
        let mut all = texts(&guest.page("").await);
        all.retain(|text| text != "Disconnect");
        assert_eq!(all, ["now I am", "are you there?", "Join"], "one history");
    }
}

#[tokio::test]
async fn a_conversation_is_cleared() {
    let simulator = usual().await;
    let (mut guest, chat) = Guest::chat(&simulator).await;
    let mut other = Guest::connect(&simulator, "token-1").await;
    other.configure().await;
    let clear = json!({"eventType": "Presence", "presence": {"type": "Clear"}});
    let request = json!({"action": "onMessage", "message": {"type": "Event", "events": [clear]}});
    guest.send(request.clone()).await;
    let classes =
        [guest.next().await, guest.next().await, guest.next().await].map(|frame| frame["class"].clone());
    assert_eq!(classes, ["SessionClearedEvent", "StructuredMessage", "ConnectionClosedEvent"]);
    assert_eq!(guest.receive().await, Err(Some(1000)));
    assert_eq!(other.next().await["class"], "SessionClearedEvent");
    assert_eq!(other.next().await["class"], "ConnectionClosedEvent");
    assert_eq!(other.receive().await, Err(Some(1000)));
    assert_eq!(simulator.chat(&chat).unwrap().ended, Some(webchat_simulator::EndCause::Client));
    let mut guest = Guest::start(&simulator).await;
    simulator.change_web_messaging(|settings| settings.deployment.clear = false);
    let refused = guest.ask(request).await;
    assert_eq!((&refused["class"], &refused["code"]), (&json!("string"), &json!(403)));
    assert!(refused["body"].as_str().unwrap().contains("conversation clear"));
}

#[tokio::test]
async fn cleared_and_logged_out_from_elsewhere() {
    let simulator = usual().await;
    let (mut guest, chat) = Guest::chat(&simulator).await;
    assert_eq!(simulator.clear_sessions(&Party::chat(&chat)), 1);
    assert_eq!(guest.next().await["class"], "SessionClearedEvent");
    assert_eq!(guest.next().await["class"], "ConnectionClosedEvent");
    let (mut guest, chat) = Guest::chat(&simulator).await;
    assert_eq!(simulator.log_out_sessions(&Party::chat(&chat)), 1);
    assert_eq!(guest.next().await["class"], "LogoutEvent");
    assert_eq!(guest.next().await["class"], "ConnectionClosedEvent");
}

#[tokio::test]
async fn a_session_runs_out() {
    let mut settings = WebMessagingSettings::default();
    settings.deployment.duration = Duration::from_secs(100_000);
    let simulator = simulator(settings).await;
    let (mut guest, chat) = Guest::chat(&simulator).await;
    let agent = simulator.join_agent(&chat, "Sam").unwrap();
    let pass = async |seconds| {
        pause();
        advance(Duration::from_secs(seconds)).await;
        resume();
    };
    pass(60_000).await;
    simulator.say(&chat, agent, "still here").unwrap();
    guest.next().await;
    pass(60_000).await;
    let health = json!({"action": "echo", "message": {"type": "Text", "text": "ping"}});
    let echo = guest.ask(health.clone()).await;
    assert_eq!((&echo["type"], &echo["body"]["text"]), (&json!("response"), &json!("ping")));
    assert_eq!(echo["body"]["metadata"]["durationSeconds"], "100000");
    pass(50_000).await;
    assert_eq!(guest.next().await["class"], "SessionExpiredEvent", "messages put it off, echoes do not");
    assert_eq!(guest.ask(health).await["code"], 4006);
    assert_eq!(simulator.chat(&chat).unwrap().ended, Some(webchat_simulator::EndCause::Silence));
}

#[tokio::test]
async fn configuration_without_a_session() {
    let simulator = usual().await;
    let mut guest = Guest::connect(&simulator, "none").await;
    let told = guest.ask(json!({"action": "getConfiguration", "deploymentId": DEPLOYMENT})).await;
    assert_eq!(
        (&told["class"], &told["body"]["maxCustomDataBytes"]),
        (&json!("GetConfigurationResponse"), &json!(2048))
    );
    assert!(simulator.chats().is_empty() && simulator.web_messaging().known.is_empty());
    assert_eq!(told["body"]["allowedMedia"]["inbound"]["maxFileSizeKB"], Value::from(10_240));
}
