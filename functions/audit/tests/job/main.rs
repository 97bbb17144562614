//! The job that checks that what must hold does.

mod lambda;
mod parts;

use testing::TestApp;

/// Starts the routes on empty tables.
async fn start() -> TestApp {
    TestApp::start(miles::routes).await
}

/// Starts the routes with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(miles::routes).await
}
