//! Tests of the flyer routes over HTTP.

mod adjust_balance;
mod api_key;
mod bad_input;
mod buy_product;
mod example;
mod faults;
mod fetch_users_data;
mod idempotency;
mod invariants;
mod lambda;
mod large_answers;
mod list_transactions;
mod model;
mod races;
mod recorded;
mod refund_transaction;
mod reverse_transaction;
mod shop;
mod stored;

use shared::App;
use testing::TestApp;
use utoipa_axum::router::OpenApiRouter;

/// Returns the routes under test and the other routes that the tests call.
fn routes() -> OpenApiRouter<App> {
    miles::routes().merge(airlines::routes()).merge(flights::routes())
}

/// Starts the API with empty tables.
async fn start() -> TestApp {
    TestApp::start(routes).await
}

/// Starts the API with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(routes).await
}
