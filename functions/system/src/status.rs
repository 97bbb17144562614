//! `GET /`, `GET /health` and `GET /status`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::Context;
use shared::airlines::{SystemStatus, status as look};
use shared::http::PromptCaller;
use shared::http::openapi::ApiKeyResponses;

/// Confirmation that the service is running.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// Always `true`: the service is running.
    #[schema(example = true)]
    ok: bool,
}

/// Check that the API can be reached
///
/// Needs no API key and reads no table.
#[utoipa::path(
    get,
    path = "/",
    tag = "System",
    extensions(("x-dynamodb-requests" = json!("0"))),
    responses((status = 200, description = "The API can be reached.", body = Health))
)]
pub(crate) async fn root() -> Json<Health> {
    Json(Health { ok: true })
}

/// Check that the service is running
///
/// Needs no API key and reads no table.
#[utoipa::path(
    get,
    path = "/health",
    tag = "System",
    extensions(("x-dynamodb-requests" = json!("0"))),
    responses((status = 200, description = "The service is running.", body = Health))
)]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { ok: true })
}

/// Check that the tables are available
///
/// Returns the calling airline and whether the DynamoDB tables respond within 2 seconds.
#[utoipa::path(
    get,
    path = "/status",
    tag = "System",
    security(("apiKey" = [])),
    extensions(("x-dynamodb-requests" = json!("1"))),
    responses(
        (status = 200, description = "Whether the tables are available, and the calling airline.", body = SystemStatus),
        ApiKeyResponses,
    )
)]
pub(crate) async fn status(
    PromptCaller(caller, time): PromptCaller,
    State(context): State<Context>,
) -> Json<SystemStatus> {
    Json(look(&context, &caller.airline_id, time).await)
}
