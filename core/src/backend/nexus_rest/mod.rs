//! Nexus v3 over REST: a token opens the session, form-encoded requests act in it, polling tells what happens there
//! (nexus-v3.md, 1 to 9). `wire` encodes and decodes, `images` fetches images, `held` says how long polls are waited for, `resume` takes up
//! sessions again, `renewal` gets new tokens for refused ones, `failure` says what failures mean; this file performs requests.
//!
//! Time limits, from when the request has left: `ajaxTimeout` for every request but polls and uploads. A server may hold a poll back until there is something to tell: it has
//! as long as this server was seen to need, up to 65 s (`held`); an upload has no limit.

mod failure;
mod held;
mod images;
mod options;
mod renewal;
mod resume;
mod session;
pub mod wire;

#[cfg(test)]
mod tests;

pub use self::{
    options::Options,
    session::{NexusForm, NexusSession, key},
};

use self::renewal::Renewals;
use super::{BackEnd, lost_end};
use crate::{
    Error, ErrorKind,
    carrier::http::{
        self, Answer, Held, HttpChat, HttpPool, HttpRequest, Multipart, Overdue, Patience, RequestBody,
        Reuse, Standing,
    },
    config::{Connection, ImagePolicy, OptionDef, ServiceConfig, Webchat},
    transport::{
        Arrival, BoxFuture, Capabilities, Cursor, Delivery, Failure, Late, Operation, Places, Reply, Request,
        SessionForm, Transport,
    },
};
use bytes::Bytes;
use reqwest::header::HeaderName;
use serde_json::Value;
use std::{borrow::Cow, sync::Arc, time::Duration};

/// How long a server may take for a poll: longer than a minute, after which servers that hold polls back let go.
const POLL_TIME: Duration = Duration::from_secs(65);
/// The header with the session's token.
const TOKEN: HeaderName = HeaderName::from_static("x-nexus-client-key");

/// Nexus v3 over REST: option `transport.type` is `pureengage-v3-rest`.
#[derive(Debug)]
pub struct NexusRestBackEnd;

impl BackEnd for NexusRestBackEnd {
    type Options = Options;

    const NAME: &'static str = "nexus-rest";
    const CHOSEN_BY: &'static str = "by transport.type \"pureengage-v3-rest\"";
    const OPTIONS: &'static [&'static [OptionDef]] = &[options::OPTIONS];

    fn claims(&self, webchat: &Webchat<'_>) -> bool {
        webchat.get("transport.type").and_then(Value::as_str) == Some(options::TYPE)
    }

    fn read(&self, webchat: &Webchat<'_>, service: &mut ServiceConfig) -> Option<Options> {
        options::read(webchat, service)
    }

    fn connect(
        &self,
        options: &Options,
        how: &Connection,
        pool: &HttpPool,
    ) -> Result<Arc<dyn Transport>, Error> {
        Ok(Arc::new(NexusRest::new(options.clone(), how, pool)?))
    }
}

/// A chat over Nexus v3 REST.
///
/// Its futures run on a tokio runtime, always the same one for one [`HttpPool`].
pub struct NexusRest(Arc<Inner>);

struct Inner {
    config: Options,
    http: HttpChat,
    renewals: Renewals,
    held: Held,
    images: ImagePolicy,
}

impl NexusRest {
    /// A chat with the server of `config`, over connections of `pool` as `connection` describes them.
    ///
    /// Errors are of kind `InvalidConfiguration` and name the key: a certificate file that cannot be read, a proxy that is no URL, a
    /// header that HTTP cannot carry.
    pub fn new(config: Options, connection: &Connection, pool: &HttpPool) -> Result<Self, Error> {
        let keys: Vec<_> =
            config.headers.iter().map(|(name, _)| format!("transport.headers.{name}")).collect();
        let own: Vec<_> = config
            .headers
            .iter()
            .zip(&keys)
            .map(|((name, value), key)| (name.as_str(), value, key.as_str()))
            .collect();
        let http = HttpChat::new(pool, connection, &own)?;
        http.check_way(&config.data_url)?;
        let images = connection.images;
        Ok(Self(Arc::new(Inner {
            config,
            http,
            images,
            renewals: Renewals::default(),
            held: Held::default(),
        })))
    }
}

impl Transport for NexusRest {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            polling: true,
            file_upload: true,
            update_user_data: true,
            history: self.0.config.asynchronous,
            verify_session: true,
            start_form: true,
            ..Capabilities::default()
        }
    }

    fn delivery(&self) -> Delivery {
        Delivery { arrival: Arrival::Polled, places: Places::Opaque }
    }

    fn session_form(&self) -> &'static dyn SessionForm {
        &NexusForm
    }

    fn perform(&self, request: Request) -> BoxFuture<Result<Reply, Failure>> {
        let inner = self.0.clone();
        Box::pin(async move {
            let outcome = match NexusSession::of(&request.session) {
                Ok(session) => inner.perform(&request.operation, &wire::completed(&session)).await,
                Err(foreign) => Err(foreign),
            };
            outcome.map_err(|failure| failure::with_news(&request.operation, failure))
        })
    }
}

impl Inner {
    async fn perform(
        self: &Arc<Self>,
        operation: &Operation,
        session: &NexusSession,
    ) -> Result<Reply, Failure> {
        match operation {
            Operation::Start(_) => self.start(operation, session).await,
            Operation::Restore => self.restore(session).await,
            Operation::Images(addresses) => {
                let newer = self.renewals.newer(session);
                let images = self.fetch_images(addresses, newer.as_ref().unwrap_or(session)).await;
                Ok(Reply { images, ..Reply::default() })
            }
            Operation::Poll { .. } => Box::pin(self.poll(operation, session)).await,
            Operation::Send(_) => {
                let outcome = self.ask_of(operation, session).await;
                self.note_sent(&outcome);
                outcome
            }
            _ => self.ask_of(operation, session).await,
        }
    }

    /// One request of a session that has begun.
    async fn ask_of(
        self: &Arc<Self>,
        operation: &Operation,
        session: &NexusSession,
    ) -> Result<Reply, Failure> {
        if self.config.asynchronous {
            self.ask_renewing(operation, session).await
        } else {
            self.ask_known(operation, session).await
        }
    }

    /// A start that is given up may make a session all the same, of which only the answer tells.
    async fn start(
        self: &Arc<Self>,
        operation: &Operation,
        session: &NexusSession,
    ) -> Result<Reply, Failure> {
        let overdue = Overdue::default();
        let asked = HttpRequest { overdue: Some(overdue.clone()), ..self.request(operation, session)? };
        let answer = self.http.exchange(&asked, self.patience(operation)).await;
        let reply = answer.and_then(|answer| self.interpret(&answer, expected(operation), session));
        let (inner, session) = (self.clone(), session.clone());
        reply.map_err(|failure| {
            let late = overdue.goes_on().then(|| {
                Late::new(async move {
                    let answer = inner.http.late(&asked).await;
                    let expected = wire::Expected::Session;
                    answer.map_or(Ok(Reply::default()), |answer| inner.interpret(&answer, expected, &session))
                })
            });
            Failure { late, ..failure::judged(failure, false) }
        })
    }

    /// One request of `session`. Where the server does not know the index any more that it is asked for, better all that it has than nothing.
    ///
    /// A poll whose kept connection died is repeated from what is known: the server may take the lost answer for delivered.
    async fn ask_known(&self, operation: &Operation, session: &NexusSession) -> Result<Reply, Failure> {
        if let Operation::End = operation {
            let (first, again) =
                (self.ask_by(operation, session, Reuse::Told), self.ask_by(operation, session, Reuse::Never));
            return lost_end::end(&NexusForm, first, again).await;
        }
        let mut operation = Cow::Borrowed(operation);
        let mut outcome = self.ask(&operation, session).await;
        if matches!(&outcome, Err(died) if died.kept && matches!(*operation, Operation::Poll { .. })) {
            operation = Cow::Owned(renewal::from_the_known(&operation));
            outcome = self.ask_by(&operation, session, Reuse::Never).await;
        }
        match outcome {
            Err(refused) if refused.status == 400 && is_from_an_index(&operation) => {
                self.ask(&from_the_start(&operation), session).await
            }
            outcome => outcome,
        }
    }

    /// One request of `session`.
    async fn ask(&self, operation: &Operation, session: &NexusSession) -> Result<Reply, Failure> {
        let reuse = match operation {
            Operation::Poll { .. } => Reuse::Told,
            _ => Reuse::of(operation),
        };
        self.ask_by(operation, session, reuse).await
    }

    /// One request of `session` by such connections.
    async fn ask_by(
        &self,
        operation: &Operation,
        session: &NexusSession,
        reuse: Reuse,
    ) -> Result<Reply, Failure> {
        let request = HttpRequest { reuse, ..self.request(operation, session)? };
        let answer = self.http.exchange(&request, self.patience(operation)).await;
        let in_session = !matches!(operation, Operation::Start(_));
        let reply = answer.and_then(|answer| self.interpret(&answer, expected(operation), session));
        reply.map_err(|failure| failure::judged(failure, in_session))
    }

    /// The request with its form.
    fn request(&self, operation: &Operation, session: &NexusSession) -> Result<HttpRequest, Failure> {
        let unsupported = || {
            let cause = format!("pureengage-v3-rest has no request for this: {}", operation.name());
            http::local_failure(ErrorKind::Unsupported, cause)
        };
        let (method, path) = wire::method_and_path(operation, session).ok_or_else(unsupported)?;
        let mut url = http::below(&self.config.data_url, path)?;
        let id = http::unique_id();
        let body = match operation {
            Operation::Poll { .. } | Operation::Restore | Operation::History { .. } => {
                let mut pairs = url.query_pairs_mut();
                wire::query(operation, &self.config, |name, value| {
                    pairs.append_pair(name, value);
                });
                pairs.append_pair("operationId", &id);
                drop(pairs);
                RequestBody::None
            }
            Operation::Upload(upload) => {
                let mut form = Multipart::new(&upload.name, upload.source.clone(), upload.progress.clone());
                form.field("operationId", &id);
                RequestBody::Multipart(form)
            }
            _ => form(&wire::Fields::of(operation, &self.config), &id),
        };
        let mut request = HttpRequest::new(method, url, body);
        if let Operation::Poll { .. } = operation {
            (request.standing, request.waits) = (Standing::Held, Some(self.held.waits()));
        }
        if matches!(operation, Operation::Start(_)) { Ok(request) } else { with_token(request, session) }
    }

    /// What an answer means to a request that expects something of it.
    fn interpret(
        &self,
        answer: &Answer,
        expected: wire::Expected,
        session: &NexusSession,
    ) -> Result<Reply, Failure> {
        if !answer.status.is_success() {
            return Err(http::bad_status(answer));
        }
        wire::decode(answer.body.clone(), expected, session, &self.config.data_url)
            .map_err(|unusable| failure::unusable(answer, unusable))
    }

    fn patience(&self, operation: &Operation) -> Patience {
        let limit = self.config.ajax_timeout;
        match operation {
            Operation::Poll { .. } => Patience::held(limit.max(POLL_TIME), limit),
            Operation::Upload(_) => None.into(),
            _ => limit.into(),
        }
    }
}

/// Whether `operation` is a poll that names an entry.
fn is_from_an_index(operation: &Operation) -> bool {
    matches!(operation, Operation::Poll { from: Cursor { resync: true, after: Some(_), .. }, .. })
}

/// The poll that asks for everything.
fn from_the_start(operation: &Operation) -> Operation {
    let mut operation = operation.clone();
    if let Operation::Poll { from, .. } = &mut operation {
        from.after = None;
    }
    operation
}

fn expected(operation: &Operation) -> wire::Expected {
    match operation {
        Operation::Start(_) => wire::Expected::Session,
        Operation::Poll { .. } | Operation::Restore | Operation::History { .. } => wire::Expected::Messages,
        _ => wire::Expected::Nothing,
    }
}

fn form(fields: &wire::Fields, operation_id: &str) -> RequestBody {
    RequestBody::Form(Bytes::from(fields.urlencoded(operation_id)))
}

/// `request` with the session's token, which wins over any configured one.
fn with_token(mut request: HttpRequest, session: &NexusSession) -> Result<HttpRequest, Failure> {
    let token =
        http::private_header(&session.token).filter(|_| !session.token.is_empty()).ok_or_else(|| {
            let cause = "the session has no token, or one that an HTTP header cannot carry";
            http::local_failure(ErrorKind::InvalidArgument, cause.into())
        })?;
    request.headers.insert(TOKEN, token);
    Ok(request)
}
