//! The arithmetic of one movement.

use crate::App;
use crate::error::{FlyersError, StoreError};
use crate::models::{
    Account, AirlineId, Balance, EntrySource, EntryType, FlightId, Flyer, LedgerEntry, ProductId, Timestamp,
};
use crate::store::{Committed, Effect, Movement};
use uuid::Uuid;

/// Why miles move.
#[derive(Debug, Clone)]
pub(super) struct Reason {
    pub amount: i64,
    pub source: EntrySource,
    pub airline_id: AirlineId,
    pub flight_id: Option<FlightId>,
    pub product_id: Option<ProductId>,
    pub note: String,
    pub reverses: Option<String>,
}

/// The movement of that many miles on an account as it was read (`is_new`: as it would be made), at an
/// instant. None when the balance would leave the range from 0 to [`MAX_MILES`].
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
        r#type: if reason.amount < 0 { EntryType::Spend } else { EntryType::Earn },
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
    };
    let seen = (!is_new).then_some(seq - 1);
    Some(Movement { seen, account, entry, operation, effects })
}

/// Makes a flyer who brings a balance along from elsewhere, as the first entry of the ledger: one request.
/// Tells whether it did; not, if the flyer is there already.
///
/// # Errors
/// As any write: when the time was up, or DynamoDB failed.
pub async fn open_account(app: &App, flyer: Flyer, airline: &AirlineId) -> Result<bool, FlyersError> {
    let brought = flyer.miles.get();
    let now = flyer.created_at;
    let nothing = Balance::try_from(0).expect("0 is in range");
    let empty = Account { flyer: Flyer { miles: nothing, ..flyer }, seq: 0, flights_count: 0 };
    let reason = Reason {
        amount: i64::try_from(brought).expect("a balance is at most 2^53"),
        source: EntrySource::Adjustment,
        airline_id: airline.clone(),
        flight_id: None,
        product_id: None,
        note: "Opening balance".to_owned(),
        reverses: None,
    };
    let operation = uuid::Builder::from_random_bytes(app.random()).into_uuid();
    let movement = movement(&empty, true, reason, operation, now, Vec::new()).expect("a balance is in range");
    match app.store.commit(&movement, None, app.random()).await? {
        Committed::Done => Ok(true),
        Committed::Stale { in_doubt: false } => Ok(false),
        Committed::Stale { in_doubt: true } => {
            let first = app.store.ledger_entry(&movement.entry.user_id, 1).await?;
            match first {
                Some(entry) if entry.operation == operation => Ok(true),
                Some(_) => Ok(false),
                None => Err(StoreError::OutcomeUnknown("an attempt got no answer".into()).into()),
            }
        }
    }
}
