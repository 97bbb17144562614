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
