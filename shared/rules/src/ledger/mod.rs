//! Miles: earning, spending, refunding.
//!
//! Every movement is one transaction on the state that it was decided on. If that state has changed, or another movement
//! is in progress, the transaction does nothing; the state is read and decided anew, until the deadline. So what holds for
//! one movement alone holds however many race.

mod board;
mod error;
mod idempotency;
mod movement;
mod opening;
mod purchase;
mod refund;
mod settling;
mod transactions;

pub use board::{Boarded, Boarding, board};
pub use error::LedgerError;
pub use idempotency::{Answered, IdempotencyKey};
pub(crate) use opening::{closing_entry, opening_entry};
pub use opening::{open_account, opening};
pub use purchase::{Purchase, purchase};
pub use refund::{Refund, refund};
pub use transactions::transactions;
