//! `POST /flight/{id}/serverStart`, `…/tick` and `…/serverEnd`: reports of a flight's game server.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::Context;
use shared::flights;
use shared::http::flyers::Params;
use shared::http::openapi::ApiKeyResponses;
use shared::http::{Caller, FlyersError, FlyersErrorBody};
use shared::models::{Flight, FlightId};

/// Parses the flight id in a path. A malformed id belongs to no flight, so it is answered like an unknown one.
pub(crate) fn flight_id(segment: &str) -> Result<FlightId, FlyersError> {
    segment.parse().map_err(|_| FlyersError::FlightNotFound)
}

/// Report the start of a flight
///
/// Sets the flight's `startedAt` to the current time. A flight that is already running is returned unchanged. From then
/// on its game server must report a `tick` at least every 5 minutes, or the flight is ended. Within 24 hours of such an
/// end, the airline that operates the flight reopens it with this report or a tick.
///
/// Both the airline that operates the flight and its codeshare partner may start it.
#[utoipa::path(
    post,
    path = "/flight/{id}/serverStart",
    tag = "Flights",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("1, or 2 if the airline operates the flight and it has ended"))),
    params(
        ("id" = FlightId, Path, description = "Id of the flight, a UUID.",
            example = "4e8d2b60-13f5-49ac-8b7e-c05d9a216f38"),
    ),
    responses(
        (status = 200, description = "The flight, which is running.", body = Flight),
        (status = 404, description = "The airline neither operates nor shares such a flight.", body = FlyersErrorBody,
            example = json!({ "error": "Flight not found" })),
        (status = 409, description = "The flight has already ended.", body = FlyersErrorBody,
            example = json!({ "error": "Flight has ended" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn server_start(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params(id): Params<String>,
) -> Result<Json<Flight>, FlyersError> {
    Ok(Json(flights::start(&context, &caller.airline_id, flight_id(&id)?).await?))
}

/// Confirmation that a tick was recorded.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tick {
    /// Always `true`: the tick was recorded.
    #[schema(example = true)]
    ok: bool,
    /// Id of the flight, a UUID.
    flight_id: FlightId,
    /// Always `tick received`, for people to read.
    #[schema(example = "tick received")]
    message: &'static str,
}

/// Report that a flight is still running
///
/// Records the time of the report as a sign of life. A started flight without one for 5 minutes is ended, at the time
/// of its last sign of life; within 24 hours of such an end, a tick of the airline that operates the flight reopens it.
/// Both the airline that operates the flight and its codeshare partner may report it.
#[utoipa::path(
    post,
    path = "/flight/{id}/tick",
    tag = "Flights",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("1, or 2 if the airline operates the flight and it has ended"))),
    params(
        ("id" = FlightId, Path, description = "Id of the flight, a UUID.",
            example = "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50"),
    ),
    responses(
        (status = 200, description = "The sign of life was recorded.", body = Tick),
        (status = 404, description = "The airline neither operates nor shares such a flight.", body = FlyersErrorBody,
            example = json!({ "error": "Flight not found" })),
        (status = 409, description = "The flight has already ended.", body = FlyersErrorBody,
            example = json!({ "error": "Flight has ended" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn tick(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params(id): Params<String>,
) -> Result<Json<Tick>, FlyersError> {
    let flight_id = flight_id(&id)?;
    flights::tick(&context, &caller.airline_id, flight_id).await?;
    Ok(Json(Tick { ok: true, flight_id, message: "tick received" }))
}

/// Report the end of a flight
///
/// Sets the flight's `endTime` to the current time. A flight that has already ended is returned unchanged, and can no
/// longer be reopened. Both the
/// airline that operates the flight and its codeshare partner may end it.
#[utoipa::path(
    post,
    path = "/flight/{id}/serverEnd",
    tag = "Flights",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("1"))),
    params(
        ("id" = FlightId, Path, description = "Id of the flight, a UUID.",
            example = "b3f1c9d2-7e48-4a05-9c6d-5e2a8f417b90"),
    ),
    responses(
        (status = 200, description = "The flight, which has ended.", body = Flight),
        (status = 404, description = "The airline neither operates nor shares such a flight.", body = FlyersErrorBody,
            example = json!({ "error": "Flight not found" })),
        ApiKeyResponses,
    )
)]
pub(crate) async fn server_end(
    Caller(caller): Caller,
    State(context): State<Context>,
    Params(id): Params<String>,
) -> Result<Json<Flight>, FlyersError> {
    Ok(Json(flights::end(&context, &caller.airline_id, flight_id(&id)?).await?))
}
