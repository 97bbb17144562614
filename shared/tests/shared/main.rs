//! What all functions share, mostly over HTTP; below it where HTTP does not reach.

mod answers;
mod api_keys;
mod config;
mod cors;
mod cursors;
mod import;
mod json;
mod log;
mod models;
mod no_such_route;
mod secrets;
mod session_keys;
mod sessions;
mod store;
mod walls;

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
