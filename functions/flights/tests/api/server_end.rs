//! `POST /flight/{id}/serverEnd`

use crate::scene::{report, upcoming, with_flight};
use insta::assert_snapshot;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn ends_a_flight() {
    let (app, key, flight) = with_flight().await;
    let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
    app.wire.reset();
    app.clock.advance(Duration::from_millis(90 * 60 * 1000 + 1));

    let ended = report(&app, &key, &flight, "serverEnd").await;

    assert_snapshot!(ended.shown(), @r#"
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
      "endTime": "2024-03-15T12:00:00.001Z",
      "codeshareAirlineId": null,
      "discordEventLink": "https://discord.gg/skyteam"
    }
    "#);
    // The key is read again because it was last read more than a minute ago.
    assert_eq!(app.wire.take_operations(), ["GetItem", "UpdateItem"]);
}

#[tokio::test]
async fn ends_a_flight_that_has_not_started() {
    let (app, key, flight) = with_flight().await;

    let ended = report(&app, &key, &flight, "serverEnd").await.expect(200).json();

    assert_eq!(ended["startedAt"], json!(null));
    assert_eq!(ended["endTime"], "2024-03-15T10:30:00.000Z");
    assert_eq!(app.wire.take_operations(), ["UpdateItem"]);
}

#[tokio::test]
async fn does_not_change_an_ended_flight() {
    let (app, key, flight) = with_flight().await;
    let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
    let ended = report(&app, &key, &flight, "serverEnd").await.expect(200);
    app.wire.reset();
    app.clock.advance(Duration::from_secs(40));

    let again = report(&app, &key, &flight, "serverEnd").await.expect(200);

    assert_eq!(again.shown(), ended.shown());
    assert_eq!(app.wire.take_operations(), ["UpdateItem"]);
}

#[tokio::test]
async fn removes_the_flight_from_the_listing() {
    let (app, key, flight) = with_flight().await;
    let other = app.flight(&key, "skyteam").await;

    let _ended = report(&app, &key, &flight, "serverEnd").await.expect(200);

    assert_eq!(upcoming(&app, &key).await, [other]);
}
