//! Tests of the code that all functions share, over HTTP where possible and otherwise through its Rust API.

mod answers;
mod api_keys;
mod audit;
mod config;
mod cors;
mod cursors;
mod import;
mod json;
mod log;
mod models;
mod no_such_route;
mod requests;
mod secrets;
mod session_keys;
mod sessions;
mod store;
mod texts;
mod unreadable;
mod walls;

use shared::App;
use testing::TestApp;
use utoipa_axum::router::OpenApiRouter;

/// Returns all routes of the API.
fn routes() -> OpenApiRouter<App> {
    airlines::routes().merge(flights::routes()).merge(miles::routes()).merge(system::routes()).merge(users::routes())
}

/// Starts the API with empty tables.
async fn start() -> TestApp {
    TestApp::start(routes).await
}

/// Starts the API with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(routes).await
}
