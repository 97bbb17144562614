//! Business rules of the domain, as functions named after its verbs: `purchase`, `board`, `archive`.
//!
//! A rule reads from the [`store`], decides, and writes. It takes a [`Context`], and also an [`Outside`] if it calls
//! another service. Rules know nothing about HTTP: each module has its own error type, which the crate `shared`
//! converts to responses. Doc comments state what a rule does and promises, its cost in DynamoDB requests, and the
//! variants of its errors. `Store` means that the tables could not be read or written.

pub mod airlines;
pub mod audit;
mod commit;
mod context;
pub mod flights;
pub mod history;
mod idempotency;
pub mod import;
pub mod ledger;
pub mod login;
pub mod members;
pub mod outside;

pub use context::{Clock, Context, Entropy, SystemClock, SystemEntropy};
pub use outside::Outside;
