//! Scheduled jobs.

use crate::error::with_causes;
use crate::invocation::Invocation;
use std::error::Error;
use std::time::Duration;

/// Runs a job within the time given. `log` says what it did, in one line; a failure is logged here, with its causes and
/// what it cost.
///
/// # Errors
/// Those of the job.
pub async fn run<T, E: Error + 'static>(
    name: &'static str,
    time: Duration,
    job: impl Future<Output = Result<T, E>>,
    log: impl FnOnce(&T, &Invocation),
) -> Result<T, E> {
    let invocation = Invocation::lasting(time);
    let ended = invocation.clone().run(job).await;
    match &ended {
        Ok(done) => log(done, &invocation),
        Err(error) => tracing::error!(
            job = name,
            error = with_causes(error),
            dynamodb_requests = invocation.requests(),
            dynamodb_retries = invocation.retries(),
            dynamodb_read_units = invocation.read_units(),
            dynamodb_write_units = invocation.write_units(),
            "a job failed"
        ),
    }
    ended
}
