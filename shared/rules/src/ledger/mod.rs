//! Miles: earning, spending and refunding them.
//!
//! Every movement is one transaction, conditional on the state on which it was decided. If that state has changed, or
//! another movement is in progress, the transaction does nothing. The state is then read and decided on again, until
//! the deadline. What holds for a single movement therefore also holds for any number of concurrent ones.

mod board;
mod commit;
mod error;
mod idempotency;
mod movement;
mod opening;
mod purchase;
mod refund;
mod transactions;

pub use board::{Boarded, Boarding, board};
pub use error::LedgerError;
pub use idempotency::{Answered, IdempotencyKey};
pub(crate) use opening::{closing_entry, opening_entry};
pub use opening::{open_account, opening};
pub use purchase::{Purchase, purchase};
pub use refund::{Refund, refund};
pub use transactions::transactions;
