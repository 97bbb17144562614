//! Flyers who bring a balance along from elsewhere.

use crate::App;
use crate::error::StoreError;
use crate::models::{Account, EntrySource, EntryType, Flyer, LedgerEntry, Origin, Timestamp};
use crate::store::{Batch, Created, Creation, StoredEntry};
use uuid::Uuid;

/// The account of a flyer who brings a balance along, with the first entry of the ledger, which says so.
#[must_use]
pub fn opening(flyer: Flyer) -> (Account, StoredEntry) {
    let brought = i64::try_from(flyer.miles.get()).expect("a balance is below 2^53");
    let entry = opening_entry(&flyer, brought, flyer.created_at);
    (Account { flyer, seq: 1, flights_count: 0, rewriting: None }, entry)
}

/// The first entry of a flyer's ledger, that begins it with so many miles.
pub(crate) fn opening_entry(flyer: &Flyer, miles: i64, at: Timestamp) -> StoredEntry {
    let balance = u64::try_from(miles).expect("no balance is below 0");
    entry(flyer, 1, (miles, balance), at, ("Opening balance", Origin::Opening))
}

/// An entry in that place, that leads to the balance which the flyer brings along.
pub(crate) fn closing_entry(flyer: &Flyer, seq: u64, amount: i64, at: Timestamp) -> StoredEntry {
    let balance = flyer.miles.get();
    entry(flyer, seq, (amount, balance), at, ("Difference to the balance brought along", Origin::Closing))
}

fn entry(
    flyer: &Flyer,
    seq: u64,
    (amount, balance_after): (i64, u64),
    created_at: Timestamp,
    (note, origin): (&str, Origin),
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
    StoredEntry { entry, operation: Uuid::nil(), refunded_by: None, origin: Some(origin) }
}

/// Makes a flyer who brings a balance along: one request. Tells whether it did; not, if the flyer
/// is there already.
///
/// # Errors
/// As any write: when the time was up, or DynamoDB failed.
pub async fn open_account(app: &App, flyer: Flyer) -> Result<bool, StoreError> {
    let (account, entry) = opening(flyer);
    let created = app.store.create_all(&Batch::of(Creation::account(&account, &entry)), || app.random()).await?;
    Ok(created == [Created::Done])
}
