//! The ledger: movements of miles, each one transaction, and reading what they are judged by.

use super::cursor::{BadCursor, Page, decode};
use super::item::{Item, from_item, to_item, value, values};
use super::keys::{HISTORY_PAGE_SIZE, Key, flyer_partition, ledger_position};
use super::query::Range;
use super::transaction::{Ended, Transaction};
use super::{Store, Table};
use crate::error::StoreError;
use crate::models::{
    Account, AirlineId, Flight, FlightId, FlyerId, HistoryEntry, LedgerEntry, Origin, Passenger, Product, ProductId,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A ledger entry as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredEntry {
    /// The entry.
    #[serde(flatten)]
    pub entry: LedgerEntry,
    /// Names the request that made it, so that a request whose answer was lost finds its own entry; nil, if none did.
    pub operation: Uuid,
    /// The id of the entry that gave this one back.
    pub refunded_by: Option<String>,
    /// Where it comes from, if no request made it.
    pub origin: Option<Origin>,
}

/// A passenger as it is stored: with the number of the ledger entry that credits the miles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredPassenger {
    #[serde(flatten)]
    pub passenger: Passenger,
    pub seq: u64,
}

/// What a request with an Idempotency-Key answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Digest of what was asked.
    pub fingerprint: String,
    /// The answer, as JSON.
    pub answer: String,
    /// The id of the ledger entry that the request made.
    pub entry: String,
    /// When the record ends, in seconds since 1970.
    pub expires_at: i64,
}

/// Where a request's outcome is kept: the airline, the flyer and the Idempotency-Key.
#[derive(Debug, Clone, Copy)]
pub struct OutcomeOf<'a> {
    /// Who asks.
    pub airline: &'a AirlineId,
    /// Whose miles.
    pub flyer: &'a FlyerId,
    /// The header.
    pub key: &'a str,
}

impl OutcomeOf<'_> {
    fn key(&self) -> Key {
        Key::outcome(self.airline, self.flyer, self.key)
    }
}

/// What else a movement does, or depends on.
#[derive(Debug, Clone)]
pub enum Effect {
    /// The product must still be sold at that price.
    ProductStillSold(Box<Product>),
    /// The flight must not have ended.
    FlightOpen(FlightId),
    /// The flyer boards a flight, as entry number `history_position` (from 0) of the history.
    Boarding {
        /// Who, what and when.
        passenger: Passenger,
        /// Where in the history.
        history_position: u64,
    },
    /// That entry of the same flyer is given back, which must not have happened before.
    Refund {
        /// Its number.
        seq: u64,
    },
}

/// One movement of miles: all of it happens, or nothing.
#[derive(Debug, Clone)]
pub struct Movement {
    /// The number of the flyer's last entry as it was read; none for a new flyer.
    pub seen: Option<u64>,
    /// The flyer as it will be.
    pub account: Account,
    /// The entry that says why.
    pub entry: LedgerEntry,
    /// Names the request.
    pub operation: Uuid,
    /// What goes with it.
    pub effects: Vec<Effect>,
}

/// How a movement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It happened.
    Done,
    /// It did not, for what it was judged by has changed, or another movement was under way. With `in_doubt`
    /// an attempt of it got no answer, and only the ledger can tell.
    Stale {
        /// Whether an attempt got no answer.
        in_doubt: bool,
    },
}

/// What a purchase is judged by.
#[derive(Debug)]
pub struct PurchaseState {
    /// The flyer.
    pub account: Option<Account>,
    /// The product, of the airline that asks.
    pub product: Option<Product>,
    /// The recorded outcome, where a key was given.
    pub outcome: Option<Outcome>,
}

/// What a boarding is judged by.
#[derive(Debug)]
pub struct BoardingState {
    /// The flyer.
    pub account: Option<Account>,
    /// The flight.
    pub flight: Option<Flight>,
    /// The flyer on that flight already.
    pub passenger: Option<Passenger>,
    /// The recorded outcome, where a key was given.
    pub outcome: Option<Outcome>,
}

/// What a refund is judged by.
#[derive(Debug)]
pub struct RefundState {
    /// The flyer.
    pub account: Option<Account>,
    /// The entry to give back.
    pub purchase: Option<StoredEntry>,
}

impl Store {
    /// Reads what a purchase is judged by: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn purchase_state(
        &self,
        airline: &AirlineId,
        flyer: &FlyerId,
        product: Option<&ProductId>,
        outcome: Option<OutcomeOf<'_>>,
    ) -> Result<PurchaseState, StoreError> {
        let account = Key::flyer(flyer);
        let product = product.map(|product| Key::product(airline, product));
        let outcome = outcome.map(|outcome| outcome.key());
        let keys = [Some(&account), product.as_ref(), outcome.as_ref()];
        let mut found = self.batch_get(keys.into_iter().flatten().cloned().collect()).await?;
        Ok(PurchaseState {
            account: found.take(&account)?,
            product: product.map_or(Ok(None), |key| found.take(&key))?,
            outcome: outcome.map_or(Ok(None), |key| found.take(&key))?,
        })
    }

    /// Reads what a boarding is judged by: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn boarding_state(
        &self,
        flyer: &FlyerId,
        flight: FlightId,
        outcome: Option<OutcomeOf<'_>>,
    ) -> Result<BoardingState, StoreError> {
        let account = Key::flyer(flyer);
        let passenger = Key::passenger(flight, flyer);
        let flight = Key::flight(flight);
        let outcome = outcome.map(|outcome| outcome.key());
        let keys = [Some(&account), Some(&passenger), Some(&flight), outcome.as_ref()];
        let mut found = self.batch_get(keys.into_iter().flatten().cloned().collect()).await?;
        Ok(BoardingState {
            account: found.take(&account)?,
            flight: found.take(&flight)?,
            passenger: found.take(&passenger)?,
            outcome: outcome.map_or(Ok(None), |key| found.take(&key))?,
        })
    }

    /// Reads what the refund of the entry number `purchase` is judged by: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn refund_state(&self, flyer: &FlyerId, purchase: u64) -> Result<RefundState, StoreError> {
        let account = Key::flyer(flyer);
        let purchase = Key::ledger_entry(flyer, purchase);
        let keys = [Some(&account), Some(&purchase)];
        let mut found = self.batch_get(keys.into_iter().flatten().cloned().collect()).await?;
        Ok(RefundState { account: found.take(&account)?, purchase: found.take(&purchase)? })
    }

    /// A recorded outcome: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn outcome(&self, of: OutcomeOf<'_>) -> Result<Option<Outcome>, StoreError> {
        self.get(&of.key()).await
    }

    /// One ledger entry: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn ledger_entry(&self, flyer: &FlyerId, seq: u64) -> Result<Option<StoredEntry>, StoreError> {
        self.get(&Key::ledger_entry(flyer, seq)).await
    }

    /// Makes a movement happen, and records its outcome where one is given: one request, one transaction.
    /// `token` is to be new for each call.
    ///
    /// # Errors
    /// When DynamoDB failed, or the time was up; then it may have happened (`OutcomeUnknown`) or not (`Busy`).
    pub async fn commit(
        &self,
        movement: &Movement,
        outcome: Option<(OutcomeOf<'_>, Outcome)>,
        token: [u8; 16],
    ) -> Result<Committed, StoreError> {
        let mut transaction = self.transaction(token);
        transaction = move_balance(transaction, movement);
        for effect in &movement.effects {
            transaction = apply(transaction, effect, movement);
        }
        if let Some((of, outcome)) = outcome {
            let key = of.key();
            let now = values([(":now", value(movement.entry.created_at.as_second()))]);
            // DynamoDB deletes what has expired when it finds the time, so an expired record may be there yet.
            let condition = "attribute_not_exists(#pk) OR #expires_at <= :now";
            transaction = transaction.put(&key, to_item(&key, &outcome), condition, now);
        }
        Ok(match transaction.commit().await? {
            Ended::Done => Committed::Done,
            Ended::Refused { in_doubt, .. } | Ended::Conflict { in_doubt } => Committed::Stale { in_doubt },
        })
    }

    /// A page of a flyer's ledger, newest first: one request.
    ///
    /// # Errors
    /// As any read; the inner error when the cursor is not one of this listing's.
    pub async fn ledger_page(
        &self,
        flyer: &FlyerId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Result<Page<LedgerEntry>, BadCursor>, StoreError> {
        let listing = flyer_partition(flyer);
        let after = match cursor.map(|cursor| decode(&listing, cursor)).transpose() {
            Ok(after) => after,
            Err(bad) => return Ok(Err(bad)),
        };
        let range = Range {
            backward: true,
            // One more than asked for tells whether there is a next page.
            limit: Some(limit + 1),
            after: after.map(|sk| Key { table: Table::Ledgers, pk: listing.clone(), sk }.attributes()),
            ..Range::of(Table::Ledgers, "#pk = :pk", values([(":pk", value(&listing))]))
        };
        let entries = self.query(range).await?.into_iter().map(from_item).collect::<Result<Vec<LedgerEntry>, _>>()?;
        Ok(Ok(Page::of(entries, limit, &listing, |entry| ledger_position(entry.seq))))
    }
}

fn move_balance<'a>(transaction: Transaction<'a>, movement: &Movement) -> Transaction<'a> {
    let Movement { account, entry, .. } = movement;
    let key = Key::flyer(&entry.user_id);
    let transaction = match movement.seen {
        None => transaction.create(&key, account),
        Some(seen) => transaction.update(
            &key,
            "SET #miles = :miles, #seq = :seq, #flightsCount = :flights, #updatedAt = :now",
            Some("#seq = :seen AND attribute_not_exists(#rewriting)"),
            values([
                (":seen", value(seen)),
                (":seq", value(account.seq)),
                (":miles", value(account.flyer.miles)),
                (":flights", value(account.flights_count)),
                (":now", value(account.flyer.updated_at)),
            ]),
        ),
    };
    let stored = StoredEntry { entry: entry.clone(), operation: movement.operation, refunded_by: None, origin: None };
    transaction.create(&Key::ledger_entry(&entry.user_id, entry.seq), &stored)
}

fn apply<'a>(transaction: Transaction<'a>, effect: &Effect, movement: &Movement) -> Transaction<'a> {
    let entry = &movement.entry;
    match effect {
        Effect::ProductStillSold(product) => transaction.check(
            &Key::product(&product.airline_id, &product.product_id),
            "#active = :true AND #priceMiles = :price",
            values([(":true", value(true)), (":price", value(product.price_miles))]),
        ),
        Effect::FlightOpen(flight) => transaction.check(
            &Key::flight(*flight),
            "attribute_exists(#pk) AND attribute_not_exists(#endTime)",
            Item::new(),
        ),
        Effect::Boarding { passenger, history_position } => {
            let stored = StoredPassenger { passenger: passenger.clone(), seq: entry.seq };
            let in_history =
                HistoryEntry { flight_id: passenger.flight_id, miles: passenger.miles, joined_at: passenger.joined_at };
            transaction.create(&Key::passenger(passenger.flight_id, &passenger.user_id), &stored).update(
                &Key::history_page(&passenger.user_id, history_position / HISTORY_PAGE_SIZE),
                "SET #entries = list_append(if_not_exists(#entries, :none), :entry)",
                None,
                values([(":none", value([(); 0])), (":entry", value([in_history]))]),
            )
        }
        Effect::Refund { seq } => transaction.update(
            &Key::ledger_entry(&entry.user_id, *seq),
            "SET #refundedBy = :by",
            Some("attribute_exists(#pk) AND attribute_not_exists(#refundedBy)"),
            values([(":by", value(&entry.id))]),
        ),
    }
}

impl Outcome {
    /// Whether the record still counts.
    #[must_use]
    pub fn is_kept_at(&self, now: Timestamp) -> bool {
        self.expires_at > now.as_second()
    }
}
