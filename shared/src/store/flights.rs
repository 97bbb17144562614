//! Flights and who boarded them.

use super::cursor::{BadCursor, Page, decode};
use super::item::{Item, from_item, to_item, value, values};
use super::keys::{Key, PASSENGER_PREFIX, RUNNING_SHARDS, flight_partition, running_shard};
use super::query::Range;
use super::schema::{BOARDED, RUNNING, UPCOMING};
use super::update::Changed;
use super::{Store, Table};
use crate::error::StoreError;
use crate::models::{AirlineId, Flight, FlightId, Passenger, Timestamp};
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join_all;

/// Who may change a flight: the airline that operates it, or the one that shares it.
const IS_FLOWN_BY: &str = "(#airlineId = :airline OR #codeshareAirlineId = :airline)";

/// What a new flight refers to that is not there.
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
    /// Which.
    pub id: FlightId,
    /// Its last sign of life.
    pub last_tick_at: Timestamp,
}

impl Store {
    /// Makes a flight: one request.
    ///
    /// # Errors
    /// When the time was up or DynamoDB failed; the inner error when its brand or codeshare airline is not
    /// there.
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
        match transaction.settle().await?.map_err(|failed| failed.first().copied()) {
            Ok(()) => Ok(Ok(())),
            Err(Some(0)) => Ok(Err(MissingForFlight::Brand)),
            Err(Some(1)) if flight.codeshare_airline_id.is_some() => Ok(Err(MissingForFlight::CodeshareAirline)),
            Err(_) => Err(StoreError::Failed("a new flight's random id was taken".into())),
        }
    }

    /// One flight: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn flight(&self, flight: FlightId) -> Result<Option<Flight>, StoreError> {
        self.get(&Key::flight(flight)).await
    }

    /// Starts a flight of that airline which neither started nor ended: one request.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
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

    /// Records a sign of life of a flight of that airline which did not end, unless a later one is known already: an
    /// attempt that was repeated may arrive after others. One request.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
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

    /// Ends a flight of that airline which did not end: one request.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
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

    /// Running flights whose last sign of life is at that instant or before it: one request for each of the
    /// index's 8 shards, and no more than that for flights that are not silent. Eventually consistent.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
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
        try_join_all(shards).await?.into_iter().flatten().map(silent_flight).collect()
    }

    /// Ends a silent flight at its last sign of life, unless it gave another one since or has ended: one
    /// request. Tells whether it did.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
    pub async fn end_silent_flight(&self, flight: SilentFlight) -> Result<bool, StoreError> {
        let changed: Changed<Flight> = self
            .update(
                &Key::flight(flight.id),
                "SET #endTime = :seen REMOVE #upcomingOf, #running",
                "#lastTickAt = :seen AND attribute_not_exists(#endTime)",
                values([(":seen", value(flight.last_tick_at))]),
            )
            .await?;
        Ok(matches!(changed, Changed::Done(_)))
    }

    /// The flights of an airline that did not end, by planned start: one request for each megabyte.
    /// Eventually consistent.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn upcoming_flights(&self, airline: &AirlineId) -> Result<Vec<Flight>, StoreError> {
        let range = Range {
            index: Some(&UPCOMING),
            ..Range::of(Table::Flights, "#upcomingOf = :airline", values([(":airline", value(airline))]))
        };
        self.query(range).await?.into_iter().map(from_item).collect()
    }

    /// A page of a flight's passengers, in the order boarded: one request.
    ///
    /// # Errors
    /// As any read; the inner error when the cursor is not one of this listing's.
    pub async fn passengers_page(
        &self,
        flight: FlightId,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Result<Page<Passenger>, BadCursor>, StoreError> {
        let listing = flight_partition(flight);
        let after = match cursor.map(|cursor| decode(&listing, cursor)).transpose() {
            Ok(after) => after,
            Err(bad) => return Ok(Err(bad)),
        };
        let after = after.as_deref().and_then(|position| position.split_once('#')).map(|(joined_at, flyer)| {
            let sk = format!("{PASSENGER_PREFIX}{flyer}");
            let mut key = Key { table: Table::Flights, pk: listing.clone(), sk }.attributes();
            key.insert(BOARDED.sort_key.to_owned(), AttributeValue::S(joined_at.to_owned()));
            key
        });
        let range = Range {
            index: Some(&BOARDED),
            limit: Some(limit + 1),
            after,
            ..Range::of(Table::Flights, "#pk = :pk", values([(":pk", value(&listing))]))
        };
        let passengers = self.query(range).await?.into_iter().map(from_item).collect::<Result<Vec<Passenger>, _>>()?;
        Ok(Ok(Page::of(passengers, limit, &listing, |last| format!("{}#{}", last.joined_at, last.user_id))))
    }
}

/// The item of a flight, with what the indexes go by.
pub(super) fn flight_item(flight: &Flight, last_tick_at: Option<Timestamp>) -> Item {
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
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Keys {
        pk: String,
        last_tick_at: Timestamp,
    }
    let keys: Keys = from_item(item)?;
    let id = keys.pk.strip_prefix("FLIGHT#").and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| StoreError::Failed(format!("{} is no flight and runs", keys.pk).into()))?;
    Ok(SilentFlight { id, last_tick_at: keys.last_tick_at })
}
