//! The built binary, as Lambda runs it.

use insta::assert_json_snapshot;
use serde_json::json;
use shared::App;
use std::time::Duration;
use testing::lambda::{Environment, JobOutcome, JobPair, outcome};
use testing::{DEMO_FLIGHT, DEMO_KEY, TestApp};

const BINARY: &str = env!("CARGO_BIN_EXE_end-stale-flights");

testing::job_function_tests!(BINARY, "end-stale-flights", handle);

async fn handle(app: &App, time: Duration) -> JobOutcome {
    outcome(end_stale_flights::handle(app, time).await)
}

/// Starts the demo with a flight that started long ago and has not reported since. The other three never started.
async fn with_a_silent_flight() -> TestApp {
    let app = crate::with_demo().await;
    let started = app.post(&format!("/flight/{DEMO_FLIGHT}/serverStart")).key(DEMO_KEY).send().await;
    let _flight = started.expect(200);
    app
}

#[tokio::test]
async fn ends_silent_flights_and_logs_one_line() {
    let (app, in_process) = (with_a_silent_flight().await, with_a_silent_flight().await);
    let environment = Environment::of(&app);
    let mut job = JobPair::start(BINARY, &environment, "end-stale-flights", &in_process, handle).await;

    assert_eq!(job.run().await, Ok(json!({ "ended": 1, "spared": 0, "unstarted": 3, "stopped": 0 })));
    // An ended flight stays as it is when it is ended.
    let flight = app.post(&format!("/flight/{DEMO_FLIGHT}/serverEnd")).key(DEMO_KEY).send().await.expect(200).json();
    assert_eq!(flight["startedAt"], testing::START);
    assert_eq!(flight["endTime"], testing::START);
    assert_eq!(job.run().await, Ok(json!({ "ended": 0, "spared": 0, "unstarted": 0, "stopped": 0 })));

    assert_json_snapshot!(
        job.end().await.log("end-stale-flights")[0],
        {
            ".timestamp" => "[now]", "._aws" => "[metrics]",
            ".dynamodb_read_units" => "[units]", ".dynamodb_write_units" => "[units]",
        },
        @r#"
    {
      "_aws": "[metrics]",
      "dynamodb_read_units": "[units]",
      "dynamodb_requests": 17,
      "dynamodb_retries": 0,
      "dynamodb_write_units": "[units]",
      "flights_ended": 1,
      "level": "INFO",
      "message": "end-stale-flights",
      "spared": 0,
      "stopped": 0,
      "target": "end_stale_flights",
      "timestamp": "[now]",
      "unstarted": 3
    }
    "#
    );
}
