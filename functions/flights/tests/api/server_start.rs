//! `POST /flight/{id}/serverStart`

use crate::scene::{report, with_flight};
use http::StatusCode;
use insta::assert_snapshot;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn starts_a_flight() {
    let (app, key, flight) = with_flight().await;

    let started = report(&app, &key, &flight, "serverStart").await;

    assert_snapshot!(started.shown(), @r#"
    200 {
      "id": "093db13c-ddec-4e65-b6de-5b05e026d3c2",
      "code": "ST123",
      "gameId": "1234567890",
      "aircraft": "Boeing 737-800",
      "airlineId": "skyteam",
      "brandId": "skyteam-main",
      "departure": "KJFK",
      "arrival": "KLAX",
      "startTime": "2024-03-15T14:00:00.000Z",
      "startedAt": "2024-03-15T10:30:00.000Z",
      "endTime": null,
      "codeshareAirlineId": null,
      "discordEventLink": "https://discord.gg/skyteam"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["UpdateItem"]);
}

#[tokio::test]
async fn does_not_change_a_running_flight() {
    let (app, key, flight) = with_flight().await;
    let started = report(&app, &key, &flight, "serverStart").await.expect(200);
    app.wire.reset();
    app.clock.advance(Duration::from_secs(40));

    let again = report(&app, &key, &flight, "serverStart").await.expect(200);

    assert_eq!(again.shown(), started.shown());
    assert_eq!(app.wire.take_operations(), ["UpdateItem"]);
}

#[tokio::test]
async fn shows_the_start_in_the_listing() {
    let (app, key, flight) = with_flight().await;
    let _started = report(&app, &key, &flight, "serverStart").await.expect(200);

    let listed = app.get("/flight/fetchUpcomingFlights").key(&key).send().await.expect(200).json();

    assert_eq!(listed[0]["startedAt"], "2024-03-15T10:30:00.000Z");
}

#[tokio::test]
async fn rejects_an_ended_flight_whether_or_not_it_started() {
    for starts in [true, false] {
        let (app, key, flight) = with_flight().await;
        if starts {
            let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
        }
        let ended = report(&app, &key, &flight, "serverEnd").await.expect(200);
        app.wire.reset();
        app.clock.advance(Duration::from_secs(40));

        let refused = report(&app, &key, &flight, "serverStart").await;

        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(refused.json(), json!({ "error": "Flight has ended" }));
        assert_eq!(app.wire.take_operations(), ["UpdateItem", "UpdateItem"]);
        assert_eq!(report(&app, &key, &flight, "serverEnd").await.shown(), ended.shown());
    }
}
