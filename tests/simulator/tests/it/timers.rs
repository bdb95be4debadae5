//! Idle control and the drop of silent customers, on a clock the tests move.

use std::time::Duration;

use serde_json::json as value;
use tokio::time::{advance, pause, resume};
use webchat_simulator::{EndCause, EventType, IdleSettings, Simulator};

use crate::customer::{Customer, each};

const SECOND: Duration = Duration::from_secs(1);

/// Lets time pass at once. Requests are made while the clock runs, so that none can time out.
async fn pass(time: Duration) {
    pause();
    advance(time).await;
    resume();
}

#[tokio::test]
async fn a_silent_customer_is_dropped() {
    let simulator = Simulator::builder().client_timeout(45 * SECOND).start().await.unwrap();
    let customer = Customer::start(&simulator.chat_url()).await;
    let chat = customer.chat_id.as_str();
    pass(44 * SECOND).await;
    assert_eq!(customer.refresh("1").await["statusCode"], 0);
    pass(44 * SECOND).await;
    assert_eq!(simulator.chat(chat).unwrap().ended, None);
    pass(SECOND).await;
    let ended = |simulator: &Simulator| simulator.chat(chat).unwrap().ended;
    assert_eq!(simulator.wait_for(ended).await, EndCause::Silence);
    let last = simulator.transcript(chat).unwrap().pop().unwrap();
    assert_eq!((last.kind, last.from.participant_id), (EventType::ParticipantLeft, 1));
    let reply = customer.refresh("1").await;
    assert_eq!((&reply["statusCode"], &reply["chatEnded"]), (&value!(2), &value!(true)));
    assert_eq!(reply["errors"][0]["code"], 8209);
}

#[tokio::test]
async fn an_idle_chat_is_warned_and_closed() {
    let builder = Simulator::builder().client_timeout(Duration::ZERO).utc_ms(1_700_000_000_000);
    let simulator = builder.start().await.unwrap();
    let customer = Customer::start(&simulator.chat_url()).await;
    let chat = customer.chat_id.as_str();
    pass(200 * SECOND).await;
    customer.call("send", &[("message", "still here")]).await;
    pass(254 * SECOND).await;
    assert_eq!(each(&customer.refresh("3").await, "type"), Vec::<String>::new());
    pass(SECOND).await;
    let alert = customer.refresh("3").await;
    assert_eq!(each(&alert, "type"), ["IdleAlert"]);
    let facts = value!({"next-idle-timer-type": "CLOSE", "next-idle-timer-secs": "45"});
    assert_eq!(alert["messages"][0]["userData"], facts);
    assert_eq!(alert["messages"][0]["from"]["type"], "External");
    let at = alert["messages"][0]["utcTime"].as_u64().unwrap();
    assert!((1_700_000_455_000..1_700_000_470_000).contains(&at), "{at}");
    assert!((40..=45).contains(&alert["idleTimerExpire"].as_u64().unwrap()), "{alert}");

    let cancel = [("eventAttributes", "{\"purpose\":\"cancel-idle-timer\"}")];
    customer.call("customNotice", &cancel).await;
    pass(254 * SECOND).await;
    assert!(customer.refresh("0").await.get("idleTimerExpire").is_none());
    pass(46 * SECOND).await;
    assert_eq!(simulator.chat(chat).unwrap().ended, Some(EndCause::Idle));
    let last = customer.refresh("5").await;
    assert_eq!((&last["statusCode"], &last["chatEnded"]), (&value!(0), &value!(true)));
    assert_eq!(each(&last, "type"), ["IdleAlert", "IdleClose"]);
    assert_eq!(customer.refresh("7").await["statusCode"], 2);
}

#[tokio::test]
async fn timers_run_out_on_demand() {
    let idle = IdleSettings { alert2: 20 * SECOND, ..IdleSettings::default() };
    let simulator = Simulator::builder().idle(idle).start().await.unwrap();
    let first = Customer::start(&simulator.chat_url()).await;
    for _ in 0..3 {
        simulator.expire_idle(&first.chat_id).unwrap();
    }
    let told = first.refresh("2").await;
    assert_eq!(each(&told, "type"), ["IdleAlert", "IdleAlert", "IdleClose"]);
    assert_eq!(told["messages"][0]["userData"]["next-idle-timer-type"], "ALERT");
    assert_eq!(told["messages"][0]["userData"]["next-idle-timer-secs"], "20");
    assert!(simulator.expire_idle(&first.chat_id).unwrap_err().to_string().contains("has ended"));
    let second = Customer::start(&simulator.chat_url()).await;
    simulator.expire_client(&second.chat_id).unwrap();
    assert_eq!(second.refresh("1").await["errors"][0]["code"], 8209);
}

#[tokio::test]
async fn settings_change_while_it_runs() {
    let simulator = Simulator::builder().start().await.unwrap();
    let customer = Customer::start(&simulator.chat_url()).await;
    simulator.change_settings(|settings| {
        settings.client_timeout = Duration::from_millis(1);
        settings.idle = IdleSettings::off();
    });
    let ended = |simulator: &Simulator| simulator.chat(&customer.chat_id).unwrap().ended;
    assert_eq!(simulator.wait_for(ended).await, EndCause::Silence);
}

#[tokio::test]
async fn nobody_is_dropped_for_an_outage() {
    let simulator = Simulator::builder().start().await.unwrap();
    let customer = Customer::start(&simulator.chat_url()).await;
    simulator.go_offline();
    pass(1000 * SECOND).await;
    assert_eq!(customer.refresh("1").await["statusCode"], 1);
    simulator.go_online();
    pass(44 * SECOND).await;
    simulator.go_down().await.unwrap();
    pass(1000 * SECOND).await;
    simulator.come_up().await.unwrap();
    let reply = customer.refresh("1").await;
    assert_eq!((&reply["statusCode"], each(&reply, "index")), (&value!(0), vec![value!(1)]));
}
