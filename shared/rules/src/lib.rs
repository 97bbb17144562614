//! The rules of the domain, as functions named with its verbs: `purchase`, `board`, `archive`.
//!
//! A rule reads through the [`store`], decides, and writes. It takes a [`Context`], and an [`Outside`] too if it calls
//! another service. It knows nothing of HTTP: each module has its own error type, and the crate `shared` says how each
//! error is answered. Doc comments state what a rule promises, its errors and its cost in DynamoDB requests.

pub mod airlines;
pub mod audit;
mod commit;
mod context;
pub mod flights;
pub mod history;
pub mod import;
pub mod ledger;
pub mod members;
pub mod outside;

pub use context::{Clock, Context, Entropy, SystemClock, SystemEntropy};
pub use outside::Outside;
