//! Tests of the system routes over HTTP.

mod health;
mod lambda;
mod root;
mod status;
mod unknown_paths;

use testing::TestApp;

/// Starts the API with empty tables.
async fn start() -> TestApp {
    TestApp::start(system::routes).await
}
