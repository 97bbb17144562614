//! What all of Skysquad's functions link.
//!
//! * [`auth`] identifies callers: game servers by API key, people by session.
//! * [`http`] turns requests into calls of rules, and their results into responses.
//! * [`config`] reads the environment, [`telemetry`] writes logs and metrics, [`job`] runs scheduled jobs.
//! * [`App`] wires it all up.
//!
//! The crates below it are re-exported, so that a function depends on this one alone: [`models`] are the types of the
//! domain, [`store`] keeps them in DynamoDB, and the rest are the rules.

pub mod app;
pub mod auth;
pub mod config;
pub mod http;
pub mod job;
pub mod telemetry;

pub use app::App;
pub use models;
pub use rules::{
    Clock, Context, Entropy, Outside, airlines, audit, flights, history, import, ledger, members, outside,
};
pub use store::{self, Invocation};
