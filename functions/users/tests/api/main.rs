//! Tests of the member routes over HTTP.

mod bad_input;
mod badges;
mod bodies;
mod change_discord;
mod change_own_record;
mod change_roles;
mod create_user;
mod crowd;
mod directory;
mod faults;
mod fields;
mod github;
mod index_model;
mod lambda;
mod late_writes;
mod leaks;
mod list_users;
mod own_record;
mod pages;
mod paths;
mod people;
mod races;
mod routes;
mod search_users;
mod sessions;
mod skills;
mod status;
mod update_users;

use testing::TestApp;

/// Starts the API with empty tables.
async fn start() -> TestApp {
    TestApp::start(users::routes).await
}

/// Starts the API with the demo community.
async fn with_demo() -> TestApp {
    TestApp::with_demo(users::routes).await
}
