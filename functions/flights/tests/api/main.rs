//! Tests of the flight routes over HTTP.

mod authentication;
mod board_passenger;
mod bodies;
mod cancel_flight;
mod change_flight;
mod create_flight;
mod faults;
mod fetch_upcoming_flights;
mod flight_ids;
mod history;
mod lambda;
mod list_passengers;
mod ownership;
mod races;
mod reopening;
mod scene;
mod server_end;
mod server_start;
mod tick;

use shared::App;
use testing::TestApp;
use utoipa_axum::router::OpenApiRouter;

/// Returns the routes under test and the other routes that the tests call.
fn routes() -> OpenApiRouter<App> {
    flights::routes().merge(airlines::routes()).merge(miles::routes())
}

/// Starts the API with empty tables.
async fn start() -> TestApp {
    TestApp::start(routes).await
}
