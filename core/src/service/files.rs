//! File commands (webchatservice.md, 4 (sendFile, downloadFile); gms-v2.md, 7).

use super::{
    Service,
    errors::{failure_error, judge},
    state::Purpose,
};
use crate::{
    Error, ErrorKind,
    command::{RequestId, Resolution},
    event::{Event, ResponseData},
    model::{Download, Upload},
    transport::{Failure, News, Operation, Reply, Verdict},
};
use serde_json::{Value, json};

impl Service {
    pub(super) fn send_file(&mut self, id: RequestId, upload: Upload) {
        self.request(Purpose::Upload(id, upload.name.clone()), Operation::Upload(upload));
    }

    pub(super) fn download_file(&mut self, id: RequestId, download: Download) {
        self.request(Purpose::Download(id), Operation::Download(download));
    }

    pub(super) fn get_file_limits(&mut self, id: RequestId) {
        self.request(Purpose::Limits(id), Operation::FileLimits);
    }

    pub(super) fn limits_answered(&mut self, id: RequestId, outcome: Result<Reply, Failure>) {
        let over = outcome.as_ref().ok().and_then(|reply| self.hear_of_the_end(reply));
        self.complete(id, limits(outcome));
        self.end_if_over(over);
    }

    pub(super) fn upload_answered(&mut self, id: RequestId, name: &str, outcome: Result<Reply, Failure>) {
        let news = upload_news(name, &outcome).map(ResponseData::Failure);
        let mut over = outcome.as_ref().ok().and_then(|reply| self.hear_of_the_end(reply));
        match &mut over {
            Some(over) => over.error = news,
            // The reason comes with the end.
            None if outcome.as_ref().is_err_and(|failure| failure.ended) => {}
            None => news.into_iter().for_each(|news| self.publish(Event::Error(news))),
        }
        let arrived = outcome.as_ref().is_ok_and(|reply| reply.verdict == Verdict::Done);
        self.complete(id, uploaded(name, outcome));
        if arrived {
            self.quicken_polling();
        }
        self.end_if_over(over);
    }

    pub(super) fn download_answered(&mut self, id: RequestId, outcome: Result<Reply, Failure>) {
        let over = outcome.as_ref().ok().and_then(|reply| self.hear_of_the_end(reply));
        self.complete(id, downloaded(outcome));
        self.end_if_over(over);
    }
}

/// The outcome of a command that asked for limits.
pub(super) fn limits(outcome: Result<Reply, Failure>) -> Result<Resolution, Error> {
    match outcome {
        Ok(reply) if reply.verdict == Verdict::Done => match reply.limits {
            Some(limits) => Ok(Resolution::FileLimits(limits)),
            None => Err(Error::new(ErrorKind::Protocol, "the server's answer has no file limits")
                .with_response(reply.body.refusal())),
        },
        Ok(reply) => judge(reply),
        Err(failure) => Err(failure_error(failure)),
    }
}

/// The outcome of an upload.
pub(super) fn uploaded(name: &str, outcome: Result<Reply, Failure>) -> Result<Resolution, Error> {
    let (response, outcome) = match outcome {
        Ok(reply) if reply.verdict == Verdict::Done => return Ok(Resolution::Response(reply.body)),
        Ok(reply) => (with_filename(reply.body.refusal(), name), judge(reply)),
        Err(failure) if failure.kind == ErrorKind::Unsupported => return Err(failure_error(failure)),
        Err(failure) => (failed_upload(&failure, name), Err(failure_error(failure))),
    };
    outcome.map_err(|error| error.with_response(response))
}

/// The outcome of a download.
pub(super) fn downloaded(outcome: Result<Reply, Failure>) -> Result<Resolution, Error> {
    match outcome {
        Ok(reply) if reply.verdict == Verdict::Done => match reply.downloaded {
            Some(file) => Ok(Resolution::Downloaded(file)),
            None => Err(Error::new(ErrorKind::Protocol, "the server's answer has no file")),
        },
        Ok(reply) => judge(reply),
        Err(failure) => Err(failure_error(failure)),
    }
}

/// What listeners are told of an upload that failed. A failure that speaks for itself is told as what the command is rejected with.
pub(super) fn upload_news(name: &str, outcome: &Result<Reply, Failure>) -> Option<Value> {
    match outcome {
        Ok(reply) if reply.verdict == Verdict::Done => None,
        Ok(reply) => Some(with_filename(reply.body.refusal(), name)),
        Err(failure) => match &failure.news {
            News::Nothing => None,
            News::Error(data) if **data != failure.response => Some(with_filename(Value::clone(data), name)),
            News::Disconnected | News::Error(_) => Some(failed_upload(failure, name)),
        },
    }
}

/// The response of an upload that failed (webchatservice.md, 4 (sendFile)).
fn failed_upload(failure: &Failure, name: &str) -> Value {
    let mut response = with_filename(failure.response.clone(), name);
    if let Value::Object(response) = &mut response
        && failure.is_disconnect()
    {
        response.insert("errorReason".into(), "FileUploadError".into());
        response.insert("filename".into(), name.into());
    }
    response
}

/// Adds the file's name to each of the server's errors, in the body or in the failure's JSON.
fn with_filename(mut response: Value, name: &str) -> Value {
    if !response.is_object() {
        response = json!({});
    }
    for at in ["/errors", "/responseJSON/errors"] {
        for error in response.pointer_mut(at).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Value::Object(error) = error {
                error.insert("filename".into(), name.into());
            }
        }
    }
    response
}
