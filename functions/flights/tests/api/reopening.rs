//! Flights that were ended for their silence, and come back.

use crate::scene::{FLYER, audited, board, boarding, report, silence, upcoming, with_codeshare, with_flight};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_report_of_the_operating_airline_reopens_the_flight() {
    for what in ["serverStart", "tick"] {
        let (app, key, flight) = with_flight().await;
        let started = report(&app, &key, &flight, "serverStart").await.expect(200).json();
        silence(&app).await;
        assert!(upcoming(&app, &key).await.is_empty());
        app.wire.reset();

        let _reopened = report(&app, &key, &flight, what).await.expect(200);

        assert_eq!(app.wire.take_operations(), ["UpdateItem", "UpdateItem"], "{what}");
        assert_eq!(upcoming(&app, &key).await, [flight.as_str()]);
        let running = report(&app, &key, &flight, "serverStart").await.expect(200).json();
        assert_eq!(running, started, "{what}: as it was before the end");
        let _boarded = board(&app, &key, &flight, &boarding(FLYER)).await.expect(201);
        // It goes silent again, and comes back again.
        silence(&app).await;
        assert!(upcoming(&app, &key).await.is_empty());
        let _reopened = report(&app, &key, &flight, what).await.expect(200);
        assert_eq!(upcoming(&app, &key).await, [flight.as_str()]);
        assert_eq!(audited(&app).await, (1, 1, 1));
    }
}

#[tokio::test]
async fn only_within_a_day() {
    for (late, status) in [(Duration::ZERO, 200), (Duration::from_millis(1), 409)] {
        let (app, key, flight) = with_flight().await;
        let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
        let ended_at = app.now();
        silence(&app).await;
        app.clock.set(&ended_at.plus(Duration::from_hours(24)).plus(late).to_string());
        let _answer = report(&app, &key, &flight, "tick").await.expect(status);
    }
}

#[tokio::test]
async fn the_partner_does_not_reopen_it() {
    let (app, skyteam, bluebird, flight) = with_codeshare().await;
    let _started = report(&app, &bluebird, &flight, "serverStart").await.expect(200);
    silence(&app).await;
    for what in ["serverStart", "tick"] {
        let refused = report(&app, &bluebird, &flight, what).await.expect(409);
        assert_eq!(refused.json(), json!({ "error": "Flight has ended" }));
    }
    let _reopened = report(&app, &skyteam, &flight, "tick").await.expect(200);
}

#[tokio::test]
async fn an_end_that_was_reported_is_final() {
    let (app, key, flight) = with_flight().await;
    let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
    let last_sign = app.now().to_string();
    silence(&app).await;

    let ended = report(&app, &key, &flight, "serverEnd").await.expect(200).json();

    assert_eq!(ended["endTime"], last_sign.as_str(), "the end should stay");
    for what in ["serverStart", "tick"] {
        let _refused = report(&app, &key, &flight, what).await.expect(409);
    }
}

/// A tick that reopens arrives after the flight went silent once more.
#[tokio::test]
async fn a_late_report_does_not_reopen_it_again() {
    let (app, key, flight) = with_flight().await;
    let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
    silence(&app).await;
    app.wire.disturb([testing::Fault::None, testing::Fault::Late(Duration::from_millis(300))]);
    let _reopened = report(&app, &key, &flight, "tick").await.expect(200);
    silence(&app).await;

    app.wire.all_arrived().await;

    assert!(upcoming(&app, &key).await.is_empty());
}
