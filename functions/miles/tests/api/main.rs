//! The routes of flyers, over HTTP.

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
mod late_arrivals;
mod list_transactions;
mod model;
mod movements;
mod races;
mod refund_transaction;
mod shop;
mod stored;

use shared::App;
use testing::TestApp;
use utoipa_axum::router::OpenApiRouter;

/// The routes under test, and those that tests use beside them.
fn routes() -> OpenApiRouter<App> {
    miles::routes().merge(airlines::routes()).merge(flights::routes())
}

/// Starts the routes on empty tables.
async fn start() -> TestApp {
    TestApp::start(routes).await
}

/// Starts the routes with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(routes).await
}
