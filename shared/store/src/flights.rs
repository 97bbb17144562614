//! Flights and their passengers.

use crate::cursor::{Page, decode};
use crate::item::{Item, from_item, or_log, readable, text, to_item, value, values};
use crate::keys::{Key, PASSENGER_PREFIX, PLANNED_PARTITION, RUNNING_SHARDS, flight_partition, running_shard};
use crate::query::Range;
use crate::schema::{BOARDED, PLANNED, RUNNING, UPCOMING};
use crate::stored::{CreditedPassenger, FlightKey, FlightKeys, Ignored, SafetyStop, VersionedFlight};
use crate::transaction::CommitResult;
use crate::update::{Changed, update_expression};
use crate::{CursorError, PageError, Store, StoreError, Table};
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::{try_join, try_join_all};
use models::{AirlineId, Flight, FlightId, Passenger, Timestamp};
use uuid::Uuid;

/// Condition that the airline operates the flight or shares it as codeshare partner.
const IS_FLOWN_BY: &str = "(#airlineId = :airline OR #codeshareAirlineId = :airline)";

/// Key attributes of the indexes that hold only flights which have not ended.
const OPEN_INDEXES: &str = "#upcomingOf, #planned, #running";

/// What `endedBy` says of a flight that was ended because its game server had gone silent.
const SILENCE: &str = "silence";

/// What a flight refers to that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingForFlight {
    /// The brand.
    Brand,
    /// The codeshare airline.
    CodeshareAirline,
}

/// Result of [`Store::change_flight`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlightChanged {
    /// The change took effect.
    Done,
    /// The change did not take effect, because the flight has changed or other transactions conflict.
    Stale {
        /// Whether an attempt got no response.
        in_doubt: bool,
    },
    /// The change did not take effect, because what it refers to does not exist.
    Missing(MissingForFlight),
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
            "SET #startedAt = :now, #lastTickAt = :now, #running = :shard REMOVE #planned",
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

    /// Ends a flight of the airline. An end that it already has stays, and can no longer be undone. One request.
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
            &format!("SET #endTime = if_not_exists(#endTime, :now) REMOVE #endedBy, {OPEN_INDEXES}"),
            IS_FLOWN_BY,
            values([(":airline", value(airline)), (":now", value(now))]),
        )
        .await
    }

    /// Reopens a flight that the airline operates and that was ended for its silence after `since`. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn reopen_flight(
        &self,
        flight: FlightId,
        airline: &AirlineId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Changed<Flight>, StoreError> {
        self.update(
            &Key::flight(flight),
            "SET #lastTickAt = :now, #running = :shard, #upcomingOf = :airline REMOVE #endTime, #endedBy",
            // An attempt that arrives after the flight went silent once more has a tick that is not later.
            "#airlineId = :airline AND #endedBy = :silence AND #endTime >= :since AND #lastTickAt < :now",
            values([
                (":airline", value(airline)),
                (":silence", value(SILENCE)),
                (":since", value(since)),
                (":now", value(now)),
                (":shard", value(running_shard(flight))),
            ]),
        )
        .await
    }

    /// Reads a flight, and whether anybody has boarded it. Two concurrent requests.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn flight_and_boarded(&self, flight: FlightId) -> Result<(Option<Flight>, bool), StoreError> {
        try_join(self.flight(flight), self.has_passengers(flight)).await
    }

    /// Returns whether a flight has passengers. One request.
    async fn has_passengers(&self, flight: FlightId) -> Result<bool, StoreError> {
        let prefix = [(":pk", value(flight_partition(flight))), (":prefix", value(PASSENGER_PREFIX))];
        let condition = "#pk = :pk AND begins_with(#sk, :prefix)";
        let range = Range { limit: Some(1), ..Range::of(Table::Flights, condition, values(prefix)) };
        Ok(!self.query(range).await?.is_empty())
    }

    /// Cancels a flight that the airline operates, that has not ended and that nobody has boarded, as far as its mark
    /// tells. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn cancel_flight(
        &self,
        flight: FlightId,
        airline: &AirlineId,
        now: Timestamp,
    ) -> Result<Changed<Flight>, StoreError> {
        self.update(
            &Key::flight(flight),
            &format!("SET #endTime = :now, #cancelledAt = :now REMOVE {OPEN_INDEXES}"),
            "#airlineId = :airline AND attribute_not_exists(#endTime) AND attribute_not_exists(#boarded)",
            values([(":airline", value(airline)), (":now", value(now))]),
        )
        .await
    }

    /// Reads a flight with its version. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn versioned_flight(&self, flight: FlightId) -> Result<Option<VersionedFlight>, StoreError> {
        self.get(&Key::flight(flight)).await
    }

    /// Changes what the airline has planned of a flight, provided that it has not ended and not been changed since it was
    /// read, and not started if its planned start changes. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn change_flight(
        &self,
        before: &VersionedFlight,
        after: &Flight,
        operation: Uuid,
        token: [u8; 16],
    ) -> Result<FlightChanged, StoreError> {
        let (key, exists) = (Key::flight(after.id), "attribute_exists(#pk)");
        let version = before.version + 1;
        let changed = VersionedFlight { flight: after.clone(), version, operation: Some(operation), ..before.clone() };
        let (change, mut given) = update_expression(&to_item(&key, before), &to_item(&key, &changed));
        // A flight is created without a version.
        let mut condition = if before.version == 0 {
            "attribute_not_exists(#version)".to_owned()
        } else {
            given.insert(":seen".to_owned(), value(before.version));
            "#version = :seen".to_owned()
        };
        condition.push_str(" AND attribute_exists(#pk) AND attribute_not_exists(#endTime)");
        if after.start_time != before.flight.start_time {
            condition.push_str(" AND attribute_not_exists(#startedAt)");
        }
        let mut transaction = self.transaction(token).update(&key, &change, Some(&condition), given);
        let mut missing = Vec::new();
        if after.brand_id != before.flight.brand_id {
            transaction = transaction.check(&Key::brand(&after.airline_id, &after.brand_id), exists, values([]));
            missing.push(MissingForFlight::Brand);
        }
        let codeshare = after.codeshare_airline_id.as_ref();
        if let Some(codeshare) = codeshare.filter(|_| after.codeshare_airline_id != before.flight.codeshare_airline_id)
        {
            transaction = transaction.check(&Key::airline(codeshare), exists, values([]));
            missing.push(MissingForFlight::CodeshareAirline);
        }
        Ok(match transaction.commit().await? {
            CommitResult::Done => FlightChanged::Done,
            CommitResult::Refused { failed, in_doubt: false } if !failed.contains(&0) => {
                FlightChanged::Missing(missing[failed[0] - 1])
            }
            CommitResult::Refused { in_doubt, .. } | CommitResult::Conflict { in_doubt } => {
                FlightChanged::Stale { in_doubt }
            }
        })
    }

    /// Counts the running flights. One request for each of the index's 8 shards. Eventually consistent.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn running_flights(&self) -> Result<usize, StoreError> {
        let shards = (0..RUNNING_SHARDS).map(|shard| {
            let shard = values([(":shard", value(shard.to_string()))]);
            self.count(Range { index: Some(&RUNNING), ..Range::of(Table::Flights, "#running = :shard", shard) })
        });
        Ok(try_join_all(shards).await?.into_iter().sum())
    }

    /// Returns when the job that ends silent flights first stopped, if its last run stopped. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn stale_flights_stop(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.get::<SafetyStop>(&Key::stale_flights_stop()).await?.and_then(|stop| stop.stopped_at))
    }

    /// Records that the job that ends silent flights stops at `now`, unless it had stopped before. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn put_stale_flights_stop(&self, now: Timestamp) -> Result<(), StoreError> {
        let condition = "attribute_not_exists(#stoppedAt)";
        let now = values([(":now", value(now))]);
        let key = Key::stale_flights_stop();
        let _changed: Changed<SafetyStop> = self.update(&key, "SET #stoppedAt = :now", condition, now).await?;
        Ok(())
    }

    /// Forgets that the job that ends silent flights first stopped at `since`. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn clear_stale_flights_stop(&self, since: Timestamp) -> Result<(), StoreError> {
        let since = values([(":since", value(since))]);
        let key = Key::stale_flights_stop();
        let _changed: Changed<SafetyStop> =
            self.update(&key, "REMOVE #stoppedAt", "#stoppedAt = :since", since).await?;
        Ok(())
    }

    /// Returns the flights that have neither started nor ended and whose planned start was at `until` or earlier. One
    /// request per megabyte. Eventually consistent.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn unstarted_flights(&self, until: Timestamp) -> Result<Vec<FlightId>, StoreError> {
        let until = values([(":all", value(PLANNED_PARTITION)), (":until", value(until))]);
        let condition = "#planned = :all AND #startTime <= :until";
        let range = Range { index: Some(&PLANNED), ..Range::of(Table::Flights, condition, until) };
        let id = |item| from_item::<FlightKey>(item).and_then(|key| flight_at(&key.pk));
        let ids = self.query(range).await?.into_iter().filter_map(|item| or_log(id(item)));
        Ok(ids.collect())
    }

    /// Ends a flight that has neither started nor ended and whose planned start was at `until` or earlier. Also cancels it
    /// if nobody has boarded it. Returns `false` if it has started, ended or been put off since. Two requests; three if
    /// somebody boards it at the same time.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn end_unstarted_flight(
        &self,
        flight: FlightId,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let unstarted = "attribute_not_exists(#startedAt) AND attribute_not_exists(#endTime) AND #startTime <= :until";
        let given = values([(":until", value(until)), (":now", value(now))]);
        if !self.has_passengers(flight).await? {
            let cancel = format!("SET #endTime = :now, #cancelledAt = :now REMOVE {OPEN_INDEXES}");
            let condition = format!("{unstarted} AND attribute_not_exists(#boarded)");
            let changed = self.update::<Ignored>(&Key::flight(flight), &cancel, &condition, given.clone()).await?;
            if matches!(changed, Changed::Done(_)) {
                return Ok(true);
            }
        }
        let end = format!("SET #endTime = :now REMOVE {OPEN_INDEXES}");
        let condition = format!("{unstarted} AND attribute_exists(#pk)");
        let changed: Changed<Ignored> = self.update(&Key::flight(flight), &end, &condition, given).await?;
        Ok(matches!(changed, Changed::Done(_)))
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
                &format!("SET #endTime = :seen, #endedBy = :silence REMOVE {OPEN_INDEXES}"),
                "#lastTickAt = :seen AND attribute_not_exists(#endTime)",
                values([(":seen", value(flight.last_tick_at)), (":silence", value(SILENCE))]),
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
        } else {
            item.insert(PLANNED.partition_key.to_owned(), value(PLANNED_PARTITION));
        }
    }
    item
}

fn silent_flight(item: Item) -> Result<SilentFlight, StoreError> {
    let keys: FlightKeys = from_item(item)?;
    Ok(SilentFlight { id: flight_at(&keys.pk)?, last_tick_at: keys.last_tick_at })
}

/// Returns the flight in a partition.
fn flight_at(partition: &str) -> Result<FlightId, StoreError> {
    let id = partition.strip_prefix("FLIGHT#").and_then(|id| id.parse().ok());
    id.ok_or_else(|| StoreError::Failed(format!("{partition} is in an index of flights but is not a flight").into()))
}
