//! The setup that the tests share, and the API calls that check the results.

use end_stale_flights::handle;
use serde_json::Value;
use shared::flights::StaleFlightsEnded;
use std::time::Duration;
use testing::{Answer, TestApp};

/// Starts the API with one airline, `skyteam`, and returns it with the airline's key. A run may end all flights.
pub async fn with_airline() -> (TestApp, String) {
    let app = crate::start().await.configured(|app| app.stale_max_share = 1.0);
    let key = app.airline("skyteam").await;
    (app, key)
}

/// Runs the job as its schedule does. Returns how many flights it ended and how many it spared because they had
/// changed.
pub async fn run(app: &TestApp) -> (usize, usize) {
    let StaleFlightsEnded { ended, spared, unstarted: 0, stopped: 0 } =
        handle(&app.app, Duration::from_secs(10)).await.expect("the job should run")
    else {
        panic!("the run should do nothing else")
    };
    (ended, spared)
}

/// Sends a `serverStart`, `tick` or `serverEnd` report.
pub async fn report(app: &TestApp, key: &str, flight: &str, what: &str) -> Answer {
    app.post(&format!("/flight/{flight}/{what}")).key(key).send().await
}

/// Creates and starts a flight and returns its id.
pub async fn started(app: &TestApp, key: &str) -> String {
    let flight = app.flight(key, "skyteam").await;
    let _started = report(app, key, &flight, "serverStart").await.expect(200);
    app.wire.reset();
    flight
}

/// Returns the airline's flights that have not ended.
pub async fn upcoming(app: &TestApp, key: &str) -> Vec<Value> {
    let flights = app.get("/flight/fetchUpcomingFlights").key(key).send().await.expect(200).json();
    flights.as_array().expect("the flights should be an array").clone()
}

/// Returns when a flight ended, or `None` if it has not.
pub async fn end_time(app: &TestApp, key: &str, flight: &str) -> Option<String> {
    if upcoming(app, key).await.iter().any(|open| open["id"] == flight) {
        return None;
    }
    // Ending a flight again does not change it.
    let ended = report(app, key, flight, "serverEnd").await.expect(200).json();
    Some(ended["endTime"].as_str().expect("the flight should have ended").to_owned())
}
