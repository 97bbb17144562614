//! The log: one line for each request, and no secret in it.

use crate::answers::context;
use axum::body::Body;
use http::{Method, Request};
use insta::assert_snapshot;
use lambda_http::RequestExt;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;
use std::time::Duration;
use testing::{Fault, TestApp};
use tower::ServiceExt;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::prelude::*;

thread_local! {
    static WRITTEN: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// What this thread, and so this test, logs as long as this lives.
///
/// One subscriber serves all threads: `tracing` remembers of each line whether anybody wants it, which subscribers
/// that come and go on other threads would confuse.
struct Log;

struct ToThisThread;

impl Write for ToThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.with_borrow_mut(|written| written.as_mut().map_or(Ok(0), |written| written.write(bytes)))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Everything that anybody says, down to what the AWS SDK sends.
    fn of_everything() -> Self {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            let is_read = dynamic_filter_fn(|_, _| WRITTEN.with_borrow(Option::is_some));
            let lines = layer().json().flatten_event(true).with_current_span(false).with_writer(|| ToThisThread);
            tracing_subscriber::registry().with(lines.with_filter(is_read)).init();
        });
        WRITTEN.set(Some(Vec::new()));
        Self
    }

    /// What was logged since the last look.
    #[allow(clippy::unused_self, reason = "there is a log only as long as this lives")]
    fn take(&self) -> String {
        String::from_utf8(WRITTEN.replace(Some(Vec::new())).unwrap()).unwrap()
    }

    /// The lines about requests since the last look, each without what differs from run to run.
    fn take_requests(&self) -> Vec<Value> {
        let lines = self.take();
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut requests: Vec<_> =
            lines.filter(|line| line["message"] == "request" && line["target"] == "shared::http::edge").collect();
        for request in &mut requests {
            assert!(request["duration_ms"].as_f64().unwrap() > 0.0);
            request["duration_ms"] = json!("some");
            request["timestamp"] = json!("now");
        }
        requests
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        WRITTEN.set(None);
    }
}

fn one_line_each(lines: &[Value]) -> String {
    lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn has_one_line_for_each_request() {
    let app = TestApp::start().await;
    let key = app.airline("skyteam").await;
    app.member("ada", &["super_user"]).await;
    let ada = app.session("ada");
    let log = Log::of_everything();
    let product = json!({ "name": "Lounge", "priceMiles": 500 });

    let _ = app.get("/airline").key(&key).send().await;
    let _ = app.post("/airline/products").key(&key).json(&product).send().await;
    let _ = app.post("/airline/products").key(&key).json(&json!([])).send().await;
    let _ = app.post("/airlines/skyteam/keys").bearer(&ada).json(&json!({})).send().await;
    let _ = app.post("/airlines/skyteam/keys").json(&json!({})).send().await;
    let _ = app.get("/airline").key("sky_unknown").send().await;
    let _ = app.get("/health").send().await;
    let _ = app.get("/no/such/route").send().await;

    assert_snapshot!(one_line_each(&log.take_requests()), @r#"
    {"caller":"skyteam","duration_ms":"some","dynamodb_capacity":1.0,"dynamodb_requests":1,"dynamodb_retries":0,"level":"INFO","message":"request","method":"GET","request_id":"-","route":"/airline","status":200,"target":"shared::http::edge","timestamp":"now"}
    {"caller":"skyteam","duration_ms":"some","dynamodb_capacity":2.0,"dynamodb_requests":1,"dynamodb_retries":0,"level":"INFO","message":"request","method":"POST","request_id":"-","route":"/airline/products","status":201,"target":"shared::http::edge","timestamp":"now"}
    {"caller":"skyteam","duration_ms":"some","dynamodb_capacity":0.0,"dynamodb_requests":0,"dynamodb_retries":0,"level":"INFO","message":"request","method":"POST","request_id":"-","route":"/airline/products","status":400,"target":"shared::http::edge","timestamp":"now"}
    {"caller":"ada","duration_ms":"some","dynamodb_capacity":8.0,"dynamodb_requests":3,"dynamodb_retries":0,"level":"INFO","message":"request","method":"POST","request_id":"-","route":"/airlines/{airlineId}/keys","status":201,"target":"shared::http::edge","timestamp":"now"}
    {"caller":"-","duration_ms":"some","dynamodb_capacity":0.0,"dynamodb_requests":0,"dynamodb_retries":0,"level":"INFO","message":"request","method":"POST","request_id":"-","route":"/airlines/{airlineId}/keys","status":401,"target":"shared::http::edge","timestamp":"now"}
    {"caller":"-","duration_ms":"some","dynamodb_capacity":1.0,"dynamodb_requests":1,"dynamodb_retries":0,"level":"INFO","message":"request","method":"GET","request_id":"-","route":"/airline","status":401,"target":"shared::http::edge","timestamp":"now"}
    {"caller":"-","duration_ms":"some","dynamodb_capacity":0.0,"dynamodb_requests":0,"dynamodb_retries":0,"level":"INFO","message":"request","method":"GET","request_id":"-","route":"/health","status":200,"target":"shared::http::edge","timestamp":"now"}
    {"caller":"-","duration_ms":"some","dynamodb_capacity":0.0,"dynamodb_requests":0,"dynamodb_retries":0,"level":"INFO","message":"request","method":"GET","request_id":"-","route":"-","status":404,"target":"shared::http::edge","timestamp":"now"}
    "#);
}

#[tokio::test]
async fn counts_what_was_sent_again() {
    let app = TestApp::start().await;
    let key = app.airline("skyteam").await;
    let log = Log::of_everything();
    app.wire.disturb([Fault::Error(400, "ThrottlingException"), Fault::CutBefore]);

    let _airline = app.get("/airline").key(&key).send().await.expect(200);

    let lines = log.take_requests();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["dynamodb_requests"], 3);
    assert_eq!(lines[0]["dynamodb_retries"], 2);
}

#[tokio::test]
async fn has_the_id_that_lambda_gave_the_request() {
    let app = TestApp::start().await;
    let router = shared::http::router(airlines::routes(), app.app.clone());
    let log = Log::of_everything();
    let request = Request::get("/health").body(Body::empty()).unwrap();

    let _answer = router.oneshot(request.with_lambda_context(context(Duration::from_secs(3)))).await.unwrap();

    assert_eq!(log.take_requests()[0]["request_id"], "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
}

#[tokio::test]
async fn has_the_cause_of_a_failure() {
    let app = TestApp::start().await;
    let key = app.airline("skyteam").await;
    let log = Log::of_everything();
    app.wire.disturb_all(Fault::Error(400, "AccessDeniedException"));

    let answer = app.get("/airline").key(&key).send().await.expect(500);

    assert_eq!(answer.json(), json!({ "error": "Internal Server Error" }));
    let text = log.take();
    let line = text.lines().find(|line| line.contains("a request failed")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["status"], 500);
    assert!(line["error"].as_str().unwrap().contains("DynamoDB failed"), "{line}");
    assert!(line.to_string().contains("AccessDeniedException"), "{line}");
}

#[tokio::test]
async fn has_no_key_and_no_session_even_at_its_most_talkative() {
    let log = Log::of_everything();
    let app = TestApp::start().await;
    app.member("ada", &["super_user"]).await;
    let ada = app.session("ada");
    let made = app.post("/airlines").bearer(&ada).json(&json!({ "airlineId": "skyteam", "name": "SkyTeam" }));
    let made = made.send().await.expect(201).json();
    let key = made["apiKey"].as_str().unwrap();
    let rotated = app.post("/airlines/skyteam/keys").header("cookie", &format!("rds-session={ada}"));
    let rotated = rotated.json(&json!({ "overlapSeconds": 60 })).send().await.expect(201).json();
    let rotated = rotated["apiKey"].as_str().unwrap();
    let wrong = "sky_wrongwrongwrongwrongwrongwrong";
    for key in [key, rotated, wrong] {
        let _ = app.get("/airline").key(key).send().await;
        let _ = app.call(Method::PUT, "/airline").key(key).send().await;
    }
    app.wire.disturb_all(Fault::Error(400, "ValidationException"));
    let cold = app.another_instance(app.app.request_timeout);
    let _failed = cold.get("/airline").key(key).send().await.expect(500);
    let _failed = cold.post("/airlines").bearer(&ada).send().await.expect(500);

    let log = log.take();
    // It did listen to all of that.
    assert!(log.contains("a request failed") && log.contains("TRACE") && log.contains("APIKEY#"));
    for secret in [key, rotated, wrong, &ada, ada.rsplit_once('.').unwrap().1] {
        assert!(!log.contains(secret.trim_start_matches("sky_")));
    }
}
