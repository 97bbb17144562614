//! The log: one line per request, with its metrics and without secrets.

use crate::answers::context;
use axum::body::Body;
use http::{Method, Request};
use insta::{assert_json_snapshot, assert_snapshot};
use lambda_http::RequestExt;
use serde_json::{Value, json};
use std::time::Duration;
use testing::template::events;
use testing::{Fault, Log, demo_event, demo_session};
use tower::ServiceExt;
use tracing_subscriber::filter::LevelFilter;

/// Returns the request lines since the last call, without the fields that differ from run to run.
fn take_requests(log: &Log) -> Vec<Value> {
    let mut requests = log.take_requests();
    for request in &mut requests {
        assert!(request["duration_ms"].as_f64().unwrap() > 0.0);
        assert!(request["_aws"]["Timestamp"].as_i64().unwrap() > 0);
        request["duration_ms"] = json!("some");
        request["timestamp"] = json!("now");
        request["_aws"]["Timestamp"] = json!("now");
    }
    requests
}

/// Like [`take_requests`], but also without the metrics.
fn take_plain_requests(log: &Log) -> Vec<Value> {
    let mut requests = take_requests(log);
    for request in &mut requests {
        let _metrics = request.as_object_mut().unwrap().remove("_aws");
    }
    requests
}

fn one_line_each(lines: &[Value]) -> String {
    lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn has_one_line_per_request() {
    let app = crate::start().await;
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

    assert_snapshot!(one_line_each(&take_plain_requests(&log)), @r#"
    {"caller":"skyteam","duration_ms":"some","dynamodb_read_units":1.0,"dynamodb_requests":1,"dynamodb_retries":0,"dynamodb_write_units":0.0,"errors":0,"level":"INFO","message":"request","method":"GET","request_id":"-","route":"/airline","status":200,"target":"shared::http::middleware","timestamp":"now","trace_id":"-"}
    {"caller":"skyteam","duration_ms":"some","dynamodb_read_units":0.0,"dynamodb_requests":1,"dynamodb_retries":0,"dynamodb_write_units":2.0,"errors":0,"level":"INFO","message":"request","method":"POST","request_id":"-","route":"/airline/products","status":201,"target":"shared::http::middleware","timestamp":"now","trace_id":"-"}
    {"caller":"skyteam","duration_ms":"some","dynamodb_read_units":0.0,"dynamodb_requests":0,"dynamodb_retries":0,"dynamodb_write_units":0.0,"errors":0,"level":"INFO","message":"request","method":"POST","request_id":"-","route":"/airline/products","status":400,"target":"shared::http::middleware","timestamp":"now","trace_id":"-"}
    {"caller":"ada","duration_ms":"some","dynamodb_read_units":2.0,"dynamodb_requests":3,"dynamodb_retries":0,"dynamodb_write_units":6.0,"errors":0,"level":"INFO","message":"request","method":"POST","request_id":"-","route":"/airlines/{airlineId}/keys","status":201,"target":"shared::http::middleware","timestamp":"now","trace_id":"-"}
    {"caller":"-","duration_ms":"some","dynamodb_read_units":0.0,"dynamodb_requests":0,"dynamodb_retries":0,"dynamodb_write_units":0.0,"errors":0,"level":"INFO","message":"request","method":"POST","request_id":"-","route":"/airlines/{airlineId}/keys","status":401,"target":"shared::http::middleware","timestamp":"now","trace_id":"-"}
    {"caller":"-","duration_ms":"some","dynamodb_read_units":1.0,"dynamodb_requests":1,"dynamodb_retries":0,"dynamodb_write_units":0.0,"errors":0,"level":"INFO","message":"request","method":"GET","request_id":"-","route":"/airline","status":401,"target":"shared::http::middleware","timestamp":"now","trace_id":"-"}
    {"caller":"-","duration_ms":"some","dynamodb_read_units":0.0,"dynamodb_requests":0,"dynamodb_retries":0,"dynamodb_write_units":0.0,"errors":0,"level":"INFO","message":"request","method":"GET","request_id":"-","route":"/health","status":200,"target":"shared::http::middleware","timestamp":"now","trace_id":"-"}
    {"caller":"-","duration_ms":"some","dynamodb_read_units":0.0,"dynamodb_requests":0,"dynamodb_retries":0,"dynamodb_write_units":0.0,"errors":0,"level":"INFO","message":"request","method":"GET","request_id":"-","route":"-","status":404,"target":"shared::http::middleware","timestamp":"now","trace_id":"-"}
    "#);
}

#[tokio::test]
async fn counts_retries() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let log = Log::of_everything();
    app.wire.disturb([Fault::Error(400, "ThrottlingException"), Fault::CutBefore]);

    let _airline = app.get("/airline").key(&key).send().await.expect(200);

    let lines = take_requests(&log);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["dynamodb_requests"], 3);
    assert_eq!(lines[0]["dynamodb_retries"], 2);
}

#[tokio::test]
async fn has_lambdas_request_id() {
    let app = crate::start().await;
    let router = shared::http::router(airlines::routes(), app.app.clone());
    let log = Log::of_everything();
    let request = Request::get("/health").body(Body::empty()).unwrap();

    let _answer = router.oneshot(request.with_lambda_context(context(Duration::from_secs(3)))).await.unwrap();

    assert_eq!(take_requests(&log)[0]["request_id"], "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
}

#[tokio::test]
async fn has_the_cause_of_a_failure() {
    let app = crate::start().await;
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
async fn has_no_key_or_session_even_at_trace_level() {
    let log = Log::of_everything();
    let app = crate::start().await;
    app.member("ada", &["super_user"]).await;
    let ada = app.session("ada");
    let created = app.post("/airlines").bearer(&ada).json(&json!({ "airlineId": "skyteam", "name": "SkyTeam" }));
    let created = created.send().await.expect(201).json();
    let key = created["apiKey"].as_str().unwrap();
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
    // The log did record all of these requests.
    assert!(log.contains("a request failed") && log.contains("TRACE") && log.contains("APIKEY#"));
    for secret in [key, rotated, wrong, &ada, ada.rsplit_once('.').unwrap().1] {
        assert!(!log.contains(secret.trim_start_matches("sky_")));
    }
}

#[tokio::test]
async fn has_the_requests_trace_id() {
    let app = crate::start().await;
    let router = shared::http::router(airlines::routes(), app.app.clone());
    let log = Log::of_everything();
    let mut context = context(Duration::from_secs(3));
    let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    context.xray_trace_id = Some(trace.to_owned());
    let request = Request::get("/health").body(Body::empty()).unwrap();

    let _answer = router.oneshot(request.with_lambda_context(context)).await.unwrap();

    assert_eq!(take_requests(&log)[0]["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
}

#[tokio::test]
async fn counts_miles_purchases_and_archived_members() {
    let app = crate::with_demo().await;
    let log = Log::of_everything();
    let order = ["buy-product", "buy-product", "refund-transaction", "server-start", "board-passenger", "update-users"];
    for event in order {
        let _done = app.call_of(&demo_event(event)).send().await;
    }
    let metrics = ["purchases", "miles_spent", "miles_earned", "members_archived", "errors"];
    let counted = take_requests(&log).into_iter().map(|line| {
        let of_line = metrics.iter().filter_map(|name| line.get(name).map(|count| format!("{name}={count}")));
        format!("{} {}: {}", line["route"], line["status"], of_line.collect::<Vec<_>>().join(" "))
    });
    // The second purchase is a replay of the first.
    assert_snapshot!(counted.collect::<Vec<_>>().join("\n"), @r#"
    "/user/{id}/buyProduct" 200: purchases=1 miles_spent=500 errors=0
    "/user/{id}/buyProduct" 200: errors=0
    "/user/{id}/transactions/{transactionId}/refund" 201: miles_earned=500 errors=0
    "/flight/{id}/serverStart" 200: errors=0
    "/flight/{id}/passengers" 201: miles_earned=500 errors=0
    "/users" 200: members_archived=2 errors=0
    "#);
}

#[tokio::test]
async fn is_read_as_metrics_by_cloudwatch() {
    let app = crate::with_demo().await;
    let log = Log::of_everything();
    let _purchase = app.call_of(&demo_event("buy-product")).send().await.expect(200);
    assert_json_snapshot!(take_requests(&log)[0]["_aws"], @r#"
    {
      "CloudWatchMetrics": [
        {
          "Dimensions": [
            []
          ],
          "Metrics": [
            {
              "Name": "duration_ms",
              "Unit": "Milliseconds"
            },
            {
              "Name": "errors",
              "Unit": "Count"
            },
            {
              "Name": "purchases",
              "Unit": "Count"
            },
            {
              "Name": "miles_spent",
              "Unit": "Count"
            }
          ],
          "Namespace": "test"
        }
      ],
      "Timestamp": "now"
    }
    "#);
}

#[tokio::test]
async fn counts_failures_as_errors() {
    let app = crate::with_demo().await;
    let log = Log::of_everything();
    app.wire.disturb_all(Fault::Error(400, "AccessDeniedException"));
    let _failed = app.call_of(&demo_event("buy-product")).send().await.expect(500);
    let _missing = app.get("/no/such/route").send().await.expect(404);
    let errors: Vec<_> = take_requests(&log).into_iter().map(|line| line["errors"].clone()).collect();
    assert_eq!(errors, [1, 0]);
}

/// Sends every example request with every kind of outcome, at the most detailed log level.
#[tokio::test]
async fn never_contains_credentials_or_personal_information() {
    let log = Log::at(LevelFilter::TRACE);
    let faults = [
        Fault::None,
        Fault::Error(400, "ValidationException"),
        Fault::Error(500, "InternalServerError"),
        Fault::CutBefore,
        Fault::Conflict,
    ];
    let mut created = Vec::new();
    for fault in faults {
        let time = if matches!(fault, Fault::None) { Duration::from_secs(10) } else { Duration::from_millis(40) };
        let app = crate::with_demo().await.another_instance(time);
        app.wire.disturb_all(fault);
        for event in events() {
            let event = demo_event(&event);
            if event["rawPath"].is_string() {
                let answer = app.call_of(&event).send().await;
                let body: Option<Value> = serde_json::from_slice(&answer.bytes).ok();
                created.extend(body.and_then(|body| body["apiKey"].as_str().map(str::to_owned)));
                // The same request with a body in which only the email address is a valid field.
                let invalid =
                    json!({ "email": "invalid@example.com", "phone": "+12025550199", "apiKey": "sky_spoilt" });
                let path = event["rawPath"].as_str().unwrap();
                let method = event["requestContext"]["http"]["method"].as_str().unwrap().parse().unwrap();
                let call = app.call(method, path).key("sky_spoilt").bearer(&demo_session()).json(&invalid);
                let _answer = call.send().await;
            }
        }
    }
    let log = log.take();
    assert!(log.contains(r#""message":"request""#) && log.contains(r#""message":"a request failed""#));
    assert_eq!(created.len(), 2, "an airline and a key should be created");
    let keys = created.iter().map(|key| key.trim_start_matches("sky_"));
    // Keys and sessions are found by their prefixes, addresses by their `@`.
    for secret in keys.chain(["sky_", "eyJ", "@", "12025550147", "12025550199"]) {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret}: {line:?}");
    }
}
