//! `POST /flight/{id}/tick`

use crate::scene::{report, with_flight};
use http::StatusCode;
use insta::assert_snapshot;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn records_a_sign_of_life() {
    let (app, key, flight) = with_flight().await;
    let _started = report(&app, &key, &flight, "serverStart").await.expect(200);
    app.wire.reset();

    let ticked = report(&app, &key, &flight, "tick").await;

    assert_snapshot!(ticked.shown(), @r#"
    200 {
      "ok": true,
      "flightId": "093db13c-ddec-4e65-b6de-5b05e026d3c2",
      "message": "tick received"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["UpdateItem"]);
    app.clock.advance(Duration::from_secs(30));
    assert_eq!(report(&app, &key, &flight, "tick").await.shown(), ticked.shown());
}

#[tokio::test]
async fn does_not_change_any_visible_field() {
    let (app, key, flight) = with_flight().await;
    let listed = app.get("/flight/fetchUpcomingFlights").key(&key).send().await.expect(200).shown();

    // A server may tick before it reports its start, which does not start the flight.
    let _ticked = report(&app, &key, &flight, "tick").await.expect(200);

    assert_eq!(app.get("/flight/fetchUpcomingFlights").key(&key).send().await.shown(), listed);
    let started = report(&app, &key, &flight, "serverStart").await.expect(200);
    let _ticked = report(&app, &key, &flight, "tick").await.expect(200);
    assert_eq!(report(&app, &key, &flight, "serverStart").await.shown(), started.shown());
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

        let refused = report(&app, &key, &flight, "tick").await;

        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert_eq!(refused.json(), json!({ "error": "Flight has ended" }));
        assert_eq!(app.wire.take_operations(), ["UpdateItem", "UpdateItem"]);
        assert_eq!(report(&app, &key, &flight, "serverEnd").await.shown(), ended.shown());
    }
}
