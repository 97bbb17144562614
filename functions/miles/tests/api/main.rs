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

use testing::TestApp;

/// Starts the routes on empty tables.
async fn start() -> TestApp {
    TestApp::start(miles::routes).await
}

/// Starts the routes with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(miles::routes).await
}
