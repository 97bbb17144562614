//! The command line, as a process; and the documents that must agree with the code.

mod admin;
mod audit;
mod blocks;
mod costs;
mod diagram;
mod documents;
mod events;
mod examples;
mod import;
mod keys;
mod operations;
mod permissions;
mod readme;
mod routes;
mod runbook;
mod serve;
mod server;
mod template;

use shared::App;
use testing::TestApp;
use utoipa_axum::router::OpenApiRouter;

/// All routes of the API.
fn routes() -> OpenApiRouter<App> {
    airlines::routes().merge(flights::routes()).merge(miles::routes()).merge(system::routes()).merge(users::routes())
}

/// Starts the routes on empty tables.
async fn start() -> TestApp {
    TestApp::start(routes).await
}

/// Starts the routes with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(routes).await
}
