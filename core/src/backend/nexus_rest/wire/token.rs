//! What the session's key says (nexus-v3.md, 3): it is a JWT, read without a look at its signature, which is the server's affair.

use crate::{
    Private,
    backend::nexus_rest::NexusSession,
    json::{self, take},
    model::JsonObject,
};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The session that `token` opens. What the token does not say is empty.
pub(crate) fn session_of(token: &Private) -> NexusSession {
    let mut claims = claims(token).unwrap_or_default();
    let mut claim = |name| take(&mut claims, name).unwrap_or_default();
    NexusSession {
        session_id: claim("sessionId"),
        transport_id: claim("transportId"),
        participant_id: claim("participantId"),
        token: token.clone(),
    }
}

/// `session` with what its token says beside what is known.
pub(crate) fn completed(session: &NexusSession) -> NexusSession {
    let ids = [&session.session_id, &session.transport_id, &session.participant_id];
    if ids.iter().all(|id| !id.is_empty()) {
        return session.clone();
    }
    let said = session_of(&session.token);
    let known = |known: &Private, said: Private| if known.is_empty() { said } else { known.clone() };
    NexusSession {
        session_id: known(&session.session_id, said.session_id),
        transport_id: known(&session.transport_id, said.transport_id),
        participant_id: known(&session.participant_id, said.participant_id),
        token: session.token.clone(),
    }
}

/// The middle part, in either alphabet of base64, padded or not.
fn claims(token: &str) -> Option<JsonObject> {
    let part = token.split('.').nth(1)?.replace('-', "+").replace('_', "/");
    json::value(&BASE64.decode(part).ok()?).and_then(json::object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    fn fields(token: &str) -> [String; 3] {
        let session = session_of(&token.into());
        assert_eq!(session.token, token);
        [session.session_id, session.transport_id, session.participant_id].map(|field| field.to_string())
    }

    #[test]
    fn claims_in_every_base64() {
        // Long enough, and with characters whose code has every digit of the alphabets.
        let payload = r#"{"sessionId":"s-1","participantId":"p~?>ÿ","transportId":"t","exp":1,"more":{}}"#;
        for encoded in [
            BASE64_STANDARD.encode(payload),
            BASE64_STANDARD_NO_PAD.encode(payload),
            BASE64_URL_SAFE.encode(payload),
            BASE64_URL_SAFE_NO_PAD.encode(payload),
        ] {
            assert_eq!(fields(&format!("head.{encoded}.signature")), ["s-1", "t", "p~?>ÿ"]);
        }
    }

    #[test]
    fn what_a_token_does_not_say_is_empty() {
        let with = |payload: &str| fields(&format!("h.{}.s", BASE64_URL_SAFE_NO_PAD.encode(payload)));
        assert_eq!(with(r#"{"sessionId":7,"participantId":null}"#), ["7", "", ""]);
        assert_eq!(with("[]"), [""; 3]);
        for bad in ["", "opaque", "a.b", "a.%%%.c", "a..c", "...."] {
            assert_eq!(fields(bad), [""; 3], "{bad}");
        }
    }

    #[test]
    fn what_is_known_stays() {
        let payload = BASE64_URL_SAFE_NO_PAD.encode(r#"{"sessionId":"s","participantId":"p"}"#);
        let stored = NexusSession {
            session_id: "mine".into(),
            token: format!("h.{payload}.s").into(),
            ..NexusSession::default()
        };
        let session = completed(&stored);
        assert_eq!((session.session_id.as_str(), session.participant_id.as_str()), ("mine", "p"));
    }

    proptest! {
        #[test]
        fn any_token_is_survived(token in ".*", part in proptest::collection::vec(any::<u8>(), 0..60)) {
            session_of(&token.as_str().into());
            session_of(&format!("a.{}.b", BASE64_STANDARD.encode(part)).into());
        }
    }
}
