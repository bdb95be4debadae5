//! The Nexus v3 wire (`pureengage-v3-rest`): paths, forms, tokens, sessions and envelopes, put before the chat
//! server.
//!
//! The API that clients call `pureengage-v3-rest`, under [`Simulator::nexus_url`](crate::Simulator::nexus_url) (the `dataURL`). Operations
//! have the names of GMS v2 in faults and log, so that one test can run on both:
//!
//! | request | operation | what it does |
//! | --- | --- | --- |
//! | `POST` to the `dataURL` | `requestChat` | opens a session; the answer has `data.entity` and `data.clientToken` |
//! | the same with `x-nexus-client-key` | `resume` | a new token, of a new transport, for the open session |
//! | `GET /{id}/messages` | `refresh` | what the token's transport has not had; `?count=N` the last N; `?index=X` what follows X |
//! | `GET /{id}/messages?index=X&count=N` | `history` | the N events that end with X itself; moves no cursor |
//! | `POST /{id}/messages` | `send`, `startTyping`, `stopTyping` | by `data[type]`: `Text`, `TypingStarted`, `TypingStopped`; any other type comes back as it is, and counts as `send` |
//! | `PUT /{id}/userdata` | `updateData` | replaces the keys given, keeps the others |
//! | `POST /{id}/images` | `fileUpload` | takes the part `file`; the event is a `Text` with empty text and `content` |
//! | `GET /{id}/images/{image}` | `fileDownload` | the bytes; also when the session is over |
//! | `DELETE /{id}/participants/{own id}` | `disconnect` | ends the session |
//!
//! * Bodies are forms with nested brackets or JSON of the same structure; `operationId` is optional, may be
//!   any text and is echoed. Tokens are JWTs signed with HS256 that hold three UUIDs. Indexes are
//!   `MILLISECONDS-DIGIT`, strictly increasing over all events, the customer's own and typing included. The
//!   first event is the joining of the customer, then what the script does.
//! * Errors have the HTTP status that nexus-v3.md, 7.2 gives them. The key in `x-api-key` is checked when
//!   [`Builder::apikey`](crate::Builder::apikey) sets one, the endpoint when [`NexusSettings::endpoints`] names some.
//! * A session that an agent has ended answers requests for messages until one without `index` has been
//!   told `chatEnded`, and those with `index` for ever, since an answer may be lost; all else, and all after
//!   the customer has left, is `INVALID_SESSION`. Nobody is dropped for silence, and there is no idle control.
//!
//! Where the reference knows no answer, this one was chosen: senseless parameters, missing or long texts
//! and a participant other than the token's own get HTTP 400 and `INVALID_REQUEST`; a session that cannot
//! start now, and everything while the chat server is offline, HTTP 503 and the number 1; a token of another
//! session `AUTHENTICATION_REQUIRED`; an unknown image `NOT_FOUND`; a page of history never says `chatEnded`.
//!
//! [`NexusSettings`] has a switch for each point that the record leaves open. In the words of `--set nexus-rest.NAME=VALUE` and of
//! `PATCH /control/settings`:
//!
//! | setting | meaning | default |
//! | --- | --- | --- |
//! | `endpoints` | those that exist | any |
//! | `imageTypes`, `maxImageSize`, `maxImages` | limits of uploads | PNG, JPEG, GIF; 5 MiB; 10 |
//! | `window` | polls bring the last so many events every time | 0: each event once per transport |
//! | `holdMs` | how long a poll without news is held | 0 |
//! | `indexInclusive` | `index=X` brings X too | false |
//! | `isoTime` | `utcTime` is ISO 8601 text | false: milliseconds |
//! | `deduplicate` | an `operationId` seen before takes no effect | false |
//! | `openOnLeave` | the session outlives the customer's leaving | false |
//! | `resumeOpensNew` | resuming opens a new session | false |
//! | `created` | opening a session is answered with HTTP 201 | false: 200 |
//! | `statusCode` | `string`, `number` or `absent`: form of `status.code` in good answers | `string` |
//! | `chatEndedOnTop` | `chatEnded` stands beside `data` | false: in it |
//! | `absoluteImageUrls` | image URLs have scheme and host | false: relative to `/nexus/v3/chat` |

mod code;
mod faults;
mod fields;
mod handler;
mod images;
mod info;
mod messages;
mod operations;
mod playback;
mod protocol;
mod reply;
mod sessions;
mod settings;
mod simulator;
mod target;
mod token;
mod wire;

pub use info::NexusInfo;
pub(crate) use protocol::NexusRest;
pub(crate) use sessions::Sessions;
pub use settings::{ImageLimits, NexusSettings, StatusForm};

/// Path of the chat API; image URLs are relative to it (nexus-v3.md, 4.7).
const API_BASE: &str = "/nexus/v3/chat";
/// Path of the `dataURL`.
const SESSIONS: &str = "/nexus/v3/chat/sessions";
