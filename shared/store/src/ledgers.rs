//! The ledger: writes movements of miles, each in one transaction, and reads the state on which they are decided.

use crate::audit::{history_range, ledger_range};
use crate::batch::Found;
use crate::cursor::{Page, decode};
use crate::item::{Item, from_item, text, to_item, value, values};
use crate::keys::{HISTORY_PAGE_SIZE, Key, OUTCOME, flyer_partition};
use crate::query::Range;
use crate::request::read;
use crate::stored::{CreditedPassenger, HistoryPage, Stored};
use crate::transaction::{CommitResult, Transaction};
use crate::{PageError, Store, StoreError, Table};
use aws_sdk_dynamodb::types::{Get, ReturnConsumedCapacity, TransactGetItem};
use futures_util::future::try_join;
use models::{
    Account, AirlineId, Flight, FlightId, FlyerId, HistoryEntry, ImportedFrom, LedgerEntry, Passenger, Product,
    ProductId, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// A ledger entry as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEntry {
    /// The entry as the API returns it.
    pub entry: LedgerEntry,
    /// Id of the request that created the entry, so that a request whose response was lost finds its own entry; nil if
    /// no request created it.
    pub operation: Uuid,
    /// Id of the entry that refunds or reverses this one; `None` unless it has been refunded or reversed.
    pub refunded_by: Option<String>,
    /// The part of an import that the entry comes from; `None` if a request created it.
    pub imported_from: Option<ImportedFrom>,
}

/// The recorded outcome of a request with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Version and digest of what was requested.
    pub fingerprint: String,
    /// HTTP status of the response; `None` in records that version 1 wrote.
    pub status: Option<u16>,
    /// Body of the response.
    pub answer: String,
    /// Id of the ledger entry that the request created; `None` if it moved no miles.
    pub entry: Option<String>,
    /// Time the record expires, in seconds since 1970.
    pub expires_at: i64,
}

/// Identifies a recorded outcome by airline, flyer and `Idempotency-Key`.
#[derive(Debug, Clone, Copy)]
pub struct OutcomeOf<'a> {
    /// Airline that sent the request.
    pub airline: &'a AirlineId,
    /// Flyer whose miles move.
    pub flyer: &'a FlyerId,
    /// Value of the `Idempotency-Key` header.
    pub key: &'a str,
}

impl OutcomeOf<'_> {
    /// Returns the key under which the outcome is recorded.
    pub(crate) fn key(&self) -> Key {
        Key::outcome(self.airline, self.flyer, self.key)
    }

    /// Returns the keys under which the outcome may be recorded: today's, and that of version 1.
    fn keys(&self) -> [Key; 2] {
        let Self { airline, flyer, key } = self;
        let pk = format!("IDEMPOTENCY#{airline}#{flyer}#{key}");
        [self.key(), Key { table: Table::Ledgers, pk, sk: OUTCOME.to_owned() }]
    }
}

/// What else a movement changes or depends on.
#[derive(Debug, Clone)]
pub enum Effect {
    /// The product must still be for sale at the same price.
    ProductStillSold(Box<Product>),
    /// The flight, which must exist and must not have ended, is marked as boarded, so that it is not cancelled.
    FlightBoarded(FlightId),
    /// The flyer boards a flight, which is appended to the history.
    Boarding {
        /// The flyer as a passenger of the flight.
        passenger: Passenger,
        /// Number of the new history entry, from 0.
        history_position: u64,
    },
    /// The movement refunds or reverses another entry of the same flyer, which must not have been before.
    Reverses {
        /// Number of the other entry.
        seq: u64,
    },
    /// The movement takes back miles of a boarding.
    BoardingReversed {
        /// The flight that was boarded.
        flight: FlightId,
        /// Number of the boarding's history entry, from 0.
        history_position: u64,
    },
}

/// A movement of miles, which takes effect completely or not at all.
#[derive(Debug, Clone)]
pub struct Movement {
    /// Number of the flyer's last entry when it was read; `None` for a new flyer.
    pub seen: Option<u64>,
    /// The flyer after the movement.
    pub account: Account,
    /// The ledger entry of the movement.
    pub entry: LedgerEntry,
    /// Id of the request.
    pub operation: Uuid,
    /// What else the movement changes or depends on.
    pub effects: Vec<Effect>,
}

/// Result of [`Store::commit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// The movement took effect.
    Done,
    /// The movement was rejected, because the state on which it was decided has changed or because it conflicts with
    /// another movement. If `in_doubt` is set, an earlier attempt may have taken effect, and only the ledger shows
    /// whether it did.
    Stale {
        /// Whether an attempt got no response.
        in_doubt: bool,
    },
}

/// The state on which a purchase is decided.
#[derive(Debug)]
pub struct PurchaseState {
    /// The flyer; `None` before the flyer's first movement.
    pub account: Option<Account>,
    /// The product, if the airline has it.
    pub product: Option<Product>,
}

/// The state on which a boarding is decided.
#[derive(Debug)]
pub struct BoardingState {
    /// The flyer; `None` before the flyer's first movement.
    pub account: Option<Account>,
    /// The flight, if it exists.
    pub flight: Option<Flight>,
    /// The flyer as a passenger of the flight, if already boarded.
    pub passenger: Option<Passenger>,
}

/// What a correction needs to know besides the flyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corrected {
    /// Nothing.
    Balance,
    /// The purchase with this entry number.
    Purchase(u64),
    /// The boarding with this entry number, and the flyer's history.
    Boarding(u64),
}

/// The state on which a correction is decided.
#[derive(Debug)]
pub struct CorrectionState {
    /// The flyer; `None` before the flyer's first movement.
    pub account: Option<Account>,
    /// The entry to refund or reverse, if it exists.
    pub entry: Option<StoredEntry>,
    /// The flights of the flyer's history, in boarding order; empty unless a boarding is reversed.
    pub history: Vec<FlightId>,
}

impl Store {
    /// Reads items together with the recorded outcome, if an `Idempotency-Key` was given. One request.
    async fn read_with_outcome(
        &self,
        keys: impl IntoIterator<Item = &Key>,
        outcome: Option<OutcomeOf<'_>>,
    ) -> Result<(Found, Option<Outcome>), StoreError> {
        let outcomes: Vec<Key> = outcome.iter().flat_map(OutcomeOf::keys).collect();
        let mut found = self.batch_get(keys.into_iter().cloned().chain(outcomes.iter().cloned()).collect()).await?;
        let recorded = outcomes.iter().find_map(|key| found.take(key).transpose()).transpose()?;
        Ok((found, recorded))
    }

    /// Reads the state on which a purchase is decided, and the recorded outcome. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn purchase_state(
        &self,
        airline: &AirlineId,
        flyer: &FlyerId,
        product: Option<&ProductId>,
        outcome: Option<OutcomeOf<'_>>,
    ) -> Result<(PurchaseState, Option<Outcome>), StoreError> {
        let account = Key::flyer(flyer);
        let product = product.map(|product| Key::product(airline, product));
        let (mut found, outcome) = self.read_with_outcome([&account].into_iter().chain(&product), outcome).await?;
        let product = product.map_or(Ok(None), |key| found.take(&key))?;
        Ok((PurchaseState { account: found.take(&account)?, product }, outcome))
    }

    /// Reads the state on which a boarding is decided, and the recorded outcome. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn boarding_state(
        &self,
        flyer: &FlyerId,
        flight: FlightId,
        outcome: Option<OutcomeOf<'_>>,
    ) -> Result<(BoardingState, Option<Outcome>), StoreError> {
        let (account, passenger) = (Key::flyer(flyer), Key::passenger(flight, flyer));
        let flight = Key::flight(flight);
        let (mut found, outcome) = self.read_with_outcome([&account, &passenger, &flight], outcome).await?;
        let passenger = found.take::<CreditedPassenger>(&passenger)?.map(|stored| stored.passenger);
        Ok((BoardingState { account: found.take(&account)?, flight: found.take(&flight)?, passenger }, outcome))
    }

    /// Reads the state on which a correction is decided, and the recorded outcome. One request; for a boarding, two
    /// concurrent ones.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn correction_state(
        &self,
        flyer: &FlyerId,
        corrected: Corrected,
        outcome: Option<OutcomeOf<'_>>,
    ) -> Result<(CorrectionState, Option<Outcome>), StoreError> {
        let account = Key::flyer(flyer);
        let entry = match corrected {
            Corrected::Balance => None,
            Corrected::Purchase(seq) | Corrected::Boarding(seq) => Some(Key::ledger_entry(flyer, seq)),
        };
        let history = async {
            if matches!(corrected, Corrected::Boarding(_)) {
                self.query(history_range(flyer)).await
            } else {
                Ok(Vec::new())
            }
        };
        let read = self.read_with_outcome([&account].into_iter().chain(&entry), outcome);
        let ((mut found, outcome), history) = try_join(read, history).await?;
        let entry = entry.map_or(Ok(None), |key| found.take(&key))?;
        let pages = history.into_iter().map(from_item::<HistoryPage>).collect::<Result<Vec<_>, _>>()?;
        let history = pages.into_iter().flat_map(|page| page.entries).map(|entry| entry.flight_id).collect();
        Ok((CorrectionState { account: found.take(&account)?, entry, history }, outcome))
    }

    /// Reads a recorded outcome. If part of the transaction that records it has been seen before, all of it is seen now:
    /// `TransactGetItems` does not read an item that is being written. One request, plus one per conflict.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn outcome(&self, of: OutcomeOf<'_>) -> Result<Option<Outcome>, StoreError> {
        let get = |key: Key| {
            let get = Get::builder().table_name(self.name(key.table)).set_key(Some(key.attributes())).build();
            TransactGetItem::builder().get(get.expect("table and key are set")).build()
        };
        let gets: Vec<_> = of.keys().into_iter().map(get).collect();
        let response = read(|| {
            self.client
                .transact_get_items()
                .set_transact_items(Some(gets.clone()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
        })
        .await?;
        let mut items = response.responses.unwrap_or_default().into_iter().filter_map(|response| response.item);
        items.next().map(from_item).transpose()
    }

    /// Reads a ledger entry by its number. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn ledger_entry(&self, flyer: &FlyerId, seq: u64) -> Result<Option<StoredEntry>, StoreError> {
        self.get(&Key::ledger_entry(flyer, seq)).await
    }

    /// Writes a movement and, if given, its outcome in one transaction. `token` must be new for each call. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn commit(
        &self,
        movement: &Movement,
        outcome: Option<(OutcomeOf<'_>, Outcome)>,
        token: [u8; 16],
    ) -> Result<Committed, StoreError> {
        let mut transaction = self.transaction(token);
        transaction = add_balance_change(transaction, movement);
        for effect in &movement.effects {
            transaction = add_effect(transaction, effect, movement);
        }
        if let Some((of, outcome)) = outcome {
            transaction = transaction.record(of, &outcome, movement.entry.created_at);
        }
        Ok(match transaction.commit().await? {
            CommitResult::Done => Committed::Done,
            CommitResult::Refused { in_doubt, .. } | CommitResult::Conflict { in_doubt } => {
                Committed::Stale { in_doubt }
            }
        })
    }

    /// Reads a page of a flyer's ledger, newest entry first. One request.
    ///
    /// # Errors
    /// [`PageError::Cursor`] if the cursor does not belong to this listing, or any [`StoreError`].
    pub async fn ledger_page(
        &self,
        flyer: &FlyerId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<LedgerEntry>, PageError> {
        let listing = flyer_partition(flyer);
        let after = cursor.map(|cursor| decode(&listing, cursor)).transpose()?;
        let range = Range {
            backward: true,
            // One more than requested, to find out whether there is a next page.
            limit: Some(limit + 1),
            after: after.map(|sk| Key { table: Table::Ledgers, pk: listing.clone(), sk }.attributes()),
            ..ledger_range(flyer)
        };
        let value = |stored: StoredEntry| stored.entry;
        let position = |item: &Item| text(item, "sk").to_owned();
        Ok(Page::of(self.query(range).await?, limit, &listing, position, value))
    }
}

impl Transaction<'_> {
    /// Records an outcome, unless another one is still valid at `now`.
    pub(crate) fn record(self, of: OutcomeOf<'_>, outcome: &Outcome, now: Timestamp) -> Self {
        let key = of.key();
        // DynamoDB deletes expired items with a delay, so an expired record may still exist.
        let condition = "attribute_not_exists(#pk) OR #expires_at <= :now";
        self.put(&key, to_item(&key, outcome), condition, values([(":now", value(now.as_second()))]))
    }
}

fn add_balance_change<'a>(transaction: Transaction<'a>, movement: &Movement) -> Transaction<'a> {
    let Movement { account, entry, .. } = movement;
    let key = Key::flyer(&entry.user_id);
    let transaction = match movement.seen {
        None => transaction.create(&key, account),
        Some(seen) => {
            let mut change = "SET #miles = :miles, #seq = :seq, #flightsCount = :flights, #updatedAt = :now, \
                #username = :username, #displayName = :displayName"
                .to_owned();
            let mut values = values([
                (":seen", value(seen)),
                (":seq", value(account.seq)),
                (":miles", value(account.flyer.miles)),
                (":flights", value(account.flights_count)),
                (":now", value(account.flyer.updated_at)),
                (":username", value(&account.flyer.username)),
                (":displayName", value(&account.flyer.display_name)),
            ]);
            if let Some(avatar_url) = &account.flyer.avatar_url {
                change.push_str(", #avatarUrl = :avatarUrl");
                values.insert(":avatarUrl".to_owned(), value(avatar_url));
            }
            transaction.update(&key, &change, Some("#seq = :seen AND attribute_not_exists(#rewriting)"), values)
        }
    };
    let stored =
        StoredEntry { entry: entry.clone(), operation: movement.operation, refunded_by: None, imported_from: None };
    transaction.create(&Key::ledger_entry(&entry.user_id, entry.seq), &stored)
}

fn add_effect<'a>(transaction: Transaction<'a>, effect: &Effect, movement: &Movement) -> Transaction<'a> {
    let entry = &movement.entry;
    match effect {
        Effect::ProductStillSold(product) => transaction.check(
            &Key::product(&product.airline_id, &product.product_id),
            "#active = :true AND #priceMiles = :price",
            values([(":true", value(true)), (":price", value(product.price_miles))]),
        ),
        Effect::FlightBoarded(flight) => transaction.update(
            &Key::flight(*flight),
            "SET #boarded = :true",
            Some("attribute_exists(#pk) AND attribute_not_exists(#endTime)"),
            values([(":true", value(true))]),
        ),
        Effect::Boarding { passenger, history_position } => {
            let stored = CreditedPassenger { passenger: passenger.clone(), seq: entry.seq };
            let (flight_id, miles, joined_at) = (passenger.flight_id, passenger.miles, passenger.joined_at);
            let history_entry = HistoryEntry { flight_id, miles, joined_at, taken: 0 };
            transaction.create(&Key::passenger(passenger.flight_id, &passenger.user_id), &stored).update(
                &Key::history_page(&passenger.user_id, history_position / HISTORY_PAGE_SIZE),
                "SET #entries = list_append(if_not_exists(#entries, :none), :entry)",
                None,
                values([(":none", value([(); 0])), (":entry", value([history_entry.form()]))]),
            )
        }
        Effect::Reverses { seq } => transaction.update(
            &Key::ledger_entry(&entry.user_id, *seq),
            "SET #refundedBy = :by",
            Some("attribute_exists(#pk) AND attribute_not_exists(#refundedBy)"),
            values([(":by", value(&entry.id))]),
        ),
        Effect::BoardingReversed { flight, history_position } => {
            let (page, index) = (history_position / HISTORY_PAGE_SIZE, history_position % HISTORY_PAGE_SIZE);
            let taken = entry.amount.unsigned_abs();
            transaction
                .update(
                    &Key::passenger(*flight, &entry.user_id),
                    "SET #reversedAt = :at",
                    Some("attribute_exists(#pk) AND attribute_not_exists(#reversedAt)"),
                    values([(":at", value(entry.created_at))]),
                )
                .update(
                    &Key::history_page(&entry.user_id, page),
                    &format!("SET #entries[{index}].#taken = :taken"),
                    Some(&format!("#entries[{index}].#flightId = :flight")),
                    values([(":taken", value(taken)), (":flight", value(flight))]),
                )
        }
    }
}

impl Outcome {
    /// Time for which a recorded outcome is kept.
    pub const RETENTION: Duration = Duration::from_hours(24);

    /// Returns whether the record is still valid at `now`.
    #[must_use]
    pub fn is_kept_at(&self, now: Timestamp) -> bool {
        self.expires_at > now.as_second()
    }
}
