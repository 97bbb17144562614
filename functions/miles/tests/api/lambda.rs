//! The built binary, as Lambda runs it.

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::json;
use shared::models::MAX_ANSWER_BYTES;
use testing::lambda::Environment;
use testing::{Answer, DEMO_FLIGHT, DEMO_KEY, demo_event};

testing::route_function_tests!(env!("CARGO_BIN_EXE_miles"), "miles", miles::routes);

#[tokio::test]
async fn logs_a_request_as_one_line() {
    let app = crate::with_demo().await;
    let mut function = FUNCTION.start(&Environment::of(&app)).await;
    let _bought = function.request(&demo_event("buy-product")).await.expect(200);
    let ended = function.end().await;

    assert_json_snapshot!(
        ended.log("request"),
        {
            "[].timestamp" => "[now]", "[]._aws" => "[metrics]", "[].duration_ms" => "[ms]",
            "[].dynamodb_read_units" => "[units]", "[].dynamodb_write_units" => "[units]",
        },
        @r#"
    [
      {
        "_aws": "[metrics]",
        "caller": "skyteam",
        "duration_ms": "[ms]",
        "dynamodb_read_units": "[units]",
        "dynamodb_requests": 3,
        "dynamodb_retries": 0,
        "dynamodb_write_units": "[units]",
        "errors": 0,
        "level": "INFO",
        "message": "request",
        "method": "POST",
        "miles_spent": 500,
        "purchases": 1,
        "request_id": "00000000-0000-4000-8000-000000000001",
        "route": "/user/{id}/buyProduct",
        "status": 200,
        "target": "shared::http::middleware",
        "timestamp": "[now]",
        "trace_id": "1-65f42328-000000000000000000000000"
      }
    ]
    "#
    );
}

#[tokio::test]
async fn takes_a_body_that_api_gateway_encoded() {
    // It does so with every body that is not declared to be text.
    let app = crate::with_demo().await;
    let mut function = FUNCTION.start(&Environment::of(&app)).await;
    let mut event = demo_event("buy-product");
    event["headers"].as_object_mut().expect("an event has headers").remove("content-type");
    event["body"] = "eyJwcm9kdWN0SWQiOiJhMWIyYzMifQ==".into();
    event["isBase64Encoded"] = true.into();
    assert_eq!(function.request(&event).await.expect(200).json()["user"]["miles"], 4500);
}

/// No event ends as a failed invocation, whatever a client has sent.
#[tokio::test]
async fn answers_and_logs_any_event() {
    let app = crate::with_demo().await;
    let mut function = FUNCTION.start(&Environment::of(&app)).await;
    let odd = [
        ("/headers/x-note", json!("a\u{1}b"), 400),
        ("/headers/x-note", json!("a\r\nb"), 400),
        ("/headers/x-note", json!("ü\u{fffd}"), 200),
        ("/headers/x-note", json!(null), 200),
        ("/headers/bad name", json!("x"), 400),
        ("/headers/host", json!(""), 200),
        ("/headers/host", json!("a b/c?d#e"), 200),
        ("/headers/x-forwarded-proto", json!("gopher://"), 200),
        ("/headers/x-api-key", json!("ü"), 401),
        ("/headers", json!(null), 401),
        ("/cookies", json!(["a\u{1}"]), 400),
        ("/rawQueryString", json!("%%%&=&%FF=\"<>`{}|\\^ü"), 200),
        ("/rawPath", json!(null), 200),
        ("/pathParameters", json!(null), 200),
        ("/requestContext/http/method", json!("B AD"), 400),
        ("/requestContext/http/method", json!(null), 400),
        ("/body", json!(null), 400),
        ("/isBase64Encoded", json!(true), 400),
        ("", json!({}), 400),
        ("", json!(null), 400),
    ];
    for (place, value, status) in &odd {
        let mut event = demo_event("buy-product");
        let (parent, name) = place.rsplit_once('/').unwrap_or_default();
        match event.pointer_mut(parent) {
            Some(parent) if !name.is_empty() => parent[name] = value.clone(),
            _ => event = value.clone(),
        }
        let answer = function.request(&event).await;
        assert_eq!(answer.status, *status, "{place} {value}: {}", answer.shown());
    }
    assert_eq!(function.end().await.log("request").len(), odd.len());
}

#[tokio::test]
async fn answers_as_much_as_lambda_takes_and_no_more() {
    let app = crate::with_demo().await;
    // A short id, to be asked for often in a body of 100 kB.
    app.board(DEMO_KEY, DEMO_FLIGHT, "7", 500).await;
    let mut function = FUNCTION.start(&Environment::of(&app)).await;
    let mut event = demo_event("fetch-users-data");
    // Compressed, the answer would be much smaller.
    event["headers"].as_object_mut().expect("an event has headers").remove("accept-encoding");
    let mut ask = async |times| {
        event["body"] = json!(vec!["7"; times]).to_string().into();
        function.request(&event).await
    };
    let (one, two) = (escaped_size(&ask(1).await), escaped_size(&ask(2).await));
    let most = 1 + (MAX_ANSWER_BYTES - one) / (two - one);

    let _most = ask(most).await.expect(200);
    assert_snapshot!(ask(most + 1).await.shown(), @r#"
    413 {
      "error": "The answer would be larger than 6 MB; ask for less at a time"
    }
    "#);
}

/// How large a body is inside of a string of JSON.
fn escaped_size(answer: &Answer) -> usize {
    json!(str::from_utf8(&answer.bytes).expect("JSON is UTF-8")).to_string().len() - 2
}
