//! What GMS v2 REST is to the rest of the simulator.

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::routing::any;
use rand::RngExt;
use rand::rngs::StdRng;

use super::{FAULTS, MULTICLOUD, ON_PREMISES, handler, playback};
use crate::access::Access;
use crate::api::protocol::cors;
use crate::api::{Address, Protocol, Ways};
use crate::chat::Act;
use crate::shared::Shared;

/// GMS v2 over REST.
pub(crate) struct GmsRest;

/// Those of GMS v2, whatever carries it.
pub(crate) const WAYS: Ways = Ways { minds_silence: true, marks_bots: true, tells_outages: true };

impl Protocol for GmsRest {
    fn name(&self) -> &'static str {
        "gms-rest"
    }

    fn title(&self) -> &'static str {
        "GMS v2"
    }

    fn help(&self) -> &'static str {
        include_str!("help.txt")
    }

    fn routes(&self) -> Router<Arc<Shared>> {
        Router::new()
            .route("/genesys/{*path}", any(handler::handle))
            .route("/gms-chat/{*path}", any(handler::handle))
            .layer(cors(&[Method::POST]))
    }

    fn addresses(&self, access: &Access, base: &str) -> Vec<Address> {
        let service = access.services.first().map_or("support", String::as_str);
        let url = format!("{base}{ON_PREMISES}/{service}");
        vec![
            Address { key: "chatUrl", label: "GMS v2 chat URL", url },
            Address { key: "gesUrl", label: "Multicloud chat URL", url: format!("{base}{MULTICLOUD}") },
        ]
    }

    fn chat_id(&self, number: u64, random: &mut StdRng) -> String {
        chat_id(number, random)
    }

    fn ways(&self) -> Ways {
        WAYS
    }

    fn lacks(&self, act: &Act) -> Option<&'static str> {
        lacks(act)
    }

    fn faults(&self) -> &'static [&'static str] {
        FAULTS
    }

    fn key(&self, _method: &str, segments: &[&str], _field: &dyn Fn(&str) -> Option<String>) -> String {
        playback::key(segments)
    }
}

pub(crate) fn chat_id(number: u64, random: &mut StdRng) -> String {
    let suffix: u32 = random.random_range(0..36 * 36 * 36);
    format!("{number:05}a{}", base36(suffix))
}

/// Three digits of base 36.
fn base36(number: u32) -> String {
    let digit = |value: u32| char::from_digit(value % 36, 36).unwrap_or('0').to_ascii_uppercase();
    [number / 1296, number / 36, number].map(digit).iter().collect()
}

/// What GMS v2 lacks, whatever carries it.
pub(crate) fn lacks(act: &Act) -> Option<&'static str> {
    matches!(act, Act::Custom { .. }).then_some("events of an application's own type")
}
