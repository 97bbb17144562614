//! `GET /airline`

use axum::Json;
use axum::extract::State;
use shared::Context;
use shared::airlines::airline;
use shared::http::openapi::ApiKeyResponses;
use shared::http::{Caller, FlyersError};
use shared::models::Airline;

/// Get the calling airline
///
/// Returns the airline to which the API key belongs.
#[utoipa::path(
    get,
    path = "/airline",
    tag = "Airline",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("1"))),
    responses(
        (status = 200, description = "The calling airline, without its API keys.", body = Airline),
        ApiKeyResponses,
    )
)]
pub(crate) async fn get_airline(
    Caller(caller): Caller,
    State(context): State<Context>,
) -> Result<Json<Airline>, FlyersError> {
    Ok(Json(airline(&context, &caller.airline_id).await?))
}
