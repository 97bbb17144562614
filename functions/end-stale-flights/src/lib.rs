//! Ends flights whose game server has gone silent, and flights that never started. Runs every minute.

use shared::flights::{StaleFlightsEnded, end_stale};
use shared::store::StoreError;
use shared::{App, job};
use std::time::Duration;

/// Ends silent flights and flights that never started within the given time and logs the result, or the failure.
///
/// # Errors
/// Returns an error if the time ran out or DynamoDB failed. The next run continues where this one stopped.
pub async fn handle(app: &App, time: Duration) -> Result<StaleFlightsEnded, StoreError> {
    job::run("end-stale-flights", time, end_stale(&app.context, app.stale_max_share), |run, cost| {
        tracing::info!(
            flights_ended = run.ended,
            spared = run.spared,
            unstarted = run.unstarted,
            stopped = run.stopped,
            dynamodb_requests = cost.requests(),
            dynamodb_retries = cost.retries(),
            dynamodb_read_units = cost.read_units(),
            dynamodb_write_units = cost.write_units(),
            "end-stale-flights"
        );
    })
    .await
}
