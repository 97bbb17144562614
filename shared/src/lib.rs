//! What all of Skysquad's functions share: authentication, models, rules, storage and the HTTP edge.
//!
//! * [`models`] are the things of the domain; a value exists only if it is valid.
//! * [`store`] keeps them in DynamoDB, and nothing else knows DynamoDB.
//! * [`ledger`], [`history`], [`flights`], [`airlines`] and [`import`] are the rules: functions named with the domain's
//!   verbs.
//! * [`auth`] tells who calls.
//! * [`http`] turns requests into calls of the rules and their results into responses.
//!
//! Contract sections named in the documentation are those of the wire contract, which `openapi.json` at the
//! top of the repository restates in full.

pub mod airlines;
pub mod app;
pub mod audit;
pub mod auth;
pub mod config;
pub mod error;
pub mod flights;
pub mod history;
pub mod http;
pub mod import;
pub mod invocation;
pub mod job;
pub mod ledger;
pub mod members;
pub mod models;
pub mod outbound;
pub mod secrets;
pub mod store;
pub mod telemetry;

pub use app::App;
