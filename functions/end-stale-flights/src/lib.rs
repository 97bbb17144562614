//! Ends flights whose game server has gone silent; runs every minute.

use shared::error::StoreError;
use shared::flights::{StaleFlightsEnded, end_stale};
use shared::{App, job};
use std::time::Duration;

/// Ends silent flights within the time given, and logs what it did, or what was in the way.
///
/// # Errors
/// When the time was up or DynamoDB failed. The next run goes on where this one stopped.
pub async fn handle(app: &App, time: Duration) -> Result<StaleFlightsEnded, StoreError> {
    job::run("end-stale-flights", time, end_stale(app), |run, cost| {
        tracing::info!(
            flights_ended = run.ended,
            spared = run.spared,
            dynamodb_requests = cost.requests(),
            dynamodb_retries = cost.retries(),
            dynamodb_read_units = cost.read_units(),
            dynamodb_write_units = cost.write_units(),
            "end-stale-flights"
        );
    })
    .await
}
