//! Flights: planning them, reporting their progress, ending them.

use crate::Context;
use futures_util::future::try_join;
use futures_util::stream::{self, StreamExt};
use models::{AirlineId, DEFAULT_EVENT_LINK, Flight, FlightDraft, FlightId, Passenger, UpcomingFlight};
use serde::Serialize;
use std::time::Duration;
use store::{Changed, CursorError, MissingForFlight, Page, PageError, StoreError};

/// Time without a tick after which a started flight is ended.
pub const SILENCE: Duration = Duration::from_mins(5);

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
    /// The codeshare airline does not exist.
    #[error("Codeshare airline not found")]
    CodeshareAirlineNotFound,
    /// The cursor is damaged or belongs to another listing.
    #[error("\"next\": {0}")]
    Cursor(#[from] CursorError),
    /// The tables could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
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
/// `BrandNotFound` if the brand is not one of the airline's own; `CodeshareAirlineNotFound` if there is no such
/// airline; `Store`.
pub async fn plan(context: &Context, airline: &AirlineId, draft: FlightDraft) -> Result<Flight, FlightError> {
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
    };
    match context.store.create_flight(&flight, context.random()).await? {
        Ok(()) => Ok(flight),
        Err(MissingForFlight::Brand) => Err(FlightError::BrandNotFound),
        Err(MissingForFlight::CodeshareAirline) => Err(FlightError::CodeshareAirlineNotFound),
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

/// Starts a flight. Leaves a running flight unchanged. One request.
///
/// # Errors
/// `NotFound` if the flight does not exist, or if the airline neither operates nor shares it; `Ended` if it has ended;
/// `Store`.
pub async fn start(context: &Context, airline: &AirlineId, id: FlightId) -> Result<Flight, FlightError> {
    match context.store.start_flight(id, airline, context.now()).await? {
        Changed::Done(flight) => Ok(flight),
        Changed::Refused(flight) => own(flight, airline).and_then(still_open),
    }
}

/// Records a tick: a sign that the flight is still running. One request.
///
/// # Errors
/// `NotFound` if the flight does not exist, or if the airline neither operates nor shares it; `Ended` if it has ended;
/// `Store`.
pub async fn tick(context: &Context, airline: &AirlineId, id: FlightId) -> Result<(), FlightError> {
    match context.store.tick_flight(id, airline, context.now()).await? {
        Changed::Done(_) => Ok(()),
        Changed::Refused(flight) => own(flight, airline).and_then(still_open).map(|_| ()),
    }
}

/// Ends a flight. Leaves a flight that has already ended unchanged. One request.
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
    /// Number of flights that were ended.
    pub ended: usize,
    /// Number of flights that ticked or ended during the run.
    pub spared: usize,
}

/// Ends the flights that were started and have had no tick for [`SILENCE`], at the time of their last tick. If a flight
/// cannot be ended, the others still are. Runs may overlap or be interrupted. Eight requests, plus one per silent
/// flight.
///
/// # Errors
/// Any [`StoreError`]: if several flights could not be ended, the first of their errors. All other flights have been
/// ended.
pub async fn end_stale(context: &Context) -> Result<StaleFlightsEnded, StoreError> {
    let silent = context.store.silent_flights(context.now().minus(SILENCE)).await?;
    let attempts =
        stream::iter(silent).map(|flight| context.store.end_silent_flight(flight)).buffered(MAX_CONCURRENT_CHANGES);
    let attempts: Vec<Result<bool, StoreError>> = attempts.collect().await;
    let outcomes = attempts.into_iter().collect::<Result<Vec<bool>, _>>()?;
    let ended = outcomes.iter().filter(|has_ended| **has_ended).count();
    Ok(StaleFlightsEnded { ended, spared: outcomes.len() - ended })
}
