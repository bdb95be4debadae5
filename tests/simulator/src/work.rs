//! Counts how much of its memory the simulator looks at, for tests: what a request costs must not depend on how many chats there are.

use std::cell::Cell;

thread_local! {
    static LOOKED_AT: Cell<u64> = const { Cell::new(0) };
}

/// One chat, client or other thing of which there are many has been looked at.
pub(crate) fn looked_at() {
    LOOKED_AT.with(|count| count.set(count.get() + 1));
}

/// How many this thread has looked at since it was asked last.
pub(crate) fn take() -> u64 {
    LOOKED_AT.with(Cell::take)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::{Body, to_bytes};
    use axum::http::{Request, header};
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use super::take;
    use crate::chat::ParticipantKind;
    use crate::{IdleSettings, Simulator};

    /// A simulator that is asked in this thread, so that its work is counted.
    struct Asked {
        simulator: Simulator,
        router: axum::Router,
    }

    impl Asked {
        async fn new() -> Self {
            let simulator =
                Simulator::builder().idle(IdleSettings::off()).set("gms-cometd.checkCookie=never").unwrap();
            let simulator = simulator.start().await.unwrap();
            let router = crate::router::build(&simulator);
            Self { simulator, router }
        }

        async fn post(&self, path: &str, kind: &str, body: String) -> Value {
            let request = Request::post(path).header(header::CONTENT_TYPE, kind).body(Body::from(body));
            let answer = self.router.clone().oneshot(request.unwrap()).await.unwrap();
            let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{path}: no JSON"))
        }

        async fn gms(&self, path: &str, form: &[(&str, &str)]) -> Value {
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            let path = format!("/genesys/2/chat/support{path}");
            let answer = self.post(&path, "application/x-www-form-urlencoded", form).await;
            assert_eq!(answer["statusCode"], 0, "{path}: {answer}");
            answer
        }

        /// A chat, and the form that its requests begin with.
        async fn start(&self) -> (String, [(String, String); 1]) {
            let started = self.gms("", &[("nickname", "Jane")]).await;
            let text = |name: &str| started[name].as_str().unwrap().to_owned();
            (text("chatId"), [("secureKey".to_owned(), text("secureKey"))])
        }

        async fn bayeux(&self, message: Value) -> Value {
            let answer = self.post("/genesys/cometd", "application/json", json!([message]).to_string()).await;
            let answers = answer.as_array().unwrap();
            answers.iter().find(|answer| answer["successful"] == true).unwrap_or(&answer[0]).clone()
        }

        async fn shake_hands(&self) -> String {
            let handshake = json!({ "channel": "/meta/handshake", "version": "1.0",
                "supportedConnectionTypes": ["long-polling"] });
            self.bayeux(handshake).await["clientId"].as_str().unwrap().to_owned()
        }

        /// What one chat looks at from its start to its end, over both APIs of GMS, an agent's part included.
        async fn work_of_one(&self) -> u64 {
            take();
            let (chat, key) = self.start().await;
            let key: Vec<_> = key.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let agent = self.simulator.join(&chat, "Bob", ParticipantKind::Agent).unwrap();
            self.simulator.say(&chat, agent, "hello").unwrap();
            let with = |more: &[(&'static str, &'static str)]| {
                key.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>()
            };
            self.gms(&format!("/{chat}/send"), &with(&[("message", "hi")])).await;
            self.gms(&format!("/{chat}/refresh"), &with(&[("transcriptPosition", "1")])).await;
            self.gms(&format!("/{chat}/disconnect"), &with(&[])).await;
            let client = self.shake_hands().await;
            let connect = json!({ "channel": "/meta/connect", "clientId": client,
                "connectionType": "long-polling", "advice": { "timeout": 0 } });
            for _ in 0..2 {
                assert_eq!(self.bayeux(connect.clone()).await["successful"], true);
            }
            let leave = json!({ "channel": "/meta/disconnect", "clientId": client });
            assert_eq!(self.bayeux(leave).await["successful"], true);
            take()
        }
    }

    #[tokio::test]
    async fn what_a_request_costs_does_not_depend_on_how_many_chats_there_are() {
        let asked = Asked::new().await;
        let alone = asked.work_of_one().await;
        assert!((10..100).contains(&alone), "{alone}");
        for _ in 0..500 {
            asked.start().await;
            asked.shake_hands().await;
        }
        assert_eq!(asked.work_of_one().await, alone);
        let shared = Arc::clone(&asked.simulator.shared);
        take();
        shared.change(|_, _| ());
        assert!(take() <= 1);
    }
}
