//! Tests of the airline routes over HTTP.

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

use shared::App;
use testing::TestApp;
use utoipa_axum::router::OpenApiRouter;

/// Returns the routes under test and the other routes that the tests call.
fn routes() -> OpenApiRouter<App> {
    airlines::routes().merge(system::routes())
}

/// Starts the API with empty tables.
async fn start() -> TestApp {
    TestApp::start(routes).await
}
