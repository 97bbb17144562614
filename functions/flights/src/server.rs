//! `POST /flight/{id}/serverStart`, `…/tick` and `…/serverEnd`: what the flight's game server reports.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use shared::error::FlyersError;
use shared::flights;
use shared::http::flyers::Params;
use shared::http::openapi::ApiKeyFailures;
use shared::http::{Caller, FlyersErrorBody};
use shared::models::{Flight, FlightId};

/// The id in the path. What is no flight's id is no flight.
pub(crate) fn flight_id(segment: &str) -> Result<FlightId, FlyersError> {
    segment.parse().map_err(|_| FlyersError::FlightNotFound)
}

/// Start a flight
///
/// Sets `startedAt`. A flight that runs stays as it is. For the airline that operates it and the one that shares
/// it. From now on the flight must `tick`: after 5 minutes without, it is ended.
#[utoipa::path(
    post,
    path = "/flight/{id}/serverStart",
    tag = "Flights",
    security(("apiKey" = [])),
    params(("id" = FlightId, Path, description = "The flight.", example = "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50")),
    responses(
        (status = 200, description = "The flight.", body = Flight),
        (status = 404, description = "No such flight of the airline's.", body = FlyersErrorBody,
            example = json!({ "error": "Flight not found" })),
        (status = 409, description = "It has ended.", body = FlyersErrorBody,
            example = json!({ "error": "Flight has ended" })),
        ApiKeyFailures,
    )
)]
pub(crate) async fn server_start(
    Caller(caller): Caller,
    State(app): State<App>,
    Params(id): Params<String>,
) -> Result<Json<Flight>, FlyersError> {
    flights::start(&app, &caller.airline_id, flight_id(&id)?).await.map(Json)
}

/// The answer to a tick.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tick {
    /// Always true.
    #[schema(example = true)]
    ok: bool,
    /// The flight.
    flight_id: FlightId,
    /// Always the same.
    #[schema(example = "tick received")]
    message: &'static str,
}

/// Report that a flight is alive
#[utoipa::path(
    post,
    path = "/flight/{id}/tick",
    tag = "Flights",
    security(("apiKey" = [])),
    params(("id" = FlightId, Path, description = "The flight.", example = "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50")),
    responses(
        (status = 200, description = "Recorded.", body = Tick),
        (status = 404, description = "No such flight of the airline's.", body = FlyersErrorBody,
            example = json!({ "error": "Flight not found" })),
        (status = 409, description = "It has ended.", body = FlyersErrorBody,
            example = json!({ "error": "Flight has ended" })),
        ApiKeyFailures,
    )
)]
pub(crate) async fn tick(
    Caller(caller): Caller,
    State(app): State<App>,
    Params(id): Params<String>,
) -> Result<Json<Tick>, FlyersError> {
    let flight_id = flight_id(&id)?;
    flights::tick(&app, &caller.airline_id, flight_id).await?;
    Ok(Json(Tick { ok: true, flight_id, message: "tick received" }))
}

/// End a flight
///
/// Sets `endTime`. A flight that has ended stays as it is.
#[utoipa::path(
    post,
    path = "/flight/{id}/serverEnd",
    tag = "Flights",
    security(("apiKey" = [])),
    params(("id" = FlightId, Path, description = "The flight.", example = "6d0a2f5c-91b7-4c3e-8a64-2f1b7c9d3e50")),
    responses(
        (status = 200, description = "The flight.", body = Flight),
        (status = 404, description = "No such flight of the airline's.", body = FlyersErrorBody,
            example = json!({ "error": "Flight not found" })),
        ApiKeyFailures,
    )
)]
pub(crate) async fn server_end(
    Caller(caller): Caller,
    State(app): State<App>,
    Params(id): Params<String>,
) -> Result<Json<Flight>, FlyersError> {
    flights::end(&app, &caller.airline_id, flight_id(&id)?).await.map(Json)
}
