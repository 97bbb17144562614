//! The job that ends silent flights, beside the API whose flights they are.

mod cost;
mod faults;
mod lambda;
mod overlap;
mod scene;
mod silence;

use testing::TestApp;

/// Starts the routes on empty tables.
async fn start() -> TestApp {
    TestApp::start(flights::routes).await
}

/// Starts the routes with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(flights::routes).await
}
