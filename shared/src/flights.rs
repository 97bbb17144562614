//! Flights: planning, flying, ending.

use crate::App;
use crate::error::{FlyersError, StoreError};
use crate::models::{AirlineId, DEFAULT_EVENT_LINK, Flight, FlightDraft, FlightId, Passenger, UpcomingFlight};
use crate::store::{Changed, MissingForFlight, Page};
use futures_util::future::try_join;
use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use std::time::Duration;

/// A started flight without a sign of life for so long is over (contract, *POST /flight/{id}/serverStart*).
pub const SILENCE: Duration = Duration::from_mins(5);

/// How many silent flights are ended at once.
const SIDE_BY_SIDE: usize = 16;

/// Plans a flight of the airline (contract, *POST /flight*). One request.
///
/// # Errors
/// `BrandNotFound` when the brand is not the airline's own; `CodeshareAirlineNotFound`; as any write.
pub async fn plan(app: &App, airline: &AirlineId, draft: FlightDraft) -> Result<Flight, FlyersError> {
    let default_link = || DEFAULT_EVENT_LINK.parse().expect("the default is a URL");
    let flight = Flight {
        id: app.new_flight_id(),
        code: draft.code,
        game_id: draft.game_id,
        aircraft: draft.aircraft,
        airline_id: airline.clone(),
        brand_id: draft.brand_id,
        departure: draft.departure,
        arrival: draft.arrival,
        miles: None,
        start_time: draft.start_time.unwrap_or_else(|| app.now()),
        started_at: None,
        end_time: None,
        codeshare_airline_id: draft.codeshare_airline_id,
        discord_event_link: draft.discord_event_link.unwrap_or_else(default_link),
    };
    match app.store.create_flight(&flight, app.random()).await? {
        Ok(()) => Ok(flight),
        Err(MissingForFlight::Brand) => Err(FlyersError::BrandNotFound),
        Err(MissingForFlight::CodeshareAirline) => Err(FlyersError::CodeshareAirlineNotFound),
    }
}

/// The airline's flights that did not end, by planned start, with their brands (contract, *GET
/// /flight/fetchUpcomingFlights*). Two requests, and one more for each megabyte.
///
/// # Errors
/// As any read.
pub async fn upcoming(app: &App, airline: &AirlineId) -> Result<Vec<UpcomingFlight>, FlyersError> {
    let (flights, brands) = try_join(app.store.upcoming_flights(airline), app.store.brands(airline)).await?;
    let with_brand = |flight: Flight| {
        let brand = brands.iter().find(|brand| brand.brand_id == flight.brand_id).cloned();
        UpcomingFlight { flight, brand }
    };
    Ok(flights.into_iter().map(with_brand).collect())
}

/// Starts a flight; one that runs stays as it is (contract, *POST /flight/{id}/serverStart*). One request.
///
/// # Errors
/// `FlightNotFound`, also if the airline neither operates nor shares it; `FlightEnded`; as any write.
pub async fn start(app: &App, airline: &AirlineId, id: FlightId) -> Result<Flight, FlyersError> {
    match app.store.start_flight(id, airline, app.now()).await? {
        Changed::Done(flight) => Ok(flight),
        Changed::Refused(flight) => own(flight, airline).and_then(still_open),
    }
}

/// Records a flight's sign of life (contract, *POST /flight/{id}/tick*). One request.
///
/// # Errors
/// `FlightNotFound`, also if the airline neither operates nor shares it; `FlightEnded`; as any write.
pub async fn tick(app: &App, airline: &AirlineId, id: FlightId) -> Result<(), FlyersError> {
    match app.store.tick_flight(id, airline, app.now()).await? {
        Changed::Done(_) => Ok(()),
        Changed::Refused(flight) => own(flight, airline).and_then(still_open).map(|_| ()),
    }
}

/// Ends a flight; one that has ended stays as it is (contract, *POST /flight/{id}/serverEnd*). One request.
///
/// # Errors
/// `FlightNotFound`, also if the airline neither operates nor shares it; as any write.
pub async fn end(app: &App, airline: &AirlineId, id: FlightId) -> Result<Flight, FlyersError> {
    match app.store.end_flight(id, airline, app.now()).await? {
        Changed::Done(flight) => Ok(flight),
        Changed::Refused(flight) => own(flight, airline),
    }
}

fn own(flight: Option<Flight>, airline: &AirlineId) -> Result<Flight, FlyersError> {
    flight.filter(|flight| flight.is_flown_by(airline)).ok_or(FlyersError::FlightNotFound)
}

fn still_open(flight: Flight) -> Result<Flight, FlyersError> {
    if flight.end_time.is_some() { Err(FlyersError::FlightEnded) } else { Ok(flight) }
}

/// A page of a flight's passengers, in the order boarded (contract, *GET /flight/{id}/passengers*). Two
/// requests, side by side.
///
/// # Errors
/// `FlightNotFound`, also if the airline neither operates nor shares it; `BadRequest` when the cursor is not
/// one of this listing's; as any read.
pub async fn passengers(
    app: &App,
    airline: &AirlineId,
    id: FlightId,
    limit: usize,
    next: Option<&str>,
) -> Result<Page<Passenger>, FlyersError> {
    let (flight, page) = try_join(app.store.flight(id), app.store.passengers_page(id, limit, next)).await?;
    own(flight, airline)?;
    page.map_err(|bad| FlyersError::BadRequest(format!("\"next\": {bad}")))
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
pub async fn end_stale(app: &App) -> Result<StaleFlightsEnded, StoreError> {
    let silent = app.store.silent_flights(app.now().minus(SILENCE)).await?;
    let attempts = stream::iter(silent).map(|flight| app.store.end_silent_flight(flight)).buffered(SIDE_BY_SIDE);
    let attempts: Vec<Result<bool, StoreError>> = attempts.collect().await;
    let outcomes = attempts.into_iter().collect::<Result<Vec<bool>, _>>()?;
    let ended = outcomes.iter().filter(|has_ended| **has_ended).count();
    Ok(StaleFlightsEnded { ended, spared: outcomes.len() - ended })
}
