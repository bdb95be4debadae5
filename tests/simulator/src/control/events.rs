//! `GET /control/events`: everything that happens, as server-sent events, for a page or for `curl -N`.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt};
use serde::Deserialize;
use tokio::sync::watch;

use super::json::Asked;
use super::news::Known;
use crate::server::Uptime;
use crate::simulator::Simulator;

/// Busy chats are told of no oftener: to find out what is new takes a look at all of them.
const PAUSE: Duration = Duration::from_millis(40);

/// How soon a browser that has lost the server asks again.
const AGAIN: &str = "retry: 500\n\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// How many requests of the log come first.
    #[serde(default)]
    log: u64,
}

/// Begins with how things are, up to the event `ready`, and goes on with what changes until the server goes down.
pub(super) async fn events(
    State(simulator): State<Simulator>,
    Extension(uptime): Extension<Uptime>,
    Asked(wanted): Asked<Wanted>,
) -> Response {
    let changes = simulator.shared.changes.subscribe();
    let teller = Teller { known: Known::new(wanted.log), changes, simulator, told: false };
    let news = stream::once(async { AGAIN.to_owned() }).chain(stream::unfold(teller, Teller::next));
    let news = news.take_until(uptime.over.cancelled_owned()).map(Ok::<_, Infallible>);
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(news)).into_response()
}

/// Who tells one listener.
struct Teller {
    known: Known,
    changes: watch::Receiver<u64>,
    simulator: Simulator,
    told: bool,
}

impl Teller {
    async fn next(mut self) -> Option<(String, Self)> {
        if self.told {
            tokio::time::sleep(PAUSE).await;
        }
        loop {
            self.changes.borrow_and_update();
            let news = self.known.update(&self.simulator);
            if !news.is_empty() {
                self.told = true;
                return Some((news, self));
            }
            self.changes.changed().await.ok()?;
        }
    }
}
