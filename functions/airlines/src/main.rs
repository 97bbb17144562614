//! The Lambda function that serves airlines, their products and brands.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::telemetry::init();
    let app = shared::App::from_env().await?;
    shared::http::run(airlines::router(app)).await
}
