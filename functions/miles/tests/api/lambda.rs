//! The built binary, as Lambda runs it.

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::json;
use shared::models::MAX_ANSWER_BYTES;
use std::net::TcpListener;
use std::time::Duration;
use testing::lambda::{Environment, Exchange, Function, expect_to_need_its_variables};
use testing::template::{Route, Template};
use testing::{Answer, DEMO_FLIGHT, DEMO_KEY, Session, demo_event};

const BINARY: &str = env!("CARGO_BIN_EXE_miles");

async fn start(environment: &Environment) -> Function {
    Function::start(BINARY, environment).await.expect("the function starts")
}

/// Every event that is for this function, in an order in which each finds what it needs, with what its answer is to be.
const EVENTS: [Exchange; 4] = [
    ("fetch-users-data", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "data": [
            {
              "userId": "123456789",
              "user": {
                "userId": "123456789",
                "username": "pilot123",
                "displayName": "Captain John",
                "miles": 5000,
                "avatarUrl": "https://tr.rbxcdn.com/...",
                "createdAt": "2024-01-10T08:00:00.000Z",
                "updatedAt": "2024-03-15T10:30:00.000Z"
              },
              "flights": [
                {
                  "id": "550e8400-e29b-41d4-a716-446655440000",
                  "code": "ST123",
                  "gameId": "1234567890",
                  "aircraft": "Boeing 737-800",
                  "airlineId": "skyteam",
                  "brandId": "skyteam-main",
                  "departure": "KJFK",
                  "arrival": "KLAX",
                  "miles": 500,
                  "startTime": "2024-03-15T14:00:00.000Z",
                  "startedAt": "2024-03-15T14:05:00.000Z",
                  "endTime": "2024-03-15T16:30:00.000Z",
                  "codeshareAirlineId": null,
                  "discordEventLink": "https://discord.gg/event/123456"
                }
              ]
            },
            {
              "userId": "987654321",
              "user": null,
              "flights": []
            }
          ]
        }
        "#);
    }),
    ("buy-product", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "ok": true,
          "user": {
            "userId": "123456789",
            "username": "pilot123",
            "displayName": "Captain John",
            "miles": 4500,
            "avatarUrl": "https://tr.rbxcdn.com/...",
            "createdAt": "2024-01-10T08:00:00.000Z",
            "updatedAt": "[now]"
          },
          "product": {
            "productId": "a1b2c3",
            "airlineId": "skyteam",
            "name": "Priority Boarding",
            "description": "Board the aircraft before other passengers",
            "priceMiles": 500,
            "active": true,
            "createdAt": "2024-01-15T10:30:00.000Z"
          }
        }
        "#);
    }),
    ("list-transactions", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "transactions": [
            {
              "id": "123456789-3",
              "userId": "123456789",
              "seq": 3,
              "amount": -500,
              "type": "spend",
              "source": "purchase",
              "airlineId": "skyteam",
              "flightId": null,
              "productId": "a1b2c3",
              "note": "Purchase: Priority Boarding",
              "balanceAfter": 4500,
              "createdAt": "[now]"
            },
            {
              "id": "123456789-2",
              "userId": "123456789",
              "seq": 2,
              "amount": 500,
              "type": "earn",
              "source": "flight",
              "airlineId": "skyteam",
              "flightId": "550e8400-e29b-41d4-a716-446655440000",
              "productId": null,
              "note": "Miles earned from flight",
              "balanceAfter": 5000,
              "createdAt": "2024-03-15T10:30:00.000Z"
            },
            {
              "id": "123456789-1",
              "userId": "123456789",
              "seq": 1,
              "amount": 4500,
              "type": "earn",
              "source": "adjustment",
              "airlineId": null,
              "flightId": null,
              "productId": null,
              "note": "Opening balance",
              "balanceAfter": 4500,
              "createdAt": "2024-01-10T08:00:00.000Z"
            }
          ],
          "next": null
        }
        "#);
    }),
    ("refund-transaction", |answer| {
        assert_snapshot!(answer, @r#"
        201 {
          "transaction": {
            "id": "123456789-4",
            "userId": "123456789",
            "seq": 4,
            "amount": 500,
            "type": "earn",
            "source": "refund",
            "airlineId": "skyteam",
            "flightId": null,
            "productId": "a1b2c3",
            "note": "Refund: Priority Boarding",
            "balanceAfter": 5000,
            "createdAt": "[now]",
            "reverses": "123456789-3"
          },
          "user": {
            "userId": "123456789",
            "username": "pilot123",
            "displayName": "Captain John",
            "miles": 5000,
            "avatarUrl": "https://tr.rbxcdn.com/...",
            "createdAt": "2024-01-10T08:00:00.000Z",
            "updatedAt": "[now]"
          }
        }
        "#);
    }),
];

#[tokio::test]
async fn answers_its_events() {
    let app = crate::with_demo().await;
    let mut function = start(&Environment::of(&app)).await;
    for (event, check) in EVENTS {
        check(&function.request(&demo_event(event)).await.steady());
    }
}

#[test]
fn knows_the_events_of_all_its_routes() {
    let mut routed: Vec<_> = Template::read().function_of("miles").routes.iter().map(Route::event).collect();
    let mut known = EVENTS.map(|(event, _)| event);
    routed.sort();
    known.sort_unstable();
    assert_eq!(known.as_slice(), routed);
}

#[tokio::test]
async fn logs_a_request_as_one_line_without_its_key() {
    let app = crate::with_demo().await;
    let mut function = start(&Environment::of(&app)).await;
    let _bought = function.request(&demo_event("buy-product")).await.expect(200);
    let ended = function.end().await;

    assert_json_snapshot!(
        ended.log("request"),
        { "[].timestamp" => "[now]", "[]._aws" => "[metrics]", "[].duration_ms" => "[ms]", "[].dynamodb_read_units" => "[units]", "[].dynamodb_write_units" => "[units]" },
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
    assert!(!ended.stdout.contains(DEMO_KEY), "{}", ended.stdout);
    assert_eq!(ended.stderr, "");
}

#[tokio::test]
async fn takes_a_body_that_api_gateway_encoded() {
    // It does so with every body that is not declared to be text.
    let app = crate::with_demo().await;
    let mut function = start(&Environment::of(&app)).await;
    let mut event = demo_event("buy-product");
    event["headers"].as_object_mut().expect("an event has headers").remove("content-type");
    event["body"] = "eyJwcm9kdWN0SWQiOiJhMWIyYzMifQ==".into();
    event["isBase64Encoded"] = true.into();
    assert_eq!(function.request(&event).await.expect(200).json()["user"]["miles"], 4500);
}

#[tokio::test]
async fn takes_any_path_that_api_gateway_decoded() {
    let app = crate::with_demo().await;
    let mut function = start(&Environment::of(&app)).await;
    for id in ["12 3", "1%2", "1?limit=1", "1#2", "1/2", "ü", "\"", "<>", "\\", "\u{1}", "..", "", "//"] {
        let mut event = demo_event("list-transactions");
        event["rawPath"] = format!("/user/{id}/transactions").into();
        let answer = function.request(&event).await;
        assert_eq!(answer.status, 404, "{id:?}: {}", answer.shown());
    }
}

#[tokio::test]
async fn answers_as_much_as_lambda_takes_and_no_more() {
    let app = crate::with_demo().await;
    // A short id, to be asked for often in a body of 100 kB.
    app.board(DEMO_KEY, DEMO_FLIGHT, "7", 500).await;
    let mut function = start(&Environment::of(&app)).await;
    let mut event = demo_event("fetch-users-data");
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

#[tokio::test]
async fn answers_before_its_deadline_when_dynamodb_does_not() {
    let app = crate::with_demo().await;
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let endpoint = format!("http://{}", silent.local_addr().expect("it is bound"));
    let mut function = start(&Environment::of(&app).with("AWS_ENDPOINT_URL_DYNAMODB", &endpoint)).await;

    let answer = function.request_within(&demo_event("buy-product"), Duration::from_secs(1)).await;

    assert_snapshot!(answer.shown(), @r#"
    503 {
      "error": "Please retry"
    }
    "#);
    assert_eq!(answer.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn does_not_start_without_its_variables() {
    expect_to_need_its_variables(BINARY).await;
}

#[tokio::test]
async fn does_not_start_with_a_bad_session_key() {
    let app = crate::start().await;
    let environment = Environment::of(&app).with("SESSION_PUBLIC_KEYS", &Session::private_key());
    let ended = Function::start(BINARY, &environment).await.expect_err("the function does not start");
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stderr.contains("SESSION_PUBLIC_KEYS"), "{}", ended.stderr);
    assert!(ended.stderr.contains("it is a private key"), "{}", ended.stderr);
}
