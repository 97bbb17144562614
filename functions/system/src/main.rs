//! The Lambda function that says whether the system works, and answers unknown paths.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::telemetry::init();
    let app = shared::App::from_env().await?;
    shared::http::run(system::router(app)).await
}
