//! The built binary, as Lambda runs it.

use insta::{assert_json_snapshot, assert_snapshot};
use std::net::TcpListener;
use std::time::Duration;
use testing::lambda::{Environment, Exchange, Function, expect_to_need_its_variables};
use testing::template::{Route, Template};
use testing::{DEMO_KEY, TestApp, demo_event};

const BINARY: &str = env!("CARGO_BIN_EXE_flights");

async fn start(environment: &Environment) -> Function {
    Function::start(BINARY, environment).await.expect("the function starts")
}

/// Every event that is for this function, in an order in which each finds what it needs, with what its answer is to be.
const EVENTS: [Exchange; 7] = [
    ("create-flight", |answer| {
        assert_snapshot!(answer, @r#"
        201 {
          "id": "[id]",
          "code": "ST456",
          "gameId": "1234567890",
          "aircraft": "Airbus A350-900",
          "airlineId": "skyteam",
          "brandId": "skyteam-main",
          "departure": "EHAM",
          "arrival": "KATL",
          "startTime": "2030-05-01T09:00:00.000Z",
          "startedAt": null,
          "endTime": null,
          "codeshareAirlineId": "oceanic",
          "discordEventLink": "https://discord.gg/skyteam"
        }
        "#);
    }),
    ("fetch-upcoming-flights", |answer| {
        assert_snapshot!(answer, @r##"
        200 [
          {
            "id": "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50",
            "code": "ST200",
            "gameId": "1234567890",
            "aircraft": "Airbus A320",
            "airlineId": "skyteam",
            "brandId": "skyteam-main",
            "departure": "EGLL",
            "arrival": "EHAM",
            "startTime": "2024-03-15T11:30:00.000Z",
            "startedAt": null,
            "endTime": null,
            "codeshareAirlineId": null,
            "discordEventLink": "https://discord.gg/skyteam",
            "brand": {
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
          },
          {
            "id": "[id]",
            "code": "ST201",
            "gameId": "1234567890",
            "aircraft": "Airbus A320",
            "airlineId": "skyteam",
            "brandId": "skyteam-main",
            "departure": "EHAM",
            "arrival": "LFPG",
            "startTime": "2024-03-16T12:30:00.000Z",
            "startedAt": null,
            "endTime": null,
            "codeshareAirlineId": "oceanic",
            "discordEventLink": "https://discord.gg/skyteam",
            "brand": {
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
          },
          {
            "id": "[id]",
            "code": "ST202",
            "gameId": "1234567890",
            "aircraft": "Airbus A320",
            "airlineId": "skyteam",
            "brandId": "skyteam-main",
            "departure": "LFPG",
            "arrival": "EDDF",
            "startTime": "2024-03-17T12:30:00.000Z",
            "startedAt": null,
            "endTime": null,
            "codeshareAirlineId": null,
            "discordEventLink": "https://discord.gg/skyteam",
            "brand": {
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
          },
          {
            "id": "[id]",
            "code": "ST456",
            "gameId": "1234567890",
            "aircraft": "Airbus A350-900",
            "airlineId": "skyteam",
            "brandId": "skyteam-main",
            "departure": "EHAM",
            "arrival": "KATL",
            "startTime": "2030-05-01T09:00:00.000Z",
            "startedAt": null,
            "endTime": null,
            "codeshareAirlineId": "oceanic",
            "discordEventLink": "https://discord.gg/skyteam",
            "brand": {
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
          }
        ]
        "##);
    }),
    ("server-start", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "id": "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50",
          "code": "ST200",
          "gameId": "1234567890",
          "aircraft": "Airbus A320",
          "airlineId": "skyteam",
          "brandId": "skyteam-main",
          "departure": "EGLL",
          "arrival": "EHAM",
          "startTime": "2024-03-15T11:30:00.000Z",
          "startedAt": "[now]",
          "endTime": null,
          "codeshareAirlineId": null,
          "discordEventLink": "https://discord.gg/skyteam"
        }
        "#);
    }),
    ("tick", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "ok": true,
          "flightId": "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50",
          "message": "tick received"
        }
        "#);
    }),
    ("board-passenger", |answer| {
        assert_snapshot!(answer, @r#"
        201 {
          "passenger": {
            "flightId": "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50",
            "userId": "555666777",
            "miles": 500,
            "joinedAt": "[now]"
          },
          "user": {
            "userId": "555666777",
            "username": "copilot42",
            "displayName": "First Officer Ada",
            "miles": 500,
            "avatarUrl": null,
            "createdAt": "[now]",
            "updatedAt": "[now]"
          }
        }
        "#);
    }),
    ("list-passengers", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "passengers": [
            {
              "flightId": "550e8400-e29b-41d4-a716-446655440000",
              "userId": "123456789",
              "miles": 500,
              "joinedAt": "2024-03-15T10:30:00.000Z"
            }
          ],
          "next": null
        }
        "#);
    }),
    ("server-end", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "id": "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50",
          "code": "ST200",
          "gameId": "1234567890",
          "aircraft": "Airbus A320",
          "airlineId": "skyteam",
          "brandId": "skyteam-main",
          "departure": "EGLL",
          "arrival": "EHAM",
          "startTime": "2024-03-15T11:30:00.000Z",
          "startedAt": "[now]",
          "endTime": "[now]",
          "codeshareAirlineId": null,
          "discordEventLink": "https://discord.gg/skyteam"
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
    let mut routed: Vec<_> = Template::read().function_of("flights").routes.iter().map(Route::event).collect();
    let mut known = EVENTS.map(|(event, _)| event);
    routed.sort();
    known.sort_unstable();
    assert_eq!(known.as_slice(), routed);
}

#[tokio::test]
async fn logs_a_request_as_one_line_without_its_key() {
    let app = crate::with_demo().await;
    let mut function = start(&Environment::of(&app)).await;
    let _boarded = function.request(&demo_event("board-passenger")).await.expect(201);
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
        "miles_earned": 500,
        "request_id": "00000000-0000-4000-8000-000000000001",
        "route": "/flight/{id}/passengers",
        "status": 201,
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
async fn answers_before_its_deadline_when_dynamodb_does_not() {
    let app = crate::start().await;
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let endpoint = format!("http://{}", silent.local_addr().expect("it is bound"));
    let mut function = start(&Environment::of(&app).with("AWS_ENDPOINT_URL_DYNAMODB", &endpoint)).await;
    let answer = function.request_within(&demo_event("tick"), Duration::from_secs(1)).await;
    assert_snapshot!(answer.shown(), @r#"
    503 {
      "error": "Please retry"
    }
    "#);
}

#[tokio::test]
async fn does_not_start_without_its_variables() {
    expect_to_need_its_variables(BINARY).await;
}
