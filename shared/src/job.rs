//! Scheduled jobs.

use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::time::Duration;
use store::{Invocation, time_left, with_causes};

/// The event of a schedule. Its fields are ignored.
#[derive(Deserialize)]
struct Scheduled {}

/// Serves a job as a Lambda function until the process is stopped. The job receives the time that it may take.
///
/// # Errors
/// Returns an error if Lambda's Runtime API cannot be reached.
pub async fn serve<T: Serialize, E: Error>(
    job: impl AsyncFn(Duration) -> Result<T, E>,
) -> Result<(), lambda_runtime::Error> {
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Scheduled>| {
        let ended = job(time_left(event.context.deadline())).await;
        // Only the message: the runtime would log everything that the error contains.
        ended.map_err(|error| lambda_runtime::Error::from(error.to_string()))
    }))
    .await
}

/// Runs a job within the given time. `log` logs the result as one line. A failure is logged here, with its causes and
/// its cost.
///
/// # Errors
/// Any error of the job.
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
