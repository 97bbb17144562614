//! What the tests begin with, and how they look at what came of it.

use end_stale_flights::handle;
use serde_json::Value;
use shared::flights::StaleFlightsEnded;
use std::time::Duration;
use testing::{Answer, TestApp};

/// The API with one airline, `skyteam`, and its key.
pub async fn with_airline() -> (TestApp, String) {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    (app, key)
}

/// Runs the job as its schedule does: how many flights it ended, and spared after a second look.
pub async fn run(app: &TestApp) -> (usize, usize) {
    let StaleFlightsEnded { ended, spared } = handle(&app.app, Duration::from_secs(10)).await.expect("the job runs");
    (ended, spared)
}

/// Reports `serverStart`, `tick` or `serverEnd`.
pub async fn report(app: &TestApp, key: &str, flight: &str, what: &str) -> Answer {
    app.post(&format!("/flight/{flight}/{what}")).key(key).send().await
}

/// Makes a flight that starts now.
pub async fn started(app: &TestApp, key: &str) -> String {
    let flight = app.flight(key, "skyteam").await;
    let _started = report(app, key, &flight, "serverStart").await.expect(200);
    app.wire.reset();
    flight
}

/// The airline's flights that have not ended.
pub async fn upcoming(app: &TestApp, key: &str) -> Vec<Value> {
    let flights = app.get("/flight/fetchUpcomingFlights").key(key).send().await.expect(200).json();
    flights.as_array().expect("a list").clone()
}

/// When a flight ended; none if it has not.
pub async fn end_time(app: &TestApp, key: &str, flight: &str) -> Option<String> {
    if upcoming(app, key).await.iter().any(|open| open["id"] == flight) {
        return None;
    }
    // An ended flight stays as it is when it is ended.
    let ended = report(app, key, flight, "serverEnd").await.expect(200).json();
    Some(ended["endTime"].as_str().expect("it has ended").to_owned())
}
