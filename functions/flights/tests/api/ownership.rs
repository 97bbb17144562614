//! Only the airline that operates a flight and its codeshare airline have access to the flight.

use crate::scene::{
    FLYER, audited, board, boarding, draft, passengers, report, upcoming, with_airline, with_codeshare,
};
use http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn hides_a_flight_from_other_airlines() {
    let (app, skyteam) = with_airline().await;
    let cargo = app.airline("cargo").await;
    let flight = app.flight(&skyteam, "skyteam").await;
    let listed = app.get("/flight/fetchUpcomingFlights").key(&skyteam).send().await.shown();
    let not_found = json!({ "error": "Flight not found" });

    for what in ["serverStart", "tick", "serverEnd"] {
        let refused = report(&app, &cargo, &flight, what).await;
        assert_eq!((refused.status, refused.json()), (StatusCode::NOT_FOUND, not_found.clone()), "{what}");
    }
    let refused = board(&app, &cargo, &flight, &boarding(FLYER)).await;
    assert_eq!((refused.status, refused.json()), (StatusCode::NOT_FOUND, not_found.clone()));
    let refused = app.get(&format!("/flight/{flight}/passengers")).key(&cargo).send().await;
    assert_eq!((refused.status, refused.json()), (StatusCode::NOT_FOUND, not_found.clone()));

    assert_eq!(audited(&app).await, (0, 0, 0));
    let listed_still = app.get("/flight/fetchUpcomingFlights").key(&skyteam).send().await.shown();
    assert_eq!(listed_still, listed);
}

/// Other airlines get the same 404 for an ended flight as for a running one.
#[tokio::test]
async fn hides_an_ended_flight_from_other_airlines() {
    let (app, skyteam) = with_airline().await;
    let cargo = app.airline("cargo").await;
    let flight = app.flight(&skyteam, "skyteam").await;
    app.board(&skyteam, &flight, FLYER, 500).await;
    let _ended = report(&app, &skyteam, &flight, "serverEnd").await.expect(200);

    for what in ["serverStart", "tick", "serverEnd"] {
        assert_eq!(report(&app, &cargo, &flight, what).await.status, StatusCode::NOT_FOUND, "{what}");
    }
    assert_eq!(board(&app, &cargo, &flight, &boarding(FLYER)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn lets_the_codeshare_airline_operate_the_flight() {
    let (app, skyteam, bluebird, flight) = with_codeshare().await;

    let started = report(&app, &bluebird, &flight, "serverStart").await.expect(200).json();
    assert_eq!(started["startedAt"], "2024-03-15T10:30:00.000Z");
    let _ticked = report(&app, &bluebird, &flight, "tick").await.expect(200);
    let _boarded = board(&app, &bluebird, &flight, &boarding("1")).await.expect(201);
    let _boarded = board(&app, &skyteam, &flight, &boarding("2")).await.expect(201);
    assert_eq!(passengers(&app, &bluebird, &flight).await, ["1", "2"]);
    assert_eq!(passengers(&app, &skyteam, &flight).await, ["1", "2"]);
    let ended = report(&app, &bluebird, &flight, "serverEnd").await.expect(200).json();
    assert_eq!(ended["endTime"], "2024-03-15T10:30:00.000Z");

    // Each entry names the airline that credited it.
    assert_eq!(app.ledger("1").await[0]["airlineId"], "bluebird");
    assert_eq!(app.ledger("2").await[0]["airlineId"], "skyteam");
}

#[tokio::test]
async fn lists_a_shared_flight_only_for_the_operating_airline() {
    let (app, skyteam, bluebird, flight) = with_codeshare().await;

    assert_eq!(upcoming(&app, &skyteam).await, [flight]);
    assert!(upcoming(&app, &bluebird).await.is_empty());
}

#[tokio::test]
async fn allows_new_flights_only_under_the_airlines_own_brands() {
    let (app, skyteam) = with_airline().await;
    let _bluebird = app.airline("bluebird").await;
    for brand in ["bluebird-main", "nobodys"] {
        let mut draft = draft();
        draft["brandId"] = json!(brand);
        // Sharing the flight with the brand's airline makes no difference.
        draft["codeshareAirlineId"] = json!("bluebird");
        let refused = app.post("/flight").key(&skyteam).json(&draft).send().await;

        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        assert_eq!(refused.json(), json!({ "error": "Brand not found" }));
        assert_eq!(app.wire.take_operations(), ["TransactWriteItems"]);
    }
    assert!(upcoming(&app, &skyteam).await.is_empty());
}
