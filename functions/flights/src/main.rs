//! The Lambda function that serves flights and boarding.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::telemetry::init();
    let app = shared::App::from_env().await?;
    shared::http::run(flights::router(app)).await
}
