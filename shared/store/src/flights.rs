//! Flights and their passengers.

use crate::cursor::{Page, decode};
use crate::item::{Item, from_item, or_log, readable, text, to_item, value, values};
use crate::keys::{Key, PASSENGER_PREFIX, RUNNING_SHARDS, flight_partition, running_shard};
use crate::query::Range;
use crate::schema::{BOARDED, RUNNING, UPCOMING};
use crate::stored::{CreditedPassenger, FlightKeys, Ignored};
use crate::update::Changed;
use crate::{CursorError, PageError, Store, StoreError, Table};
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join_all;
use models::{AirlineId, Flight, FlightId, Passenger, Timestamp};

/// Condition that the airline operates the flight or shares it as codeshare partner.
const IS_FLOWN_BY: &str = "(#airlineId = :airline OR #codeshareAirlineId = :airline)";

/// What a new flight refers to that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingForFlight {
    /// The brand.
    Brand,
    /// The codeshare airline.
    CodeshareAirline,
}

/// A flight that may have gone silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SilentFlight {
    /// Id of the flight.
    pub id: FlightId,
    /// Time of the last tick; of the start, if there was no tick.
    pub last_tick_at: Timestamp,
}

impl Store {
    /// Creates a flight. One request.
    ///
    /// # Errors
    /// Any [`StoreError`]. The inner error is what the flight refers to that does not exist.
    pub async fn create_flight(
        &self,
        flight: &Flight,
        token: [u8; 16],
    ) -> Result<Result<(), MissingForFlight>, StoreError> {
        let key = Key::flight(flight.id);
        let exists = "attribute_exists(#pk)";
        let brand = Key::brand(&flight.airline_id, &flight.brand_id);
        let mut transaction = self.transaction(token).check(&brand, exists, values([]));
        if let Some(codeshare) = &flight.codeshare_airline_id {
            transaction = transaction.check(&Key::airline(codeshare), exists, values([]));
        }
        transaction = transaction.put(&key, flight_item(flight, None), "attribute_not_exists(#pk)", values([]));
        match transaction.commit_retrying_conflicts().await?.map_err(|failed| failed.first().copied()) {
            Ok(()) => Ok(Ok(())),
            Err(Some(0)) => Ok(Err(MissingForFlight::Brand)),
            Err(Some(1)) if flight.codeshare_airline_id.is_some() => Ok(Err(MissingForFlight::CodeshareAirline)),
            Err(_) => Err(StoreError::Failed("the random id of a new flight is already taken".into())),
        }
    }

    /// Reads a flight. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn flight(&self, flight: FlightId) -> Result<Option<Flight>, StoreError> {
        self.get(&Key::flight(flight)).await
    }

    /// Starts a flight of the airline that has neither started nor ended. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn start_flight(
        &self,
        flight: FlightId,
        airline: &AirlineId,
        now: Timestamp,
    ) -> Result<Changed<Flight>, StoreError> {
        self.update(
            &Key::flight(flight),
            "SET #startedAt = :now, #lastTickAt = :now, #running = :shard",
            &format!("{IS_FLOWN_BY} AND attribute_not_exists(#startedAt) AND attribute_not_exists(#endTime)"),
            values([(":airline", value(airline)), (":now", value(now)), (":shard", value(running_shard(flight)))]),
        )
        .await
    }

    /// Records a tick of a flight of the airline that has not ended, unless a later tick is already recorded: an
    /// attempt that is retried may arrive after other ticks. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn tick_flight(
        &self,
        flight: FlightId,
        airline: &AirlineId,
        now: Timestamp,
    ) -> Result<Changed<Flight>, StoreError> {
        self.update(
            &Key::flight(flight),
            "SET #lastTickAt = :now",
            &format!(
                "{IS_FLOWN_BY} AND attribute_not_exists(#endTime) \
                 AND (attribute_not_exists(#lastTickAt) OR #lastTickAt <= :now)"
            ),
            values([(":airline", value(airline)), (":now", value(now))]),
        )
        .await
    }

    /// Ends a flight of the airline that has not ended. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn end_flight(
        &self,
        flight: FlightId,
        airline: &AirlineId,
        now: Timestamp,
    ) -> Result<Changed<Flight>, StoreError> {
        self.update(
            &Key::flight(flight),
            "SET #endTime = :now REMOVE #upcomingOf, #running",
            &format!("{IS_FLOWN_BY} AND attribute_not_exists(#endTime)"),
            values([(":airline", value(airline)), (":now", value(now))]),
        )
        .await
    }

    /// Returns the running flights whose last tick was at `until` or earlier. One request for each of the index's 8
    /// shards; flights that are not silent add nothing to the cost. Leaves out entries that cannot be read. Eventually
    /// consistent.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn silent_flights(&self, until: Timestamp) -> Result<Vec<SilentFlight>, StoreError> {
        let shards = (0..RUNNING_SHARDS).map(async |shard| {
            let range = Range {
                index: Some(&RUNNING),
                ..Range::of(
                    Table::Flights,
                    "#running = :shard AND #lastTickAt <= :until",
                    values([(":shard", value(shard.to_string())), (":until", value(until))]),
                )
            };
            self.query(range).await
        });
        Ok(try_join_all(shards).await?.into_iter().flatten().filter_map(|item| or_log(silent_flight(item))).collect())
    }

    /// Ends a silent flight at the time of its last tick. Returns `false` if it has had another tick or has ended
    /// since. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn end_silent_flight(&self, flight: SilentFlight) -> Result<bool, StoreError> {
        let changed: Changed<Ignored> = self
            .update(
                &Key::flight(flight.id),
                "SET #endTime = :seen REMOVE #upcomingOf, #running",
                "#lastTickAt = :seen AND attribute_not_exists(#endTime)",
                values([(":seen", value(flight.last_tick_at))]),
            )
            .await?;
        Ok(matches!(changed, Changed::Done(_)))
    }

    /// Reads the flights of an airline that have not ended, ordered by planned start. One request per megabyte.
    /// Eventually consistent.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn upcoming_flights(&self, airline: &AirlineId) -> Result<Vec<Flight>, StoreError> {
        let range = Range {
            index: Some(&UPCOMING),
            ..Range::of(Table::Flights, "#upcomingOf = :airline", values([(":airline", value(airline))]))
        };
        Ok(self.query(range).await?.into_iter().filter_map(readable).collect())
    }

    /// Reads a page of a flight's passengers, in boarding order. One request.
    ///
    /// # Errors
    /// [`PageError::Cursor`] if the cursor does not belong to this listing, or any [`StoreError`].
    pub async fn passengers_page(
        &self,
        flight: FlightId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Page<Passenger>, PageError> {
        let listing = flight_partition(flight);
        let after = cursor.map(|cursor| decode(&listing, cursor)).transpose()?;
        let after = after.map(|position| {
            let position = position.split_once('#').filter(|(joined_at, _)| !joined_at.is_empty());
            let (joined_at, flyer) = position.ok_or(CursorError)?;
            let sk = format!("{PASSENGER_PREFIX}{flyer}");
            let mut key = Key { table: Table::Flights, pk: listing.clone(), sk }.attributes();
            key.insert(BOARDED.sort_key.to_owned(), AttributeValue::S(joined_at.to_owned()));
            Ok::<_, CursorError>(key)
        });
        let after = after.transpose()?;
        let range = Range {
            index: Some(&BOARDED),
            limit: Some(limit + 1),
            after,
            ..Range::of(Table::Flights, "#pk = :pk", values([(":pk", value(&listing))]))
        };
        let position = |item: &Item| {
            format!("{}#{}", text(item, BOARDED.sort_key), text(item, "sk").trim_start_matches(PASSENGER_PREFIX))
        };
        let value = |stored: CreditedPassenger| stored.passenger;
        Ok(Page::of(self.query(range).await?, limit, &listing, position, value))
    }
}

/// Returns the item of a flight, including the key attributes of the indexes.
pub(crate) fn flight_item(flight: &Flight, last_tick_at: Option<Timestamp>) -> Item {
    let mut item = to_item(&Key::flight(flight.id), flight);
    if let Some(last_tick_at) = last_tick_at {
        item.insert(RUNNING.sort_key.to_owned(), value(last_tick_at));
    }
    if flight.end_time.is_none() {
        item.insert(UPCOMING.partition_key.to_owned(), value(&flight.airline_id));
        if flight.started_at.is_some() {
            item.insert(RUNNING.partition_key.to_owned(), value(running_shard(flight.id)));
        }
    }
    item
}

fn silent_flight(item: Item) -> Result<SilentFlight, StoreError> {
    let keys: FlightKeys = from_item(item)?;
    let id = keys.pk.strip_prefix("FLIGHT#").and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| {
        StoreError::Failed(format!("{} is in the index of running flights but is not a flight", keys.pk).into())
    })?;
    Ok(SilentFlight { id, last_tick_at: keys.last_tick_at })
}
