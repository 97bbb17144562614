//! How facts of the original system make a ledger: in order, with balances that follow from each other and are never below
//! 0, to the balance that the flyer has.

use super::history::{Boarding, Movement, Row};
use crate::ledger::{closing_entry, opening_entry};
use models::{
    Account, AirlineId, Balance, EntrySource, EntryType, FlightId, FlyerId, ImportedFrom, LedgerEntry, ProductId,
    RowId, Timestamp,
};
use store::StoredEntry;
use uuid::Uuid;

/// What makes two facts about a flyer the same one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum FactKey {
    Boarding(FlightId),
    Transaction(RowId),
}

impl FactKey {
    /// Of what a row is about.
    pub fn of(row: &Row) -> Self {
        match row {
            Row::Boarding(Boarding { flight, .. }) | Row::Credit { flight, .. } => Self::Boarding(*flight),
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
    pub fn boarding(boarding: &Boarding, airline: AirlineId) -> Self {
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

    pub fn movement(movement: Movement) -> Self {
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

    /// The fact that an entry states; none, if it makes a balance or is no import's.
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

    /// By time; at the same time boardings first; then by id, of which longer numbers are later ones.
    fn position(&self) -> (Timestamp, bool, usize, String) {
        let (is_transaction, id) = match &self.key {
            FactKey::Boarding(flight) => (false, flight.to_string()),
            FactKey::Transaction(id) => (true, id.to_string()),
        };
        (self.at, is_transaction, id.len(), id)
    }
}

/// A balance on the way leaves the range that balances have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OutOfRange;

/// The ledger of a flyer with those facts, of at least so many entries.
///
/// It begins with what the flyer must have had so that no balance is below 0, and where the facts do not lead to the flyer's
/// balance, ends with the difference.
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
