//! The built binary, as Lambda runs it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::S;
use insta::assert_json_snapshot;
use serde_json::Value;
use testing::demo_event;
use testing::lambda::{Environment, Function, expect_to_need_its_variables};

const BINARY: &str = env!("CARGO_BIN_EXE_audit");

/// As long as a function may take.
const TIMEOUT: std::time::Duration = std::time::Duration::from_mins(15);

async fn run(function: &mut Function) -> Value {
    let answer = function.invoke_within(&demo_event("audit"), TIMEOUT).await.expect("the job runs");
    serde_json::from_slice(&answer).expect("its answer is JSON")
}

#[tokio::test]
async fn logs_what_it_found_as_a_metric() {
    let app = crate::with_demo().await;
    let mut function = Function::start(BINARY, &Environment::of(&app)).await.expect("the function starts");
    let _sound = run(&mut function).await;

    let client = Client::from_conf(engine::config(app.endpoint()).build());
    let claim = client.delete_item().table_name(&app.tables().users).key("pk", S("USERNAME#amelia-e".to_owned()));
    claim.key("sk", S("CLAIM".to_owned())).send().await.expect("it is deleted");
    assert_json_snapshot!(run(&mut function).await, @r#"
    {
      "boardings": 4,
      "breaches": 1,
      "entries": 5,
      "flyers": 4,
      "isComplete": true,
      "members": 7
    }
    "#);

    let ended = function.end().await;
    assert_json_snapshot!(
        [ended.log("does not hold"), ended.log("audit")],
        { "[][].timestamp" => "[now]", "[][]._aws" => "[metrics]", "[][].dynamodb_read_units" => "[units]", "[][].dynamodb_write_units" => "[units]" },
        @r#"
    [
      [
        {
          "level": "ERROR",
          "message": "does not hold",
          "problem": "USERNAME#amelia-e CLAIM is missing",
          "subject": "member amelia",
          "target": "audit",
          "timestamp": "[now]"
        }
      ],
      [
        {
          "_aws": "[metrics]",
          "audit_mismatches": 0,
          "boardings": 4,
          "dynamodb_read_units": "[units]",
          "dynamodb_requests": 30,
          "dynamodb_retries": 0,
          "dynamodb_write_units": "[units]",
          "entries": 5,
          "flyers": 4,
          "is_complete": true,
          "level": "INFO",
          "members": 7,
          "message": "audit",
          "target": "audit",
          "timestamp": "[now]"
        },
        {
          "_aws": "[metrics]",
          "audit_mismatches": 1,
          "boardings": 4,
          "dynamodb_read_units": "[units]",
          "dynamodb_requests": 35,
          "dynamodb_retries": 0,
          "dynamodb_write_units": "[units]",
          "entries": 5,
          "flyers": 4,
          "is_complete": true,
          "level": "INFO",
          "members": 7,
          "message": "audit",
          "target": "audit",
          "timestamp": "[now]"
        }
      ]
    ]
    "#
    );
    assert_eq!(ended.stderr, "");
}

#[tokio::test]
async fn does_not_start_without_its_variables() {
    expect_to_need_its_variables(BINARY).await;
}
