//! `GET /flight/fetchUpcomingFlights`

use crate::scene::{draft, report, with_airline};
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn lists_flights_that_have_not_ended_by_scheduled_start() {
    let (app, key) = with_airline().await;
    let starts = ["2024-03-16T00:00:00+02:00", "2024-03-15T21:59:59.999Z", "2024-03-01T00:00:00Z"];
    let mut ids = Vec::new();
    for (code, start) in ["ST3", "ST2", "ST1"].into_iter().zip(starts) {
        let mut draft = draft();
        draft["code"] = json!(code);
        draft["startTime"] = json!(start);
        let planned = app.post("/flight").key(&key).json(&draft).send().await.expect(201).json();
        ids.push(planned["id"].as_str().unwrap().to_owned());
    }
    let _running = report(&app, &key, &ids[1], "serverStart").await.expect(200);
    let _ended = report(&app, &key, &ids[2], "serverEnd").await.expect(200);
    app.wire.reset();

    let listed = app.get("/flight/fetchUpcomingFlights").key(&key).send().await;

    assert_snapshot!(listed.shown(), @r##"
    200 [
      {
        "id": "194dcc00-160f-4eb5-ab80-1d97973fbb84",
        "code": "ST2",
        "gameId": "1234567890",
        "aircraft": "Boeing 737-800",
        "airlineId": "skyteam",
        "brandId": "skyteam-main",
        "departure": "KJFK",
        "arrival": "KLAX",
        "startTime": "2024-03-15T21:59:59.999Z",
        "startedAt": "2024-03-15T10:30:00.000Z",
        "endTime": null,
        "codeshareAirlineId": null,
        "discordEventLink": "https://discord.gg/skyteam",
        "brand": {
          "brandId": "skyteam-main",
          "airlineId": "skyteam",
          "name": "Brand of skyteam",
          "iata": "SK",
          "icao": "SKY",
          "callsign": "SKYTEAM",
          "isPrimary": true,
          "logoUrl": null,
          "accentColor": "#2ea5f7",
          "secondaryColor": "#242429",
          "elementColor": "#fbfbfb"
        }
      },
      {
        "id": "093db13c-ddec-4e65-b6de-5b05e026d3c2",
        "code": "ST3",
        "gameId": "1234567890",
        "aircraft": "Boeing 737-800",
        "airlineId": "skyteam",
        "brandId": "skyteam-main",
        "departure": "KJFK",
        "arrival": "KLAX",
        "startTime": "2024-03-15T22:00:00.000Z",
        "startedAt": null,
        "endTime": null,
        "codeshareAirlineId": null,
        "discordEventLink": "https://discord.gg/skyteam",
        "brand": {
          "brandId": "skyteam-main",
          "airlineId": "skyteam",
          "name": "Brand of skyteam",
          "iata": "SK",
          "icao": "SKY",
          "callsign": "SKYTEAM",
          "isPrimary": true,
          "logoUrl": null,
          "accentColor": "#2ea5f7",
          "secondaryColor": "#242429",
          "elementColor": "#fbfbfb"
        }
      }
    ]
    "##);
    assert_eq!(app.wire.take_operations(), ["Query", "Query"]);
}

#[tokio::test]
async fn returns_an_empty_array_when_no_flight_is_scheduled() {
    let (app, key) = with_airline().await;

    let listed = app.get("/flight/fetchUpcomingFlights").key(&key).send().await;

    assert_eq!(listed.shown(), "200 []");
    assert_eq!(app.wire.take_operations(), ["Query", "Query"]);
}

#[tokio::test]
async fn does_not_list_other_airlines_flights() {
    let (app, skyteam) = with_airline().await;
    // One airline's id is a prefix of the other's.
    let skyteam_cargo = app.airline("cargo-skyteam").await;
    let own = app.flight(&skyteam, "skyteam").await;
    let cargo = app.flight(&skyteam_cargo, "cargo-skyteam").await;

    for (key, flight, brand) in [(skyteam, own, "skyteam-main"), (skyteam_cargo, cargo, "cargo-skyteam-main")] {
        let listed = app.get("/flight/fetchUpcomingFlights").key(&key).send().await.expect(200).json();
        assert_eq!(listed.as_array().unwrap().len(), 1);
        assert_eq!(listed[0]["id"], json!(flight));
        assert_eq!(listed[0]["brand"]["brandId"], json!(brand));
    }
}

#[tokio::test]
async fn shows_each_flight_with_its_own_brand() {
    let (app, key) = with_airline().await;
    let regional = json!({
        "brandId": "skyteam-regional", "name": "SkyTeam Regional", "iata": "R9", "icao": "RGN", "callsign": "REGIONAL",
    });
    let _created = app.post("/airline/brands").key(&key).json(&regional).send().await.expect(201);
    for brand in ["skyteam-regional", "skyteam-main", "skyteam-regional"] {
        let mut draft = draft();
        draft["brandId"] = json!(brand);
        let _planned = app.post("/flight").key(&key).json(&draft).send().await.expect(201);
    }

    let listed = app.get("/flight/fetchUpcomingFlights").key(&key).send().await.expect(200).json();

    let flights = listed.as_array().unwrap();
    assert_eq!(flights.len(), 3);
    assert!(flights.iter().all(|flight| flight["brandId"] == flight["brand"]["brandId"]), "{listed}");
}

/// The API cannot remove a brand. If one is removed from the tables directly, its flights remain.
#[tokio::test]
async fn shows_a_removed_brand_as_null() {
    let (app, key) = with_airline().await;
    let flight = app.flight(&key, "skyteam").await;
    let tables = aws_sdk_dynamodb::Client::from_conf(engine::config(app.endpoint()).build());
    let remove = tables.delete_item().table_name(&app.tables().flights);
    let remove = remove.key("pk", aws_sdk_dynamodb::types::AttributeValue::S("AIRLINE#skyteam".to_owned()));
    let remove = remove.key("sk", aws_sdk_dynamodb::types::AttributeValue::S("BRAND#skyteam-main".to_owned()));
    let _removed = remove.send().await.expect("the brand should be removed");

    let listed = app.get("/flight/fetchUpcomingFlights").key(&key).send().await.expect(200).json();

    assert_eq!(listed[0]["id"], json!(flight));
    assert_eq!(listed[0]["brandId"], "skyteam-main");
    assert_eq!(listed[0].get("brand"), Some(&json!(null)));
}

/// DynamoDB returns at most 1 MB per page of query results.
#[tokio::test]
async fn lists_more_flights_than_a_page_of_the_index_holds() {
    const FLIGHTS: usize = 400;
    let (app, key) = with_airline().await;
    let mut draft = draft();
    for field in ["code", "aircraft"] {
        draft[field] = json!("🛫".repeat(100));
    }
    draft["discordEventLink"] = json!(format!("https://example.com/{}", "a".repeat(2028)));
    for minute in (0..FLIGHTS).rev() {
        draft["startTime"] = json!(format!("2024-03-15T{:02}:{:02}:00.000Z", minute / 60, minute % 60));
        let _planned = app.post("/flight").key(&key).json(&draft).send().await.expect(201);
    }
    app.wire.reset();

    let listed = app.get("/flight/fetchUpcomingFlights").key(&key).send().await.expect(200);

    assert_eq!(app.wire.take_operations(), ["Query", "Query", "Query"]);
    let listed = listed.json();
    let starts: Vec<_> =
        listed.as_array().unwrap().iter().map(|flight| flight["startTime"].as_str().unwrap()).collect();
    assert_eq!(starts.len(), FLIGHTS);
    assert!(starts.is_sorted());

    // Once the flights have ended, listing costs nothing extra.
    for flight in listed.as_array().unwrap() {
        let _ended = report(&app, &key, flight["id"].as_str().unwrap(), "serverEnd").await.expect(200);
    }
    app.wire.reset();
    assert_eq!(app.get("/flight/fetchUpcomingFlights").key(&key).send().await.shown(), "200 []");
    assert_eq!(app.wire.take_operations(), ["Query", "Query"]);
}
