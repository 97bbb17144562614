//! Ends flights whose game server has gone silent; runs every minute.

use serde::Deserialize;
use shared::App;
use shared::error::{StoreError, with_causes};
use shared::flights::{StaleFlightsEnded, end_stale};
use shared::invocation::Invocation;
use std::time::Duration;

/// The schedule's event, of which nothing matters.
#[derive(Debug, Deserialize)]
pub struct Scheduled {}

/// Ends silent flights within the time given, and logs what it did, or what was in the way.
///
/// # Errors
/// When the time was up or DynamoDB failed. The next run goes on where this one stopped.
pub async fn handle(app: &App, time: Duration) -> Result<StaleFlightsEnded, StoreError> {
    let invocation = Invocation::lasting(time);
    let ended = invocation.clone().run(end_stale(app)).await;
    match &ended {
        Ok(run) => tracing::info!(
            ended = run.ended,
            spared = run.spared,
            dynamodb_requests = invocation.requests(),
            dynamodb_retries = invocation.retries(),
            dynamodb_capacity = invocation.capacity(),
            "end-stale-flights"
        ),
        Err(error) => tracing::error!(
            error = with_causes(error),
            dynamodb_requests = invocation.requests(),
            dynamodb_retries = invocation.retries(),
            dynamodb_capacity = invocation.capacity(),
            "end-stale-flights failed"
        ),
    }
    ended
}
