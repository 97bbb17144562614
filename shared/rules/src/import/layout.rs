//! Turns facts of the original system into a ledger: in order, with balances that follow from each other, are never
//! negative and lead to the flyer's balance.

use super::history::{ImportedBoarding, ImportedMovement, Row};
use crate::ledger::{closing_entry, opening_entry};
use models::{
    Account, AirlineId, Balance, EntrySource, EntryType, FlightId, FlyerId, ImportedFrom, LedgerEntry, ProductId,
    RowId, Timestamp,
};
use store::StoredEntry;
use uuid::Uuid;

/// Identifies a fact about a flyer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum FactKey {
    Boarding(FlightId),
    Transaction(RowId),
}

impl FactKey {
    /// Returns the key of the fact that a row records.
    pub fn of(row: &Row) -> Self {
        match row {
            Row::Boarding(ImportedBoarding { flight, .. }) | Row::Credit { flight, .. } => Self::Boarding(*flight),
            Row::Movement(movement) => Self::Transaction(movement.id.clone()),
        }
    }
}

/// Something that moved a flyer's miles in the original system.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    pub key: FactKey,
    pub at: Timestamp,
    pub amount: i64,
    source: EntrySource,
    airline_id: Option<AirlineId>,
    flight_id: Option<FlightId>,
    product_id: Option<ProductId>,
    note: String,
}

impl Fact {
    /// Creates the fact of a boarding.
    pub fn boarding(boarding: &ImportedBoarding, airline: AirlineId) -> Self {
        Self {
            key: FactKey::Boarding(boarding.flight),
            at: boarding.at,
            amount: i64::try_from(boarding.miles).expect("miles of a flight are at most 1,000,000"),
            source: EntrySource::Flight,
            airline_id: Some(airline),
            flight_id: Some(boarding.flight),
            product_id: None,
            note: "Miles earned from flight".to_owned(),
        }
    }

    /// Creates the fact of any other movement.
    pub fn movement(movement: ImportedMovement) -> Self {
        Self {
            key: FactKey::Transaction(movement.id),
            at: movement.at,
            amount: movement.amount,
            source: if movement.is_purchase { EntrySource::Purchase } else { EntrySource::Adjustment },
            airline_id: movement.airline_id,
            flight_id: movement.flight_id,
            product_id: movement.product_id,
            note: movement.note,
        }
    }

    /// Returns the fact that an entry records; `None` for an opening or closing entry, and for one that was not
    /// imported.
    pub fn of(stored: &StoredEntry) -> Option<Self> {
        let entry = &stored.entry;
        let key = match stored.imported_from.as_ref()? {
            ImportedFrom::Opening | ImportedFrom::Closing => return None,
            ImportedFrom::Passenger => FactKey::Boarding(entry.flight_id?),
            ImportedFrom::Transaction(id) => FactKey::Transaction(id.clone()),
        };
        Some(Self {
            key,
            at: entry.created_at,
            amount: entry.amount,
            source: entry.source,
            airline_id: entry.airline_id.clone(),
            flight_id: entry.flight_id,
            product_id: entry.product_id.clone(),
            note: entry.note.clone(),
        })
    }

    /// Returns the key to sort by: time, then boardings first, then id. Of ids, longer ones come later, because they
    /// are greater numbers.
    fn position(&self) -> (Timestamp, bool, usize, String) {
        let (is_transaction, id) = match &self.key {
            FactKey::Boarding(flight) => (false, flight.to_string()),
            FactKey::Transaction(id) => (true, id.to_string()),
        };
        (self.at, is_transaction, id.len(), id)
    }
}

/// A balance of the ledger would be out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OutOfRange;

/// Returns the ledger of a flyer with the given facts, with at least `at_least` entries.
///
/// The ledger opens with what the flyer must have had for no balance to be negative. If the facts do not lead to the
/// flyer's balance, it closes with the difference.
pub(super) fn lay_out(account: &Account, mut facts: Vec<Fact>, at_least: u64) -> Result<Vec<StoredEntry>, OutOfRange> {
    facts.sort_by_cached_key(Fact::position);
    let (mut sum, mut lowest) = (0_i128, 0_i128);
    for fact in &facts {
        sum += i128::from(fact.amount);
        lowest = lowest.min(sum);
    }
    let flyer = &account.flyer;
    let begin = facts.first().map_or(flyer.created_at, |first| first.at.min(flyer.created_at));
    let end = facts.last().map_or(flyer.updated_at, |last| last.at.max(flyer.updated_at));
    let opening = checked(-lowest)?;

    let mut balance = -lowest;
    let mut entries = vec![opening_entry(flyer, opening, begin)];
    for fact in facts {
        balance += i128::from(fact.amount);
        entries.push(entry(&flyer.user_id, entries.len() + 1, fact, checked(balance)?));
    }
    let missing = i128::from(flyer.miles.get()) - balance;
    if missing != 0 || (entries.len() as u64) < at_least {
        let amount = i64::try_from(missing).map_err(|_| OutOfRange)?;
        entries.push(closing_entry(flyer, entries.len() as u64 + 1, amount, end));
    }
    Ok(entries)
}

fn checked(balance: i128) -> Result<i64, OutOfRange> {
    let balance = u64::try_from(balance).ok().and_then(|balance| Balance::try_from(balance).ok()).ok_or(OutOfRange)?;
    i64::try_from(balance.get()).map_err(|_| OutOfRange)
}

fn entry(flyer: &FlyerId, place: usize, fact: Fact, balance: i64) -> StoredEntry {
    let seq = place as u64;
    let imported_from = match fact.key {
        FactKey::Boarding(_) => ImportedFrom::Passenger,
        FactKey::Transaction(id) => ImportedFrom::Transaction(id),
    };
    let entry = LedgerEntry {
        id: LedgerEntry::id_of(flyer, seq),
        user_id: flyer.clone(),
        seq,
        amount: fact.amount,
        r#type: EntryType::of(fact.amount),
        source: fact.source,
        airline_id: fact.airline_id,
        flight_id: fact.flight_id,
        product_id: fact.product_id,
        note: fact.note,
        balance_after: balance.unsigned_abs(),
        created_at: fact.at,
        reverses: None,
    };
    StoredEntry { entry, operation: Uuid::nil(), refunded_by: None, imported_from: Some(imported_from) }
}
