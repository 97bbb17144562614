//! Flights.

use super::{answer, ask, community, flight, import_saying, refusal, with};
use insta::assert_snapshot;
use serde_json::{Value, json};

const ID: &str = "550e8400-e29b-41d4-a716-446655440000";

#[test]
fn takes_over_flights_as_they_were_flown() {
    let server = community(0);
    assert_snapshot!(import_saying(&server, "flights", &[flight()]), @"1 imported, 0 already present, 0 rejected");
    // It has ended, so to end it again answers it as it is.
    assert_snapshot!(answer(&server, "POST", &format!("/flight/{ID}/serverEnd"), ""), @r#"
    {
      "aircraft": "Boeing 737-800",
      "airlineId": "skyteam",
      "arrival": "KLAX",
      "brandId": "skyteam-main",
      "code": "ST123",
      "codeshareAirlineId": null,
      "departure": "KJFK",
      "discordEventLink": "https://discord.gg/skyteam",
      "endTime": "2024-03-15T16:30:00.000Z",
      "gameId": "1234567890",
      "id": "550e8400-e29b-41d4-a716-446655440000",
      "startTime": "2024-03-15T14:00:00.000Z",
      "startedAt": "2024-03-15T14:05:00.123Z"
    }
    "#);
    assert_eq!(answer(&server, "GET", "/flight/fetchUpcomingFlights", ""), "[]");

    let again = with(&flight(), json!({ "code": "OTHER", "endTime": null }));
    assert_snapshot!(import_saying(&server, "flights", &[again]), @"0 imported, 1 already present, 0 rejected");
    assert_eq!(ask(&server, "POST", &format!("/flight/{ID}/serverEnd"), "").1["code"], "ST123");
}

#[test]
fn lists_flights_that_did_not_end_and_ends_those_that_started() {
    let server = community(0);
    let planned = with(&flight(), json!({ "startedAt": null, "endTime": null, "lastTickAt": null, "code": "PLANNED" }));
    let id = |n: u8| json!({ "id": format!("550e8400-e29b-41d4-a716-44665544000{n}") });
    let started = with(&flight(), json!({ "endTime": null, "lastTickAt": null, "code": "STARTED" }));
    let flown = with(&flight(), json!({ "endTime": null, "code": "FLOWN" }));
    let lines = [with(&planned, id(1)), with(&started, id(2)), with(&flown, id(3))];
    assert_snapshot!(import_saying(&server, "flights", &lines), @"3 imported, 0 already present, 0 rejected");

    let upcoming = || {
        let (_, flights) = ask(&server, "GET", "/flight/fetchUpcomingFlights", "");
        flights.as_array().unwrap().iter().map(|flight| flight["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(upcoming(), ["PLANNED", "STARTED", "FLOWN"]);
    let job = server.run(&["jobs", "end-stale-flights"]);
    assert_snapshot!(String::from_utf8_lossy(&job.stdout), @r#"{"ended":2,"spared":0,"unstarted":1,"stopped":0}"#);
    assert!(upcoming().is_empty());
    let end = |n: u8| {
        ask(&server, "POST", &format!("/flight/{}/serverEnd", id(n)["id"].as_str().unwrap()), "").1["endTime"].clone()
    };
    // At their last signs of life.
    assert_eq!(end(2), "2024-03-15T14:05:00.123Z");
    assert_eq!(end(3), "2024-03-15T16:29:00.000Z");
}

#[test]
fn refuses_flights_of_nobody() {
    let server = community(0);
    let refused = |changes: Value| refusal(&server, "flights", &with(&flight(), changes));
    assert_snapshot!(refused(json!({ "airlineId": "nobody" })), @"the airline has no such brand");
    assert_snapshot!(refused(json!({ "brandId": "nothing" })), @"the airline has no such brand");
    assert_snapshot!(refused(json!({ "codeshareAirlineId": "nobody" })), @"the airline of codeshareAirlineId does not exist");
    assert_snapshot!(refused(json!({ "id": "4711" })), @r#""id" UUID parsing failed: invalid length: found 4"#);
    assert_snapshot!(refused(json!({ "departure": "JFK" })), @r#""departure" must be the 4 letters of an ICAO airport code"#);
    assert_snapshot!(refused(json!({ "startTime": null })), @r#""startTime" is required"#);
    assert_snapshot!(refused(json!({ "startTime": "2024-03-15 14:00:00 CEST" })), @r#""startTime" must be a time such as 2024-03-15T10:30:00.000Z, in the years 1970 to 9999"#);
    assert_snapshot!(refused(json!({ "endTime": "" , "startedAt": "soon" })), @r#""startedAt" must be a time such as 2024-03-15T10:30:00.000Z, in the years 1970 to 9999"#);
}
