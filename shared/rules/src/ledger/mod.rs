//! Miles: earning, spending and putting them right.
//!
//! Every movement is one transaction, conditional on the state on which it was decided. If that state has changed, or
//! another movement is in progress, the transaction does nothing. The state is then read and decided on again, until
//! the deadline. What holds for a single movement therefore also holds for any number of concurrent ones.

mod board;
mod commit;
mod correction;
mod error;
mod movement;
mod opening;
mod purchase;
mod transactions;

pub use crate::idempotency::{Answered, IdempotencyKey, KeyReusedError, Recordable, Replay};
pub use board::{Boarded, Boarding, board};
pub use correction::{Corrected, Correction, Note, correct};
pub use error::LedgerError;
pub(crate) use opening::{closing_entry, opening_entry};
pub use opening::{open_account, opening};
pub use purchase::{Order, Purchase, purchase};
pub use transactions::transactions;
