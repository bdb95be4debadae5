//! Who trusts whom: certificates that come late or change, servers that ask for one, versions of TLS. On every carrier: a request, and a
//! connection that is turned into another protocol's.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken test must fail loudly")]

use super::{
    authority::{ALL, Authority, replace},
    test_server::{Scripted, TestServer, Then, json, raw},
    tests::direct,
    *,
};
use crate::{
    Retry,
    config::{ClientCertificate, TlsVersion},
    transport::Applied,
};
use reqwest::{Method, Url};
use rustls::version::{TLS12, TLS13};
use std::path::PathBuf;

const LIMIT: Option<Duration> = Some(Duration::from_secs(30));

/// A chat, and what turns its connections into another protocol's.
struct Carriers {
    chat: HttpChat,
    upgrader: Upgrader,
}

impl Carriers {
    fn new(connection: &Connection) -> Self {
        let pool = HttpPool::new();
        let chat = HttpChat::new(&pool, connection, &[]).unwrap();
        Self { chat, upgrader: Upgrader::new(&pool, connection).unwrap() }
    }

    /// Sends a request to a server with [`script`].
    async fn ask(&self, server: &TestServer) -> Result<(), Failure> {
        self.chat.exchange(&get(server), LIMIT).await.map(drop)
    }

    /// Turns a connection to such a server into another protocol's.
    async fn upgrade(&self, server: &TestServer) -> Result<(), Failure> {
        self.chat.upgrade(&self.upgrader, &get(server), LIMIT).await.map(drop)
    }
}

fn get(server: &TestServer) -> HttpRequest {
    let url = Url::parse(&format!("https://{}/secret", server.address)).unwrap();
    HttpRequest::new(Method::GET, url, RequestBody::None)
}

/// One answer, and one that switches protocols.
fn script() -> [Scripted; 2] {
    let switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: odd\r\n\r\n";
    [Scripted { then: Then::Close, ..json("{}") }, raw(switched, Then::Hang)]
}

struct Place {
    _directory: tempfile::TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("roots.pem");
    Place { _directory: directory, path }
}

fn trusting(place: &Place) -> Connection {
    Connection { root_certificates: vec![place.path.clone()], ..direct() }
}

#[tokio::test]
async fn roots_that_were_replaced_are_read_again() {
    let (old, new) = (Authority::new("Old"), Authority::new("New"));
    let server = new.server(None, ALL, script()).await;
    let place = place();
    replace(&place.path, &old.pem());
    let carriers = Carriers::new(&trusting(&place));
    for failure in [carriers.ask(&server).await.unwrap_err(), carriers.upgrade(&server).await.unwrap_err()] {
        assert!(failure.cause.contains("an authority that is not known here"), "{}", failure.cause);
    }
    replace(&place.path, &new.pem());
    carriers.ask(&server).await.unwrap();
    carriers.upgrade(&server).await.unwrap();
}

#[tokio::test]
async fn an_unusable_root_costs_itself_alone() {
    let authority = Authority::new("Good");
    let place = place();
    let junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cut = "-----BEGIN CERTIFICATE-----\nAAAA\n";
    replace(&place.path, &format!("{junk}{cut}{}{junk}", authority.pem()));
    let server = authority.server(None, ALL, script()).await;
    Carriers::new(&trusting(&place)).ask(&server).await.unwrap();
}

const CHILD: &str = "WEBCHAT_TRUST_TEST_CHILD";

/// Another process, in which the system's certificates are a file that is not there yet.
#[tokio::test]
#[ignore = "started by the_systems_roots_may_come_late_and_change"]
async fn child_with_a_bundle_of_its_own() {
    let Some(bundle) = std::env::var_os("SSL_CERT_FILE").filter(|_| std::env::var_os(CHILD).is_some()) else {
        return;
    };
    let (old, new) = (Authority::new("Old"), Authority::new("New"));
    let server = new.server(None, ALL, script()).await;
    let carriers = Carriers::new(&direct());
    let failure = carriers.ask(&server).await.unwrap_err();
    assert!(failure.cause.contains("this system has no root certificates"), "{}", failure.cause);
    replace(bundle.as_ref(), &old.pem());
    let failure = carriers.ask(&server).await.unwrap_err();
    assert!(failure.cause.contains("an authority that is not known here"), "{}", failure.cause);
    replace(bundle.as_ref(), &new.pem());
    carriers.ask(&server).await.unwrap();
    carriers.upgrade(&server).await.unwrap();
}

#[test]
fn the_systems_roots_may_come_late_and_change() {
    let place = place();
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "carrier::http::tls_tests::child_with_a_bundle_of_its_own"])
        .env(CHILD, "1")
        .env("SSL_CERT_FILE", &place.path)
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
async fn a_server_that_asks_is_shown_the_clients_certificate() {
    let authority = Authority::new("Servers and clients");
    let roots = place();
    replace(&roots.path, &authority.pem());
    let file = place();
    replace(&file.path, &authority.client());
    for version in [&TLS12, &TLS13] {
        let server = authority.server(Some(&authority), &[version], [script(), script()].concat()).await;
        for certificate in
            [ClientCertificate::File(file.path.clone()), ClientCertificate::Pem(authority.client().into())]
        {
            let connection = Connection { client_certificate: Some(certificate), ..trusting(&roots) };
            let carriers = Carriers::new(&connection);
            carriers.ask(&server).await.unwrap();
            carriers.upgrade(&server).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_server_that_refuses_a_client_is_told_as_such_and_has_seen_no_request() {
    let (authority, other) = (Authority::new("Servers and clients"), Authority::new("Other"));
    let roots = place();
    replace(&roots.path, &authority.pem());
    for (certificate, words) in [
        (None, "name a file with one in connection.clientCertificate"),
        (Some(other.client()), "client certificate"),
    ] {
        let certificate = certificate.map(|pem| ClientCertificate::Pem(pem.into()));
        let connection = Connection { client_certificate: certificate, ..trusting(&roots) };
        let carriers = Carriers::new(&connection);
        for version in [&TLS12, &TLS13] {
            let mut server = authority.server(Some(&authority), &[version], script()).await;
            for failure in
                [carriers.ask(&server).await.unwrap_err(), carriers.upgrade(&server).await.unwrap_err()]
            {
                let expected = format!("{} broke off the TLS handshake: ", server.address);
                assert!(failure.cause.starts_with(&expected), "{}", failure.cause);
                assert!(failure.cause.contains(words), "{version:?}: {}", failure.cause);
                assert_eq!((failure.applied, failure.retry), (Applied::No, Retry::Never));
            }
            assert_eq!(server.unseen(), 0);
        }
    }
}

#[tokio::test]
async fn the_oldest_version_of_tls_can_be_chosen() {
    let authority = Authority::new("Servers");
    let roots = place();
    replace(&roots.path, &authority.pem());
    let newest = Connection { minimum_tls: TlsVersion::Tls13, ..trusting(&roots) };
    for (connection, version, served) in [
        (&newest, &TLS13, true),
        (&newest, &TLS12, false),
        (&trusting(&roots), &TLS13, true),
        (&trusting(&roots), &TLS12, true),
    ] {
        let server = authority.server(None, &[version], script()).await;
        let carriers = Carriers::new(connection);
        if served {
            carriers.ask(&server).await.unwrap();
            carriers.upgrade(&server).await.unwrap();
            continue;
        }
        for failure in
            [carriers.ask(&server).await.unwrap_err(), carriers.upgrade(&server).await.unwrap_err()]
        {
            assert!(failure.cause.contains("version"), "{}", failure.cause);
            assert_eq!((failure.applied, failure.retry), (Applied::No, Retry::Never));
        }
    }
}

#[tokio::test]
async fn a_server_of_images_is_not_shown_who_asks() {
    let authority = Authority::new("Clients");
    let with = Connection {
        client_certificate: Some(ClientCertificate::Pem(authority.client().into())),
        images: ImagePolicy::Any,
        ..direct()
    };
    let without = Connection { client_certificate: None, ..with.clone() };
    let pool = HttpPool::new();
    for connection in [&with, &without] {
        HttpChat::new(&pool, connection, &[]).unwrap();
    }
    // Two for chats, and one for images that both share.
    assert_eq!(pool.count(), 3);
}
