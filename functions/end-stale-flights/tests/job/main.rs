//! Tests of the job that ends silent flights, together with the API that manages those flights.

mod cost;
mod faults;
mod lambda;
mod overlap;
mod safety;
mod scene;
mod silence;
mod unreadable;
mod unstarted;

use testing::TestApp;

/// Starts the API with empty tables.
async fn start() -> TestApp {
    TestApp::start(flights::routes).await
}

/// Starts the API with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(flights::routes).await
}
