//! GMS v2 over REST.

use super::{Wire, gms::GMS};
use crate::attack::Moment;
use serde_json::json;

pub(super) const GMS_REST: Wire = Wire {
    name: "gms-rest",
    config: |url| json!({"dataURL": format!("{url}/chat"), "pollRateMin": 250, "pollRateMax": 250}),
    moment: |method, path| match (method, path) {
        ("POST", "/chat/" | "/chat") => Moment::Start,
        ("POST", "/chat/c1/refresh") => Moment::Poll,
        ("POST", "/chat/c1/send") => Moment::Send,
        ("POST", "/chat/c1/customNotice") => Moment::Notice,
        _ => (GMS.moment)(method, path),
    },
    ..GMS
};
