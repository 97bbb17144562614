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
    let entry = LedgerEntry {
        id: LedgerEntry::id_of(&flyer.user_id, 1),
        user_id: flyer.user_id.clone(),
        seq: 1,
        amount: miles,
        r#type: EntryType::of(miles),
        source: EntrySource::Adjustment,
        airline_id: None,
        flight_id: None,
        product_id: None,
        note: "Opening balance".to_owned(),
        balance_after: u64::try_from(miles).expect("no balance is below 0"),
        created_at: at,
        reverses: None,
    };
    StoredEntry { entry, operation: Uuid::nil(), refunded_by: None, origin: Some(Origin::Opening) }
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
