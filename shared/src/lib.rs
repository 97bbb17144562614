//! The parts that all functions of Skysquad share.
//!
//! * [`auth`] identifies callers: game servers by API key, people by session.
//! * [`http`] turns requests into calls of rules, and their results into responses.
//! * [`config`] reads the environment, [`telemetry`] writes logs and metrics, and [`job`] runs scheduled jobs.
//! * [`App`] connects all of these.
//!
//! The crates below are re-exported, so that a function depends only on this one: [`models`] has the types of the
//! domain, [`store`] stores them in DynamoDB, and the other modules are the business rules.

pub mod app;
pub mod auth;
pub mod config;
pub mod http;
pub mod job;
pub mod telemetry;

pub use app::App;
pub use models;
pub use rules::{
    Clock, Context, Entropy, Outside, SystemClock, airlines, audit, flights, history, import, ledger, login, members,
    outside,
};
pub use store::{self, Invocation};
