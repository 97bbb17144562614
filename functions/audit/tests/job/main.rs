//! Tests of the job that audits the invariants of the stored data.

mod lambda;
mod parts;

use testing::TestApp;

/// Starts the API with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(miles::routes).await
}
