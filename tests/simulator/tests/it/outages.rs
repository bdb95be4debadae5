//! The server as a whole goes away and comes back.

use serde_json::json as value;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use webchat_simulator::{KeepMemory, Simulator};

use crate::customer::{Customer, client, each, json, simulator};

#[tokio::test]
async fn the_chat_server_goes_offline() {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    simulator.go_offline();
    for operation in ["send", "refresh", "disconnect", "file/limits", "file/f/download"] {
        let reply = customer.call(operation, &[("message", "lost")]).await;
        assert_eq!((&reply["statusCode"], &reply["chatEnded"]), (&value!(1), &value!(false)));
    }
    let request = client().post(simulator.chat_url()).form(&[("nickname", "Mia")]);
    assert_eq!(json(request.send().await.unwrap()).await["statusCode"], 1);
    assert_eq!(simulator.log().iter().filter(|entry| entry.effect).count(), 1);
    simulator.go_online();
    assert_eq!(each(&customer.refresh("1").await, "type"), ["ParticipantJoined"]);
}

#[tokio::test]
async fn down_and_up_on_the_same_port() {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    let mut open = TcpStream::connect(simulator.address()).await.unwrap();
    simulator.go_down().await.unwrap();
    assert_eq!(open.read(&mut [0; 8]).await.unwrap_or(0), 0, "open connections are closed");
    let error = customer.post("refresh", &[]).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    simulator.go_down().await.unwrap();
    simulator.come_up().await.unwrap();
    simulator.come_up().await.unwrap();
    assert_eq!(customer.refresh("1").await["statusCode"], 0);
}

#[tokio::test]
async fn restarts_with_and_without_memory() {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    simulator.restart(KeepMemory::Yes).await.unwrap();
    assert_eq!(each(&customer.refresh("1").await, "type"), ["ParticipantJoined"]);
    simulator.restart(KeepMemory::No).await.unwrap();
    let lost = customer.refresh("1").await;
    assert_eq!((&lost["statusCode"], &lost["chatEnded"]), (&value!(2), &value!(true)));
    assert!(simulator.chats().is_empty());
    let again = Customer::start(&simulator.chat_url()).await;
    assert_ne!(again.chat_id, customer.chat_id);
}

#[tokio::test]
async fn shutdown_and_drop_close_the_port() {
    let simulator = simulator().await;
    let (address, clone) = (simulator.address(), simulator.clone());
    simulator.shutdown().await;
    assert!(TcpStream::connect(address).await.is_err());
    assert!(clone.go_down().await.unwrap_err().to_string().contains("shut down"));
    clone.shutdown().await;

    let simulator = Simulator::builder().start().await.unwrap();
    let mut open = TcpStream::connect(simulator.address()).await.unwrap();
    drop(simulator);
    assert_eq!(open.read(&mut [0; 8]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let first = simulator().await;
    let error = Simulator::builder().address(first.address()).start().await.unwrap_err().to_string();
    assert!(error.contains(&format!("cannot listen on {}", first.address())), "{error}");
}

#[tokio::test]
async fn the_seed_decides_ids_and_keys() {
    let start = async |seed| {
        let simulator = Simulator::builder().seed(seed).start().await.unwrap();
        let customer = Customer::start(&simulator.chat_url()).await;
        (customer.chat_id, customer.key, customer.user_id, customer.alias)
    };
    assert_eq!(start(7).await, start(7).await);
    assert_ne!(start(7).await, start(8).await);
}
