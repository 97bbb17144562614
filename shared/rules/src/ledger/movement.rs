//! Arithmetic of movements of miles.

use super::LedgerError;
use models::{Account, AirlineId, Balance, EntrySource, EntryType, FlightId, Flyer, LedgerEntry, ProductId, Timestamp};
use store::{Effect, Movement};
use uuid::Uuid;

/// How many miles move, and why.
#[derive(Debug, Clone)]
pub(super) struct Reason {
    pub amount: i64,
    pub source: EntrySource,
    pub airline_id: Option<AirlineId>,
    pub flight_id: Option<FlightId>,
    pub product_id: Option<ProductId>,
    pub note: String,
    pub reverses: Option<String>,
}

/// Returns a movement of miles on an account as it was read or, if `is_new` is set, as it will be created. Returns
/// `None` if the balance would leave the range from 0 to [`MAX_MILES`](models::MAX_MILES).
pub(super) fn movement(
    account: &Account,
    is_new: bool,
    reason: Reason,
    operation: Uuid,
    now: Timestamp,
    effects: Vec<Effect>,
) -> Option<Movement> {
    let balance = account.flyer.miles.get().checked_add_signed(reason.amount)?;
    let miles = Balance::try_from(balance).ok()?;
    let seq = account.seq + 1;
    let boardings = effects.iter().filter(|effect| matches!(effect, Effect::Boarding { .. })).count() as u64;
    let entry = LedgerEntry {
        id: LedgerEntry::id_of(&account.flyer.user_id, seq),
        user_id: account.flyer.user_id.clone(),
        seq,
        amount: reason.amount,
        r#type: EntryType::of(reason.amount),
        source: reason.source,
        airline_id: reason.airline_id,
        flight_id: reason.flight_id,
        product_id: reason.product_id,
        note: reason.note,
        balance_after: balance,
        created_at: now,
        reverses: reason.reverses,
    };
    let account = Account {
        flyer: Flyer { miles, updated_at: now, ..account.flyer.clone() },
        seq,
        flights_count: account.flights_count + boardings,
        rewriting: None,
    };
    let seen = (!is_new).then_some(seq - 1);
    Some(Movement { seen, account, entry, operation, effects })
}

/// Checks that miles of the flyer can move.
///
/// # Errors
/// `BeingImported` if an import is rewriting the flyer's ledger, which no retry would outlast.
pub(super) fn ensure_movable(account: &Account) -> Result<(), LedgerError> {
    if account.rewriting.is_some() { Err(LedgerError::BeingImported) } else { Ok(()) }
}
