//! The setup and requests that the tests share, and the reads that check the results.

use serde_json::{Value, json};
use shared::audit::{Audited, audit};
use shared::flights::{SILENCE, end_stale};
use std::time::Duration;
use testing::{Answer, TestApp};

/// A flyer's ROBLOX user id.
pub const FLYER: &str = "123456789";

/// Starts the API with one airline, `skyteam`, and returns it with the airline's key.
pub async fn with_airline() -> (TestApp, String) {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    (app, key)
}

/// Starts the API with the airline `skyteam` and a scheduled flight, and returns it with the key and the flight's id.
pub async fn with_flight() -> (TestApp, String, String) {
    let (app, key) = with_airline().await;
    let flight = app.flight(&key, "skyteam").await;
    (app, key, flight)
}

/// Starts the API with a flight that `skyteam` operates and `bluebird` shares, and returns it with their keys, in this
/// order, and the flight's id.
pub async fn with_codeshare() -> (TestApp, String, String, String) {
    let (app, skyteam) = with_airline().await;
    let bluebird = app.airline("bluebird").await;
    let mut draft = draft();
    draft["codeshareAirlineId"] = json!("bluebird");
    let flight = app.post("/flight").key(&skyteam).json(&draft).send().await.expect(201).json();
    app.wire.reset();
    (app, skyteam, bluebird, flight["id"].as_str().expect("the flight should have an id").to_owned())
}

/// Returns a new flight with only the required fields.
pub fn draft() -> Value {
    json!({
        "code": "ST123", "gameId": "1234567890", "aircraft": "Boeing 737-800", "brandId": "skyteam-main",
        "departure": "KJFK", "arrival": "KLAX",
    })
}

/// Returns a boarding with only the fields that a new flyer requires.
pub fn boarding(flyer: &str) -> Value {
    json!({ "userId": flyer, "miles": 500, "username": "pilot123", "displayName": "Captain John" })
}

/// Sends a `serverStart`, `tick` or `serverEnd` report.
pub async fn report(app: &TestApp, key: &str, flight: &str, what: &str) -> Answer {
    app.post(&format!("/flight/{flight}/{what}")).key(key).send().await
}

/// Lets every running flight go silent, so that all are ended.
pub async fn silence(app: &TestApp) {
    app.clock.advance(SILENCE);
    let _ended = end_stale(app.context(), 1.0).await.expect("the flights should be ended");
    app.clock.advance(Duration::from_mins(1));
    app.wire.reset();
}

/// Boards a flyer.
pub async fn board(app: &TestApp, key: &str, flight: &str, boarding: &Value) -> Answer {
    app.post(&format!("/flight/{flight}/passengers")).key(key).json(boarding).send().await
}

/// Returns the ids of up to 100 of a flight's passengers, in boarding order.
pub async fn passengers(app: &TestApp, key: &str, flight: &str) -> Vec<String> {
    let page = app.get(&format!("/flight/{flight}/passengers?limit=100")).key(key).send().await.expect(200).json();
    let passengers = page["passengers"].as_array().expect("`passengers` should be an array").iter();
    passengers
        .map(|passenger| passenger["userId"].as_str().expect("the passenger should have an id").to_owned())
        .collect()
}

/// Returns the ids of the airline's flights that have not ended.
pub async fn upcoming(app: &TestApp, key: &str) -> Vec<String> {
    let flights = app.get("/flight/fetchUpcomingFlights").key(key).send().await.expect(200).json();
    let flights = flights.as_array().expect("the flights should be an array").iter();
    flights.map(|flight| flight["id"].as_str().expect("the flight should have an id").to_owned()).collect()
}

/// Audits the tables and returns the numbers of flyers, ledger entries and boardings. Panics if the audit finds a
/// breach.
pub async fn audited(app: &TestApp) -> (u64, u64, u64) {
    let Audited { flyers, entries, boardings, breaches, members: _ } =
        audit(app.context(), |breach| panic!("{breach}"), |_| {}).await.expect("the audit should complete");
    assert_eq!(breaches, 0);
    (flyers, entries, boardings)
}
