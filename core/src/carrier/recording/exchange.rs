//! An exchange over HTTP, from when its request is sent until its answer was read, or why there is none.

use super::{
    Frames, Tape,
    entry::{Answer, Body, Request, What},
};
use crate::carrier::http::{HttpRequest, RequestBody};
use bytes::BytesMut;
use reqwest::{
    StatusCode, Url,
    header::{CONTENT_DISPOSITION, CONTENT_LENGTH, HeaderMap},
};
use std::sync::Arc;
use tokio::time::Instant;

/// Of a longer body the length alone is recorded.
pub(super) const LONGEST_BODY: usize = 4 << 20;

/// An exchange under way. Dropped, it was given up, by us.
pub(crate) struct Exchange {
    tape: Arc<Tape>,
    number: u64,
    server: Arc<Url>,
    state: State,
    /// Whether it is the answer to a request that had been given up.
    late: bool,
}

enum State {
    Asked,
    Answered(Box<Answer>),
    Over,
}

impl Exchange {
    /// `request` is sent to `url`, with `headers`.
    pub(crate) fn begin(tape: &Arc<Tape>, request: &HttpRequest, url: &Url, headers: &HeaderMap) -> Self {
        let body = match &request.body {
            // What a file holds is nobody's affair.
            RequestBody::None | RequestBody::File(_) => Body::None,
            RequestBody::Form(form) => Body::Form(form.clone()),
            RequestBody::Json(json) => Body::Json(json.clone()),
            RequestBody::Multipart(multipart) => Body::Multipart(multipart.outline()),
        };
        let (number, server) = (tape.number(), Arc::new(request.url.clone()));
        let asked =
            Request { method: request.method.clone(), url: url.clone(), headers: headers.clone(), body };
        tape.put(number, What::Request(server.clone(), Box::new(asked)));
        Self { tape: tape.clone(), number, server, state: State::Asked, late: false }
    }

    /// The head of the answer has come.
    pub(crate) fn head(&mut self, status: StatusCode, headers: &HeaderMap) {
        let is_file = headers.contains_key(CONTENT_DISPOSITION);
        let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        self.state = State::Answered(Box::new(Answer {
            server: self.server.clone(),
            head: Instant::now(),
            status,
            headers: headers.clone(),
            body: BytesMut::new(),
            kept: !is_file,
            size: 0,
            length,
            broken: None,
            late: self.late,
        }));
    }

    /// More of the body has come.
    pub(crate) fn chunk(&mut self, bytes: &[u8]) {
        let State::Answered(answer) = &mut self.state else { return };
        answer.size += bytes.len() as u64;
        if answer.kept && answer.body.len() + bytes.len() <= LONGEST_BODY {
            answer.body.extend_from_slice(bytes);
        } else {
            answer.kept = false;
            answer.body = BytesMut::new();
        }
    }

    /// The answer is complete.
    pub(crate) fn complete(&mut self) {
        self.end(None);
    }

    /// There is no answer, or no more of it; `why` is a word of ours. `kept` says that a connection which had been used before died
    /// with the request.
    pub(crate) fn failed(&mut self, why: &'static str, kept: bool) {
        match self.state {
            State::Asked if !self.late => {
                self.state = State::Over;
                self.tape.put(self.number, What::Failure { why, kept });
            }
            _ => self.end(Some(why)),
        }
    }

    /// The same exchange for an answer that may still come to a request which is given up.
    pub(crate) fn late(&self) -> Self {
        let (tape, server) = (self.tape.clone(), self.server.clone());
        Self { tape, number: self.number, server, state: State::Asked, late: true }
    }

    /// The connection has become a WebSocket.
    pub(crate) fn switched(mut self) -> Frames {
        self.end(None);
        Frames::new(self.tape.clone(), self.number, self.server.clone())
    }

    fn end(&mut self, broken: Option<&'static str>) {
        if let State::Answered(mut answer) = std::mem::replace(&mut self.state, State::Over) {
            answer.broken = broken;
            self.tape.put(self.number, What::Answer(answer));
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.failed("abandoned", false);
    }
}
