//! `POST /flight`, `GET /flight/fetchUpcomingFlights`, `PATCH /flight/{id}` and `POST /flight/{id}/cancel`

use crate::server::flight_id;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::Context;
use shared::flights::{self, plan, upcoming};
use shared::http::flyers::{Body, Params};
use shared::http::openapi::{ApiKeyResponses, FlyersBodyResponses};
use shared::http::{Caller, FlyersError, FlyersErrorBody};
use shared::models::{Flight, FlightChange, FlightDraft, FlightId, UpcomingFlight};

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
        (status = 400, body = FlyersErrorBody,
            description = "A field is missing or invalid, or the codeshare airline is unknown; the message names it.",
            example = json!({ "error": "\"departure\" must be the 4 letters of an ICAO airport code" })),
        (status = 404, description = "The airline has no such brand.",
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

/// Change a flight
///
/// Changes the fields that are sent; absent fields and `null` keep their values, except that `codeshareAirlineId: null`
/// removes the partner. Only the airline that operates the flight may change it, and only until the flight has ended. The
/// planned start can be changed until the flight has started.
#[utoipa::path(
    patch,
    path = "/flight/{id}",
    tag = "Flights",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("2, plus 2 per conflicting change"))),
    params(
        ("id" = FlightId, Path, description = "Id of the flight, a UUID.",
            example = "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50"),
    ),
    request_body(content = FlightChange, example = json!({ "aircraft": "Airbus A321" })),
    responses(
        (status = 200, description = "The flight after the change.", body = Flight),
        (status = 400, body = FlyersErrorBody,
            description = "A field is invalid, the body holds no field to change, the flight has started and `startTime` \
                is among the fields, or the codeshare airline is unknown.",
            example = json!({ "error": "\"startTime\" cannot be changed: the flight has started" })),
        (status = 404, description = "The airline operates no such flight or has no such brand.", body = FlyersErrorBody,
            example = json!({ "error": "Flight not found" })),
        (status = 409, description = "The flight has ended.", body = FlyersErrorBody,
            example = json!({ "error": "Flight has ended" })),
        FlyersBodyResponses,
        ApiKeyResponses,
    )
)]
pub(crate) async fn change_flight(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params(id): Params<String>,
    Body(change): Body<FlightChange>,
) -> Result<Json<Flight>, FlyersError> {
    Ok(Json(flights::change(&context, &caller.airline_id, flight_id(&id)?, &change).await?))
}

/// Cancel a flight
///
/// Ends a flight that nobody has boarded. A flight that was cancelled before is returned unchanged. Only the airline that
/// operates the flight may cancel it.
#[utoipa::path(
    post,
    path = "/flight/{id}/cancel",
    tag = "Flights",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("3, or 2 if the flight is not cancelled now"))),
    params(
        ("id" = FlightId, Path, description = "Id of the flight, a UUID.",
            example = "c7d9e1a4-5b2f-4e86-9a31-0f6b8d2c4e75"),
    ),
    responses(
        (status = 200, description = "The flight, which is cancelled.", body = Flight),
        (status = 404, description = "The airline operates no such flight.", body = FlyersErrorBody,
            example = json!({ "error": "Flight not found" })),
        (status = 409, description = "Somebody has boarded the flight, or it has ended otherwise.", body = FlyersErrorBody,
            example = json!({ "error": "Flight has passengers" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn cancel_flight(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params(id): Params<String>,
) -> Result<Json<Flight>, FlyersError> {
    Ok(Json(flights::cancel(&context, &caller.airline_id, flight_id(&id)?).await?))
}
