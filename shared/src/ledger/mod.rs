//! Miles: earning, spending, giving back.
//!
//! Every movement is one transaction on the state that it was judged by. If that state has changed, or another
//! movement is under way, the transaction does nothing; the state is read and judged anew, until the
//! invocation's time is up. So what holds for one movement alone holds however many race.

mod board;
mod idempotency;
mod movement;
mod opening;
mod purchase;
mod refund;
mod settle;
mod transactions;

pub use board::{Boarded, Boarding, board};
pub use idempotency::{IdempotencyKey, Settled};
pub(crate) use opening::{closing_entry, opening_entry};
pub use opening::{open_account, opening};
pub use purchase::{Purchase, purchase};
pub use refund::{Refund, refund};
pub use transactions::transactions;
