//! Sending, fetching and deleting files, by HTTP beside the link and with its cookies (gms-v2.md, 8.5).

use super::{Files, data};
use crate::{
    ErrorKind,
    backend::gms::{self, GmsSession, interpret},
    carrier::http::{self, HttpRequest, Multipart, RequestBody},
    transport::{Failure, Operation, Reply, Request},
};
use bytes::Bytes;
use form_urlencoded::Serializer;
use reqwest::Method;

impl Files {
    pub(super) async fn transfer(&self, request: &Request) -> Result<Reply, Failure> {
        let (operation, session) = (&request.operation, &GmsSession::of(&request.session)?);
        let (body, limit) = if let Operation::Upload(upload) = operation {
            let mut form = Multipart::new(&upload.name, upload.source.clone(), upload.progress.clone());
            data::file_form(operation, session, |name, value| form.field(name, value));
            (RequestBody::Multipart(form), self.config.file_upload_timeout)
        } else {
            let mut form = Serializer::new(String::new());
            data::file_form(operation, session, |name, value| {
                form.append_pair(name, value);
            });
            (RequestBody::Form(Bytes::from(form.finish())), Some(self.config.ajax_timeout))
        };
        let asked = self.file_request(operation, body)?;
        if let Operation::Download(download) = operation {
            return gms::download(&self.http, &asked, operation, download, self.config.ajax_timeout).await;
        }
        interpret(operation, &self.http.exchange(&asked, limit).await?)
    }

    fn file_request(&self, operation: &Operation, body: RequestBody) -> Result<HttpRequest, Failure> {
        let nowhere =
            || http::local_failure(ErrorKind::Unsupported, "there is no cometD.apiURL for files".into());
        let url = self.config.api_url.clone().ok_or_else(nowhere)?;
        let mut request = HttpRequest::of(operation, Method::POST, url, body);
        let key = self.config.api_key.as_deref().and_then(http::private_header);
        request.headers.extend(key.map(|key| (reqwest::header::HeaderName::from_static("apikey"), key)));
        Ok(request)
    }
}
