//! What the tests begin with, what they send, and how they look at what came of it.

use serde_json::{Value, json};
use shared::audit::{Audited, audit};
use testing::{Answer, TestApp};

/// A flyer's ROBLOX user id.
pub const FLYER: &str = "123456789";

/// The API with one airline, `skyteam`, and its key.
pub async fn with_airline() -> (TestApp, String) {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    (app, key)
}

/// The API with the airline `skyteam`, its key, and a flight that it planned.
pub async fn with_flight() -> (TestApp, String, String) {
    let (app, key) = with_airline().await;
    let flight = app.flight(&key, "skyteam").await;
    (app, key, flight)
}

/// A flight of `skyteam` that `bluebird` shares: both keys, in this order, and the flight.
pub async fn with_codeshare() -> (TestApp, String, String, String) {
    let (app, skyteam) = with_airline().await;
    let bluebird = app.airline("bluebird").await;
    let mut draft = draft();
    draft["codeshareAirlineId"] = json!("bluebird");
    let flight = app.post("/flight").key(&skyteam).json(&draft).send().await.expect(201).json();
    app.wire.reset();
    (app, skyteam, bluebird, flight["id"].as_str().expect("flights have ids").to_owned())
}

/// The least that is said of a new flight.
pub fn draft() -> Value {
    json!({
        "code": "ST123", "gameId": "1234567890", "aircraft": "Boeing 737-800", "brandId": "skyteam-main",
        "departure": "KJFK", "arrival": "KLAX",
    })
}

/// The least that is said of a flyer not seen before.
pub fn boarding(flyer: &str) -> Value {
    json!({ "userId": flyer, "miles": 500, "username": "pilot123", "displayName": "Captain John" })
}

/// Reports `serverStart`, `tick` or `serverEnd`.
pub async fn report(app: &TestApp, key: &str, flight: &str, what: &str) -> Answer {
    app.post(&format!("/flight/{flight}/{what}")).key(key).send().await
}

/// Boards a flyer.
pub async fn board(app: &TestApp, key: &str, flight: &str, boarding: &Value) -> Answer {
    app.post(&format!("/flight/{flight}/passengers")).key(key).json(boarding).send().await
}

/// The ids of a flight's passengers, up to 100, in the order boarded.
pub async fn passengers(app: &TestApp, key: &str, flight: &str) -> Vec<String> {
    let page = app.get(&format!("/flight/{flight}/passengers?limit=100")).key(key).send().await.expect(200).json();
    let passengers = page["passengers"].as_array().expect("a list").iter();
    passengers.map(|passenger| passenger["userId"].as_str().expect("passengers have ids").to_owned()).collect()
}

/// The ids of the airline's flights that have not ended.
pub async fn upcoming(app: &TestApp, key: &str) -> Vec<String> {
    let flights = app.get("/flight/fetchUpcomingFlights").key(key).send().await.expect(200).json();
    let flights = flights.as_array().expect("a list").iter();
    flights.map(|flight| flight["id"].as_str().expect("flights have ids").to_owned()).collect()
}

/// Audits the tables, which must be without a breach, and tells how many flyers, ledger entries and boardings there
/// are.
pub async fn audited(app: &TestApp) -> (u64, u64, u64) {
    let Audited { flyers, entries, boardings, breaches, members: _ } =
        audit(app.context(), |breach| panic!("{breach}"), |_| {}).await.expect("the tables are read");
    assert_eq!(breaches, 0);
    (flyers, entries, boardings)
}
