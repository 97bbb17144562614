//! Errors of movements of miles and of listings of ledgers.

use crate::commit::StorageFailure;
use crate::idempotency::KeyReusedError;
use store::{CursorError, PageError, StoreError};

/// Why miles could not be moved or a ledger could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The flyer does not exist.
    #[error("User not found")]
    UserNotFound,
    /// The airline has no such active product.
    #[error("Product not found")]
    ProductNotFound,
    /// The flight does not exist, or the airline neither operates nor shares it.
    #[error("Flight not found")]
    FlightNotFound,
    /// The ledger entry does not exist, or another airline created it.
    #[error("Transaction not found")]
    TransactionNotFound,
    /// The balance is lower than the price.
    #[error("Insufficient miles")]
    InsufficientMiles,
    /// The product has another price than the buyer expects.
    #[error("Price has changed")]
    PriceChanged,
    /// The flyer has already boarded the flight.
    #[error("Passenger already boarded")]
    AlreadyBoarded,
    /// The flight has ended and cannot be boarded anymore.
    #[error("Flight has ended")]
    FlightEnded,
    /// The purchase has already been refunded.
    #[error("Already refunded")]
    AlreadyRefunded,
    /// The ledger entry is not a purchase.
    #[error("Only purchases can be refunded")]
    NotAPurchase,
    /// The boarding has already been reversed.
    #[error("Already reversed")]
    AlreadyReversed,
    /// The ledger entry is not a boarding, or one that earned no miles.
    #[error("Transaction cannot be reversed")]
    NotReversible,
    /// An import is rewriting the flyer's ledger: until it is done, no miles move.
    #[error("Flyer is being imported")]
    BeingImported,
    /// The `Idempotency-Key` was used for a different request.
    #[error(transparent)]
    IdempotencyKeyReused(#[from] KeyReusedError),
    /// This field is required for a flyer who was never seen before.
    #[error("\"{0}\" is required for a flyer not seen before")]
    NameRequired(&'static str),
    /// The balance would exceed the largest number that every client reads exactly. Names what would increase it.
    #[error("{0} would take the balance past its range")]
    BalanceOutOfRange(&'static str),
    /// The cursor is damaged or belongs to another listing.
    #[error("\"next\": {0}")]
    Cursor(#[from] CursorError),
    /// The tables could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PageError> for LedgerError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Cursor(error) => error.into(),
            PageError::Store(error) => error.into(),
        }
    }
}

impl StorageFailure for LedgerError {
    fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::Store(StoreError::OutcomeUnknown(_)))
    }
}
