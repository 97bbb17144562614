//! The built binary, as Lambda runs it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::S;
use insta::assert_json_snapshot;
use shared::App;
use std::time::Duration;
use testing::TestApp;
use testing::lambda::{Environment, JobOutcome, JobPair, outcome};

const BINARY: &str = env!("CARGO_BIN_EXE_audit");

testing::job_function_tests!(BINARY, "audit", handle);

async fn handle(app: &App, time: Duration) -> JobOutcome {
    outcome(audit::handle(app, time).await)
}

/// Deletes the claim of a member's username.
async fn break_a_claim(app: &TestApp) {
    let client = Client::from_conf(engine::config(app.endpoint()).build());
    let claim = client.delete_item().table_name(&app.tables().users).key("pk", S("USERNAME#amelia-e".to_owned()));
    claim.key("sk", S("CLAIM".to_owned())).send().await.expect("it is deleted");
}

#[tokio::test]
async fn logs_what_it_found_as_a_metric() {
    let (app, in_process) = (crate::with_demo().await, crate::with_demo().await);
    let mut job = JobPair::start(BINARY, &Environment::of(&app), "audit", &in_process, handle).await;

    assert_eq!(job.run().await.expect("the job runs")["breaches"], 0);
    break_a_claim(&app).await;
    break_a_claim(&in_process).await;
    assert_eq!(job.run().await.expect("the job runs")["breaches"], 1);

    let ended = job.end().await;
    assert_json_snapshot!(
        [&ended.log("does not hold")[..], &ended.log("audit")[1..]].concat(),
        {
            "[].timestamp" => "[now]", "[]._aws" => "[metrics]", "[].boardings" => "[count]", "[].entries" => "[count]",
            "[].flyers" => "[count]", "[].members" => "[count]", "[].dynamodb_requests" => "[count]",
            "[].dynamodb_read_units" => "[units]", "[].dynamodb_write_units" => "[units]",
        },
        @r#"
    [
      {
        "level": "ERROR",
        "message": "does not hold",
        "problem": "users USERNAME#amelia-e CLAIM is missing",
        "subject": "users MEMBER#amelia MEMBER",
        "target": "audit",
        "timestamp": "[now]"
      },
      {
        "_aws": "[metrics]",
        "audit_mismatches": 1,
        "boardings": "[count]",
        "dynamodb_read_units": "[units]",
        "dynamodb_requests": "[count]",
        "dynamodb_retries": 0,
        "dynamodb_write_units": "[units]",
        "entries": "[count]",
        "flyers": "[count]",
        "is_complete": true,
        "level": "INFO",
        "members": "[count]",
        "message": "audit",
        "target": "audit",
        "timestamp": "[now]"
      }
    ]
    "#
    );
}
