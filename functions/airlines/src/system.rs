//! `GET /health` and `GET /status`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use shared::airlines::{SystemStatus, status as look};
use shared::http::Caller;
use shared::http::openapi::ApiKeyFailures;

/// It runs.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// Always true.
    #[schema(example = true)]
    ok: bool,
}

/// Tell whether the service runs
///
/// Needs no key and touches no table.
#[utoipa::path(
    get,
    path = "/health",
    tag = "System",
    responses((status = 200, description = "It does.", body = Health))
)]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { ok: true })
}

/// Tell whether the tables answer
#[utoipa::path(
    get,
    path = "/status",
    tag = "System",
    security(("apiKey" = [])),
    responses(
        (status = 200, description = "Whether they do, and the airline that calls.", body = SystemStatus),
        ApiKeyFailures,
    )
)]
pub(crate) async fn status(Caller(caller): Caller, State(app): State<App>) -> Json<SystemStatus> {
    Json(look(&app, &caller.airline_id).await)
}
