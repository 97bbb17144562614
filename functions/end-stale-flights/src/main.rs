//! The scheduled Lambda function that ends flights whose game server has gone silent.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::telemetry::init();
    let app = &shared::App::from_env().await?;
    shared::job::serve(async |time| end_stale_flights::handle(app, time).await).await
}
