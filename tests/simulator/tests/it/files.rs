//! The file operations of gms-v2.md, 7, over HTTP.

use crate::customer::{Customer, each, json, simulator};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json as value};
use webchat_simulator::{FileLimits, Simulator, Upload};

async fn upload(customer: &Customer, name: &str, bytes: Vec<u8>) -> (u16, Value) {
    let part = Part::bytes(bytes).file_name(name.to_owned());
    let form = Form::new()
        .text("secureKey", customer.key.clone())
        .text("userData[file-description]", "my file")
        .part("file", part);
    let url = format!("{}/{}/file", customer.url, customer.chat_id);
    let response = customer.http.post(url).multipart(form).send().await.unwrap();
    (response.status().as_u16(), json(response).await)
}

#[tokio::test]
async fn limits_upload_download_delete() {
    let simulator = simulator().await;
    let customer = Customer::start(&simulator.chat_url()).await;
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let (status, uploaded) = upload(&customer, "photo.PNG", bytes.clone()).await;
    assert_eq!((status, &uploaded["statusCode"]), (200, &value!(0)));
    let file_id = uploaded["userData"]["file-id"].as_str().unwrap().to_owned();

    let limits = customer.call("file/limits", &[]).await;
    let notice = &limits["messages"][0];
    assert_eq!((&notice["type"], &notice["text"]), (&value!("Notice"), &value!("file-client-cfg-get")));
    assert!(notice.get("index").is_none());
    assert_eq!(notice["from"]["participantId"], 1);
    assert_eq!(
        notice["userData"],
        value!({
            "upload-max-files": "3", "upload-max-file-size": "2097152", "upload-max-total-size": "5242880",
            "upload-file-types": "doc:docx:gif:jpeg:jpg:pdf:png:txt:zip", "upload-need-agent": "false",
            "used-upload-max-files": "1", "used-upload-max-total-size": "100000",
            "download-attempts": "10", "used-download-attempts": "0", "delete-file": "odd",
        })
    );

    let news = customer.refresh("2").await;
    assert_eq!(each(&news, "type"), ["FileUploaded"]);
    let facts = value!({"file-id": file_id, "file-name": "photo.PNG", "file-size": "100000", "file-description": "my file"});
    assert_eq!(news["messages"][0]["userData"], facts);

    let download = customer.post(&format!("file/{file_id}/download"), &[]).await.unwrap();
    assert_eq!(download.headers()["content-type"], "image/png");
    assert_eq!(download.headers()["content-disposition"], "attachment; filename=\"photo.PNG\"");
    assert_eq!(download.bytes().await.unwrap(), bytes);

    let deleted = customer.call(&format!("file/{file_id}/delete/"), &[]).await;
    assert_eq!(deleted["statusCode"], 0);
    assert_eq!(each(&customer.refresh("3").await, "type"), ["FileDeleted"]);
    for operation in ["download", "delete"] {
        let gone = customer.post(&format!("file/{file_id}/{operation}"), &[]).await.unwrap();
        assert_eq!(gone.status(), 400);
        let reply = json(gone).await;
        assert_eq!((&reply["chatEnded"], &reply["errors"][0]["code"]), (&value!(false), &value!(403)));
    }
    let log = simulator.log();
    let sizes: Vec<u64> = log.iter().flat_map(|entry| &entry.files).map(|file| file.size).collect();
    assert_eq!(sizes, [100_000]);
}

#[tokio::test]
async fn files_over_the_limits() {
    let files = FileLimits {
        max_files: 2,
        max_file_size: 1000,
        max_total_size: 1500,
        file_types: vec!["txt".to_owned()],
        need_agent: true,
        download_attempts: 1,
        ..FileLimits::default()
    };
    let simulator = Simulator::builder().files(files).start().await.unwrap();
    let customer = Customer::start(&simulator.chat_url()).await;
    let chat = customer.chat_id.as_str();
    let refused = async |name: &str, size: usize| {
        let (status, reply) = upload(&customer, name, vec![b'x'; size]).await;
        assert_eq!((status, &reply["statusCode"]), (400, &value!(2)), "{reply}");
        let error = &reply["errors"][0];
        (error["code"].as_u64().unwrap(), error["advice"].as_str().map(str::to_owned))
    };
    let advice = |text: &str| Some(text.to_owned());
    assert_eq!(refused("a.txt", 1).await, (403, None));
    let sam = simulator.join_agent(chat, "Sam").unwrap();
    assert_eq!(refused("a.exe", 1).await, (203, None));
    assert_eq!(refused("noextension", 1).await, (203, None));
    assert_eq!(refused("a.txt", 1001).await, (202, advice("1000")));
    assert_eq!(refused("a.txt", 200_000).await, (202, advice("1000")));
    assert_eq!(simulator.log().last().unwrap().files[0].size, 200_000);
    let (_, first) = upload(&customer, "a.txt", vec![b'x'; 1000]).await;
    assert_eq!(refused("b.txt", 501).await, (202, advice("1500")));
    upload(&customer, "b.txt", vec![b'x'; 500]).await;
    assert_eq!(refused("c.txt", 0).await, (201, advice("2")));

    let hostile = Upload::new("../../etc/\"passwd\n", "agent's file");
    let agents = simulator.upload(chat, sam, hostile).unwrap();
    let download = customer.post(&format!("file/{agents}/download"), &[]).await.unwrap();
    assert_eq!(download.headers()["content-disposition"], "attachment; filename=\"../../etc/%22passwd%0A\"");
    assert_eq!(download.text().await.unwrap(), "agent's file");
    let id = first["userData"]["file-id"].as_str().unwrap();
    let used_up = customer.post(&format!("file/{id}/download"), &[]).await.unwrap();
    assert_eq!(used_up.status(), 400);
    assert_eq!(json(used_up).await["errors"][0]["advice"], "1");
    assert_eq!(simulator.files(chat).unwrap().len(), 3);
}
