//! Flyers whose balance is imported from another system.

use crate::Context;
use models::{Account, EntrySource, EntryType, Flyer, ImportedFrom, LedgerEntry, Timestamp};
use store::{Batch, CreateResult, Creation, StoreError, StoredEntry};
use uuid::Uuid;

/// Returns the account of a flyer with an imported balance, and the first ledger entry, which accounts for that
/// balance.
#[must_use]
pub fn opening(flyer: Flyer) -> (Account, StoredEntry) {
    let miles = i64::try_from(flyer.miles.get()).expect("a balance is below 2^53");
    let entry = opening_entry(&flyer, miles, flyer.created_at);
    (Account { flyer, seq: 1, flights_count: 0, rewriting: None }, entry)
}

/// Returns the first entry of a flyer's ledger, which opens it with the given miles.
pub(crate) fn opening_entry(flyer: &Flyer, miles: i64, at: Timestamp) -> StoredEntry {
    let balance = u64::try_from(miles).expect("a balance is never negative");
    entry(flyer, 1, (miles, balance), at, ("Opening balance", ImportedFrom::Opening))
}

/// Returns the entry with the given number that brings the ledger to the flyer's imported balance.
pub(crate) fn closing_entry(flyer: &Flyer, seq: u64, amount: i64, at: Timestamp) -> StoredEntry {
    let balance = flyer.miles.get();
    entry(flyer, seq, (amount, balance), at, ("Difference to the imported balance", ImportedFrom::Closing))
}

fn entry(
    flyer: &Flyer,
    seq: u64,
    (amount, balance_after): (i64, u64),
    created_at: Timestamp,
    (note, imported_from): (&str, ImportedFrom),
) -> StoredEntry {
    let entry = LedgerEntry {
        id: LedgerEntry::id_of(&flyer.user_id, seq),
        user_id: flyer.user_id.clone(),
        seq,
        amount,
        r#type: EntryType::of(amount),
        source: EntrySource::Adjustment,
        airline_id: None,
        flight_id: None,
        product_id: None,
        note: note.to_owned(),
        balance_after,
        created_at,
        reverses: None,
    };
    StoredEntry { entry, operation: Uuid::nil(), refunded_by: None, imported_from: Some(imported_from) }
}

/// Creates a flyer with an imported balance. Returns `false` if the flyer already exists. One request.
///
/// # Errors
/// Any [`StoreError`].
pub async fn open_account(context: &Context, flyer: Flyer) -> Result<bool, StoreError> {
    let (account, entry) = opening(flyer);
    let created =
        context.store.create_all(&Batch::of(Creation::account(&account, &entry)), || context.random()).await?;
    Ok(created == [CreateResult::Created])
}
