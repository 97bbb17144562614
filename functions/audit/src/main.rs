//! The scheduled Lambda function that checks that what must hold does.

use audit::{Scheduled, handle};
use lambda_runtime::{LambdaEvent, service_fn};
use shared::invocation::time_left;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::telemetry::init();
    let app = &shared::App::from_env().await?;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Scheduled>| {
        // The text alone: the runtime would log all that an error holds.
        handle(app, time_left(event.context.deadline()))
            .await
            .map_err(|error| lambda_runtime::Error::from(error.to_string()))
    }))
    .await
}
