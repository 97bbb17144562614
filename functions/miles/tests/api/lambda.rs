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
