//! The scheduled Lambda function that checks the invariants of the data.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::telemetry::init();
    let app = &shared::App::from_env().await?;
    shared::job::serve(async |time| audit::handle(app, time).await).await
}
