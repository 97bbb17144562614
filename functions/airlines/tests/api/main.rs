//! The routes of airlines, over HTTP.

mod bad_input;
mod change_product;
mod create_airline;
mod create_brand;
mod create_key;
mod create_product;
mod faults;
mod fetch_products_data;
mod get_airline;
mod key_lifetime;
mod lambda;
mod list_brands;
mod malformed_bodies;
mod revoke_key;
mod superusers;
mod tables;

use shared::App;
use testing::TestApp;
use utoipa_axum::router::OpenApiRouter;

/// The routes under test, and those that tests use beside them.
fn routes() -> OpenApiRouter<App> {
    airlines::routes().merge(system::routes())
}

/// Starts the routes on empty tables.
async fn start() -> TestApp {
    TestApp::start(routes).await
}

/// Starts the routes with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(routes).await
}
