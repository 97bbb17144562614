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

use shared::App;
use testing::TestApp;
use utoipa_axum::router::OpenApiRouter;

/// The routes under test, and those that tests use beside them.
fn routes() -> OpenApiRouter<App> {
    flights::routes().merge(airlines::routes()).merge(miles::routes())
}

/// Starts the routes on empty tables.
async fn start() -> TestApp {
    TestApp::start(routes).await
}

/// Starts the routes with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(routes).await
}
