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
