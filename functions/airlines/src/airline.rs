//! `GET /airline`

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::airlines::airline;
use shared::error::FlyersError;
use shared::http::Caller;
use shared::http::openapi::ApiKeyFailures;
use shared::models::Airline;

/// Get the airline that calls
#[utoipa::path(
    get,
    path = "/airline",
    tag = "Airline",
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "The airline.", body = Airline),
        ApiKeyFailures,
    )
)]
pub(crate) async fn get_airline(Caller(caller): Caller, State(app): State<App>) -> Result<Json<Airline>, FlyersError> {
    airline(&app, &caller.airline_id).await.map(Json)
}
