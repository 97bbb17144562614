//! `POST /flight/{id}/cancel`

use crate::scene::{FLYER, audited, board, boarding, report, silence, upcoming, with_codeshare, with_flight};
use insta::assert_snapshot;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use testing::Fault;
use tokio::task::JoinSet;

#[tokio::test]
async fn cancels_a_flight_once() {
    let (app, key, flight) = with_flight().await;
    app.wire.reset();

    let cancelled = report(&app, &key, &flight, "cancel").await;

    assert_eq!(app.wire.take_operations(), ["GetItem", "Query", "UpdateItem"]);
    assert_snapshot!(cancelled.shown(), @r#"
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
      "startedAt": null,
      "endTime": "2024-03-15T10:30:00.000Z",
      "codeshareAirlineId": null,
      "discordEventLink": "https://discord.gg/skyteam",
      "cancelledAt": "2024-03-15T10:30:00.000Z"
    }
    "#);
    app.clock.advance(Duration::from_mins(1));
    assert_eq!(report(&app, &key, &flight, "cancel").await.shown(), cancelled.shown());
    assert!(upcoming(&app, &key).await.is_empty());
    for what in ["serverStart", "tick"] {
        assert_eq!(report(&app, &key, &flight, what).await.expect(409).json()["error"], "Flight has ended");
    }
    let refused = board(&app, &key, &flight, &boarding(FLYER)).await.expect(409);
    assert_eq!(refused.json()["error"], "Flight has ended");
}

#[tokio::test]
async fn cancels_a_running_flight() {
    let (app, key, flight) = with_flight().await;
    let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
    let _cancelled = report(&app, &key, &flight, "cancel").await.expect(200);
    silence(&app).await;
    let _refused = report(&app, &key, &flight, "tick").await.expect(409);
}

#[tokio::test]
async fn rejects_a_flight_that_was_boarded_or_has_ended() {
    let (app, key, flight) = with_flight().await;
    let _boarded = board(&app, &key, &flight, &boarding(FLYER)).await.expect(201);
    let refused = report(&app, &key, &flight, "cancel").await.expect(409);
    assert_eq!(refused.json(), json!({ "error": "Flight has passengers" }));

    let ended = app.flight(&key, "skyteam").await;
    let _ended = report(&app, &key, &ended, "serverEnd").await.expect(200);
    let refused = report(&app, &key, &ended, "cancel").await.expect(409);
    assert_eq!(refused.json(), json!({ "error": "Flight has ended" }));
}

#[tokio::test]
async fn belongs_to_the_operating_airline() {
    let (app, skyteam, bluebird, flight) = with_codeshare().await;
    let stranger = app.airline("oceanic").await;
    for key in [&bluebird, &stranger] {
        let refused = report(&app, key, &flight, "cancel").await.expect(404);
        assert_eq!(refused.json(), json!({ "error": "Flight not found" }));
    }
    let _cancelled = report(&app, &skyteam, &flight, "cancel").await.expect(200);
}

/// The flight is boarded after nobody was found on it.
#[tokio::test(flavor = "multi_thread")]
async fn does_not_overlook_a_boarding_that_comes_between() {
    let (app, key, flight) = with_flight().await;
    let (app, key, flight): (_, Arc<str>, Arc<str>) = (Arc::new(app), key.into(), flight.into());
    app.wire.disturb([Fault::None, Fault::None, Fault::Delay(Duration::from_secs(1))]);
    let cancelling = tokio::spawn({
        let (app, key, flight) = (app.clone(), key.clone(), flight.clone());
        async move { report(&app, &key, &flight, "cancel").await }
    });
    while !app.wire.take_operations().contains(&"UpdateItem".to_owned()) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    let _boarded = board(&app, &key, &flight, &boarding(FLYER)).await.expect(201);

    let refused = cancelling.await.expect("the request should complete").expect(409);
    assert_eq!(refused.json(), json!({ "error": "Flight has passengers" }));
    assert_eq!(audited(&app).await, (1, 1, 1));
}

/// In each round either the flight is cancelled and nobody has boarded, or somebody has.
#[tokio::test(flavor = "multi_thread")]
async fn either_boards_or_cancels() {
    let (app, key, _) = with_flight().await;
    let (app, key): (_, Arc<str>) = (Arc::new(app), key.into());
    let mut boarded = 0;
    for round in 0..10_u64 {
        let flight: Arc<str> = app.flight(&key, "skyteam").await.into();
        let mut calls = JoinSet::new();
        for flyer in 0..4 {
            let (app, key, flight) = (app.clone(), key.clone(), flight.clone());
            let flyer = (100 + round * 10 + flyer).to_string();
            calls.spawn(async move { board(&app, &key, &flight, &boarding(&flyer)).await.status.as_u16() });
        }
        tokio::time::sleep(Duration::from_millis(2 * round)).await;
        let cancelled = report(&app, &key, &flight, "cancel").await;
        let statuses = calls.join_all().await;

        let of_round = statuses.iter().filter(|status| **status == 201).count() as u64;
        assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
        assert_eq!(cancelled.status == 200, of_round == 0, "{statuses:?}: {}", cancelled.json());
        boarded += of_round;
    }
    assert_eq!(audited(&app).await, (boarded, boarded, boarded));
}
