//! The built binary, as Lambda runs it.

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use testing::lambda::{Environment, Function, expect_to_fail_before_its_deadline, expect_to_need_its_variables};
use testing::{TestApp, demo_event};

const BINARY: &str = env!("CARGO_BIN_EXE_end-stale-flights");

async fn start(environment: &Environment) -> Function {
    Function::start(BINARY, environment).await.expect("the function starts")
}

/// The demo, with its flight on the way since long ago.
async fn with_a_silent_flight() -> TestApp {
    let app = crate::with_demo().await;
    let _flight = app.call_of(&demo_event("server-start")).send().await.expect(200);
    app
}

async fn run(function: &mut Function) -> Value {
    let answer = function.invoke(&demo_event("end-stale-flights")).await.expect("the job runs");
    serde_json::from_slice(&answer).expect("its answer is JSON")
}

#[tokio::test]
async fn ends_silent_flights_and_logs_one_line() {
    let app = with_a_silent_flight().await;
    let mut function = start(&Environment::of(&app)).await;

    assert_eq!(run(&mut function).await, json!({ "ended": 1, "spared": 0 }));
    // An ended flight stays as it is when it is ended.
    let flight = app.call_of(&demo_event("server-end")).send().await.expect(200).json();
    assert_eq!(flight["startedAt"], testing::START);
    assert_eq!(flight["endTime"], testing::START);

    // Nothing is left to do.
    assert_eq!(run(&mut function).await, json!({ "ended": 0, "spared": 0 }));
    let ended = function.end().await;
    assert_json_snapshot!(ended.log("end-stale-flights"), { "[].timestamp" => "[now]", "[]._aws" => "[metrics]", "[].dynamodb_read_units" => "[units]", "[].dynamodb_write_units" => "[units]" }, @r#"
    [
      {
        "_aws": "[metrics]",
        "dynamodb_read_units": "[units]",
        "dynamodb_requests": 9,
        "dynamodb_retries": 0,
        "dynamodb_write_units": "[units]",
        "flights_ended": 1,
        "level": "INFO",
        "message": "end-stale-flights",
        "spared": 0,
        "target": "end_stale_flights",
        "timestamp": "[now]"
      },
      {
        "_aws": "[metrics]",
        "dynamodb_read_units": "[units]",
        "dynamodb_requests": 8,
        "dynamodb_retries": 0,
        "dynamodb_write_units": "[units]",
        "flights_ended": 0,
        "level": "INFO",
        "message": "end-stale-flights",
        "spared": 0,
        "target": "end_stale_flights",
        "timestamp": "[now]"
      }
    ]
    "#);
    assert_eq!(ended.stderr, "");
}

#[tokio::test]
async fn logs_why_it_failed() {
    let app = crate::start().await;
    let mut function = start(&Environment::of(&app).with("FLIGHTS_TABLE", "no-such-table")).await;

    let failed = function.invoke(&demo_event("end-stale-flights")).await;

    assert_eq!(failed.expect_err("the job fails")["errorMessage"], "DynamoDB failed");
    let ended = function.end().await;
    let log = ended.log("a job failed");
    let cause = log[0]["error"].as_str().expect("the cause is told");
    assert!(cause.starts_with("DynamoDB failed: ResourceNotFoundException"), "{cause}");
    assert_json_snapshot!(log, { "[].timestamp" => "[now]", "[]._aws" => "[metrics]", "[].dynamodb_read_units" => "[units]", "[].dynamodb_write_units" => "[units]", "[].error" => "[cause]" }, @r#"
    [
      {
        "dynamodb_read_units": "[units]",
        "dynamodb_requests": 8,
        "dynamodb_retries": 0,
        "dynamodb_write_units": "[units]",
        "error": "[cause]",
        "job": "end-stale-flights",
        "level": "ERROR",
        "message": "a job failed",
        "target": "shared::job",
        "timestamp": "[now]"
      }
    ]
    "#);
}

#[tokio::test]
async fn fails_before_its_deadline_when_dynamodb_does_not_answer() {
    expect_to_fail_before_its_deadline(BINARY, "end-stale-flights").await;
}

#[tokio::test]
async fn does_not_start_without_its_variables() {
    expect_to_need_its_variables(BINARY).await;
}
