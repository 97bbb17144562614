//! The command line, run as a process, and the files that are generated from the code or must agree with it.

mod admin;
mod audit;
mod blocks;
mod costs;
mod descriptions;
mod diagram;
mod documents;
mod events;
mod examples;
mod fields;
mod import;
mod jobs;
mod keys;
mod operations;
mod permissions;
mod readme;
mod routes;
mod runbook;
mod serve;
mod server;
mod sessions;
mod template;

use shared::App;
use testing::TestApp;
use utoipa_axum::router::OpenApiRouter;

/// All routes of the API.
fn routes() -> OpenApiRouter<App> {
    airlines::routes()
        .merge(flights::routes())
        .merge(miles::routes())
        .merge(system::routes())
        .merge(users::routes())
        .merge(login::routes())
}

/// Starts the routes with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(routes).await
}
