//! The built binary, as Lambda runs it.

use insta::{assert_json_snapshot, assert_snapshot};
use std::net::TcpListener;
use std::time::Duration;
use testing::lambda::{Environment, Exchange, Function, expect_to_need_its_variables};
use testing::template::{Route, Template};
use testing::{DEMO_KEY, demo_event};

const BINARY: &str = env!("CARGO_BIN_EXE_airlines");

async fn start(environment: &Environment) -> Function {
    Function::start(BINARY, environment).await.expect("the function starts")
}

/// Every event that is for this function, in an order in which each finds what it needs, with what its answer is to be.
const EVENTS: [Exchange; 12] = [
    ("health", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "ok": true
        }
        "#);
    }),
    ("status", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "ok": true,
          "milesAvailable": true,
          "airline": {
            "airlineId": "skyteam",
            "name": "SkyTeam",
            "inviteLink": "https://discord.gg/skyteam",
            "serverId": null,
            "createdAt": "2024-01-01T00:00:00.000Z",
            "updatedAt": "2024-01-01T00:00:00.000Z"
          }
        }
        "#);
    }),
    ("get-airline", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "airlineId": "skyteam",
          "name": "SkyTeam",
          "inviteLink": "https://discord.gg/skyteam",
          "serverId": null,
          "createdAt": "2024-01-01T00:00:00.000Z",
          "updatedAt": "2024-01-01T00:00:00.000Z"
        }
        "#);
    }),
    ("fetch-products-data", |answer| {
        assert_snapshot!(answer, @r#"
        200 [
          {
            "productId": "0ld5ku",
            "airlineId": "skyteam",
            "name": "Paper Ticket",
            "description": "No longer sold",
            "priceMiles": 50,
            "active": false,
            "createdAt": "2024-01-15T10:30:00.000Z"
          },
          {
            "productId": "a1b2c3",
            "airlineId": "skyteam",
            "name": "Priority Boarding",
            "description": "Board the aircraft before other passengers",
            "priceMiles": 500,
            "active": true,
            "createdAt": "2024-01-15T10:30:00.000Z"
          },
          {
            "productId": "l0un9e",
            "airlineId": "skyteam",
            "name": "Lounge Access",
            "description": "Wait in comfort",
            "priceMiles": 1200,
            "active": true,
            "createdAt": "2024-01-15T10:30:00.000Z"
          }
        ]
        "#);
    }),
    ("create-product", |answer| {
        assert_snapshot!(answer, @r#"
        201 {
          "productId": "[id]",
          "airlineId": "skyteam",
          "name": "Window Seat",
          "description": "Sit where the view is",
          "priceMiles": 150,
          "active": true,
          "createdAt": "[now]"
        }
        "#);
    }),
    ("change-product", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "productId": "a1b2c3",
          "airlineId": "skyteam",
          "name": "Priority Boarding",
          "description": "Board before everybody else",
          "priceMiles": 500,
          "active": true,
          "createdAt": "2024-01-15T10:30:00.000Z"
        }
        "#);
    }),
    ("create-brand", |answer| {
        assert_snapshot!(answer, @r##"
        201 {
          "brandId": "skyteam-express",
          "airlineId": "skyteam",
          "name": "SkyTeam Express",
          "iata": "SX",
          "icao": "SKX",
          "callsign": "SKYTEAM EXPRESS",
          "isPrimary": false,
          "logoUrl": null,
          "accentColor": "#0b3d91",
          "secondaryColor": "#242429",
          "elementColor": "#fbfbfb"
        }
        "##);
    }),
    ("list-brands", |answer| {
        assert_snapshot!(answer, @r##"
        200 [
          {
            "brandId": "skyteam-cargo",
            "airlineId": "skyteam",
            "name": "SkyTeam Cargo",
            "iata": "SC",
            "icao": "SKC",
            "callsign": "SKYTEAM CARGO",
            "isPrimary": false,
            "logoUrl": null,
            "accentColor": "#2ea5f7",
            "secondaryColor": "#242429",
            "elementColor": "#fbfbfb"
          },
          {
            "brandId": "skyteam-express",
            "airlineId": "skyteam",
            "name": "SkyTeam Express",
            "iata": "SX",
            "icao": "SKX",
            "callsign": "SKYTEAM EXPRESS",
            "isPrimary": false,
            "logoUrl": null,
            "accentColor": "#0b3d91",
            "secondaryColor": "#242429",
            "elementColor": "#fbfbfb"
          },
          {
            "brandId": "skyteam-main",
            "airlineId": "skyteam",
            "name": "SkyTeam Mainline",
            "iata": "ST",
            "icao": "SKT",
            "callsign": "SKYTEAM MAINLINE",
            "isPrimary": true,
            "logoUrl": null,
            "accentColor": "#2ea5f7",
            "secondaryColor": "#242429",
            "elementColor": "#fbfbfb"
          }
        ]
        "##);
    }),
    ("create-airline", |answer| {
        assert_snapshot!(answer, @r#"
        201 {
          "airline": {
            "airlineId": "nordic-wings",
            "name": "Nordic Wings",
            "inviteLink": "https://discord.gg/skyteam",
            "serverId": "112233445566778899",
            "createdAt": "[now]",
            "updatedAt": "[now]"
          },
          "apiKey": "[key]",
          "keyId": "[id]"
        }
        "#);
    }),
    ("create-key", |answer| {
        assert_snapshot!(answer, @r#"
        201 {
          "apiKey": "[key]",
          "keyId": "[id]"
        }
        "#);
    }),
    ("revoke-key", |answer| {
        assert_snapshot!(answer, @"204");
    }),
    ("no-such-route", |answer| {
        assert_snapshot!(answer, @r#"
        404 {
          "error": "Not Found",
          "path": "/no/such/route"
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
    let mut routed: Vec<_> = Template::read().function_of("airlines").routes.iter().map(Route::event).collect();
    let mut known = EVENTS.map(|(event, _)| event);
    routed.sort();
    known.sort_unstable();
    assert_eq!(known.as_slice(), routed);
}

#[tokio::test]
async fn logs_each_request_as_one_line_without_any_secret() {
    let app = crate::with_demo().await;
    let mut function = start(&Environment::of(&app)).await;
    let event = demo_event("create-airline");
    let created = function.request(&event).await.expect(201).json();
    let _airline = function.request(&demo_event("get-airline")).await.expect(200);
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
        "dynamodb_requests": 2,
        "dynamodb_retries": 0,
        "dynamodb_write_units": "[units]",
        "errors": 0,
        "level": "INFO",
        "message": "request",
        "method": "POST",
        "request_id": "00000000-0000-4000-8000-000000000001",
        "route": "/airlines",
        "status": 201,
        "target": "shared::http::middleware",
        "timestamp": "[now]",
        "trace_id": "1-65f42328-000000000000000000000000"
      },
      {
        "_aws": "[metrics]",
        "caller": "skyteam",
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
        "route": "/airline",
        "status": 200,
        "target": "shared::http::middleware",
        "timestamp": "[now]",
        "trace_id": "1-65f42328-000000000000000000000000"
      }
    ]
    "#
    );
    let session = event["cookies"][0].as_str().and_then(|cookie| cookie.strip_prefix("rds-session="));
    let secrets = [DEMO_KEY, created["apiKey"].as_str().expect("a key"), session.expect("a session")];
    for secret in secrets {
        assert!(!ended.stdout.contains(secret), "{}", ended.stdout);
    }
    assert_eq!(ended.stderr, "");
}

#[tokio::test]
async fn answers_before_its_deadline_when_dynamodb_does_not() {
    let app = crate::start().await;
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let endpoint = format!("http://{}", silent.local_addr().expect("it is bound"));
    let mut function = start(&Environment::of(&app).with("AWS_ENDPOINT_URL_DYNAMODB", &endpoint)).await;
    for event in ["get-airline", "create-airline"] {
        let answer = function.request_within(&demo_event(event), Duration::from_secs(1)).await;
        assert_eq!(answer.status, 503, "{event}: {}", answer.shown());
    }
    // It needs no table.
    let _health = function.request(&demo_event("health")).await.expect(200);
}

#[tokio::test]
async fn does_not_start_without_its_variables() {
    expect_to_need_its_variables(BINARY).await;
}
