//! The Lambda function that serves flyers, their miles and their purchases.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::telemetry::init();
    let app = shared::App::from_env().await?;
    shared::http::run(miles::router(app)).await
}
