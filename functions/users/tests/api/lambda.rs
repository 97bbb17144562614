//! The built binary, as Lambda runs it.

mod reads;
mod writes;

use insta::assert_json_snapshot;
use reads::READS;
use std::net::TcpListener;
use std::time::Duration;
use testing::lambda::{Environment, Function, expect_to_need_its_variables};
use testing::template::{Route, Template};
use testing::{demo_event, demo_session};
use writes::WRITES;

const BINARY: &str = env!("CARGO_BIN_EXE_users");

async fn start(environment: &Environment) -> Function {
    Function::start(BINARY, environment).await.expect("the function starts")
}

#[tokio::test]
async fn answers_its_events() {
    let app = crate::with_demo().await;
    let mut function = start(&Environment::of(&app)).await;
    for (event, check) in READS.into_iter().chain(WRITES) {
        check(&function.request(&demo_event(event)).await.steady());
    }
}

/// API Gateway passes it on as it came.
#[tokio::test]
async fn takes_a_query_that_is_none() {
    let app = crate::with_demo().await;
    let mut function = start(&Environment::of(&app)).await;
    for (query, found) in [("search=am", 1), ("search=%61m&size=1", 1), ("search=a m", 0), ("search=<\"|{é}>", 0)] {
        let mut event = demo_event("list-users");
        event["rawQueryString"] = query.into();
        let listed = function.request(&event).await.expect(200).json();
        assert_eq!(listed["users"].as_array().map(Vec::len), Some(found), "{query}: {listed}");
    }
}

#[test]
fn knows_the_events_of_all_its_routes() {
    let mut routed: Vec<_> = Template::read().function_of("users").routes.iter().map(Route::event).collect();
    let mut known: Vec<_> = READS.iter().chain(&WRITES).map(|(event, _)| *event).collect();
    routed.sort();
    known.sort_unstable();
    assert_eq!(known, routed);
}

#[tokio::test]
async fn logs_each_request_as_one_line_without_anything_private() {
    let app = crate::with_demo().await;
    let mut function = start(&Environment::of(&app)).await;
    let own = function.request(&demo_event("get-self")).await.expect(200).json();
    let _public = function.request(&demo_event("get-user-by-username")).await.expect(200);
    let ended = function.end().await;

    assert_json_snapshot!(
        ended.log("request"),
        { "[].timestamp" => "[now]", "[]._aws" => "[metrics]", "[].duration_ms" => "[ms]", "[].dynamodb_read_units" => "[units]", "[].dynamodb_write_units" => "[units]" },
        @r#"
    [
      {
        "_aws": "[metrics]",
        "caller": "demo-admin",
        "duration_ms": "[ms]",
        "dynamodb_read_units": "[units]",
        "dynamodb_requests": 1,
        "dynamodb_retries": 0,
        "dynamodb_write_units": "[units]",
        "errors": 0,
        "level": "INFO",
        "message": "request",
        "method": "GET",
        "request_id": "00000000-0000-4000-8000-000000000001",
        "route": "/users/self",
        "status": 200,
        "target": "shared::http::middleware",
        "timestamp": "[now]",
        "trace_id": "1-65f42328-000000000000000000000000"
      },
      {
        "_aws": "[metrics]",
        "caller": "-",
        "duration_ms": "[ms]",
        "dynamodb_read_units": "[units]",
        "dynamodb_requests": 2,
        "dynamodb_retries": 0,
        "dynamodb_write_units": "[units]",
        "errors": 0,
        "level": "INFO",
        "message": "request",
        "method": "GET",
        "request_id": "00000000-0000-4000-8000-000000000002",
        "route": "/users/{id}",
        "status": 200,
        "target": "shared::http::middleware",
        "timestamp": "[now]",
        "trace_id": "1-65f42328-000000000000000000000000"
      }
    ]
    "#
    );
    let [email, phone] = ["email", "phone"].map(|field| own[field].to_string());
    for private in [email.trim_matches('"'), &phone, &demo_session()] {
        assert!(!ended.stdout.contains(private), "{}", ended.stdout);
    }
    assert_eq!(ended.stderr, "");
}

#[tokio::test]
async fn answers_before_its_deadline_when_dynamodb_does_not() {
    let app = crate::start().await;
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let endpoint = format!("http://{}", silent.local_addr().expect("it is bound"));
    let mut function = start(&Environment::of(&app).with("AWS_ENDPOINT_URL_DYNAMODB", &endpoint)).await;
    for (event, status) in [("list-users", 503), ("update-users", 500), ("list-user-badges", 400)] {
        let answer = function.request_within(&demo_event(event), Duration::from_secs(1)).await;
        assert_eq!(answer.status, status, "{event}: {}", answer.shown());
    }
}

#[tokio::test]
async fn does_not_start_without_its_variables() {
    expect_to_need_its_variables(BINARY).await;
}

#[tokio::test]
async fn does_not_start_with_a_bad_variable() {
    let app = crate::start().await;
    for (name, value, message) in [
        ("SESSION_PUBLIC_KEYS", "secret", "no PEM public key in it"),
        ("GITHUB_TIMEOUT_SECONDS", "soon", "not a number within its range"),
    ] {
        let ended = Function::start(BINARY, &Environment::of(&app).with(name, value)).await;
        let ended = ended.expect_err("the function does not start");
        assert_eq!(ended.status.code(), Some(1), "{name}");
        assert_eq!(ended.stderr, format!("Error: environment variable {name} is bad: {message}\n"));
    }
}
