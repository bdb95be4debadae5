//! Sending and fetching files (gms-v2.md, 7.2).

use super::{Inner, form};
use crate::{
    backend::gms::{self, GmsSession, interpret},
    carrier::http::{HttpRequest, Multipart, RequestBody},
    model::{Download, Upload},
    transport::{Failure, Reply, Request},
};
use reqwest::Method;

impl Inner {
    /// Sends a file, its bytes read while they are sent.
    pub(super) async fn upload(&self, request: &Request, upload: &Upload) -> Result<Reply, Failure> {
        let mut body = Multipart::new(&upload.name, upload.source.clone(), upload.progress.clone());
        let session = &GmsSession::of(&request.session)?;
        form::form(&request.operation, session, None, |name, value| body.field(name, value));
        let url = self.url(session, &request.operation)?;
        let request_with_file = HttpRequest::new(Method::POST, url, RequestBody::Multipart(body));
        let answer = self.http.exchange(&request_with_file, self.config.file_upload_timeout).await?;
        interpret(&request.operation, &answer)
    }

    /// Fetches a file.
    pub(super) async fn download(&self, request: &Request, download: &Download) -> Result<Reply, Failure> {
        let asked = self.request(request)?;
        gms::download(&self.http, &asked, &request.operation, download, self.config.ajax_timeout).await
    }
}
