//! Scheduled jobs.

use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::time::Duration;
use store::{Invocation, time_left, with_causes};

/// A schedule's event, of which nothing matters.
#[derive(Deserialize)]
struct Scheduled {}

/// Serves a job, which is given the time that it may take, as a Lambda function, until the process is told to stop.
///
/// # Errors
/// When Lambda's Runtime API cannot be talked to.
pub async fn serve<T: Serialize, E: Error>(
    job: impl AsyncFn(Duration) -> Result<T, E>,
) -> Result<(), lambda_runtime::Error> {
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Scheduled>| {
        let ended = job(time_left(event.context.deadline())).await;
        // The text alone: the runtime would log all that an error holds.
        ended.map_err(|error| lambda_runtime::Error::from(error.to_string()))
    }))
    .await
}

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
