//! The file operations beside the Bayeux endpoint.

use reqwest::Response;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use webchat_simulator::Operation;

use super::bayeux::{BOTH, Bayeux, lines, simulator};
use crate::customer::json as body;

struct Files<'a> {
    mia: &'a Bayeux,
    url: String,
}

impl Files<'_> {
    async fn post(&self, fields: &[(&str, &str)]) -> Response {
        let mut form = vec![("secureKey", self.mia.key.as_str())];
        form.extend(fields);
        let request = self.mia.http.post(&self.url).header("cookie", self.mia.cookie.as_ref().unwrap());
        request.form(&form).send().await.unwrap()
    }

    async fn upload(&self, form: Form, name: &str) -> (u16, Value) {
        let part = Part::bytes(b"0123456789".to_vec()).file_name(name.to_owned());
        let form = form.text("secureKey", self.mia.key.clone()).part("file", part);
        let request = self.mia.http.post(&self.url).header("cookie", self.mia.cookie.as_ref().unwrap());
        let response = request.multipart(form).send().await.unwrap();
        (response.status().as_u16(), body(response).await)
    }
}

#[tokio::test]
async fn limits_upload_download_delete() {
    for carrier in BOTH {
        let simulator = simulator().await;
        let (mut mia, started) = Bayeux::chat(&simulator, carrier).await;
        let files = Files { mia: &mia, url: simulator.cometd_file_url() };
        for operation in ["fileGetLimits", "fileGetsLimits"] {
            let limits = body(files.post(&[("operation", operation)]).await).await;
            let notice = &limits["messages"][0];
            assert_eq!((&limits["statusCode"], &notice["text"]), (&json!(0), &json!("file-client-cfg-get")));
            assert_eq!(notice["userData"]["upload-max-files"], "3");
        }
        let form = Form::new().text("operation", "fileUpload").text("userData[file-description]", "mine");
        let (status, uploaded) = files.upload(form, "a.txt").await;
        assert_eq!((status, &uploaded["statusCode"]), (200, &json!(0)));
        let (_, second) = files.upload(Form::new(), "b.txt").await;
        assert_eq!(second["statusCode"], 0, "one vendor client names no operation");
        let (status, refused) = files.upload(Form::new().text("operation", "fileUpload"), "c.exe").await;
        assert_eq!((status, &refused["errors"][0]["code"]), (400, &json!(203)));
        let id = uploaded["userData"]["file-id"].as_str().unwrap();
        let download = files.post(&[("operation", "fileDownload"), ("fileId", id)]).await;
        assert_eq!(download.bytes().await.unwrap(), b"0123456789".as_ref());
        assert_eq!(
            body(files.post(&[("operation", "fileDelete"), ("fileId", id)]).await).await["statusCode"],
            0
        );
        let mut events = Vec::new();
        let mut seen = Vec::new();
        while seen.len() < 3 {
            let told = mia.told().await;
            seen.extend(lines(&told));
            events.extend(told["messages"].as_array().unwrap().clone());
        }
        assert_eq!(seen, ["FileUploaded -", "FileUploaded -", "FileDeleted -"], "they are pushed");
        assert_eq!(events[0]["userData"]["file-description"], "mine");
        let log = simulator.log();
        let uploads = log.iter().filter(|entry| entry.operation == Some(Operation::FileUpload));
        let chat = started["chatId"].as_str();
        assert!(
            uploads.clone().count() == 3 && uploads.into_iter().all(|entry| entry.chat_id.as_deref() == chat)
        );
    }
}

#[tokio::test]
async fn mistakes_are_refused() {
    let simulator = simulator().await;
    let (mut mia, _) = Bayeux::chat(&simulator, BOTH[0]).await;
    let url = simulator.cometd_file_url();
    let files = Files { mia: &mia, url: url.clone() };
    for (fields, status, code) in [
        (vec![("operation", "dance")], 400, 400),
        (vec![], 400, 400),
        (vec![("operation", "fileDownload"), ("fileId", "none")], 400, 403),
    ] {
        let response = files.post(&fields).await;
        assert_eq!(
            (response.status().as_u16(), &body(response).await["errors"][0]["code"]),
            (status, &json!(code))
        );
    }
    let unknown = mia.http.post(&url).form(&[("operation", "fileGetLimits"), ("secureKey", "none")]).send();
    let unknown = body(unknown.await.unwrap()).await;
    assert_eq!((&unknown["statusCode"], &unknown["chatEnded"]), (&json!(2), &json!(true)));
    assert_eq!(mia.http.get(&url).send().await.unwrap().status(), 405);

    mia.cookie = Some("BAYEUX_BROWSER=other".to_owned());
    let files = Files { mia: &mia, url };
    let stranger = files.post(&[("operation", "fileGetLimits")]).await;
    assert_eq!((stranger.status().as_u16(), &body(stranger).await["errors"][0]["code"]), (401, &json!(401)));
    simulator.change_cometd(|settings| settings.check_file_cookie = false);
    assert_eq!(files.post(&[("operation", "fileGetLimits")]).await.status(), 200);
}
