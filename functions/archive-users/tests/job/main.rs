//! Tests of the job that archives members, together with the API that manages those members.

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
mod unreadable;

use testing::TestApp;

/// Starts the API with empty tables.
async fn start() -> TestApp {
    TestApp::start(users::routes).await
}

/// Starts the API with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(users::routes).await
}
