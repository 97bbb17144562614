//! Ends flights whose game server has gone silent; runs every minute.

use serde::Deserialize;
use shared::App;
use shared::flights::{StaleFlightsEnded, end_stale};
use shared::invocation::Invocation;
use std::time::Duration;

/// The schedule's event, of which nothing matters.
#[derive(Debug, Deserialize)]
pub struct Scheduled {}

/// Ends silent flights within the time given, and logs what it did.
///
/// # Errors
/// When the time was up or DynamoDB failed. The next run goes on where this one stopped.
pub async fn handle(app: &App, time: Duration) -> Result<StaleFlightsEnded, shared::error::StoreError> {
    let invocation = Invocation::lasting(time);
    let run = invocation.clone().run(end_stale(app)).await?;
    tracing::info!(
        ended = run.ended,
        spared = run.spared,
        dynamodb_requests = invocation.requests(),
        dynamodb_retries = invocation.retries(),
        dynamodb_capacity = invocation.capacity(),
        "end-stale-flights"
    );
    Ok(run)
}
