//! `POST /flight`

mod bad_input;

use crate::scene::{draft, upcoming, with_airline};
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn schedules_a_flight_for_now_by_default() {
    let (app, key) = with_airline().await;

    let planned = app.post("/flight").key(&key).json(&draft()).send().await;

    assert_snapshot!(planned.shown(), @r#"
    201 {
      "id": "093db13c-ddec-4e65-b6de-5b05e026d3c2",
      "code": "ST123",
      "gameId": "1234567890",
      "aircraft": "Boeing 737-800",
      "airlineId": "skyteam",
      "brandId": "skyteam-main",
      "departure": "KJFK",
      "arrival": "KLAX",
      "startTime": "2024-03-15T10:30:00.000Z",
      "startedAt": null,
      "endTime": null,
      "codeshareAirlineId": null,
      "discordEventLink": "https://discord.gg/skyteam"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["TransactWriteItems"]);
    assert_eq!(upcoming(&app, &key).await, [planned.json()["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn accepts_every_field() {
    let (app, key) = with_airline().await;
    let _bluebird = app.airline("bluebird").await;
    let draft = json!({
        "code": "ST 9", "gameId": "42", "aircraft": "Concorde ✈", "brandId": "skyteam-main",
        "departure": "egll", "arrival": "kJfK", "startTime": "2024-03-15T16:00:00.123456+02:00",
        "codeshareAirlineId": "bluebird", "discordEventLink": "http://example.com/events?id=1&at=noon#top",
    });

    let planned = app.post("/flight").key(&key).json(&draft).send().await;

    assert_snapshot!(planned.shown(), @r#"
    201 {
      "id": "d79e0b10-2b60-41db-8df1-2518928a03a9",
      "code": "ST 9",
      "gameId": "42",
      "aircraft": "Concorde ✈",
      "airlineId": "skyteam",
      "brandId": "skyteam-main",
      "departure": "EGLL",
      "arrival": "KJFK",
      "startTime": "2024-03-15T14:00:00.123Z",
      "startedAt": null,
      "endTime": null,
      "codeshareAirlineId": "bluebird",
      "discordEventLink": "http://example.com/events?id=1&at=noon#top"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["TransactWriteItems"]);
    let listed = app.get("/flight/fetchUpcomingFlights").key(&key).send().await.json();
    let mut flight = planned.json();
    flight["brand"] = listed[0]["brand"].clone();
    assert_eq!(listed, json!([flight]), "the response should be what is stored");
}

#[tokio::test]
async fn treats_null_as_an_omitted_field() {
    let (app, key) = with_airline().await;
    let mut draft = draft();
    for field in ["startTime", "codeshareAirlineId", "discordEventLink"] {
        draft[field] = json!(null);
    }

    let planned = app.post("/flight").key(&key).json(&draft).send().await.expect(201).json();

    assert_eq!(planned["startTime"], "2024-03-15T10:30:00.000Z");
    assert_eq!(planned["codeshareAirlineId"], json!(null));
    assert_eq!(planned["discordEventLink"], "https://discord.gg/skyteam");
}

#[tokio::test]
async fn accepts_values_at_the_limits() {
    let (app, key) = with_airline().await;
    let longest_link = format!("https://example.com/{}", "a".repeat(2048 - 20));
    let cases = [
        ("code", json!("1"), json!("1")),
        ("code", json!("🛫".repeat(100)), json!("🛫".repeat(100))),
        ("gameId", json!(7), json!("7")),
        ("discordEventLink", json!(longest_link), json!(longest_link)),
        ("discordEventLink", json!("HTTPS://EXAMPLE.COM"), json!("HTTPS://EXAMPLE.COM")),
        ("startTime", json!("1970-01-01T00:00:00Z"), json!("1970-01-01T00:00:00.000Z")),
        ("startTime", json!("9999-12-30T00:00:00Z"), json!("9999-12-30T00:00:00.000Z")),
        ("startTime", json!("2024-02-29T23:59:59.9999Z"), json!("2024-02-29T23:59:59.999Z")),
        ("startTime", json!("2024-03-15T10:30-05:00"), json!("2024-03-15T15:30:00.000Z")),
    ];
    for (field, given, kept) in cases {
        let mut draft = draft();
        draft[field] = given;
        let planned = app.post("/flight").key(&key).json(&draft).send().await.expect(201).json();

        assert_eq!(planned[field], kept, "{draft}");
    }
}

#[tokio::test]
async fn rejects_an_unknown_codeshare_airline_and_itself() {
    let (app, key) = with_airline().await;
    for (codeshare, error) in [
        ("nobody", "\"codeshareAirlineId\": no airline has this id"),
        ("skyteam", "\"codeshareAirlineId\": the airline operates the flight itself"),
    ] {
        let mut draft = draft();
        draft["codeshareAirlineId"] = json!(codeshare);
        let refused = app.post("/flight").key(&key).json(&draft).send().await.expect(400);
        assert_eq!(refused.json(), json!({ "error": error }));
    }
    assert_eq!(app.wire.take_operations(), ["TransactWriteItems"]);
    assert!(upcoming(&app, &key).await.is_empty());
}

#[tokio::test]
async fn reads_the_key_once_a_minute() {
    let (app, key) = with_airline().await;
    let cold = app.another_instance(std::time::Duration::from_secs(10));

    let _planned = cold.post("/flight").key(&key).json(&draft()).send().await.expect(201);
    assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
    let _planned = cold.post("/flight").key(&key).json(&draft()).send().await.expect(201);
    assert_eq!(app.wire.take_operations(), ["TransactWriteItems"]);
}
