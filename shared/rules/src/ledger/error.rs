//! Why miles do not move.

use store::{CursorError, PageError, StoreError};

/// Why miles were not moved, or a ledger could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// There is no such flyer.
    #[error("User not found")]
    UserNotFound,
    /// The airline has no such active product.
    #[error("Product not found")]
    ProductNotFound,
    /// There is no such flight, or the airline neither operates nor shares it.
    #[error("Flight not found")]
    FlightNotFound,
    /// There is no such ledger entry, or another airline made it.
    #[error("Transaction not found")]
    TransactionNotFound,
    /// The balance is below the price.
    #[error("Insufficient miles")]
    InsufficientMiles,
    /// The flyer is on that flight already.
    #[error("Passenger already boarded")]
    AlreadyBoarded,
    /// Nobody boards a flight that has ended.
    #[error("Flight has ended")]
    FlightEnded,
    /// A purchase is refunded once.
    #[error("Already refunded")]
    AlreadyRefunded,
    /// The ledger entry is no purchase.
    #[error("Only purchases can be refunded")]
    NotAPurchase,
    /// The Idempotency-Key belongs to a request for something else.
    #[error("Idempotency-Key was used with another body")]
    IdempotencyKeyReused,
    /// A flyer who was never seen before needs this field.
    #[error("\"{0}\" is required for a flyer not seen before")]
    NameRequired(&'static str),
    /// The balance would exceed the largest number that every client reads exactly; names what would take it there.
    #[error("{0} would take the balance past its range")]
    BalanceOutOfRange(&'static str),
    /// The cursor is not one of this ledger's.
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
