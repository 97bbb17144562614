//! Flights: planning, flying, ending.

use crate::Context;
use futures_util::future::try_join;
use futures_util::stream::{self, StreamExt};
use models::{AirlineId, DEFAULT_EVENT_LINK, Flight, FlightDraft, FlightId, Passenger, UpcomingFlight};
use serde::Serialize;
use std::time::Duration;
use store::{Changed, CursorError, MissingForFlight, Page, PageError, StoreError};

/// A started flight without a sign of life for so long is over.
pub const SILENCE: Duration = Duration::from_mins(5);

/// How many silent flights are ended at once.
const SIDE_BY_SIDE: usize = 16;

/// Why a flight was not changed or read.
#[derive(Debug, thiserror::Error)]
pub enum FlightError {
    /// There is no such flight, or the airline neither operates nor shares it.
    #[error("Flight not found")]
    NotFound,
    /// The flight has ended.
    #[error("Flight has ended")]
    Ended,
    /// The airline has no such brand.
    #[error("Brand not found")]
    BrandNotFound,
    /// There is no airline with the codeshare airline's id.
    #[error("Codeshare airline not found")]
    CodeshareAirlineNotFound,
    /// The cursor is not one of this listing's.
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

/// Plans a flight of the airline. One request.
///
/// # Errors
/// `BrandNotFound` when the brand is not the airline's own; `CodeshareAirlineNotFound`; as any write.
pub async fn plan(context: &Context, airline: &AirlineId, draft: FlightDraft) -> Result<Flight, FlightError> {
    let default_link = || DEFAULT_EVENT_LINK.parse().expect("the default is a URL");
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

/// The airline's flights that did not end, by planned start, with their brands. Two requests, and one more for each megabyte.
///
/// # Errors
/// As any read.
pub async fn upcoming(context: &Context, airline: &AirlineId) -> Result<Vec<UpcomingFlight>, FlightError> {
    let (flights, brands) = try_join(context.store.upcoming_flights(airline), context.store.brands(airline)).await?;
    let with_brand = |flight: Flight| {
        let brand = brands.iter().find(|brand| brand.brand_id == flight.brand_id).cloned();
        UpcomingFlight { flight, brand }
    };
    Ok(flights.into_iter().map(with_brand).collect())
}

/// Starts a flight; one that runs stays as it is. One request.
///
/// # Errors
/// `FlightNotFound`, also if the airline neither operates nor shares it; `FlightEnded`; as any write.
pub async fn start(context: &Context, airline: &AirlineId, id: FlightId) -> Result<Flight, FlightError> {
    match context.store.start_flight(id, airline, context.now()).await? {
        Changed::Done(flight) => Ok(flight),
        Changed::Refused(flight) => own(flight, airline).and_then(still_open),
    }
}

/// Records a flight's sign of life. One request.
///
/// # Errors
/// `FlightNotFound`, also if the airline neither operates nor shares it; `FlightEnded`; as any write.
pub async fn tick(context: &Context, airline: &AirlineId, id: FlightId) -> Result<(), FlightError> {
    match context.store.tick_flight(id, airline, context.now()).await? {
        Changed::Done(_) => Ok(()),
        Changed::Refused(flight) => own(flight, airline).and_then(still_open).map(|_| ()),
    }
}

/// Ends a flight; one that has ended stays as it is. One request.
///
/// # Errors
/// `FlightNotFound`, also if the airline neither operates nor shares it; as any write.
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

/// A page of a flight's passengers, in the order boarded. Two
/// requests, side by side.
///
/// # Errors
/// `FlightNotFound`, also if the airline neither operates nor shares it; `BadRequest` when the cursor is not
/// one of this listing's; as any read.
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

/// What a run of [`end_stale`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StaleFlightsEnded {
    /// Flights ended.
    pub ended: usize,
    /// Flights that gave a sign of life, or ended, while the job looked.
    pub spared: usize,
}

/// Ends the flights that were started and have had no sign of life for [`SILENCE`], at their last one. A flight that
/// cannot be ended holds up no other. Runs that overlap, or that are cut short, do no harm. Eight requests and one for
/// each silent flight.
///
/// # Errors
/// When DynamoDB failed, or the time was up: the first failure. Every flight that could be ended is.
pub async fn end_stale(context: &Context) -> Result<StaleFlightsEnded, StoreError> {
    let silent = context.store.silent_flights(context.now().minus(SILENCE)).await?;
    let attempts = stream::iter(silent).map(|flight| context.store.end_silent_flight(flight)).buffered(SIDE_BY_SIDE);
    let attempts: Vec<Result<bool, StoreError>> = attempts.collect().await;
    let outcomes = attempts.into_iter().collect::<Result<Vec<bool>, _>>()?;
    let ended = outcomes.iter().filter(|has_ended| **has_ended).count();
    Ok(StaleFlightsEnded { ended, spared: outcomes.len() - ended })
}
