//! The job that archives, beside the API whose members they are.

mod cost;
mod crowd;
mod discord;
mod discord_failures;
mod faults;
mod grace;
mod guild;
mod lambda;
mod overlap;
mod safety;
mod scale;
mod scene;

use testing::TestApp;

/// Starts the routes on empty tables.
async fn start() -> TestApp {
    TestApp::start(users::routes).await
}

/// Starts the routes with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(users::routes).await
}
