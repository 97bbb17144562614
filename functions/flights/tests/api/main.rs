//! The routes of flights, over HTTP.

mod authentication;
mod board_passenger;
mod bodies;
mod create_flight;
mod faults;
mod fetch_upcoming_flights;
mod flight_ids;
mod history;
mod lambda;
mod list_passengers;
mod ownership;
mod races;
mod scene;
mod server_end;
mod server_start;
mod tick;

use testing::TestApp;

/// Starts the routes on empty tables.
async fn start() -> TestApp {
    TestApp::start(flights::routes).await
}

/// Starts the routes with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(flights::routes).await
}
