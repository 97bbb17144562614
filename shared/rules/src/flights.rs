//! Flights: planning them, reporting their progress, ending them.

use crate::Context;
use crate::commit::{Decision, NumberedChange, StorageFailure, Trace, Written, commit};
use futures_util::future::{try_join, try_join3};
use futures_util::stream::{self, StreamExt};
use models::{
    AirlineId, DEFAULT_EVENT_LINK, Flight, FlightChange, FlightDraft, FlightId, Passenger, Timestamp, UpcomingFlight,
};
use serde::Serialize;
use std::time::Duration;
use store::{
    Changed, CursorError, FlightChanged, MissingForFlight, Page, PageError, SilentFlight, Store, StoreError,
    VersionedFlight,
};
use uuid::Uuid;

/// Time without a tick after which a started flight is ended.
pub const SILENCE: Duration = Duration::from_mins(5);

/// Time after its end in which a flight that was ended for its silence can be reopened.
const REOPENABLE: Duration = Duration::from_hours(24);

/// Time after its planned start at which a flight that never started is ended.
pub const UNSTARTED: Duration = Duration::from_hours(24);

/// Number of silent flights from which on the safety stop applies.
const SAFETY_MINIMUM: usize = 10;

/// Time for which the safety stop holds.
const SAFETY_STOP: Duration = Duration::from_mins(30);

/// Maximum number of silent flights that are ended concurrently.
const MAX_CONCURRENT_CHANGES: usize = 16;

/// Why a flight could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum FlightError {
    /// The flight does not exist, or the airline neither operates nor shares it.
    #[error("Flight not found")]
    NotFound,
    /// The flight has ended.
    #[error("Flight has ended")]
    Ended,
    /// The airline has no such brand.
    #[error("Brand not found")]
    BrandNotFound,
    /// Somebody has boarded the flight.
    #[error("Flight has passengers")]
    HasPassengers,
    /// The codeshare airline does not exist, or it operates the flight itself. The text says so.
    #[error("\"codeshareAirlineId\": {0}")]
    Codeshare(&'static str),
    /// The planned start of a flight that has started cannot be changed.
    #[error("\"startTime\" cannot be changed: the flight has started")]
    Started,
    /// The change of a flight contains no fields.
    #[error("Body must have at least one of the fields of a flight")]
    NothingToChange,
    /// The cursor is damaged or belongs to another listing.
    #[error("\"next\": {0}")]
    Cursor(#[from] CursorError),
    /// The tables could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<MissingForFlight> for FlightError {
    fn from(missing: MissingForFlight) -> Self {
        match missing {
            MissingForFlight::Brand => Self::BrandNotFound,
            MissingForFlight::CodeshareAirline => Self::Codeshare("no airline has this id"),
        }
    }
}

impl StorageFailure for FlightError {
    fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::Store(StoreError::OutcomeUnknown(_)))
    }
}

impl From<PageError> for FlightError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Cursor(error) => error.into(),
            PageError::Store(error) => error.into(),
        }
    }
}

/// Creates a flight of the airline. One request.
///
/// # Errors
/// `BrandNotFound` if the brand is not one of the airline's own; `Codeshare` if there is no such airline or it is the
/// airline itself; `Store`.
pub async fn plan(context: &Context, airline: &AirlineId, draft: FlightDraft) -> Result<Flight, FlightError> {
    check_codeshare(airline, draft.codeshare_airline_id.as_ref())?;
    let default_link = || DEFAULT_EVENT_LINK.parse().expect("the default is a valid URL");
    let flight = Flight {
        id: context.new_flight_id(),
        code: draft.code,
        game_id: draft.game_id,
        aircraft: draft.aircraft,
        airline_id: airline.clone(),
        brand_id: draft.brand_id,
        departure: draft.departure,
        arrival: draft.arrival,
        miles: None,
        start_time: draft.start_time.unwrap_or_else(|| context.now()),
        started_at: None,
        end_time: None,
        codeshare_airline_id: draft.codeshare_airline_id,
        discord_event_link: draft.discord_event_link.unwrap_or_else(default_link),
        cancelled_at: None,
    };
    context.store.create_flight(&flight, context.random()).await??;
    Ok(flight)
}

fn check_codeshare(operator: &AirlineId, codeshare: Option<&AirlineId>) -> Result<(), FlightError> {
    let is_own = codeshare == Some(operator);
    if is_own { Err(FlightError::Codeshare("the airline operates the flight itself")) } else { Ok(()) }
}

/// Changes what is planned of a flight that the airline operates and that has not ended. Two requests, plus two per
/// conflicting change.
///
/// # Errors
/// In this order: `NothingToChange`; `NotFound`, also for the codeshare airline; `Ended`; `Started`; `Codeshare` if the
/// new partner is the airline itself; `BrandNotFound` and `Codeshare` if what is new does not exist; `Store`.
pub async fn change(
    context: &Context,
    airline: &AirlineId,
    id: FlightId,
    change: &FlightChange,
) -> Result<Flight, FlightError> {
    if *change == FlightChange::default() {
        return Err(FlightError::NothingToChange);
    }
    commit(context, PlanChange { context, airline, id, change }).await
}

/// A change of what is planned of a flight. Its number is the flight's next version.
struct PlanChange<'a> {
    context: &'a Context,
    airline: &'a AirlineId,
    id: FlightId,
    change: &'a FlightChange,
}

impl NumberedChange for PlanChange<'_> {
    type State = VersionedFlight;
    type Write = (VersionedFlight, Flight, Uuid);
    type Answer = Flight;
    type Error = FlightError;

    async fn read(&mut self) -> Result<VersionedFlight, FlightError> {
        let read = self.context.store.versioned_flight(self.id).await?;
        read.filter(|read| read.flight.airline_id == *self.airline).ok_or(FlightError::NotFound)
    }

    async fn trace(&mut self, read: &VersionedFlight, number: u64) -> Result<Trace, StoreError> {
        Ok(Trace::of_version(read.version, read.operation, number))
    }

    fn decide(
        &mut self,
        before: VersionedFlight,
        operation: Uuid,
    ) -> Result<Decision<Self::Write, Flight>, FlightError> {
        let flight = still_open(before.flight.clone())?;
        let after = self.change.clone().applied_to(flight.clone());
        if self.change.start_time.is_some() && flight.started_at.is_some() {
            return Err(FlightError::Started);
        }
        check_codeshare(self.airline, after.codeshare_airline_id.as_ref())?;
        Ok(if after == flight {
            Decision::Answer(after)
        } else {
            Decision::Write { number: before.version + 1, write: (before, after.clone(), operation), answer: after }
        })
    }

    async fn write(&mut self, (before, after, operation): Self::Write) -> Result<Written, FlightError> {
        let token = self.context.random();
        match self.context.store.change_flight(&before, &after, operation, token).await? {
            FlightChanged::Done => Ok(Written::Done),
            FlightChanged::Stale { in_doubt } => Ok(Written::Stale { in_doubt }),
            FlightChanged::Missing(missing) => Err(missing.into()),
        }
    }
}

/// Cancels a flight that the airline operates and that nobody has boarded. Leaves a cancelled flight unchanged. Three
/// requests, the first two concurrent; two if the flight is not cancelled now.
///
/// # Errors
/// In this order: `NotFound`, also for the codeshare airline; `HasPassengers`; `Ended`; `Store`.
pub async fn cancel(context: &Context, airline: &AirlineId, id: FlightId) -> Result<Flight, FlightError> {
    let operated =
        |flight: Option<Flight>| flight.filter(|flight| flight.airline_id == *airline).ok_or(FlightError::NotFound);
    let (flight, is_boarded) = context.store.flight_and_boarded(id).await?;
    let flight = operated(flight)?;
    if is_boarded {
        return Err(FlightError::HasPassengers);
    }
    if flight.cancelled_at.is_some() {
        return Ok(flight);
    }
    still_open(flight)?;
    match context.store.cancel_flight(id, airline, context.now()).await? {
        Changed::Done(flight) => Ok(flight),
        Changed::Refused(flight) => match operated(flight)? {
            flight if flight.cancelled_at.is_some() => Ok(flight),
            flight if flight.end_time.is_some() => Err(FlightError::Ended),
            _ => Err(FlightError::HasPassengers),
        },
    }
}

/// Returns the airline's flights that have not ended, with their brands, ordered by planned start. Two requests, plus
/// one per megabyte.
///
/// # Errors
/// `Store`.
pub async fn upcoming(context: &Context, airline: &AirlineId) -> Result<Vec<UpcomingFlight>, FlightError> {
    let (flights, brands) = try_join(context.store.upcoming_flights(airline), context.store.brands(airline)).await?;
    let with_brand = |flight: Flight| {
        let brand = brands.iter().find(|brand| brand.brand_id == flight.brand_id).cloned();
        UpcomingFlight { flight, brand }
    };
    Ok(flights.into_iter().map(with_brand).collect())
}

/// Starts a flight, or reopens one that was ended for its silence. Leaves a running flight unchanged. One request; two if
/// the airline operates a flight that has ended.
///
/// # Errors
/// `NotFound` if the flight does not exist, or if the airline neither operates nor shares it; `Ended` if it has ended;
/// `Store`.
pub async fn start(context: &Context, airline: &AirlineId, id: FlightId) -> Result<Flight, FlightError> {
    match context.store.start_flight(id, airline, context.now()).await? {
        Changed::Done(flight) => Ok(flight),
        Changed::Refused(flight) => reopen(context, airline, own(flight, airline)?).await,
    }
}

/// Returns a flight that has not ended. Reopens it if it was ended for its silence within the last day and the airline
/// operates it. No request, or one if the flight has ended.
async fn reopen(context: &Context, airline: &AirlineId, flight: Flight) -> Result<Flight, FlightError> {
    let now = context.now();
    let since = now.minus(REOPENABLE);
    if flight.end_time.is_none_or(|end| end < since) || flight.airline_id != *airline {
        return still_open(flight);
    }
    match context.store.reopen_flight(flight.id, airline, since, now).await? {
        Changed::Done(flight) => Ok(flight),
        Changed::Refused(flight) => own(flight, airline).and_then(still_open),
    }
}

/// Records a tick: a sign that the flight is still running. Reopens a flight that was ended for its silence. One request;
/// two if the airline operates a flight that has ended.
///
/// # Errors
/// `NotFound` if the flight does not exist, or if the airline neither operates nor shares it; `Ended` if it has ended;
/// `Store`.
pub async fn tick(context: &Context, airline: &AirlineId, id: FlightId) -> Result<(), FlightError> {
    match context.store.tick_flight(id, airline, context.now()).await? {
        Changed::Done(_) => Ok(()),
        Changed::Refused(flight) => reopen(context, airline, own(flight, airline)?).await.map(|_| ()),
    }
}

/// Ends a flight. A flight that has already ended keeps its end, which becomes final. One request.
///
/// # Errors
/// `NotFound` if the flight does not exist, or if the airline neither operates nor shares it; `Store`.
pub async fn end(context: &Context, airline: &AirlineId, id: FlightId) -> Result<Flight, FlightError> {
    match context.store.end_flight(id, airline, context.now()).await? {
        Changed::Done(flight) => Ok(flight),
        Changed::Refused(flight) => own(flight, airline),
    }
}

fn own(flight: Option<Flight>, airline: &AirlineId) -> Result<Flight, FlightError> {
    flight.filter(|flight| flight.is_flown_by(airline)).ok_or(FlightError::NotFound)
}

fn still_open(flight: Flight) -> Result<Flight, FlightError> {
    if flight.end_time.is_some() { Err(FlightError::Ended) } else { Ok(flight) }
}

/// Returns a page of a flight's passengers, in the order in which they boarded. Two concurrent requests.
///
/// # Errors
/// `NotFound` if the flight does not exist, or if the airline neither operates nor shares it; `Cursor` if the cursor is
/// damaged or belongs to another listing; `Store`.
pub async fn passengers(
    context: &Context,
    airline: &AirlineId,
    id: FlightId,
    limit: usize,
    next: Option<&str>,
) -> Result<Page<Passenger>, FlightError> {
    let flight = async { Ok(context.store.flight(id).await?) };
    let page = async { Ok::<_, FlightError>(context.store.passengers_page(id, limit, next).await) };
    let (flight, page) = try_join(flight, page).await?;
    own(flight, airline)?;
    Ok(page?)
}

/// Result of a run of [`end_stale`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StaleFlightsEnded {
    /// Number of silent flights that were ended.
    pub ended: usize,
    /// Number of flights that ticked, started or ended during the run.
    pub spared: usize,
    /// Number of flights that never started and were ended.
    pub unstarted: usize,
    /// Number of silent flights that the safety stop left running.
    pub stopped: usize,
}

/// Ends the flights that were started and have had no tick for [`SILENCE`], at the time of their last tick, and those that
/// have not started [`UNSTARTED`] after their planned start, which are also cancelled if nobody boarded them. If a flight
/// cannot be ended, the others still are. Runs may overlap or be interrupted. Ten requests, plus one per silent flight and
/// two per flight that never started.
///
/// Safety stop: if more than `max_share` of the running flights, and at least 10, are silent, it is the API that was out of
/// reach. The run then ends none of them, unless the runs before it have done the same for 30 minutes. Eight
/// more requests to count them, and nine more if it stops.
///
/// # Errors
/// Any [`StoreError`]: if several flights could not be ended, the first of their errors. All other flights have been
/// ended.
pub async fn end_stale(context: &Context, max_share: f64) -> Result<StaleFlightsEnded, StoreError> {
    let (store, now) = (&context.store, context.now());
    let long_ago = now.minus(UNSTARTED);
    let (silent, unstarted, stopped_at) = try_join3(
        store.silent_flights(now.minus(SILENCE)),
        store.unstarted_flights(long_ago),
        store.stale_flights_stop(),
    )
    .await?;
    let is_stopped = must_stop(context, silent.len(), max_share, stopped_at).await?;
    let stopped = if is_stopped { silent.len() } else { 0 };
    let silent = if is_stopped { Vec::new() } else { silent };

    let silent_count = silent.len();
    let stale = silent.into_iter().map(Stale::Silent).chain(unstarted.into_iter().map(Stale::Unstarted));
    let attempts = stream::iter(stale).map(|flight| end_one(store, flight, long_ago, now));
    let attempts = attempts.buffered(MAX_CONCURRENT_CHANGES);
    let attempts: Vec<Result<bool, StoreError>> = attempts.collect().await;
    let outcomes = attempts.into_iter().collect::<Result<Vec<bool>, _>>()?;
    let count = |outcomes: &[bool]| outcomes.iter().filter(|has_ended| **has_ended).count();
    let (of_silent, of_unstarted) = outcomes.split_at(silent_count);
    let (ended, unstarted) = (count(of_silent), count(of_unstarted));
    Ok(StaleFlightsEnded { ended, spared: outcomes.len() - ended - unstarted, unstarted, stopped })
}

/// A flight that [`end_stale`] ends.
#[derive(Clone, Copy)]
enum Stale {
    Silent(SilentFlight),
    Unstarted(FlightId),
}

async fn end_one(store: &Store, flight: Stale, long_ago: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
    match flight {
        Stale::Silent(flight) => store.end_silent_flight(flight).await,
        Stale::Unstarted(flight) => store.end_unstarted_flight(flight, long_ago, now).await,
    }
}

/// Returns whether the safety stop forbids to end that many silent flights, and records when it began. Clears that record if
/// nothing forbids it.
async fn must_stop(
    context: &Context,
    silent: usize,
    max_share: f64,
    stopped_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    #[allow(clippy::cast_precision_loss, reason = "there are far fewer than 2^52 flights")]
    let exceeds = |silent: usize, running: usize| silent as f64 > max_share * running as f64;
    let now = context.now();
    let running = if silent < SAFETY_MINIMUM { usize::MAX } else { context.store.running_flights().await? };
    // An overlapping run may have ended some of them before the others were counted.
    if exceeds(silent, running) && exceeds(context.store.silent_flights(now.minus(SILENCE)).await?.len(), running) {
        let since = stopped_at.unwrap_or(now);
        if now < since.plus(SAFETY_STOP) {
            if stopped_at.is_none() {
                context.store.put_stale_flights_stop(now).await?;
            }
            tracing::error!(
                safety_stops = 1,
                silent,
                max_share,
                "too many flights are silent at once; ending none of them"
            );
            return Ok(true);
        }
    }
    if let Some(since) = stopped_at {
        context.store.clear_stale_flights_stop(since).await?;
    }
    Ok(false)
}
