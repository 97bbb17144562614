//! `POST /flight` and `GET /flight/fetchUpcomingFlights`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::Context;
use shared::flights::{plan, upcoming};
use shared::http::flyers::Body;
use shared::http::openapi::{ApiKeyResponses, FlyersBodyResponses};
use shared::http::{Caller, FlyersError, FlyersErrorBody};
use shared::models::{Flight, FlightDraft, UpcomingFlight};

/// Plan a flight
///
/// Creates a flight that the calling airline operates under one of its own brands. Repeating the request creates
/// another flight.
#[utoipa::path(
    post,
    path = "/flight",
    tag = "Flights",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("1"))),
    request_body(content = FlightDraft, example = json!({
        "code": "ST456", "gameId": "1234567890", "aircraft": "Airbus A350-900", "brandId": "skyteam-main",
        "departure": "EHAM", "arrival": "KATL", "startTime": "2030-05-01T09:00:00.000Z",
        "codeshareAirlineId": "oceanic"
    })),
    responses(
        (status = 201, description = "The flight that was created.", body = Flight),
        (status = 400, description = "A field is missing or invalid; the message names it.", body = FlyersErrorBody,
            example = json!({ "error": "\"departure\" must be the 4 letters of an ICAO airport code" })),
        (status = 404, description = "The airline has no such brand, or the codeshare airline is unknown.",
            body = FlyersErrorBody, example = json!({ "error": "Brand not found" })),
        FlyersBodyResponses,
        ApiKeyResponses,
    )
)]
pub(crate) async fn create_flight(
    Caller(caller): Caller,
    State(context): State<Context>,
    Body(draft): Body<FlightDraft>,
) -> Result<(StatusCode, Json<Flight>), FlyersError> {
    let flight = plan(&context, &caller.airline_id, draft).await?;
    Ok((StatusCode::CREATED, Json(flight)))
}

/// List the airline's upcoming flights
///
/// Returns the flights of the calling airline that have not ended, ordered by planned start, each with its brand. A
/// flight that was created or ended within the last second may still be missing or listed.
#[utoipa::path(
    get,
    path = "/flight/fetchUpcomingFlights",
    tag = "Flights",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("2, plus 1 per additional MB"))),
    responses(
        (status = 200, description = "The flights that have not ended, by planned start.", body = Vec<UpcomingFlight>),
        (status = 413, description = "The response would be larger than 6 MB.", body = FlyersErrorBody,
            example = json!({ "error": "The answer would be larger than 6 MB; ask for less at a time" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn fetch_upcoming_flights(
    Caller(caller): Caller,
    State(context): State<Context>,
) -> Result<Json<Vec<UpcomingFlight>>, FlyersError> {
    Ok(Json(upcoming(&context, &caller.airline_id).await?))
}
