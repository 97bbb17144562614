//! Which flights count as silent, and the end time that they get.

use crate::scene::{end_time, report, run, started, upcoming, with_airline};
use insta::assert_snapshot;
use std::time::Duration;
use testing::Fault;

const ALMOST: Duration = Duration::from_millis(5 * 60 * 1000 - 1);
const MILLISECOND: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn ends_a_flight_five_minutes_after_its_last_tick() {
    let (app, key) = with_airline().await;
    let flight = started(&app, &key).await;
    app.clock.set("2024-03-15T11:07:08.900Z");
    let _ticked = report(&app, &key, &flight, "tick").await.expect(200);

    app.clock.advance(ALMOST);
    assert_eq!(run(&app).await, (0, 0));
    assert_eq!(end_time(&app, &key, &flight).await, None);

    app.clock.advance(MILLISECOND);
    assert_eq!(run(&app).await, (1, 0));
    assert!(upcoming(&app, &key).await.is_empty());
    assert_snapshot!(report(&app, &key, &flight, "serverEnd").await.shown(), @r#"
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
      "endTime": "2024-03-15T11:07:08.900Z",
      "codeshareAirlineId": null,
      "discordEventLink": "https://discord.gg/skyteam"
    }
    "#);
}

#[tokio::test]
async fn is_counted_from_the_start() {
    let (app, key) = with_airline().await;
    let flight = app.flight(&key, "skyteam").await;
    // An early tick does not start the flight.
    let _ticked = report(&app, &key, &flight, "tick").await.expect(200);
    app.clock.set("2024-03-15T12:00:00.000Z");
    let _started = report(&app, &key, &flight, "serverStart").await.expect(200);

    app.clock.advance(ALMOST);
    assert_eq!(run(&app).await, (0, 0));
    app.clock.advance(MILLISECOND);
    assert_eq!(run(&app).await, (1, 0));

    assert_eq!(end_time(&app, &key, &flight).await.as_deref(), Some("2024-03-15T12:00:00.000Z"));
}

#[tokio::test]
async fn is_not_broken_by_a_second_start() {
    let (app, key) = with_airline().await;
    let flight = started(&app, &key).await;
    app.clock.advance(ALMOST);
    let _running_already = report(&app, &key, &flight, "serverStart").await.expect(200);

    app.clock.advance(MILLISECOND);
    assert_eq!(run(&app).await, (1, 0));
}

#[tokio::test]
async fn never_ends_a_flight_that_ticks() {
    let (app, key) = with_airline().await;
    let flight = started(&app, &key).await;
    for _ in 0..10 {
        app.clock.advance(ALMOST);
        let _ticked = report(&app, &key, &flight, "tick").await.expect(200);
        assert_eq!(run(&app).await, (0, 0));
    }
    assert_eq!(end_time(&app, &key, &flight).await, None);
}

#[tokio::test]
async fn never_ends_a_flight_that_has_not_started() {
    let (app, key) = with_airline().await;
    let planned = app.flight(&key, "skyteam").await;
    let ticked = app.flight(&key, "skyteam").await;
    let _ticked = report(&app, &key, &ticked, "tick").await.expect(200);

    app.clock.advance(24 * 60 * MINUTE);

    assert_eq!(run(&app).await, (0, 0));
    for flight in [planned, ticked] {
        assert_eq!(end_time(&app, &key, &flight).await, None);
    }
}

#[tokio::test]
async fn does_not_change_an_ended_flight() {
    let (app, key) = with_airline().await;
    let flight = started(&app, &key).await;
    app.clock.advance(MINUTE);
    let ended = report(&app, &key, &flight, "serverEnd").await.expect(200);

    app.clock.advance(10 * MINUTE);

    assert_eq!(run(&app).await, (0, 0));
    assert_eq!(report(&app, &key, &flight, "serverEnd").await.shown(), ended.shown());
}

#[tokio::test]
async fn ends_each_flight_as_of_its_own_last_report() {
    let (app, key) = with_airline().await;
    let mut flights = Vec::new();
    for second in 0..20 {
        flights.push((started(&app, &key).await, format!("2024-03-15T10:30:{second:02}.000Z")));
        app.clock.advance(Duration::from_secs(1));
    }
    app.clock.set("2024-03-15T10:35:09.000Z");

    assert_eq!(run(&app).await, (10, 0));

    for (position, (flight, last_sign)) in flights.iter().enumerate() {
        let expected = (position < 10).then_some(last_sign.as_str());
        assert_eq!(end_time(&app, &key, flight).await.as_deref(), expected);
    }
}

#[tokio::test]
async fn removes_the_flight_from_the_listing_and_closes_boarding() {
    let (app, key) = with_airline().await;
    let silent = started(&app, &key).await;
    app.clock.advance(5 * MINUTE);
    let alive = started(&app, &key).await;

    assert_eq!(run(&app).await, (1, 0));

    let listed = upcoming(&app, &key).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["id"], alive.as_str());
    let boarding =
        serde_json::json!({ "userId": "1", "miles": 500, "username": "pilot123", "displayName": "Captain John" });
    let refused = app.post(&format!("/flight/{silent}/passengers")).key(&key).json(&boarding).send().await;
    assert_eq!(refused.expect(409).json()["error"], "Flight has ended");
}

/// A game server retries a tick whose response was lost, and the first attempt may arrive after later ticks.
#[tokio::test]
async fn is_counted_from_the_latest_tick_even_if_an_older_one_arrives_last() {
    let (app, key) = with_airline().await;
    let flight = started(&app, &key).await;
    app.clock.advance(MINUTE);
    app.wire.disturb([Fault::None, Fault::Late(Duration::from_millis(300))]);
    let _ticked = report(&app, &key, &flight, "tick").await.expect(200);
    app.clock.advance(MINUTE);
    let _ticked = report(&app, &key, &flight, "tick").await.expect(200);
    app.wire.all_arrived().await;

    app.clock.advance(5 * MINUTE);
    assert_eq!(run(&app).await, (1, 0));

    assert_eq!(end_time(&app, &key, &flight).await.as_deref(), Some("2024-03-15T10:32:00.000Z"));
}
